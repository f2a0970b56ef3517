/*
 * Encoded words: the examples of RFC 2047, what is met besides them, and that what is written reads
 * back as it was.
 */
#include "mail/encoded_word.h"
#include "support/tap.h"

#include "base/utf8.h"
#include "mail/header.h"

static struct encoded_word_facts
check_decoding_at(struct text body, struct text wanted, int line)
{
	struct encoded_word_facts facts = {0};
	struct text copy = exact_copy(body);
	struct buffer out;

	buffer_init(&out, 100000);
	check_at(encoded_word_decode(copy, &out, &facts), "fits", __FILE__, line);
	check_text_at(buffer_text(&out), wanted, __FILE__, line);
	check_at(utf8_is_valid(buffer_text(&out)), "valid UTF-8", __FILE__, line);
	check_at(
	    !encoded_word_is_plain(copy) || text_is_equal(copy, wanted), "plain", __FILE__, line);
	buffer_clear(&out);
	free((void *)(uintptr_t)copy.data);
	return facts;
}

static void
check_good_at(struct text body, struct text wanted, int line)
{
	struct encoded_word_facts facts = check_decoding_at(body, wanted, line);

	check_at(!facts.malformed && !facts.unknown_charset && facts.undecodable == 0 &&
		     facts.guessed == 0,
	    "without a doubt", __FILE__, line);
}

#define check_good(body, wanted) check_good_at(TEXT(body), TEXT(wanted), __LINE__)
#define check_malformed(body, wanted)                                                              \
	check_at(check_decoding_at(TEXT(body), TEXT(wanted), __LINE__).malformed, "malformed",     \
	    __FILE__, __LINE__)

static void
the_examples_of_rfc_2047_are_read(void)
{
	check_good(
	    "=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>");
	check_good("=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld J\xc3\xb8rn Simonsen");
	check_good("=?ISO-8859-1?Q?Andr=E9?= Pirard", "Andr\xc3\xa9 Pirard");
	check_good("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\n"
		   "    =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
	    "If you can read this you understand the example.");
	check_good("(=?ISO-8859-1?Q?a?=)", "(a)");
	check_good("(=?ISO-8859-1?Q?a?= b)", "(a b)");
	check_good("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)");
	check_good("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)");
	check_good("(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)");
	check_good("(=?ISO-8859-1?Q?a_b?=)", "(a b)");
	check_good("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)");
	/* RFC 2231, section 5. */
	check_good(
	    "=?US-ASCII*EN?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>");
}

static void
plain_text_stays(void)
{
	check_good("", "");
	check_good("plain  text\r\n folded\ttoo", "plain  text\r\n folded\ttoo");
	check_good("J\xc3\xb6rg", "J\xc3\xb6rg");
	check_good("nul\0stays", "nul\0stays");
	check_good("a = b ? c : d", "a = b ? c : d");
	check(!encoded_word_is_present(TEXT("a = ?b?= c")));
	check(encoded_word_is_present(TEXT("a =?b?= c")));
	check(encoded_word_is_plain(TEXT("J\xc3\xb6rg")));
	check(!encoded_word_is_plain(TEXT("J\xf6rg")));
}

static void
words_split_in_mid_character_are_joined(void)
{
	check_good("=?utf-8?q?J=C3?= =?utf-8?q?=B6rg?=", "J\xc3\xb6rg");
	check_good("=?UTF-8?B?SsM=?=\r\n =?utf8?B?tnJn?=", "J\xc3\xb6rg");
	check_good("=?utf-8?q?J=C3?= =?utf-8?B?tnJn?=", "J\xc3\xb6rg");
	check_good("=?gb2312?B?1g==?= =?gb2312?B?0A==?=", "\xe4\xb8\xad");
	check_good("=?iso-2022-jp?B?GyRCRnwbKEI=?= =?iso-2022-jp?B?GyRCS1wbKEI=?=",
	    "\xe6\x97\xa5\xe6\x9c\xac");
	check_good("=?iso-2022-jp?B?GyRCRnw=?= x =?iso-2022-jp?Q?F|?=", "\xe6\x97\xa5 x F|");
	struct encoded_word_facts facts =
	    check_decoding_at(TEXT("=?utf-8?q?J=C3?= x"), TEXT("J\xef\xbf\xbd x"), __LINE__);
	check_number((long long)facts.undecodable, 1);
}

static void
words_inside_of_words_and_quotes_are_read(void)
{
	check_good("a=?utf-8?q?b?=c", "abc");
	check_good("\"=?utf-8?q?J=C3=B6rg?=\" <j@x>", "\"J\xc3\xb6rg\" <j@x>");
	check_good("=?utf-8?q?a?==?utf-8?q?b?=", "ab");
	check_good("=?utf-8?q?"
		   "?=",
	    "");
	check_good("=?utf-8?q?=3F=3D?=", "?=");
	check_good("==?utf-8?q?a?=", "=a");
}

