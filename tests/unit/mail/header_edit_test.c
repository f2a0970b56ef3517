/*
 * Edits of a header block: exact bytes of what is written, and of what must stay as it was. Expected
 * texts are written by hand from the RFCs.
 */
#include <stdint.h>

#include "base/arena.h"
#include "mail/encoded_word.h"
#include "mail/header.h"
#include "mail/header_edit.h"
#include "support/tap.h"

enum { ROOM = 16 * 1024 * 1024 };

static struct arena arena;

static struct text
as_text(const char *data, size_t size)
{
	return (struct text){data, size};
}

/* One edit out of "+Name: value" (add), "=Name: value" (set), "-Name" (delete). */
static struct header_edit
read_edit(struct text line)
{
	struct text value = text_slice(line, 1, line.size), name = text_split(&value, ':');

	return (struct header_edit){
	    .kind = line.data[0] == '+'   ? HEADER_EDIT_ADD
		    : line.data[0] == '=' ? HEADER_EDIT_SET
					  : HEADER_EDIT_DELETE,
	    .name = name,
	    .value = text_slice(value, value.size > 0, value.size),
	};
}

/* The block after the edits, which are separated by |. */
static struct text
edited(struct text block, const char *script)
{
	struct text exact = exact_copy(block), rest = text_from_string(script);
	struct header_edit edits[32];
	struct buffer out;
	size_t count = 0;

	while (rest.size > 0)
		edits[count++] = read_edit(text_split(&rest, '|'));
	buffer_init(&out, ROOM);
	check(header_edit_apply(exact, header_edit_line_end(exact), edits, count, &out));
	struct text result = arena_copy_text(&arena, buffer_text(&out));
	buffer_clear(&out);
	free((void *)(uintptr_t)exact.data);
	return result;
}

static struct text
field(const char *name, struct text value)
{
	struct text exact = exact_copy(value);
	struct buffer out;

	buffer_init(&out, ROOM);
	header_edit_append_field(text_from_string(name), exact, TEXT("\n"), &out);
	check(!buffer_is_overfull(&out));
	struct text result = arena_copy_text(&arena, buffer_text(&out));
	buffer_clear(&out);
	free((void *)(uintptr_t)exact.data);
	return result;
}

static void
fields_are_added_in_front(void)
{
	check_text(edited(TEXT("A: 1\nB: 2\n"), "+X: y"), TEXT("X: y\nA: 1\nB: 2\n"));
	check_text(edited(TEXT("A: 1\n"), "+X: y|+A: 0|+X: z"), TEXT("X: z\nA: 0\nX: y\nA: 1\n"));
	check_text(edited(TEXT(""), "+X: y"), TEXT("X: y\n"));
	check_text(edited(TEXT("A: 1"), "+X: y"), TEXT("X: y\nA: 1"));
	check_text(edited(TEXT("A: 1\n"), "+X:"), TEXT("X:\nA: 1\n"));
}

static void
fields_are_set_in_their_place(void)
{
	check_text(
	    edited(TEXT("A: 1\nB: 2\nC: 3\nb : 4\nB:\n 5\n"), "=b: x"), TEXT("A: 1\nb: x\nC: 3\n"));
	check_text(edited(TEXT("A: 1\n"), "=B: x"), TEXT("B: x\nA: 1\n"));
	check_text(edited(TEXT("A: 1\nB: 2"), "=B: x"), TEXT("A: 1\nB: x\n"));
	check_text(edited(TEXT("A: 1\n b\n c\nB: 2\n"), "=A: x"), TEXT("A: x\nB: 2\n"));
	check_text(edited(TEXT("AA: 1\nA: 2\n"), "=A: x"), TEXT("AA: 1\nA: x\n"));
}

static void
fields_are_removed_with_their_folds(void)
{
	check_text(edited(TEXT("A: 1\nB: 2\n c\n\td\nb:3\nC: 4\n"), "-B"), TEXT("A: 1\nC: 4\n"));
	check_text(edited(TEXT("A: 1\n"), "-A"), TEXT(""));
	check_text(edited(TEXT("A: 1\n"), "-B"), TEXT("A: 1\n"));
	check_text(edited(TEXT(""), "-B"), TEXT(""));
}

