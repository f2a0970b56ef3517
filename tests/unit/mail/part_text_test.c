/*
 * The text of parts: read with the smallest and with a large buffer, which must give the same.
 */
#include "mail/part_text.h"
#include "support/tap.h"

#include "base/buffer.h"
#include "base/utf8.h"

static struct part_text_facts
read_text(const struct part_text_form *form, struct text body, uint64_t maximum, size_t room,
    struct buffer *out)
{
	struct arena arena;
	char *piece = malloc(room);
	size_t size;

	arena_init(&arena, NULL, 0);
	struct part_text *part = part_text_open(&arena, form, body, maximum);
	while ((size = part_text_read(part, piece, room)) > 0) {
		check(utf8_is_valid((struct text){piece, size}));
		buffer_append(out, (struct text){piece, size});
	}
	check_number((long long)part_text_read(part, piece, room), 0);
	struct part_text_facts facts = part_text_facts(part);
	part_text_close(part);
	arena_clear(&arena);
	free(piece);
	return facts;
}

static struct part_text_facts
check_text_of_at(struct text header, struct text body, struct text wanted, int line)
{
	struct text header_copy = exact_copy(header), body_copy = exact_copy(body);
	struct part_text_form form = part_text_form_parse(header_copy, 1000);
	struct buffer small, large;

	buffer_init(&small, 1000000);
	buffer_init(&large, 1000000);
	read_text(&form, body_copy, UINT64_MAX, PART_TEXT_READ_MIN, &small);
	struct part_text_facts facts = read_text(&form, body_copy, UINT64_MAX, 70000, &large);
	check_text_at(buffer_text(&small), wanted, __FILE__, line);
	check_text_at(buffer_text(&large), wanted, __FILE__, line);
	buffer_clear(&small);
	buffer_clear(&large);
	free((void *)(uintptr_t)header_copy.data);
	free((void *)(uintptr_t)body_copy.data);
	return facts;
}

#define check_text_of(header, body, wanted)                                                        \
	check_text_of_at(TEXT(header), TEXT(body), TEXT(wanted), __LINE__)

static bool
is_plain(struct text header, struct text body, uint64_t maximum)
{
	struct part_text_form form = part_text_form_parse(header, 1000);
	struct text copy = exact_copy(body);
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct part_text *part = part_text_open(&arena, &form, copy, maximum);
	bool result = part_text_is_plain(part);
	check(part_text_is_plain(part) == result);
	part_text_close(part);
	arena_clear(&arena);
	free((void *)(uintptr_t)copy.data);
	return result;
}

static void
encoding_and_charset_come_from_the_header(void)
{
	check_text_of("", "plain", "plain");
	check_text_of("Content-Type: text/plain; charset=utf-8\n"
		      "Content-Transfer-Encoding: quoted-printable\n",
	    "caf=C3=A9 au =\nlait\n", "caf\xc3\xa9 au lait\n");
	check_text_of("content-transfer-encoding: BASE64\r\n"
		      "content-type: text/html;\r\n\tcharset=\"iso-8859-1\"\r\n",
	    "PGI+Y2Fm6TwvYj4=\r\n", "<b>caf\xc3\xa9</b>");
	check_text_of("Content-Type: text/plain; charset=iso-2022-jp\n", "\x1b$BF|K\\\x1b(B\n",
	    "\xe6\x97\xa5\xe6\x9c\xac\n");
	check_text_of("Content-Type: text; charset=koi8-r; x=y\n", "\xf0", "\xd0\x9f");
	check_text_of("Content-Type: text/plain; charset=\"utf\\-8\"\n", "\xc3\xa9", "\xc3\xa9");
	check_text_of(
	    "Content-Type: text/plain; charset=utf-8 (a comment)\n", "\xc3\xa9", "\xc3\xa9");
	check_text_of(
	    "Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n", "QUJD", "QUJD");
	check_text_of("Content-Type: text/plain; charset=utf-8\n", "\xef\xbb\xbfmark", "mark");
}

static void
what_is_odd_is_told(void)
{
	struct part_text_facts facts =
	    check_text_of("Content-Transfer-Encoding: base64\n", "QUJ*DRA", "ABCD");
	check(facts.malformed && !facts.unknown_encoding && !facts.unknown_charset);
	facts = check_text_of("Content-Transfer-Encoding: x-nope\n", "=41", "=41");
	check(facts.unknown_encoding && !facts.malformed);
	facts = check_text_of(
	    "Content-Type: text/plain; charset=x-nope\n", "needle \xe9", "needle \xc3\xa9");
	check(facts.unknown_charset && facts.guessed == 1);
	facts = check_text_of("Content-Type: text/plain; charset=utf-8\n", "bad \xe9 needle",
	    "bad \xef\xbf\xbd needle");
	check(facts.undecodable == 1 && !facts.unknown_charset && !facts.truncated);
}

