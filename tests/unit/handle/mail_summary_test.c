/*
 * Who, to whom, about what, when.
 */
#include "handle/mail_summary.h"

#include <stdint.h>

#include "base/buffer.h"
#include "support/tap.h"

static struct arena arena;

static const struct message *
message(const char *bytes)
{
	return message_new(&arena, text_from_string(bytes));
}

static void
fields(void)
{
	arena_init(&arena, NULL, 0);
	const struct message *odd =
	    message("Subject: =?utf-8?q?a=C3=BC?=\n  =?utf-8?q?b?= c \nX: y\n\nDate: no\n");
	check_text(mail_summary_field(&arena, odd, TEXT("subject")), TEXT("a\xc3\xbc"
									  "b c"));
	check_text(mail_summary_field(&arena, odd, TEXT("Date")), TEXT(""));
	arena_clear(&arena);
}

static void
addresses(void)
{
	struct buffer out;

	arena_init(&arena, NULL, 0);
	struct address_list list = mail_summary_addresses(&arena,
	    message("To: a@b, =?utf-8?q?C=C3=A9?= <c@d>\nto: \"E, F\" <e@f>\nCc: g@h\n\n"),
	    TEXT("To"));
	check_number(list.count, 3);
	buffer_init(&out, 1000);
	for (size_t i = 0; i < list.count; i++) {
		mail_summary_append_address(&out, &list.items[i]);
		buffer_append_byte(&out, ';');
	}
	check_text(buffer_text(&out), TEXT("a@b;C\xc3\xa9 <c@d>;E, F <e@f>;"));
	buffer_clear(&out);
	arena_clear(&arena);
}

static void
date_is(const char *field, const char *day, const char *rfc3339)
{
	char day_bytes[MAIL_SUMMARY_DAY_SIZE], rfc3339_bytes[MAIL_SUMMARY_RFC3339_SIZE];
	struct mail_date date;

	arena_init(&arena, NULL, 0);
	check(mail_summary_date(message(field), &date));
	check_text(mail_summary_format_day(date, day_bytes), text_from_string(day));
	check_text(mail_summary_format_rfc3339(date, rfc3339_bytes), text_from_string(rfc3339));
	arena_clear(&arena);
}

static void
dates(void)
{
	struct mail_date date;

	date_is("Date: Sat, 21 Nov 2026 21:48:01 +0130\n\n", "2026-11-21 21:48",
	    "2026-11-21T21:48:01+01:30");
	date_is("Date: Thu, 29 Feb 2024 23:59:59 -0800\n\n", "2024-02-29 23:59",
	    "2024-02-29T23:59:59-08:00");
	date_is(
	    "Date: 1 Mar 1900 00:00:00 +0000\n\n", "1900-03-01 00:00", "1900-03-01T00:00:00+00:00");
	date_is("Date: 31 Dec 1999 12:00:00 -0000\n\n", "1999-12-31 12:00",
	    "1999-12-31T12:00:00-00:00");
	date_is(
	    "Date: 1 Jan 1970 00:30:00 +0100\n\n", "1970-01-01 00:30", "1970-01-01T00:30:00+01:00");
	arena_init(&arena, NULL, 0);
	check(
	    !mail_summary_date(message("Subject: x\n\nDate: 1 Jan 1970 00:30:00 +0100\n"), &date));
	check(!mail_summary_date(message("Date: soon\n\n"), &date));
	arena_clear(&arena);
}

int
main(void)
{
	test("a field is unfolded and decoded", fields);
	test("the addresses of all fields of a name are read", addresses);
	test("dates are written in the zone of their sender", dates);
	return tests_end();
}
