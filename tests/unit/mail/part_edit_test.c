/*
 * Messages with parts exchanged and left out: a few by hand, byte for byte, and many that are made by
 * chance, where the trees of both are compared (tests/support/edited_tree.h).
 */
#include "mail/part_edit.h"
#include "mail/part_number.h"
#include "mail/transfer_encoding.h"
#include "support/edited_tree.h"
#include "support/tap.h"

#include <stdint.h>

static struct arena arena;

#define MIXED "A: 1\nContent-Type: multipart/mixed; boundary=b\nZ: 2\n\n"

/* What becomes of the part with that number: "-" removes it, anything else is its new body. */
static void
check_edit_at(struct text bytes, struct text number, const char *body, struct text wanted, int line)
{
	struct text copy = exact_copy(bytes);
	struct mime_tree tree = mime_tree_parse(&arena, copy, MIME_LIMITS_DEFAULT);
	struct part_edit edit = {.part = part_number_find(&tree, number),
	    .is_removed = strcmp(body, "-") == 0,
	    .header = TEXT("T: n\n"),
	    .body = text_from_string(body)};
	struct buffer out;

	buffer_init(&out, 10000);
	check_at(edit.part != NULL, "there is such a part", __FILE__, line);
	check_at(part_edit_apply(copy, &tree, &edit, 1, &out), "it fits", __FILE__, line);
	check_text_at(buffer_text(&out), wanted, __FILE__, line);
	buffer_clear(&out);
	free((void *)(uintptr_t)copy.data);
	arena_clear(&arena);
}

#define check_edit(bytes, number, body, wanted)                                                    \
	check_edit_at(TEXT(bytes), TEXT(number), body, TEXT(wanted), __LINE__)

static void
a_part_is_replaced(void)
{
	check_edit(MIXED "pre\n--b\nX: y\n\none\n--b\n\ntwo\n--b--\nepi\n", "1", "new",
	    MIXED "pre\n--b\nT: n\n\nnew\n--b\n\ntwo\n--b--\nepi\n");
	check_edit(MIXED "pre\n--b\nX: y\n\none\n--b\n\ntwo\n--b--\nepi\n", "2", "new",
	    MIXED "pre\n--b\nX: y\n\none\n--b\nT: n\n\nnew\n--b--\nepi\n");
	check_edit(MIXED "--b\n\none\n", "1", "new", MIXED "--b\nT: n\n\nnew\n");
	check_edit(MIXED "--b\n\none", "1", "new\n", MIXED "--b\nT: n\n\nnew\n");
	check_edit(MIXED "--b\nX: y\n--b--\n", "1", "new", MIXED "--b\nT: n\n\nnew\n--b--\n");
	check_edit(MIXED "--b", "1", "new", MIXED "--b\nT: n\n\nnew\n");
	check_edit(MIXED "--b\n\n--b--\n", "1", "new", MIXED "--b\nT: n\n\nnew\n--b--\n");
}

