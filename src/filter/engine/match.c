/*
 * Pattern expressions; see match.h. Before a line costs a call into PCRE2, the prefilter is asked
 * whether it could match at all; a pattern that no line could match is never even compiled.
 */
#include "filter/engine/match.h"

#include <stdio.h>
#include <string.h>

#include "base/vector.h"
#include "filter/engine/edit_header.h"
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
	return prefilter_may_match_raw(prefilter, line->text);
}

/* A walk over the lines of the message that match. */
struct match_walk {
	const struct program_pattern *pattern;
	struct pattern_state *state;
	struct pattern *compiled;
	struct scope_cursor cursor;
	struct scope_line line; /* that matched */
	size_t lines;
};

static bool
match_walk_begin(
    struct evaluator *evaluator, const struct program_pattern *pattern, struct match_walk *walk)
{
	if (!edit_header_settle(evaluator))
		return false;
	*walk = (struct match_walk){.pattern = pattern, .state = match_state(evaluator, pattern)};
	/* Only header lines begin with a field name, but a line of the body may as well. */
	struct text field = (pattern->scope & PATTERN_SCOPE_BODY) != 0
				? (struct text){NULL, 0}
				: walk->state->prefilter.field;
	scope_begin(&walk->cursor, evaluator->scope, pattern->scope, field);
	/* A pattern that is not understood may be wrong: that must be found even when there is no
	 * line to try. */
	if (!walk->state->prefilter.understood)
		walk->compiled = match_compiled(evaluator, pattern, walk->state);
	return walk->state->prefilter.understood || walk->compiled != NULL;
}

static enum pattern_answer
match_walk_next(struct evaluator *evaluator, struct match_walk *walk)
{
	while (scope_next(&walk->cursor, &walk->line)) {
		struct pattern_cursor at_start = {0};
		if (++walk->lines % MATCH_LINES_BETWEEN_QUESTIONS == 0 &&
		    evaluate_is_interrupted(evaluator, walk->pattern->offset))
			return PATTERN_FAILED;
		if (!match_is_possible(&walk->state->prefilter, &walk->line))
			continue;
		if (walk->compiled == NULL)
			walk->compiled = match_compiled(evaluator, walk->pattern, walk->state);
		if (walk->compiled == NULL)
			return PATTERN_FAILED;
		enum pattern_answer answer = pattern_next(evaluator->engine, walk->compiled,
		    walk->line.text, &at_start, &evaluator->error);
		if (answer == PATTERN_FAILED)
			evaluate_fail_at(evaluator, walk->pattern->offset);
		if (answer != PATTERN_NO)
			return answer;
	}
	return PATTERN_NO;
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

	for (unsigned i = 0; i < count; i++)
		match_set_variable(
		    evaluator, i, pattern_group(evaluator->engine, compiled, subject, i));
	match_remember(evaluator, written, pattern_group(evaluator->engine, compiled, subject, 0));
}

static bool
match_score(struct evaluator *evaluator, const struct program_pattern *pattern, unsigned long hits,
    struct text *value_out)
{
	double score = 0, weight = pattern->weight;

	while (hits-- > 0) {
		score += weight;
		weight *= pattern->factor;
	}
	*value_out = value_format_number(&evaluator->scratch, score);
	return true;
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
		if (!pattern->weighted) {
			match_take(evaluator, pattern->written, walk.compiled, walk.line.text);
			*value_out = TEXT("1");
			return true;
		}
		hits++;
		match_remember(evaluator, pattern->written,
		    pattern_group(evaluator->engine, walk.compiled, walk.line.text, 0));
	}
	*value_out = TEXT("0");
	if (answer == PATTERN_FAILED)
		return false;
	return !pattern->weighted || match_score(evaluator, pattern, hits, value_out);
}

