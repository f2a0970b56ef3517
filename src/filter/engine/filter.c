/*
 * Runs a program's statements against one message; see filter.h. What a statement leads to is one
 * of three flows: go on, the end is decided, or a failure that an enclosing `exception` may catch.
 * A failure carries the fate that the message has when nobody catches it: "later", or what the host
 * said.
 */
#include "filter/engine/filter.h"

#include <string.h>
#include <sysexits.h>

#include "base/number.h"
#include "filter/engine/attachment/attachment_action.h"
#include "filter/engine/attachment/attachment_loop.h"
#include "filter/engine/attachment/attachment_value.h"
#include "filter/engine/database.h"
#include "filter/engine/edit_header.h"
#include "filter/engine/evaluate.h"
#include "filter/engine/flag_words.h"
#include "filter/engine/match.h"
#include "filter/engine/observe.h"
#include "filter/engine/run_command.h"
#include "filter/engine/target.h"
#include "filter/engine/value.h"

enum { FILTER_TIMEOUT_MAX = 86400 /* seconds */ };

enum filter_flow { FILTER_NEXT, FILTER_ENDED, FILTER_FAILURE };

static enum filter_flow filter_run_list(struct evaluator *evaluator, const struct statement *list);

const char *
filter_end_word(enum filter_end end)
{
	static const char *const words[] = {"fall-through", "delivered", "exit", "failed"};

	_Static_assert(sizeof words / sizeof *words == FILTER_ENDS, "one word for each");
	return words[end];
}

/* An error in the rules themselves: evaluator->error is set. */
static enum filter_flow
filter_fail_in(struct evaluator *evaluator, struct place place)
{
	struct filter_result *result = &evaluator->result;

	result->place = place;
	result->decision = (struct text){NULL, 0};
	if (evaluator->is_refused) {
		result->end = FILTER_END_EXIT;
		result->outcome = outcome_never(evaluator->arena, STATUS_REFUSED, 0,
		    "a command that must look at this message did not end in time");
		return FILTER_ENDED;
	}
	result->end = FILTER_END_FAILED;
	result->failed_in_rules = true;
	result->outcome = outcome_later(
	    evaluator->arena, STATUS_SYSTEM_CONFIGURATION, "%s", evaluator->error.text);
	return FILTER_FAILURE;
}

static enum filter_flow
filter_fail(struct evaluator *evaluator, const struct statement *statement)
{
	return filter_fail_in(evaluator, program_place(evaluator->program, statement->offset));
}

/* EXITCODE as the rules set it; unset or empty: 0. Not a number from 0 to 255: -1. */
static int
filter_exit_code(const struct variables *variables)
{
	struct text value = text_trim(variables_get(variables, TEXT("EXITCODE")));

	if (value.size == 0 || (!text_is_digit(value.data[0]) && value.data[0] != '.'))
		return value.size == 0 ? 0 : -1;
	double number = value_number(value);
	return number >= 0 && number < 256 ? (int)number : -1;
}

/* How `to` names itself in the log. */
static struct text
filter_decision(struct evaluator *evaluator, const char *verb, struct text destination)
{
	return arena_format(evaluator->arena, "%s \"%.*s\"", verb, TEXT_ARGUMENTS(destination));
}

/* A refused copy is no refusal of the message, which other destinations may have by now: were it
 * returned to its sender, he would hear that it was lost. */
static struct outcome
filter_copy_outcome(struct evaluator *evaluator, struct outcome outcome)
{
	if (outcome.class != OUTCOME_NEVER)
		return outcome;
	return outcome_later(
	    evaluator->arena, outcome.code, "a copy was refused: %s", outcome.reason);
}

/* A command or the mail server took the message: its status is the answer, not EXITCODE from before. */
static bool
filter_answers(struct text destination)
{
	return destination.size > 0 && (destination.data[0] == '|' || destination.data[0] == '!');
}

