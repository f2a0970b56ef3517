/*
 * Pattern expressions; see match.h. Before a line costs a call into PCRE2, the prefilter is asked
 * whether it could match at all; a pattern that no line could match is never even compiled.
 */
#include "filter/engine/match.h"

#include <stdio.h>
#include <string.h>

#include "base/vector.h"
#include "filter/engine/edit_header.h"
#include "filter/engine/observe.h"
#include "filter/engine/value.h"

enum { MATCH_LINES_BETWEEN_QUESTIONS = 1024 };

static struct pattern_state *
match_state(struct evaluator *evaluator, const struct program_pattern *pattern)
{
	struct pattern_state *state = &evaluator->states[pattern->index];

	if (!state->is_analysed && !pattern->expands)
		state->prefilter = prefilter_analyse(
		    evaluator->program_arena, pattern->source, pattern->case_sensitive);
	state->is_analysed = true;
	return state;
}

/* Compiles the pattern unless it has been, with the same text. */
static struct pattern *
match_compiled(
    struct evaluator *evaluator, const struct program_pattern *pattern, struct pattern_state *state)
{
	struct text source;

	if (state->compiled != NULL && !pattern->expands)
		return state->compiled;
	if (!evaluate_text(evaluator, pattern->source, pattern->expands, pattern->offset, &source))
		return NULL;
	if (state->compiled != NULL) {
		if (pattern_is_from(state->compiled, source))
			return state->compiled;
		pattern_free(evaluator->engine, state->compiled);
	}
	state->compiled =
	    pattern_compile(evaluator->engine, source, pattern->case_sensitive, &evaluator->error);
	if (state->compiled == NULL)
		evaluate_fail_at(evaluator, pattern->offset);
	return state->compiled;
}

static bool
match_is_possible(const struct prefilter *prefilter, const struct scope_line *line)
{
	if (!prefilter->understood || prefilter->literal.size == 0)
		return true;
	if (prefilter->case_sensitive)
		return prefilter_may_match(prefilter, line->text);
	if (line->folded.data != NULL)
		return prefilter_may_match(prefilter, line->folded);
	return prefilter_find(prefilter, line->text, 0) < line->text.size;
}

/* A walk over the lines of the message that match, or the matches in whole texts. */
struct match_walk {
	const struct program_pattern *pattern;
	struct pattern_state *state;
	struct pattern *compiled;
	struct scope_cursor cursor;
	struct scope_line line; /* that matched */
	struct text field;      /* only lines of this field come into question; empty: all */
	struct pattern_cursor inside;
	bool is_new;    /* the first match in `line` */
	bool goes_on;   /* in `line`, a whole text */
	bool is_closed; /* a verdict says that it matched: nothing is known of groups, or of more */
	bool has_match;
	size_t lines, tried;
};

static bool
match_walk_begin(
    struct evaluator *evaluator, const struct program_pattern *pattern, struct match_walk *walk)
{
	if (!edit_header_settle(evaluator))
		return false;
	*walk = (struct match_walk){.pattern = pattern, .state = match_state(evaluator, pattern)};
	const struct prefilter *prefilter = &walk->state->prefilter;
	/* Only header lines begin with a field name, but a line of the body may as well. */
	if ((pattern->scope & PATTERN_SCOPE_BODY) == 0)
		walk->field = prefilter->field;
	scope_begin(&walk->cursor, evaluator->scope, pattern->scope, walk->field);
	/* What is counted is counted once, as maildrop counts it. */
	walk->cursor.body.wants_source = pattern->weighted;
	if (prefilter->understood && prefilter->literal.size > 0)
		walk->cursor.prefilter = prefilter;
	/* A pattern that is not understood may be wrong: that must be found even when there is no
	 * line to try. */
	if (!prefilter->understood)
		walk->compiled = match_compiled(evaluator, pattern, walk->state);
	return prefilter->understood || walk->compiled != NULL;
}