static bool
match_text(struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	const struct program_pattern *pattern = expression->pattern;
	struct pattern_cursor cursor = {0};
	enum pattern_answer answer;
	struct text subject;
	unsigned long hits = 0;

	if (!evaluate(evaluator, expression->operands, &subject))
		return false;
	struct pattern *compiled =
	    match_compiled(evaluator, pattern, match_state(evaluator, pattern));
	if (compiled == NULL)
		return false;
	while ((answer = pattern_next(evaluator->engine, compiled, subject, &cursor,
		    &evaluator->error)) == PATTERN_YES) {
		if (!pattern->weighted) {
			match_take(evaluator, pattern->written, compiled, subject);
			*value_out = TEXT("1");
			return true;
		}
		if (++hits % MATCH_LINES_BETWEEN_QUESTIONS == 0 &&
		    evaluate_is_interrupted(evaluator, pattern->offset))
			return false;
		match_remember(evaluator, pattern->written,
		    pattern_group(evaluator->engine, compiled, subject, 0));
	}
	if (answer == PATTERN_FAILED)
		return evaluate_fail_at(evaluator, pattern->offset);
	*value_out = TEXT("0");
	return !pattern->weighted || match_score(evaluator, pattern, hits, value_out);
}

enum pattern_answer
match_value(struct evaluator *evaluator, const struct program_pattern *pattern, struct text subject)
{
	struct pattern_cursor at_start = {0};
	struct pattern *compiled =
	    match_compiled(evaluator, pattern, match_state(evaluator, pattern));

	if (compiled == NULL)
		return PATTERN_FAILED;
	enum pattern_answer answer =
	    pattern_next(evaluator->engine, compiled, subject, &at_start, &evaluator->error);
	if (answer == PATTERN_YES)
		match_take(evaluator, pattern->written, compiled, subject);
	else if (answer == PATTERN_FAILED)
		evaluate_fail_at(evaluator, pattern->offset);
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

/* Adds the pattern's last match to the list; `subject` must live as long as the list. */
static bool
match_add(struct evaluator *evaluator, struct arena *arena, const struct program_pattern *pattern,
    const struct pattern *compiled, struct text subject, struct match_list *list)
{
	struct match match = {.count = pattern_group_count(evaluator->engine, compiled)};

	list->groups += match.count;
	if (list->count >= EVALUATE_FOREACH_MAX || list->groups > EVALUATE_FOREACH_GROUPS_MAX)
		return evaluate_fail(evaluator, ERROR_LIMIT, pattern->offset,
		    "this pattern matches more than %d times", (int)EVALUATE_FOREACH_MAX);
	match.groups = arena_alloc_array(arena, match.count, sizeof *match.groups);
	for (unsigned i = 0; i < match.count; i++)
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
	enum pattern_answer answer;
	struct match_walk walk;
	size_t size = 0;

	if (!match_walk_begin(evaluator, expression->pattern, &walk))
		return false;
	while ((answer = match_walk_next(evaluator, &walk)) == PATTERN_YES) {
		size += walk.line.text.size;
		if (size > EVALUATE_SCRATCH_MAX)
			return evaluate_fail(evaluator, ERROR_LIMIT, expression->pattern->offset,
			    "the lines that this pattern matches are larger than %d MiB",
			    (int)(EVALUATE_SCRATCH_MAX / 1024 / 1024));
		struct text line = arena_copy_text(arena, walk.line.text);
		/* The offsets are those of the line that was copied. */
		if (!match_add(evaluator, arena, expression->pattern, walk.compiled, line, list))
			return false;
	}
	return answer == PATTERN_NO;
}

bool
match_collect(struct evaluator *evaluator, const struct expression *expression, struct arena *arena,
    struct match_list *list)
{
	const struct program_pattern *pattern = expression->pattern;
	struct pattern_cursor cursor = {0};
	enum pattern_answer answer;
	struct text subject;

	if (expression->kind == EXPRESSION_SEARCH)
		return match_collect_lines(evaluator, expression, arena, list);
	if (!evaluate(evaluator, expression->operands, &subject))
		return false;
	struct pattern *compiled =
	    match_compiled(evaluator, pattern, match_state(evaluator, pattern));
	if (compiled == NULL)
		return false;
	subject = arena_copy_text(arena, subject);
	while ((answer = pattern_next(evaluator->engine, compiled, subject, &cursor,
		    &evaluator->error)) == PATTERN_YES) {
		if (!match_add(evaluator, arena, pattern, compiled, subject, list))
			return false;
		if (list->count % MATCH_LINES_BETWEEN_QUESTIONS == 0 &&
		    evaluate_is_interrupted(evaluator, pattern->offset))
			return false;
	}
	return answer == PATTERN_NO || evaluate_fail_at(evaluator, pattern->offset);
}
