/*
 * Judging a rule test; see rule_test_judge.h. The things asked are compared in order: what is
 * expected must come in that order, with anything between unless the test says "nothing else".
 */
#include "rehearse/rule_test_judge.h"

#include "base/buffer.h"
#include "base/vector.h"
#include "filter/engine/variable.h"
#include "mail/header.h"
#include "rehearse/rule_test_expected.h"

enum { RULE_TEST_GOT_MAX = 1024 * 1024 };

/* Things asked that have an order among themselves: who expects a folder need not know whether a
 * line of the log comes before it. Where nothing else may come, all are one stream. */
enum rule_test_stream {
	RULE_TEST_STREAM_DELIVERIES,
	RULE_TEST_STREAM_OUTPUT,
	RULE_TEST_STREAM_LOG,
	RULE_TEST_STREAM_OTHERS,
	RULE_TEST_STREAMS,
};

/* One alternative of one test. */
struct rule_test_trial {
	struct rule_test_stage *stage;
	struct arena *arena;
	const struct rule_test_result *result;
	struct rule_test_verdict verdict;
	bool *is_met; /* of each thing asked: it was expected */
	/* Of the next thing asked that an expectation may mean. */
	size_t positions[RULE_TEST_STREAMS];
	/* "nothing else", "no other delivery"; NULL: neither. */
	const struct rule_test_expected *exact;
	bool is_one_stream;
	bool knows_failure; /* the test says that it should not end well */
};

/* Adds a failure; `got` is what came instead. */
static void
rule_test_judge_fail(struct rule_test_trial *trial, unsigned line, unsigned column,
    struct text expected, struct text got)
{
	struct rule_test_verdict *verdict = &trial->verdict;

	verdict->failures = vector_grow(trial->arena, verdict->failures, verdict->count,
	    &verdict->capacity, sizeof *verdict->failures);
	verdict->failures[verdict->count++] =
	    (struct rule_test_failure){line, column, expected, got};
}

static void
rule_test_judge_fail_expected(
    struct rule_test_trial *trial, const struct rule_test_expected *expected, struct buffer *got)
{
	struct buffer wanted;

	buffer_init(&wanted, RULE_TEST_GOT_MAX);
	rule_test_expected_append(&wanted, expected);
	rule_test_judge_fail(trial, expected->line, expected->column,
	    arena_copy_text(trial->arena, buffer_text(&wanted)),
	    arena_copy_text(trial->arena, buffer_text(got)));
	buffer_clear(&wanted);
}

void
rule_test_judge_append_ask(struct buffer *out, const struct rule_test_ask *ask)
{
	buffer_append(out, ask->word);
	if (ask->text.size == 0 && rule_test_expected_may_be_empty(ask->word))
		return;
	buffer_append_byte(out, ' ');
	/* The words of a command have their quotes already. */
	if (ask->is_delivery && text_has_suffix(ask->word, TEXT("pipe")))
		buffer_append(out, ask->text);
	else
		rule_test_line_append_argument(out, ask->text);
}

/* Everything went its way and nobody has it, nor will hear of it. */
static bool
rule_test_judge_is_discarded(const struct rule_test_result *result)
{
	return result->outcome.class == OUTCOME_DONE && !result->is_kept &&
	       result->rules.end == FILTER_END_EXIT;
}

void
rule_test_judge_append_end(struct buffer *out, const struct rule_test_result *result)
{
	if (result->refusal.size > 0) {
		buffer_append_format(out, "refused %.*s", TEXT_ARGUMENTS(result->refusal));
		return;
	}
	if (result->is_bare && result->rules.end == FILTER_END_FALL_THROUGH) {
		buffer_append(out, TEXT("end fall-through"));
		return;
	}
	switch (result->outcome.class) {
	case OUTCOME_DONE:
		if (result->status != 0)
			buffer_append_format(out, "status %d", result->status);
		else
			buffer_append(out, rule_test_judge_is_discarded(result) ? TEXT("discard")
					   : result->is_kept                    ? TEXT("keep")
							     : TEXT("delivered"));
		return;
	case OUTCOME_LATER:
	case OUTCOME_NEVER:
		buffer_append(
		    out, result->outcome.class == OUTCOME_LATER ? TEXT("later ") : TEXT("reject "));
		rule_test_line_append_argument(out, text_from_string(result->outcome.reason));
		return;
	}
}

