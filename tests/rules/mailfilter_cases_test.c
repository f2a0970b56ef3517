/*
 * Runs the case files of tests/rules/mailfilter/: rules, a message, and what the rules must have
 *asked for. The format, line by line:
 *
 *	== the sentence that names the case
 *	-- rules             the rules file; "-- rules NAME": a file that `include` finds
 *	-- message           optional: else message M1 below
 *	-- variables         optional: NAME=VALUE lines set before the run
 *	-- environment       optional: NAME=VALUE lines for `import`
 *	-- fails             optional: "DESTINATION later" or "DESTINATION never" lines; of a lock:
 *"NAME later"
 *	-- commands          optional: "STATUS|OUTPUT|COMMAND" lines, OUTPUT written as for `echo`;
 *status -1: it does not end in time
 *	-- database NAME     optional: KEY=VALUE lines that `gdbmopen` finds there
 *	-- verdicts          optional: "limit open" lines: limit, undecodable or timeout; later, open
 *or closed (all are later without)
 *	-- embedded          optional, empty: the rules run in embedded mode
 *	-- asks              what was asked, in order, then "end HOW STATUS"
 *
 * Lines of "asks": to X, cc X, log X, logfile X, command X (backticks), system X, xfilter X,
 *dotlock X, flock X, unlock, gdbmstore KEY VALUE, echo X (a line), part X (echo without line end),
 *"end fall-through", "end delivered 0", "end exit 75", "end failed 75", then optionally "reason
 *TEXT", "place FILE:LINE:COLUMN", "condition TEXT", "matched TEXT", "undecided TEXT" with what the result must say;
 *TEXT", "place FILE:LINE:COLUMN", "condition TEXT", "matched TEXT", "undecided TEXT" (its beginning) with what the result must say;
 *"refused TEXT" alone: the rules do not parse, and the error holds TEXT. Bytes outside of 32..126
 *are shown as \xHH.
 */
#include <glob.h>

#include "base/buffer.h"
#include "base/number.h"
#include "filter/engine/filter.h"
#include "filter/engine/plan.h"
#include "filter/engine/value.h"
#include "filter/mailfilter/mailfilter.h"
#include "support/tap.h"

static const char message_m1[] = "From: \"Joe Brown\" <joe@example.com>\n"
				 "To: alice@example.org, \"Bob\" <bob@example.net>\n"
				 "Cc: Carol <CAROL@Example.NET>\n"
				 "Subject: Hello World\n"
				 "Message-ID: <1@example.com>\n"
				 "\n"
				 "body line one\n"
				 "From the start\n"
				 "second FOO line\n";

struct rules_case {
	struct text sentence, rules, message, variables, environment, fails, commands, verdicts,
	    asks;
	bool is_embedded;
	struct text include_names[8], includes[8];
	size_t include_count;
	struct text database_names[4], databases[4];
	size_t database_count;
};

static struct rules_case current;

static void
show_bytes(struct buffer *out, struct text bytes)
{
	for (size_t i = 0; i < bytes.size; i++)
		if (bytes.data[i] >= ' ' && bytes.data[i] < 127)
			buffer_append_byte(out, bytes.data[i]);
		else
			buffer_append_format(out, "\\x%02x", (unsigned char)bytes.data[i]);
}

static void
show_line(struct buffer *out, const char *word, struct text bytes)
{
	buffer_append_format(out, "%s%s", word, bytes.size > 0 ? " " : "");
	show_bytes(out, bytes);
	buffer_append_byte(out, '\n');
}

static void
show_items(struct buffer *out, const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct text text = plan->items[i].text;
		const char *word = plan_kind_word(plan->items[i].kind);
		if (plan->items[i].kind == PLAN_ECHO && !text_has_suffix(text, TEXT("\n")))
			word = "part";
		else if (plan->items[i].kind == PLAN_ECHO)
			text.size--;
		show_line(out, word, text);
	}
}

/* Takes "WORD rest" lines off the end of the expectation; the rest is empty when the word is not
 * there. */
static struct text
take_last(struct text *asks, struct text word)
{
	size_t start = asks->size;

	while (start > 0) {
		size_t line = start - 1;
		while (line > 0 && asks->data[line - 1] != '\n')
			line--;
		struct text whole = text_slice(*asks, line, start - 1);
		if (text_has_prefix(whole, word)) {
			asks->size = line;
			return text_slice(whole, word.size, whole.size);
		}
		start = line;
	}
	return (struct text){NULL, 0};
}

static void
set_variables(struct variables *variables, struct text lines)
{
	while (lines.size > 0) {
		struct text value = text_split(&lines, '\n');
		struct text name = text_split(&value, '=');
		variables_set(variables, name, value);
	}
}

