/*
 * The table of pattern flags; see pattern_flag.h and mailfilter(5), PATTERNS.
 */
#include "filter/mailfilter/pattern_flag.h"

#include "filter/engine/expression.h"

static const struct pattern_flag pattern_flags[] = {
    {'h', PATTERN_SCOPE_HEADER, false, false, "header lines of the message and its parts"},
    {'H', PATTERN_SCOPE_TOP_HEADER, false, false, "header lines of the message only"},
    {'b', PATTERN_SCOPE_BODY, false, false, "lines of the text"},
    {'w', 0, true, false, "header and text"},
    {'p', PATTERN_SCOPE_WHOLE, false, false, "whole texts"},
    {'r', PATTERN_SCOPE_RAW, false, false, "as it stands"},
    {'D', 0, false, true, "case counts"},
};

const struct pattern_flag *
pattern_flag_find(char letter)
{
	for (size_t i = 0; i < sizeof pattern_flags / sizeof *pattern_flags; i++)
		if (pattern_flags[i].letter == letter)
			return &pattern_flags[i];
	return NULL;
}

const struct pattern_flag *
pattern_flag_at(size_t index)
{
	return index < sizeof pattern_flags / sizeof *pattern_flags ? &pattern_flags[index] : NULL;
}
