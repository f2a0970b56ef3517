/*
 * Parameter values: the examples of RFC 2231, and the forms that programs write instead. What is
 * wanted comes from the standards; where they are silent or broken, from doc/tolerance.md.
 */
#include "mail/parameter_value.h"
#include "support/tap.h"

#include <stdint.h>

#include "base/utf8.h"

static struct arena arena;

enum wanted { SOUND, DAMAGED };

static void
check_value_at(struct text body, struct text name, struct text wanted, enum wanted state, int line)
{
	struct text copy = exact_copy(body);
	struct content_type type = content_type_parse(&arena, copy);
	struct parameter_value value;

	check_at(parameter_value_find(&arena, &type, name, &value), "it is found", __FILE__, line);
	check_text_at(value.value, wanted, __FILE__, line);
	check_number_at(value.malformed, state == DAMAGED, "malformed", __FILE__, line);
	check_at(utf8_is_valid(value.value), "it is UTF-8", __FILE__, line);
	free((void *)(uintptr_t)copy.data);
	arena_clear(&arena);
}

#define check_value(body, wanted, state)                                                           \
	check_value_at(TEXT("x/y; " body), TEXT("name"), TEXT(wanted), state, __LINE__)

static void
examples_of_the_standard(void)
{
	/* RFC 2231, section 3. */
	check_value_at(TEXT("message/external-body; access-type=URL;\n URL*0=\"ftp://\";\n"
			    " URL*1=\"cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\""),
	    TEXT("url"), TEXT("ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"), SOUND,
	    __LINE__);
	/* Section 4. */
	check_value_at(TEXT("application/x-stuff;\n"
			    " title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A"),
	    TEXT("title"), TEXT("This is ***fun***"), SOUND, __LINE__);
	/* Section 4.1. */
	check_value_at(TEXT("application/x-stuff\r\n"
			    " ;title*0*=us-ascii'en'This%20is%20even%20more%20\r\n"
			    " ;title*1*=%2A%2A%2Afun%2A%2A%2A%20\r\n"
			    " ;title*2=\"isn't it!\""),
	    TEXT("title"), TEXT("This is even more ***fun*** isn't it!"), SOUND, __LINE__);
}

static void
language_and_absence(void)
{
	struct content_type type =
	    content_type_parse(&arena, TEXT("a/b; t*0*=utf-8'de'%C3%A4; t*1=b; tt=c; t*x=d"));
	struct parameter_value value;

	check(parameter_value_find(&arena, &type, TEXT("T"), &value));
	check_text(value.value, TEXT("\xC3\xA4"
				     "b"));
	check_text(value.language, TEXT("de"));
	check(!value.malformed && !value.truncated);
	check(!parameter_value_find(&arena, &type, TEXT("name"), &value));
	check(!parameter_value_find(&arena, &type, TEXT("t*x*"), &value));
	arena_clear(&arena);
}

static void
plain_values_stay(void)
{
	check_value("name=a.txt", "a.txt", SOUND);
	check_value("NAME=\"a b.txt\"", "a b.txt", SOUND);
	check_value("name=\"100%25.txt\"", "100%25.txt", SOUND);
	check_value("name=\"it's 'ok'\"", "it's 'ok'", SOUND);
	check_value("name=\"\"", "", SOUND);
	check_value("name=\"\xC3\xA4.txt\"", "\xC3\xA4.txt", SOUND);
	check_value("name=one; name=two", "one", SOUND);
}

static void
extended_values_are_decoded(void)
{
	check_value("name*=UTF-8''%e2%82%ac%20rates", "\xE2\x82\xAC rates", SOUND);
	check_value("name*=iso-8859-1''%A3%20rates", "\xC2\xA3 rates", SOUND);
	check_value("name*=iso-2022-jp''%1B%24B%24%22%1B%28B", "\xE3\x81\x82", SOUND);
	check_value("name*=utf-8''a'b'c", "a'b'c", SOUND);
	check_value("name*=''plain", "plain", SOUND);
	check_value("name*=\"utf-8''%C3%A4\"", "\xC3\xA4", SOUND);
	check_value("name*=utf-8''a%00b%0D%0Ac", "a\0b\r\nc", SOUND);
}

static void
a_character_may_be_cut_by_pieces(void)
{
	check_value("name*0*=utf-8''%E2%82; name*1*=%AC.txt", "\xE2\x82\xAC.txt", SOUND);
}

static void
the_extended_form_wins(void)
{
	check_value("name=plain; name*=utf-8''ext", "ext", SOUND);
	check_value("name*=utf-8''ext; name=plain", "ext", SOUND);
	check_value("name=plain; name*0=pie; name*1=ces", "pieces", SOUND);
	check_value("name*0=pie; name*1=ces; name*=utf-8''ext", "ext", SOUND);
	check_value("name*=utf-8''one; name*=utf-8''two", "one", SOUND);
}