/* What the verdict makes of a question without an answer. */
static enum pattern_answer
match_undecided(
    struct evaluator *evaluator, enum verdict verdict, uint32_t offset, struct text kind)
{
	switch (evaluate_undecided(evaluator, verdict, offset, kind)) {
	case VERDICT_OPEN:
		return PATTERN_NO;
	case VERDICT_CLOSED:
		return PATTERN_YES;
	case VERDICT_LATER:
		break;
	}
	return PATTERN_FAILED;
}

enum pattern_answer
match_failed(struct evaluator *evaluator, uint32_t offset)
{
	/* Not the pattern, the run was stopped. */
	if (evaluator->is_interrupted && evaluate_is_interrupted(evaluator, offset))
		return PATTERN_FAILED;
	if (evaluator->error.kind == ERROR_LIMIT)
		return match_undecided(
		    evaluator, evaluator->input->verdicts.limit, offset, TEXT("limit"));
	evaluate_fail_at(evaluator, offset);
	return PATTERN_FAILED;
}

enum pattern_answer
match_undecodable(struct evaluator *evaluator, uint32_t offset)
{
	error_set(&evaluator->error, ERROR_INPUT,
	    "this pattern did not match, but a text that it was tried on has bytes that cannot be "
	    "decoded, or goes on behind a limit");
	return match_undecided(
	    evaluator, evaluator->input->verdicts.undecodable, offset, TEXT("undecodable"));
}

/* Tries the pattern on the line, or on the rest of the text. */
static enum pattern_answer
match_walk_try(struct evaluator *evaluator, struct match_walk *walk)
{
	if (walk->compiled == NULL)
		walk->compiled = match_compiled(evaluator, walk->pattern, walk->state);
	if (walk->compiled == NULL)
		return PATTERN_FAILED;
	walk->tried++;
	enum pattern_answer answer = pattern_next(
	    evaluator->engine, walk->compiled, walk->line.text, &walk->inside, &evaluator->error);
	walk->goes_on = answer == PATTERN_YES && walk->line.is_whole;
	walk->has_match |= answer == PATTERN_YES;
	if (answer != PATTERN_FAILED)
		return answer;
	answer = match_failed(evaluator, walk->pattern->offset);
	walk->is_closed = answer == PATTERN_YES;
	return answer;
}

static enum pattern_answer
match_walk_next(struct evaluator *evaluator, struct match_walk *walk)
{
	struct pattern_budget *budget = &walk->state->budget;

	while (!walk->is_closed && (walk->goes_on || scope_next(&walk->cursor, &walk->line))) {
		if (++walk->lines % MATCH_LINES_BETWEEN_QUESTIONS == 0 &&
		    evaluate_is_interrupted(evaluator, walk->pattern->offset))
			return PATTERN_FAILED;
		if (!walk->goes_on) {
			walk->inside = (struct pattern_cursor){.budget = budget};
			if (!match_is_possible(&walk->state->prefilter, &walk->line))
				continue;
		}
		walk->is_new = !walk->goes_on;
		walk->goes_on = false;
		enum pattern_answer answer = match_walk_try(evaluator, walk);
		if (answer != PATTERN_NO)
			return answer;
		/* Its verdict stands for all that would be tried now. */
		if (budget->is_spent)
			return PATTERN_NO;
	}
	if (walk->is_closed || !walk->cursor.is_damaged || walk->has_match)
		return PATTERN_NO;
	enum pattern_answer answer = match_undecodable(evaluator, walk->pattern->offset);
	walk->is_closed = answer == PATTERN_YES;
	return answer;
}

/* Keeps pattern and matched text for the log. */
static void
match_remember(struct evaluator *evaluator, struct text written, struct text matched)
{
	evaluator->condition = written;
	evaluator->matched_size =
	    matched.size < FILTER_MATCHED_MAX ? matched.size : FILTER_MATCHED_MAX;
	if (evaluator->matched_size > 0)
		memcpy(evaluator->matched, matched.data, evaluator->matched_size);
}