static void
set_failures(struct plan *plan, struct arena *arena, struct text lines)
{
	while (lines.size > 0) {
		struct text how = text_split(&lines, '\n');
		struct text destination = text_split(&how, ' ');
		struct outcome *outcome = arena_alloc(arena, sizeof *outcome);
		*outcome = text_is_equal(how, TEXT("never"))
			       ? outcome_never(arena, STATUS_NO_MAILBOX, 67, "no such mailbox")
			       : outcome_later(arena, STATUS_SYSTEM_FULL, "the disk is full");
		table_set(&plan->failures, destination, outcome);
	}
}

static void
set_answers(struct plan *plan, struct arena *arena, struct text lines)
{
	while (lines.size > 0) {
		struct text command = text_split(&lines, '\n');
		struct text status = text_split(&command, '|'), output = text_split(&command, '|');
		struct plan_answer *answer = arena_alloc(arena, sizeof *answer);
		struct buffer bytes;
		buffer_init(&bytes, 1 << 16);
		value_append_echo(output, &bytes);
		/* The line end that `echo` adds is not asked for here. */
		answer->output =
		    arena_copy_text(arena, text_slice(buffer_text(&bytes), 0, bytes.size - 1));
		answer->status = (int)value_number(status);
		buffer_clear(&bytes);
		table_set(&plan->answers, command, answer);
	}
}

static struct verdicts
read_verdicts(struct text lines)
{
	struct verdicts verdicts = {VERDICT_LATER, VERDICT_LATER, VERDICT_LATER};

	while (lines.size > 0) {
		struct text word = text_split(&lines, '\n');
		struct text kind = text_split(&word, ' ');
		enum verdict *verdict = text_is_equal(kind, TEXT("limit")) ? &verdicts.limit
					: text_is_equal(kind, TEXT("undecodable"))
					    ? &verdicts.undecodable
					    : &verdicts.timeout;
		*verdict = text_is_equal(word, TEXT("open"))     ? VERDICT_OPEN
			   : text_is_equal(word, TEXT("closed")) ? VERDICT_CLOSED
								 : VERDICT_LATER;
	}
	return verdicts;
}

static void
set_databases(struct plan *plan, const struct rules_case *c)
{
	for (size_t i = 0; i < c->database_count; i++) {
		struct text lines = c->databases[i];
		while (lines.size > 0) {
			struct text value = text_split(&lines, '\n');
			struct text key = text_split(&value, '=');
			plan_set_record(plan, c->database_names[i], key, value);
		}
	}
}

static void
check_result(
    struct arena *arena, struct plan *plan, const struct filter_result *result, struct text asks)
{
	static const char *const ends[] = {"fall-through", "delivered", "exit", "failed"};
	struct text undecided = take_last(&asks, TEXT("undecided "));
	struct text matched = take_last(&asks, TEXT("matched "));
	struct text condition = take_last(&asks, TEXT("condition "));
	struct text place = take_last(&asks, TEXT("place "));
	struct text reason = take_last(&asks, TEXT("reason "));
	struct buffer got;

	buffer_init(&got, 1 << 20);
	show_items(&got, plan);
	buffer_append_format(&got, "end %s", ends[result->end]);
	if (result->end != FILTER_END_FALL_THROUGH)
		buffer_append_format(&got, " %d", outcome_exit_status(&result->outcome));
	buffer_append_byte(&got, '\n');
	check_text(buffer_text(&got), asks);
	if (reason.size > 0) {
		struct text said = text_from_string(result->outcome.reason);
		if (text_find(said, 0, reason) == said.size)
			check_text(said, reason);
	}
	if (undecided.size > 0)
		check_text(result->undecided, undecided);
	if (place.size > 0)
		check_text(arena_format(arena, "%.*s:%u:%u", TEXT_ARGUMENTS(result->place.file),
			       result->place.line, result->place.column),
		    place);
	if (condition.size > 0)
		check_text(result->condition, condition);
	if (matched.size > 0)
		check_text(result->matched, matched);
	if (undecided.size > 0)
		check_text(text_slice(result->undecided, 0, undecided.size), undecided);
	buffer_clear(&got);
}

