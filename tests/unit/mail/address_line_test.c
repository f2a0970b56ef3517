/*
 * The line of an address field. What maildrop 2.9.3 makes of each body was seen by its foreach over
 * header lines, and is repeated here as it was; the deviations have a test of their own.
 */
#include "mail/address_line.h"
#include "support/tap.h"

#include <stdint.h>

static void
check_line_at(struct text body, struct text wanted, int line)
{
	struct text copy = exact_copy(body);
	struct buffer out;

	buffer_init(&out, 1000000);
	check_at(address_line_append(TEXT("To"), copy, &out), "fits", __FILE__, line);
	struct text got = buffer_text(&out);
	check_at(text_has_prefix(got, TEXT("To: ")), "name", __FILE__, line);
	check_text_at(text_slice(got, 4, got.size), wanted, __FILE__, line);
	buffer_clear(&out);
	free((void *)(uintptr_t)copy.data);
}

#define check_line(body, wanted) check_line_at(TEXT(body), TEXT(wanted), __LINE__)

static void
the_fields_of_maildrop_are_structured(void)
{
	check(address_line_is_structured(TEXT("From")));
	check(address_line_is_structured(TEXT("TO")));
	check(address_line_is_structured(TEXT("cc")));
	check(address_line_is_structured(TEXT("Bcc")));
	check(address_line_is_structured(TEXT("Resent-From")));
	check(address_line_is_structured(TEXT("resent-to")));
	check(address_line_is_structured(TEXT("Resent-Cc")));
	check(address_line_is_structured(TEXT("Resent-Bcc")));
	check(!address_line_is_structured(TEXT("Reply-To")));
	check(!address_line_is_structured(TEXT("Sender")));
	check(!address_line_is_structured(TEXT("Return-Path")));
	check(!address_line_is_structured(TEXT("Errors-To")));
	check(!address_line_is_structured(TEXT("Delivered-To")));
	check(!address_line_is_structured(TEXT("Resent-Sender")));
	check(!address_line_is_structured(TEXT("Resent-Reply-To")));
	check(!address_line_is_structured(TEXT("Subject")));
	check(!address_line_is_structured(TEXT("")));
}

static void
names_and_addresses_are_put_in_order(void)
{
	check_line("joe@x.com (Joe Brown)", "Joe Brown <joe@x.com>");
	check_line("a@b , c@d(comment),\n \"E, F\" <e@f>", "a@b, comment <c@d>, \"E, F\" <e@f>");
	check_line("alice@example.org, \"Bob\" <bob@example.net>",
	    "alice@example.org, Bob <bob@example.net>");
	check_line("<a@b>", "a@b");
	check_line("Joe Q. Public <a@b>", "\"Joe Q. Public\" <a@b>");
	check_line("(one) a@b", "one <a@b>");
	check_line("(one) Joe <a@b> (two)", "\"(one) Joe\" <a@b>, two ");
	check_line("(one) <a@b>", "\"(one)\" <a@b>");
	check_line("john . doe @ example . org", "john.doe@example.org");
	check_line("\"john smith\"@x.com", "\"john smith\"@x.com");
	check_line("joe@[192.0.2.1]", "joe@[192.0.2.1]");
	check_line("a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]");
	check_line("<@a.test,@b.test:c@d>", "@a.test,@b.test:c@d");
	check_line("Mary <@node.test:mary@example.net>", "Mary <@node.test:mary@example.net>");
	check_line(
	    "<pete(his account)@silly.test(his host)>", "pete (his account)@silly.test (his host)");
	check_line("\"\" <a@b>", "a@b");
	check_line("Joe <>", "Joe <>");
	check_line("<>", "");
	check_line("", "");
	check_line(" , ,", "");
}

static void
quotes_stand_where_they_are_needed(void)
{
	check_line("\"Joe, Public\" <a@b>", "\"Joe, Public\" <a@b>");
	check_line("\"Joe \\\"x\\\" y\" <a@b>", "\"Joe \"x\" y\" <a@b>");
	check_line("Joe's Bar & Grill/! <a@b>", "Joe's Bar & Grill/! <a@b>");
	check_line("a@b <a@b>", "\"a@b\" <a@b>");
	check_line("Joe (x) Brown <a@b>", "\"Joe (x) Brown\" <a@b>");
	check_line("\"Joe\" \"Bob\" <a@b>", "\"Joe\" \"Bob\" <a@b>");
	check_line("Joe \"Bob\" Smith <a@b>", "\"Joe \"Bob\" Smith\" <a@b>");
	check_line("\"a\\\\b\" <c@d>", "\"a\\b\" <c@d>");
	check_line("Joe . Bob <a@b>", "\"Joe . Bob\" <a@b>");
	check_line("\\a <b@c>", "a <b@c>");
}

static void
groups_are_written(void)
{
	check_line("undisclosed-recipients:;", "undisclosed-recipients: ;");
	check_line("Hidden recipients  : ;", "Hidden recipients: ;");
	check_line("A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
	    "A Group: Ed Jones <c@a.test>, joe@where.test, John <jdoe@one.test>;");
	check_line("g1: a@b; , g2: c@d, e@f;, h@i", "g1: a@b;g2: c@d, e@f;h@i");
	check_line("x@y, grp: a@b;", "x@y, grp: a@b;");
	check_line("\"a, b\": c@d;", "a, b: c@d;");
	check_line("=?utf-8?q?G=C3=A9?= x: a@b;", "G\xc3\xa9 x: a@b;");
	check_line(": a@b;", ":a@b;");
}

