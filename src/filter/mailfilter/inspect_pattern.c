/*
 * Mistakes in patterns: those that do not compile, match everything or nothing, or take for ever,
 * and flags that mean nothing; see inspect.h and filter/engine/pattern_shape.h.
 */
#include <string.h>

#include "base/buffer.h"
#include "filter/engine/pattern_pump.h"
#include "filter/mailfilter/inspect.h"
#include "filter/mailfilter/pattern_flag.h"

enum { INSPECT_PUMP_SHOWN = 24, INSPECT_FLAGS_MAX = 1024 };

static void
inspect_bad_pattern(struct inspection *inspection, const struct program_pattern *pattern)
{
	const struct pattern_mistake *mistake = pattern_engine_mistake(inspection->engine);
	struct diagnostic *added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_BAD_PATTERN,
	    pattern->offset + 1 + (uint32_t)mistake->offset, 1, "this pattern cannot be read: %s",
	    mistake->reason);
	const char *advice =
	    "a character that is meant as it stands is written with a \\ before it";

	if (mistake->kind == PATTERN_MISTAKE_RANGE)
		advice = "a [ that is meant as it stands is written \\[ (between [ and ] stand the "
			 "characters of which one is meant)";
	else if (mistake->kind == PATTERN_MISTAKE_NAMED_CLASS)
		advice = "write [[:alnum:]]: the name of a class stands between [ and ] itself";
	diagnostic_advise(
	    inspection->diagnostics, added, "%s; mail that comes to this rule is deferred", advice);
}

static void
inspect_advise_flags(struct inspection *inspection, struct diagnostic *added, char letter)
{
	const struct pattern_flag *flag;
	struct buffer letters;

	if (letter == 'i') {
		diagnostic_advise(inspection->diagnostics, added,
		    "case makes no difference to begin with, so that none is needed (D makes it "
		    "count)");
		return;
	}
	buffer_init(&letters, INSPECT_FLAGS_MAX);
	for (size_t i = 0; (flag = pattern_flag_at(i)) != NULL; i++)
		buffer_append_format(
		    &letters, "%s%c: %s", i > 0 ? "; " : "", flag->letter, flag->meaning);
	diagnostic_advise(
	    inspection->diagnostics, added, "%.*s", TEXT_ARGUMENTS(buffer_text(&letters)));
	buffer_clear(&letters);
}

static void
inspect_flag_letter(struct inspection *inspection, const struct program_pattern *pattern)
{
	struct text written = pattern->written;

	for (size_t at = pattern->source.size + 3; at < written.size; at++) {
		char letter = written.data[at];
		if (!text_is_alpha(letter) || pattern_flag_find(letter) != NULL)
			continue;
		if (text_is_digit(written.data[at - 1]) || written.data[at - 1] == '.')
			return; /* 1e5: a weight */
		struct diagnostic *added =
		    diagnostics_add(inspection->diagnostics, DIAGNOSTIC_PATTERN_FLAGS,
			pattern->offset + (uint32_t)at, 1, "a pattern has no flag \"%c\"", letter);
		inspect_advise_flags(inspection, added, letter);
	}
}

static bool
inspect_has_groups(const struct pattern_shape *shape)
{
	return shape->group_count > 0;
}

static void
inspect_idle(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression, const struct pattern_shape *shape)
{
	const struct program_pattern *pattern = expression->pattern;
	const struct shape_node *idle = pattern_shape_find_idle_choice(shape);
	struct diagnostic *added;

	if (pattern->weighted || site->statement->kind == STATEMENT_FOREACH)
		return;
	if (idle != NULL) {
		added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_MATCHES_ALL,
		    pattern->offset + 1 + idle->offset, idle->size,
		    "this alternative is satisfied by every line, so that the others do not count");
		diagnostic_advise(inspection->diagnostics, added,
		    "leave it away; as it stands the pattern asks only whether there is such a "
		    "field");
		return;
	}
	/* A lone ^ asks whether there is any line. */
	if (!pattern_shape_is_always(shape) || text_is_equal(pattern->source, TEXT("^")))
		return;
	/* text =~ /(.*)/ is there to set MATCH1. */
	if (expression->kind == EXPRESSION_MATCH && inspect_has_groups(shape))
		return;
	if (expression->kind == EXPRESSION_MATCH && site->parent == NULL &&
	    site->statement->kind == STATEMENT_EXPRESSION)
		return;
	added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_MATCHES_ALL, pattern->offset,
	    (uint32_t)pattern->written.size, "this pattern matches every %s",
	    expression->kind == EXPRESSION_MATCH ? "text" : "line");
	diagnostic_advise(inspection->diagnostics, added,
	    "is an alternative empty, or something optional (* or ?) that has to be there (+)?");
}

