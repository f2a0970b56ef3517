/*
 * Composed fields and parts: exact bytes of what is written, and what comes back when our own readers
 * read it. Expected texts are written by hand from RFC 2045, 2046, 2047, 2231 and 5322.
 */
#include <stdint.h>

#include "base/arena.h"
#include "mail/compose.h"
#include "mail/compose_field.h"
#include "mail/content_type.h"
#include "mail/header.h"
#include "mail/mime_tree.h"
#include "mail/transfer_encode.h"
#include "mail/transfer_encoding.h"
#include "support/tap.h"

enum { ROOM = 4 * 1024 * 1024 };

static struct arena arena;

static struct text
keep(struct buffer *out)
{
	struct text copy = arena_copy_text(&arena, buffer_text(out));

	buffer_clear(out);
	return copy;
}

static struct text
field(const char *name, struct text value)
{
	struct text exact = exact_copy(value);
	struct buffer out;

	buffer_init(&out, ROOM);
	check(compose_field_append(text_from_string(name), exact, TEXT("\n"), &out));
	free((void *)(uintptr_t)exact.data);
	return keep(&out);
}

/* The field, or the error's text. */
static struct text
addresses(const char *value)
{
	struct text exact = exact_copy(text_from_string(value));
	struct error error;
	struct buffer out;

	buffer_init(&out, ROOM);
	if (!compose_field_append_addresses(TEXT("To"), exact, TEXT("\n"), &out, &error)) {
		buffer_reset(&out);
		buffer_append(&out, text_from_string(error.text));
	}
	free((void *)(uintptr_t)exact.data);
	return keep(&out);
}

static struct text
parameter(struct text value)
{
	struct text exact = exact_copy(value);
	struct buffer out;

	buffer_init(&out, ROOM);
	compose_field_append_parameter(TEXT("name"), exact, TEXT("\n"), &out);
	free((void *)(uintptr_t)exact.data);
	return keep(&out);
}

/* The part, or the error's text. */
static struct text
composed(const struct compose_part *part, const char *line_end)
{
	struct error error;
	struct buffer out;

	buffer_init(&out, ROOM);
	if (!compose_part_append(part, text_from_string(line_end), TEXT("seed"), &out, &error)) {
		check(out.size == 0);
		buffer_append(&out, text_from_string(error.text));
	}
	return keep(&out);
}

static size_t
longest_line(struct text bytes)
{
	size_t longest = 0;

	while (bytes.size > 0) {
		struct text line = text_split(&bytes, '\n');
		longest = longest > line.size ? longest : line.size;
	}
	return longest;
}

static struct text
repeated(char byte, size_t count)
{
	return (struct text){memset(arena_alloc_bytes(&arena, count), byte, count), count};
}

static void
fields_are_written(void)
{
	check_text(field("Subject", TEXT("hello world")), TEXT("Subject: hello world\n"));
	check_text(
	    field("Subject", TEXT("  a\r\nBcc: x@y.test\n ")), TEXT("Subject: a Bcc: x@y.test\n"));
	check_text(field("Subject", TEXT("a\0b\x7f"
					 "c\x1b")),
	    TEXT("Subject: a b c\n"));
	check_text(field("Subject", TEXT("")), TEXT("Subject:\n"));
	check_text(field("Subject", TEXT("Gr\xc3\xbc\xc3\x9f"
					 "e an alle")),
	    TEXT("Subject: =?UTF-8?B?R3LDvMOfZQ==?= an alle\n"));
	/* Text that looks like an encoded word must not be decoded by the reader. */
	check_text(field("Subject", TEXT("=?UTF-8?Q?x?=")),
	    TEXT("Subject: =?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=\n"));
}

static void
long_values_are_folded(void)
{
	struct text words = TEXT("one two three four five six seven eight nine ten eleven twelve "
				 "thirteen fourteen fifteen");

	check_text(field("Subject", words),
	    TEXT("Subject: one two three four five six seven eight nine ten eleven twelve\n"
		 " thirteen fourteen fifteen\n"));
	check(longest_line(field("Subject", repeated('x', 20000))) <= 998);
	check(longest_line(field("Subject", repeated('\xfc', 20000))) <= 78);
	check(longest_line(field("Subject", repeated(' ', 20000))) <= 78);
}