static void
match_set_variable(struct evaluator *evaluator, unsigned group, struct text value)
{
	char name[32] = "MATCH";
	int length = group == 0 ? 5 : snprintf(name, sizeof name, "MATCH%u", group);

	variables_set(evaluator->input->variables, (struct text){name, (size_t)length}, value);
}

void
match_set_variables(struct evaluator *evaluator, const struct match *match)
{
	for (unsigned i = 0; i < match->count; i++)
		match_set_variable(evaluator, i, match->groups[i]);
}

void
match_take(struct evaluator *evaluator, struct text written, const struct pattern *compiled,
    struct text subject)
{
	unsigned count = pattern_group_count(evaluator->engine, compiled);
	size_t room = VARIABLE_VALUE_MAX;

	for (unsigned i = 0; i < count; i++) {
		/* tolerance: match-size */
		struct text group = pattern_group(evaluator->engine, compiled, subject, i);
		group = text_slice(group, 0, room);
		room -= group.size;
		match_set_variable(evaluator, i, group);
	}
	match_remember(evaluator, written, pattern_group(evaluator->engine, compiled, subject, 0));
	if (observe_is_on(evaluator))
		observe_match(evaluator, written, compiled, subject);
}

void
match_take_closed(struct evaluator *evaluator, struct text written)
{
	match_set_variable(evaluator, 0, (struct text){NULL, 0});
	match_remember(evaluator, written, (struct text){NULL, 0});
}

/* The observer's view of a search that is over. */
static void
match_tell_search(struct evaluator *evaluator, const struct match_walk *walk,
    enum pattern_answer answer, struct text value)
{
	if (!observe_is_on(evaluator))
		return;
	const struct observed_try tries = {
	    .field = walk->field, .lines = walk->lines, .tried = walk->tried};
	observe_pattern(evaluator, walk->pattern, &tries, answer, value);
}

static void
match_tell_text(struct evaluator *evaluator, const struct program_pattern *pattern,
    struct text subject, enum pattern_answer answer, struct text value)
{
	if (!observe_is_on(evaluator))
		return;
	const struct observed_try tries = {.is_text = true, .text = subject};
	observe_pattern(evaluator, pattern, &tries, answer, value);
}

/* One match; `compiled` NULL: a verdict made it. */
static void
match_take_hit(struct evaluator *evaluator, const struct program_pattern *pattern,
    const struct pattern *compiled, struct text subject)
{
	if (compiled == NULL) {
		match_take_closed(evaluator, pattern->written);
	} else if (!pattern->weighted) {
		match_take(evaluator, pattern->written, compiled, subject);
	} else {
		match_remember(evaluator, pattern->written,
		    pattern_group(evaluator->engine, compiled, subject, 0));
		if (observe_is_on(evaluator))
			observe_match(evaluator, pattern->written, compiled, subject);
	}
}

static void
match_score(struct evaluator *evaluator, const struct program_pattern *pattern, unsigned long hits,
    struct text *value_out)
{
	double score = 0, weight = pattern->weight;

	while (hits-- > 0) {
		score += weight;
		weight *= pattern->factor;
	}
	*value_out = value_format_number(&evaluator->scratch, score);
}

static bool
match_search(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	const struct program_pattern *pattern = expression->pattern;
	enum pattern_answer answer;
	struct match_walk walk;
	unsigned long hits = 0;

	if (!match_walk_begin(evaluator, pattern, &walk))
		return false;
	while ((answer = match_walk_next(evaluator, &walk)) == PATTERN_YES) {
		hits++;
		match_take_hit(
		    evaluator, pattern, walk.is_closed ? NULL : walk.compiled, walk.line.text);
		if (!pattern->weighted)
			break;
	}
	*value_out = hits > 0 ? TEXT("1") : TEXT("0");
	if (pattern->weighted && answer != PATTERN_FAILED)
		match_score(evaluator, pattern, hits, value_out);
	match_tell_search(
	    evaluator, &walk, answer == PATTERN_NO && hits > 0 ? PATTERN_YES : answer, *value_out);
	return answer != PATTERN_FAILED;
}