/* What came of the run in a line each, as `expect` lines would say it: what was asked, then how it
 * ended. */
static void
rule_test_judge_append_story(struct buffer *out, const struct rule_test_result *result)
{
	bool is_said = false;

	for (size_t i = 0; i < result->count; i++) {
		rule_test_judge_append_ask(out, &result->asks[i]);
		buffer_append_byte(out, '\n');
		is_said |= result->asks[i].is_delivery &&
			   !text_has_prefix(result->asks[i].word, TEXT("cc"));
	}
	if (is_said && result->outcome.class == OUTCOME_DONE && result->status == 0)
		return;
	rule_test_judge_append_end(out, result);
	buffer_append_byte(out, '\n');
}

/* The line of a test that answers this command. */
static struct text
rule_test_judge_answer(struct arena *arena, struct text command, enum command_use use)
{
	struct buffer line;

	buffer_init(&line, 4 * command.size + 64);
	buffer_append(&line, TEXT("answer "));
	rule_test_line_append_word(&line, command);
	buffer_append(&line, use == COMMAND_CAPTURE  ? TEXT(" prints TEXT")
			     : use == COMMAND_SYSTEM ? TEXT(" status 0")
						     : TEXT(" adds HEADER: VALUE"));
	struct text text = arena_copy_text(arena, buffer_text(&line));
	buffer_clear(&line);
	return text;
}

/* "got" for an expectation about what is asked: the story. */
static void
rule_test_judge_append_got(struct buffer *got, const struct rule_test_result *result)
{
	rule_test_judge_append_story(got, result);
	if (got->size > 0)
		got->size--;
}

static bool
rule_test_judge_ask_is(const struct rule_test_ask *ask, const struct rule_test_expected *expected)
{
	if (expected->aspect == RULE_TEST_KEEP)
		return ask->is_default &&
		       (expected->value.size == 0 || text_is_equal(ask->text, expected->value));
	if (!text_is_equal(ask->word, expected->word))
		return false;
	return text_is_equal(ask->text, expected->value) ||
	       (expected->is_negated && expected->value.size == 0);
}

static enum rule_test_stream
rule_test_judge_stream_of(
    const struct rule_test_trial *trial, const struct rule_test_expected *expected)
{
	static const struct {
		const char *word;
		enum rule_test_stream stream;
	} words[] = {{"to", RULE_TEST_STREAM_DELIVERIES}, {"cc", RULE_TEST_STREAM_DELIVERIES},
	    {"mailbox", RULE_TEST_STREAM_DELIVERIES}, {"cc-mailbox", RULE_TEST_STREAM_DELIVERIES},
	    {"pipe", RULE_TEST_STREAM_DELIVERIES}, {"cc-pipe", RULE_TEST_STREAM_DELIVERIES},
	    {"echo", RULE_TEST_STREAM_OUTPUT}, {"echo-part", RULE_TEST_STREAM_OUTPUT},
	    {"log", RULE_TEST_STREAM_LOG}, {"logfile", RULE_TEST_STREAM_LOG}};

	if (trial->is_one_stream || expected->aspect == RULE_TEST_KEEP)
		return RULE_TEST_STREAM_DELIVERIES;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (text_is_equal(expected->word, text_from_string(words[i].word)))
			return words[i].stream;
	return RULE_TEST_STREAM_OTHERS;
}

/* The next thing asked that is the expected one, or for `no` any. */
static bool
rule_test_judge_ask(
    struct rule_test_trial *trial, const struct rule_test_expected *expected, struct buffer *got)
{
	const struct rule_test_result *result = trial->result;
	size_t *position = &trial->positions[rule_test_judge_stream_of(trial, expected)];