static enum filter_flow
filter_deliver(struct evaluator *evaluator, const struct statement *statement)
{
	const struct filter_input *input = evaluator->input;
	bool is_copy = statement->kind == STATEMENT_CC;
	struct delivery_request request = {
	    .copy = is_copy,
	    .variables = input->variables,
	    .place = program_place(evaluator->program, statement->offset),
	};

	if (!target_evaluate(evaluator, statement, &request) || !edit_header_settle(evaluator))
		return filter_fail(evaluator, statement);
	/* The destination may have matched a pattern or asked a question of its own. */
	request.condition = text_slice(evaluator->condition, 0, FILTER_MATCHED_MAX);
	request.matched = (struct text){evaluator->matched, evaluator->matched_size};
	request.undecided = evaluator->undecided;
	request.message = evaluator->message;
	struct outcome outcome = input->host->deliver(input->host_self, &request);
	if (observe_is_on(evaluator))
		observe_delivery(evaluator, statement, &request, &outcome);
	if (outcome.class == OUTCOME_DONE && is_copy)
		return FILTER_NEXT;
	if (is_copy)
		outcome = filter_copy_outcome(evaluator, outcome);
	evaluator->result.place = request.place;
	evaluator->result.decision =
	    filter_decision(evaluator, target_word(&request), request.destination);
	evaluator->result.outcome = outcome;
	evaluator->result.end = FILTER_END_FAILED;
	if (outcome.class != OUTCOME_DONE) {
		/* A delivery that was stopped because we are: no `exception` goes on after it. */
		(void)evaluate_is_interrupted(evaluator, statement->offset);
		return FILTER_FAILURE;
	}
	evaluator->result.end = FILTER_END_DELIVERED;
	int code = filter_exit_code(input->variables);
	if (code > 0 && !filter_answers(request.destination))
		evaluator->result.outcome.exit_status = code;
	return FILTER_ENDED;
}

/* The EXITCODE values with which a rule says that trying again is useless. */
static bool
filter_is_never(int code)
{
	return code == EX_DATAERR || code == EX_NOUSER || code == EX_NOHOST ||
	       code == EX_UNAVAILABLE || code == EX_PROTOCOL || code == EX_NOPERM;
}

struct outcome
filter_exit_outcome(struct arena *arena, const struct variables *variables)
{
	int code = filter_exit_code(variables);

	if (code == 0)
		return outcome_done("discarded by a rule");
	if (code < 0)
		return outcome_later(arena, STATUS_SYSTEM_CONFIGURATION,
		    "a rule ended with an EXITCODE that is not 0 to 255");
	if (filter_is_never(code))
		return outcome_never(
		    arena, STATUS_REFUSED, code, "refused by a rule (EXITCODE %d)", code);
	struct outcome outcome =
	    outcome_later(arena, STATUS_OTHER, "deferred by a rule (EXITCODE %d)", code);
	outcome.exit_status = code;
	return outcome;
}

static enum filter_flow
filter_exit(struct evaluator *evaluator, const struct statement *statement)
{
	struct filter_result *result = &evaluator->result;

	result->end = FILTER_END_EXIT;
	result->place = program_place(evaluator->program, statement->offset);
	result->decision = TEXT("exit");
	result->outcome = filter_exit_outcome(evaluator->arena, evaluator->input->variables);
	return FILTER_ENDED;
}

/* `reject`, `tempfail` and `discard`: decisions, which no `exception` catches. */
static enum filter_flow
filter_decide(struct evaluator *evaluator, const struct statement *statement)
{
	struct filter_result *result = &evaluator->result;
	struct text reason = {NULL, 0};

	if (statement->expression != NULL && !evaluate(evaluator, statement->expression, &reason))
		return filter_fail(evaluator, statement);
	/* A reply of the mail server is a line of at most 512 bytes. */
	reason = text_slice(text_trim(reason), 0, FILTER_REASON_MAX);
	reason.size = text_find_byte(reason, 0, '\0');
	result->end = FILTER_END_EXIT;
	result->place = program_place(evaluator->program, statement->offset);
	switch (statement->kind) {
	case STATEMENT_REJECT:
		result->decision = TEXT("reject");
		result->outcome = outcome_never(evaluator->arena, STATUS_REFUSED, EX_NOPERM, "%.*s",
		    TEXT_ARGUMENTS(reason.size > 0 ? reason : TEXT("refused by a rule")));
		break;
	case STATEMENT_TEMPFAIL:
		result->decision = TEXT("tempfail");
		result->outcome = outcome_later(evaluator->arena, STATUS_REFUSED, "%.*s",
		    TEXT_ARGUMENTS(reason.size > 0 ? reason : TEXT("deferred by a rule")));
		break;
	default:
		result->decision = TEXT("discard");
		result->outcome = outcome_done("discarded by a rule");
		break;
	}
	return FILTER_ENDED;
}

