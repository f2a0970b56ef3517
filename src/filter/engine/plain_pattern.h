/*
 * Patterns that need no engine: plain characters with `.*` between them, perhaps after ^ and before
 * $, as most rules have (/^Subject:.*\[garden\]/). Within this subset, and on lines that are ASCII and
 * hold no line end, the answer and the match are exactly those of PCRE2; everything else is left to
 * it. A delivery whose rules stay inside does not load it.
 */
#ifndef FILTER_ENGINE_PLAIN_PATTERN_H
#define FILTER_ENGINE_PLAIN_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum { PLAIN_PATTERN_SIZE_MAX = 256, PLAIN_PATTERN_PARTS_MAX = 8 };

struct plain_pattern {
	bool at_start, at_end; /* ^, $ */
	bool case_sensitive;
	unsigned char count;                           /* parts; between two of them stands .* */
	unsigned char starts[PLAIN_PATTERN_PARTS_MAX]; /* of each part in `bytes` */
	unsigned char sizes[PLAIN_PATTERN_PARTS_MAX]; /* the first and the last part may be empty */
	unsigned char rare[PLAIN_PATTERN_PARTS_MAX];  /* the byte of it that mail has least of */
	char bytes[PLAIN_PATTERN_SIZE_MAX];           /* in lower case unless case_sensitive */
};

/* False: the pattern is not in the subset. */
bool plain_pattern_parse(struct text source, bool case_sensitive, struct plain_pattern *plain_out);

/* Only for such subjects the answers below are exact. */
bool plain_pattern_takes(struct text subject);
/* The first match at or after `from`, never empty. */
bool plain_pattern_find(const struct plain_pattern *plain, struct text subject, size_t from,
    size_t *start_out, size_t *end_out);

#endif