	for (size_t i = expected->is_negated ? 0 : *position; i < result->count; i++) {
		if (!rule_test_judge_ask_is(&result->asks[i], expected))
			continue;
		if (expected->is_negated) {
			rule_test_judge_append_ask(got, &result->asks[i]);
			return true;
		}
		trial->is_met[i] = true;
		*position = i + 1;
		return true;
	}
	if (!expected->is_negated)
		rule_test_judge_append_got(got, result);
	return false;
}

/* A part of a text; the whole of it is what came instead. */
static bool
rule_test_judge_part(struct text said, struct text part, struct buffer *got)
{
	rule_test_line_append_argument(got, said);
	return part.size == 0 ? said.size > 0 : text_find(said, 0, part) < said.size;
}

static bool
rule_test_judge_whole(
    struct text said, const struct rule_test_expected *expected, struct buffer *got)
{
	rule_test_line_append_argument(got, said);
	if (expected->is_negated && expected->value.size == 0)
		return said.size > 0;
	return text_is_equal(said, expected->value);
}

static bool
rule_test_judge_outcome(
    struct rule_test_trial *trial, enum outcome_class class, struct text reason, struct buffer *got)
{
	const struct outcome *outcome = &trial->result->outcome;
	struct text said = text_from_string(outcome->reason);

	rule_test_judge_append_got(got, trial->result);
	return outcome->class == class &&
	       (reason.size == 0 || text_find(said, 0, reason) < said.size);
}

static bool
rule_test_judge_end(
    struct rule_test_trial *trial, const struct rule_test_expected *expected, struct buffer *got)
{
	const char *word = filter_end_word(trial->result->rules.end);
	int status = outcome_exit_status(&trial->result->rules.outcome);

	buffer_append_format(got, "end %s", word);
	if (trial->result->rules.end != FILTER_END_FALL_THROUGH)
		buffer_append_format(got, " %d", status);
	if (trial->result->rules.end == FILTER_END_FAILED)
		buffer_append_format(got, " (%s)", trial->result->rules.outcome.reason);
	return text_is_equal(expected->value, text_from_string(word)) &&
	       (expected->number < 0 || expected->number == status);
}

static bool
rule_test_judge_variable(
    struct rule_test_trial *trial, const struct rule_test_expected *expected, struct buffer *got)
{
	const struct variables *variables = trial->result->variables;

	if (variables == NULL || !variables_is_set(variables, expected->name)) {
		buffer_append_format(got, "%.*s is not set", TEXT_ARGUMENTS(expected->name));
		return false;
	}
	struct text value = variables_get(variables, expected->name);
	buffer_append_format(got, "variable %.*s=", TEXT_ARGUMENTS(expected->name));
	rule_test_line_append_argument(got, value);
	return expected->word.size == 0 || text_is_equal(value, expected->value);
}

static bool
rule_test_judge_field(
    struct rule_test_trial *trial, const struct rule_test_expected *expected, struct buffer *got)
{
	const struct header *header = message_header(trial->result->message);

	for (size_t i = 0; i < header->count; i++) {
		const struct header_field *field = &header->fields[i];
		if (!text_is_equal_nocase(field->name, expected->name))
			continue;
		struct text value = header_unfold(trial->arena, field->body);
		if (expected->word.size == 0 || text_is_equal(value, expected->value)) {
			if (expected->is_negated)
				buffer_append_format(got, "header %.*s: %.*s",
				    TEXT_ARGUMENTS(field->name), TEXT_ARGUMENTS(value));
			return true;
		}
		buffer_append_format(got, "%sheader %.*s: %.*s", got->size > 0 ? "\n" : "",
		    TEXT_ARGUMENTS(field->name), TEXT_ARGUMENTS(value));
	}
	if (got->size == 0)
		buffer_append_format(got, "no header %.*s", TEXT_ARGUMENTS(expected->name));
	return false;
}

