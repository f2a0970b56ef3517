/*
 * Address lists: each is written down as "name<local@domain>" with "group:" in front and '!' for
 * malformed.
 */
#include "mail/address.h"
#include "support/tap.h"

#include <stdint.h>

static struct arena arena;

static void
describe(const struct address_list *list, struct buffer *out)
{
	size_t item = 0;

	for (size_t group = 0; group < list->group_count || item < list->count;) {
		if (item < list->count && list->items[item].group == ADDRESS_NO_GROUP) {
			buffer_append(out, TEXT("["));
		} else if (item < list->count && list->items[item].group < group) {
			buffer_append(out, TEXT("+["));
		} else {
			buffer_append(out, list->groups[group].name);
			buffer_append_format(out, ":%zu", list->groups[group].count);
			group++;
			continue;
		}
		const struct address *address = &list->items[item++];
		buffer_append(out, address->malformed ? TEXT("!") : TEXT(""));
		buffer_append(out, address->display_name);
		buffer_append_byte(out, '<');
		buffer_append(out, address->route);
		buffer_append(out, address->route.size > 0 ? TEXT(":") : TEXT(""));
		buffer_append(out, address->local_part);
		buffer_append_byte(out, '@');
		buffer_append(out, address->domain);
		buffer_append(out, TEXT(">]"));
	}
}

static void
check_list_at(struct text source, bool malformed, struct text wanted, int line)
{
	struct text copy = exact_copy(source);
	struct address_list list = address_list_parse(&arena, copy, ADDRESS_COUNT_MAX);
	struct buffer out;

	buffer_init(&out, 100000);
	describe(&list, &out);
	check_text_at(buffer_text(&out), wanted, __FILE__, line);
	check_at(list.malformed == malformed, source.data, __FILE__, line);
	check_at(!list.truncated, "truncated", __FILE__, line);
	for (size_t i = 0; i < list.count; i++)
		check(list.items[i].raw.data >= copy.data &&
		      list.items[i].raw.data + list.items[i].raw.size <= copy.data + copy.size);
	buffer_clear(&out);
	free((void *)(uintptr_t)copy.data);
}

#define check_good(source, wanted)      check_list_at(TEXT(source), false, TEXT(wanted), __LINE__)
#define check_malformed(source, wanted) check_list_at(TEXT(source), true, TEXT(wanted), __LINE__)

static void
the_examples_of_rfc_5322_are_read(void)
{
	check_good(" John Doe <jdoe@machine.example>", "[John Doe<jdoe@machine.example>]");
	check_good("\"Joe Q. Public\" <john.q.public@example.com>",
	    "[Joe Q. Public<john.q.public@example.com>]");
	check_good("Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
	    "[Mary Smith<mary@x.test>][<jdoe@example.org>][Who?<one@y.test>]");
	check_good("<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
	    "[<boss@nil.test>][Giant; \"Big\" Box<sysservices@example.net>]");
	check_good("A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
	    "A Group:3+[Ed Jones<c@a.test>]+[<joe@where.test>]+[John<jdoe@one.test>]");
	check_good("Undisclosed recipients:;", "Undisclosed recipients:0");
	check_good("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
	    "[Pete<pete@silly.test>]");
	check_good(
	    "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n"
	    "         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end of the "
	    "group)",
	    "A Group:3+[Chris Jones<c@public.example>]+[<joe@example.org>]+[John<jdoe@one.test>]");
	check_good("(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;",
	    "Hidden recipients:0");
	check_good("Joe Q. Public <john.q.public@example.com>",
	    "[Joe Q. Public<john.q.public@example.com>]");
	check_good("Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
	    "[Mary Smith<@node.test:mary@example.net>][<jdoe@test.example>]");
	check_good(
	    "John Doe <jdoe@machine(comment).  example>", "[John Doe<jdoe@machine.example>]");
}

