/*
 * Running a rule test; see rule_test.h.
 */
#include "rehearse/rule_test.h"

#include "agent/rules_environment.h"
#include "agent/rules_run.h"
#include "config/settings.h"
#include "filter/engine/envelope_value.h"
#include "filter/engine/variable.h"
#include "filter/mailfilter/mailfilter.h"
#include "rehearse/rehearsal.h"

/* One run of one test. */
struct rule_test_work {
	struct rule_test_stage *stage;
	struct arena *arena;
	const struct rule_test_given **given;
	size_t count;
	struct text rules_name, rules;
	struct text message;
	struct rule_test_host host;
	struct variables *variables;
	struct variables *environment;
	const struct settings *settings;
	bool is_bare, is_embedded;
	bool is_composed; /* the rules are of this test only: both files */
};

void
rule_test_stage_init(
    struct rule_test_stage *stage, struct arena *arena, const struct rule_test_file *file)
{
	*stage = (struct rule_test_stage){.arena = arena, .file = file};
	rule_test_material_init(&stage->material, arena, file->name);
}

const struct rule_test_given **
rule_test_given_list(const struct rule_test_stage *stage, struct arena *arena,
    const struct rule_test *test, size_t *count_out)
{
	const struct rule_test *top = &stage->file->top;
	const struct rule_test_given **list =
	    arena_alloc_array(arena, top->given_count + test->given_count + 1, sizeof *list);

	for (size_t i = 0; i < top->given_count; i++)
		list[i] = &top->given[i];
	for (size_t i = 0; i < test->given_count; i++)
		list[top->given_count + i] = &test->given[i];
	*count_out = top->given_count + test->given_count;
	return list;
}

const struct rule_test_given *
rule_test_given_last(
    const struct rule_test_given *const *given, size_t count, enum rule_test_given_kind kind)
{
	while (count > 0)
		if (given[--count]->kind == kind)
			return given[count];
	return NULL;
}

/* In front of an error: the line of the test file that it comes from. */
static bool
rule_test_refuse_at(
    const struct rule_test_stage *stage, unsigned line, unsigned column, struct error *error)
{
	error_prefix(error, "%.*s:%u:%u: ", TEXT_ARGUMENTS(stage->file->name), line, column);
	return false;
}

/* Without a `rules` line: the file whose name is that of the test file without ".test". */
static bool
rule_test_default_rules(struct rule_test_stage *stage, const struct rule_test *test,
    struct text *name_out, struct text *rules_out, struct error *error)
{
	struct text name = stage->file->name;
	struct text directory = stage->material.directory;

	if (!text_has_suffix(name, TEXT(".test")) || name.size <= directory.size + 5)
		return error_set(error, ERROR_INPUT,
		    "%.*s:%u:1: which rules? Write a line \"rules FILE\", or \"rules <<END\" and "
		    "the rules in the lines behind",
		    TEXT_ARGUMENTS(stage->file->name), test->line);
	*name_out = text_slice(name, directory.size, name.size - 5);
	if (rule_test_material_read(
		&stage->material, text_slice(name, 0, name.size - 5), rules_out, error))
		return true;
	error_prefix(error, "%.*s:%u:1: without a line \"rules FILE\" these are tests of %.*s: ",
	    TEXT_ARGUMENTS(stage->file->name), test->line, TEXT_ARGUMENTS(*name_out));
	return false;
}

static bool
rule_test_find_rules(struct rule_test_stage *stage, const struct rule_test *test,
    const struct rule_test_given *const *given, size_t count, struct text *name_out,
    struct text *rules_out, struct error *error)
{
	const struct rule_test_given *rules = rule_test_given_last(given, count, RULE_TEST_RULES);

	if (rules == NULL)
		return rule_test_default_rules(stage, test, name_out, rules_out, error);
	*name_out =
	    rules->source.form == RULE_TEST_SOURCE_FILE ? rules->source.text : TEXT("rules");
	return rule_test_material_source(&stage->material, &rules->source, rules_out, error) ||
	       rule_test_refuse_at(stage, rules->line, rules->column, error);
}

bool
rule_test_rules(struct rule_test_stage *stage, struct arena *arena, const struct rule_test *test,
    struct text *name_out, struct text *rules_out, struct error *error)
{
	size_t count;
	const struct rule_test_given **given = rule_test_given_list(stage, arena, test, &count);

	return rule_test_find_rules(stage, test, given, count, name_out, rules_out, error);
}

