/*
 * Any bytes as a part: a header up to the first empty line, and a body. Checked: the text is valid
 * UTF-8, does not depend on how large the reader's room is, ends at its bound with a mark, and a plain
 * part reads as mail/part_text.h has it.
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/bug.h"
#include "base/buffer.h"
#include "base/utf8.h"
#include "mail/readable_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
	struct part_text_facts facts;
	bool hides;
};

static struct reading
read_part(struct text header, struct text body, uint64_t maximum, size_t room, struct buffer *out)
{
	char piece[3 * READABLE_TEXT_READ_MIN];
	struct reading reading;
	struct arena arena;
	size_t size;

	arena_init(&arena, NULL, 0);
	struct readable_text *text = readable_text_open(&arena, header, body, true, maximum);
	while ((size = readable_text_read(text, piece, room)) > 0)
		REQUIRE(buffer_append(out, (struct text){piece, size}));
	REQUIRE(readable_text_read(text, piece, room) == 0);
	reading.facts = readable_text_facts(text);
	reading.hides = readable_text_hides(text);
	readable_text_close(text);
	arena_clear(&arena);
	return reading;
}

static void
check_plain(struct text header, struct text body, struct text wanted)
{
	struct part_text_form form = part_text_form_parse(header, 1000);
	char piece[READABLE_TEXT_READ_MIN];
	struct arena arena;
	size_t size, at = 0;

	arena_init(&arena, NULL, 0);
	struct part_text *part = part_text_open(&arena, &form, body, UINT64_MAX);
	while ((size = part_text_read(part, piece, sizeof piece)) > 0) {
		REQUIRE(
		    text_is_equal((struct text){piece, size}, text_slice(wanted, at, at + size)));
		at += size;
	}
	REQUIRE(at == wanted.size);
	part_text_close(part);
	arena_clear(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text all = {(const char *)data, size};
	size_t end = text_find(all, 0, TEXT("\n\n"));
	struct text header = text_slice(all, 0, end + 1), body = text_slice(all, end + 2, size);
	struct buffer whole, small, cut;

	buffer_init(&whole, 40 * size + 1000);
	buffer_init(&small, 40 * size + 1000);
	buffer_init(&cut, 40 * size + 1000);
	struct reading reading = read_part(header, body, UINT64_MAX, 20000, &whole);
	struct reading again = read_part(header, body, UINT64_MAX, READABLE_TEXT_READ_MIN, &small);
	REQUIRE(text_is_equal(buffer_text(&whole), buffer_text(&small)));
	REQUIRE(utf8_is_valid(buffer_text(&whole)));
	REQUIRE(reading.hides == again.hides);
	REQUIRE(reading.facts.malformed == again.facts.malformed &&
		reading.facts.truncated == again.facts.truncated);
	struct reading bound = read_part(header, body, size / 2, 20000, &cut);
	REQUIRE(cut.size <= size / 2 && utf8_is_valid(buffer_text(&cut)));
	REQUIRE(text_is_equal(buffer_text(&cut), text_slice(buffer_text(&whole), 0, cut.size)));
	REQUIRE(bound.facts.truncated || cut.size == whole.size);
	if (readable_kind_parse(header, 1000) == READABLE_PLAIN)
		check_plain(header, body, buffer_text(&whole));
	buffer_clear(&whole);
	buffer_clear(&small);
	buffer_clear(&cut);
	return 0;
}
