/*
 * Files inside of plain text. The data were made by hand after the descriptions of uuencode (POSIX) and
 * yEnc 1.3: a byte is its value and 42, critical ones behind '=' and with 64 more.
 */
#include "mail/embedded_file.h"
#include "base/buffer.h"
#include "support/tap.h"

#include <stdint.h>

/* Decodes with the input cut into pieces of that size. */
static void
decode(const struct embedded_file *file, size_t cut, struct buffer *out, bool *malformed_out)
{
	static char piece[EMBEDDED_OUT_MIN];
	struct embedded_decoder decoder;
	size_t at = 0, got;

	embedded_decoder_init(&decoder, file);
	do {
		size_t end = at + cut < file->content.size ? at + cut : file->content.size;
		struct text input = text_slice(file->content, at, end);
		at = end;
		do {
			got = embedded_decoder_take(
			    &decoder, &input, at == file->content.size, piece, sizeof piece);
			buffer_append(out, (struct text){piece, got});
		} while (got > 0 || input.size > 0);
	} while (at < file->content.size);
	*malformed_out = decoder.malformed;
}

/* All files: "[name]content", with '!' in front of malformed ones; text between them is not shown. */
static void
check_files_at(struct text text, struct text wanted, int line)
{
	struct text copy = exact_copy(text);
	size_t position = 0, before = 0;
	struct embedded_file file;
	struct buffer out, again;
	bool malformed, malformed_again;

	buffer_init(&out, 100000);
	while (embedded_file_next(copy, &position, &file)) {
		check_at(position > before && position <= copy.size, "it moves on", __FILE__, line);
		check_at(file.bytes.data + file.bytes.size == copy.data + position, "the bytes",
		    __FILE__, line);
		before = position;
		buffer_append_format(&out, "%s[", file.malformed ? "!" : "");
		buffer_append(&out, file.name);
		buffer_append_byte(&out, ']');
		size_t begin = out.size;
		decode(&file, SIZE_MAX / 2, &out, &malformed);
		struct text decoded = text_slice(buffer_text(&out), begin, out.size);
		for (size_t cut = 1; cut < 200; cut += cut < 5 ? 1 : 61) {
			buffer_init(&again, 100000);
			decode(&file, cut, &again, &malformed_again);
			check_text_at(buffer_text(&again), decoded, __FILE__, line);
			check_at(malformed == malformed_again, "the same", __FILE__, line);
			buffer_clear(&again);
		}
	}
	check_text_at(buffer_text(&out), wanted, __FILE__, line);
	check_at(
	    !embedded_file_next(copy, &position, &file), "it stays at the end", __FILE__, line);
	buffer_clear(&out);
	free((void *)(uintptr_t)copy.data);
}

#define check_files(text, wanted) check_files_at(TEXT(text), TEXT(wanted), __LINE__)

/* "Cat" is "#0V%T". */
static void
uuencoded_files_are_found(void)
{
	check_files("hello\nbegin 644 cat.txt\n#0V%T\n`\nend\nbye\n", "[cat.txt]Cat");
	check_files("begin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n", "[cat.txt]Cat");
	check_files("begin 0644 my cat.txt\n#0V%T\n \nend", "[my cat.txt]Cat");
	check_files("begin 644 empty\n`\nend\n", "[empty]");
	check_files("begin 644 empty\nend\n", "[empty]");
	check_files(
	    "begin 644 a\n#0V%T\n`\nend\nbegin 644 b\n#0V%T\n#0V%T\n`\nend\n", "[a]Cat[b]CatCat");
	check_files("begin 644 sum\n#0V%TX\n`\nend\n", "[sum]Cat");
	/* "a" and two NUL are "#80" and two blanks, which were lost. */
	check_files("begin 644 x\n#0V%T\n#80\n`\nend\n", "[x]Cata\0\0");
}

static void
text_is_no_uuencoded_file(void)
{
	check_files("begin with the end\nin mind\n", "");
	check_files("begin 644 times\nfrom the start\nend\n", "");
	check_files("begin 64 x\n#0V%T\n`\nend\n", "");
	check_files("begin 999 x\n#0V%T\n`\nend\n", "");
	check_files("begin 644\n#0V%T\n`\nend\n", "");
	check_files(" begin 644 x\n#0V%T\n`\nend\n", "");
	check_files("begin 644 x\n\n\nend\n", "");
	check_files("begin 644 x\n`\nHello\n", "");
	check_files("begin 644 x", "");
	check_files("", "");
}

static void
damaged_uuencoded_files(void)
{
	check_files("begin 644 x\n#0V%T\n", "![x]Cat");
	check_files(
	    "begin 644 x\n#0V%T\nthis is text\nbegin 644 y\n#0V%T\n`\nend\n", "![x]Cat[y]Cat");
	check_files("begin 644 x\n#0V%T\n\n`\nend\n", "[x]Cat");
}

