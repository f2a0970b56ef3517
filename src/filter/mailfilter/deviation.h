/*
 * What Culver does otherwise than maildrop, and where a file of rules comes upon it: for people who
 * move. Every row of "Deviations from maildrop" in doc/tolerance.md is here under the same name, but
 * those that only a message or the machine can show; tests/lint/deviations.t compares both.
 */
#ifndef FILTER_MAILFILTER_DEVIATION_H
#define FILTER_MAILFILTER_DEVIATION_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct diagnostics;
struct program;

/* In the order in which they are told: what costs mail first. */
enum deviation {
	DEVIATION_XFILTER_EMPTY,
	DEVIATION_FLAGS_LETTERS,
	DEVIATION_COPY_STATUS,
	DEVIATION_EXCEPTION_FAILURES,
	DEVIATION_EXIT_CODE_RANGE,
	DEVIATION_EXIT_CODE_NEVER,
	DEVIATION_PIPE_STATUS,
	DEVIATION_DEFAULT_STATUS,
	DEVIATION_FORWARD_SENDER,
	DEVIATION_NULL_SENDER,
	DEVIATION_BAD_PATTERN,
	DEVIATION_PATTERN_LIMIT,
	DEVIATION_EMPTY_MATCH,
	DEVIATION_MATCH_VALUE,
	DEVIATION_FOREACH_GROUPS,
	DEVIATION_FIELD_ORDER,
	DEVIATION_TOP_HEADER,
	DEVIATION_PATTERN_FLAGS,
	DEVIATION_PART_LINES,
	DEVIATION_BODY_CR,
	DEVIATION_EIGHT_BIT,
	DEVIATION_UNICODE_CLASSES,
	DEVIATION_HEADER_8BIT_KEPT,
	DEVIATION_FROM_LINE_TAKEN,
	DEVIATION_COMMAND_UNKNOWN,
	DEVIATION_COMMAND_SIGNAL,
	DEVIATION_XFILTER_GROWTH,
	DEVIATION_COMMAND_UMASK,
	DEVIATION_LOOKUP_SAFETY,
	DEVIATION_INCLUDE_SAFETY,
	DEVIATION_GDBM_FILE,
	DEVIATION_GDBM_LOCK,
	DEVIATION_GDBM_NEW,
	DEVIATION_GDBM_FAILURE,
	DEVIATION_LOCK_LIVING,
	DEVIATION_LOCK_SLEEP,
	DEVIATION_LOCK_TIMEOUT,
	DEVIATION_KEYWORDS_LAYOUT,
	DEVIATION_KEYWORDS_ATOM,
	DEVIATION_KEYWORDS_OUTSIDE,
	DEVIATION_GETADDR_WORDS,
	DEVIATION_GETADDR_QUOTES,
	DEVIATION_HASADDR_ROUTE,
	DEVIATION_SUBSTR_COUNT,
	DEVIATION_ADDED_LINES,
	DEVIATION_LOG_FIELDS,
	DEVIATION_LOG_FAILURES,
	DEVIATION_LOG_LINE,
	DEVIATION_ADMIN_RULES,
	DEVIATION_WORDS_STATEMENT,
	DEVIATION_WORDS_DESTINATION,
	DEVIATION_WORDS_FUNCTION,
	DEVIATIONS
};

/* Sentences without their end, for "maildrop: ..." and "Culver: ...". */
struct deviation_story {
	const char *name;
	const char *subject; /* what of the rules it is about */
	const char *maildrop, *culver;
	const char *advice; /* what to do about it; NULL: nothing */
};

const struct deviation_story *deviation_story(enum deviation deviation);

struct deviation_place {
	enum deviation deviation;
	uint32_t offset, size; /* of the source */
};

enum { DEVIATION_PLACES_MAX = 10000 };

struct deviation_list {
	struct arena *arena;
	struct deviation_place *items;
	size_t count, capacity;
	size_t dropped;
};

void deviation_list_init(struct deviation_list *list, struct arena *arena);
void deviation_list_add(
    struct deviation_list *list, enum deviation deviation, uint32_t offset, uint32_t size);
/* By deviation, then by place, none twice. */
void deviation_list_sort(struct deviation_list *list);

/* Looks for them in a program that mailfilter_check() read, with what it had to say of it. */
void deviation_find(struct arena *arena, const struct program *program,
    struct diagnostics *diagnostics, struct deviation_list *list);

#endif