static void
edits_come_to_what_they_would_one_by_one(void)
{
	static const char *const scripts[] = {"+A: x|=A: y", "=A: x|+A: y", "=A: x|=A: y",
	    "-A|=A: x", "-A|+A: x|-A", "=A: x|-A", "=A: x|+A: y|=A: z", "+A: x|+A: y|=A: z",
	    "=Z: x|=Z: y", "=Z: x|+Z: y|=Z: z", "=Z: x|+B: y|-Z|=Z: w",
	    "+Z: a|=Z: b|=A: c|+Z: d|-B|=B: e", "=Z: x|+Y: y|=Z: z",
	    "-A|=A: x|+A: y|=a: z|-Z|+z: w", "=A: 1|-B|=A: 2|+B: 3|+A: 4"};
	static const struct text blocks[] = {TEXT("A: 1\nB: 2\na: 3\nC: 4\n"), TEXT(""),
	    TEXT("B: 1\n"), TEXT(" stray\nA: 1\n"), TEXT("Z: 1\nA: 2\nZ: 3\n")};

	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
		for (size_t j = 0; j < sizeof blocks / sizeof *blocks; j++) {
			struct text rest = text_from_string(scripts[i]), step = blocks[j];
			while (rest.size > 0) {
				struct text one = text_split(&rest, '|');
				step = edited(step, arena_copy_string(&arena, one));
			}
			check_text(edited(blocks[j], scripts[i]), step);
		}
}

static void
all_else_stays_byte_for_byte(void)
{
	struct text odd =
	    TEXT("From joe Mon\nno colon\nA : 1\n\t folded  \nB\xff: \0\x01 2\r\n: none\n"
		 "C:3\r\n  x\nD: =?x?q?y?= \xe9\n");
	char wanted[256] = "X: y\n";

	memcpy(wanted + 5, odd.data, odd.size);
	check_text(edited(odd, "+X: y|-Q|-R"), as_text(wanted, odd.size + 5));
	check_text(edited(TEXT("no colon\n: none\nA b: 1\nA: 2\n"), "-A"),
	    TEXT("no colon\n: none\nA b: 1\n"));
}

static void
nothing_is_continued_by_a_stray_fold(void)
{
	check_text(
	    edited(TEXT(" stray\n\tmore\nA: 1\n"), "+X: y"), TEXT(" stray\n\tmore\nX: y\nA: 1\n"));
	check_text(edited(TEXT("\tstray"), "+X: y"), TEXT("\tstray\nX: y\n"));
}

static void
line_ends_are_the_message_s(void)
{
	check_text(
	    edited(TEXT("A: 1\r\nB: 2\r\n"), "+X: y|=B: z"), TEXT("X: y\r\nA: 1\r\nB: z\r\n"));
	check_text(edited(TEXT("A: 1\nB: 2\r\n"), "+X: y"), TEXT("X: y\nA: 1\nB: 2\r\n"));
	check_text(header_edit_line_end(TEXT("\r\nbody\n")), TEXT("\r\n"));
	check_text(header_edit_line_end(TEXT("\nbody\r\n")), TEXT("\n"));
	check_text(header_edit_line_end(TEXT("A: 1")), TEXT("\n"));
	check_text(header_edit_line_end(TEXT("A: 1\r")), TEXT("\n"));
	check_text(header_edit_line_end(TEXT("")), TEXT("\n"));
}

static void
values_stay_on_their_line(void)
{
	check_text(field("X", TEXT("a\nEvil: b")), TEXT("X: a Evil: b\n"));
	check_text(field("X", TEXT("a\r\nb\rc\n\nd")), TEXT("X: a b c  d\n"));
	check_text(field("X", TEXT("a\0b\x7f\x01\x1b[2J\tc")), TEXT("X: a b   [2J\tc\n"));
	check_text(field("X", TEXT(" \n a \r\n\r\n")), TEXT("X: a\n"));
	check_text(field("X", TEXT("")), TEXT("X:\n"));
	check_text(field("X", TEXT(" \n\0")), TEXT("X:\n"));
}

static void
long_values_are_folded_at_blanks(void)
{
	/* "X-Long:" and seven words of ten bytes with their blanks are 84 bytes: six fit into 78. */
	check_text(field("X-Long", TEXT("aaaaaaaaa1 aaaaaaaaa2 aaaaaaaaa3 aaaaaaaaa4 aaaaaaaaa5 "
					"aaaaaaaaa6 aaaaaaaaa7 b")),
	    TEXT("X-Long: aaaaaaaaa1 aaaaaaaaa2 aaaaaaaaa3 aaaaaaaaa4 aaaaaaaaa5 aaaaaaaaa6\n"
		 " aaaaaaaaa7 b\n"));
	char word[300], wanted[400];
	memset(word, 'w', sizeof word);
	/* A word is not broken, and not put on a line behind the bare name. */
	snprintf(wanted, sizeof wanted, "X: %.300s\n\tx\n", word);
	char value[310];
	snprintf(value, sizeof value, "%.300s\tx", word);
	check_text(field("X", text_from_string(value)), text_from_string(wanted));
}

