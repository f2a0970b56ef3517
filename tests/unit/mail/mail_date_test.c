/*
 * Dates; the expected seconds were computed with date(1).
 */
#include "mail/mail_date.h"
#include "support/tap.h"

#include <stdint.h>

static void
check_date_at(struct text body, long long seconds, int offset, bool has_zone, int line)
{
	struct text copy = exact_copy(body);
	struct mail_date date = {-1, -1, false};

	check_at(mail_date_parse(copy, &date), body.data, __FILE__, line);
	check_number_at(date.seconds, seconds, body.data, __FILE__, line);
	check_number_at(date.offset_seconds, offset, body.data, __FILE__, line);
	check_at(date.has_zone == has_zone, body.data, __FILE__, line);
	free((void *)(uintptr_t)copy.data);
}

static void
check_no_date_at(struct text body, int line)
{
	struct text copy = exact_copy(body);
	struct mail_date date;

	check_at(!mail_date_parse(copy, &date), body.data, __FILE__, line);
	free((void *)(uintptr_t)copy.data);
}

#define check_date(body, seconds, offset, has_zone)                                                \
	check_date_at(TEXT(body), seconds, offset, has_zone, __LINE__)
#define check_no_date(body) check_no_date_at(TEXT(body), __LINE__)

static void
the_examples_of_rfc_5322_are_read(void)
{
	check_date(" Fri, 21 Nov 1997 09:55:06 -0600", 880127706, -21600, true);
	check_date("Tue, 1 Jul 2003 10:52:37 +0200", 1057049557, 7200, true);
	check_date("Thu, 13 Feb 1969 23:32:54 -0330", -27723426, -12600, true);
	check_date("Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n           "
		   "    -0330 "
		   "(Newfoundland Time)",
	    -27723480, -12600, true);
	check_date("21 Nov 97 09:55:06 GMT", 880106106, 0, true);
	check_date("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", 880127706, -21600, true);
}

static void
obsolete_years_and_zones_are_read(void)
{
	check_date("1 Jan 49 00:00 GMT", 2493072000, 0, true);
	check_date("1 Jan 50 00:00 GMT", -631152000, 0, true);
	check_date("1 Jan 100 00:00 GMT", 946684800, 0, true);
	check_date("1 Jan 2000 00:00 UT", 946684800, 0, true);
	check_date("1 Jan 2000 00:00 EST", 946702800, -18000, true);
	check_date("1 Jan 2000 00:00 edt", 946699200, -14400, true);
	check_date("1 Jan 2000 00:00 CST", 946706400, -21600, true);
	check_date("1 Jan 2000 00:00 CDT", 946702800, -18000, true);
	check_date("1 Jan 2000 00:00 MST", 946710000, -25200, true);
	check_date("1 Jan 2000 00:00 MDT", 946706400, -21600, true);
	check_date("1 Jan 2000 00:00 PST", 946713600, -28800, true);
	check_date("1 Jan 2000 00:00 PDT", 946710000, -25200, true);
	check_date("1 Jan 2000 00:00 Z", 946684800, 0, true);
	check_date("1 Jan 2000 00:00 A", 946684800, 0, false);
	check_date("1 Jan 2000 00:00 MESZ", 946684800, 0, false);
	check_date("1 Jan 2000 00:00 -0000", 946684800, 0, false);
	check_date("1 Jan 2000 00:00 +0000", 946684800, 0, true);
}

static void
the_calendar_is_right(void)
{
	check_date("29 Feb 2000 12:00:00 +0000", 951825600, 0, true);
	check_date("1 Mar 2000 12:00:00 +0000", 951912000, 0, true);
	check_date("29 Feb 2024 00:00:00 +0000", 1709164800, 0, true);
	check_date("31 Dec 1999 23:59:60 +0000", 946684800, 0, true);
	check_date("1 Jan 1970 00:00:00 +0000", 0, 0, true);
	check_date("1 Jan 1900 00:00:00 +0000", -2208988800, 0, true);
	check_date("31 Dec 9999 23:59:59 +0000", 253402300799, 0, true);
	check_no_date("29 Feb 1900 00:00:00 +0000");
	check_no_date("29 Feb 2023 00:00:00 +0000");
	check_no_date("31 Apr 2023 00:00:00 +0000");
	check_no_date("0 Jan 2023 00:00:00 +0000");
	check_no_date("32 Jan 2023 00:00:00 +0000");
	check_no_date("1 Jan 2023 24:00:00 +0000");
	check_no_date("1 Jan 2023 10:60:00 +0000");
	check_no_date("1 Jan 2023 10:00:61 +0000");
}