bool
rule_test_message(struct rule_test_stage *stage, struct arena *arena, const struct rule_test *test,
    struct text *bytes_out, struct error *error)
{
	size_t count;
	const struct rule_test_given **given = rule_test_given_list(stage, arena, test, &count);

	if (rule_test_material_message(&stage->material, arena, given, count, bytes_out, error))
		return true;
	error_prefix(error, "%.*s:", TEXT_ARGUMENTS(stage->file->name));
	return false;
}

/* The files of `file` lines: their bytes in place of their names. */
static bool
rule_test_load_file(
    struct rule_test_work *work, const struct rule_test_given *given, struct error *error)
{
	struct rule_test_given *loaded = arena_alloc(work->arena, sizeof *loaded);

	*loaded = *given;
	if (!rule_test_material_source(
		&work->stage->material, &given->source, &loaded->source.text, error))
		return rule_test_refuse_at(work->stage, given->line, given->column, error);
	rule_test_host_give(&work->host, loaded);
	return true;
}

/* A name inside of the double quotes of a rule. */
static void
rule_test_append_name(struct buffer *out, struct text name)
{
	for (size_t i = 0; i < name.size; i++) {
		if (name.data[i] == '"' || name.data[i] == '\\' || name.data[i] == '$' ||
		    name.data[i] == '`')
			buffer_append_byte(out, '\\');
		buffer_append_byte(out, name.data[i]);
	}
}

/* With system rules: both files are included by rules of two lines, the system's first, as a
 * delivery runs them. */
static bool
rule_test_add_system_rules(struct rule_test_work *work, struct error *error)
{
	const struct rule_test_given *system =
	    rule_test_given_last(work->given, work->count, RULE_TEST_SYSTEM_RULES);
	struct buffer both;

	if (system == NULL)
		return true;
	struct rule_test_given first = *system,
			       second = {.kind = RULE_TEST_FILE, .name = work->rules_name};
	first.kind = RULE_TEST_FILE;
	first.name = system->source.form == RULE_TEST_SOURCE_FILE ? system->source.text
								  : TEXT("system-rules");
	second.source.text = work->rules;
	if (!rule_test_load_file(work, &first, error))
		return false;
	rule_test_host_give(&work->host, &second);
	buffer_init(&both, 2 * (first.name.size + second.name.size) + 32);
	buffer_append(&both, TEXT("include \""));
	rule_test_append_name(&both, first.name);
	buffer_append(&both, TEXT("\"\ninclude \""));
	rule_test_append_name(&both, second.name);
	buffer_append(&both, TEXT("\"\n"));
	work->rules = arena_copy_text(work->arena, buffer_text(&both));
	work->rules_name = TEXT("both");
	work->is_composed = true;
	buffer_clear(&both);
	return true;
}

/* Everything that a test gives for the host and the variables. */
static bool
rule_test_prepare(struct rule_test_work *work, struct error *error)
{
	struct plan *plan = &work->host.plan;

	rule_test_host_init(&work->host, work->arena);
	plan->time = RULE_TEST_TIME_DEFAULT;
	plan->environment = work->environment = variables_new(work->arena);
	work->variables = variables_new(work->arena);
	for (size_t i = 0; i < work->count; i++) {
		const struct rule_test_given *given = work->given[i];
		work->is_bare |= given->kind == RULE_TEST_BARE;
		work->is_embedded |= given->kind == RULE_TEST_EMBEDDED;
		if (given->kind == RULE_TEST_SET)
			variables_set(work->variables, given->name, given->value);
		else if (given->kind == RULE_TEST_ENVIRONMENT)
			variables_set(work->environment, given->name, given->value);
		else if (given->kind == RULE_TEST_TIME)
			plan->time = given->number;
		else if (given->kind != RULE_TEST_FILE)
			rule_test_host_give(&work->host, given);
		else if (!rule_test_load_file(work, given, error))
			return false;
	}
	const struct rule_test_given *rules =
	    rule_test_given_last(work->given, work->count, RULE_TEST_RULES);
	if (rules == NULL || rules->source.form == RULE_TEST_SOURCE_FILE) {
		struct text path =
		    rule_test_material_path(&work->stage->material, work->arena, work->rules_name);
		work->host.material = &work->stage->material;
		work->host.rules_directory = rule_test_material_directory(path);
	}
	return rule_test_add_system_rules(work, error);
}