static enum filter_flow
filter_echo(struct evaluator *evaluator, const struct statement *statement, struct text value)
{
	buffer_reset(&evaluator->work);
	if (!value_append_echo(value, &evaluator->work)) {
		evaluate_fail(
		    evaluator, ERROR_LIMIT, statement->offset, "the text of `echo` is too long");
		return filter_fail(evaluator, statement);
	}
	evaluator->input->host->echo(evaluator->input->host_self, buffer_text(&evaluator->work));
	return FILTER_NEXT;
}

/* Escapes are made as in `echo`; with \c too the line ends, so that no other runs into it. */
static enum filter_flow
filter_log(struct evaluator *evaluator, const struct statement *statement, struct text value)
{
	struct error ignored;

	buffer_reset(&evaluator->work);
	if (!value_append_echo(value, &evaluator->work)) {
		evaluate_fail(
		    evaluator, ERROR_LIMIT, statement->offset, "the text of `log` is too long");
		return filter_fail(evaluator, statement);
	}
	struct text line = buffer_text(&evaluator->work);
	if (line.size > 0 && line.data[line.size - 1] == '\n')
		line.size--;
	/* tolerance: log-write */
	evaluator->input->host->log(evaluator->input->host_self, line, &ignored);
	return FILTER_NEXT;
}

static enum filter_flow
filter_open_log(struct evaluator *evaluator, const struct statement *statement, struct text name)
{
	const struct filter_input *input = evaluator->input;

	if (input->host->open_log(input->host_self, name, &evaluator->error))
		return FILTER_NEXT;
	evaluate_fail_at(evaluator, statement->offset);
	return filter_fail(evaluator, statement);
}

/* `import` and `unset`. */
static void
filter_change_variable(
    struct evaluator *evaluator, const struct statement *statement, struct text name)
{
	const struct filter_input *input = evaluator->input;
	bool imports = statement->kind == STATEMENT_IMPORT;
	struct text value =
	    imports ? input->host->environment(input->host_self, name) : (struct text){NULL, 0};

	if (observe_is_on(evaluator))
		observe_variable(evaluator, statement->offset,
		    imports ? TEXT("import") : TEXT("unset"), name, value);
	if (imports)
		variables_set(input->variables, name, value);
	else
		variables_unset(input->variables, name);
}

/* `echo`, `log` and `logfile` hand their value to the world. */
static bool
filter_writes(const struct statement *statement)
{
	return statement->kind == STATEMENT_ECHO || statement->kind == STATEMENT_LOG ||
	       statement->kind == STATEMENT_LOGFILE;
}

/* The statements with one value that cannot end the run. */
static enum filter_flow
filter_run_simple(struct evaluator *evaluator, const struct statement *statement)
{
	struct text value;

	if (!evaluate(evaluator, statement->expression, &value))
		return filter_fail(evaluator, statement);
	if (observe_is_on(evaluator) && filter_writes(statement))
		observe_value(evaluator, OBSERVATION_WRITE, statement, value, true);
	switch (statement->kind) {
	case STATEMENT_ECHO:
		return filter_echo(evaluator, statement, value);
	case STATEMENT_LOG:
		return filter_log(evaluator, statement, value);
	case STATEMENT_LOGFILE:
		return filter_open_log(evaluator, statement, value);
	case STATEMENT_IMPORT:
	case STATEMENT_UNSET:
		filter_change_variable(evaluator, statement, value);
		return FILTER_NEXT;
	case STATEMENT_SYSTEM:
		if (!run_command_system(evaluator, statement->offset, value))
			return filter_fail(evaluator, statement);
		return FILTER_NEXT;
	case STATEMENT_XFILTER:
		if (!run_command_rewrite(evaluator, statement->offset, value))
			return filter_fail(evaluator, statement);
		return FILTER_NEXT;
	default:
		return FILTER_NEXT; /* an expression: its value is not wanted */
	}
}

