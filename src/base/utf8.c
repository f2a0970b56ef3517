/*
 * UTF-8 recognition by the table of RFC 3629 section 4.
 */
#include "base/utf8.h"

static bool
utf8_is_continuation(struct text bytes, size_t position, unsigned char low, unsigned char high)
{
	if (position >= bytes.size)
		return false;
	unsigned char byte = (unsigned char)bytes.data[position];
	return byte >= low && byte <= high;
}

size_t
utf8_sequence_length(struct text bytes, size_t position)
{
	if (position >= bytes.size)
		return 0;
	unsigned char first = (unsigned char)bytes.data[position];
	unsigned char low = 0x80, high = 0xBF;
	size_t length;

	if (first < 0x80)
		return 1;
	if (first >= 0xC2 && first <= 0xDF)
		length = 2;
	else if (first >= 0xE0 && first <= 0xEF)
		length = 3;
	else if (first >= 0xF0 && first <= 0xF4)
		length = 4;
	else
		return 0;
	if (first == 0xE0)
		low = 0xA0;
	else if (first == 0xED)
		high = 0x9F;
	else if (first == 0xF0)
		low = 0x90;
	else if (first == 0xF4)
		high = 0x8F;
	if (!utf8_is_continuation(bytes, position + 1, low, high))
		return 0;
	for (size_t i = 2; i < length; i++)
		if (!utf8_is_continuation(bytes, position + i, 0x80, 0xBF))
			return 0;
	return length;
}

bool
utf8_is_valid(struct text bytes)
{
	for (size_t i = 0; i < bytes.size;) {
		size_t length = utf8_sequence_length(bytes, i);
		if (length == 0)
			return false;
		i += length;
	}
	return true;
}

size_t
utf8_format(uint32_t character, char out[UTF8_SEQUENCE_MAX])
{
	static const unsigned char leads[UTF8_SEQUENCE_MAX + 1] = {0, 0, 0xC0, 0xE0, 0xF0};
	size_t size = 1U + (character > 0x7F) + (character > 0x7FF) + (character > 0xFFFF);

	for (size_t i = size - 1; i > 0; i--, character >>= 6)
		out[i] = (char)(0x80 | (character & 0x3F));
	out[0] = (char)(leads[size] | character);
	return size;
}

uint32_t
utf8_parse(struct text sequence)
{
	uint32_t character = (unsigned char)sequence.data[0];

	if (sequence.size > 1)
		character &= 0x7FU >> sequence.size;
	for (size_t i = 1; i < sequence.size; i++)
		character = character << 6 | ((unsigned char)sequence.data[i] & 0x3F);
	return character;
}
