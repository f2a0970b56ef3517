/*
 * Message ids in their usual and unusual forms.
 */
#include "base/buffer.h"
#include "mail/message_id.h"
#include "support/tap.h"

#include <stdint.h>

static struct arena arena;

static void
check_id(struct text body, struct text wanted)
{
	struct text copy = exact_copy(body), id = TEXT("unset");

	check(message_id_parse(&arena, copy, &id));
	check_text(id, wanted);
	free((void *)(uintptr_t)copy.data);
}

static void
check_no_id(struct text body)
{
	struct text copy = exact_copy(body), id;

	check(!message_id_parse(&arena, copy, &id));
	free((void *)(uintptr_t)copy.data);
}

/* The ids of the field, joined by '|'. */
static void
check_walk(struct text body, struct text wanted)
{
	struct text copy = exact_copy(body), id;
	struct message_id_walk walk = message_id_walk_init(copy);
	struct buffer joined;

	buffer_init(&joined, 10000);
	while (message_id_next(&arena, &walk, &id)) {
		if (joined.size > 0)
			buffer_append_byte(&joined, '|');
		buffer_append(&joined, id);
	}
	check_text(buffer_text(&joined), wanted);
	buffer_clear(&joined);
	free((void *)(uintptr_t)copy.data);
}

static void
an_id_stands_in_brackets(void)
{
	check_id(TEXT(" <1234@local.machine.example>"), TEXT("1234@local.machine.example"));
	check_id(TEXT("\r\n <a@b>  "), TEXT("a@b"));
	check_id(TEXT(" (comment <x@y>) <A@b>"), TEXT("A@b"));
	check_id(TEXT(" <5678.21-Nov-1997@[10.0.0.1]>"), TEXT("5678.21-Nov-1997@[10.0.0.1]"));
	check_id(TEXT(" <testabcd.1234   @   silly.test>"), TEXT("testabcd.1234@silly.test"));
}

static void
missing_brackets_and_blanks_are_tolerated(void)
{
	check_id(TEXT(" a@b"), TEXT("a@b"));
	check_id(TEXT(" a@b>"), TEXT("a@b"));
	check_id(TEXT(" <a@b"), TEXT("a@b"));
	check_id(TEXT(" <a@b trailing words"), TEXT("a@b"));
	check_id(TEXT(" <a@\r\n b>"), TEXT("a@b"));
	check_id(TEXT(" < a@b >"), TEXT("a@b"));
	check_id(TEXT(" 12345"), TEXT("12345"));
	check_id(TEXT(" <> <a@b>"), TEXT("a@b"));
	check_id(TEXT(" <a\0b@c>"), TEXT("a\0b@c"));
	check_no_id(TEXT(""));
	check_no_id(TEXT("  \n "));
	check_no_id(TEXT("<>"));
	check_no_id(TEXT("< >"));
	check_no_id(TEXT(">"));
}

static void
references_are_walked_in_order(void)
{
	check_walk(TEXT(" <1@a> <2@b>\r\n <3@c>"), TEXT("1@a|2@b|3@c"));
	check_walk(TEXT("<1@a><2@b>,<3@c>"), TEXT("1@a|2@b|3@c"));
	check_walk(TEXT("1@a 2@b\n 3@c"), TEXT("1@a|2@b|3@c"));
	check_walk(TEXT("Your message of \"Fri\" from joe@x <1@a> (was <0@z>)"), TEXT("1@a"));
	check_walk(TEXT("<1@a <2@b>"), TEXT("1@a|2@b"));
	check_walk(TEXT("your message of Friday"), TEXT(""));
	check_walk(TEXT(""), TEXT(""));
	check_walk(TEXT("( <1@a> ( <2@b>"), TEXT("1@a|2@b"));
}

static void
what_is_too_long_is_not_an_id(void)
{
	char *long_id = malloc(MESSAGE_ID_SIZE_MAX + 3);

	memset(long_id, 'x', MESSAGE_ID_SIZE_MAX + 3);
	long_id[0] = '<';
	long_id[MESSAGE_ID_SIZE_MAX + 1] = '>';
	check_number(MESSAGE_ID_SIZE_MAX, 4096);
	struct text id = {0};
	check(message_id_parse(&arena, (struct text){long_id, MESSAGE_ID_SIZE_MAX + 2}, &id));
	check_number(id.size, MESSAGE_ID_SIZE_MAX);
	long_id[MESSAGE_ID_SIZE_MAX + 1] = 'x';
	long_id[MESSAGE_ID_SIZE_MAX + 2] = '>';
	check(!message_id_parse(&arena, (struct text){long_id, MESSAGE_ID_SIZE_MAX + 3}, &id));
	free(long_id);
}

static void
unclosed_comments_do_not_make_a_walk_slow(void)
{
	size_t pairs = 200000, found = 0;
	char *body = malloc(pairs * 6);
	struct text id;

	for (size_t i = 0; i < pairs; i++)
		memcpy(body + i * 6, "( <@> ", 6);
	struct message_id_walk walk = message_id_walk_init((struct text){body, pairs * 6});
	while (message_id_next(&arena, &walk, &id))
		found++;
	check_number(found, pairs);
	free(body);
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test("a Message-ID is what stands in the brackets", an_id_stands_in_brackets);
	test("missing brackets, blanks and folds are tolerated",
	    missing_brackets_and_blanks_are_tolerated);
	test("the ids of References are walked in order", references_are_walked_in_order);
	test("what is too long is not an id", what_is_too_long_is_not_an_id);
	test("200,000 comments that are never closed take linear time",
	    unclosed_comments_do_not_make_a_walk_slow);
	arena_clear(&arena);
	return tests_end();
}