static enum filter_flow
filter_run_if(struct evaluator *evaluator, const struct statement *statement)
{
	for (;;) {
		struct text value;
		evaluate_begin(evaluator);
		if (!evaluate(evaluator, statement->expression, &value))
			return filter_fail(evaluator, statement);
		if (observe_is_on(evaluator))
			observe_condition(evaluator, statement, value);
		if (value_is_true(value))
			return filter_run_list(evaluator, statement->body);
		if (!statement->otherwise_is_if)
			return filter_run_list(evaluator, statement->otherwise);
		statement = statement->otherwise;
		if (observe_is_on(evaluator))
			observe_statement(evaluator, statement);
	}
}

static enum filter_flow
filter_run_while(struct evaluator *evaluator, const struct statement *statement)
{
	for (uint64_t round = 1;; round++) {
		struct text value;
		enum filter_flow flow;
		evaluate_begin(evaluator);
		if (observe_is_on(evaluator))
			observe_round(evaluator, statement, round, NULL);
		if (evaluate_is_interrupted(evaluator, statement->offset) ||
		    !evaluate(evaluator, statement->expression, &value))
			return filter_fail(evaluator, statement);
		if (observe_is_on(evaluator))
			observe_condition(evaluator, statement, value);
		if (!value_is_true(value))
			return FILTER_NEXT;
		flow = filter_run_list(evaluator, statement->body);
		if (flow != FILTER_NEXT)
			return flow;
	}
}

static enum filter_flow
filter_run_foreach(struct evaluator *evaluator, const struct statement *statement)
{
	enum filter_flow flow = FILTER_NEXT;
	struct match_list list = {0};
	struct arena arena;

	arena_init(&arena, NULL, 0);
	if (!match_collect(evaluator, statement->expression, &arena, &list))
		flow = filter_fail(evaluator, statement);
	for (size_t i = 0; i < list.count && flow == FILTER_NEXT; i++) {
		if (observe_is_on(evaluator))
			observe_round(evaluator, statement, i + 1, &list.items[i]);
		match_set_variables(evaluator, &list.items[i]);
		flow = filter_run_list(evaluator, statement->body);
	}
	arena_clear(&arena);
	return flow;
}

static enum filter_flow
filter_run_attachments(struct evaluator *evaluator, const struct statement *statement)
{
	enum filter_flow flow = FILTER_NEXT;
	enum pattern_answer answer;

	if (!attachment_loop_begin(evaluator, statement))
		return filter_fail(evaluator, statement);
	while (flow == FILTER_NEXT &&
	       (answer = attachment_loop_next(evaluator, statement)) != PATTERN_NO)
		flow = answer == PATTERN_YES ? filter_run_list(evaluator, statement->body)
					     : filter_fail(evaluator, statement);
	attachment_loop_end(evaluator);
	if (flow == FILTER_NEXT && !attachment_action_settle(evaluator))
		return filter_fail(evaluator, statement);
	return flow;
}

static enum filter_flow
filter_run_exception(struct evaluator *evaluator, const struct statement *statement)
{
	enum filter_flow flow = filter_run_list(evaluator, statement->body);

	/* The end of the time for this run is nothing that rules may go on after. */
	if (flow != FILTER_FAILURE || evaluator->is_interrupted)
		return flow;
	if (observe_is_on(evaluator))
		observe_caught(evaluator, statement);
	evaluator->result = (struct filter_result){.end = FILTER_END_FALL_THROUGH};
	return FILTER_NEXT;
}

/* The time of a `timeout` block is over, and the run's is not: a failure that an `exception` around
 * the block may catch. */
static enum filter_flow
filter_end_timeout(struct evaluator *evaluator, const struct statement *statement, uint64_t seconds)
{
	struct filter_result *result = &evaluator->result;
	struct place inside = result->place;

	evaluator->is_interrupted = false;
	evaluate_fail(evaluator, ERROR_LIMIT, statement->offset,
	    "the %u seconds of this `timeout` were over at line %u of %.*s", (unsigned)seconds,
	    inside.line, TEXT_ARGUMENTS(inside.file));
	if (result->failed_in_rules)
		return filter_fail(evaluator, statement);
	/* A delivery stays one that failed, and has its log line. */
	result->outcome = outcome_later(evaluator->arena, result->outcome.code, "%s: %s",
	    evaluator->error.text, result->outcome.reason);
	return FILTER_FAILURE;
}

