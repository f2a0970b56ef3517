/*
 * What is wrong or doubtful with the structure of a message (RFC 5322, 2045, 2046, 2047, 2231): a list
 * of problems, each with its place, so that a person can find it and a rule can ask whether there are
 * any. Bounded in time and memory: at most STRUCTURE_PROBLEMS_MAX are listed, all are counted.
 */
#ifndef MAIL_STRUCTURE_CHECK_H
#define MAIL_STRUCTURE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/mime_tree.h"

enum { STRUCTURE_PROBLEMS_MAX = 1000 };

enum structure_weight {
	STRUCTURE_REMARK,    /* allowed, but programs differ in how they read it */
	STRUCTURE_MALFORMED, /* against the standard; read as doc/tolerance.md says */
	STRUCTURE_TRUNCATED, /* a limit of ours was reached: there may be more than was looked at */
};

struct structure_problem {
	enum structure_weight weight;
	const char *word;     /* stable, for programs: "no-end-boundary" */
	struct text sentence; /* for people: what is wrong, and how it is read */
	struct text part;     /* its number (part_number_format), "" for the message */
	uint64_t offset;      /* of the byte where it was found */
	uint64_t line;        /* from 1 */
};

struct structure_report {
	struct structure_problem *problems;
	size_t count;   /* listed */
	uint64_t total; /* found */
	bool malformed, truncated;
};

struct structure_report structure_check(
    struct arena *arena, struct text bytes, struct mime_limits limits);

/* Only the two facts, without a list: for rules. */
void structure_check_facts(struct arena *arena, struct text bytes, struct mime_limits limits,
    bool *malformed_out, bool *truncated_out);

#endif
