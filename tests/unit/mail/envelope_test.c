/*
 * The From_ line in front of a message.
 */
#include "mail/envelope.h"
#include "support/tap.h"

#include <stdint.h>
#include <string.h>

static void
check_line(struct text bytes, size_t length, struct text sender, struct text date)
{
	struct text copy = exact_copy(bytes), got_sender = {0}, got_date = {0};

	check_number(envelope_parse_from_line(copy, &got_sender, &got_date), length);
	check_text(got_sender, sender);
	check_text(got_date, date);
	free((void *)(uintptr_t)copy.data);
}

static void
sender_and_date_are_split(void)
{
	struct text date = TEXT("Sat Nov 21 21:48:00 2026");

	check_line(TEXT("From joe@example.com Sat Nov 21 21:48:00 2026\nTo: x\n"), 46,
	    TEXT("joe@example.com"), date);
	check_line(TEXT("From joe@example.com  Sat Nov 21 21:48:00 2026\r\n\n"), 48,
	    TEXT("joe@example.com"), date);
	check_line(TEXT("From \"a b\"@c Sat Nov 21 21:48:00 2026\n"), 38, TEXT("\"a b\"@c"), date);
	check_line(TEXT("From \"a b@c Sat Nov 21 21:48:00 2026\n"), 37, TEXT("\"a"),
	    TEXT("b@c Sat Nov 21 21:48:00 2026"));
	check_line(TEXT("From joe@example.com"), 20, TEXT("joe@example.com"), TEXT(""));
	check_line(TEXT("From <joe@x> Sat\n"), 17, TEXT("joe@x"), TEXT("Sat"));
}

static void
the_null_sender_has_three_spellings(void)
{
	struct text date = TEXT("Sat Nov 21 21:48:00 2026");

	check_line(TEXT("From MAILER-DAEMON Sat Nov 21 21:48:00 2026\n"), 44, TEXT(""), date);
	check_line(TEXT("From <> Sat Nov 21 21:48:00 2026\n"), 33, TEXT(""), date);
	check_line(TEXT("From  Sat Nov 21 21:48:00 2026\n"), 31, TEXT(""), date);
	check_line(TEXT("From \n"), 6, TEXT(""), TEXT(""));
}

static void
other_beginnings_are_no_from_line(void)
{
	check_line(TEXT(""), 0, TEXT(""), TEXT(""));
	check_line(TEXT("From"), 0, TEXT(""), TEXT(""));
	check_line(TEXT("From: joe\n"), 0, TEXT(""), TEXT(""));
	check_line(TEXT("From : joe\n"), 0, TEXT(""), TEXT(""));
	check_line(TEXT("from joe Sat\n"), 0, TEXT(""), TEXT(""));
	check_line(TEXT(">From joe Sat\n"), 0, TEXT(""), TEXT(""));
}

static void
a_line_beyond_the_limit_is_no_from_line(void)
{
	char line[ENVELOPE_FROM_LINE_MAX + 2];
	struct text longest = {line, ENVELOPE_FROM_LINE_MAX + 1};

	memset(line, 'x', sizeof line);
	memcpy(line, "From ", 5);
	line[ENVELOPE_FROM_LINE_MAX] = '\n';
	check_line(longest, longest.size, text_slice(longest, 5, longest.size - 1), TEXT(""));
	line[ENVELOPE_FROM_LINE_MAX] = 'x';
	line[ENVELOPE_FROM_LINE_MAX + 1] = '\n';
	check_line((struct text){line, sizeof line}, 0, TEXT(""), TEXT(""));
	check_line((struct text){line, ENVELOPE_FROM_LINE_MAX + 1}, 0, TEXT(""), TEXT(""));
}

int
main(void)
{
	test("a From_ line gives its sender and date", sender_and_date_are_split);
	test("the null sender has several spellings", the_null_sender_has_three_spellings);
	test("what only looks like a From_ line is left alone", other_beginnings_are_no_from_line);
	test(
	    "a line beyond the limit is not a From_ line", a_line_beyond_the_limit_is_no_from_line);
	return tests_end();
}
