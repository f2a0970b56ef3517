/*
 * Borrowed byte slices; see text.h. Everything is locale-free: mail syntax is ASCII, and a user's
 * locale must never change where a message goes.
 */
#include "base/text.h"

#include <stdint.h>
#include <string.h>

struct text
text_from_string(const char *string)
{
	if (string == NULL)
		return (struct text){NULL, 0};
	return (struct text){string, strlen(string)};
}

bool
text_is_equal_nocase(struct text a, struct text b)
{
	return a.size == b.size && text_has_prefix_nocase(a, b);
}

bool
text_has_prefix(struct text whole, struct text prefix)
{
	return text_is_equal(text_slice(whole, 0, prefix.size), prefix);
}

bool
text_has_prefix_nocase(struct text whole, struct text prefix)
{
	if (whole.size < prefix.size)
		return false;
	for (size_t i = 0; i < prefix.size; i++)
		if (text_lower(whole.data[i]) != text_lower(prefix.data[i]))
			return false;
	return true;
}

bool
text_has_suffix(struct text whole, struct text suffix)
{
	if (whole.size < suffix.size)
		return false;
	return text_is_equal(text_slice(whole, whole.size - suffix.size, whole.size), suffix);
}

int
text_compare(struct text a, struct text b)
{
	size_t shorter = a.size < b.size ? a.size : b.size;
	int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);

	if (order != 0)
		return order;
	return (a.size > b.size) - (a.size < b.size);
}

size_t
text_find(struct text whole, size_t from, struct text wanted)
{
	if (from > whole.size || wanted.size > whole.size - from)
		return whole.size;
	if (wanted.size == 0)
		return from;
	const char *found = memmem(whole.data + from, whole.size - from, wanted.data, wanted.size);
	return found == NULL ? whole.size : (size_t)(found - whole.data);
}

bool
text_is_ascii(struct text bytes)
{
	uint64_t all = 0, word;
	size_t at = 0;

	for (; bytes.size - at >= sizeof word; at += sizeof word) {
		memcpy(&word, bytes.data + at, sizeof word);
		all |= word;
	}
	for (; at < bytes.size; at++)
		all |= (unsigned char)bytes.data[at];
	return (all & UINT64_C(0x8080808080808080)) == 0;
}

struct text
text_trim(struct text whole)
{
	while (whole.size > 0 && text_is_space(whole.data[0]))
		whole = text_slice(whole, 1, whole.size);
	while (whole.size > 0 && text_is_space(whole.data[whole.size - 1]))
		whole.size--;
	return whole;
}

struct text
text_split(struct text *rest, char separator)
{
	size_t end = text_find_byte(*rest, 0, separator);
	struct text first = text_slice(*rest, 0, end);

	*rest = text_slice(*rest, end < rest->size ? end + 1 : end, rest->size);
	return first;
}