static void
addresses_are_written(void)
{
	check_text(addresses("a@x.test"), TEXT("To: a@x.test\n"));
	check_text(addresses("Joe Brown <joe@x.test>, b@y.test"),
	    TEXT("To: Joe Brown <joe@x.test>, b@y.test\n"));
	check_text(
	    addresses("\"Brown, Joe\" <joe@x.test>"), TEXT("To: \"Brown, Joe\" <joe@x.test>\n"));
	check_text(
	    addresses("J\xc3\xb6rg <j@x.test>"), TEXT("To: =?UTF-8?B?SsO2cmc=?= <j@x.test>\n"));
	check_text(addresses("=?utf-8?q?J=C3=B6rg?= <j@x.test>"),
	    TEXT("To: =?UTF-8?B?SsO2cmc=?= <j@x.test>\n"));
	check_text(addresses("Friends: a@x.test, b@y.test;, c@z.test"),
	    TEXT("To: Friends: a@x.test, b@y.test;, c@z.test\n"));
	check_text(addresses("undisclosed-recipients:;"), TEXT("To: undisclosed-recipients:;\n"));
	check_text(addresses("\"j d\"@x.test"), TEXT("To: \"j d\"@x.test\n"));
	check_text(addresses("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@x.test, "
			     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb@x.test"),
	    TEXT("To: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@x.test,\n"
		 " bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb@x.test\n"));
}

static void
what_is_no_address_is_refused(void)
{
	check_text(addresses("joe"),
	    TEXT("To: \"joe\" is no address: write local@domain or Name <local@domain>"));
	check_text(addresses(""), TEXT("To: there is no address"));
	check_text(addresses("a@b@c"),
	    TEXT("To: \"a@b@c\" is no address: write local@domain or Name <local@domain>"));
	/* A line end in an address cannot begin a field. */
	check_text(addresses("a@x.test\nBcc: b@y.test"),
	    TEXT("To: addresses with a line end between them, which is no part of an address"));
	check_text(addresses("a@x.test,\n b@y.test"), TEXT("To: a@x.test, b@y.test\n"));
}

static void
specs_are_judged(void)
{
	static const char *const good[] = {"a@b", "a.b+c@x.test", "\"a b\"@x.test",
	    "\"a\\\"b\"@x.test", "a@[192.0.2.1]", "a@[IPv6:2001:db8::1]", "j\xc3\xb6@x.test"};
	static const char *const bad[] = {"", "@", "a@", "@b", "a", "a b@c", "a@b c", "a@b\n",
	    "a\n@b", "<a@b>", ".a@b", "a.@b", "a..b@c", "a@b..c", "a@.b", "a@b.", "a,b@c", "\"a@b",
	    "\"a\nb\"@c", "a@[b", "a@[]", "a@[1]]", "\xff@b", "a@b@c", "a:b@c", "\"a\"b@c"};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct text exact = exact_copy(text_from_string(good[i]));
		check_at(compose_field_is_spec(exact), good[i], __FILE__, __LINE__);
		free((void *)(uintptr_t)exact.data);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct text exact = exact_copy(text_from_string(bad[i]));
		check_at(!compose_field_is_spec(exact), bad[i], __FILE__, __LINE__);
		free((void *)(uintptr_t)exact.data);
	}
	check(!compose_field_is_spec(repeated('a', 600)));
}

static struct text
one_address(struct text name, struct text spec)
{
	struct buffer out;

	buffer_init(&out, ROOM);
	if (!compose_field_append_address(name, spec, &out))
		check_number((long long)out.size, 0);
	return keep(&out);
}

static void
one_address_is_written(void)
{
	check_text(one_address(TEXT(""), TEXT("a@b")), TEXT("a@b"));
	check_text(one_address(TEXT("Joe"), TEXT("a@b")), TEXT("Joe <a@b>"));
	check_text(
	    one_address(TEXT("J. \"x\" \\"), TEXT("a@b")), TEXT("\"J. \\\"x\\\" \\\\\" <a@b>"));
	check_text(one_address(TEXT("a\nb"), TEXT("a@b")), TEXT("a b <a@b>"));
	check_text(one_address(TEXT("\xc3\xb6"), TEXT("a@b")), TEXT("=?UTF-8?B?w7Y=?= <a@b>"));
	check_text(one_address(TEXT("Joe"), TEXT("a\n@b")), TEXT(""));
}