static enum filter_flow
filter_run_timeout(struct evaluator *evaluator, const struct statement *statement)
{
	const struct filter_input *input = evaluator->input;
	struct text value;
	uint64_t seconds;

	if (!evaluate(evaluator, statement->expression, &value))
		return filter_fail(evaluator, statement);
	if (!number_parse_unsigned(text_trim(value), FILTER_TIMEOUT_MAX, &seconds) ||
	    seconds == 0) {
		evaluate_fail(evaluator, ERROR_INPUT, statement->expression->offset,
		    "the seconds of `timeout` must be a whole number from 1 to %d",
		    (int)FILTER_TIMEOUT_MAX);
		return filter_fail(evaluator, statement);
	}
	int64_t outer = input->host->begin_limit(input->host_self, (unsigned)seconds);
	enum filter_flow flow = filter_run_list(evaluator, statement->body);
	input->host->end_limit(input->host_self, outer);
	if (flow != FILTER_FAILURE || !evaluator->is_interrupted ||
	    input->host->is_interrupted(input->host_self))
		return flow;
	return filter_end_timeout(evaluator, statement, seconds);
}

/* The lock is released whatever the block leads to. */
static enum filter_flow
filter_run_locked(struct evaluator *evaluator, const struct statement *statement)
{
	const struct filter_input *input = evaluator->input;
	enum lock_kind kind = statement->kind == STATEMENT_DOTLOCK ? LOCK_DOT : LOCK_FILE;
	struct text name;

	if (!evaluate(evaluator, statement->expression, &name))
		return filter_fail(evaluator, statement);
	bool is_held =
	    input->host->lock(input->host_self, kind, name, input->variables, &evaluator->error);
	if (observe_is_on(evaluator))
		observe_value(evaluator, OBSERVATION_LOCK, statement, name, is_held);
	if (!is_held) {
		if (!evaluate_is_interrupted(evaluator, statement->offset))
			evaluate_fail_at(evaluator, statement->offset);
		return filter_fail(evaluator, statement);
	}
	enum filter_flow flow = filter_run_list(evaluator, statement->body);
	input->host->unlock(input->host_self);
	if (observe_is_on(evaluator))
		observe_value(evaluator, OBSERVATION_UNLOCK, statement, TEXT(""), false);
	return flow;
}

/* Makes the states for a program's patterns. */
static void
filter_enter_program(
    struct evaluator *evaluator, const struct program *program, struct arena *arena)
{
	evaluator->program = program;
	evaluator->program_arena = arena;
	if (observe_is_on(evaluator))
		observe_file(evaluator, true);
	if (program->mentions_lines)
		evaluate_count_lines(evaluator);
	evaluator->states =
	    arena_alloc_array(arena, program->pattern_count, sizeof *evaluator->states);
}

/* Frees what the program's patterns hold, and keeps what the log wants of its text, which goes
 * away. */
static void
filter_leave_program(struct evaluator *evaluator)
{
	for (unsigned i = 0; i < evaluator->program->pattern_count; i++)
		if (evaluator->states[i].compiled != NULL)
			pattern_free(evaluator->engine, evaluator->states[i].compiled);
	struct text condition = text_slice(evaluator->condition, 0, FILTER_MATCHED_MAX);
	if (condition.size > 0)
		memmove(evaluator->condition_kept, condition.data, condition.size);
	evaluator->condition = (struct text){evaluator->condition_kept, condition.size};
	struct text *file = &evaluator->result.place.file;
	if (file->size > 0)
		*file = arena_copy_text(evaluator->arena, *file);
}

/* Reads and parses what `include` names; the program lives in the arena. */
static bool
filter_read_program(struct evaluator *evaluator, const struct statement *statement,
    struct arena *arena, const struct program **program_out, bool *is_embedded_out)
{
	const struct filter_input *input = evaluator->input;
	const struct program_language *language = evaluator->program->language;
	struct error *error = &evaluator->error;
	struct text name, rules;