static void
other_valid_forms_are_read(void)
{
	check_good("", "");
	check_good(" \r\n ", "");
	check_good(",,(a), ,", "");
	check_good("<>", "[<@>]");
	check_good("joe@x.com (Joe Brown)", "[Joe Brown<joe@x.com>]");
	check_good("joe@x.com (Joe) (Brown)", "[Joe Brown<joe@x.com>]");
	check_good("(Joe) joe@x.com", "[Joe<joe@x.com>]");
	check_good("\"john smith\"@x.com", "[<john smith@x.com>]");
	check_good("\"a,b;c:d<e>f@g\"@x.com", "[<a,b;c:d<e>f@g@x.com>]");
	check_good("joe@[192.0.2.1]", "[<joe@[192.0.2.1]>]");
	check_good("joe@[IPv6: 2001:db8::1 ], b@c", "[<joe@[IPv6:2001:db8::1]>][<b@c>]");
	check_good("john . doe @ example . org", "[<john.doe@example.org>]");
	check_good("<@a.test,@b.test:c@d>", "[<@a.test,@b.test:c@d>]");
	check_good("\"folded\r\n name\" <a@b>", "[folded name<a@b>]");
	check_good("=?utf-8?q?J=C3=B6rg?= <j@x>", "[=?utf-8?q?J=C3=B6rg?=<j@x>]");
	check_good("J\xc3\xb6rg <j\xc3\xb6rg@b\xc3\xbc"
		   "cher.example>",
	    "[J\xc3\xb6rg<j\xc3\xb6rg@b\xc3\xbc"
	    "cher.example>]");
	check_good("g1: a@b; , g2: c@d, e@f;, h@i", "g1:1+[<a@b>]g2:2+[<c@d>]+[<e@f>][<h@i>]");
}

static void
malformed_forms_give_their_usable_part(void)
{
	check_malformed("a@b; c@d", "[<a@b>][<c@d>]");
	check_malformed("A <a@b> B <c@d>", "[!A<a@b>][B<c@d>]");
	check_malformed("Joe <joe@x.com, b@c", "[!Joe<joe@x.com>][<b@c>]");
	check_malformed("Joe <joe@x.com, Bob <b@c>", "[!Joe<joe@x.com>][Bob<b@c>]");
	check_malformed("\"Joe <joe@x.com>, b@c", "[!\"Joe<joe@x.com>][<b@c>]");
	check_malformed("Joe (x <joe@x.com>, b@c", "[!Joe (x<joe@x.com>][<b@c>]");
	check_malformed("a@\"b;c\"d", "[!<a@b;cd>]");
	check_malformed("a@[b]c", "[!<a@[b]c>]");
	check_malformed("[a]@b", "[!<[a]@b>]");
	check_malformed("a@[b\\]c]", "[!<a@[b]c]>]");
	check_malformed("a@b@c", "[!<a@b@c>]");
	check_malformed("Joe Brown joe@x.com", "[!Joe Brown<joe@x.com>]");
	check_malformed("joe@x.com Joe Brown", "[!Joe Brown<joe@x.com>]");
	check_malformed("root", "[!<root@>]");
	check_malformed("@x.com", "[!<@x.com>]");
	check_malformed("joe@", "[!<joe@>]");
	check_malformed("not an address at all", "[!not an address at all<@>]");
	check_malformed("joe@x.com <joe@x.com>", "[!joe@x.com<joe@x.com>]");
	check_malformed("a@b>, c@d", "[!<a@b>>][<c@d>]");
	check_malformed("group: a@b", "group:1+[<a@b>]");
	check_malformed(": a@b;", ":1+[<a@b>]");
	check_malformed("a <b@c> junk, d@e", "[!a<b@c>][<d@e>]");
	check_malformed("<", "[!<@>]");
}

static void
no_line_end_gets_into_a_value(void)
{
	struct address_list list = address_list_parse(
	    &arena, TEXT("\"a\\\r\\\nBcc: x\"@y (c\\\r\n\\\nd), x\r\ny@z"), ADDRESS_COUNT_MAX);

	for (size_t i = 0; i < list.count; i++) {
		struct text local_part = list.items[i].local_part,
			    name = list.items[i].display_name;
		check_number(text_find_byte(local_part, 0, '\n'), local_part.size);
		check_number(text_find_byte(local_part, 0, '\r'), local_part.size);
		check_number(text_find_byte(name, 0, '\n'), name.size);
		check_number(text_find_byte(name, 0, '\r'), name.size);
	}
	check_number(list.count, 2);
	check_text(list.items[0].local_part, TEXT("aBcc: x"));
}

static void
nul_bytes_are_bytes(void)
{
	struct text copy = exact_copy(TEXT("a\0b <\0@\0>,\0"));
	struct address_list list = address_list_parse(&arena, copy, ADDRESS_COUNT_MAX);

	check_number(list.count, 2);
	check_text(list.items[0].display_name, TEXT("a\0b"));
	check_text(list.items[0].local_part, TEXT("\0"));
	check_text(list.items[0].domain, TEXT("\0"));
	free((void *)(uintptr_t)copy.data);
}

static void
limits_are_visible_facts(void)
{
	struct address_list list = address_list_parse(&arena, TEXT("a@b, c@d, e@f"), 2);

	check_number(list.count, 2);
	check(list.truncated);
	list = address_list_parse(&arena, TEXT("a:;b:;c:;"), 2);
	check_number(list.group_count, 2);
	check(list.truncated);

	size_t size = ADDRESS_SOURCE_MAX + 10;
	char *large = malloc(size);
	memset(large, ',', size);
	memcpy(large + size - 4, "a@b,", 4);
	list = address_list_parse(&arena, (struct text){large, size}, ADDRESS_COUNT_MAX);
	check_number(list.count, 0);
	check(list.truncated);
	free(large);
}