static struct envelope
rule_test_envelope(const struct rule_test_work *work)
{
	struct envelope envelope = {0};

	if (!work->is_bare) {
		envelope.has_sender = true;
		envelope.sender = TEXT("alice@example.com");
		envelope.recipient = TEXT("bob@example.org");
	}
	for (size_t i = 0; i < work->count; i++) {
		const struct rule_test_given *given = work->given[i];
		if (given->kind != RULE_TEST_ENVELOPE)
			continue;
		envelope_value_set(&envelope, given->name, given->value);
		envelope.has_sender |= text_is_equal(given->name, TEXT("sender"));
	}
	struct text rest = envelope.recipient;
	envelope.local_part = text_split(&rest, '@');
	envelope.domain = rest;
	return envelope;
}

/* What the rules asked for and how they ended. */
static void
rule_test_conclude(
    struct rule_test_work *work, const struct message *message, struct rule_test_result *result)
{
	const struct rule_test_host *host = &work->host;

	result->asks = rule_test_host_asks(host, &result->count);
	result->message = host->delivered != NULL ? host->delivered : message;
	result->flags = host->flags;
	result->keywords = host->keywords;
	if (host->delivered == NULL && result->variables != NULL) {
		result->flags = variables_get(result->variables, TEXT("FLAGS"));
		result->keywords = variables_get(result->variables, TEXT("KEYWORDS"));
	}
	result->unanswered = host->unanswered;
	result->unanswered_use = host->unanswered_use;
	result->locks_left = host->plan.locks;
}

static const char *const *
rule_test_strings(struct rule_test_work *work, enum rule_test_given_kind kind)
{
	const char **strings = arena_alloc_array(work->arena, work->count + 1, sizeof *strings);
	size_t count = 0;

	for (size_t i = 0; i < work->count; i++) {
		const struct rule_test_given *given = work->given[i];
		if (given->kind != kind)
			continue;
		strings[count++] =
		    kind == RULE_TEST_ARGUMENT
			? arena_copy_string(work->arena, given->value)
			: arena_format(work->arena, "%.*s=%.*s", TEXT_ARGUMENTS(given->name),
			      TEXT_ARGUMENTS(given->value))
			      .data;
	}
	return strings;
}

/* The settings of a test: the defaults, a host name that is the same everywhere, and what the test
 * sets. */
static const struct settings *
rule_test_settings(struct rule_test_work *work, struct error *error)
{
	struct settings_source *source = settings_new(work->arena);

	for (size_t i = 0; i < work->count; i++) {
		const struct rule_test_given *given = work->given[i];
		if (given->kind != RULE_TEST_SETTING ||
		    settings_set(source, given->name, given->value, error))
			continue;
		rule_test_refuse_at(work->stage, given->line, given->column, error);
		return NULL;
	}
	if (settings_values(source)->hostname.size == 0 &&
	    !settings_set(source, TEXT("hostname"), TEXT("host.example.org"), error))
		return NULL;
	return settings_values(source);
}

static struct user
rule_test_user(struct rule_test_work *work)
{
	const struct rule_test_given *given =
	    rule_test_given_last(work->given, work->count, RULE_TEST_USER);
	struct user user = {.name = "bob", .home = "/home/bob", .shell = "/bin/sh"};

	if (given != NULL) {
		user.name = arena_copy_string(work->arena, given->name);
		user.home = arena_copy_string(work->arena, given->value);
	}
	work->host.home = text_from_string(user.home);
	return user;
}

/* The rules alone, by the engine: of `bare` tests, and in embedded mode, which has no delivery. */
static void
rule_test_run_engine(struct rule_test_work *work, const struct envelope *envelope,
    const struct message *message, struct rule_test_result *result)
{
	const struct program *program;
	struct error refusal;

	if (!mailfilter_parse(work->arena, work->rules_name, work->rules, &program, &refusal)) {
		result->refusal = arena_copy_text(work->arena, text_from_string(refusal.text));
		return;
	}
	struct filter_input input = {
	    .program = program,
	    .message = message,
	    .variables = work->variables,
	    .envelope = envelope,
	    .host = &work->host.functions,
	    .host_self = &work->host,
	    .is_embedded = work->is_embedded,
	    .verdicts = rules_run_verdicts(work->settings),
	    .match_limit = (uint32_t)work->settings->pattern_limit,
	    .recipient_delimiter = work->settings->recipient_delimiter,
	};
	result->rules = filter_run(work->arena, &input);
	result->outcome = result->rules.outcome;
	result->is_kept = result->rules.end == FILTER_END_FALL_THROUGH && !work->is_embedded;
	result->variables = work->variables;
	if (result->rules.end == FILTER_END_FALL_THROUGH)
		result->outcome = work->is_embedded && !work->is_bare
				      ? filter_exit_outcome(work->arena, work->variables)
				      : outcome_done("kept");
	result->status = outcome_exit_status(&result->outcome);
	rule_test_conclude(work, result->rules.message, result);
}

