/*
 * The letters behind the colon of a pattern, /.../:hb and so on: one table for the parser and for
 * those who judge what was written.
 */
#ifndef FILTER_MAILFILTER_PATTERN_FLAG_H
#define FILTER_MAILFILTER_PATTERN_FLAG_H

#include <stdbool.h>
#include <stddef.h>

struct pattern_flag {
	char letter;
	unsigned scope;         /* of enum pattern_scope: what it adds */
	bool is_whole;          /* the header and the body */
	bool is_case_sensitive; /* the case of letters counts */
	const char *meaning;
};

/* NULL: there is no such flag. */
const struct pattern_flag *pattern_flag_find(char letter);
/* All of them in turn, from 0; NULL behind the last one. */
const struct pattern_flag *pattern_flag_at(size_t index);

#endif