static void
folds_and_blanks_are_read(void)
{
	check_line("Joe\n Brown <a@b>", "Joe Brown <a@b>");
	check_line("Joe \t  Brown <a@b>", "Joe Brown <a@b>");
	check_line("\"Joe   Brown\" <a@b>", "Joe   Brown <a@b>");
	check_line("\"Joe\r\n Brown\" <a@b>", "Joe  Brown <a@b>");
	check_line("a@b,\n c@d,\n e@f", "a@b, c@d, e@f");
}

static void
encoded_words_of_names_are_decoded(void)
{
	check_line("=?utf-8?q?J=C3=B6rg?= =?utf-8?q?_M?= <j@x>", "J\xc3\xb6rg M <j@x>");
	check_line("=?utf-8?q?Brown=2C_Joe?= <j@x>", "\"Brown, Joe\" <j@x>");
	check_line("\"=?utf-8?q?J=C3=B6rg?=\" <j@x>", "J\xc3\xb6rg <j@x>");
	check_line("j@x (=?utf-8?q?J=C3=B6rg?=)", "J\xc3\xb6rg <j@x>");
	check_line("=?utf-8?q?a?=\n =?utf-8?q?b?= <c@d>", "ab <c@d>");
	check_line("=?utf-8?q?a=0Ab?= <a@b>", "a b <a@b>");
	check_line("=?utf-8?q?a?=, b@c", "=?utf-8?q?a?=, b@c");
	check_line("J\xc3\xb6rg <j\xc3\xb6rg@x>", "J\xc3\xb6rg <j\xc3\xb6rg@x>");
}

static void
malformed_fields_read_as_in_maildrop(void)
{
	check_line("not an address at all", "not, an, address, at, all");
	check_line("Joe Brown joe@x.com", "Joe, Brown, joe@x.com");
	check_line("a@b; c@d", "a@b;c@d");
	check_line("A <a@b> B <c@d>", "A <a@b>, B <c@d>");
	check_line("Joe <joe@x.com, b@c", "Joe <joe@x.com,b@c>");
	check_line("Joe <a@b, Bob <c@d>", "Joe <a@b,Bob c@d>");
	check_line("\"Joe <joe@x.com>, b@c", "\"Joe <joe@x.com>, b@c\"");
	check_line("Joe (x <joe@x.com>, b@c", "Joe, \"(x <joe@x.com>, b@c\"");
	check_line("a@b>, c@d", "a@b, c@d");
	check_line("a)b <c@d>", "a b <c@d>");
	check_line("a@b@c", "a@b@c");
	check_line("mailto:a@b", "mailto: a@b");
	check_line("<a b@c d>", "a b@c d");
	check_line("a\"b\"@c", "a, \"b\"@c");
	check_line("a.b: c@d;", "a.b:c@d;");
}

static void
text_that_maildrop_loses_stays(void)
{
	/* It shows only the last comment. */
	check_line("a@b (one) (two)", "one two <a@b>");
	check_line("(one) (two)", "one two ");
	/* It glues comments of one letter to what follows: "xay". */
	check_line("x, (a), y", "x, a y");
	/* It drops the byte, or the whole field, the name of the charset stands for the text, and
	 * nothing is seen behind a NUL. */
	check_line("J\xf6rg <j@x>", "J\xc3\xb6rg <j@x>");
	check_line("a@b\xe9", "a@b\xc3\xa9");
	check_line("=?x-nope?q?abc?= <a@b>", "abc <a@b>");
	check_line("a@b\0, c@d", "a@b, c@d");
}

static void
a_line_that_does_not_fit_leaves_nothing(void)
{
	struct buffer out;

	buffer_init(&out, 10);
	check(buffer_append(&out, TEXT("abc")));
	check(!address_line_append(TEXT("To"), TEXT("joe@example.com"), &out));
	check_text(buffer_text(&out), TEXT("abc"));
	buffer_clear(&out);
}

/* A mebibyte of each: done in a moment, if the time is linear. */
static void
hostile_fields_take_linear_time(void)
{
	static const struct text patterns[] = {TEXT("a "), TEXT("("), TEXT("\""), TEXT("<"),
	    TEXT("a."), TEXT("a:"), TEXT("a <b> "), TEXT("(a) "), TEXT("\" "), TEXT("a, "),
	    TEXT("=?a?q?"), TEXT(";")};
	struct buffer body, out;

	buffer_init(&body, 2000000);
	buffer_init(&out, 16000000);
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		buffer_reset(&body);
		buffer_reset(&out);
		while (body.size < 1048576)
			buffer_append(&body, patterns[i]);
		check(address_line_append(TEXT("To"), buffer_text(&body), &out));
		check(out.size < 4 * body.size);
	}
	buffer_clear(&body);
	buffer_clear(&out);
}

int
main(void)
{
	test("the fields that maildrop rewrites are structured",
	    the_fields_of_maildrop_are_structured);
	test("names and addresses are put in order", names_and_addresses_are_put_in_order);
	test("quotes stand where they are needed", quotes_stand_where_they_are_needed);
	test("groups are written", groups_are_written);
	test("folds and blanks are read", folds_and_blanks_are_read);
	test("encoded words of names are decoded", encoded_words_of_names_are_decoded);
	test("malformed fields read as in maildrop", malformed_fields_read_as_in_maildrop);
	test("text that maildrop loses stays", text_that_maildrop_loses_stays);
	test("a line that does not fit leaves nothing", a_line_that_does_not_fit_leaves_nothing);
	test("hostile fields take linear time", hostile_fields_take_linear_time);
	return tests_end();
}