static void
rule_test_run_rehearsal(struct rule_test_work *work, struct rule_test_result *result)
{
	struct agent_request request = {
	    .mode = AGENT_MODE_MANUAL,
	    .rules_file = arena_copy_string(work->arena, work->rules_name),
	    .arguments = rule_test_strings(work, RULE_TEST_ARGUMENT),
	    .environment = rule_test_strings(work, RULE_TEST_SET),
	    .settings = work->settings,
	};
	struct agent_request unknown = {.mode = AGENT_MODE_MANUAL, .settings = request.settings};
	struct envelope envelope = rule_test_envelope(work), found = {0};
	struct user user = rule_test_user(work);

	const struct message *message =
	    rehearsal_take_message(work->arena, &unknown, work->message, &found);
	bool is_told = false;
	for (size_t i = 0; i < work->count; i++)
		is_told |= work->given[i]->kind == RULE_TEST_ENVELOPE &&
			   text_is_equal(work->given[i]->name, TEXT("sender"));
	if (!is_told && found.has_sender)
		envelope.sender = found.sender;
	envelope.from_line_date = found.from_line_date;
	if (work->is_embedded) {
		const struct rules_start start = {
		    &request, request.settings, &user, &envelope, message};
		work->variables = rules_environment_new(work->arena, &start);
		rule_test_run_engine(work, &envelope, message, result);
		return;
	}
	struct rehearsal rehearsal = {
	    .request = &request,
	    .user = &user,
	    .envelope = &envelope,
	    .message = message,
	    .source = work->rules.size > 0 ? work->rules : (struct text){"", 0},
	    .host = &work->host.functions,
	    .host_self = &work->host,
	};
	struct rehearsal_end end = rehearsal_run(work->arena, &rehearsal);
	result->rules = end.result;
	result->outcome = end.outcome;
	result->status = end.exit_status;
	result->is_kept = end.is_by_default;
	result->variables = end.variables;
	rule_test_conclude(work, end.message, result);
}

/* The rules parse; those that did a moment ago are not tried again. */
static bool
rule_test_parses(struct rule_test_work *work, struct rule_test_result *result)
{
	const struct program *program;
	struct arena scratch;
	struct error refusal;

	if (work->stage->parsed.data == work->rules.data &&
	    work->stage->parsed.size == work->rules.size)
		return true;
	arena_init(&scratch, NULL, 0);
	bool parses = mailfilter_parse(&scratch, work->rules_name, work->rules, &program, &refusal);
	arena_clear(&scratch);
	if (parses && !work->is_composed)
		work->stage->parsed = work->rules;
	else if (!parses)
		result->refusal = arena_copy_text(work->arena, text_from_string(refusal.text));
	return parses;
}

bool
rule_test_run(struct rule_test_stage *stage, struct arena *arena, const struct rule_test *test,
    struct rule_test_result *result_out, struct error *error)
{
	struct rule_test_work *work = arena_alloc(arena, sizeof *work);

	*result_out = (struct rule_test_result){0};
	work->stage = stage;
	work->arena = arena;
	work->given = rule_test_given_list(stage, arena, test, &work->count);
	if (!rule_test_find_rules(
		stage, test, work->given, work->count, &work->rules_name, &work->rules, error) ||
	    !rule_test_message(stage, arena, test, &work->message, error) ||
	    !rule_test_prepare(work, error))
		return false;
	result_out->is_bare = work->is_bare;
	work->settings = rule_test_settings(work, error);
	if (work->settings == NULL)
		return false;
	if (work->is_bare) {
		struct envelope envelope = rule_test_envelope(work);
		rule_test_run_engine(
		    work, &envelope, message_new(arena, work->message), result_out);
		return true;
	}
	if (rule_test_parses(work, result_out))
		rule_test_run_rehearsal(work, result_out);
	return true;
}
