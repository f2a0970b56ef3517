/*
 * Patterns from a file; see lookup.h. A pattern that cannot match the text, as its literal shows,
 * is never compiled: a file may hold thousands.
 */
#include "filter/engine/lookup.h"

#include <string.h>

#include "filter/engine/match.h"

enum { LOOKUP_LINES_BETWEEN_QUESTIONS = 256, LOOKUP_MEMORY = 2048 };

struct lookup {
	struct evaluator *evaluator;
	const struct expression *expression;
	struct text name; /* of the file */
	struct text subject;
	bool case_sensitive;
	bool is_closed; /* a verdict made the match */
	unsigned line;
	struct pattern_budget budget; /* of all its patterns */
};

static enum pattern_answer
lookup_fail(const struct lookup *lookup)
{
	struct evaluator *evaluator = lookup->evaluator;

	error_prefix(&evaluator->error, "%.*s:%u: ", TEXT_ARGUMENTS(lookup->name), lookup->line);
	evaluate_fail_at(evaluator, lookup->expression->offset);
	return PATTERN_FAILED;
}

/* Compiles one pattern and tries it. */
static enum pattern_answer
lookup_try(struct lookup *lookup, struct text source)
{
	struct evaluator *evaluator = lookup->evaluator;
	struct pattern_cursor at_start = {.budget = &lookup->budget};
	struct pattern *pattern =
	    pattern_compile(evaluator->engine, source, lookup->case_sensitive, &evaluator->error);

	if (pattern == NULL)
		return lookup_fail(lookup);
	enum pattern_answer answer =
	    pattern_next(evaluator->engine, pattern, lookup->subject, &at_start, &evaluator->error);
	if (answer == PATTERN_FAILED) {
		error_prefix(
		    &evaluator->error, "%.*s:%u: ", TEXT_ARGUMENTS(lookup->name), lookup->line);
		answer = match_failed(evaluator, lookup->expression->offset);
		lookup->is_closed = answer == PATTERN_YES;
	}
	if (answer == PATTERN_YES) {
		/* The file's text goes away; the log wants the pattern later. */
		struct text written = text_slice(source, 0, FILTER_MATCHED_MAX);
		memmove(evaluator->condition_kept, written.data, written.size);
		written.data = evaluator->condition_kept;
		if (lookup->is_closed)
			match_take_closed(evaluator, written);
		else
			match_take(evaluator, written, pattern, lookup->subject);
	}
	pattern_free(evaluator->engine, pattern);
	return answer;
}

static enum pattern_answer
lookup_try_line(struct lookup *lookup, struct text line)
{
	char memory[LOOKUP_MEMORY];
	struct arena arena;

	/* tolerance: rules-crlf */
	if (text_has_suffix(line, TEXT("\r")))
		line.size--;
	while (line.size > 0 && text_is_space(line.data[0]))
		line = text_slice(line, 1, line.size);
	if (line.size == 0 || line.data[0] == '#')
		return PATTERN_NO;
	arena_init(&arena, memory, sizeof memory);
	struct prefilter prefilter = prefilter_analyse(&arena, line, lookup->case_sensitive);
	bool is_possible = !prefilter.understood || prefilter.literal.size == 0 ||
			   prefilter_find(&prefilter, lookup->subject, 0) < lookup->subject.size;
	arena_clear(&arena);
	return is_possible ? lookup_try(lookup, line) : PATTERN_NO;
}

/* Tries the patterns in their order. */
static enum pattern_answer
lookup_walk(struct lookup *lookup, struct text rest)
{
	enum pattern_answer answer = PATTERN_NO;

	while (rest.size > 0 && answer == PATTERN_NO) {
		if (++lookup->line % LOOKUP_LINES_BETWEEN_QUESTIONS == 0 &&
		    evaluate_is_interrupted(lookup->evaluator, lookup->expression->offset))
			return PATTERN_FAILED;
		answer = lookup_try_line(lookup, text_split(&rest, '\n'));
	}
	return answer;
}

bool
lookup_evaluate(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	const struct filter_input *input = evaluator->input;
	const struct expression *file = expression->operands->next;
	struct lookup lookup = {.evaluator = evaluator, .expression = expression};
	enum pattern_answer answer = PATTERN_FAILED;
	struct text patterns, flags;
	struct arena arena;

	if (!evaluate(evaluator, expression->operands, &lookup.subject) ||
	    !evaluate(evaluator, file, &lookup.name))
		return false;
	if (file->next != NULL) {
		if (!evaluate(evaluator, file->next, &flags))
			return false;
		lookup.case_sensitive = text_find_byte(flags, 0, 'D') < flags.size;
	}
	arena_init(&arena, NULL, 0);
	if (input->host->read_rules(
		input->host_self, &arena, lookup.name, &patterns, &evaluator->error))
		answer = lookup_walk(&lookup, patterns);
	else
		evaluate_fail_at(evaluator, expression->offset);
	arena_clear(&arena);
	*value_out = answer == PATTERN_YES ? TEXT("1") : TEXT("0");
	return answer != PATTERN_FAILED;
}
