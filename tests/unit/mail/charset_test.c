/*
 * Charsets: each text is read as a whole, cut in two at every byte, byte by byte, and into the
 * smallest output; the results must be equal and valid UTF-8.
 */
#include "mail/charset.h"
#include "support/tap.h"

#include <stdint.h>

#include "base/utf8.h"

struct reading {
	uint64_t undecodable, guessed;
	bool is_unknown;
};

static void
take_all(struct charset_decoder *decoder, struct text input, bool is_last, size_t room,
    struct buffer *out)
{
	char *piece = malloc(room);
	size_t size;

	do {
		size_t before = input.size;
		size = charset_decoder_take(decoder, &input, is_last, piece, room);
		check(size <= room && (size > 0 || input.size < before || before == 0));
		check(utf8_is_valid((struct text){piece, size}));
		buffer_append(out, (struct text){piece, size});
	} while (input.size > 0 || (is_last && size > 0));
	free(piece);
}

/* Reads in pieces of `step` bytes, the first of `first`. */
static struct reading
read_cut(struct text name, struct text source, size_t first, size_t step, size_t room,
    struct buffer *out)
{
	struct charset charset = charset_parse(name);
	struct charset_decoder decoder;

	charset_decoder_init(&decoder, &charset);
	for (size_t from = 0; from < source.size || from == 0;) {
		size_t to = from == 0 && first > 0 ? first : from + step;
		struct text copy = exact_copy(text_slice(source, from, to));
		take_all(&decoder, copy, to >= source.size, room, out);
		free((void *)(uintptr_t)copy.data);
		from = to;
	}
	charset_decoder_clear(&decoder);
	return (struct reading){decoder.undecodable, decoder.guessed, decoder.is_unknown};
}

static struct reading
check_reading_at(struct text name, struct text source, struct text wanted, int line)
{
	struct buffer whole, cut;

	buffer_init(&whole, 1000000);
	buffer_init(&cut, 1000000);
	struct reading reading = read_cut(name, source, 0, source.size + 1, 4096, &whole);
	check_text_at(buffer_text(&whole), wanted, __FILE__, line);
	for (size_t first = 0; first < source.size && checks_failed == 0; first++) {
		buffer_reset(&cut);
		struct reading again = read_cut(
		    name, source, first, first == 0 ? 1 : source.size, CHARSET_OUT_MIN, &cut);
		check_text_at(buffer_text(&cut), wanted, __FILE__, line);
		check_at(again.undecodable == reading.undecodable, "undecodable", __FILE__, line);
		check_at(again.guessed == reading.guessed, "guessed", __FILE__, line);
	}
	buffer_clear(&whole);
	buffer_clear(&cut);
	return reading;
}

static void
check_good_at(struct text name, struct text source, struct text wanted, int line)
{
	struct reading reading = check_reading_at(name, source, wanted, line);

	check_at(reading.undecodable == 0 && reading.guessed == 0 && !reading.is_unknown,
	    "read without a doubt", __FILE__, line);
}

static void
check_bad_at(struct text name, struct text source, struct text wanted, unsigned undecodable,
    unsigned guessed, int line)
{
	struct reading reading = check_reading_at(name, source, wanted, line);

	check_number_at((long long)reading.undecodable, undecodable, "undecodable", __FILE__, line);
	check_number_at((long long)reading.guessed, guessed, "guessed", __FILE__, line);
}

#define check_good(name, source, wanted)                                                           \
	check_good_at(TEXT(name), TEXT(source), TEXT(wanted), __LINE__)
#define check_bad(name, source, wanted, undecodable, guessed)                                      \
	check_bad_at(TEXT(name), TEXT(source), TEXT(wanted), undecodable, guessed, __LINE__)
#define FFFD "\xef\xbf\xbd"