/* Each pattern, repeated to the limit, would take minutes if what is never closed were searched for
 * again. */
static void
hostile_repetitions_take_linear_time(void)
{
	static const char *const patterns[] = {"\"", "(", "[", "<", "<a", "<\"", "\\\"", ":",
	    "a:", "@", "<@a:", "()", "(a", "\"a\" ", "a ", "<a>", ";", ")", "\\(", "<a,", "a(",
	    "a\"", "a@b "};
	size_t size = ADDRESS_SOURCE_MAX;
	char *large = malloc(size);

	for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
		size_t length = strlen(patterns[p]);
		struct arena own;
		for (size_t i = 0; i < size; i++)
			large[i] = patterns[p][i % length];
		arena_init(&own, NULL, 0);
		struct address_list list =
		    address_list_parse(&own, (struct text){large, size}, ADDRESS_COUNT_MAX);
		check(list.count <= ADDRESS_COUNT_MAX);
		arena_clear(&own);
	}
	free(large);
}

static void
check_spec(struct text source, struct text wanted)
{
	struct address_list list = address_list_parse(&arena, source, ADDRESS_COUNT_MAX);
	struct buffer out;

	buffer_init(&out, 1000);
	check_number(list.count, 1);
	check(address_append_spec(&list.items[0], &out));
	check_text(buffer_text(&out), wanted);
	buffer_clear(&out);
	buffer_init(&out, wanted.size - 1);
	check(!address_append_spec(&list.items[0], &out));
	check_number(out.size, 0);
	buffer_clear(&out);
}

static void
an_address_is_written_with_quotes_where_needed(void)
{
	check_spec(TEXT("Joe <joe . brown@x.com>"), TEXT("joe.brown@x.com"));
	check_spec(TEXT("\"joe\"@x.com"), TEXT("joe@x.com"));
	check_spec(TEXT("\"joe b\"@x.com"), TEXT("\"joe b\"@x.com"));
	check_spec(TEXT("\"a\\\"\\\\b\"@x.com"), TEXT("\"a\\\"\\\\b\"@x.com"));
	check_spec(TEXT("a..b@x.com"), TEXT("\"a..b\"@x.com"));
	check_spec(TEXT("\"\"@x.com"), TEXT("\"\"@x.com"));
	check_spec(TEXT("root"), TEXT("root"));
}

static void
addresses_are_compared_without_case(void)
{
	struct address_list list = address_list_parse(
	    &arena, TEXT("Joe@X.com, joe@x.COM, joe@y.com, j@x.com"), ADDRESS_COUNT_MAX);

	check_number(list.count, 4);
	check(address_is_equal(&list.items[0], &list.items[1]));
	check(!address_is_equal(&list.items[0], &list.items[2]));
	check(!address_is_equal(&list.items[0], &list.items[3]));
}

static void
subaddresses_begin_at_a_delimiter(void)
{
	check_number(address_find_delimiter(TEXT("ada+lists"), TEXT("+")), 3);
	check_number(address_find_delimiter(TEXT("ada-x+lists"), TEXT("+-")), 3);
	check_number(address_find_delimiter(TEXT("+tag"), TEXT("+")), 4);
	check_number(address_find_delimiter(TEXT("++"), TEXT("+")), 1);
	check_number(address_find_delimiter(TEXT("ada"), TEXT("+")), 3);
	check_number(address_find_delimiter(TEXT("ada+x"), TEXT("")), 5);
	check_number(address_find_delimiter(TEXT(""), TEXT("+")), 0);
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test("the addresses of RFC 5322's appendix A are read", the_examples_of_rfc_5322_are_read);
	test("other valid forms are read", other_valid_forms_are_read);
	test("malformed forms give their usable part and a mark",
	    malformed_forms_give_their_usable_part);
	test("no line end gets into a value", no_line_end_gets_into_a_value);
	test("NUL bytes are bytes like others", nul_bytes_are_bytes);
	test("limits are visible facts", limits_are_visible_facts);
	test("hostile repetitions take linear time", hostile_repetitions_take_linear_time);
	test("an address is written with quotes where they are needed",
	    an_address_is_written_with_quotes_where_needed);
	test("addresses are compared without case", addresses_are_compared_without_case);
	arena_clear(&arena);
	test("a subaddress begins at a delimiter", subaddresses_begin_at_a_delimiter);
	return tests_end();
}