	if (!evaluate(evaluator, statement->expression, &name))
		return false;
	if (evaluator->includes >= FILTER_INCLUDES_MAX)
		return evaluate_fail(evaluator, ERROR_LIMIT, statement->offset,
		    "`include` is nested more than %d files deep", (int)FILTER_INCLUDES_MAX);
	name = arena_copy_text(arena, name);
	if (!input->host->read_rules(input->host_self, arena, name, &rules, error))
		return evaluate_fail_at(evaluator, statement->offset);
	*is_embedded_out =
	    evaluator->is_embedded &&
	    (input->host->is_trusted == NULL || !input->host->is_trusted(input->host_self));
	if (!language->parse(arena, name, rules, program_out, error) ||
	    !program_is_runnable(*program_out, *is_embedded_out, NULL, error))
		return evaluate_fail_at(evaluator, statement->offset);
	return true;
}

static enum filter_flow
filter_run_include(struct evaluator *evaluator, const struct statement *statement)
{
	const struct program *above = evaluator->program, *program;
	struct arena *above_arena = evaluator->program_arena;
	struct pattern_state *above_states = evaluator->states;
	struct database *above_database = evaluator->database;
	bool above_is_embedded = evaluator->is_embedded, is_embedded = above_is_embedded;
	enum filter_flow flow;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	if (filter_read_program(evaluator, statement, &arena, &program, &is_embedded)) {
		evaluator->includes++;
		evaluator->database = NULL;
		evaluator->is_embedded = is_embedded;
		filter_enter_program(evaluator, program, &arena);
		flow = filter_run_list(evaluator, program->statements);
		if (observe_is_on(evaluator))
			observe_file(evaluator, false);
		filter_leave_program(evaluator);
		database_close(evaluator);
		evaluator->database = above_database;
		evaluator->includes--;
		evaluator->is_embedded = above_is_embedded;
		evaluator->program = above;
		evaluator->program_arena = above_arena;
		evaluator->states = above_states;
	} else {
		flow = filter_fail(evaluator, statement);
	}
	arena_clear(&arena);
	return flow;
}

static enum filter_flow
filter_run_statement(struct evaluator *evaluator, const struct statement *statement)
{
	switch (statement->kind) {
	case STATEMENT_IF:
		return filter_run_if(evaluator, statement);
	case STATEMENT_WHILE:
		return filter_run_while(evaluator, statement);
	case STATEMENT_FOREACH:
		return filter_run_foreach(evaluator, statement);
	case STATEMENT_BLOCK:
		return filter_run_list(evaluator, statement->body);
	case STATEMENT_EXCEPTION:
		return filter_run_exception(evaluator, statement);
	case STATEMENT_TO:
	case STATEMENT_CC:
		return filter_deliver(evaluator, statement);
	case STATEMENT_EXIT:
		return filter_exit(evaluator, statement);
	case STATEMENT_INCLUDE:
		return filter_run_include(evaluator, statement);
	case STATEMENT_DOTLOCK:
	case STATEMENT_FLOCK:
		return filter_run_locked(evaluator, statement);
	case STATEMENT_TIMEOUT:
		return filter_run_timeout(evaluator, statement);
	case STATEMENT_REJECT:
	case STATEMENT_TEMPFAIL:
	case STATEMENT_DISCARD:
		return filter_decide(evaluator, statement);
	case STATEMENT_ADDHEADER:
	case STATEMENT_SETHEADER:
	case STATEMENT_DELHEADER:
		return edit_header_note(evaluator, statement) ? FILTER_NEXT
							      : filter_fail(evaluator, statement);
	case STATEMENT_ATTACHMENTS:
		return filter_run_attachments(evaluator, statement);
	case STATEMENT_STRIP:
	case STATEMENT_REPLACE:
	case STATEMENT_SAVE:
		return attachment_action_run(evaluator, statement)
			   ? FILTER_NEXT
			   : filter_fail(evaluator, statement);
	case STATEMENT_FLAG:
	case STATEMENT_UNFLAG:
		return flag_words_change(evaluator, statement) ? FILTER_NEXT
							       : filter_fail(evaluator, statement);
	default:
		return filter_run_simple(evaluator, statement);
	}
}

