/*
 * Any bytes as HTML: the first byte says how it is cut. Checked: text and facts do not depend on how the
 * input is cut or how large the output is; the text is valid UTF-8 and has a bound, and there are no
 * controls in it.
 */
#include <stdint.h>

#include "base/bug.h"
#include "base/buffer.h"
#include "base/utf8.h"
#include "mail/html/html_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct html_text_facts
read_html(struct text body, size_t step, size_t room, struct buffer *out)
{
	char piece[2 * HTML_TEXT_OUT_MIN];
	struct arena arena;
	size_t got;

	arena_init(&arena, NULL, 0);
	struct html_text *html = html_text_new(&arena);
	for (size_t from = 0;; from += step) {
		struct text input = text_slice(body, from, from + step);
		bool is_last = from + step >= body.size;
		do {
			got = html_text_take(html, &input, is_last, piece, room);
			REQUIRE(buffer_append(out, (struct text){piece, got}));
		} while (input.size > 0 || (is_last && got > 0));
		if (is_last)
			break;
	}
	struct html_text_facts facts = html_text_facts(html);
	arena_clear(&arena);
	return facts;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer whole, cut;

	if (size == 0)
		return 0;
	struct text body = {(const char *)data + 1, size - 1};
	buffer_init(&whole, 4 * size + 64);
	buffer_init(&cut, 4 * size + 64);
	struct html_text_facts facts = read_html(body, size, 2 * HTML_TEXT_OUT_MIN, &whole);
	struct html_text_facts again = read_html(body, 1U + data[0], HTML_TEXT_OUT_MIN, &cut);
	REQUIRE(text_is_equal(buffer_text(&whole), buffer_text(&cut)));
	REQUIRE(facts.hides_text == again.hides_text && facts.truncated == again.truncated &&
		facts.links == again.links);
	REQUIRE(utf8_is_valid(buffer_text(&whole)));
	for (size_t i = 0; i < whole.size; i++)
		REQUIRE((unsigned char)whole.data[i] >= ' ' || whole.data[i] == '\n' ||
			whole.data[i] == '\t');
	buffer_clear(&whole);
	buffer_clear(&cut);
	return 0;
}