static void
parameters_are_written(void)
{
	check_text(parameter(TEXT("a.txt")), TEXT(";\n\tname=a.txt"));
	check_text(parameter(TEXT("my \"file\".txt")), TEXT(";\n\tname=\"my \\\"file\\\".txt\""));
	check_text(parameter(TEXT("")), TEXT(";\n\tname=\"\""));
	check_text(parameter(TEXT("a\r\nb\0c")), TEXT(";\n\tname=a_b_c"));
	check_text(parameter(TEXT("na\xc3\xafve.txt")), TEXT(";\n\tname*=utf-8''na%C3%AFve.txt"));
	/* Bytes that are not UTF-8 are read by guess: windows-1252. */
	check_text(parameter(TEXT("na\xefve.txt")), TEXT(";\n\tname*=utf-8''na%C3%AFve.txt"));
	struct text long_name = parameter(repeated('x', 130));
	check(text_has_prefix(long_name, TEXT(";\n\tname*0*=utf-8''xxx")));
	check(text_find(long_name, 0, TEXT(";\n\tname*2*=xxxxxxxxxx")) < long_name.size);
	check(longest_line(long_name) <= 78);
}

static struct text
written(struct text fields)
{
	struct text exact = exact_copy(fields);
	struct error error;
	struct buffer out;

	buffer_init(&out, ROOM);
	if (!compose_field_append_written(exact, TEXT("\n"), &out, &error)) {
		buffer_reset(&out);
		buffer_append(&out, text_from_string(error.text));
	}
	free((void *)(uintptr_t)exact.data);
	return keep(&out);
}

static void
written_fields_stay(void)
{
	check_text(written(TEXT("X-A: 1\n  2\nX-B:3")), TEXT("X-A: 1\n  2\nX-B:3\n"));
	check_text(written(TEXT("X-A: 1\r\n 2\r\n")), TEXT("X-A: 1\n 2\n"));
	check_text(written(TEXT("X-A: \xc3\xb6\n")), TEXT("X-A: =?UTF-8?B?w7Y=?=\n"));
	check_text(written(TEXT("X-A: a\n \n b\n")), TEXT("X-A: a  b\n"));
	check_text(written(TEXT("X-A: a\rb\0c\n")), TEXT("X-A: a b c\n"));
	check_text(
	    written(TEXT("X-A: 1\n\nbody\n")), TEXT("\"\" is no header field: write Name: value"));
	check_text(written(TEXT("no field\n")),
	    TEXT("\"no field\" is no header field: write Name: value"));
}

static void
text_gets_the_smallest_encoding(void)
{
	check_text(composed(&(struct compose_part){.content = TEXT("hi\n")}, "\n"),
	    TEXT("Content-Type: text/plain;\n\tcharset=us-ascii\n"
		 "Content-Transfer-Encoding: 7bit\n\nhi\n"));
	check_text(
	    composed(&(struct compose_part){.content = TEXT("na\xc3\xafve and long\n")}, "\n"),
	    TEXT("Content-Type: text/plain;\n\tcharset=utf-8\n"
		 "Content-Transfer-Encoding: quoted-printable\n\nna=C3=AFve and long\n"));
	check_text(
	    composed(&(struct compose_part){.content = TEXT("\xc3\xaf\xc3\xaf\xc3\xaf\n")}, "\n"),
	    TEXT("Content-Type: text/plain;\n\tcharset=utf-8\n"
		 "Content-Transfer-Encoding: base64\n\nw6/Dr8OvDQo=\n"));
	check_text(composed(&(struct compose_part){.content = TEXT("a\nb\n")}, "\r\n"),
	    TEXT("Content-Type: text/plain;\r\n\tcharset=us-ascii\r\n"
		 "Content-Transfer-Encoding: 7bit\r\n\r\na\r\nb\r\n"));
	check_text(composed(&(struct compose_part){.content = TEXT("a\0b")}, "\n"),
	    TEXT("Content-Type: application/octet-stream\n"
		 "Content-Transfer-Encoding: base64\n\nYQBi\n"));
	check_text(composed(&(struct compose_part){.type = TEXT("text/html"),
				.content = TEXT("\xff"),
				.encoding = COMPOSE_8BIT},
		       "\n"),
	    TEXT("Content-Type: text/html;\n\tcharset=unknown-8bit\n"
		 "Content-Transfer-Encoding: 8bit\n\n\xff"));
}

