/*
 * Sets of bytes as bits; see byte_set.h.
 */
#include "filter/engine/byte_set.h"

#include "base/text.h"

bool
byte_set_has(const struct byte_set *set, unsigned char byte)
{
	return (set->words[byte / 64] >> byte % 64 & 1) != 0;
}

void
byte_set_add(struct byte_set *set, unsigned first, unsigned last)
{
	for (unsigned byte = first; byte <= last && byte < 256; byte++)
		set->words[byte / 64] |= UINT64_C(1) << byte % 64;
}

void
byte_set_invert(struct byte_set *set)
{
	for (unsigned i = 0; i < 4; i++)
		set->words[i] = ~set->words[i];
}

void
byte_set_unite(struct byte_set *set, const struct byte_set *other)
{
	for (unsigned i = 0; i < 4; i++)
		set->words[i] |= other->words[i];
}

void
byte_set_fold(struct byte_set *set)
{
	for (unsigned char letter = 'a'; letter <= 'z'; letter++) {
		unsigned char upper = (unsigned char)text_upper((char)letter);
		if (byte_set_has(set, letter))
			byte_set_add(set, upper, upper);
		if (byte_set_has(set, upper))
			byte_set_add(set, letter, letter);
	}
}
