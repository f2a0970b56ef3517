/*
 * The list of what is to be said about rules, and the words for it; see diagnostic.h. The table
 * below is compared with culver-check(1) by tests/lint/diagnostics.t.
 */
#include "filter/engine/diagnostic.h"

#include <stdlib.h>

#include "base/vector.h"

static const struct {
	const char *word;
	enum diagnostic_level level;
} diagnostic_kinds[DIAGNOSTIC_CODES] = {
    [DIAGNOSTIC_SYNTAX] = {"syntax", DIAGNOSTIC_ERROR},
    [DIAGNOSTIC_BAD_PATTERN] = {"bad-pattern", DIAGNOSTIC_ERROR},
    [DIAGNOSTIC_EMPTY_BRANCH] = {"empty-branch", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_ASSIGNMENT_IN_CONDITION] = {"assignment-in-condition", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_DOLLAR_ASSIGNMENT] = {"dollar-assignment", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_DOLLAR_NAME] = {"dollar-name", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_MISSING_DOLLAR] = {"missing-dollar", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_MISSPELT_VARIABLE] = {"misspelt-variable", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_BARE_ARITHMETIC] = {"bare-arithmetic", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_PATTERN_AS_PATH] = {"pattern-as-path", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_NUMERIC_COMPARISON] = {"numeric-comparison", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_TEXT_COMPARISON] = {"text-comparison", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_CONSTANT_CONDITION] = {"constant-condition", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_REPEATED_CONDITION] = {"repeated-condition", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_UNREACHABLE] = {"unreachable", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_CC_STATUS] = {"cc-status", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_RETURNCODE_UNSET] = {"returncode-unset", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_MATCHES_ALL] = {"matches-all", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_MATCHES_NOTHING] = {"matches-nothing", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_BACKTRACKING] = {"backtracking", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_PATTERN_FLAGS] = {"pattern-flags", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_SHELL_INJECTION] = {"shell-injection", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_UNQUOTED_IN_COMMAND] = {"unquoted-in-command", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_PATH_FROM_MESSAGE] = {"path-from-message", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_DUPLICATE_CHECK] = {"duplicate-check", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_FLAGS_LETTERS] = {"flags-letters", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_XFILTER_OUTPUT] = {"xfilter-output", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_MISSING_FOLDER] = {"missing-folder", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_MISSING_FILE] = {"missing-file", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_MAILBOX_NAME] = {"mailbox-name", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_NO_EFFECT] = {"no-effect", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_FIELD_NAME] = {"field-name", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_BRACKET_WORD] = {"bracket-word", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_EMPTY_MATCH] = {"empty-match", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_SCORE_CONDITION] = {"score-condition", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_STATUS_VARIABLE] = {"status-variable", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_EXIT_CODE] = {"exit-code", DIAGNOSTIC_WARNING},
    [DIAGNOSTIC_MATCH_COMPARED] = {"match-compared", DIAGNOSTIC_NOTE},
    [DIAGNOSTIC_FORWARD_SENDER] = {"forward-sender", DIAGNOSTIC_NOTE},
    [DIAGNOSTIC_NULL_SENDER] = {"null-sender", DIAGNOSTIC_NOTE},
    [DIAGNOSTIC_EXCEPTION_EXITCODE] = {"exception-exitcode", DIAGNOSTIC_NOTE},
    [DIAGNOSTIC_ATTACHMENT_CONDITION] = {"attachment-condition", DIAGNOSTIC_WARNING},
};

void
diagnostics_init(struct diagnostics *list, struct arena *arena)
{
	*list = (struct diagnostics){.arena = arena};
}

struct diagnostic *
diagnostics_add(struct diagnostics *list, enum diagnostic_code code, uint32_t offset, uint32_t size,
    const char *format, ...)
{
	va_list arguments;

	if (list->count == DIAGNOSTIC_MAX) {
		list->dropped[diagnostic_level(code)]++;
		return NULL;
	}
	list->items = vector_grow(
	    list->arena, list->items, list->count, &list->capacity, sizeof *list->items);
	struct diagnostic *added = &list->items[list->count++];
	*added = (struct diagnostic){.code = code, .offset = offset, .size = size};
	va_start(arguments, format);
	added->message = arena_format_list(list->arena, format, arguments);
	va_end(arguments);
	return added;
}

void
diagnostic_advise(struct diagnostics *list, struct diagnostic *diagnostic, const char *format, ...)
{
	va_list arguments;

	if (diagnostic == NULL)
		return;
	va_start(arguments, format);
	diagnostic->advice = arena_format_list(list->arena, format, arguments);
	va_end(arguments);
}

static int
diagnostic_compare(const void *left, const void *right)
{
	const struct diagnostic *a = left, *b = right;

	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	if (a->code != b->code)
		return a->code < b->code ? -1 : 1;
	return text_compare(a->message, b->message);
}

void
diagnostics_sort(struct diagnostics *list)
{
	size_t kept = 0;

	if (list->count > 0)
		qsort(list->items, list->count, sizeof *list->items, diagnostic_compare);
	for (size_t i = 0; i < list->count; i++) {
		const struct diagnostic *item = &list->items[i];
		if (kept > 0 && list->items[kept - 1].offset == item->offset &&
		    list->items[kept - 1].code == item->code)
			continue;
		list->items[kept++] = *item;
	}
	list->count = kept;
}

enum diagnostic_level
diagnostic_level(enum diagnostic_code code)
{
	return diagnostic_kinds[code].level;
}

const char *
diagnostic_word(enum diagnostic_code code)
{
	return diagnostic_kinds[code].word;
}
