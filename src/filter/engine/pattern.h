/*
 * Patterns (Perl-compatible regular expressions), compiled and tried. The only module that knows
 * PCRE2, which is opened when the first pattern needs it: a delivery whose rules get along with plain
 * ones (plain_pattern.h), or with none, does not load it.
 *
 * Subjects may hold any bytes; what is not UTF-8 matches nothing but does not stop the search. Work
 * is bounded by limits on backtracking steps, depth and memory: a limit that is reached is an
 * error, never "no match". The match limit of PCRE2 holds for one place where a match could begin; a
 * place that takes more than a few steps is counted, and the sums are bounded too. One step may look
 * at a long run of bytes: on long subjects processor time is counted as steps.
 */
#ifndef FILTER_ENGINE_PATTERN_H
#define FILTER_ENGINE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

struct pattern_engine;
struct pattern;

enum {
	PATTERN_MATCH_LIMIT_DEFAULT = 100000,
	PATTERN_DEPTH_LIMIT = 10000,
	PATTERN_HEAP_LIMIT_KIB = 8192,
	/* Steps of one search, over all places where a match could begin, and of all searches with
	 * one budget: so many times the match limit; of a budget more for each byte searched. */
	PATTERN_SEARCH_LIMITS = 20,
	PATTERN_BUDGET_LIMITS = 100,
	PATTERN_BUDGET_STEPS_A_BYTE = 16,
	PATTERN_NANOSECONDS_A_STEP = 25,
};

/* A match_limit of 0 is the default. Nothing is loaded yet. */
struct pattern_engine *pattern_engine_new(struct arena *arena, uint32_t match_limit);
/* Asked from time to time in a long search: true ends it, as a limit does. */
void pattern_engine_watch(struct pattern_engine *engine, bool (*is_over)(void *self), void *self);
/* Frees what PCRE2 allocated, all patterns of this engine included. */
void pattern_engine_close(struct pattern_engine *engine);

/* The error's text is PCRE2's, with the position in the pattern; ERROR_SYSTEM when PCRE2 cannot be
 * opened. */
struct pattern *pattern_compile(
    struct pattern_engine *engine, struct text source, bool case_sensitive, struct error *error);
/* What is wrong with the text that pattern_compile() refused last with ERROR_INPUT. */
enum pattern_mistake_kind {
	PATTERN_MISTAKE_OTHER,
	PATTERN_MISTAKE_RANGE,       /* [z-a] */
	PATTERN_MISTAKE_NAMED_CLASS, /* [:alnum:] outside of [ ] */
};
struct pattern_mistake {
	enum pattern_mistake_kind kind;
	size_t offset; /* in the text; at most its size */
	char reason[ERROR_TEXT_MAX / 2];
};
const struct pattern_mistake *pattern_engine_mistake(const struct pattern_engine *engine);
/* It was compiled from this text. */
bool pattern_is_from(const struct pattern *pattern, struct text source);
void pattern_free(struct pattern_engine *engine, struct pattern *pattern);

enum pattern_answer { PATTERN_NO, PATTERN_YES, PATTERN_FAILED };

/* The work of one pattern on many subjects. */
struct pattern_budget {
	uint64_t steps; /* at least so many were needed, and at most eight times as many */
	uint64_t bytes; /* of the subjects */
	bool is_spent;
};

/* Where to go on in a subject; all zero at its start, but for the budget. */
struct pattern_cursor {
	struct pattern_budget *budget; /* NULL: none */
	size_t at;
	bool after_empty; /* the last match was empty and lies at `at` */
	bool is_valid;    /* the whole subject is known to be UTF-8 */
	bool is_checked;
	bool is_plain, is_plain_known; /* the subject is one for plain_pattern.h */
	uint64_t work;                 /* bytes looked at, as far as they are counted */
};

/*
 * The next match at or behind the cursor, which then moves behind it; an empty match never comes
 * twice. Group numbers count from 0, the whole match.
 */
enum pattern_answer pattern_next(struct pattern_engine *engine, struct pattern *pattern,
    struct text subject, struct pattern_cursor *cursor, struct error *error);
/* Groups of the last match, the whole match included. */
unsigned pattern_group_count(const struct pattern_engine *engine, const struct pattern *pattern);
/* The bytes of a group of the last match; an unset group is empty. Borrowed from the subject. */
struct text pattern_group(const struct pattern_engine *engine, const struct pattern *pattern,
    struct text subject, unsigned group);

#endif