static void
run_case(void)
{
	const struct rules_case *c = &current;
	const struct program *program;
	struct arena arena;
	struct plan plan;
	struct error error;
	struct text source = exact_copy(c->rules);
	struct text message =
	    exact_copy(c->message.data == NULL ? text_from_string(message_m1) : c->message);

	arena_init(&arena, NULL, 0);
	plan_init(&plan, &arena);
	plan.time = 1700000000;
	plan.statements_left = 100000;
	for (size_t i = 0; i < c->include_count; i++) {
		struct text *rules = arena_alloc(&arena, sizeof *rules);
		*rules = c->includes[i];
		table_set(&plan.rules, c->include_names[i], rules);
	}
	set_failures(&plan, &arena, c->fails);
	set_answers(&plan, &arena, c->commands);
	set_databases(&plan, c);
	struct variables *variables = variables_new(&arena), *environment = variables_new(&arena);
	set_variables(variables, c->variables);
	set_variables(environment, c->environment);
	plan.environment = environment;
	if (!mailfilter_parse(&arena, TEXT("rules"), source, &program, &error)) {
		struct text said = text_from_string(error.text), asks = c->asks;
		struct text wanted = take_last(&asks, TEXT("refused "));
		if (wanted.size == 0 || text_find(said, 0, wanted) == said.size)
			check_text(said, wanted);
	} else {
		struct filter_input input = {
		    .program = program,
		    .message = message_new(&arena, message),
		    .variables = variables,
		    .host = &plan_host,
		    .host_self = &plan,
		    .verdicts = read_verdicts(c->verdicts),
		    .is_embedded = c->is_embedded,
		};
		struct filter_result result = filter_run(&arena, &input);
		check_result(&arena, &plan, &result, c->asks);
		check_number(plan.locks, 0);
	}
	arena_clear(&arena);
	free((void *)(uintptr_t)source.data);
	free((void *)(uintptr_t)message.data);
}

/* Where the section's lines go. */
static struct text *
find_section(struct text name)
{
	if (text_is_equal(name, TEXT("rules")))
		return &current.rules;
	if (text_has_prefix(name, TEXT("rules "))) {
		current.include_names[current.include_count] = text_slice(name, 6, name.size);
		return &current.includes[current.include_count++];
	}
	if (text_has_prefix(name, TEXT("database "))) {
		current.database_names[current.database_count] = text_slice(name, 9, name.size);
		return &current.databases[current.database_count++];
	}
	if (text_is_equal(name, TEXT("message")))
		return &current.message;
	if (text_is_equal(name, TEXT("variables")))
		return &current.variables;
	if (text_is_equal(name, TEXT("environment")))
		return &current.environment;
	if (text_is_equal(name, TEXT("fails")))
		return &current.fails;
	if (text_is_equal(name, TEXT("commands")))
		return &current.commands;
	if (text_is_equal(name, TEXT("verdicts")))
		return &current.verdicts;
	if (text_is_equal(name, TEXT("asks")))
		return &current.asks;
	printf("Bail out! unknown section\n");
	exit(EXIT_FAILURE);
}

static void
end_case(void)
{
	char sentence[256];

	if (current.sentence.size == 0)
		return;
	snprintf(sentence, sizeof sentence, "%.*s", TEXT_ARGUMENTS(current.sentence));
	test(sentence, run_case);
}

static void
run_file(struct text file)
{
	struct text *section = NULL;

	current = (struct rules_case){0};
	while (file.size > 0) {
		struct text line = text_split(&file, '\n');
		if (text_has_prefix(line, TEXT("== "))) {
			end_case();
			current = (struct rules_case){.sentence = text_slice(line, 3, line.size)};
			section = NULL;
		} else if (text_has_prefix(line, TEXT("-- "))) {
			struct text name = text_slice(line, 3, line.size);
			current.is_embedded |= text_is_equal(name, TEXT("embedded"));
			section = text_is_equal(name, TEXT("embedded")) ? NULL : find_section(name);
			if (section != NULL)
				*section = (struct text){line.data + line.size + 1, 0};
		} else if (section != NULL) {
			section->size += line.size + 1;
		}
	}
	end_case();
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	char pattern[4096];
	glob_t found;

	snprintf(
	    pattern, sizeof pattern, "%s/tests/rules/mailfilter/*.case", top == NULL ? "." : top);
	if (glob(pattern, 0, NULL, &found) != 0) {
		printf("Bail out! no case files: %s\n", pattern);
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < found.gl_pathc; i++) {
		static char bytes[1 << 18];
		FILE *file = fopen(found.gl_pathv[i], "re");
		size_t size = file == NULL ? 0 : fread(bytes, 1, sizeof bytes - 1, file);
		if (file == NULL || size == 0 || size == sizeof bytes - 1) {
			printf("Bail out! cannot read %s\n", found.gl_pathv[i]);
			return EXIT_FAILURE;
		}
		fclose(file);
		printf("# %s\n", found.gl_pathv[i]);
		run_file((struct text){bytes, size});
	}
	globfree(&found);
	return tests_end();
}
