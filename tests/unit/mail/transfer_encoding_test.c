/*
 * Transfer encodings: each body is decoded as a whole, cut in two at every byte, byte by byte, and
 * into the smallest output; the results and the facts must be equal.
 */
#include "mail/transfer_encoding.h"
#include "support/tap.h"

#include <stdint.h>

#include "base/buffer.h"

static bool
decode_cut(enum transfer_encoding encoding, struct text source, size_t first, size_t step,
    size_t room, struct buffer *out)
{
	struct transfer_decoder decoder;
	char *piece = malloc(room);

	transfer_decoder_init(&decoder, encoding);
	for (size_t from = 0; from < source.size || from == 0;) {
		size_t size, to = from == 0 && first > 0 ? first : from + step;
		struct text copy = exact_copy(text_slice(source, from, to)), input = copy;
		bool is_last = to >= source.size;
		do {
			size_t before = input.size;
			size = transfer_decoder_take(&decoder, &input, is_last, piece, room);
			check(size <= room && (size > 0 || input.size < before || before == 0));
			buffer_append(out, (struct text){piece, size});
		} while (input.size > 0 || (is_last && size > 0));
		free((void *)(uintptr_t)copy.data);
		from = to;
	}
	free(piece);
	return decoder.malformed;
}

static void
check_decoding_at(enum transfer_encoding encoding, bool malformed, struct text source,
    struct text wanted, int line)
{
	struct buffer whole, cut;

	buffer_init(&whole, 1000000);
	buffer_init(&cut, 1000000);
	bool got = decode_cut(encoding, source, 0, source.size + 1, 8192, &whole);
	check_text_at(buffer_text(&whole), wanted, __FILE__, line);
	check_number_at(got, malformed, "malformed", __FILE__, line);
	for (size_t first = 0; first < source.size && checks_failed == 0; first++) {
		buffer_reset(&cut);
		got = decode_cut(
		    encoding, source, first, first == 0 ? 1 : source.size, TRANSFER_OUT_MIN, &cut);
		check_text_at(buffer_text(&cut), wanted, __FILE__, line);
		check_number_at(got, malformed, "malformed when cut", __FILE__, line);
	}
	buffer_clear(&whole);
	buffer_clear(&cut);
}

