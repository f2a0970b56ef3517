/*
 * The numbers of parts (see part_number.h). They are not kept in the tree: few are asked for, and each
 * follows from where its part stands.
 */
#include "mail/part_number.h"

#include "base/number.h"

/* Has the part a number of its own? The content of a message has none where it is a multipart: its
 * parts count on from the message. */
static bool
part_number_is_own(const struct mime_part *part)
{
	const struct mime_part *parent = part->parent;

	return (parent != NULL && parent->kind == MIME_MULTIPART) || part->kind != MIME_MULTIPART;
}

struct text
part_number_format(struct arena *arena, const struct mime_part *part)
{
	char digits[NUMBER_DIGITS_MAX];
	size_t size = 0, room = (part->depth + 1) * (size_t)NUMBER_DIGITS_MAX;
	char *end = (char *)arena_alloc_bytes(arena, room) + room;

	for (; part != NULL; part = part->parent) {
		const struct mime_part *parent = part->parent;
		uint64_t number = 1;
		if (!part_number_is_own(part))
			continue;
		if (parent != NULL && parent->kind == MIME_MULTIPART)
			for (const struct mime_part *other = parent->first_child; other != part;
			     other = other->next_sibling)
				number++;
		struct text written = number_format_unsigned(number, digits);
		if (size > 0) {
			size++;
			*(end - size) = '.';
		}
		size += written.size;
		memcpy(end - size, written.data, written.size);
	}
	return (struct text){end - size, size};
}

/* The part with that number in a message whose root this is. */
static const struct mime_part *
part_number_child(const struct mime_part *root, uint64_t number)
{
	if (root->kind != MIME_MULTIPART)
		return number == 1 ? root : NULL;
	const struct mime_part *child = root->first_child;
	while (child != NULL && --number > 0)
		child = child->next_sibling;
	return child;
}

const struct mime_part *
part_number_find(const struct mime_tree *tree, struct text number)
{
	const struct mime_part *part = tree->root, *scope = tree->root;
	bool has_more = number.size > 0;
	uint64_t value;

	while (has_more) {
		size_t dot = text_find_byte(number, 0, '.');
		struct text digits = text_slice(number, 0, dot);
		has_more = dot < number.size;
		number = text_slice(number, dot + 1, number.size);
		if (scope == NULL || !number_parse_unsigned(digits, UINT32_MAX, &value) ||
		    value == 0 || digits.data[0] == '0')
			return NULL;
		part = part_number_child(scope, value);
		if (part == NULL)
			return NULL;
		scope = part->kind == MIME_MULTIPART ? part
			: part->kind == MIME_MESSAGE ? part->first_child
						     : NULL;
	}
	return part;
}
