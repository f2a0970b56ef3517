/*
 * Any bytes as an mbox, by the three rules of culver mail. Checked: the messages follow each other without
 * a gap to the end; a stricter rule finds no more of them; quoting marks are marks; a message that is
 * written as a delivery writes it is read again as one message of the same bytes. And any bytes that are
 * shown are valid UTF-8 without control characters.
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/bug.h"
#include "base/utf8.h"
#include "deliver/mbox_format.h"
#include "handle/mbox_walk.h"
#include "handle/shown_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The message without the marks. */
static struct text
unquoted(struct arena *arena, struct text message)
{
	char *bytes = arena_alloc_bytes(arena, message.size);
	size_t size = 0, kept = 0, quote = mbox_format_find_quote(message, 0);

	while (quote < message.size) {
		REQUIRE(
		    message.data[quote] == '>' && (quote == 0 || message.data[quote - 1] == '\n'));
		memcpy(bytes + size, message.data + kept, quote - kept);
		size += quote - kept;
		kept = quote + 1;
		quote =
		    mbox_format_find_quote(message, text_find(message, kept, TEXT("From ")) + 5);
	}
	memcpy(bytes + size, message.data + kept, message.size - kept);
	return (struct text){bytes, size + message.size - kept};
}

static void
check_again(struct arena *arena, struct text message, enum from_rule rule)
{
	const struct text lead = TEXT("From a@b Fri Mar  1 12:00:00 2024\n");
	size_t size = (size_t)mbox_format_size(lead, message), at = 0;
	struct text written = {arena_alloc_bytes(arena, size), 0};
	struct mbox_format format;
	struct mbox_range range;
	struct text slice;

	mbox_format_init(&format, lead, message);
	while (mbox_format_next(&format, &slice)) {
		memcpy((char *)(uintptr_t)written.data + written.size, slice.data, slice.size);
		written.size += slice.size;
	}
	REQUIRE(mbox_walk_is_mbox(written));
	REQUIRE(mbox_walk_next(written, rule, &at, &range) && at == written.size);
	struct text again = unquoted(arena, mbox_walk_message(written, &range));
	bool is_torn = message.size > 0 && message.data[message.size - 1] != '\n';
	REQUIRE(again.size == message.size + is_torn);
	REQUIRE(text_is_equal(text_slice(again, 0, message.size), message));
}

static size_t
check_rule(struct arena *arena, struct text mbox, enum from_rule rule)
{
	struct mbox_range range;
	size_t at = 0, end = 0, count = 0;

	while (mbox_walk_next(mbox, rule, &at, &range)) {
		REQUIRE(count == 0 || range.start == end);
		REQUIRE(range.size > 0 && range.from_line_size <= range.size);
		end = range.start + range.size;
		REQUIRE(end == at);
		struct text message = mbox_walk_message(mbox, &range);
		REQUIRE(message.size <= range.size);
		if (++count <= 8)
			check_again(arena, unquoted(arena, message), rule);
	}
	REQUIRE(count == 0 || end == mbox.size);
	return count;
}

static void
check_shown(struct text bytes)
{
	struct buffer out;

	buffer_init(&out, 1 << 20);
	shown_text_append(&out, SHOWN_LINE, bytes);
	REQUIRE(utf8_is_valid(buffer_text(&out)));
	for (size_t i = 0; i < out.size; i++)
		REQUIRE((unsigned char)out.data[i] >= ' ' && out.data[i] != 0x7f);
	buffer_reset(&out);
	REQUIRE(shown_text_append_cut(&out, bytes, 40, true) <= 40);
	REQUIRE(shown_text_columns(buffer_text(&out)) <= 40);
	buffer_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text mbox = {(const char *)data, size};
	struct arena arena;

	arena_init(&arena, NULL, 0);
	size_t strict = check_rule(&arena, mbox, FROM_STRICT);
	size_t dated = check_rule(&arena, mbox, FROM_DATED);
	size_t lenient = check_rule(&arena, mbox, FROM_LENIENT);
	REQUIRE(strict <= dated && dated <= lenient);
	check_shown(mbox);
	arena_clear(&arena);
	return 0;
}