static void
an_attachment_keeps_its_bytes(void)
{
	/* CRLF would be lost as a line end: it is encoded. */
	check_text(composed(&(struct compose_part){.name = TEXT("\xc3\xa4.txt"),
				.disposition = TEXT("attachment"),
				.content = TEXT("a\r\nb")},
		       "\n"),
	    TEXT("Content-Type: text/plain;\n\tcharset=us-ascii;\n\tname=_.txt\n"
		 "Content-Transfer-Encoding: base64\n"
		 "Content-Disposition: attachment;\n\tfilename*=utf-8''%C3%A4.txt\n\nYQ0KYg==\n"));
	check_text(composed(&(struct compose_part){.type = TEXT("image/png"),
				.content_id = TEXT("i@x"),
				.description = TEXT("a\npicture"),
				.disposition = TEXT("inline"),
				.extra = TEXT("X-A: b\n"),
				.content = TEXT("abc")},
		       "\n"),
	    TEXT("Content-Type: image/png\nContent-Transfer-Encoding: base64\n"
		 "Content-Disposition: inline\nContent-ID: <i@x>\n"
		 "Content-Description: a picture\nX-A: b\n\nYWJj\n"));
}

static void
what_cannot_be_written_is_refused(void)
{
	check_text(composed(&(struct compose_part){.type = TEXT("text"), .name = TEXT("x")}, "\n"),
	    TEXT("\"x\": has no valid type: write one as \"image/png\""));
	check_text(composed(&(struct compose_part){.type = TEXT("text/a\nB: c")}, "\n"),
	    TEXT("the part has no valid type: write one as \"image/png\""));
	check_text(
	    composed(&(struct compose_part){.encoding = COMPOSE_7BIT, .content = TEXT("\xc3\xb6")},
		"\n"),
	    TEXT("the part cannot be written without encoding: it holds NUL, CR, too long lines or "
		 "bytes outside of ASCII"));
	check_text(composed(&(struct compose_part){.type = TEXT("message/rfc822"),
				.encoding = COMPOSE_BASE64},
		       "\n"),
	    TEXT("the part is a message: it must not be encoded (RFC 2046, section 5.2)"));
	check_text(composed(&(struct compose_part){.content_id = TEXT("a> b")}, "\n"),
	    TEXT("the part has an id with blanks, brackets or bytes outside of ASCII"));
	check_text(composed(&(struct compose_part){.disposition = TEXT("in line")}, "\n"),
	    TEXT("the part has a disposition that is no word"));
	check_text(composed(&(struct compose_part){.type = TEXT("multipart/mixed")}, "\n"),
	    TEXT("the part is a multipart without parts"));
}

/* The boundary as the reader finds it. */
static struct text
boundary_of(struct text bytes)
{
	struct header_field found;
	struct text boundary = {0};

	check(header_find_in_bytes(bytes, TEXT("Content-Type"), 10, &found));
	struct content_type type = content_type_parse(&arena, found.body);
	check(content_type_find(&type, TEXT("boundary"), &boundary));
	return boundary;
}

static void
multiparts_hold_their_parts(void)
{
	const struct compose_part inner[] = {{.content = TEXT("text\n")},
	    {.type = TEXT("text/html"), .content = TEXT("<p>no line end")}};
	const struct compose_part outer[] = {
	    {.type = TEXT("multipart/alternative"), .children = inner, .count = 2},
	    {.type = TEXT("message/rfc822"), .content = TEXT("Subject: \xc3\xb6\n\n--=_\n")}};
	const struct compose_part root = {
	    .type = TEXT("multipart/mixed"), .children = outer, .count = 2};
	struct text bytes = composed(&root, "\n");
	struct mime_tree tree = mime_tree_parse(&arena, bytes, MIME_LIMITS_DEFAULT);

	check_number((long long)tree.count, 6);
	const struct mime_part *part = tree.root->first_child;
	check(tree.root->is_closed && part->is_closed);
	check_text(part->first_child->body, TEXT("text\n"));
	check_text(part->last_child->body, TEXT("<p>no line end"));
	check_text(tree.root->last_child->body, TEXT("Subject: \xc3\xb6\n\n--=_\n"));
	check(text_find(bytes, 0, TEXT("Content-Transfer-Encoding: 8bit\n\n--=_")) < bytes.size);
	check(!text_is_equal(boundary_of(bytes), boundary_of(mime_part_bytes(part))));
}

static void
a_boundary_is_in_no_part(void)
{
	struct compose_part leaf = {.content = TEXT("x")};
	const struct compose_part root = {
	    .type = TEXT("multipart/mixed"), .children = &leaf, .count = 1};
	struct text first = boundary_of(composed(&root, "\n"));

	leaf.content = arena_format(&arena, "--%.*s\n", TEXT_ARGUMENTS(first));
	struct text second = boundary_of(composed(&root, "\n"));
	check(!text_is_equal(first, second));
	leaf.content = TEXT("x");
	leaf.extra = arena_format(&arena, "X-A: b\n c\nX-B: --%.*s\n", TEXT_ARGUMENTS(first));
	check_text(boundary_of(composed(&root, "\n")), second);
	check_text(boundary_of(composed(
		       &(struct compose_part){
			   .type = TEXT("multipart/mixed"), .children = &root, .count = 1},
		       "\n")),
	    second);
}