static void
inspect_dead(struct inspection *inspection, const struct expression *expression,
    const struct pattern_shape *shape)
{
	const struct program_pattern *pattern = expression->pattern;
	bool is_whole, is_line = expression->kind == EXPRESSION_SEARCH;
	const struct shape_node *dead = pattern_shape_find_dead(shape, is_line, &is_whole);

	/* Whole texts and raw fields have line ends inside. */
	if (dead == NULL || (pattern->scope & (PATTERN_SCOPE_RAW | PATTERN_SCOPE_WHOLE)) != 0)
		return;
	const char *why = dead->kind == SHAPE_START ? "^ is the beginning, but something must come "
						      "before it"
			  : dead->kind == SHAPE_END
			      ? "$ is the end of the line, but something must "
				"come behind it"
			      : "each line is looked at by itself, without "
				"its line end";
	struct diagnostic *added = diagnostics_add(inspection->diagnostics,
	    DIAGNOSTIC_MATCHES_NOTHING, pattern->offset + 1 + dead->offset, dead->size,
	    "%s: this %s never matches", why, is_whole ? "pattern" : "alternative");
	diagnostic_advise(inspection->diagnostics, added,
	    dead->kind == SHAPE_SET ? "write one pattern for each line: /first/ && /second/"
				    : "a ^ or $ that is meant as it stands is written \\^ or \\$");
}

static void
inspect_backtracking(struct inspection *inspection, const struct expression *expression,
    struct pattern *compiled, const struct pattern_shape *shape)
{
	const struct program_pattern *pattern = expression->pattern;
	struct pattern_pump pump;

	if (!pattern_pump_find(&inspection->scratch, inspection->engine, compiled, shape,
		&inspection->trials, &pump))
		return;
	struct diagnostic *added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_BACKTRACKING,
	    pattern->offset + 1 + pump.offset, pump.size,
	    "this part can match the same text in very many ways: on \"%.*s%s\" (%zu bytes) the "
	    "search reaches its limit",
	    pump.text.size > INSPECT_PUMP_SHOWN ? INSPECT_PUMP_SHOWN : (int)pump.text.size,
	    pump.text.data, pump.text.size > INSPECT_PUMP_SHOWN ? "..." : "", pump.text.size);
	diagnostic_advise(inspection->diagnostics, added,
	    "what is repeated inside of something repeated must begin or end with a character "
	    "that the rest of it cannot match; or make it possessive: write the last + or * as ++ "
	    "or *+");
}

/* The size of an encoded word's beginning, =\?charset\?, at `at` of a pattern; 0: there is none. */
static size_t
inspect_encoded_word(struct text source, size_t at)
{
	size_t end = at + 3;

	if (!text_has_prefix(text_slice(source, at, source.size), TEXT("=\\?")))
		return 0;
	while (end < source.size &&
	       (text_is_alpha(source.data[end]) || text_is_digit(source.data[end]) ||
		   strchr("-_.*+[]", source.data[end]) != NULL))
		end++;
	bool is_closed = text_has_prefix(text_slice(source, end, source.size), TEXT("\\?"));
	return end > at + 3 && is_closed ? end + 2 - at : 0;
}

static void
inspect_encoded_words(struct inspection *inspection, const struct expression *expression)
{
	const struct program_pattern *pattern = expression->pattern;
	size_t size = 0;

	if (expression->kind != EXPRESSION_SEARCH ||
	    (pattern->scope & (PATTERN_SCOPE_RAW | PATTERN_SCOPE_BODY)) != 0)
		return;
	for (size_t at = 0; at < pattern->source.size && size == 0; at++) {
		size = inspect_encoded_word(pattern->source, at);
		if (size == 0)
			continue;
		struct diagnostic *added = diagnostics_add(inspection->diagnostics,
		    DIAGNOSTIC_MATCHES_NOTHING, pattern->offset + 1 + (uint32_t)at, (uint32_t)size,
		    "header fields are searched decoded: no encoded word is there to be found");
		diagnostic_advise(inspection->diagnostics, added,
		    "look for the text itself, or with the flag r for the field as it stands");
	}
}

void
inspect_pattern(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression)
{
	const struct program_pattern *pattern = expression->pattern;
	struct error error;

	inspect_flag_letter(inspection, pattern);
	inspect_encoded_words(inspection, expression);
	inspect_field(inspection, expression);
	if (pattern->expands)
		return;
	struct pattern *compiled =
	    pattern_compile(inspection->engine, pattern->source, pattern->case_sensitive, &error);
	if (compiled == NULL) {
		if (error.kind == ERROR_INPUT)
			inspect_bad_pattern(inspection, pattern);
		return;
	}
	const struct pattern_shape *shape =
	    pattern_shape_parse(&inspection->scratch, pattern->source, pattern->case_sensitive);
	if (shape != NULL) {
		inspect_idle(inspection, site, expression, shape);
		inspect_dead(inspection, expression, shape);
		inspect_empty_match(inspection, site, expression, shape);
		inspect_backtracking(inspection, expression, compiled, shape);
	}
	arena_clear(&inspection->scratch);
	pattern_free(inspection->engine, compiled);
}