static void
a_part_is_removed(void)
{
	check_edit(MIXED "pre\n--b\nX: y\n\none\n--b\n\ntwo\n--b--\nepi\n", "1", "-",
	    MIXED "pre\n--b\n\ntwo\n--b--\nepi\n");
	check_edit(MIXED "pre\n--b\nX: y\n\none\n--b\n\ntwo\n--b--\nepi\n", "2", "-",
	    MIXED "pre\n--b\nX: y\n\none\n--b--\nepi\n");
	check_edit(MIXED "--b\n\none\n--b\n\ntwo\n", "2", "-", MIXED "--b\n\none");
	check_edit(MIXED "--b\n\none\n--b\n\ntwo\n--b--", "1", "-", MIXED "--b\n\ntwo\n--b--");
	check_edit(MIXED "--b\n\none\n--b\nX: y\n--b\n\nthree\n--b--", "2", "-",
	    MIXED "--b\n\none\n--b\n\nthree\n--b--");
	check_edit(MIXED "--b\nX: y\n--b\n\ntwo\n--b--", "2", "-", MIXED "--b\nX: y\n--b--");
	check_edit("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b \r\n\r\n"
		   "two\r\n--b--\r\n",
	    "2", "-",
	    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n");
}

static void
a_multipart_never_becomes_empty(void)
{
	check_edit(MIXED "--b\nX: y\n\none\n--b--\n", "1", "-",
	    MIXED "--b\nContent-Type: text/plain\n\n\n--b--\n");
}

static void
the_message_itself_keeps_its_other_fields(void)
{
	check_edit(MIXED "--b\n\none\n--b--\n", "", "new",
	    "A: 1\nZ: 2\nMIME-Version: 1.0\n"
	    "T: n\n\nnew\n");
	check_edit("A: 1\r\nMIME-Version: 1.0\r\ncontent-TYPE: image/png;\r\n name=x\r\nB: 2\r\n"
		   "\r\npicture",
	    "1", "new\r\n", "A: 1\r\nMIME-Version: 1.0\r\nB: 2\r\nT: n\n\r\nnew\r\n");
	check_edit("A: 1", "1", "new", "A: 1\nMIME-Version: 1.0\nT: n\n\nnew\n");
	check_edit("A: 1\n\r", "1", "new", "A: 1\nMIME-Version: 1.0\nT: n\n\nnew\n");
	check_edit("", "1", "new", "MIME-Version: 1.0\nT: n\n\nnew\n");
	check_edit(
	    "M: x\n\nbody\n", "1", "-", "M: x\nMIME-Version: 1.0\nContent-Type: text/plain\n\n");
}

static void
an_embedded_message_is_edited(void)
{
	check_edit("Content-Type: message/rfc822\n\nS: t\nContent-Type: image/png\n\nx\n", "1.1",
	    "new", "Content-Type: message/rfc822\n\nS: t\nMIME-Version: 1.0\nT: n\n\nnew\n");
	check_edit(MIXED "--b\nContent-Type: message/rfc822\n\n" MIXED "--b\n\none\n--b\n\ntwo\n"
			 "--b--\n\n--b--\n",
	    "1.1", "-",
	    MIXED "--b\nContent-Type: message/rfc822\n\n" MIXED "--b\n\ntwo\n"
		  "--b--\n\n--b--\n");
}

static void
what_does_not_fit_changes_nothing(void)
{
	struct text bytes = TEXT(MIXED "--b\n\none\n--b\n\ntwo\n--b--\n");
	struct mime_tree tree = mime_tree_parse(&arena, bytes, MIME_LIMITS_DEFAULT);
	struct part_edit edit = {.part = tree.root->first_child, .is_removed = true};
	struct buffer out;

	buffer_init(&out, 70);
	buffer_append(&out, TEXT("before"));
	check(!part_edit_apply(bytes, &tree, &edit, 1, &out));
	check_text(buffer_text(&out), TEXT("before"));
	buffer_clear(&out);
	arena_clear(&arena);
}

static void
no_edit_is_no_change(void)
{
	struct text bytes = TEXT(MIXED "pre\r\n--b\n\none\n--b\n\ntwo");
	struct mime_tree tree = mime_tree_parse(&arena, bytes, MIME_LIMITS_DEFAULT);
	struct buffer out;

	buffer_init(&out, 1000);
	check(part_edit_apply(bytes, &tree, NULL, 0, &out));
	check_text(buffer_text(&out), bytes);
	buffer_clear(&out);
	arena_clear(&arena);
}

/* --- Notices ------------------------------------------------------------------------------------ */

static void
check_notice_at(struct text utf8, struct text wanted, int line)
{
	struct text copy = exact_copy(utf8), rest;
	struct transfer_decoder decoder;
	struct part_edit edit = {0};
	static char decoded[16384];

	part_edit_notice(&arena, copy, TEXT("\n"), &edit);
	rest = edit.body;
	transfer_decoder_init(&decoder, TRANSFER_QUOTED_PRINTABLE);
	size_t size = transfer_decoder_take(&decoder, &rest, true, decoded, sizeof decoded);
	check_text_at((struct text){decoded, size}, wanted, __FILE__, line);
	check_at(!decoder.malformed, "it is well-formed", __FILE__, line);
	for (rest = edit.body; rest.size > 0;) {
		struct text row = text_split(&rest, '\n');
		check_at(row.size <= 76, "lines are short", __FILE__, line);
		check_at(!text_has_prefix(row, TEXT("-")), "no line is a boundary", __FILE__, line);
		check_at(!text_has_prefix(row, TEXT("From ")), "no separator", __FILE__, line);
		check_at(!text_has_prefix(row, TEXT(".")), "no end of data", __FILE__, line);
		check_at(!text_has_suffix(row, TEXT(" ")), "no blank at the end", __FILE__, line);
		check_at(text_is_ascii(row), "ASCII only", __FILE__, line);
	}
	free((void *)(uintptr_t)copy.data);
}

static void
a_notice_survives_any_transport(void)
{
	static char lines[4000];

	check_notice_at(TEXT("removed: a.exe\n"), TEXT("removed: a.exe"), __LINE__);
	check_notice_at(
	    TEXT("--b--\r\nFrom here\n.\nx \n\t\n"), TEXT("--b--\nFrom here\n.\nx \n\t"), __LINE__);
	check_notice_at(
	    TEXT("\xE2\x82\xAC = euro\0\x7F"), TEXT("\xE2\x82\xAC = euro\0\x7F"), __LINE__);
	check_notice_at(TEXT(""), TEXT(""), __LINE__);
	for (size_t i = 0; i < sizeof lines; i++)
		lines[i] = "-.F \xC3\xA4"[i % 6];
	check_notice_at(
	    (struct text){lines, sizeof lines}, (struct text){lines, sizeof lines}, __LINE__);
	struct part_edit edit = {0};
	part_edit_notice(&arena, TEXT("a\nb"), TEXT("\r\n"), &edit);
	check_text(edit.body, TEXT("a\r\nb"));
	check_text(edit.header, TEXT("Content-Type: text/plain; charset=utf-8\r\n"
				     "Content-Transfer-Encoding: quoted-printable\r\n"
				     "Content-Disposition: inline\r\n"));
	arena_clear(&arena);
}

/* --- By chance ---------------------------------------------------------------------------------- */

struct chance {
	uint64_t state;
	struct buffer out;
	unsigned boundaries;
};

static unsigned
chance_of(struct chance *chance, unsigned sides)
{
	chance->state =
	    chance->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(chance->state >> 33) % sides;
}

static void
put(struct chance *chance, const char *string)
{
	buffer_append(&chance->out, text_from_string(string));
}

static void
put_line_end(struct chance *chance)
{
	put(chance, chance_of(chance, 3) == 0 ? "\r\n" : "\n");
}

static void
put_line(struct chance *chance, const char *string)
{
	put(chance, string);
	put_line_end(chance);
}

static void
put_text(struct chance *chance)
{
	static const char *const texts[] = {"", "text", "-- ", "--", "--x--", "\r", "a\nb", "a\r\n",
	    "\n", " \n", "--B0", "--B1--x", "Content-Type: x/y", "\xFF\xFE"};

	put(chance, texts[chance_of(chance, sizeof texts / sizeof texts[0])]);
}

static void put_part(struct chance *chance, unsigned depth);

static void
put_multipart(struct chance *chance, unsigned depth)
{
	char boundary[16], line[80];
	unsigned parts = chance_of(chance, 5);

	/* Now and then one that is in use already. */
	snprintf(
	    boundary, sizeof boundary, "B%u", chance_of(chance, 8) == 0 ? 0 : chance->boundaries++);
	snprintf(line, sizeof line, "Content-Type: multipart/mixed; boundary=%s", boundary);
	put_line(chance, line);
	put_line_end(chance);
	if (chance_of(chance, 2) == 0) {
		put_text(chance);
		put_line_end(chance);
	}
	for (unsigned i = 0; i < parts; i++) {
		snprintf(
		    line, sizeof line, "--%s%s", boundary, chance_of(chance, 6) == 0 ? " " : "");
		put_line(chance, line);
		put_part(chance, depth + 1);
		if (chance_of(chance, 8) != 0)
			put_line_end(chance);
	}
	if (chance_of(chance, 4) == 0)
		return;
	snprintf(line, sizeof line, "--%s--", boundary);
	put(chance, line);
	if (chance_of(chance, 2) == 0) {
		put_line_end(chance);
		put_text(chance);
	}
}

static void
put_part(struct chance *chance, unsigned depth)
{
	unsigned kind = chance_of(chance, depth > 4 ? 3 : 6);

	if (chance_of(chance, 2) == 0)
		put_line(chance, "X-Field: some\n\tthing");
	if (kind >= 4) {
		put_multipart(chance, depth);
	} else if (kind == 3) {
		put_line(chance, "Content-Type: message/rfc822");
		put_line_end(chance);
		put_part(chance, depth + 1);
	} else if (kind > 0) {
		put_line(chance, "Content-Type: application/octet-stream");
		put_line_end(chance);
		put_text(chance);
	}
}

static bool
is_inside(const struct mime_part *part, const struct mime_part *outer)
{
	while (part != NULL && part != outer)
		part = part->parent;
	return part != NULL;
}

/* Edits of parts by chance; no part lies in another edit's part. */
static size_t
choose_edits(
    struct chance *chance, const struct mime_tree *tree, struct part_edit *edits, size_t room)
{
	const struct mime_part *part = tree->root;
	unsigned rarity = 1 + chance_of(chance, 6);
	size_t count = 0;

	while (part != NULL && count < room) {
		const struct mime_part *next = mime_tree_next(part);
		if (chance_of(chance, rarity + (part->parent == NULL ? 5 : 0)) == 0) {
			edits[count].part = part;
			edits[count].is_removed = chance_of(chance, 2) == 0;
			edits[count].header = TEXT("Content-Type: text/plain\nX-New: yes\n");
			edits[count].body = chance_of(chance, 3) == 0 ? TEXT("new\n") : TEXT("n");
			count++;
			while (next != NULL && is_inside(next, part))
				next = mime_tree_next(next);
		}
		part = next;
	}
	return count;
}

static void
all_other_bytes_stay_as_they_were(void)
{
	static struct part_edit edits[200];
	struct chance chance = {0};
	size_t edited = 0, rounds = 30000;

	buffer_init(&chance.out, 1000000);
	for (size_t seed = 0; seed < rounds && checks_failed == 0; seed++) {
		struct buffer out;
		chance.state = seed * 7919 + 1;
		chance.boundaries = 0;
		buffer_reset(&chance.out);
		put_line(&chance, "Subject: x");
		put_part(&chance, 0);
		struct text copy = exact_copy(buffer_text(&chance.out));
		struct mime_tree tree = mime_tree_parse(&arena, copy, MIME_LIMITS_DEFAULT);
		size_t count = choose_edits(&chance, &tree, edits, 200);
		buffer_init(&out, 2000000);
		check(part_edit_apply(copy, &tree, edits, count, &out));
		struct mime_tree after =
		    mime_tree_parse(&arena, buffer_text(&out), MIME_LIMITS_DEFAULT);
		const char *wrong = edited_tree_check(&tree, &after, edits, count);
		if (wrong != NULL) {
			printf("# seed %zu: %s\n", seed, wrong);
			check_text(buffer_text(&out), copy);
		}
		edited += count > 0;
		buffer_clear(&out);
		free((void *)(uintptr_t)copy.data);
		arena_clear(&arena);
	}
	check(edited > rounds / 3);
	buffer_clear(&chance.out);
}

int
main(void)
{
	test("a part is replaced, all else stays", a_part_is_replaced);
	test("a part is removed with its boundary line", a_part_is_removed);
	test("a multipart never becomes empty", a_multipart_never_becomes_empty);
	test(
	    "the message itself keeps its other fields", the_message_itself_keeps_its_other_fields);
	test("a part of an embedded message is edited", an_embedded_message_is_edited);
	test("what does not fit changes nothing", what_does_not_fit_changes_nothing);
	test("no edit is no change", no_edit_is_no_change);
	test("a notice survives any transport", a_notice_survives_any_transport);
	test("whatever the structure, all other bytes stay as they were",
	    all_other_bytes_stay_as_they_were);
	return tests_end();
}
