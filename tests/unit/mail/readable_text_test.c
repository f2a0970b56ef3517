/*
 * Readable text: what becomes of each type, its charset, its facts and its bound.
 */
#include "mail/readable_text.h"
#include "support/tap.h"

#include <stdint.h>

#include "base/buffer.h"

struct reading {
	struct part_text_facts facts;
	bool hides;
};

static struct reading
read_part(struct text header, struct text body, bool is_mime, uint64_t maximum, struct buffer *out)
{
	struct text header_copy = exact_copy(header), body_copy = exact_copy(body);
	char piece[READABLE_TEXT_READ_MIN];
	struct reading reading;
	struct arena arena;
	size_t size;

	arena_init(&arena, NULL, 0);
	struct readable_text *text =
	    readable_text_open(&arena, header_copy, body_copy, is_mime, maximum);
	while ((size = readable_text_read(text, piece, sizeof piece)) > 0)
		buffer_append(out, (struct text){piece, size});
	check_number((long long)readable_text_read(text, piece, sizeof piece), 0);
	reading.facts = readable_text_facts(text);
	reading.hides = readable_text_hides(text);
	readable_text_close(text);
	arena_clear(&arena);
	free((void *)(uintptr_t)header_copy.data);
	free((void *)(uintptr_t)body_copy.data);
	return reading;
}

static struct reading
check_reading_at(struct text header, struct text body, bool is_mime, struct text wanted, int line)
{
	struct buffer out;

	buffer_init(&out, 1000000);
	struct reading reading = read_part(header, body, is_mime, UINT64_MAX, &out);
	check_text_at(buffer_text(&out), wanted, __FILE__, line);
	buffer_clear(&out);
	return reading;
}

#define check_reading(header, body, wanted)                                                        \
	check_reading_at(TEXT(header), TEXT(body), true, TEXT(wanted), __LINE__)

static void
each_type_is_read_in_its_way(void)
{
	check_reading("", "a \nb<b>\n", "a \nb<b>\n");
	check_reading("Content-Type: text/plain\n", "a \nb\n", "a \nb\n");
	check_reading("Content-Type: text/plain; format=flowed\n", "a \nb\n", "a b\n");
	check_reading(
	    "Content-Type: TEXT/PLAIN; Format=\"Flowed\"; delsp=yes\n", "a \nb\n", "ab\n");
	check_reading("Content-Type: text/plain; format=fixed\n", "a \nb\n", "a \nb\n");
	check_reading("Content-Type: text/enriched; format=flowed\n", "a \nb\n", "a \nb\n");
	check_reading("Content-Type: text/html\n", "<p>a</p>b", "a\n\nb\n");
	check_reading("Content-Type: application/xhtml\n", "<p>a", "<p>a");
	check_reading("Content-Type: text/html; charset=iso-8859-1\n"
		      "Content-Transfer-Encoding: quoted-printable\n",
	    "<p>caf=E9 =\n<b>b</b>", "caf\xc3\xa9 b\n");
	check_reading_at(TEXT("Content-Type: text/html; charset=koi8-r\n"), TEXT("<p>a"), false,
	    TEXT("<p>a"), __LINE__);
	check(readable_kind_parse(TEXT("X: y\nContent-Type: text/html\n"), 1000) == READABLE_HTML);
	check(readable_kind_parse(TEXT("X: y\nContent-Type: text/html\n"), 1) == READABLE_PLAIN);
}

static void
html_may_name_its_charset(void)
{
	check_reading("Content-Type: text/html\n", "<head><meta charset=\"koi8-r\"></head>\xf0",
	    "\xd0\x9f\n");
	check_reading("Content-Type: text/html\n",
	    "<meta http-equiv='Content-Type' content='text/html; charset=koi8-r'>\xf0",
	    "\xd0\x9f\n");
	check_reading("Content-Type: text/html\nContent-Transfer-Encoding: base64\n",
	    "PG1ldGEgY2hhcnNldD1rb2k4LXI+8A==", "\xd0\x9f\n");
	/* The header's word counts more. */
	check_reading("Content-Type: text/html; charset=iso-8859-1\n", "<meta charset=koi8-r>\xf0",
	    "\xc3\xb0\n");
	/* It is no UTF-16, since this could be read. */
	check_reading("Content-Type: text/html\n", "<meta charset=utf-16>\xc3\xa9", "\xc3\xa9\n");
	check_reading("Content-Type: text/html\n", "\xff\xfe<\0p\0>\0\xe9\0", "\xc3\xa9\n");
	check_reading("Content-Type: text/html\n", "\xef\xbb\xbf<p>\xc3\xa9", "\xc3\xa9\n");
	/* In a comment, in text, in another meta: it is none. */
	check_reading("Content-Type: text/html\n",
	    "<!-- <meta charset=koi8-r> --><meta name=x content='charset=koi8-r'>\xe9",
	    "\xc3\xa9\n");
	check_reading("Content-Type: text/html\n", "<meta charset=x-nope>\xe9", "\xc3\xa9\n");
}