static void
pieces_come_in_any_order(void)
{
	check_value("name*1=b; name*0=a; name*2=c", "abc", SOUND);
	check_value("name*10=k; name*1=b; name*0=a; name*2=c; name*3=d; name*4=e; name*5=f; "
		    "name*6=g; name*7=h; name*8=i; name*9=j",
	    "abcdefghijk", SOUND);
	check_value("name*0=a; name*0=x; name*1=b", "ab", DAMAGED);
	check_value("name*0*=utf-8''%C3%A4; name*0=x; name*1=%41", "\xC3\xA4%41", DAMAGED);
}

static void
gaps_and_late_beginnings(void)
{
	check_value("name*0=a; name*1=b; name*3=d", "ab", DAMAGED);
	check_value("name*1=b; name*2=c", "bc", DAMAGED);
	check_value("name*1*=utf-8''%C3%A4; name*2=c",
	    "\xC3\xA4"
	    "c",
	    DAMAGED);
	check_value("name*9999=b", "b", DAMAGED);
}

static void
broken_escapes_and_charsets(void)
{
	check_value("name*=utf-8''100%; size=1", "100%", DAMAGED);
	check_value("name*=utf-8''a%4", "a%4", DAMAGED);
	check_value("name*=utf-8''a%zz%41", "a%zzA", DAMAGED);
	check_value("name*=a%20b.txt", "a b.txt", DAMAGED);
	check_value("name*=utf-8'a%20b", "utf-8'a b", DAMAGED);
	check_value("name*=no-such-charset''%C3%A4", "\xC3\xA4", DAMAGED);
	check_value("name*=utf-8''%FFa",
	    "\xEF\xBF\xBD"
	    "a",
	    DAMAGED);
	check_value("name*0*=a%20; name*1*=b", "a b", DAMAGED);
	check_value("name*0=a; name*1*=%C3%A4", "a\xC3\xA4", SOUND);
}

static void
encoded_words_are_decoded(void)
{
	check_value("name=\"=?utf-8?Q?caf=C3=A9.txt?=\"", "caf\xC3\xA9.txt", SOUND);
	check_value("name==?utf-8?B?w6Q=?=", "\xC3\xA4", SOUND);
	check_value("name=\"=?utf-8?Q?a?=\r\n\t=?utf-8?Q?b.txt?=\"", "ab.txt", SOUND);
	check_value("name*0=\"=?utf-8?Q?caf=C3\"; name*1=\"=A9.txt?=\"", "caf\xC3\xA9.txt", SOUND);
	check_value("name*=\"=?utf-8?Q?caf=C3=A9?=\"", "caf\xC3\xA9", DAMAGED);
	check_value("name=\"=?nonsense\"", "=?nonsense", SOUND);
}

static void
eight_bit_bytes_are_guessed(void)
{
	check_value("name=\"caf\xE9.txt\"", "caf\xC3\xA9.txt", DAMAGED);
	check_value("name*=''caf%E9", "caf\xC3\xA9", DAMAGED);
}

static void
what_is_too_long_is_cut(void)
{
	enum { SIZE = 60000 };
	static char body[SIZE + 100];
	struct parameter_value value;
	int head = snprintf(body, sizeof body, "a/b; name*=koi8-r''");

	memset(body + head, '\xC1', SIZE);
	struct text copy = exact_copy((struct text){body, (size_t)head + SIZE});
	struct content_type type = content_type_parse(&arena, copy);
	check(parameter_value_find(&arena, &type, TEXT("name"), &value));
	check(value.truncated);
	check_number(value.value.size, PARAMETER_VALUE_MAX);
	check(utf8_is_valid(value.value));
	free((void *)(uintptr_t)copy.data);
	arena_clear(&arena);
}

int
main(void)
{
	test("the examples of RFC 2231 are read", examples_of_the_standard);
	test("the language is told, and what is not there is not found", language_and_absence);
	test("plain values stay as they are", plain_values_stay);
	test("extended values are decoded", extended_values_are_decoded);
	test("a character may be cut by pieces", a_character_may_be_cut_by_pieces);
	test("the extended form wins, then the pieces", the_extended_form_wins);
	test("pieces come in any order, the first of two counts", pieces_come_in_any_order);
	test("pieces end at a gap and may begin late", gaps_and_late_beginnings);
	test("broken escapes and charsets are read as far as they go", broken_escapes_and_charsets);
	test("encoded words in values are decoded", encoded_words_are_decoded);
	test("8-bit bytes are read by guess", eight_bit_bytes_are_guessed);
	test("what is too long is cut at a character", what_is_too_long_is_cut);
	return tests_end();
}
