/*
 * Any bytes as an mbox. Checked: the messages follow each other without a gap to the end; a message
 * that is read, and written as a delivery writes it, is read again as one message of the same bytes;
 * and so are the flags that the mbox keeps in it.
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/bug.h"
#include "deliver/mbox_format.h"
#include "refile/mailbox_fields.h"
#include "refile/mbox_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_again(struct arena *arena, struct text message)
{
	const struct text lead = TEXT("From a@b Fri Mar  1 12:00:00 2024\n");
	size_t size = (size_t)mbox_format_size(lead, message), at = 0;
	struct text written = {arena_alloc_bytes(arena, size), 0};
	struct mbox_format format;
	struct mbox_item item;
	struct text slice;

	mbox_format_init(&format, lead, message);
	while (mbox_format_next(&format, &slice)) {
		memcpy((char *)(uintptr_t)written.data + written.size, slice.data, slice.size);
		written.size += slice.size;
	}
	REQUIRE(mbox_index_next(written, &at, &item) && at == written.size);
	struct text again = mbox_index_message(arena, written, &item);
	bool is_torn = message.size > 0 && message.data[message.size - 1] != '\n';
	REQUIRE(again.size == message.size + is_torn);
	REQUIRE(text_is_equal(text_slice(again, 0, message.size), message));
}

static void
check_fields(struct arena *arena, struct text stored)
{
	struct mailbox_fields fields, again;
	struct text message = mailbox_fields_take(arena, stored, &fields);

	REQUIRE(message.size <= stored.size);
	/* A first line that would continue a field stays in front of what is put. */
	if (message.size == 0 || !text_is_alpha(message.data[0]))
		return;
	mailbox_fields_take(arena, mailbox_fields_put(arena, message, &fields), &again);
	REQUIRE(again.flags.size == fields.flags.size && again.is_old == fields.is_old);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text mbox = {(const char *)data, size};
	struct arena arena;
	struct mbox_item item;
	size_t at = 0, end = 0;
	bool has_first = false;

	arena_init(&arena, NULL, 0);
	while (mbox_index_next(mbox, &at, &item)) {
		REQUIRE(!has_first || item.start == end);
		REQUIRE(item.from_line_size > 0 && item.from_line_size <= item.size);
		has_first = true;
		end = item.start + item.size;
		struct text message = mbox_index_message(&arena, mbox, &item);
		check_again(&arena, message);
		check_fields(&arena, message);
	}
	REQUIRE(!has_first || end == size);
	arena_clear(&arena);
	return 0;
}
