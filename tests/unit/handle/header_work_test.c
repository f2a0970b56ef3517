/*
 * Edits of a header as scripts ask for them: exact bytes, written by hand.
 */
#include <stdint.h>

#include "handle/header_work.h"
#include "support/tap.h"

enum { ROOM = 1024 * 1024 };

static char memory[ROOM];

static struct text
edited(struct text message, const struct header_work_edit *edits, size_t count)
{
	struct text exact = exact_copy(message);
	struct buffer out;

	buffer_init(&out, ROOM);
	check(header_work_apply(exact, edits, count, &out));
	if (out.size > 0)
		memcpy(memory, out.data, out.size);
	struct text result = {memory, out.size};
	buffer_clear(&out);
	free((void *)(uintptr_t)exact.data);
	return result;
}

static struct text
one(struct text message, enum header_work_kind kind, struct text name, struct text value)
{
	return edited(
	    message, &(struct header_work_edit){.kind = kind, .name = name, .value = value}, 1);
}

static const struct text message = {"A: 1\nB : 2\n x\nodd\na:3\n\nbody\n", 28};

static void
fields_are_added(void)
{
	check_text(one(message, HEADER_WORK_ADD, TEXT("C"), TEXT("c")),
	    TEXT("C: c\nA: 1\nB : 2\n x\nodd\na:3\n"));
	check_text(one(message, HEADER_WORK_APPEND, TEXT("C"), TEXT("c")),
	    TEXT("A: 1\nB : 2\n x\nodd\na:3\nC: c\n"));
	check_text(one(message, HEADER_WORK_ADD_MISSING, TEXT("b"), TEXT("c")),
	    TEXT("A: 1\nB : 2\n x\nodd\na:3\n"));
	check_text(one(TEXT(" stray\nA: 1\n\n"), HEADER_WORK_ADD, TEXT("C"), TEXT("c")),
	    TEXT(" stray\nC: c\nA: 1\n"));
	check_text(one(TEXT(""), HEADER_WORK_ADD, TEXT("C"), TEXT("c")), TEXT("C: c\n"));
	check_text(
	    one(TEXT("A: 1"), HEADER_WORK_APPEND, TEXT("C"), TEXT("c")), TEXT("A: 1\nC: c\n"));
	check_text(one(TEXT("A: 1"), HEADER_WORK_ADD, TEXT("C"), TEXT("c")), TEXT("C: c\nA: 1"));
}

static void
fields_are_replaced(void)
{
	check_text(
	    one(message, HEADER_WORK_SET, TEXT("a"), TEXT("x")), TEXT("a: x\nB : 2\n x\nodd\n"));
	check_text(one(message, HEADER_WORK_KEEP_OLD, TEXT("B"), TEXT("x")),
	    TEXT("A: 1\nB: x\nOld-B : 2\n x\nodd\na:3\n"));
	check_text(one(message, HEADER_WORK_RENAME, TEXT("a"), TEXT("Zed")),
	    TEXT("Zed: 1\nB : 2\n x\nodd\nZed:3\n"));
}

static void
fields_are_removed(void)
{
	check_text(one(message, HEADER_WORK_DELETE, TEXT("A"), TEXT("")), TEXT("B : 2\n x\nodd\n"));
	check_text(one(message, HEADER_WORK_DELETE, TEXT("*"), TEXT("")), TEXT(""));
	check_text(one(message, HEADER_WORK_KEEP_FIRST, TEXT("a"), TEXT("")),
	    TEXT("A: 1\nB : 2\n x\nodd\n"));
	check_text(one(message, HEADER_WORK_KEEP_LAST, TEXT("a"), TEXT("")),
	    TEXT("B : 2\n x\nodd\na:3\n"));
	check_text(one(message, HEADER_WORK_KEEP_LAST, TEXT("none"), TEXT("")),
	    TEXT("A: 1\nB : 2\n x\nodd\na:3\n"));
}

static void
fields_come_on_one_line(void)
{
	check_text(one(message, HEADER_WORK_UNFOLD, TEXT("*"), TEXT("")),
	    TEXT("A: 1\nB : 2 x\nodd\na:3\n"));
	check_text(one(TEXT("S: =?utf-8?q?a=0Ab?=\r\n =?utf-8?q?=C3=B6?=\r\n\r\n"),
		       HEADER_WORK_DECODE, TEXT("s"), TEXT("")),
	    TEXT("S: a b\xc3\xb6\r\n"));
}

static void
edits_follow_each_other(void)
{
	const struct header_work_edit edits[] = {
	    {.kind = HEADER_WORK_RENAME, .name = TEXT("A"), .value = TEXT("X")},
	    {.kind = HEADER_WORK_KEEP_LAST, .name = TEXT("X")},
	    {.kind = HEADER_WORK_SET, .name = TEXT("X"), .value = TEXT("y\r\nB: z")},
	};

	check_text(edited(message, edits, 3), TEXT("B : 2\n x\nodd\nX: y B: z\n"));
}

static void
what_is_too_large_is_refused(void)
{
	const struct header_work_edit edit = {
	    .kind = HEADER_WORK_ADD, .name = TEXT("C"), .value = TEXT("123456789")};
	struct buffer out;

	buffer_init(&out, 30);
	check(!header_work_apply(message, &edit, 1, &out));
	buffer_clear(&out);
}

int
main(void)
{
	test("fields are added in front, behind, or where they are missing", fields_are_added);
	test("fields are replaced and renamed in their place", fields_are_replaced);
	test("fields are removed by name", fields_are_removed);
	test("fields come on one line, decoded or not", fields_come_on_one_line);
	test("each edit sees what those before it made", edits_follow_each_other);
	test("what is too large is refused", what_is_too_large_is_refused);
	return tests_end();
}
