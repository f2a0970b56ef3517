/*
 * Patterns for header fields that no header has: a name without its colon or without the blank
 * behind it, a word in brackets that is read as a set of letters. And: which pattern asks for
 * something that another one has asked already. See inspect.h.
 */
#include "filter/mailfilter/inspect.h"

#include <string.h>

enum { INSPECT_BRACKET_MIN = 4 };

/* Fields whose names are no words that a line could begin with for another reason. */
static const struct text inspect_field_names[] = {
    TEXT("From"),
    TEXT("To"),
    TEXT("Cc"),
    TEXT("Subject"),
    TEXT("Sender"),
    TEXT("Reply-To"),
    TEXT("Delivered-To"),
    TEXT("Return-Path"),
    TEXT("Received"),
    TEXT("List-Id"),
    TEXT("List-Post"),
    TEXT("Message-Id"),
    TEXT("Precedence"),
};

static bool
inspect_is_field(struct text name)
{
	for (size_t i = 0; i < sizeof inspect_field_names / sizeof *inspect_field_names; i++)
		if (text_is_equal_nocase(name, inspect_field_names[i]))
			return true;
	return text_has_prefix_nocase(name, TEXT("X-")) && name.size > 2;
}

/* Where the name in ^Name or ^(Name|Name) ends; 0: the pattern begins with something else. */
static size_t
inspect_name_end(struct text source, bool *is_known_out)
{
	bool is_group = text_has_prefix(source, TEXT("^("));
	size_t at = is_group ? 2 : 1;

	*is_known_out = true;
	if (source.size < 4 || source.data[0] != '^')
		return 0;
	for (;;) {
		size_t start = at;
		while (at < source.size &&
		       (text_is_alpha(source.data[at]) || text_is_digit(source.data[at]) ||
			   source.data[at] == '-'))
			at++;
		if (at == start || at == source.size)
			return 0;
		*is_known_out &= inspect_is_field(text_slice(source, start, at));
		if (!is_group || source.data[at] != '|')
			break;
		at++;
	}
	if (is_group && source.data[at] != ')')
		return 0;
	return is_group ? at + 1 : at;
}

static void
inspect_field_name(struct inspection *inspection, const struct program_pattern *pattern)
{
	struct text source = pattern->source;
	bool is_known;
	size_t end = inspect_name_end(source, &is_known);
	struct diagnostic *added;

	if (end == 0 || end + 1 >= source.size || !is_known)
		return;
	if (source.data[end] == ' ' && text_find_byte(source, 0, ':') == source.size &&
	    text_find_byte(source, end, '|') == source.size) {
		added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_FIELD_NAME,
		    pattern->offset + 1 + (uint32_t)end, 1,
		    "the name of a field ends with a colon: no header line looks like this");
		diagnostic_advise(inspection->diagnostics, added,
		    "write %.*s:", TEXT_ARGUMENTS(text_slice(source, 0, end)));
		return;
	}
	char next = source.data[end + 1];
	char behind = end + 2 < source.size ? source.data[end + 2] : ' ';
	if (source.data[end] != ':' || (!text_is_alpha(next) && !text_is_digit(next)) ||
	    strchr("*?{", behind) != NULL)
		return;
	added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_FIELD_NAME,
	    pattern->offset + 1 + (uint32_t)end, 2,
	    "behind the colon of a field stands a blank in nearly all mail: this hardly ever "
	    "matches");
	diagnostic_advise(inspection->diagnostics, added,
	    "write %.*s: *%c (or .* to find it anywhere)",
	    TEXT_ARGUMENTS(text_slice(source, 0, end)), next);
}

/* [word] in a pattern for the subject, where lists put their names. */
static void
inspect_bracket_word(struct inspection *inspection, const struct program_pattern *pattern)
{
	struct text source = pattern->source;

	if (!text_has_prefix_nocase(source, TEXT("^Subject:")))
		return;
	for (size_t at = 0; at < source.size; at++) {
		if (source.data[at] == '\\') {
			at++;
			continue;
		}
		if (source.data[at] != '[')
			continue;
		size_t end = at + 1;
		while (end < source.size && text_is_alpha(source.data[end]))
			end++;
		bool is_word =
		    end < source.size && source.data[end] == ']' && end - at > INSPECT_BRACKET_MIN;
		char behind = end + 1 < source.size ? source.data[end + 1] : ' ';
		if (!is_word) {
			at = text_find_byte(source, end, ']');
			continue;
		}
		struct text word = text_slice(source, at + 1, end);
		if (strchr("*+?{", behind) == NULL && !text_is_equal_nocase(word, TEXT("aeiou"))) {
			struct diagnostic *added =
			    diagnostics_add(inspection->diagnostics, DIAGNOSTIC_BRACKET_WORD,
				pattern->offset + 1 + (uint32_t)at, (uint32_t)word.size + 2,
				"[%.*s] is one letter out of these, not the word",
				TEXT_ARGUMENTS(word));
			diagnostic_advise(inspection->diagnostics, added, "write \\[%.*s\\]",
			    TEXT_ARGUMENTS(word));
		}
		at = end;
	}
}

void
inspect_field(struct inspection *inspection, const struct expression *expression)
{
	const struct program_pattern *pattern = expression->pattern;

	if (expression->kind != EXPRESSION_SEARCH ||
	    (pattern->scope & ~(unsigned)(PATTERN_SCOPE_HEADER | PATTERN_SCOPE_TOP_HEADER |
					  PATTERN_SCOPE_RAW)) != 0)
		return;
	inspect_field_name(inspection, pattern);
	inspect_bracket_word(inspection, pattern);
}

bool
inspect_covers(const struct program_pattern *earlier, const struct program_pattern *later)
{
	struct text start = earlier->source, whole = later->source;

	if (earlier->expands || later->expands || earlier->weighted || later->weighted ||
	    earlier->scope != later->scope || (earlier->case_sensitive && !later->case_sensitive) ||
	    !text_has_prefix(whole, start) || start.size == 0)
		return false;
	/* Escapes and braces could go on in the rest; (?...) could change what it means. */
	for (size_t at = 0; at < start.size; at++)
		if (start.data[at] == '{' ||
		    (start.data[at] == '(' && at + 1 < start.size &&
			strchr("?*", start.data[at + 1]) != NULL) ||
		    (start.data[at] == '\\' &&
			(++at >= start.size || text_is_alpha(start.data[at]) ||
			    text_is_digit(start.data[at]))))
			return false;
	struct text rest = text_slice(whole, start.size, whole.size);
	return rest.size == 0 || (strchr("*+?{}", rest.data[0]) == NULL &&
				     text_find_byte(rest, 0, '|') == rest.size &&
				     text_find(rest, 0, TEXT("(?")) == rest.size);
}
