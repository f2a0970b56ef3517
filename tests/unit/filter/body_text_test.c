/*
 * The texts of a body: lines and wholes are the same whether a text is read in place, kept or
 * streamed, with and without a prefilter; and the bounds.
 */
#include <stdint.h>

#include "base/buffer.h"
#include "filter/engine/body_text.h"
#include "filter/engine/prefilter.h"
#include "support/tap.h"

static const char base64_header[] = "Content-Type: text/plain; charset=utf-8\n"
				    "Content-Transfer-Encoding: base64\n";
static const char plain_header[] = "Content-Type: text/plain; charset=utf-8\n";

/* Lines of many lengths, some with CR LF, none with a line end behind the last. */
static void
write_lines(struct buffer *out, size_t size, unsigned seed)
{
	for (unsigned i = seed; out->size < size; i = i * 1103515245 + 12345) {
		for (unsigned left = (i >> 16) % 150; left > 0; left--)
			buffer_append_byte(out, (char)('a' + (i >> 8) % 26));
		if ((i >> 16) % 16 == 0)
			buffer_append(out, TEXT("Needle"));
		if ((i >> 16) % 40 == 1)
			buffer_append(out, TEXT("\xe2\x84\xaa\xc3\xa9"));
		buffer_append(out, (i >> 16) % 5 == 0 ? TEXT("\r\n") : TEXT("\n"));
	}
	buffer_append(out, TEXT("the end"));
}

static void
write_base64(struct buffer *out, struct text bytes)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t at = 0; at < bytes.size; at += 3) {
		unsigned char in[3] = {0};
		size_t size = bytes.size - at < 3 ? bytes.size - at : 3;
		memcpy(in, bytes.data + at, size);
		unsigned value = (unsigned)in[0] << 16 | (unsigned)in[1] << 8 | in[2];
		for (unsigned i = 0; i < 4; i++)
			buffer_append_byte(
			    out, i <= size ? digits[value >> (18 - 6 * i) & 63] : '=');
		if (at % 57 == 54)
			buffer_append_byte(out, '\n');
	}
}

/* The lines that hold the word, each with LF, as the walk gives them. */
static void
walk_lines(struct body_text_list *list, const struct prefilter *prefilter, struct text word,
    struct buffer *out)
{
	struct body_text_cursor cursor = {0};
	struct text line;

	buffer_reset(out);
	while (body_text_next_line(list, &cursor, prefilter, &line))
		if (text_find(line, 0, word) < line.size || word.size == 0) {
			buffer_append(out, line);
			buffer_append_byte(out, '\n');
		}
	check(!cursor.is_damaged);
}

/* The same, from the text itself. */
static void
cut_lines(struct text text, struct text word, struct buffer *out)
{
	buffer_reset(out);
	while (text.size > 0) {
		struct text line = text_split(&text, '\n');
		if (text_has_suffix(line, TEXT("\r")))
			line.size--;
		if (text_find(line, 0, word) < line.size || word.size == 0) {
			buffer_append(out, line);
			buffer_append_byte(out, '\n');
		}
	}
}

static void
check_walks(struct body_text_list *list, struct text text)
{
	struct buffer got, wanted;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	buffer_init(&got, 64 << 20);
	buffer_init(&wanted, 64 << 20);
	struct prefilter prefilter = prefilter_analyse(&arena, TEXT("Needle"), false);
	for (unsigned round = 0; round < 2; round++) {
		cut_lines(text, TEXT(""), &wanted);
		walk_lines(list, NULL, TEXT(""), &got);
		check(text_is_equal(buffer_text(&got), buffer_text(&wanted)));
		cut_lines(text, TEXT("Needle"), &wanted);
		walk_lines(list, &prefilter, TEXT("Needle"), &got);
		check(wanted.size > 0);
		check(text_is_equal(buffer_text(&got), buffer_text(&wanted)));
	}
	struct body_text_cursor cursor = {0};
	struct text whole;
	cut_lines(text, TEXT(""), &wanted);
	wanted.size--;
	check(body_text_next_whole(list, &cursor, &whole));
	check(text_is_equal(whole, buffer_text(&wanted)));
	check(!body_text_next_whole(list, &cursor, &whole));
	buffer_clear(&got);
	buffer_clear(&wanted);
	arena_clear(&arena);
}