static void
other_letters_become_encoded_words(void)
{
	check_text(field("Subject", TEXT("Gr\xc3\xbc\xc3\x9f"
					 "e an alle")),
	    TEXT("Subject: =?UTF-8?B?R3LDvMOfZQ==?= an alle\n"));
	/* The blank between two of them is one of the encoded text. */
	check_text(field("From", TEXT("J\xc3\xbcrgen M\xc3\xbcller <j@example.org>")),
	    TEXT("From: =?UTF-8?B?SsO8cmdlbiBNw7xsbGVy?= <j@example.org>\n"));
	check_text(field("X", TEXT("=?utf-8?q?a?= b")), TEXT("X: =?utf-8?q?a?= b\n"));
	check_text(field("X", TEXT("caf\xe9 =_?")), TEXT("X: =?UTF-8?B?Y2Fmw6k=?= =_?\n"));
}

/* Every line at most 78 bytes, every encoded word at most 75; they read as what was written. */
static void
long_encoded_values_are_split(void)
{
	struct buffer value, back;

	buffer_init(&value, ROOM);
	buffer_init(&back, ROOM);
	for (unsigned i = 0; i < 100; i++)
		buffer_append(&value, TEXT("\xe2\x82\xac "));
	buffer_append(&value, TEXT("\xc3\xa4 and ASCII again"));
	struct text written = field("X", buffer_text(&value)), rest = written;
	size_t lines = 0;
	while (rest.size > 0) {
		struct text line = text_split(&rest, '\n');
		check(line.size <= 78);
		struct text word = text_slice(line, lines++ == 0 ? 3 : 1, line.size);
		check(
		    rest.size == 0 || (word.size <= 75 && text_has_prefix(word, TEXT("=?UTF-8?")) &&
					  text_has_suffix(word, TEXT("?="))));
	}
	check(lines > 5);
	check(encoded_word_decode(
	    header_unfold(&arena, text_slice(written, 3, written.size)), &back, NULL));
	check_text(text_trim(buffer_text(&back)), buffer_text(&value));
	buffer_clear(&back);
	buffer_clear(&value);
}

static void
twenty_thousand_fields_are_one_walk(void)
{
	struct buffer block;

	buffer_init(&block, ROOM);
	for (unsigned i = 0; i < 20000; i++)
		buffer_append_format(&block, "X-%u: %u\nY: %u\n", i, i, i);
	struct text result = edited(buffer_text(&block), "-Y|=X-19999: last|+Z: first");
	struct text rest = result, first = text_split(&rest, '\n');
	check_text(first, TEXT("Z: first"));
	size_t lines = 1;
	struct text line = first;
	for (; rest.size > 0; lines++)
		line = text_split(&rest, '\n');
	check_number(lines, 20001);
	check_text(line, TEXT("X-19999: last"));
	buffer_clear(&block);
}

static void
what_does_not_fit_is_said(void)
{
	struct header_edit edit = {HEADER_EDIT_ADD, TEXT("X"), TEXT("0123456789")};
	struct buffer out;

	for (size_t room = 0; room < 20; room++) {
		buffer_init(&out, room);
		check(
		    header_edit_apply(TEXT("A: 1\n"), TEXT("\n"), &edit, 1, &out) == (room >= 19));
		buffer_clear(&out);
	}
}

static void
names_are_checked(void)
{
	char name[HEADER_EDIT_NAME_MAX + 1];

	memset(name, 'n', sizeof name);
	check(header_edit_is_name(TEXT("X-Spam_Flag!")));
	check(header_edit_is_name((struct text){name, HEADER_EDIT_NAME_MAX}));
	check(!header_edit_is_name((struct text){name, sizeof name}));
	check(!header_edit_is_name(TEXT("")));
	check(!header_edit_is_name(TEXT("X:")));
	check(!header_edit_is_name(TEXT("X Y")));
	check(!header_edit_is_name(TEXT("X\n")));
	check(!header_edit_is_name(TEXT("X\0")));
	check(!header_edit_is_name(TEXT("X\x7f")));
	check(!header_edit_is_name(TEXT("\xc3\xbc")));
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test("fields are added in front", fields_are_added_in_front);
	test("fields are set in the place of the first", fields_are_set_in_their_place);
	test("fields are removed with their folds", fields_are_removed_with_their_folds);
	test("edits together come to what they would one by one",
	    edits_come_to_what_they_would_one_by_one);
	test("all other fields and lines stay byte for byte", all_else_stays_byte_for_byte);
	test("a stray fold at the beginning continues no new field",
	    nothing_is_continued_by_a_stray_fold);
	test("line ends are those of the message", line_ends_are_the_message_s);
	test("a value never leaves its field", values_stay_on_their_line);
	test("long values are folded at blanks", long_values_are_folded_at_blanks);
	test("letters outside of ASCII become encoded words", other_letters_become_encoded_words);
	test("long encoded values are split between characters", long_encoded_values_are_split);
	test("twenty thousand fields are edited", twenty_thousand_fields_are_one_walk);
	test("what does not fit into the buffer is said", what_does_not_fit_is_said);
	test("names of fields are checked", names_are_checked);
	arena_clear(&arena);
	return tests_end();
}
