/*
 * What is to be said about rules, collected: made by parsers and inspectors, shown by somebody else
 * (rehearse/diagnostic_report). Nothing is said twice about one place under one word. A list holds
 * DIAGNOSTIC_MAX of them, and counts the rest.
 */
#ifndef FILTER_ENGINE_DIAGNOSTIC_H
#define FILTER_ENGINE_DIAGNOSTIC_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

enum diagnostic_level { DIAGNOSTIC_ERROR, DIAGNOSTIC_WARNING, DIAGNOSTIC_NOTE };

/* What kind of mistake it is; diagnostic_word() gives its name, culver-check(1) explains each. */
enum diagnostic_code {
	DIAGNOSTIC_SYNTAX,
	DIAGNOSTIC_BAD_PATTERN,
	DIAGNOSTIC_EMPTY_BRANCH,
	DIAGNOSTIC_ASSIGNMENT_IN_CONDITION,
	DIAGNOSTIC_DOLLAR_ASSIGNMENT,
	DIAGNOSTIC_DOLLAR_NAME,
	DIAGNOSTIC_MISSING_DOLLAR,
	DIAGNOSTIC_MISSPELT_VARIABLE,
	DIAGNOSTIC_BARE_ARITHMETIC,
	DIAGNOSTIC_PATTERN_AS_PATH,
	DIAGNOSTIC_NUMERIC_COMPARISON,
	DIAGNOSTIC_TEXT_COMPARISON,
	DIAGNOSTIC_CONSTANT_CONDITION,
	DIAGNOSTIC_REPEATED_CONDITION,
	DIAGNOSTIC_UNREACHABLE,
	DIAGNOSTIC_CC_STATUS,
	DIAGNOSTIC_RETURNCODE_UNSET,
	DIAGNOSTIC_MATCHES_ALL,
	DIAGNOSTIC_MATCHES_NOTHING,
	DIAGNOSTIC_BACKTRACKING,
	DIAGNOSTIC_PATTERN_FLAGS,
	DIAGNOSTIC_SHELL_INJECTION,
	DIAGNOSTIC_UNQUOTED_IN_COMMAND,
	DIAGNOSTIC_PATH_FROM_MESSAGE,
	DIAGNOSTIC_DUPLICATE_CHECK,
	DIAGNOSTIC_FLAGS_LETTERS,
	DIAGNOSTIC_XFILTER_OUTPUT,
	DIAGNOSTIC_MISSING_FOLDER,
	DIAGNOSTIC_MISSING_FILE,
	DIAGNOSTIC_MAILBOX_NAME,
	DIAGNOSTIC_NO_EFFECT,
	DIAGNOSTIC_FIELD_NAME,
	DIAGNOSTIC_BRACKET_WORD,
	DIAGNOSTIC_EMPTY_MATCH,
	DIAGNOSTIC_SCORE_CONDITION,
	DIAGNOSTIC_STATUS_VARIABLE,
	DIAGNOSTIC_EXIT_CODE,
	DIAGNOSTIC_MATCH_COMPARED,
	DIAGNOSTIC_FORWARD_SENDER,
	DIAGNOSTIC_NULL_SENDER,
	DIAGNOSTIC_EXCEPTION_EXITCODE,
	DIAGNOSTIC_ATTACHMENT_CONDITION,
	DIAGNOSTIC_CODES
};

struct diagnostic {
	enum diagnostic_code code;
	uint32_t offset, size; /* bytes of the source; size 0: a place, not a span */
	struct text message;
	struct text advice; /* what to write instead; may be empty */
};

enum { DIAGNOSTIC_MAX = 1000 };

struct diagnostics {
	struct arena *arena;
	struct diagnostic *items;
	size_t count, capacity;
	size_t dropped[3]; /* by level */
};

void diagnostics_init(struct diagnostics *list, struct arena *arena);
/* Adds one; the message is copied as it is formatted. NULL when the list is full: the advice of
 * diagnostic_advise() then goes nowhere. */
struct diagnostic *diagnostics_add(struct diagnostics *list, enum diagnostic_code code,
    uint32_t offset, uint32_t size, const char *format, ...) __attribute__((format(printf, 5, 6)));
void diagnostic_advise(struct diagnostics *list, struct diagnostic *diagnostic, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
/* In the order of the source, without what is said twice. */
void diagnostics_sort(struct diagnostics *list);

enum diagnostic_level diagnostic_level(enum diagnostic_code code);
const char *diagnostic_word(enum diagnostic_code code);

#endif
