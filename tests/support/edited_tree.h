/*
 * Is a message that mail/part_edit.h made what was asked for? Both trees are walked side by side: what
 * no edit names has the bytes that it had, what was replaced is the new part, what was removed is
 * gone, and every multipart has its header, its preamble and its end boundary.
 */
#ifndef TESTS_SUPPORT_EDITED_TREE_H
#define TESTS_SUPPORT_EDITED_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "mail/part_edit.h"

struct edited_tree {
	const struct part_edit *edits;
	size_t count;
	const char *wrong; /* the first thing that is not as it should be; NULL: none */
};

static inline const struct part_edit *
edited_tree_find(const struct edited_tree *tree, const struct mime_part *part)
{
	for (size_t i = 0; i < tree->count; i++)
		if (tree->edits[i].part == part)
			return &tree->edits[i];
	return NULL;
}

static inline void
edited_tree_expect(struct edited_tree *tree, bool holds, const char *what)
{
	if (!holds && tree->wrong == NULL)
		tree->wrong = what;
}

/* The text in front of the first boundary line, without line ends; of a multipart without parts all. */
static inline struct text
edited_tree_preamble(const struct mime_part *part)
{
	struct text body = part->body;

	if (part->first_child != NULL)
		body.size = (size_t)(part->first_child->header.data - body.data);
	while (body.size > 0 && body.data[body.size - 1] == '\n')
		body.size--;
	while (part->first_child != NULL && body.size > 0 && body.data[body.size - 1] != '\n')
		body.size--;
	return text_trim(body);
}

static inline void
edited_tree_replaced(
    struct edited_tree *tree, const struct part_edit *edit, const struct mime_part *after)
{
	struct text body = text_trim(edit->body), header = edit->header;

	if (edit->is_removed) {
		header = TEXT("Content-Type: text/plain");
		body = TEXT("");
	}
	edited_tree_expect(tree, after->kind == MIME_LEAF, "a replaced part is a leaf");
	edited_tree_expect(tree, text_is_equal(text_trim(after->body), body), "the new body");
	edited_tree_expect(tree,
	    text_find(after->header, 0, header) < after->header.size ||
		text_is_equal(after->header, header),
	    "the new header");
}

static inline bool
edited_tree_loses_all(const struct edited_tree *tree, const struct mime_part *multipart)
{
	for (const struct mime_part *part = multipart->first_child; part != NULL;
	     part = part->next_sibling) {
		const struct part_edit *edit = edited_tree_find(tree, part);
		if (edit == NULL || !edit->is_removed)
			return false;
	}
	return multipart->first_child != NULL;
}

/* Returns the first part behind `part` (or itself) that is expected to be there. */
static inline const struct mime_part *
edited_tree_kept(
    const struct edited_tree *tree, const struct mime_part *multipart, const struct mime_part *part)
{
	if (edited_tree_loses_all(tree, multipart))
		return part == multipart->first_child ? part : NULL;
	for (; part != NULL; part = part->next_sibling) {
		const struct part_edit *edit = edited_tree_find(tree, part);
		if (edit == NULL || !edit->is_removed)
			break;
	}
	return part;
}

static inline bool
edited_tree_is_touched(const struct edited_tree *tree, const struct mime_part *part)
{
	for (size_t i = 0; i < tree->count; i++)
		for (const struct mime_part *p = tree->edits[i].part; p != NULL; p = p->parent)
			if (p == part)
				return true;
	return false;
}

static inline void
edited_tree_compare(
    struct edited_tree *tree, const struct mime_part *before, const struct mime_part *after)
{
	const struct part_edit *edit = edited_tree_find(tree, before);

	if (edit != NULL) {
		edited_tree_replaced(tree, edit, after);
		return;
	}
	if (!edited_tree_is_touched(tree, before)) {
		edited_tree_expect(tree,
		    text_is_equal(mime_part_bytes(before), mime_part_bytes(after)),
		    "an untouched part has its bytes");
		return;
	}
	edited_tree_expect(
	    tree, text_is_equal(before->header, after->header), "a container has its header");
	edited_tree_expect(tree, before->kind == after->kind, "a container is one");
	edited_tree_expect(tree, before->is_closed == after->is_closed, "the end boundary");
	edited_tree_expect(tree,
	    text_is_equal(edited_tree_preamble(before), edited_tree_preamble(after)),
	    "the preamble");
	const struct mime_part *child = edited_tree_kept(tree, before, before->first_child);
	const struct mime_part *new_child = after->first_child;
	while (child != NULL && new_child != NULL && tree->wrong == NULL) {
		edited_tree_compare(tree, child, new_child);
		child = edited_tree_kept(tree, before, child->next_sibling);
		new_child = new_child->next_sibling;
	}
	edited_tree_expect(tree, child == NULL && new_child == NULL, "the number of parts");
}

/* NULL: all is as it should be. */
static inline const char *
edited_tree_check(const struct mime_tree *before, const struct mime_tree *after,
    const struct part_edit *edits, size_t count)
{
	struct edited_tree tree = {.edits = edits, .count = count};

	edited_tree_compare(&tree, before->root, after->root);
	return tree.wrong;
}

#endif