static void
check_name_at(struct text name, enum charset_kind kind, const char *iconv_name, int line)
{
	struct text copy = exact_copy(name);
	struct charset charset = charset_parse(copy);

	check_at(charset.kind == kind, name.data, __FILE__, line);
	check_text_at(text_from_string(charset.name), text_from_string(iconv_name), __FILE__, line);
	free((void *)(uintptr_t)copy.data);
}

#define check_name(name, kind, iconv_name) check_name_at(TEXT(name), kind, iconv_name, __LINE__)

static void
names_of_the_wild_are_known(void)
{
	check_name("", CHARSET_GUESS, "");
	check_name("us-ascii", CHARSET_GUESS, "");
	check_name("ANSI_X3.4-1968", CHARSET_GUESS, "");
	check_name("unknown-8bit", CHARSET_GUESS, "");
	check_name("x-unknown", CHARSET_GUESS, "");
	check_name("utf8", CHARSET_UTF_8, "");
	check_name("UTF-8", CHARSET_UTF_8, "");
	check_name(" \"utf-8\" ", CHARSET_UTF_8, "");
	check_name("'utf-8'", CHARSET_UTF_8, "");
	check_name("utf-8*en", CHARSET_UTF_8, "");
	check_name("utf_8;", CHARSET_UTF_8, "");
	check_name("charset=utf-8", CHARSET_UTF_8, "");
	check_name("x-utf-8", CHARSET_UTF_8, "");
	check_name("unicode-1-1-utf-8", CHARSET_UTF_8, "");
	check_name("latin1", CHARSET_WINDOWS_1252, "");
	check_name("ISO-8859-1", CHARSET_WINDOWS_1252, "");
	check_name("iso8859_1", CHARSET_WINDOWS_1252, "");
	check_name("cp-1252", CHARSET_WINDOWS_1252, "");
	check_name("windows-1252", CHARSET_WINDOWS_1252, "");
	check_name("HZ-GB-2312", CHARSET_HZ, "");
	check_name("gb2312", CHARSET_ICONV, "GB18030");
	check_name("GB_2312-80", CHARSET_ICONV, "GB18030");
	check_name("x-sjis", CHARSET_ICONV, "CP932");
	check_name("Shift_JIS", CHARSET_ICONV, "CP932");
	check_name("ks_c_5601-1987", CHARSET_ICONV, "CP949");
	check_name("ks_c_5601", CHARSET_ICONV, "CP949");
	check_name("unicode-1-1-utf-7", CHARSET_ICONV, "UTF-7");
	check_name("iso-8859-2", CHARSET_ICONV, "ISO-8859-2");
	check_name("ISO8859-15", CHARSET_ICONV, "ISO-8859-15");
	check_name("iso-8859-8-i", CHARSET_ICONV, "ISO-8859-8");
	check_name("windows-1251", CHARSET_ICONV, "CP1251");
	check_name("win-1251", CHARSET_ICONV, "CP1251");
	check_name("IBM437", CHARSET_ICONV, "CP437");
	check_name("koi8-r", CHARSET_ICONV, "KOI8-R");
	check_name("viscii", CHARSET_ICONV, "VISCII");
}

static void
a_name_is_no_instruction_for_iconv(void)
{
	check_name("utf-16//IGNORE", CHARSET_UNKNOWN, "");
	check_name("../../tmp/evil", CHARSET_UNKNOWN, "");
	check_name("a,b", CHARSET_UNKNOWN, "");
	check_name("nul\0name", CHARSET_UNKNOWN, "");
	check_name("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", CHARSET_UNKNOWN, "");
	check_name("IBM1390", CHARSET_UNKNOWN, "");
	check_name("cp1399", CHARSET_UNKNOWN, "");
	check_name("iso-2022-cn-ext", CHARSET_UNKNOWN, "");
	check_name("EBCDIC-US", CHARSET_UNKNOWN, "");
	check_name("INTERNAL", CHARSET_UNKNOWN, "");
}