static void
all_ways_are_the_same(void)
{
	static const size_t sizes[] = {1, 3000, 70000, 700000, 3000000};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct buffer text, encoded;
		struct arena arena;
		arena_init(&arena, NULL, 0);
		buffer_init(&text, 8 << 20);
		buffer_init(&encoded, 16 << 20);
		buffer_append(&text, TEXT("first Needle\n"));
		write_lines(&text, sizes[i], (unsigned)i + 7);
		write_base64(&encoded, buffer_text(&text));
		struct text bodies[2] = {
		    exact_copy(buffer_text(&text)), exact_copy(buffer_text(&encoded))};
		for (unsigned j = 0; j < 2; j++) {
			struct body_text_list *list = body_text_list_new(&arena);
			body_text_list_add(list,
			    text_from_string(j == 0 ? plain_header : base64_header), bodies[j],
			    true);
			check_walks(list, buffer_text(&text));
			body_text_list_close(list);
			free((void *)(uintptr_t)bodies[j].data);
		}
		buffer_clear(&text);
		buffer_clear(&encoded);
		arena_clear(&arena);
	}
}

static void
many_texts(void)
{
	struct arena arena;
	struct text line;
	struct body_text_cursor cursor = {0};

	arena_init(&arena, NULL, 0);
	struct body_text_list *list = body_text_list_new(&arena);
	body_text_list_add(list, text_from_string(base64_header), TEXT("b25lCnR3bw=="), true);
	body_text_list_add(list, text_from_string(plain_header), TEXT(""), true);
	body_text_list_add(list, text_from_string(plain_header), TEXT("three\n"), true);
	body_text_list_add(
	    list, TEXT("Content-Transfer-Encoding: quoted-printable\n"), TEXT("f=E4ur"), false);
	static const char *const wanted[] = {"one", "two", "three", "f\xc3\xa4ur"};
	for (unsigned i = 0; i < 4; i++) {
		check(body_text_next_line(list, &cursor, NULL, &line));
		check_text(line, text_from_string(wanted[i]));
	}
	check(!body_text_next_line(list, &cursor, NULL, &line));
	check(!body_text_next_line(list, &cursor, NULL, &line));
	body_text_list_close(list);
	arena_clear(&arena);
}

static void
damage_is_told(void)
{
	static const struct {
		const char *header;
		struct text body;
		bool is_damaged;
	} cases[] = {
	    {"Content-Type: text/plain; charset=utf-8\n", TEXT("ab\xff"), true},
	    {"Content-Type: text/plain; charset=utf-8\n", TEXT("ab\xc3\xa9"), false},
	    {"Content-Type: text/plain; charset=x-nope\n", TEXT("ab\n"), true},
	    {"Content-Type: text/plain; charset=iso-8859-1\n", TEXT("ab\xe9\n"), false},
	    {"Content-Type: text/plain\nContent-Transfer-Encoding: x-nope\n", TEXT("ab\n"), true},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct body_text_cursor cursor = {0}, whole_cursor = {0};
		struct arena arena;
		struct text line;
		arena_init(&arena, NULL, 0);
		struct body_text_list *list = body_text_list_new(&arena);
		body_text_list_add(list, text_from_string(cases[i].header), cases[i].body, true);
		while (body_text_next_line(list, &cursor, NULL, &line))
			;
		check(cursor.is_damaged == cases[i].is_damaged);
		while (body_text_next_whole(list, &whole_cursor, &line))
			;
		check(whole_cursor.is_damaged == cases[i].is_damaged);
		body_text_list_close(list);
		arena_clear(&arena);
	}
}

/* A text of that size without a line end, but for one in front, in base64. */
static struct text
long_line(struct arena *arena, size_t size)
{
	struct buffer text, encoded;

	buffer_init(&text, size + 64);
	buffer_init(&encoded, 2 * size + 64);
	buffer_append(&text, TEXT("short\n"));
	while (text.size < size)
		buffer_append(&text, TEXT("0123456789abcdef"));
	write_base64(&encoded, buffer_text(&text));
	struct text copy = arena_copy_text(arena, buffer_text(&encoded));
	buffer_clear(&text);
	buffer_clear(&encoded);
	return copy;
}

static void
lines_have_a_bound(void)
{
	const size_t size = 3 << 20;
	struct body_text_cursor cursor = {0};
	struct arena arena;
	struct text line;
	size_t total = 0;

	arena_init(&arena, NULL, 0);
	struct body_text_list *list = body_text_list_new(&arena);
	body_text_list_add(list, text_from_string(base64_header), long_line(&arena, size), true);
	check(body_text_next_line(list, &cursor, NULL, &line));
	check_text(line, TEXT("short"));
	while (body_text_next_line(list, &cursor, NULL, &line)) {
		check(line.size <= BODY_TEXT_LINE_MAX + 8192);
		total += line.size;
	}
	check(total >= size - 6 && total < size + 16);
	body_text_list_close(list);
	arena_clear(&arena);
}

