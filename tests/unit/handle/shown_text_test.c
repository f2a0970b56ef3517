/*
 * Texts of mail made fit to be shown.
 */
#include "handle/shown_text.h"

#include <stdint.h>

#include "support/tap.h"

static void
shows(enum shown_form form, struct text text, const char *wanted)
{
	struct text copy = exact_copy(text);
	struct buffer out;

	buffer_init(&out, 4096);
	shown_text_append(&out, form, copy);
	check_text(buffer_text(&out), text_from_string(wanted));
	buffer_clear(&out);
	free((void *)(uintptr_t)copy.data);
}

static void
controls(void)
{
	shows(SHOWN_LINE, TEXT("plain"), "plain");
	shows(SHOWN_LINE, TEXT("a\tb\r\nc\nd"), "a b c d");
	shows(SHOWN_TEXT, TEXT("a\tb\r\nc\nd\re"), "a\tb\nc\nd?e");
	shows(SHOWN_TEXT, TEXT("\033[1m\0\177\a"), "?[1m???");
	shows(SHOWN_TEXT, TEXT("\xc2\x9b\xc2\xa0"), "?\xc2\xa0");
	shows(SHOWN_TEXT, TEXT("\x9b\xff\xc3"), "???");
	shows(SHOWN_TEXT, TEXT("\xc3\xbc\xf0\x9f\x95\x8a"), "\xc3\xbc\xf0\x9f\x95\x8a");
}

static void
directions(void)
{
	shows(SHOWN_LINE,
	    TEXT("a\xe2\x80\xae"
		 "b"),
	    "a<U+202E>b");
	shows(SHOWN_LINE, TEXT("\xe2\x81\xa6"), "<U+2066>");
	shows(SHOWN_TEXT, TEXT("\xe2\x80\xa8"), "<U+2028>");
	shows(SHOWN_TEXT, TEXT("\xf3\xa0\x81\x81"), "<U+E0041>");
	shows(SHOWN_LINE, TEXT("\xe2\x80\x9c"), "\xe2\x80\x9c");
}

static void
cuts(struct text text, size_t columns, bool is_utf8, const char *wanted, size_t wanted_columns)
{
	struct text copy = exact_copy(text);
	struct buffer out;

	buffer_init(&out, 4096);
	check_number(shown_text_append_cut(&out, copy, columns, is_utf8), wanted_columns);
	check_text(buffer_text(&out), text_from_string(wanted));
	buffer_clear(&out);
	free((void *)(uintptr_t)copy.data);
}

static void
columns(void)
{
	cuts(TEXT("abcdef"), 6, false, "abcdef", 6);
	cuts(TEXT("abcdefg"), 6, false, "abc...", 6);
	cuts(TEXT("abcdefg"), 6, true, "abcde\xe2\x80\xa6", 6);
	cuts(TEXT("abc"), 2, false, "", 0);
	cuts(TEXT("abc"), 0, true, "", 0);
	cuts(TEXT(""), 0, true, "", 0);
	/* Two columns each. */
	cuts(TEXT("\xe6\x97\xa5\xe6\x9c\xac"), 4, true, "\xe6\x97\xa5\xe6\x9c\xac", 4);
	cuts(TEXT("\xe6\x97\xa5\xe6\x9c\xac"), 3, true, "\xe6\x97\xa5\xe2\x80\xa6", 3);
	/* A combining accent takes none. */
	check_number(shown_text_columns(TEXT("e\xcc\x81")), 1);
	check_number(shown_text_columns(TEXT("\xf0\x9f\x95\x8a")), 2);
}

static void
size_is(uint64_t bytes, const char *wanted)
{
	struct buffer out;

	buffer_init(&out, 64);
	shown_text_append_size(&out, bytes);
	check_text(buffer_text(&out), text_from_string(wanted));
	buffer_clear(&out);
}

static void
sizes(void)
{
	size_is(0, "0 B");
	size_is(1023, "1023 B");
	size_is(1024, "1.0 KiB");
	size_is(1536, "1.5 KiB");
	size_is(1048575, "1.0 MiB");
	size_is(1048576, "1.0 MiB");
	size_is(UINT64_MAX, "16.0 EiB");
}

int
main(void)
{
	test("control characters and broken UTF-8 are replaced", controls);
	test("what turns the text is shown by its number", directions);
	test("a line is cut by columns", columns);
	test("sizes are rounded to a unit", sizes);
	return tests_end();
}