static bool
rule_test_judge_has_letters(struct text all, struct text letters)
{
	for (size_t i = 0; i < letters.size; i++)
		if (text_find_byte(all, 0, letters.data[i]) == all.size)
			return false;
	return true;
}

static bool
rule_test_judge_flags(
    struct rule_test_trial *trial, const struct rule_test_expected *expected, struct buffer *got)
{
	struct text flags = trial->result->flags;

	buffer_append(got, TEXT("flags "));
	rule_test_line_append_argument(got, flags);
	if (expected->value.size == 0 && expected->is_negated)
		return flags.size > 0;
	return rule_test_judge_has_letters(flags, expected->value) &&
	       rule_test_judge_has_letters(expected->value, flags);
}

static bool
rule_test_judge_keyword(
    struct rule_test_trial *trial, const struct rule_test_expected *expected, struct buffer *got)
{
	struct text rest = trial->result->keywords;

	buffer_append(got, TEXT("keywords "));
	rule_test_line_append_argument(got, rest);
	if (expected->value.size == 0 && expected->is_negated)
		return text_trim(rest).size > 0;
	while (rest.size > 0)
		if (text_is_equal_nocase(text_trim(text_split(&rest, ',')), expected->value))
			return true;
	return false;
}

/* Whole bytes: where they part is what came instead. */
static bool
rule_test_judge_bytes(struct rule_test_trial *trial, const struct rule_test_expected *expected,
    struct text bytes, struct buffer *got)
{
	struct text wanted;
	struct error error;
	size_t same = 0;
	unsigned line = 1;

	if (!rule_test_material_source(
		&trial->stage->material, &expected->source, &wanted, &error)) {
		buffer_append(got, text_from_string(error.text));
		return expected->is_negated;
	}
	while (same < bytes.size && same < wanted.size && bytes.data[same] == wanted.data[same])
		line += bytes.data[same++] == '\n';
	if (expected->is_negated || (same == bytes.size && same == wanted.size)) {
		buffer_append(got, TEXT("the same bytes"));
		return same == bytes.size && same == wanted.size;
	}
	while (same > 0 && bytes.data[same - 1] != '\n')
		same--;
	buffer_append_format(got, "in line %u ", line);
	rule_test_line_append_argument(
	    got, text_slice(bytes, same, text_find_byte(bytes, same, '\n') + 1));
	buffer_append(got, TEXT(" instead of "));
	rule_test_line_append_argument(
	    got, text_slice(wanted, same, text_find_byte(wanted, same, '\n') + 1));
	return false;
}

static bool
rule_test_judge_result(
    struct rule_test_trial *trial, const struct rule_test_expected *expected, struct buffer *got)
{
	const struct rule_test_result *result = trial->result;
	const struct place *place = &result->rules.place;

	switch (expected->aspect) {
	case RULE_TEST_REASON:
		return rule_test_judge_part(
		    text_from_string(result->outcome.reason), expected->value, got);
	case RULE_TEST_PLACE:
		return rule_test_judge_whole(
		    arena_format(trial->arena, "%.*s:%u:%u", TEXT_ARGUMENTS(place->file),
			place->line, place->column),
		    expected, got);
	case RULE_TEST_CONDITION:
		return rule_test_judge_whole(result->rules.condition, expected, got);
	case RULE_TEST_MATCHED:
		return rule_test_judge_whole(result->rules.matched, expected, got);
	case RULE_TEST_UNDECIDED:
		return rule_test_judge_part(result->rules.undecided, expected->value, got);
	case RULE_TEST_VARIABLE:
		return rule_test_judge_variable(trial, expected, got);
	case RULE_TEST_FIELD:
		return rule_test_judge_field(trial, expected, got);
	case RULE_TEST_FLAGS:
		return rule_test_judge_flags(trial, expected, got);
	case RULE_TEST_KEYWORD:
		return rule_test_judge_keyword(trial, expected, got);
	case RULE_TEST_DELIVERED_BYTES:
		return rule_test_judge_bytes(trial, expected, message_bytes(result->message), got);
	case RULE_TEST_DELIVERED_BODY:
		return rule_test_judge_bytes(trial, expected, message_body(result->message), got);
	default:
		return false;
	}
}

