/*
 * A message that somebody else writes into a spool: it is taken as it is, or without its first
 * bytes.
 */
#include "system/spool.h"

#include <unistd.h>

#include "support/tap.h"

static size_t
skip_three(void *self, struct text start)
{
	(void)self;
	return start.size < 3 ? start.size : 3;
}

/* Writes the bytes, takes them, and compares what is in the map and in the file. */
static void
check_written(struct text bytes, const struct spool_plan *plan, struct text wanted)
{
	struct arena arena;
	struct spool *spool;
	struct error error;
	struct text mapped;
	char file[64];

	arena_init(&arena, NULL, 0);
	check(spool_create(&arena, plan, &spool, &error));
	check(write(spool_descriptor(spool), bytes.data, bytes.size) == (ssize_t)bytes.size);
	check(spool_finish(spool, plan, &error));
	check_number((long long)spool_size(spool), (long long)wanted.size);
	if (wanted.size > 0) {
		check(spool_map(spool, &mapped, &error));
		check_text(mapped, wanted);
		ssize_t size = pread(spool_descriptor(spool), file, sizeof file, 0);
		struct text in_file = {file, size < 0 ? 0 : (size_t)size};
		check_text(in_file, wanted);
	}
	spool_close(spool);
	arena_clear(&arena);
}

static void
what_was_written_is_the_message(void)
{
	const struct spool_plan plan = {.directories = {"/nonexistent", "/tmp"}};

	check_written(TEXT("A: b\n\ntext\n"), &plan, TEXT("A: b\n\ntext\n"));
	check_written(TEXT(""), &plan, TEXT(""));
}

static void
the_start_can_be_left_out(void)
{
	const struct spool_plan plan = {.directories = {"/tmp"}, .skip = skip_three};

	check_written(TEXT("xx\nA: b\n"), &plan, TEXT("A: b\n"));
	check_written(TEXT("xx\n"), &plan, TEXT(""));
	check_written(TEXT(""), &plan, TEXT(""));
}

static void
without_a_directory_there_is_none(void)
{
	const struct spool_plan plan = {.directories = {"/nonexistent"}};
	struct arena arena;
	struct spool *spool;
	struct error error;

	arena_init(&arena, NULL, 0);
	check(!spool_create(&arena, &plan, &spool, &error));
	arena_clear(&arena);
}

int
main(void)
{
	test("what was written is the message", what_was_written_is_the_message);
	test("the start can be left out", the_start_can_be_left_out);
	test("without a directory there is no spool", without_a_directory_there_is_none);
	return tests_end();
}
