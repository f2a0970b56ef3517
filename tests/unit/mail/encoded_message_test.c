/*
 * Embedded messages in a transfer encoding: what is in them, and that no nesting escapes the limits.
 */
#include "mail/encoded_message.h"
#include "support/tap.h"

#include <stdint.h>

static struct arena arena;

#define MESSAGE "Content-Type: message/rfc822\n"

static void
encoded_messages_are_opened(void)
{
	/* "Subject: x\n\ny\n" */
	static const struct text forms[] = {
	    TEXT(MESSAGE "Content-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKeQo=\n"),
	    TEXT(MESSAGE "Content-Transfer-Encoding: \"BASE64\"\n\nU3ViamVjdDogeAoKeQo=\n"),
	    TEXT(MESSAGE "Content-Transfer-Encoding: quoted-printable\n\nSubject=3A x\n=0Ay\n"),
	    TEXT("Content-Type: message/global\nContent-Transfer-Encoding: base64\n\n"
		 "U3ViamVjdDogeAoKeQo=\n"),
	};

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct text copy = exact_copy(forms[i]);
		struct mime_tree tree = mime_tree_parse(&arena, copy, MIME_LIMITS_DEFAULT);
		struct encoded_message message;
		check_number(tree.count, 1);
		check(encoded_message_is_part(tree.root, 1000));
		check(encoded_message_open(&arena, tree.root, 0, MIME_LIMITS_DEFAULT, &message));
		check_number(message.depth, 1);
		check(!message.malformed && !message.truncated);
		check(text_has_prefix(message.tree.root->header, TEXT("Subject: x")));
		check(text_has_suffix(message.bytes, TEXT("y\n")));
		free((void *)(uintptr_t)copy.data);
		arena_clear(&arena);
	}
}

static void
other_parts_are_not(void)
{
	static const struct text forms[] = {
	    TEXT(MESSAGE "\nSubject: x\n\ny\n"),
	    TEXT(MESSAGE "Content-Transfer-Encoding: 8bit\n\nSubject: x\n\ny\n"),
	    TEXT("Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nAAAA\n"),
	};

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct mime_tree tree = mime_tree_parse(&arena, forms[i], MIME_LIMITS_DEFAULT);
		struct encoded_message message;
		check(!encoded_message_is_part(tree.root, 1000));
		check(!encoded_message_open(&arena, tree.root, 0, MIME_LIMITS_DEFAULT, &message));
		check(!message.truncated);
		arena_clear(&arena);
	}
}

static void
limits_count_on(void)
{
	static const struct text bytes =
	    TEXT(MESSAGE "Content-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKeQo=\n");
	struct mime_tree tree = mime_tree_parse(&arena, bytes, MIME_LIMITS_DEFAULT);
	struct encoded_message message;

	check(!encoded_message_open(
	    &arena, tree.root, 5, (struct mime_limits){5, 100, 100}, &message));
	check(message.truncated);
	check(
	    !encoded_message_open(&arena, tree.root, 0, (struct mime_limits){5, 0, 100}, &message));
	check(message.truncated);
	check(
	    encoded_message_open(&arena, tree.root, 4, (struct mime_limits){5, 1, 100}, &message));
	check_number(message.depth, 5);
	arena_clear(&arena);
}

static void
a_large_message_is_cut(void)
{
	static const struct text head = TEXT(MESSAGE "Content-Transfer-Encoding: base64\n\n");
	struct encoded_message message;
	size_t size = head.size + 2000000;
	char *bytes = malloc(size);

	if (bytes == NULL)
		abort();
	memset(bytes, 'Q', size);
	memcpy(bytes, head.data, head.size);
	struct mime_tree tree =
	    mime_tree_parse(&arena, (struct text){bytes, size}, MIME_LIMITS_DEFAULT);
	check(encoded_message_open(&arena, tree.root, 0, MIME_LIMITS_DEFAULT, &message));
	check(message.truncated);
	check_number(message.bytes.size, ENCODED_MESSAGE_MAX);
	free(bytes);
	arena_clear(&arena);
}

int
main(void)
{
	test("encoded messages are opened", encoded_messages_are_opened);
	test("other parts are not", other_parts_are_not);
	test("limits count on", limits_count_on);
	test("a large message is cut, and it is told", a_large_message_is_cut);
	return tests_end();
}
