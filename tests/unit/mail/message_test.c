/*
 * The message as a lazy view.
 */
#include "mail/message.h"
#include "support/tap.h"

#include <stdint.h>

static struct arena arena;

static void
parts_of_a_message_are_views(void)
{
	struct text bytes = exact_copy(TEXT("From: a\r\nTo: b\n\nbody\0\xff\nend"));
	const struct message *message = message_new(&arena, bytes);

	check_text(message_bytes(message), bytes);
	check_text(message_header_block(message), TEXT("From: a\r\nTo: b\n"));
	check_text(message_body(message), TEXT("body\0\xff\nend"));
	check(message_body(message).data == bytes.data + 16);
	check_number(message_header(message)->count, 2);
	check_number((long long)message_line_count(message), 5);
	check(!message_is_truncated(message));
	free((void *)(uintptr_t)bytes.data);
}

static void
every_byte_sequence_is_some_message(void)
{
	const struct message *empty = message_new(&arena, (struct text){NULL, 0});

	check_number(message_header(empty)->count, 0);
	check_number(message_body(empty).size, 0);
	check_number((long long)message_line_count(empty), 0);
	check(message_find_field(empty, TEXT("a")) == NULL);

	const struct message *body_only = message_new(&arena, TEXT("\nA: b\n"));
	check_text(message_header_block(body_only), TEXT(""));
	check_text(message_body(body_only), TEXT("A: b\n"));
	check(message_find_field(body_only, TEXT("A")) == NULL);

	const struct message *header_only = message_new(&arena, TEXT("A: b"));
	check_text(message_body(header_only), TEXT(""));
	check_text(message_find_field(header_only, TEXT("a"))->body, TEXT(" b"));
	check_number((long long)message_line_count(header_only), 1);

	const struct message *nul = message_new(&arena, TEXT("\0\0\0\n\0\n\n\0"));
	check_number(message_header(nul)->count, 2);
	check_text(message_body(nul), TEXT("\0"));
}

static void
a_field_is_the_same_with_and_without_an_index(void)
{
	struct text bytes =
	    TEXT("Received: 1\nMessage-ID:\n <a@b>\nreceived: 2\n\nSubject: body\n");
	static const struct {
		const char *name, *body;
	} cases[] = {{"message-id", "\n <a@b>"}, {"RECEIVED", " 1"}, {"Subject", NULL}, {"", NULL}};
	const struct message *indexed = message_new(&arena, bytes);

	check_number(message_header(indexed)->count, 3);
	for (size_t round = 0; round < 10; round++) {
		const struct message *lazy = message_new(&arena, bytes);
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			for (size_t again = 0; again <= round; again++) {
				const struct header_field *field =
				    message_find_field(lazy, text_from_string(cases[i].name));
				check((field == NULL) == (cases[i].body == NULL));
				if (field != NULL)
					check_text(field->body, text_from_string(cases[i].body));
			}
			check((message_find_field(indexed, text_from_string(cases[i].name)) ==
				  NULL) == (cases[i].body == NULL));
		}
	}
}

static void
fields_past_the_limit_are_not_seen_on_either_path(void)
{
	size_t count = 100000;
	char *bytes = malloc(count * 5 + 8);

	for (size_t i = 0; i < count; i++)
		memcpy(bytes + i * 5, "X: y\n", 5);
	memcpy(bytes + count * 5, "Last: z\n", 8);
	const struct message *message = message_new(&arena, (struct text){bytes, count * 5 + 8});
	check(message_find_field(message, TEXT("Last")) == NULL);
	check(message_is_truncated(message));
	check(message_find_field(message, TEXT("Last")) == NULL);
	check_number(message_header(message)->count, MESSAGE_FIELDS_MAX);
	check_number(message_header_block(message).size, count * 5 + 8);
	free(bytes);
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test("header and body are views of the bytes", parts_of_a_message_are_views);
	test("every byte sequence is some message", every_byte_sequence_is_some_message);
	test("a field reads the same with and without an index",
	    a_field_is_the_same_with_and_without_an_index);
	test("fields past the limit are not seen, and that is a visible fact",
	    fields_past_the_limit_are_not_seen_on_either_path);
	arena_clear(&arena);
	return tests_end();
}