static bool
rule_test_judge_aspect(
    struct rule_test_trial *trial, const struct rule_test_expected *expected, struct buffer *got)
{
	const struct rule_test_result *result = trial->result;

	switch (expected->aspect) {
	case RULE_TEST_ASK:
		return rule_test_judge_ask(trial, expected, got);
	case RULE_TEST_KEEP:
		if (!result->is_bare)
			return rule_test_judge_ask(trial, expected, got);
		rule_test_judge_append_got(got, result);
		return result->is_kept;
	case RULE_TEST_DELIVERED:
		rule_test_judge_append_got(got, result);
		return result->outcome.class == OUTCOME_DONE &&
		       !rule_test_judge_is_discarded(result);
	case RULE_TEST_DISCARD:
		rule_test_judge_append_got(got, result);
		return rule_test_judge_is_discarded(result);
	case RULE_TEST_REJECT:
		return rule_test_judge_outcome(trial, OUTCOME_NEVER, expected->value, got);
	case RULE_TEST_DEFER:
		return rule_test_judge_outcome(trial, OUTCOME_LATER, expected->value, got);
	case RULE_TEST_END:
		return rule_test_judge_end(trial, expected, got);
	case RULE_TEST_STATUS:
		rule_test_judge_append_got(got, result);
		buffer_append_format(got, "\nstatus %d", result->status);
		return expected->number == result->status;
	default:
		return rule_test_judge_result(trial, expected, got);
	}
}

/* These say something about an end that is not the usual one. */
static bool
rule_test_judge_is_about_failure(const struct rule_test_expected *expected)
{
	return expected->aspect == RULE_TEST_END || expected->aspect == RULE_TEST_STATUS ||
	       expected->aspect == RULE_TEST_REJECT || expected->aspect == RULE_TEST_DEFER ||
	       expected->aspect == RULE_TEST_REASON;
}

static void
rule_test_judge_expected(struct rule_test_trial *trial, const struct rule_test_expected *expected)
{
	const struct rule_test_result *result = trial->result;
	struct buffer got;
	bool holds;

	if (expected->aspect == RULE_TEST_NOTHING_ELSE ||
	    expected->aspect == RULE_TEST_NO_OTHER_DELIVERY) {
		if (trial->exact == NULL || trial->exact->aspect != RULE_TEST_NOTHING_ELSE)
			trial->exact = expected;
		return;
	}
	buffer_init(&got, RULE_TEST_GOT_MAX);
	if (expected->aspect == RULE_TEST_REFUSED || result->refusal.size > 0) {
		holds = expected->aspect == RULE_TEST_REFUSED
			    ? rule_test_judge_part(result->refusal, expected->value, &got)
			    : expected->is_negated;
		if (!holds && result->refusal.size == 0) {
			buffer_reset(&got);
			buffer_append(&got, TEXT("rules without an error"));
		}
	} else {
		holds = rule_test_judge_aspect(trial, expected, &got);
	}
	trial->knows_failure |= !expected->is_negated && rule_test_judge_is_about_failure(expected);
	if (holds == expected->is_negated)
		rule_test_judge_fail_expected(trial, expected, &got);
	buffer_clear(&got);
}

/* What nobody expected, where nothing else may be. */
static void
rule_test_judge_rest(struct rule_test_trial *trial)
{
	const struct rule_test_result *result = trial->result;
	struct buffer got;

	if (trial->exact == NULL)
		return;
	buffer_init(&got, RULE_TEST_GOT_MAX);
	for (size_t i = 0; i < result->count; i++) {
		if (trial->is_met[i] || (trial->exact->aspect == RULE_TEST_NO_OTHER_DELIVERY &&
					    !result->asks[i].is_delivery))
			continue;
		if (got.size > 0)
			buffer_append_byte(&got, '\n');
		rule_test_judge_append_ask(&got, &result->asks[i]);
	}
	if (got.size > 0)
		rule_test_judge_fail_expected(trial, trial->exact, &got);
	buffer_clear(&got);
}