/* 42 more than each: "Cat" is 6D 8B 9E. */
#define CAT "\x6D\x8B\x9E"

static void
yenc_files_are_found(void)
{
	check_files("x\n=ybegin line=128 size=3 name=my cat.txt\n" CAT "\n=yend size=3\ny\n",
	    "[my cat.txt]Cat");
	check_files("=ybegin line=128 size=3 name=c\r\n" CAT "\r\n=yend size=3\r\n", "[c]Cat");
	/* NUL is '*'; what becomes NUL, LF, CR and '=' is escaped: bytes D6, E0, E3 and 13. */
	check_files(
	    "=ybegin line=128 size=5 name=c\n*=@=J=M=}\n=yend size=5\n", "[c]\0\xD6\xE0\xE3\x13");
	check_files("=ybegin line=2 size=6 name=c\n" CAT "\n" CAT "\n=yend size=6\n", "[c]CatCat");
	check_files("=ybegin line=128 size=0 name=c\n=yend size=0\n", "[c]");
}

static void
yenc_sizes_and_sums_are_checked(void)
{
	check_files("=ybegin line=128 size=3 name=c\n" CAT "\n=yend size=3 crc32=CRC\n", "![c]Cat");
	check_files("=ybegin line=128 size=3 name=c\n" CAT "\n=yend size=4\n", "![c]Cat");
	check_files("=ybegin line=128 size=4 name=c\n" CAT "\n=yend size=4\n", "![c]Cat");
	check_files("=ybegin line=128 size=3 name=c\n" CAT "\n=yend\n", "![c]Cat");
	check_files("=ybegin line=128 size=3 name=c\n" CAT "\n", "![c]Cat");
	check_files("=ybegin line=128 size=3 name=c\n" CAT "\n=ybegin line=128 size=3 name=d\n" CAT
		    "\n=yend size=3\n",
	    "![c]Cat[d]Cat");
	check_files("=ybegin line=128 name=c\n" CAT "\n=yend size=3\n", "");
	check_files("=ybegin line=128 size=3\n" CAT "\n=yend size=3\n", "");
	/* The check value of CRC-32: that of "123456789" is CBF43926. */
	check_files("=ybegin line=128 size=9 name=c\n[\\]^_`abc\n=yend size=9 crc32=cbf43926\n",
	    "[c]123456789");
	check_files("=ybegin line=128 size=9 name=c\n[\\]^_`abc\n=yend size=9 crc32=cbf43927\n",
	    "![c]123456789");
}

static void
parts_of_yenc_files(void)
{
	check_files("=ybegin part=2 line=128 size=12 name=c\n=ypart begin=4 end=12\n[\\]^_`abc\n"
		    "=yend size=9 part=2 pcrc32=CBF43926 crc32=00000000\n",
	    "[c]123456789");
	check_files("=ybegin part=2 line=128 size=12 name=c\n=ypart begin=4 end=11\n[\\]^_`abc\n"
		    "=yend size=9 part=2\n",
	    "![c]123456789");
	check_files("=ybegin part=2 line=128 size=12 name=c\n=ypart begin=4 end=13\n[\\]^_`abc\n"
		    "=yend size=9 part=2\n",
	    "![c]123456789");
	check_files(
	    "=ybegin part=2 line=128 size=9 name=c\n[\\]^_`abc\n=yend size=9\n", "![c]123456789");
}

/* '.' is byte 4. */
static void
doubled_dots_are_told_by_the_size(void)
{
	check_files("=ybegin line=128 size=3 name=c\n..++\n=yend size=3\n", "[c]\4\1\1");
	check_files("=ybegin line=128 size=4 name=c\n..++\n=yend size=4\n", "[c]\4\4\1\1");
	check_files("=ybegin line=3 size=6 name=c\n..++\n..++\n=yend size=6\n", "[c]\4\1\1\4\1\1");
	check_files("=ybegin line=128 size=2 name=c\n..++\n=yend size=2\n", "![c]\4\4\1\1");
}

int
main(void)
{
	test("uuencoded files are found and decoded", uuencoded_files_are_found);
	test("text is no uuencoded file", text_is_no_uuencoded_file);
	test("damaged uuencoded files give what they have", damaged_uuencoded_files);
	test("files of yEnc are found and decoded", yenc_files_are_found);
	test("sizes and checksums of yEnc are checked", yenc_sizes_and_sums_are_checked);
	test("parts of yEnc files have their own size and sum", parts_of_yenc_files);
	test("doubled dots of yEnc are told by the size", doubled_dots_are_told_by_the_size);
	return tests_end();
}