#define check_good(encoding, source, wanted)                                                       \
	check_decoding_at(TRANSFER_##encoding, false, TEXT(source), TEXT(wanted), __LINE__)
#define check_malformed(encoding, source, wanted)                                                  \
	check_decoding_at(TRANSFER_##encoding, true, TEXT(source), TEXT(wanted), __LINE__)

static void
check_name_at(struct text body, enum transfer_encoding wanted, bool wanted_unknown, int line)
{
	struct text copy = exact_copy(body);
	bool is_unknown;

	check_number_at(
	    transfer_encoding_parse(copy, &is_unknown), wanted, body.data, __FILE__, line);
	check_number_at(is_unknown, wanted_unknown, body.data, __FILE__, line);
	free((void *)(uintptr_t)copy.data);
}

#define check_name(body, wanted, unknown) check_name_at(TEXT(body), wanted, unknown, __LINE__)

static void
names_are_read_as_they_are_met(void)
{
	check_name("", TRANSFER_IDENTITY, false);
	check_name(" 7bit", TRANSFER_IDENTITY, false);
	check_name("8BIT\r\n", TRANSFER_IDENTITY, false);
	check_name("binary", TRANSFER_IDENTITY, false);
	check_name("Quoted-Printable", TRANSFER_QUOTED_PRINTABLE, false);
	check_name(" base64", TRANSFER_BASE64, false);
	check_name("\r\n\tbase64 ", TRANSFER_BASE64, false);
	check_name("(a comment) base64(another)", TRANSFER_BASE64, false);
	check_name("\"base64\"", TRANSFER_BASE64, false);
	check_name("base64; x=y", TRANSFER_BASE64, false);
	check_name("x-uuencode", TRANSFER_UUENCODE, false);
	check_name("UUENCODE", TRANSFER_UUENCODE, false);
	check_name("x-nope", TRANSFER_IDENTITY, true);
	check_name("base6", TRANSFER_IDENTITY, true);
	check_name("(only a comment", TRANSFER_IDENTITY, false);
}

static void
quoted_printable_is_decoded(void)
{
	check_good(IDENTITY, "a=20b\n", "a=20b\n");
	check_good(QUOTED_PRINTABLE, "", "");
	check_good(QUOTED_PRINTABLE, "caf=C3=A9 au lait\r\n", "caf\xc3\xa9 au lait\r\n");
	/* RFC 2045, section 6.7. */
	check_good(QUOTED_PRINTABLE,
	    "Now's the time =\r\nfor all folk to come=\r\n to the aid of their country.",
	    "Now's the time for all folk to come to the aid of their country.");
	check_good(QUOTED_PRINTABLE, "soft=  \t\nbreak", "softbreak");
	check_good(QUOTED_PRINTABLE, "soft= \r\nbreak", "softbreak");
	check_good(QUOTED_PRINTABLE, "=c3=a9=C3=a9", "\xc3\xa9\xc3\xa9");
	check_good(QUOTED_PRINTABLE, "at the end=", "at the end");
	check_good(QUOTED_PRINTABLE, "at the end= \r", "at the end");
	check_good(QUOTED_PRINTABLE, "blanks  \nstay \t", "blanks  \nstay \t");
	check_good(QUOTED_PRINTABLE, "=00=0A=3D=3d", "\0\n==");
	check_good(QUOTED_PRINTABLE, "caf\xe9", "caf\xe9");
}

static void
stray_escapes_stay(void)
{
	check_malformed(QUOTED_PRINTABLE, "a=b", "a=b");
	check_malformed(QUOTED_PRINTABLE, "a =3 b =zz =", "a =3 b =zz ");
	check_malformed(QUOTED_PRINTABLE, "==3D=", "==");
	check_malformed(QUOTED_PRINTABLE, "x=4", "x=4");
	check_malformed(QUOTED_PRINTABLE, "=4=41", "=4A");
	check_malformed(QUOTED_PRINTABLE, "a=  b", "a=  b");
	check_malformed(QUOTED_PRINTABLE, "a=\rb", "a=\rb");
	check_good(QUOTED_PRINTABLE, "a=\r\r\nb= \r\t\nc", "abc");
	check_malformed(QUOTED_PRINTABLE, "<a href=\"x\">", "<a href=\"x\">");
}

static void
endless_padding_is_text(void)
{
	struct buffer source;

	buffer_init(&source, 100000);
	buffer_append(&source, TEXT("="));
	for (size_t i = 0; i < 3000; i++)
		buffer_append_byte(&source, ' ');
	buffer_append(&source, TEXT("\nend"));
	check_decoding_at(
	    TRANSFER_QUOTED_PRINTABLE, true, buffer_text(&source), buffer_text(&source), __LINE__);
	buffer_clear(&source);
}

static void
base64_is_decoded(void)
{
	/* RFC 4648, section 10. */
	check_good(BASE64, "", "");
	check_good(BASE64, "Zg==", "f");
	check_good(BASE64, "Zm8=", "fo");
	check_good(BASE64, "Zm9v", "foo");
	check_good(BASE64, "Zm9vYg==", "foob");
	check_good(BASE64, "Zm9vYmE=", "fooba");
	check_good(BASE64, "Zm9vYmFy", "foobar");
	check_good(BASE64, "Zm9v\r\nYmFy\r\n", "foobar");
	check_good(BASE64, "Z m 9\tv\nY\nm\nFy", "foobar");
	check_good(BASE64,
	    "VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5\r\nIGRvZywgYW5kIHRoZW4g"
	    "c29tZSBtb3JlLgA/+++//w==\r\n",
	    "The quick brown fox jumps over the lazy dog, and then some more.\0?\xfb\xef\xbf\xff");
	check_good(BASE64, "QQ\n=\n=\n", "A");
}

static void
base64_with_noise_is_decoded(void)
{
	check_malformed(BASE64, "Zm9*v!YmFy", "foobar");
	check_malformed(BASE64, "Zm9vYmE", "fooba");
	check_malformed(BASE64, "Zm9vYg", "foob");
	check_malformed(BASE64, "Zm9vY", "foo");
	check_malformed(BASE64, "Zg==Zm8=", "ffo");
	check_malformed(BASE64, "Zm8=\nYmFyYmFyYmFyYmFy", "fobarbarbarbar");
	check_malformed(BASE64, "Zm9vY===Zm9v", "foofoo");
	check_malformed(BASE64, "=Zm9v", "foo");
	check_malformed(BASE64, "Zg=", "f");
	check_malformed(BASE64, "Zg===", "f");
	check_malformed(BASE64, "Zm8==", "fo");
	check_good(BASE64, "Zg=\r\n=\r\n", "f");
	check_malformed(BASE64,
	    "Zm9v\0Ym\x80"
	    "Fy",
	    "foobar");
}

static void
uuencode_is_decoded(void)
{
	check_good(UUENCODE, "begin 644 cat.txt\n#0V%T\n`\nend\n", "Cat");
	check_good(UUENCODE, "begin 644 x\r\n#0V%T\r\n \r\nend\r\n", "Cat");
	check_good(UUENCODE, "see below\n\nbegin 600 a b\n#0V%T\nend\n-- \nbye",
	    "see below\n\nCat-- \nbye");
	check_good(UUENCODE,
	    "begin 644 wikipedia-url.txt\n::'1T<#HO+W=W=RYW:6MI<&5D:6$N;W)G#0H \n`\nend\n",
	    "http://www.wikipedia.org\r\n");
	check_good(UUENCODE,
	    "begin 644 lost-blanks\n::'1T<#HO+W=W=RYW:6MI<&5D:6$N;W)G#0H\n`\nend\n",
	    "http://www.wikipedia.org\r\n");
	check_good(UUENCODE, "begin with me\nbegin 9 x\n", "begin with me\nbegin 9 x\n");
	check_good(UUENCODE, "begin 644 x\n#0V%TZZ\n`\nend", "Cat");
	check_malformed(UUENCODE, "begin 644 x\n#0V%T\nplain text\n", "Catplain text\n");
	check_malformed(UUENCODE, "begin 644 x\n#0V%T", "Cat");
}

static void
long_lines_are_no_uuencoded_data(void)
{
	struct buffer source, wanted;

	buffer_init(&source, 100000);
	buffer_init(&wanted, 100000);
	for (size_t i = 0; i < 700; i++)
		buffer_append_byte(&wanted, 'M');
	buffer_append(&wanted, TEXT("\n"));
	buffer_append(&source, TEXT("begin 644 x\n"));
	buffer_append(&source, buffer_text(&wanted));
	buffer_append(&source, TEXT("#0V%T\nend\n"));
	buffer_append(&wanted, TEXT("Cat"));
	check_decoding_at(
	    TRANSFER_UUENCODE, true, buffer_text(&source), buffer_text(&wanted), __LINE__);
	buffer_clear(&source);
	buffer_clear(&wanted);
}

/* All bytes, written by a plain encoder, in lines of every length. */
static void
every_byte_comes_back(void)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char all[258];

	for (unsigned i = 0; i < sizeof all; i++)
		all[i] = (char)(i * 7);
	for (size_t line = 1; line < 90; line++) {
		struct buffer base64, quoted;
		buffer_init(&base64, 10000);
		buffer_init(&quoted, 10000);
		for (size_t i = 0; i < sizeof all * 8 / 6; i++) {
			unsigned value = 0;
			for (size_t bit = i * 6; bit < i * 6 + 6; bit++)
				value = value << 1 |
					((unsigned char)all[bit / 8] >> (7 - bit % 8) & 1U);
			buffer_append_byte(&base64, digits[value]);
			if (i % line == 0)
				buffer_append(&base64, TEXT("\r\n"));
		}
		for (size_t i = 0; i < sizeof all; i++) {
			buffer_append_format(&quoted, "=%02X", (unsigned char)all[i]);
			if (i % line == 0)
				buffer_append(&quoted, TEXT("=\r\n"));
		}
		struct text wanted = {all, sizeof all};
		check_decoding_at(TRANSFER_BASE64, false, buffer_text(&base64), wanted, __LINE__);
		check_decoding_at(
		    TRANSFER_QUOTED_PRINTABLE, false, buffer_text(&quoted), wanted, __LINE__);
		buffer_clear(&base64);
		buffer_clear(&quoted);
	}
}

/* Wide registers take what is whole and long enough; short pieces never get there. */
static void
any_byte_reads_the_same_in_pieces(void)
{
	char lines[2 * 77 + 40];
	struct buffer whole, pieces;

	buffer_init(&whole, 1000);
	buffer_init(&pieces, 1000);
	for (size_t at = 0; at < 2 * 77; at++) {
		for (unsigned byte = 0; byte < 256 && checks_failed == 0; byte++) {
			memset(lines, 'k', sizeof lines);
			lines[76] = lines[2 * 77 - 1] = '\n';
			lines[at] = (char)byte;
			buffer_reset(&whole);
			buffer_reset(&pieces);
			struct text source = {lines, sizeof lines};
			bool is_whole = decode_cut(
			    TRANSFER_BASE64, source, 0, sizeof lines, TRANSFER_OUT_MIN, &whole);
			bool in_pieces =
			    decode_cut(TRANSFER_BASE64, source, 0, 16, TRANSFER_OUT_MIN, &pieces);
			check_text(buffer_text(&whole), buffer_text(&pieces));
			check_number(is_whole, in_pieces);
		}
	}
	buffer_clear(&whole);
	buffer_clear(&pieces);
}

int
main(void)
{
	test("names are read as they are met", names_are_read_as_they_are_met);
	test("quoted-printable is decoded", quoted_printable_is_decoded);
	test("stray escapes stay", stray_escapes_stay);
	test("endless padding of a soft break is text", endless_padding_is_text);
	test("base64 is decoded", base64_is_decoded);
	test("base64 with noise, without padding and concatenated is decoded",
	    base64_with_noise_is_decoded);
	test("any byte anywhere in base64 reads the same in short pieces",
	    any_byte_reads_the_same_in_pieces);
	test("uuencode is decoded, the text around it stays", uuencode_is_decoded);
	test("lines that are too long are no uuencoded data", long_lines_are_no_uuencoded_data);
	test("every byte comes back from lines of every length", every_byte_comes_back);
	return tests_end();
}