/* What fails a test whatever it expects. */
static void
rule_test_judge_run(
    struct rule_test_trial *trial, const struct rule_test *test, bool expects_refusal)
{
	const struct rule_test_result *result = trial->result;

	if (result->refusal.size > 0) {
		if (!expects_refusal)
			rule_test_judge_fail(
			    trial, test->line, 1, TEXT("rules without an error"), result->refusal);
		return;
	}
	if (result->rules.end == FILTER_END_FAILED && !trial->knows_failure)
		rule_test_judge_fail(trial, test->line, 1, TEXT("rules that end well"),
		    arena_format(trial->arena, "%s %s",
			result->outcome.class == OUTCOME_NEVER ? "reject" : "later",
			result->rules.outcome.reason));
	if (result->locks_left > 0)
		rule_test_judge_fail(trial, test->line, 1, TEXT("every lock released"),
		    arena_format(trial->arena, "%u locks held at the end", result->locks_left));
}

static bool
rule_test_judge_is_exact(const struct rule_test *test, unsigned alternative)
{
	for (size_t i = 0; i < test->expected_count; i++)
		if (test->expected[i].aspect == RULE_TEST_NOTHING_ELSE &&
		    test->expected[i].alternative == alternative)
			return true;
	return false;
}

static struct rule_test_verdict
rule_test_judge_alternative(struct rule_test_stage *stage, struct arena *arena,
    const struct rule_test *test, const struct rule_test_result *result, unsigned alternative)
{
	const struct rule_test *top = &stage->file->top;
	struct rule_test_trial trial = {.stage = stage, .arena = arena, .result = result};
	bool expects_refusal = false, expects_something = false;

	if (result->unanswered.data != NULL) {
		rule_test_judge_fail(&trial, test->line, 1,
		    rule_test_judge_answer(arena, result->unanswered, result->unanswered_use),
		    TEXT("no answer for this command, and none is ever run: add such a line to the "
			 "test"));
		return trial.verdict;
	}
	trial.is_one_stream =
	    rule_test_judge_is_exact(top, 0) || rule_test_judge_is_exact(test, alternative);
	trial.is_met = arena_alloc_array(arena, result->count, sizeof *trial.is_met);
	for (size_t i = 0; i < top->expected_count; i++)
		rule_test_judge_expected(&trial, &top->expected[i]);
	for (size_t i = 0; i < test->expected_count; i++) {
		if (test->expected[i].alternative != alternative)
			continue;
		expects_something = true;
		expects_refusal |= test->expected[i].aspect == RULE_TEST_REFUSED;
		if (result->refusal.size == 0 || test->expected[i].aspect == RULE_TEST_REFUSED)
			rule_test_judge_expected(&trial, &test->expected[i]);
	}
	rule_test_judge_run(&trial, test, expects_refusal);
	if (!expects_something)
		rule_test_judge_fail(&trial, test->line, 1,
		    TEXT("something: this test has no `expect` line"),
		    TEXT("nothing to compare with; culver test --record writes what comes"));
	if (result->refusal.size == 0)
		rule_test_judge_rest(&trial);
	trial.verdict.has_passed = trial.verdict.count == 0;
	return trial.verdict;
}

struct rule_test_verdict
rule_test_judge(struct rule_test_stage *stage, struct arena *arena, const struct rule_test *test,
    const struct rule_test_result *result)
{
	struct rule_test_verdict nearest = {0};

	for (unsigned i = 0; i < test->alternatives; i++) {
		struct rule_test_verdict verdict =
		    rule_test_judge_alternative(stage, arena, test, result, i);
		if (verdict.has_passed)
			return verdict;
		if (i == 0 || verdict.count < nearest.count)
			nearest = verdict;
	}
	return nearest;
}