static void
a_plain_body_needs_no_copy(void)
{
	check(is_plain(TEXT(""), TEXT(""), 100));
	check(is_plain(TEXT(""), TEXT("plain J\xc3\xb6rg"), 100));
	check(is_plain(TEXT("Content-Type: text/plain; charset=us-ascii\n"), TEXT("plain"), 100));
	check(is_plain(TEXT("Content-Type: text/plain; charset=UTF-8\n"
			    "Content-Transfer-Encoding: 8bit\n"),
	    TEXT("J\xc3\xb6rg"), 100));
	check(!is_plain(TEXT(""), TEXT("J\xf6rg"), 100));
	check(!is_plain(TEXT(""), TEXT("plain"), 4));
	check(!is_plain(TEXT(""), TEXT("\xef\xbb\xbfmark"), 100));
	check(!is_plain(TEXT("Content-Type: text/plain; charset=koi8-r\n"), TEXT("plain"), 100));
	check(!is_plain(TEXT("Content-Type: text/plain; charset=utf-7\n"), TEXT("plain"), 100));
	check(!is_plain(TEXT("Content-Transfer-Encoding: quoted-printable\n"), TEXT("plain"), 100));
}

static void
the_output_has_a_bound(void)
{
	struct part_text_form form = {0};
	struct buffer out;

	buffer_init(&out, 1000);
	struct part_text_facts facts =
	    read_text(&form, TEXT("0123456789"), 10, PART_TEXT_READ_MIN, &out);
	check_text(buffer_text(&out), TEXT("0123456789"));
	check(!facts.truncated);
	buffer_reset(&out);
	facts = read_text(&form, TEXT("0123456789"), 9, PART_TEXT_READ_MIN, &out);
	check_text(buffer_text(&out), TEXT("012345678"));
	check(facts.truncated);
	buffer_reset(&out);
	facts = read_text(&form, TEXT("ab\xe2\x82\xac"), 4, PART_TEXT_READ_MIN, &out);
	check_text(buffer_text(&out), TEXT("ab"));
	check(facts.truncated);
	buffer_clear(&out);
}

/* Three pieces and a bit of Cyrillic in base64 of UTF-16: characters lie across all the cuts. */
static void
long_bodies_are_read_in_constant_memory(void)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct part_text_form form =
	    part_text_form_parse(TEXT("Content-Type: text/plain; charset=utf-16be\n"
				      "Content-Transfer-Encoding: base64\n"),
		100);
	struct buffer raw, body, wanted, out;

	buffer_init(&raw, 1000000);
	buffer_init(&body, 1000000);
	buffer_init(&wanted, 1000000);
	buffer_init(&out, 1000000);
	for (unsigned i = 0; i < 30000; i++) {
		char unit[2] = {4, (char)(0x10 + i % 64)};
		char character[2] = {
		    (char)(0xD0 | (unsigned char)unit[1] >> 6), (char)(0x80 | (unit[1] & 0x3F))};
		buffer_append(&raw, (struct text){unit, 2});
		buffer_append(&wanted, (struct text){character, 2});
	}
	for (size_t i = 0; i + 3 <= raw.size; i += 3) {
		unsigned bits = (unsigned)(unsigned char)raw.data[i] << 16 |
				(unsigned)(unsigned char)raw.data[i + 1] << 8 |
				(unsigned char)raw.data[i + 2];
		for (int shift = 18; shift >= 0; shift -= 6)
			buffer_append_byte(&body, digits[bits >> shift & 63]);
		if (i % 57 == 54)
			buffer_append(&body, TEXT("\r\n"));
	}
	struct part_text_facts facts = read_text(&form, buffer_text(&body), UINT64_MAX, 1000, &out);
	check(text_is_equal(buffer_text(&out), buffer_text(&wanted)));
	check(!facts.malformed && facts.undecodable == 0);
	buffer_clear(&raw);
	buffer_clear(&body);
	buffer_clear(&wanted);
	buffer_clear(&out);
}

int
main(void)
{
	test(
	    "encoding and charset come from the header", encoding_and_charset_come_from_the_header);
	test("what is odd is told", what_is_odd_is_told);
	test("a plain body needs no copy", a_plain_body_needs_no_copy);
	test("the output has a bound", the_output_has_a_bound);
	test("long bodies are read in constant memory", long_bodies_are_read_in_constant_memory);
	return tests_end();
}