static enum filter_flow
filter_run_list(struct evaluator *evaluator, const struct statement *list)
{
	for (; list != NULL; list = list->next) {
		evaluate_begin(evaluator);
		if (evaluate_is_interrupted(evaluator, list->offset))
			return filter_fail(evaluator, list);
		if (observe_is_on(evaluator))
			observe_statement(evaluator, list);
		enum filter_flow flow = filter_run_statement(evaluator, list);
		if (flow != FILTER_NEXT)
			return flow;
	}
	return FILTER_NEXT;
}

/* Fills in what the log wants to know, in memory that outlives the evaluator. */
static struct filter_result
filter_finish(struct evaluator *evaluator, enum filter_flow flow)
{
	struct filter_result *result = &evaluator->result;
	struct text matched = {evaluator->matched, evaluator->matched_size};

	if (flow == FILTER_NEXT)
		*result = (struct filter_result){.end = FILTER_END_FALL_THROUGH};
	result->condition = arena_copy_text(
	    evaluator->arena, text_slice(evaluator->condition, 0, FILTER_MATCHED_MAX));
	result->matched = arena_copy_text(evaluator->arena, matched);
	result->undecided = evaluator->undecided;
	result->message = evaluator->message;
	return *result;
}

/* A search asks: whoever asked for it then fails with the same and its place. */
static bool
filter_on_watch(void *self)
{
	return evaluate_is_interrupted(self, 0);
}

struct filter_result
filter_run(struct arena *arena, const struct filter_input *input)
{
	struct evaluator evaluator;
	struct place place;
	struct error error;

	if (!program_is_runnable(input->program, input->is_embedded, &place, &error)) {
		return (struct filter_result){
		    .end = FILTER_END_FAILED,
		    .failed_in_rules = true,
		    .outcome = outcome_later(arena, STATUS_SYSTEM_CONFIGURATION, "%s", error.text),
		    .place = place,
		    .message = input->message,
		};
	}
	/* Not zeroed as a whole: the scratch buffer is large. */
	evaluator.arena = arena;
	evaluator.input = input;
	evaluator.message = input->message;
	evaluator.scope = scope_new(arena, input->message);
	evaluator.engine = pattern_engine_new(arena, input->match_limit);
	pattern_engine_watch(evaluator.engine, filter_on_watch, &evaluator);
	evaluator.includes = 0;
	evaluator.database = NULL;
	evaluator.is_embedded = input->is_embedded;
	evaluator.message_facts = NULL;
	evaluator.attachments = NULL;
	evaluator.edits = NULL;
	evaluator.scratch.blocks = NULL;
	evaluator.condition = (struct text){NULL, 0};
	evaluator.matched_size = 0;
	evaluator.undecided = (struct text){NULL, 0};
	evaluator.is_interrupted = false;
	evaluator.is_refused = false;
	evaluator.result = (struct filter_result){.end = FILTER_END_FALL_THROUGH};
	buffer_init(&evaluator.work, VARIABLE_VALUE_MAX);
	filter_enter_program(&evaluator, input->program, arena);
	evaluate_begin(&evaluator);
	enum filter_flow flow = filter_run_list(&evaluator, input->program->statements);
	if (flow == FILTER_NEXT && !edit_header_settle(&evaluator)) {
		/* The file's name outlives the edits. */
		place = attachment_action_has_waiting(&evaluator)
			    ? *attachment_action_place(&evaluator)
			    : evaluator.edits->place;
		place.file = arena_copy_text(arena, place.file);
		flow = filter_fail_in(&evaluator, place);
	}
	struct filter_result result = filter_finish(&evaluator, flow);
	database_close(&evaluator);
	if (observe_is_on(&evaluator))
		observe_end(&evaluator, &result);
	attachment_value_close(&evaluator);
	edit_header_close(&evaluator);
	pattern_engine_close(evaluator.engine);
	scope_close(evaluator.scope);
	buffer_clear(&evaluator.work);
	arena_clear(&evaluator.scratch);
	return result;
}
