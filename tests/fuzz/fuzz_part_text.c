/*
 * Any bytes as a part: the first line names encoding, charset and the size of the pieces, the rest
 * is the body. Checked: the text is valid UTF-8 within its bound, does not depend on how the reader
 * asks or how the decoders' input is cut, and a plain body is its own text.
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/bug.h"
#include "base/buffer.h"
#include "base/utf8.h"
#include "mail/part_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct part_text_facts
read_part(const struct part_text_form *form, struct text body, size_t room, struct buffer *out)
{
	char piece[4096];
	struct arena arena;
	size_t size;

	arena_init(&arena, NULL, 0);
	struct part_text *part = part_text_open(&arena, form, body, UINT64_MAX);
	bool is_plain = part_text_is_plain(part);
	while ((size = part_text_read(part, piece, room)) > 0)
		REQUIRE(buffer_append(out, (struct text){piece, size}));
	struct part_text_facts facts = part_text_facts(part);
	REQUIRE(!is_plain || text_is_equal(body, buffer_text(out)));
	REQUIRE(utf8_is_valid(buffer_text(out)));
	part_text_close(part);
	arena_clear(&arena);
	return facts;
}

/* Both decoders by hand, `step` bytes at a time. */
static void
read_cut(const struct part_text_form *form, struct text body, size_t step, struct buffer *out)
{
	struct transfer_decoder transfer;
	struct charset_decoder charset;
	char piece[TRANSFER_OUT_MIN], converted[CHARSET_OUT_MIN];
	size_t size, got;
	bool is_done = false;

	transfer_decoder_init(&transfer, form->encoding);
	charset_decoder_init(&charset, &form->charset);
	for (size_t from = 0; !is_done; from += step) {
		struct text input = text_slice(body, from, from + step);
		bool is_last = from + step >= body.size;
		do {
			size =
			    transfer_decoder_take(&transfer, &input, is_last, piece, sizeof piece);
			struct text waiting = {piece, size};
			is_done = is_last && size == 0 && input.size == 0;
			do {
				got = charset_decoder_take(
				    &charset, &waiting, is_done, converted, sizeof converted);
				REQUIRE(buffer_append(out, (struct text){converted, got}));
			} while (waiting.size > 0 || (is_done && got > 0));
		} while (input.size > 0 || (is_last && !is_done));
	}
	charset_decoder_clear(&charset);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text all = {(const char *)data, size}, body = all;
	struct text first = text_split(&body, '\n');
	struct part_text_form form = {0};
	struct buffer whole, small, cut;

	if (first.size < 2)
		return 0;
	form.encoding = (enum transfer_encoding)((unsigned char)first.data[0] % 4);
	form.charset = charset_parse(text_slice(first, 2, first.size));
	size_t step = 1 + (unsigned char)first.data[1] % 64;
	buffer_init(&whole, 8 * size + 10000);
	buffer_init(&small, 8 * size + 10000);
	buffer_init(&cut, 8 * size + 10000);
	struct part_text_facts facts = read_part(&form, body, 4096, &whole);
	struct part_text_facts again = read_part(&form, body, PART_TEXT_READ_MIN, &small);
	REQUIRE(text_is_equal(buffer_text(&whole), buffer_text(&small)));
	REQUIRE(facts.truncated == again.truncated);
	/* What was converted behind the bound is counted too, and depends on the pieces. */
	REQUIRE(facts.truncated ||
		(facts.malformed == again.malformed && facts.guessed == again.guessed &&
		    facts.undecodable == again.undecodable));
	REQUIRE(whole.size <= 8 * body.size + CHARSET_OUT_MIN);
	if (!facts.truncated) {
		read_cut(&form, body, step, &cut);
		REQUIRE(text_is_equal(buffer_text(&whole), buffer_text(&cut)));
	}
	buffer_clear(&whole);
	buffer_clear(&small);
	buffer_clear(&cut);
	return 0;
}