static void
odd_words_give_what_they_have(void)
{
	check_malformed("=?utf-8?Q?a b c?= d", "a b c d");
	check_malformed("=?utf-8?Q?a=3?=", "a=3");
	check_malformed("=?utf-8?Q?a==41?=", "a=A");
	check_malformed("=?UTF-8?B?SsO2cmc?= x", "J\xc3\xb6rg x");
	check_malformed("=?UTF-8?B?SsO*2cmc=?= x", "J\xc3\xb6rg x");
	check_malformed("=?utf-8?Q?caf=C3=A9_au_l", "caf\xc3\xa9 au l");
	check_malformed("=?utf-8?Q?caf=C3=A9_au_l and more", "caf\xc3\xa9 au l and more");
	check_malformed("=?utf-8?Q?foo =?utf-8?Q?bar?=", "foobar");
	check_malformed("=?utf-8?B?Zm9v =?utf-8?Q?bar?= x", "foobar x");
	check_malformed("=?utf-8?B?Zm9vYg", "foob");
	check_good("=?utf-8?Q?folded\r\n_in?=", "folded in");
}

static void
what_is_no_word_stays(void)
{
	check_good("=?utf-8?X?abc?=", "=?utf-8?X?abc?=");
	check_good("=??Q?abc?=", "=??Q?abc?=");
	check_good("=?utf-8?Q", "=?utf-8?Q");
	check_good("=?utf-8?", "=?utf-8?");
	check_good("=?", "=?");
	check_good("=?ut f-8?Q?abc?=", "=?ut f-8?Q?abc?=");
	check_good("=? =?utf-8?Q?a?=", "=? a");
}

static void
no_header_line_can_be_forged(void)
{
	check_good("=?utf-8?Q?a=0AX-Spam:_no?= b", "a X-Spam: no b");
	check_good("=?utf-8?Q?a=0D=0A_b=00c?=", "a   b c");
	check_good("=?utf-8?B?YQoKYg==?=", "a  b");
	check_good("=?utf-16be?B?AGEACgBi?=", "a b");
	check_good("=?utf-7?Q?a+AAoACg-b?=", "a  b");
}

static void
raw_bytes_and_unknown_charsets_are_guessed(void)
{
	struct encoded_word_facts facts =
	    check_decoding_at(TEXT("caf\xe9 needle"), TEXT("caf\xc3\xa9 needle"), __LINE__);
	check(facts.guessed == 1 && !facts.malformed);
	facts = check_decoding_at(
	    TEXT("=?x-nope?Q?needle_=E9?= \xe9"), TEXT("needle \xc3\xa9 \xc3\xa9"), __LINE__);
	check(facts.unknown_charset && facts.guessed == 2);
	facts = check_decoding_at(TEXT("=?utf-8?Q?caf=E9?="), TEXT("caf\xef\xbf\xbd"), __LINE__);
	check(facts.undecodable == 1);
}

static void
many_charsets_have_a_bound(void)
{
	struct encoded_word_facts facts = {0};
	struct buffer body, out, wanted;

	buffer_init(&body, 100000);
	buffer_init(&out, 100000);
	buffer_init(&wanted, 100000);
	for (unsigned i = 0; i < 1000; i++) {
		buffer_append_format(&body, "=?iso-8859-%u?Q?a?= ", 2 + i % 14);
		buffer_append(&wanted, TEXT("a"));
	}
	buffer_append(&wanted, TEXT(" "));
	check(encoded_word_decode(buffer_text(&body), &out, &facts));
	check_text(buffer_text(&out), buffer_text(&wanted));
	check(facts.unknown_charset);
	buffer_clear(&body);
	buffer_clear(&out);
	buffer_clear(&wanted);
}

/* A mebibyte of each: done in a moment, if the time is linear. */
static void
hostile_bodies_take_linear_time(void)
{
	static const struct text patterns[] = {TEXT("=?a?q?"), TEXT("=?a?q? "), TEXT("=?"),
	    TEXT("=?a?q?x?= "), TEXT("=?a?q"), TEXT("?="), TEXT("=?=?"), TEXT("=?a?q?b=?x ")};
	struct buffer body, out;

	buffer_init(&body, 2000000);
	buffer_init(&out, 8000000);
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		buffer_reset(&body);
		buffer_reset(&out);
		while (body.size < 1048576)
			buffer_append(&body, patterns[i]);
		check(encoded_word_decode(buffer_text(&body), &out, NULL));
		check(out.size <= body.size);
	}
	buffer_clear(&body);
	buffer_clear(&out);
}

static void
a_full_buffer_keeps_what_it_had(void)
{
	struct buffer out;

	buffer_init(&out, 8);
	check(buffer_append(&out, TEXT("abc")));
	check(!encoded_word_decode(TEXT("=?utf-8?q?123456?="), &out, NULL));
	check_text(buffer_text(&out), TEXT("abc"));
	check(!encoded_word_append(&out, TEXT("J\xc3\xb6rg"), 0));
	check_text(buffer_text(&out), TEXT("abc"));
	buffer_clear(&out);
}