static void
utf8_is_checked_and_kept(void)
{
	check_good("utf-8", "", "");
	check_good("utf-8", "plain\r\ntext\0nul", "plain\r\ntext\0nul");
	check_good("utf-8", "J\xc3\xb6rg \xe2\x82\xac \xf0\x9f\x98\x80",
	    "J\xc3\xb6rg \xe2\x82\xac \xf0\x9f\x98\x80");
	check_good(
	    "utf-8", "\xef\xbb\xbfmark \xef\xbb\xbf stays later", "mark \xef\xbb\xbf stays later");
	/* The examples of Unicode 15, section 3.9, tables 3-8 to 3-11. */
	check_bad("utf-8", "\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41",
	    FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A", 8, 0);
	check_bad("utf-8", "\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41",
	    FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A", 8, 0);
	check_bad("utf-8", "\xf4\x91\x92\x93\xff\x41\x80\xbf\x42",
	    FFFD FFFD FFFD FFFD FFFD "A" FFFD FFFD "B", 7, 0);
	check_bad("utf-8", "\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", FFFD FFFD FFFD FFFD "A", 4, 0);
	check_bad("utf-8", "cut \xe2\x82", "cut " FFFD, 1, 0);
}

static void
ascii_with_8_bit_bytes_is_guessed(void)
{
	check_good("us-ascii", "J\xc3\xb6rg", "J\xc3\xb6rg");
	check_bad("us-ascii", "caf\xe9 \x80 5 J\xc3\xb6rg",
	    "caf\xc3\xa9 \xe2\x82\xac 5 J\xc3\xb6rg", 0, 2);
	check_bad("", "\xe2\x82", "\xc3\xa2\xe2\x80\x9a", 0, 2);
	check_bad("", "\xf0\x9f\x98", "\xc3\xb0\xc5\xb8\xcb\x9c", 0, 3);
	check_bad("", "bad \x81.", "bad " FFFD ".", 1, 0);
	struct reading reading =
	    check_reading_at(TEXT("x-nope"), TEXT("caf\xe9"), TEXT("caf\xc3\xa9"), __LINE__);
	check(reading.is_unknown && reading.guessed == 1);
	reading = check_reading_at(TEXT("a/b"), TEXT("needle"), TEXT("needle"), __LINE__);
	check(reading.is_unknown && reading.guessed == 0);
}

static void
latin_1_is_windows_1252(void)
{
	check_good("iso-8859-1", "caf\xe9 \x80 \x93x\x94 \xff",
	    "caf\xc3\xa9 \xe2\x82\xac \xe2\x80\x9cx\xe2\x80\x9d \xc3\xbf");
	check_good("latin1", "a\0b", "a\0b");
	check_bad("windows-1252", "\x81\x8d\x8f\x90\x9d.", FFFD FFFD FFFD FFFD FFFD ".", 5, 0);
}

static void
charsets_of_iconv_are_read(void)
{
	check_good("koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4",
	    "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82");
	check_good("iso-8859-2", "\xb3\xf3\xbfko", "\xc5\x82\xc3\xb3\xc5\xbcko");
	check_good("iso-8859-15", "\xa4", "\xe2\x82\xac");
	check_good("x-sjis", "\x93\xfa\x96{", "\xe6\x97\xa5\xe6\x9c\xac");
	check_good("euc-jp", "\xc6\xfc\xcb\xdc", "\xe6\x97\xa5\xe6\x9c\xac");
	check_good("iso-2022-jp", "a\x1b$BF|K\\\x1b(Bb",
	    "a\xe6\x97\xa5\xe6\x9c\xac"
	    "b");
	check_good("iso-2022-jp", "\x1b$B-!F|-j\x1b(Bb",
	    "\xe2\x91\xa0\xe6\x97\xa5\xe3\x88\xb1"
	    "b");
	check_good("gb2312", "\xd6\xd0\xce\xc4", "\xe4\xb8\xad\xe6\x96\x87");
	check_good("big5", "\xa4\xa4\xa4\xe5", "\xe4\xb8\xad\xe6\x96\x87");
	check_good("ks_c_5601-1987", "\xc7\xd1\xb1\xdb", "\xed\x95\x9c\xea\xb8\x80");
	check_good("iso-2022-kr", "\x1b$)C\x0eGQ1[\x0f", "\xed\x95\x9c\xea\xb8\x80");
	check_good("utf-7", "Hi Mom +Jjo--+Jjo-!", "Hi Mom \xe2\x98\xba-\xe2\x98\xba!");
	check_good("utf-16be", "\0a\xd8=\xde\0", "a\xf0\x9f\x98\x80");
	check_good("utf-16", "\xfe\xff\0a\0b", "ab");
	check_good("utf-16",
	    "\xff\xfe"
	    "a\0b\0",
	    "ab");
	/* RFC 2781, section 4.3: without a mark the higher byte comes first, whatever the host is. */
	check_good("utf-16", "\0a\0b", "ab");
	check_good("utf-16", "eg\0a",
	    "\xe6\x95\xa7"
	    "a");
	check_good("utf-16",
	    "a\0"
	    "b\0",
	    "ab");
	check_good("utf-16le",
	    "\xff\xfe"
	    "a\0",
	    "a");
	check_good("big5-hkscs", "\x88\x66x",
	    "\xc3\x8a"
	    "x");
	check_good("big5-hkscs", "\x88\x66", "\xc3\x8a");
	check_good("windows-1258", "a\xcc", "\xc3\xa0");
}

static void
what_iconv_cannot_read_is_replaced(void)
{
	check_bad("euc-jp", "\xc6\xfc\xff\xcb\xdc", "\xe6\x97\xa5" FFFD "\xe6\x9c\xac", 1, 0);
	check_bad("x-sjis", "\x93\xfa\x96", "\xe6\x97\xa5" FFFD, 1, 0);
	check_bad("gb2312", "ok \x81\x30", "ok " FFFD, 1, 0);
	check_bad("utf-16be", "\0a\xdc\0\0b\0", "a" FFFD "b" FFFD, 2, 0);
	check_bad("utf-16be", "\0a\xd8\0\0b", "a" FFFD "b", 1, 0);
	check_bad("utf-32be", "\0\0\0a\0\x11\0\0\0\0\0b", "a" FFFD "b", 1, 0);
	check_bad("iso-8859-3", "\xa5.", FFFD ".", 1, 0);
	check_bad("iso-2022-jp", "a\x1b$", "a" FFFD, 1, 0);
	check_bad("iso-2022-jp", "\x1b$B/!F|\x1b(B", FFFD "\xe6\x97\xa5", 1, 0);
}

static void
hz_is_read(void)
{
	/* The example of RFC 1843. */
	check_good("hz-gb-2312",
	    "This sentence is in ASCII.\nThe next is in GB."
	    "~{<:Ky2;S{#,NpJ)l6HK!#~}~~Bye.",
	    "This sentence is in ASCII.\nThe next is in GB."
	    "\xe5\xb7\xb1\xe6\x89\x80\xe4\xb8\x8d\xe6\xac\xb2\xef\xbc\x8c\xe5\x8b\xbf\xe6\x96\xbd"
	    "\xe6\x96\xbc\xe4\xba\xba\xe3\x80\x82"
	    "~Bye.");
	check_good("hz", "a~\nb", "ab");
	/* The second byte of a character may be a tilde. */
	check_good("hz", "~{SJ<~~}~~", "\xe9\x82\xae\xe4\xbb\xb6~");
	check_good("hz", "~{VP\nplain", "\xe4\xb8\xad\nplain");
	check_bad("hz", "end ~", "end " FFFD, 1, 0);
}

/* 200,000 bytes of each pattern, in every charset whose state the bytes can change. */
static void
hostile_states_end_and_stay_small(void)
{
	static const char *const names[] = {"iso-2022-jp", "iso-2022-kr", "iso-2022-cn",
	    "iso-2022-jp-3", "utf-7", "utf-7-imap", "hz", "utf-16", "utf-32", "big5-hkscs",
	    "euc-jisx0213", "tscii", "gb18030", "windows-1255", "windows-1258", "tcvn", "johab"};
	static const struct text patterns[] = {{"\x1b$B", 3}, {"\x1b$)C\x0e", 5}, {"\x1b", 1},
	    {"\x0e\x0f", 2}, {"+", 1}, {"+-", 2}, {"+AAAA", 5}, {"~{", 2}, {"~", 1},
	    {"~}~{\x80", 5}, {"\xff", 1}, {"\xd8\x00", 2}, {"\xaa\xe1", 2}, {"\x88\x66", 2},
	    {"\xcc", 1}};
	size_t total = 20000;
	char *bytes = malloc(total);
	struct buffer out;

	buffer_init(&out, 8 * total);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		for (size_t j = 0; j < sizeof patterns / sizeof patterns[0]; j++) {
			for (size_t k = 0; k < total; k++)
				bytes[k] = patterns[j].data[k % patterns[j].size];
			buffer_reset(&out);
			struct text source = {bytes, total};
			read_cut(text_from_string(names[i]), source, 0, 777, 512, &out);
			check(!buffer_is_overfull(&out));
		}
	}
	buffer_clear(&out);
	free(bytes);
}

static void
a_decoder_begins_anew_for_the_next_text(void)
{
	struct charset charset = charset_parse(TEXT("iso-2022-jp"));
	struct charset_decoder decoder;
	struct buffer out;

	buffer_init(&out, 1000);
	charset_decoder_init(&decoder, &charset);
	check(charset_decoder_append(&decoder, TEXT("\x1b$BF|"), &out));
	charset_decoder_restart(&decoder);
	check(charset_decoder_append(&decoder, TEXT("F|"), &out));
	check_text(buffer_text(&out), TEXT("\xe6\x97\xa5"
					   "F|"));
	charset_decoder_clear(&decoder);
	buffer_clear(&out);
	buffer_init(&out, 5);
	charset_decoder_init(&decoder, &charset);
	check(buffer_append(&out, TEXT("abc")));
	check(!charset_decoder_append(&decoder, TEXT("def"), &out));
	check_text(buffer_text(&out), TEXT("abc"));
	charset_decoder_clear(&decoder);
	buffer_clear(&out);
}

static void
valid_utf8_is_measured(void)
{
	check_number((long long)charset_valid_utf8_size(TEXT("")), 0);
	check_number((long long)charset_valid_utf8_size(TEXT("abc")), 3);
	check_number((long long)charset_valid_utf8_size(
			 TEXT("0123456789012345678901234567890123456789\xc3\xb6\xc3")),
	    42);
	check_number((long long)charset_valid_utf8_size(TEXT("\xf0\x9f\x98\x80\xff")), 4);
}

int
main(void)
{
	test("names met in the wild are known", names_of_the_wild_are_known);
	test("a name is no instruction for iconv", a_name_is_no_instruction_for_iconv);
	test("UTF-8 is checked and kept", utf8_is_checked_and_kept);
	test("ASCII with 8-bit bytes and unknown charsets are guessed",
	    ascii_with_8_bit_bytes_is_guessed);
	test("ISO-8859-1 is read as windows-1252", latin_1_is_windows_1252);
	test("other charsets are read by iconv", charsets_of_iconv_are_read);
	test("what iconv cannot read is replaced, and the rest is read on",
	    what_iconv_cannot_read_is_replaced);
	test("HZ is read", hz_is_read);
	test("hostile states end and stay small", hostile_states_end_and_stay_small);
	test("a decoder begins anew for the next text", a_decoder_begins_anew_for_the_next_text);
	test("the valid beginning is measured", valid_utf8_is_measured);
	return tests_end();
}
