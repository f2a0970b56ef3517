/*
 * Questions about the tree of a pattern; see pattern_shape.h. It is read by pattern_reader.c.
 */
#include "filter/engine/pattern_shape.h"

#include <string.h>

#include "filter/engine/pattern_reader.h"

enum { PATTERN_SHAPE_SOURCE_MAX = 4096 };

const struct pattern_shape *
pattern_shape_parse(struct arena *arena, struct text source, bool case_sensitive)
{
	struct pattern_shape *shape = arena_alloc(arena, sizeof *shape);

	if (source.size > PATTERN_SHAPE_SOURCE_MAX)
		return NULL;
	shape->source = source;
	return pattern_reader_read(arena, case_sensitive, shape) ? shape : NULL;
}

size_t
shape_node_width(const struct shape_node *node)
{
	size_t width = 0, least = SIZE_MAX;

	switch (node->kind) {
	case SHAPE_SET:
		return 1;
	case SHAPE_SEQUENCE:
		for (const struct shape_node *at = node->children; at != NULL; at = at->next)
			width += shape_node_width(at);
		return width;
	case SHAPE_ALTERNATION:
		for (const struct shape_node *at = node->children; at != NULL; at = at->next) {
			width = shape_node_width(at);
			least = width < least ? width : least;
		}
		return least;
	case SHAPE_REPEAT:
		return node->minimum > 0 && shape_node_width(node->children) > 0 ? node->minimum
										 : 0;
	case SHAPE_GROUP:
		return shape_node_width(node->children);
	default:
		return 0;
	}
}

/* How far a match that takes nothing, or all of the line, has come. */
struct shape_walk {
	bool has_anything; /* .* stands before: the end can be reached */
	bool is_at_end;
	bool is_behind_field;
};

static bool
pattern_shape_is_anything(const struct shape_node *node)
{
	struct byte_set line = {{0}};

	byte_set_add(&line, '\n', '\n');
	byte_set_invert(&line);
	if (node->kind != SHAPE_REPEAT || node->minimum > 0 || node->maximum != SHAPE_MANY ||
	    node->children->kind != SHAPE_SET)
		return false;
	for (unsigned i = 0; i < 4; i++)
		if ((line.words[i] & ~node->children->set.words[i]) != 0)
			return false;
	return true;
}

/* Is there a way through the node that every line allows? */
static bool
pattern_shape_is_free(const struct shape_node *node, struct shape_walk *walk)
{
	switch (node->kind) {
	case SHAPE_EMPTY:
		return true;
	case SHAPE_START:
		return !walk->is_at_end && !walk->is_behind_field;
	case SHAPE_END:
		walk->is_at_end = true;
		return walk->has_anything;
	case SHAPE_SEQUENCE:
		for (const struct shape_node *at = node->children; at != NULL; at = at->next)
			if (!pattern_shape_is_free(at, walk))
				return false;
		return true;
	case SHAPE_ALTERNATION:
		for (const struct shape_node *at = node->children; at != NULL; at = at->next) {
			struct shape_walk attempt = *walk;
			if (!pattern_shape_is_free(at, &attempt))
				continue;
			*walk = attempt;
			return true;
		}
		return false;
	case SHAPE_REPEAT:
		if (pattern_shape_is_anything(node))
			walk->has_anything = true;
		return node->minimum == 0 || pattern_shape_is_free(node->children, walk);
	case SHAPE_GROUP:
		return pattern_shape_is_free(node->children, walk);
	default:
		return false;
	}
}

bool
pattern_shape_is_always(const struct pattern_shape *shape)
{
	struct shape_walk walk = {0};

	return pattern_shape_is_free(shape->root, &walk);
}

static bool
pattern_shape_is_byte(const struct shape_node *node, unsigned char byte)
{
	return node != NULL && node->kind == SHAPE_SET && node->size == 1 &&
	       byte_set_has(&node->set, byte) && !byte_set_has(&node->set, '!');
}