static void
forms_met_in_the_wild_are_read(void)
{
	check_date("Sat Nov 21 21:48:00 2026", 1795297680, 0, false);
	check_date("Sat Nov 21 21:48:00 EST 2026", 1795315680, -18000, true);
	check_date("Saturday, 21 November 2026 21:48 +0000", 1795297680, 0, true);
	check_date("Mon 21 Nov 2026 21:48:00 +0000", 1795297680, 0, true);
	check_date("21-Nov-2026 21:48:00 +01:00", 1795294080, 3600, true);
	check_date("21 Nov 2026 21:48:00 GMT+0100", 1795294080, 3600, true);
	check_date("21 Nov 2026 21:48:00", 1795297680, 0, false);
	check_date("21 Nov 2026 21:48:00 +01", 1795297680, 0, false);
	check_date("21 Nov 2026 21:48:00 +0199", 1795297680, 0, false);
	check_date("21 Nov 2026 21:48:00 +0100 and more", 1795294080, 3600, true);
	check_date("21 Nov 2026 21:48:00 (unclosed", 1795297680, 0, false);
	check_date("(a (nested \\) one)) 21 Nov 2026 21:48:00 +0000", 1795297680, 0, true);
}

static void
what_is_no_date_is_refused(void)
{
	check_no_date("");
	check_no_date("   ");
	check_no_date("yesterday");
	check_no_date("Sat,");
	check_no_date("21 Nov");
	check_no_date("21 Nov 2026");
	check_no_date("21 Nov 2026 21");
	check_no_date("21 Nov 2026 21:");
	check_no_date("21 Nov 2026 21:48:");
	check_no_date("21 Nov 20266 21:48");
	check_no_date("21 Nov 6 21:48");
	check_no_date("21 Foo 2026 21:48");
	check_no_date("123 Nov 2026 21:48");
	check_no_date("99999999999999999999 Nov 2026 21:48");
	check_no_date("2026-11-21T21:48:00Z");
	check_no_date("21 \0Nov 2026 21:48");
}

static void
check_format(struct mail_date date, struct text wanted)
{
	char out[MAIL_DATE_SIZE];
	struct mail_date again;
	struct text got = mail_date_format(date, out);

	check_text(got, wanted);
	check(mail_date_parse(got, &again));
	check_number(again.seconds, date.seconds);
	check_number(again.offset_seconds, date.offset_seconds);
}

static void
dates_are_written_and_read_back(void)
{
	check_format(
	    (struct mail_date){1795297680, 0, true}, TEXT("Sat, 21 Nov 2026 21:48:00 +0000"));
	check_format(
	    (struct mail_date){1795297680, 0, false}, TEXT("Sat, 21 Nov 2026 21:48:00 -0000"));
	check_format(
	    (struct mail_date){880127706, -21600, true}, TEXT("Fri, 21 Nov 1997 09:55:06 -0600"));
	check_format(
	    (struct mail_date){-27723426, -12600, true}, TEXT("Thu, 13 Feb 1969 23:32:54 -0330"));
	check_format(
	    (struct mail_date){951825600, 0, true}, TEXT("Tue, 29 Feb 2000 12:00:00 +0000"));
	check_format(
	    (struct mail_date){253402300799, 0, true}, TEXT("Fri, 31 Dec 9999 23:59:59 +0000"));
}

int
main(void)
{
	test("the dates of RFC 5322's appendix A are read", the_examples_of_rfc_5322_are_read);
	test("obsolete years and zones are read", obsolete_years_and_zones_are_read);
	test("days and times that do not exist are refused", the_calendar_is_right);
	test("forms met in the wild are read", forms_met_in_the_wild_are_read);
	test("what is no date is refused", what_is_no_date_is_refused);
	test("dates are written and read back", dates_are_written_and_read_back);
	return tests_end();
}
