/*
 * The messages of an mbox, found and unquoted.
 */
#include "refile/mbox_index.h"

#include <stdint.h>

#include "support/tap.h"

#define LINE "From a@b Fri Mar  1 12:00:00 2024\n"

static size_t
count(const char *mbox)
{
	struct text bytes = exact_copy(text_from_string(mbox));
	struct mbox_item item;
	size_t at = 0, found = 0, end = 0;

	while (mbox_index_next(bytes, &at, &item)) {
		check(found == 0 || item.start == end);
		end = item.start + item.size;
		found++;
	}
	check(found == 0 || end == bytes.size);
	free((void *)(uintptr_t)bytes.data);
	return found;
}

static void
messages_are_counted(void)
{
	check(count("") == 0);
	check(count("no mbox\n") == 0);
	check(count("From ") == 0);
	check(count(LINE) == 1);
	check(count(LINE "A: b\n\nx\n\n" LINE "C: d\n\n") == 2);
	check(count("junk in front\n" LINE "A: b\n") == 1);
}

static void
only_dated_lines_separate(void)
{
	check(count(LINE "A: b\n\nFrom here on it rains.\n\n") == 1);
	check(count(LINE "A: b\n\n x " LINE "\n") == 1);
	check(count(LINE "A: b\n\n>" LINE "\n") == 1);
	check(count(LINE "A: b\nno empty line\n" LINE "C: d\n") == 2);
	check(count("From \"a b\"@c Fri Mar  1 12:00:00 2024\r\nA: b\r\n\r\n") == 1);
	check(count("From a@b Fri Mar  1 12:00:00 CET 2024\nA: b\n") == 1);
	check(count("From: a@b Fri Mar  1 12:00:00 2024\nA: b\n") == 0);
}

static bool
reads_as(const char *stored, const char *wanted)
{
	struct arena arena;
	struct mbox_item item;
	size_t at = 0;
	struct text bytes = exact_copy(text_from_string(stored));

	arena_init(&arena, NULL, 0);
	bool found = mbox_index_next(bytes, &at, &item);
	bool fits = found && text_is_equal(mbox_index_message(&arena, bytes, &item),
				 text_from_string(wanted));
	arena_clear(&arena);
	free((void *)(uintptr_t)bytes.data);
	return fits;
}

static void
the_mailbox_own_bytes_go(void)
{
	check(reads_as(LINE "A: b\n\nx\n\n", "A: b\n\nx\n"));
	check(reads_as(LINE "A: b\n\nx\n\n\n", "A: b\n\nx\n\n"));
	check(reads_as(LINE "A: b\n\nx", "A: b\n\nx"));
	check(reads_as(LINE "A: b\r\n\r\nx\r\n\r\n", "A: b\r\n\r\nx\r\n"));
	check(reads_as(LINE "\n", ""));
	check(reads_as(LINE, ""));
	check(reads_as(LINE "A: b\n\n" LINE "C: d\n", "A: b\n"));
}

static void
quoted_lines_lose_one_mark(void)
{
	check(reads_as(LINE "A: b\n\n>From x\n\n", "A: b\n\nFrom x\n"));
	check(reads_as(
	    LINE "A: b\n\n>>From x\n>From y\nz >From\n\n", "A: b\n\n>From x\nFrom y\nz >From\n"));
	check(reads_as(LINE ">From first\n\n", "From first\n"));
	check(reads_as(
	    LINE "A: b\n\n>from x\n>Fro\n> From x\n", "A: b\n\n>from x\n>Fro\n> From x\n"));
	check(reads_as(LINE "A: b\n\nx>From y\n>From ", "A: b\n\nx>From y\nFrom "));
	check(reads_as(LINE "A: b\n\n>From >From x\n", "A: b\n\nFrom >From x\n"));
}

int
main(void)
{
	test("messages are counted, and cover the mbox", messages_are_counted);
	test("only a From_ line with a date at the start of a line separates",
	    only_dated_lines_separate);
	test("the From_ line and the empty line behind a message are not its own",
	    the_mailbox_own_bytes_go);
	test("a quoted line loses one mark", quoted_lines_lose_one_mark);
	return tests_end();
}