static void
check_writing_at(struct text value, size_t column, struct text wanted, int line)
{
	struct text copy = exact_copy(value);
	struct buffer out;

	buffer_init(&out, 100000);
	check_at(encoded_word_append(&out, copy, column), "fits", __FILE__, line);
	check_text_at(buffer_text(&out), wanted, __FILE__, line);
	buffer_clear(&out);
	free((void *)(uintptr_t)copy.data);
}

#define check_writing(value, column, wanted)                                                       \
	check_writing_at(TEXT(value), column, TEXT(wanted), __LINE__)

static void
values_are_written(void)
{
	check_writing("", 9, "");
	check_writing("plain text", 9, "plain text");
	check_writing("J\xc3\xb6rg", 9, "=?UTF-8?B?SsO2cmc=?=");
	check_writing("hello J\xc3\xb6rg and all", 9, "hello =?UTF-8?B?SsO2cmc=?= and all");
	check_writing("Gr\xc3\xbcnwald-Meier", 9, "=?UTF-8?Q?Gr=C3=BCnwald-Meier?=");
	check_writing("Gr\xc3\xbcn und bl\xc3\xa4ulich schimmernd", 9,
	    "=?UTF-8?Q?Gr=C3=BCn_und_bl=C3=A4ulich?= schimmernd");
	check_writing("\xe6\x97\xa5\xe6\x9c\xac", 9, "=?UTF-8?B?5pel5pys?=");
	check_writing("caf\xe9-au-lait", 9, "=?UTF-8?Q?caf=C3=A9-au-lait?=");
	check_writing("a\nBcc: x\r\n\0y", 9, "a Bcc: x   y");
	check_writing("\xc3\xa9\nBcc: x", 9, "=?UTF-8?B?w6k=?= Bcc: x");
	check_writing("=?utf-8?q?abcdefghijklmnopqrstuvwxyz?=", 9,
	    "=?UTF-8?Q?=3D=3Futf-8=3Fq=3Fabcdefghijklmnopqrstuvwxyz=3F=3D?=");
	check_writing("=?", 9, "=?UTF-8?B?PT8=?=");
	check_writing("\xc3\xa9", 70, "\n =?UTF-8?B?w6k=?=");
	check_writing("word \xc3\xa9", 65, "word\n =?UTF-8?B?w6k=?=");
}

static void
check_round_trip(struct text value, size_t column)
{
	struct buffer out, back;
	struct arena arena = {0};
	size_t width = column;

	buffer_init(&out, 100000);
	buffer_init(&back, 100000);
	check(encoded_word_append(&out, value, column));
	for (size_t i = 0; i < out.size; i++) {
		check((unsigned char)out.data[i] < 0x80);
		width = out.data[i] == '\n' ? 0 : width + 1;
		check(width <= 76 || i < 10);
	}
	struct text unfolded = header_unfold(&arena, buffer_text(&out));
	check(encoded_word_decode(unfolded, &back, NULL));
	arena_clear(&arena);
	check_text(text_trim(buffer_text(&back)), value);
	buffer_clear(&out);
	buffer_clear(&back);
}

static void
long_values_are_cut_at_characters_and_read_back(void)
{
	static const struct text units[] = {TEXT("\xc3\xa9"), TEXT("\xe6\x97\xa5"),
	    TEXT("\xf0\x9f\x98\x80"), TEXT("a\xc3\xa9 "), TEXT("=?\xc3\xa9?=_"),
	    TEXT("abc d\xc3\xbc")};

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		for (size_t count = 1; count < 120; count += 7) {
			struct buffer value;
			buffer_init(&value, 10000);
			for (size_t j = 0; j < count; j++)
				buffer_append(&value, units[i]);
			for (size_t column = 0; column < 90; column += 3)
				check_round_trip(text_trim(buffer_text(&value)), column);
			buffer_clear(&value);
		}
	}
}

int
main(void)
{
	test("the examples of RFC 2047 are read", the_examples_of_rfc_2047_are_read);
	test("plain text stays", plain_text_stays);
	test("words split in mid-character are joined", words_split_in_mid_character_are_joined);
	test(
	    "words inside of words and quotes are read", words_inside_of_words_and_quotes_are_read);
	test("odd words give what they have", odd_words_give_what_they_have);
	test("what is no word stays", what_is_no_word_stays);
	test("no header line can be forged by a word", no_header_line_can_be_forged);
	test("raw 8-bit bytes and unknown charsets are guessed",
	    raw_bytes_and_unknown_charsets_are_guessed);
	test("the charsets of one body have a bound", many_charsets_have_a_bound);
	test("hostile bodies take linear time", hostile_bodies_take_linear_time);
	test("a full buffer keeps what it had", a_full_buffer_keeps_what_it_had);
	test("values are written as encoded words", values_are_written);
	test("long values are cut at characters and read back",
	    long_values_are_cut_at_characters_and_read_back);
	return tests_end();
}
