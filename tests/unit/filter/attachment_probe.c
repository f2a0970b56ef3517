/*
 * Prints what attachment.h says of the message on stdin, for attachment_facts.t: a line each
 * "declared | name | extension | type | size | class | flags", members indented behind their archive.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "filter/engine/attachment/attachment.h"

enum { PROBE_MAX = 512 * 1024 * 1024 };

static bool
print_attachment(struct arena *arena, struct attachment_list *list, struct attachment *attachment,
    struct error *error)
{
	struct attachment_class class;
	bool is_encrypted, is_damaged, is_mismatch, is_cut;
	struct text type, why;

	if (!attachment_type(list, attachment, &type, error) ||
	    !attachment_class(list, attachment, &class, error) ||
	    !attachment_is_encrypted(list, attachment, &is_encrypted, error) ||
	    !attachment_is_damaged(list, attachment, &is_damaged, error) ||
	    !attachment_is_cut(list, attachment, &is_cut, error) ||
	    !attachment_is_mismatch(list, attachment, &is_mismatch, &why, error))
		return false;
	struct text word = attachment_class_format(arena, class);
	printf("%*s%.*s | %.*s | %.*s | %.*s | %llu | %.*s |%s%s%s",
	    attachment->archive != NULL ? 2 : 0, "",
	    TEXT_ARGUMENTS(attachment_declared(attachment)), TEXT_ARGUMENTS(attachment->facts.name),
	    TEXT_ARGUMENTS(attachment->facts.extension), TEXT_ARGUMENTS(type),
	    (unsigned long long)attachment_size(list, attachment), TEXT_ARGUMENTS(word),
	    is_encrypted ? " encrypted" : "", is_damaged ? " damaged" : "", is_cut ? " cut" : "");
	if (is_mismatch)
		printf(" mismatch: %.*s", TEXT_ARGUMENTS(why));
	printf("\n");
	return true;
}

static bool
print_all(struct arena *arena, struct attachment_list *list, bool with_members, struct error *error)
{
	struct attachment *attachment, *members;
	size_t count;

	for (size_t i = 0; (attachment = attachment_at(list, i)) != NULL; i++) {
		if (!print_attachment(arena, list, attachment, error) ||
		    !attachment_members(list, attachment, &members, &count, error))
			return false;
		for (size_t m = 0; with_members && m < count; m++)
			if (!print_attachment(arena, list, &members[m], error))
				return false;
		if (!with_members)
			printf("members %zu\n", count);
	}
	if (attachment_is_truncated(list))
		printf("truncated\n");
	return true;
}

/* An argument: only the number of members. */
int
main(int argc, char **argv)
{
	static char piece[65536];
	struct buffer message;
	struct arena arena;
	struct error error = {0};
	size_t size;

	(void)argv;
	buffer_init(&message, PROBE_MAX);
	while ((size = fread(piece, 1, sizeof piece, stdin)) > 0)
		buffer_append(&message, (struct text){piece, size});
	arena_init(&arena, NULL, 0);
	struct attachment_list *list = attachment_list_new(&arena, NULL, buffer_text(&message));
	bool is_answered = print_all(&arena, list, argc == 1, &error);
	if (!is_answered)
		printf("no answer: %s\n", error.text);
	attachment_list_close(list);
	arena_clear(&arena);
	buffer_clear(&message);
	return is_answered ? EXIT_SUCCESS : EXIT_FAILURE;
}
