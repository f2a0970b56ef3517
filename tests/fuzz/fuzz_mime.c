/*
 * Any bytes as a MIME message. Checked: the tree covers the bytes, parts lie inside their parent,
 * in order and without overlap, limits hold, and the count is right.
 */
#include <stdint.h>

#include "base/bug.h"
#include "mail/mime_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_part(const struct mime_part *part, struct mime_limits limits)
{
	const struct mime_part *parent = part->parent, *next = part->next_sibling;
	struct text bytes = mime_part_bytes(part);

	REQUIRE(part->type.size > 0 && part->subtype.size > 0 && part->depth <= limits.depth);
	REQUIRE(part->body.data >= part->header.data + part->header.size);
	REQUIRE(part->body.data - (part->header.data + part->header.size) <= 2);
	REQUIRE((part->kind == MIME_LEAF) <= (part->first_child == NULL));
	REQUIRE(part->kind != MIME_MESSAGE || part->first_child == part->last_child);
	if (parent != NULL) {
		REQUIRE(part->depth == parent->depth + 1);
		REQUIRE(bytes.data >= parent->body.data);
		REQUIRE(bytes.data + bytes.size <= parent->body.data + parent->body.size);
	}
	if (next != NULL)
		REQUIRE(next->header.data >= bytes.data + bytes.size && next->parent == parent);
	if (part->kind == MIME_MESSAGE)
		REQUIRE(text_is_equal(mime_part_bytes(part->first_child), part->body));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mime_limits limits[] = {
	    {100, 10000, 1000}, {3, 5, 2}, {0, 1, 0}, {300, 20000, 1}};
	struct text bytes = {(const char *)data, size};
	struct arena arena;

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		size_t count = 0;
		arena_init(&arena, NULL, 0);
		struct mime_tree tree = mime_tree_parse(&arena, bytes, limits[i]);
		REQUIRE(tree.root != NULL && tree.count >= 1 && tree.count <= limits[i].parts);
		REQUIRE(text_is_equal(mime_part_bytes(tree.root), bytes));
		for (const struct mime_part *part = tree.root; part != NULL;
		     part = mime_tree_next(part)) {
			check_part(part, limits[i]);
			count++;
		}
		REQUIRE(count == tree.count);
		arena_clear(&arena);
	}
	return 0;
}
