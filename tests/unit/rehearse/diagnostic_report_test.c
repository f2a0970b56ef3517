/*
 * How diagnostics look: the mark stands below the bytes that are meant, whatever stands before
 * them.
 */
#include "rehearse/diagnostic_report.h"
#include "support/tap.h"

static struct buffer shown;

/* Shows one warning about `size` bytes at the place where `at` is found in the source. */
static struct text
show(struct text source, struct text at, uint32_t size, unsigned columns)
{
	static struct arena arena;
	struct terminal terminal = {.is_terminal = true, .columns = columns};
	struct diagnostics list;

	buffer_clear(&shown);
	buffer_init(&shown, 1 << 20);
	arena_clear(&arena);
	arena_init(&arena, NULL, 0);
	diagnostics_init(&list, &arena);
	diagnostics_add(
	    &list, DIAGNOSTIC_UNREACHABLE, (uint32_t)text_find(source, 0, at), size, "message");
	diagnostic_report_text(&shown, &terminal, TEXT("f"), source, &list, true);
	arena_clear(&arena);
	return buffer_text(&shown);
}

static void
mark_below_bytes(void)
{
	check_text(show(TEXT("one\ntwo three\nfour\n"), TEXT("three"), 5, 80),
	    TEXT("f:2:5: warning: message [unreachable]\n"
		 "    2 | two three\n"
		 "      |     ^~~~~\n\n"));
	check_text(
	    show(TEXT("one\n"), TEXT("one"), 0, 80), TEXT("f:1:1: warning: message [unreachable]\n"
							  "    1 | one\n"
							  "      | ^\n\n"));
}

static void
tabs_are_blanks(void)
{
	check_text(show(TEXT("\tab\tx y\n"), TEXT("x"), 1, 80),
	    TEXT("f:1:5: warning: message [unreachable]\n"
		 "    1 |         ab      x y\n"
		 "      |                 ^\n\n"));
}

static void
characters_have_columns(void)
{
	/* Two bytes and one column; three bytes and two columns; a combining accent: none. */
	check_text(show(TEXT("caf\xc3\xa9 x\n"), TEXT("x"), 1, 80),
	    TEXT("f:1:7: warning: message [unreachable]\n"
		 "    1 | caf\xc3\xa9 x\n"
		 "      |      ^\n\n"));
	check_text(show(TEXT("\xe4\xb8\xad x\n"), TEXT("x"), 1, 80),
	    TEXT("f:1:5: warning: message [unreachable]\n"
		 "    1 | \xe4\xb8\xad x\n"
		 "      |    ^\n\n"));
	check_text(show(TEXT("e\xcc\x81 x\n"), TEXT("x"), 1, 80),
	    TEXT("f:1:5: warning: message [unreachable]\n"
		 "    1 | e\xcc\x81 x\n"
		 "      |   ^\n\n"));
}

static void
control_characters_do_nothing(void)
{
	check_text(show(TEXT("\033[31m\xff x\n"), TEXT("x"), 1, 80),
	    TEXT("f:1:8: warning: message [unreachable]\n"
		 "    1 | ?[31m? x\n"
		 "      |        ^\n\n"));
}

static void
long_lines_are_cut(void)
{
	static char line[100000];
	struct text source = {line, sizeof line};
	unsigned rows = 0;

	memset(line, '-', sizeof line);
	line[60000] = '!';
	struct text text = show(source, TEXT("!"), 1, 60);
	check(text_has_prefix(text, TEXT("f:1:60001: warning: message [unreachable]\n")));
	size_t mark = 0, place = 0;
	while (text.size > 0) {
		struct text row = text_split(&text, '\n');
		check(row.size <= 60);
		rows++;
		if (rows == 2) {
			place = text_find_byte(row, 0, '!');
			check(place < row.size);
			check(text_has_prefix(row, TEXT("    1 | ... -")));
			check(text_has_suffix(row, TEXT("- ...")));
		}
		if (rows == 3) {
			mark = text_find_byte(row, 0, '^');
			check(mark < row.size);
		}
	}
	check_number((long long)mark, (long long)place);
	check_number(rows, 4);
}

static void
windows_line_ends_are_not_shown(void)
{
	check_text(show(TEXT("a x\r\nb\r\n"), TEXT("x"), 9, 80),
	    TEXT("f:1:3: warning: message [unreachable]\n"
		 "    1 | a x\n"
		 "      |   ^\n\n"));
}

static void
the_end_of_the_file_is_a_place(void)
{
	check_text(show(TEXT("a\nb"), TEXT("nowhere"), 0, 80),
	    TEXT("f:2:2: warning: message [unreachable]\n"
		 "    2 | b\n"
		 "      |  ^\n\n"));
	check_text(
	    show(TEXT(""), TEXT("nowhere"), 0, 80), TEXT("f:1:1: warning: message [unreachable]\n"
							 "    1 | \n"
							 "      | ^\n\n"));
}

static void
advice_is_wrapped(void)
{
	struct terminal terminal = {.is_terminal = true, .columns = 40};
	struct diagnostics list;
	struct arena arena;

	buffer_clear(&shown);
	buffer_init(&shown, 1 << 20);
	arena_init(&arena, NULL, 0);
	diagnostics_init(&list, &arena);
	struct diagnostic *added = diagnostics_add(&list, DIAGNOSTIC_SYNTAX, 0, 1, "message");
	diagnostic_advise(&list, added, "one two three four five six seven eight");
	diagnostic_report_text(&shown, &terminal, TEXT("f"), TEXT("x\n"), &list, true);
	check_text(buffer_text(&shown), TEXT("f:1:1: error: message [syntax]\n"
					     "    1 | x\n"
					     "      | ^\n"
					     "      | help: one two three four five\n"
					     "      |       six seven eight\n\n"));
	arena_clear(&arena);
}

int
main(void)
{
	buffer_init(&shown, 1 << 20);
	test("the mark stands below the bytes that are meant", mark_below_bytes);
	test("a tab takes the columns that it has", tabs_are_blanks);
	test("characters take their columns, not their bytes", characters_have_columns);
	test("control characters and broken bytes are shown as ?", control_characters_do_nothing);
	test("a long line is cut around the place", long_lines_are_cut);
	test("the CR of a line end is not shown", windows_line_ends_are_not_shown);
	test("the end of the file is a place too", the_end_of_the_file_is_a_place);
	test("advice is wrapped at the terminal's width", advice_is_wrapped);
	buffer_clear(&shown);
	return tests_end();
}