static void
a_part_that_does_not_fit_is_refused(void)
{
	const struct compose_part part = {.content = repeated('a', 5000)};
	struct error error;
	struct buffer out;

	buffer_init(&out, 1000);
	check(!compose_part_append(&part, TEXT("\n"), TEXT(""), &out, &error));
	check(error.kind == ERROR_LIMIT && out.size == 0);
	buffer_clear(&out);
}

static struct text
quoted(struct text content, bool is_text)
{
	struct text exact = exact_copy(content);
	struct buffer out;

	buffer_init(&out, ROOM);
	check(transfer_encode_append_quoted(exact, is_text, TEXT("\n"), &out));
	free((void *)(uintptr_t)exact.data);
	return keep(&out);
}

static void
quoted_printable_follows_the_rules(void)
{
	check_text(quoted(TEXT("a=b\r\nc\n"), true), TEXT("a=3Db\nc\n"));
	check_text(quoted(TEXT("a=b\r\nc\n"), false), TEXT("a=3Db=0D=0Ac=0A"));
	check_text(quoted(TEXT("blank \ntab\t\nx "), true), TEXT("blank=20\ntab=09\nx=20"));
	check_text(
	    quoted(TEXT("From me\n.\nxFrom me\n"), true), TEXT("=46rom me\n=2E\nxFrom me\n"));
	struct text line = repeated('x', 77);
	check_text(quoted(text_slice(line, 0, 76), true), text_slice(line, 0, 76));
	check_text(quoted(line, true),
	    arena_format(&arena, "%.*s=\nxx", TEXT_ARGUMENTS(text_slice(line, 0, 75))));
	/* No escape is cut. */
	check_text(
	    quoted(arena_format(&arena, "%.*s\xff\xffz", TEXT_ARGUMENTS(text_slice(line, 0, 71))),
		true),
	    arena_format(&arena, "%.*s=FF=\n=FFz", TEXT_ARGUMENTS(text_slice(line, 0, 71))));
}

static void
base64_follows_the_rules(void)
{
	static const char *const vectors[][2] = {{"f", "Zg==\n"}, {"fo", "Zm8=\n"},
	    {"foo", "Zm9v\n"}, {"foob", "Zm9vYg==\n"}, {"fooba", "Zm9vYmE=\n"},
	    {"foobar", "Zm9vYmFy\n"}, {"", ""}};
	struct buffer out;

	/* RFC 4648, section 10. */
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		struct text exact = exact_copy(text_from_string(vectors[i][0]));
		buffer_init(&out, ROOM);
		check(transfer_encode_append_base64(exact, false, TEXT("\n"), &out));
		check_text(keep(&out), text_from_string(vectors[i][1]));
		free((void *)(uintptr_t)exact.data);
	}
	buffer_init(&out, ROOM);
	check(transfer_encode_append_base64(repeated('\0', 58), false, TEXT("\r\n"), &out));
	check_text(keep(&out), TEXT("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
				    "AAAAAAAAAAAAAAAA\r\nAA==\r\n"));
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test("a field is one line of safe bytes, or encoded words", fields_are_written);
	test("long values are folded, long words encoded", long_values_are_folded);
	test("addresses are written with names quoted or encoded", addresses_are_written);
	test("what is no address is refused", what_is_no_address_is_refused);
	test("an address is local@domain and nothing else", specs_are_judged);
	test("one address is written with its name", one_address_is_written);
	test("parameters are tokens, quoted strings or RFC 2231", parameters_are_written);
	test("fields that are written already stay, bad ones are made anew", written_fields_stay);
	test("text gets the smallest encoding that carries it", text_gets_the_smallest_encoding);
	test("an attachment keeps its bytes and its name", an_attachment_keeps_its_bytes);
	test("what cannot be written validly is refused", what_cannot_be_written_is_refused);
	test("multiparts hold their parts, and say when one is 8bit", multiparts_hold_their_parts);
	test("a boundary is in no part", a_boundary_is_in_no_part);
	test("a part that does not fit is refused", a_part_that_does_not_fit_is_refused);
	test("quoted-printable follows RFC 2045", quoted_printable_follows_the_rules);
	test("base64 follows RFC 4648", base64_follows_the_rules);
	arena_clear(&arena);
	return tests_end();
}
