/*
 * Quoting of From_ lines taken back. How messages are quoted is shown in mbox_test.c, beside the appends.
 */
#include "deliver/mbox_format.h"
#include "support/tap.h"

#include <stdint.h>

static void
quotes(const char *message, size_t from, size_t wanted)
{
	struct text bytes = exact_copy(text_from_string(message));

	check_number(mbox_format_find_quote(bytes, from), wanted);
	free((void *)(uintptr_t)bytes.data);
}

static void
quoted_lines(void)
{
	quotes(">From x\n", 0, 0);
	quotes("a\n>From x\n", 0, 2);
	quotes("a\n>>From x\n", 0, 2);
	quotes("a\n>>From x\n>From y\n", 8, 11);
	quotes("a >From x\n", 0, 10);
	quotes(">From", 0, 5);
	quotes("x>From y\n>From ", 0, 9);
	quotes(">> From x\n", 0, 10);
}

static void
unquoted(const char *message, const char *wanted)
{
	struct text bytes = exact_copy(text_from_string(message));
	struct arena arena;

	arena_init(&arena, NULL, 0);
	check_text(mbox_format_unquote(&arena, bytes), text_from_string(wanted));
	arena_clear(&arena);
	free((void *)(uintptr_t)bytes.data);
}

static void
quoting_is_taken_back(void)
{
	unquoted("", "");
	unquoted("a >From x\n", "a >From x\n");
	unquoted(">From x\n>>From y\n>From", "From x\n>From y\n>From");
	unquoted("a\n>From From x\n>From ", "a\nFrom From x\nFrom ");
	unquoted(">>>From \n\n>From z", ">>From \n\nFrom z");
}

int
main(void)
{
	test("quoted lines are found", quoted_lines);
	test("quoting is taken back", quoting_is_taken_back);
	return tests_end();
}