static void
wholes_have_a_bound(void)
{
	struct body_text_cursor cursor = {0};
	struct arena arena;
	struct text whole;

	arena_init(&arena, NULL, 0);
	struct body_text_list *list = body_text_list_new(&arena);
	body_text_list_add(list, text_from_string(base64_header),
	    long_line(&arena, BODY_TEXT_WHOLE_MAX + 100000), true);
	check(body_text_next_whole(list, &cursor, &whole));
	check(whole.size <= BODY_TEXT_WHOLE_MAX && whole.size > BODY_TEXT_WHOLE_MAX - 65536);
	check(!body_text_next_whole(list, &cursor, &whole));
	check(cursor.is_damaged);
	body_text_list_close(list);
	arena_clear(&arena);
}

/* The body is written over between two walks: the second one can only give what was kept. */
static void
kept_texts_are_decoded_once(void)
{
	struct buffer plain, encoded, first, second;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	buffer_init(&plain, 1 << 20);
	buffer_init(&encoded, 1 << 20);
	buffer_init(&first, 1 << 20);
	buffer_init(&second, 1 << 20);
	write_lines(&plain, 100000, 7);
	write_base64(&encoded, buffer_text(&plain));
	struct body_text_list *list = body_text_list_new(&arena);
	body_text_list_add(list, text_from_string(base64_header), buffer_text(&encoded), true);
	walk_lines(list, NULL, TEXT("Needle"), &first);
	check(first.size > 1000);
	memset(encoded.data, '!', encoded.size);
	walk_lines(list, NULL, TEXT("Needle"), &second);
	check_text(buffer_text(&second), buffer_text(&first));
	body_text_list_close(list);
	buffer_clear(&plain);
	buffer_clear(&encoded);
	buffer_clear(&first);
	buffer_clear(&second);
	arena_clear(&arena);
}

/* All lines of a walk, each with LF. */
static void
list_lines(struct body_text_list *list, bool wants_source, struct buffer *out)
{
	struct body_text_cursor cursor = {.wants_source = wants_source};
	struct text line;

	buffer_reset(out);
	while (body_text_next_line(list, &cursor, NULL, &line)) {
		buffer_append(out, line);
		buffer_append_byte(out, '\n');
	}
}

static void
check_views(
    const char *header, struct text body, bool is_mime, struct text readable, struct text source)
{
	struct buffer out, wanted;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	buffer_init(&out, 64 << 20);
	buffer_init(&wanted, 64 << 20);
	struct text copy = exact_copy(body);
	struct body_text_list *list = body_text_list_new(&arena);
	body_text_list_add(list, text_from_string(header), copy, is_mime);
	buffer_append(&wanted, readable);
	buffer_append(&wanted, source);
	/* The source alone first, so that it is known before its other view is. */
	for (int round = 0; round < 2; round++) {
		list_lines(list, true, &out);
		check(text_is_equal(buffer_text(&out), source.size > 0 ? source : readable));
		list_lines(list, false, &out);
		check(text_is_equal(buffer_text(&out), buffer_text(&wanted)));
	}
	body_text_list_close(list);
	free((void *)(uintptr_t)copy.data);
	buffer_clear(&out);
	buffer_clear(&wanted);
	arena_clear(&arena);
}

static void
html_and_flowed_parts_are_two_texts(void)
{
	static const char html[] = "Content-Type: text/html\n";
	static const char flowed[] = "Content-Type: text/plain; format=flowed\n";
	struct buffer body, readable;

	check_views(html, TEXT("<p>a\nb</p>\n"), true, TEXT("a b\n"), TEXT("<p>a\nb</p>\n"));
	check_views(html, TEXT("<p>a\n"), false, TEXT(""), TEXT("<p>a\n"));
	check_views(flowed, TEXT("a \nb\n"), true, TEXT("a b\n"), TEXT("a \nb\n"));
	/* One text where both are the same. */
	check_views(flowed, TEXT("a\nb\n"), true, TEXT("a\nb\n"), TEXT(""));
	check_views(html, TEXT("a\n"), true, TEXT("a\n"), TEXT(""));
	/* Streams, both of them. */
	buffer_init(&body, 16 << 20);
	buffer_init(&readable, 16 << 20);
	for (int i = 0; i < 100000; i++) {
		buffer_append(&body, TEXT("<div>one <b>two</b> &amp; three</div>\n"));
		buffer_append(&readable, TEXT("one two & three\n"));
	}
	check_views(html, buffer_text(&body), true, buffer_text(&readable), buffer_text(&body));
	buffer_clear(&body);
	buffer_clear(&readable);
}

int
main(void)
{
	test("lines and wholes are the same in place, kept and streamed", all_ways_are_the_same);
	test("texts follow each other, and their lines are not joined", many_texts);
	test("what could not be decoded is told at the end of its text", damage_is_told);
	test("a text that is kept is decoded once", kept_texts_are_decoded_once);
	test("HTML and flowed parts are two texts", html_and_flowed_parts_are_two_texts);
	test("a line over 256 KiB comes in pieces", lines_have_a_bound);
	test("of a whole text the first 16 MiB are seen", wholes_have_a_bound);
	return tests_end();
}
