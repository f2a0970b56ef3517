/*
 * Names made harmless: whatever a sender writes, what is left is one component of a path, or one line.
 */
#include "mail/safe_name.h"
#include "base/utf8.h"
#include "support/tap.h"

#include <stdint.h>
#include <string.h>

static struct arena arena;

static void
check_file_at(struct text name, struct text wanted, int line)
{
	struct text copy = exact_copy(name);

	check_text_at(safe_name_file(&arena, copy), wanted, __FILE__, line);
	free((void *)(uintptr_t)copy.data);
	arena_clear(&arena);
}

#define check_file(name, wanted) check_file_at(TEXT(name), TEXT(wanted), __LINE__)

static void
an_ordinary_name_stays(void)
{
	check_file("report.pdf", "report.pdf");
	check_file("a b (1).tar.gz", "a b (1).tar.gz");
	check_file("\xc3\x9c\x62\xe6\x97\xa5.txt", "\xc3\x9c\x62\xe6\x97\xa5.txt");
	check_file("$(id);'\"`*?<>|", "$(id);'\"`*?<>|");
}

static void
a_path_is_its_last_component(void)
{
	check_file("/etc/passwd", "passwd");
	check_file("../../x", "x");
	check_file("C:\\a\\b.exe", "b.exe");
	check_file("a/b\\c", "c");
	check_file("a/", "attachment");
}

static void
dots_and_blanks_at_the_ends_go(void)
{
	check_file("...x", "x");
	check_file(" .profile. ", "profile");
	check_file(".", "attachment");
	check_file("..", "attachment");
	check_file("", "attachment");
	check_file(" . . ", "attachment");
	check_file(".\x01.x", "x");
}

static void
what_nobody_sees_goes(void)
{
	check_file("a\x01\x1f\x7f\nb\0c", "abc");
	check_file("a\xe2\x80\xaetxt.exe", "atxt.exe"); /* U+202E */
	check_file("a\xe2\x81\xa6"
		   "b\xe2\x81\xa9.c",
	    "ab.c"); /* U+2066, U+2069 */
	check_file("a\xe2\x80\x8b"
		   "b\xef\xbb\xbf"
		   "c\xc2\x85"
		   "d\xc2\xad"
		   "e",
	    "abcde");
	check_file("a\xf3\xa0\x80\xa1"
		   "b",
	    "ab"); /* U+E0021 */
}

static void
bytes_that_are_no_utf8_go(void)
{
	check_file("a\xff\xc3"
		   "b\xed\xa0\x80"
		   "c\xc0\xaf"
		   "d",
	    "abcd");
	check_file("\xff\xfe", "attachment");
}

static void
a_long_name_keeps_its_extension(void)
{
	char name[1000];
	memset(name, 'x', sizeof name);
	memcpy(name + sizeof name - 4, ".pdf", 4);
	struct text safe = safe_name_file(&arena, (struct text){name, sizeof name});
	check(safe.size == SAFE_NAME_MAX);
	check(text_has_suffix(safe, TEXT("x.pdf")));
	/* What is no extension is cut as all else. */
	name[500] = '.';
	name[sizeof name - 4] = 'x';
	safe = safe_name_file(&arena, (struct text){name, sizeof name});
	check(safe.size == SAFE_NAME_MAX);
	check(text_find_byte(safe, 0, '.') == safe.size);
	arena_clear(&arena);
}

static void
a_long_name_is_cut_between_characters(void)
{
	for (size_t lead = 0; lead < 4; lead++) {
		char name[1000];
		memset(name, 'x', lead);
		size_t size = lead;
		for (; size + 4 <= 600; size += 4)
			memcpy(name + size, "\xf0\x9f\x90\xa6", 4);
		struct text safe = safe_name_file(&arena, (struct text){name, size});
		check(safe.size <= SAFE_NAME_MAX && safe.size > SAFE_NAME_MAX - 4);
		check(utf8_is_valid(safe));
	}
	arena_clear(&arena);
}

static void
a_name_to_be_read_is_one_line(void)
{
	check_text(safe_name_shown(&arena, TEXT("a\r\nb\xe2\x80\xae\xff/c")), TEXT("a?"
										   "?b?"
										   "?/c"));
	check_text(safe_name_shown(&arena, TEXT("")), TEXT(""));
	arena_clear(&arena);
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test("an ordinary name stays as it is", an_ordinary_name_stays);
	test("a path is its last component", a_path_is_its_last_component);
	test("dots and blanks at the ends go", dots_and_blanks_at_the_ends_go);
	test("control characters and what nobody sees go", what_nobody_sees_goes);
	test("bytes that are no UTF-8 go", bytes_that_are_no_utf8_go);
	test("a long name is cut and keeps its extension", a_long_name_keeps_its_extension);
	test("a long name is cut between two characters", a_long_name_is_cut_between_characters);
	test("a name to be read is one line", a_name_to_be_read_is_one_line);
	return tests_end();
}