/* The next match in a text. *is_closed becomes true when a verdict made it: it is the last. */
static enum pattern_answer
match_next_in_text(struct evaluator *evaluator, const struct program_pattern *pattern,
    struct text subject, struct pattern_cursor *cursor, bool *is_closed)
{
	struct pattern *compiled = evaluator->states[pattern->index].compiled;

	if (*is_closed)
		return PATTERN_NO;
	enum pattern_answer answer =
	    pattern_next(evaluator->engine, compiled, subject, cursor, &evaluator->error);
	if (answer != PATTERN_FAILED)
		return answer;
	answer = match_failed(evaluator, pattern->offset);
	*is_closed = answer == PATTERN_YES;
	return answer;
}

static bool
match_text(struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	const struct program_pattern *pattern = expression->pattern;
	struct pattern_state *state = match_state(evaluator, pattern);
	struct pattern_cursor cursor = {.budget = &state->budget};
	enum pattern_answer answer;
	struct text subject;
	unsigned long hits = 0;
	bool is_closed = false;

	if (!evaluate(evaluator, expression->operands, &subject))
		return false;
	struct pattern *compiled = match_compiled(evaluator, pattern, state);
	if (compiled == NULL)
		return false;
	while ((answer = match_next_in_text(evaluator, pattern, subject, &cursor, &is_closed)) ==
	       PATTERN_YES) {
		hits++;
		match_take_hit(evaluator, pattern, is_closed ? NULL : compiled, subject);
		if (!pattern->weighted)
			break;
		if (hits % MATCH_LINES_BETWEEN_QUESTIONS == 0 &&
		    evaluate_is_interrupted(evaluator, pattern->offset))
			return false;
	}
	*value_out = hits > 0 ? TEXT("1") : TEXT("0");
	if (pattern->weighted && answer != PATTERN_FAILED)
		match_score(evaluator, pattern, hits, value_out);
	match_tell_text(evaluator, pattern, subject,
	    answer == PATTERN_NO && hits > 0 ? PATTERN_YES : answer, *value_out);
	return answer != PATTERN_FAILED;
}

enum pattern_answer
match_value(struct evaluator *evaluator, const struct program_pattern *pattern, struct text subject,
    bool is_damaged)
{
	struct pattern_state *state = match_state(evaluator, pattern);
	struct pattern_cursor cursor = {.budget = &state->budget};
	struct pattern *compiled = match_compiled(evaluator, pattern, state);
	bool is_closed = false;

	if (compiled == NULL)
		return PATTERN_FAILED;
	enum pattern_answer answer =
	    match_next_in_text(evaluator, pattern, subject, &cursor, &is_closed);
	if (answer == PATTERN_NO && is_damaged && !state->budget.is_spent) {
		answer = match_undecodable(evaluator, pattern->offset);
		is_closed = answer == PATTERN_YES;
	}
	if (is_closed)
		match_take_closed(evaluator, pattern->written);
	else if (answer == PATTERN_YES)
		match_take(evaluator, pattern->written, compiled, subject);
	return answer;
}

bool
match_evaluate(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	if (expression->kind == EXPRESSION_SEARCH)
		return match_search(evaluator, expression, value_out);
	return match_text(evaluator, expression, value_out);
}

/*
 * Adds the pattern's last match to the list; `subject` must live as long as the list. `compiled`
 * NULL: a verdict made the match, which is empty.
 */