static void
a_charset_beyond_the_first_kibibyte_is_not_looked_for(void)
{
	struct buffer body, out;

	buffer_init(&body, 10000);
	buffer_init(&out, 10000);
	for (int i = 0; i < 1024; i++)
		buffer_append_byte(&body, ' ');
	buffer_append(&body, TEXT("<meta charset=koi8-r>\xf0"));
	read_part(TEXT("Content-Type: text/html\n"), buffer_text(&body), true, UINT64_MAX, &out);
	check_text(buffer_text(&out), TEXT("\xc3\xb0\n"));
	buffer_clear(&body);
	buffer_clear(&out);
}

static void
facts_are_those_of_all_stages(void)
{
	struct reading reading = check_reading(
	    "Content-Type: text/html\nContent-Transfer-Encoding: base64\n", "PGI*+YQ==", "a\n");
	check(reading.facts.malformed && !reading.facts.truncated && !reading.hides);
	reading =
	    check_reading("Content-Type: text/html; charset=x-nope\n", "<i hidden>a</i>b", "b\n");
	check(reading.facts.unknown_charset && reading.hides);
	reading = check_reading("Content-Type: text/plain; charset=utf-8; format=flowed\n",
	    "\xff \nb", "\xef\xbf\xbd b");
	check(reading.facts.undecodable == 1 && !reading.hides);
}

static void
the_output_has_a_bound(void)
{
	struct buffer out;

	buffer_init(&out, 10000);
	struct reading reading = read_part(TEXT("Content-Type: text/html; charset=utf-8\n"),
	    TEXT("<p>ab\xe2\x82\xac"), true, 4, &out);
	check_text(buffer_text(&out), TEXT("ab"));
	check(reading.facts.truncated);
	buffer_reset(&out);
	reading = read_part(TEXT("Content-Type: text/html\n"), TEXT("<p>abc"), true, 4, &out);
	check_text(buffer_text(&out), TEXT("abc\n"));
	check(!reading.facts.truncated);
	buffer_clear(&out);
}

/* 8 MiB of tags, text and quotes: more than any buffer in between. */
static void
a_large_part_is_a_stream(void)
{
	static const struct text html = {"<p>one <b>two</b>\n", 18}, flowed = {"one two \n", 9};
	struct buffer body, out;

	buffer_init(&body, 1 << 24);
	buffer_init(&out, 1 << 24);
	for (int i = 0; i < 400000; i++)
		buffer_append(&body, html);
	read_part(TEXT("Content-Type: text/html\n"), buffer_text(&body), true, UINT64_MAX, &out);
	check_number((long long)out.size, 400000LL * 9 - 1);
	check_text(text_slice(buffer_text(&out), 0, 16), TEXT("one two\n\none two"));
	buffer_reset(&body);
	buffer_reset(&out);
	for (int i = 0; i < 400000; i++)
		buffer_append(&body, flowed);
	read_part(TEXT("Content-Type: text/plain; format=flowed\n"), buffer_text(&body), true,
	    UINT64_MAX, &out);
	check_number((long long)out.size, 400000LL * 8 + 1);
	buffer_clear(&body);
	buffer_clear(&out);
}

int
main(void)
{
	test("each type is read in its way", each_type_is_read_in_its_way);
	test("HTML may name its charset", html_may_name_its_charset);
	test("a charset beyond the first kibibyte is not looked for",
	    a_charset_beyond_the_first_kibibyte_is_not_looked_for);
	test("facts are those of all stages", facts_are_those_of_all_stages);
	test("the output has a bound", the_output_has_a_bound);
	test("a large part is a stream", a_large_part_is_a_stream);
	return tests_end();
}