const struct shape_node *
pattern_shape_find_idle_choice(const struct pattern_shape *shape)
{
	const struct shape_node *at = shape->root->children, *idle = NULL;
	struct shape_walk walk = {.is_behind_field = true};

	if (shape->root->kind != SHAPE_SEQUENCE || at == NULL || at->kind != SHAPE_START)
		return NULL;
	do
		at = at->next;
	while (at != NULL && !pattern_shape_is_byte(at, ':'));
	if (at == NULL)
		return NULL;
	for (at = at->next; at != NULL; at = at->next) {
		const struct shape_node *choice = at;
		struct shape_walk before = walk;
		if (!pattern_shape_is_free(at, &walk))
			return NULL;
		while (choice->kind == SHAPE_GROUP)
			choice = choice->children;
		if (choice->kind != SHAPE_ALTERNATION || idle != NULL)
			continue;
		for (choice = choice->children; choice != NULL && idle == NULL;
		     choice = choice->next) {
			struct shape_walk attempt = before;
			if (pattern_shape_is_free(choice, &attempt))
				idle = choice;
		}
	}
	return idle;
}

static bool
pattern_shape_is_line_end(const struct shape_node *node)
{
	struct byte_set line_end = {{0}};

	byte_set_add(&line_end, '\n', '\n');
	return node->kind == SHAPE_SET && memcmp(&node->set, &line_end, sizeof line_end) == 0;
}

/* The first part that must match and cannot; `before` and `after`: bytes that must stand there. */
static const struct shape_node *
pattern_shape_dead_part(const struct shape_node *node, size_t before, size_t after, bool is_line)
{
	size_t rest = after;

	switch (node->kind) {
	case SHAPE_START:
		return before > 0 ? node : NULL;
	case SHAPE_END:
		return is_line && after > 0 ? node : NULL;
	case SHAPE_SET:
		return is_line && pattern_shape_is_line_end(node) ? node : NULL;
	case SHAPE_GROUP:
		return pattern_shape_dead_part(node->children, before, after, is_line);
	case SHAPE_REPEAT:
		return node->minimum == 0 ? NULL
					  : pattern_shape_dead_part(node->children, before,
						node->maximum > 1 ? 0 : after, is_line);
	case SHAPE_SEQUENCE:
		rest += shape_node_width(node);
		for (const struct shape_node *at = node->children; at != NULL; at = at->next) {
			size_t width = shape_node_width(at);
			rest -= width;
			const struct shape_node *dead =
			    pattern_shape_dead_part(at, before, rest, is_line);
			if (dead != NULL)
				return dead;
			before += width;
		}
		return NULL;
	default:
		return NULL;
	}
}

const struct shape_node *
pattern_shape_find_dead(const struct pattern_shape *shape, bool is_line, bool *is_whole_out)
{
	const struct shape_node *root = shape->root;

	*is_whole_out = root->kind != SHAPE_ALTERNATION;
	if (*is_whole_out)
		return pattern_shape_dead_part(root, 0, 0, is_line);
	for (const struct shape_node *at = root->children; at != NULL; at = at->next) {
		const struct shape_node *dead = pattern_shape_dead_part(at, 0, 0, is_line);
		if (dead != NULL)
			return dead;
	}
	return NULL;
}

static void
pattern_shape_collect_bytes(const struct shape_node *node, struct byte_set *bytes)
{
	if (node->kind == SHAPE_SET)
		byte_set_unite(bytes, &node->set);
	if (node->kind == SHAPE_ASSERTION)
		return;
	for (const struct shape_node *at = node->children; at != NULL; at = at->next)
		pattern_shape_collect_bytes(at, bytes);
}

static const struct shape_node *
pattern_shape_find_group(const struct shape_node *node, unsigned group)
{
	if (node->kind == SHAPE_GROUP && node->group == group)
		return node;
	for (const struct shape_node *at = node->children; at != NULL; at = at->next) {
		const struct shape_node *found = pattern_shape_find_group(at, group);
		if (found != NULL)
			return found;
	}
	return NULL;
}

bool
pattern_shape_group_bytes(
    const struct pattern_shape *shape, unsigned group, struct byte_set *bytes_out)
{
	const struct shape_node *node =
	    group == 0 ? shape->root : pattern_shape_find_group(shape->root, group);

	*bytes_out = (struct byte_set){{0}};
	if (node == NULL)
		return false;
	pattern_shape_collect_bytes(node, bytes_out);
	return true;
}