static bool
match_add(struct evaluator *evaluator, struct arena *arena, const struct program_pattern *pattern,
    const struct pattern *compiled, struct text subject, struct match_list *list)
{
	struct match match = {.count = 1};

	if (compiled != NULL)
		match.count = pattern_group_count(evaluator->engine, compiled);
	list->groups += match.count;
	if (list->count >= EVALUATE_FOREACH_MAX || list->groups > EVALUATE_FOREACH_GROUPS_MAX)
		return evaluate_fail(evaluator, ERROR_LIMIT, pattern->offset,
		    "this pattern matches more than %d times", (int)EVALUATE_FOREACH_MAX);
	match.groups = arena_alloc_array(arena, match.count, sizeof *match.groups);
	for (unsigned i = 0; i < match.count && compiled != NULL; i++)
		match.groups[i] = pattern_group(evaluator->engine, compiled, subject, i);
	list->items =
	    vector_grow(arena, list->items, list->count, &list->capacity, sizeof *list->items);
	list->items[list->count++] = match;
	match_remember(evaluator, pattern->written, match.groups[0]);
	return true;
}

static bool
match_collect_lines(struct evaluator *evaluator, const struct expression *expression,
    struct arena *arena, struct match_list *list)
{
	const struct program_pattern *pattern = expression->pattern;
	enum pattern_answer answer;
	struct match_walk walk;
	struct text copy = {NULL, 0};
	size_t size = 0;

	if (!match_walk_begin(evaluator, pattern, &walk))
		return false;
	walk.cursor.body.wants_source = true;
	while ((answer = match_walk_next(evaluator, &walk)) == PATTERN_YES) {
		/* Each line and each whole text once; the offsets are those of what is copied. */
		struct text line = walk.is_closed ? (struct text){NULL, 0} : walk.line.text;
		size += walk.is_new ? line.size : 0;
		if (size > EVALUATE_SCRATCH_MAX)
			return evaluate_fail(evaluator, ERROR_LIMIT, pattern->offset,
			    "the lines that this pattern matches are larger than %d MiB",
			    (int)(EVALUATE_SCRATCH_MAX / 1024 / 1024));
		if (walk.is_new)
			copy = arena_copy_text(arena, line);
		if (!match_add(evaluator, arena, pattern, walk.is_closed ? NULL : walk.compiled,
			copy, list))
			return false;
	}
	if (observe_is_on(evaluator))
		match_tell_search(evaluator, &walk, list->count > 0 ? PATTERN_YES : answer,
		    value_format_number(&evaluator->scratch, (double)list->count));
	return answer == PATTERN_NO;
}

bool
match_collect(struct evaluator *evaluator, const struct expression *expression, struct arena *arena,
    struct match_list *list)
{
	const struct program_pattern *pattern = expression->pattern;
	struct pattern_state *state = match_state(evaluator, pattern);
	struct pattern_cursor cursor = {.budget = &state->budget};
	enum pattern_answer answer;
	struct text subject;
	bool is_closed = false;

	if (expression->kind == EXPRESSION_SEARCH)
		return match_collect_lines(evaluator, expression, arena, list);
	if (!evaluate(evaluator, expression->operands, &subject))
		return false;
	struct pattern *compiled = match_compiled(evaluator, pattern, state);
	if (compiled == NULL)
		return false;
	subject = arena_copy_text(arena, subject);
	while ((answer = match_next_in_text(evaluator, pattern, subject, &cursor, &is_closed)) ==
	       PATTERN_YES) {
		if (!match_add(
			evaluator, arena, pattern, is_closed ? NULL : compiled, subject, list))
			return false;
		if (list->count % MATCH_LINES_BETWEEN_QUESTIONS == 0 &&
		    evaluate_is_interrupted(evaluator, pattern->offset))
			return false;
	}
	if (observe_is_on(evaluator))
		match_tell_text(evaluator, pattern, subject, list->count > 0 ? PATTERN_YES : answer,
		    value_format_number(&evaluator->scratch, (double)list->count));
	return answer == PATTERN_NO;
}
