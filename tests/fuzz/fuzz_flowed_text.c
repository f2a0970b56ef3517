/*
 * Any bytes as format=flowed: the first byte says how it is cut and whether blanks are deleted.
 * Checked: the text does not depend on how the input is cut or how large the output is, and nothing
 * comes, goes or moves but blanks, line ends and quote marks.
 */
#include <stdint.h>

#include "base/bug.h"
#include "base/buffer.h"
#include "mail/flowed_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_flowed(struct text body, bool deletes_space, size_t step, size_t room, struct buffer *out)
{
	struct flowed_text flowed;
	char piece[2 * FLOWED_TEXT_OUT_MIN];
	size_t got;

	flowed_text_init(&flowed, deletes_space);
	for (size_t from = 0;; from += step) {
		struct text input = text_slice(body, from, from + step);
		bool is_last = from + step >= body.size;
		do {
			got = flowed_text_take(&flowed, &input, is_last, piece, room);
			REQUIRE(buffer_append(out, (struct text){piece, got}));
		} while (input.size > 0 || (is_last && got > 0));
		if (is_last)
			break;
	}
}

static size_t
next_letter(struct text text, size_t at)
{
	while (at < text.size && text_find_byte(TEXT(" \r\n>"), 0, text.data[at]) < 4)
		at++;
	return at;
}

static void
check_letters(struct text body, struct text flowed)
{
	size_t i = next_letter(body, 0), j = next_letter(flowed, 0);

	while (i < body.size && j < flowed.size) {
		REQUIRE(body.data[i] == flowed.data[j]);
		i = next_letter(body, i + 1);
		j = next_letter(flowed, j + 1);
	}
	REQUIRE(i >= body.size && j >= flowed.size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer whole, cut;

	if (size == 0)
		return 0;
	struct text body = {(const char *)data + 1, size - 1};
	bool deletes_space = (data[0] & 1) != 0;
	buffer_init(&whole, 2 * size + 100);
	buffer_init(&cut, 2 * size + 100);
	read_flowed(body, deletes_space, size, 2 * FLOWED_TEXT_OUT_MIN, &whole);
	read_flowed(body, deletes_space, 1U + (data[0] >> 1), FLOWED_TEXT_OUT_MIN, &cut);
	REQUIRE(text_is_equal(buffer_text(&whole), buffer_text(&cut)));
	check_letters(body, buffer_text(&whole));
	buffer_clear(&whole);
	buffer_clear(&cut);
	return 0;
}
