/*
 * The shape of a pattern: a tree of what it is made of, and what can be said about it without a
 * subject. The reader knows the usual syntax; of a pattern with anything else nothing is said.
 * Letters stand for both cases unless the pattern distinguishes them. Sets of bytes may hold more
 * than can match (every byte of a character that is not ASCII), never less.
 */
#ifndef FILTER_ENGINE_PATTERN_SHAPE_H
#define FILTER_ENGINE_PATTERN_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "filter/engine/byte_set.h"

enum shape_kind {
	SHAPE_EMPTY,
	SHAPE_SET,       /* one byte of `set` */
	SHAPE_START,     /* ^ */
	SHAPE_END,       /* $ */
	SHAPE_ASSERTION, /* \b, look-around: may fail, takes nothing */
	SHAPE_SEQUENCE,
	SHAPE_ALTERNATION,
	SHAPE_REPEAT, /* its one child, `minimum` to `maximum` times */
	SHAPE_GROUP,  /* its one child; `group` is its number, 0: it has none */
};

enum { SHAPE_MANY = UINT32_MAX };

struct shape_node {
	enum shape_kind kind;
	uint32_t offset, size; /* in the pattern's source */
	uint32_t minimum, maximum;
	unsigned group;
	bool is_atomic; /* gives nothing back: possessive, (?>) */
	struct byte_set set;
	struct shape_node *children; /* the first */
	struct shape_node *next;
};

struct pattern_shape {
	struct text source;
	struct shape_node *root;
	unsigned group_count;
};

/* NULL: it has something in it that is not known here, or is longer than 4 KiB. */
const struct pattern_shape *pattern_shape_parse(
    struct arena *arena, struct text source, bool case_sensitive);

/* The least number of bytes that it takes. */
size_t shape_node_width(const struct shape_node *node);
/* It matches every line, wherever it is tried. */
bool pattern_shape_is_always(const struct pattern_shape *shape);
/*
 * It names a field (^Subject:) and then gives a choice of which one alternative is satisfied by
 * anything, so that the others do not count: that alternative, or NULL.
 */
const struct shape_node *pattern_shape_find_idle_choice(const struct pattern_shape *shape);
/*
 * What keeps it, or (in *is_whole_out: false) one of its outermost alternatives, from matching any
 * text, or when `is_line` any text without line ends; NULL: nothing is known to.
 */
const struct shape_node *pattern_shape_find_dead(
    const struct pattern_shape *shape, bool is_line, bool *is_whole_out);
/* The bytes that a group can hold; false: there is no such group. */
bool pattern_shape_group_bytes(
    const struct pattern_shape *shape, unsigned group, struct byte_set *bytes_out);

#endif
