/*
 * What rules see of a message's top part, for comparisons with other programs: reads a message on
 * stdin; "header NAME" prints the decoded line of that field (an address field in its line's form),
 * "body" the text of the body.
 */
#include <stdio.h>
#include <string.h>

#include "mail/address_line.h"
#include "mail/encoded_word.h"
#include "mail/message.h"
#include "mail/part_text.h"

static char input[1 << 20];

static void
print_header(const struct message *message, struct text name)
{
	const struct header_field *field = message_find_field(message, name);
	struct buffer plain, line;

	if (field == NULL)
		return;
	buffer_init(&plain, 1 << 22);
	buffer_init(&line, 1 << 23);
	if (address_line_is_structured(field->name)) {
		address_line_append(field->name, field->body, &line);
	} else {
		header_append_match_line(field, &plain);
		encoded_word_decode(buffer_text(&plain), &line, NULL);
	}
	fwrite(line.data, 1, line.size, stdout);
	buffer_clear(&plain);
	buffer_clear(&line);
}

static void
print_body(struct arena *arena, const struct message *message)
{
	struct part_text_form form = part_text_form_parse(message_header_block(message), 1000);
	struct part_text *part = part_text_open(arena, &form, message_body(message), UINT64_MAX);
	char piece[PART_TEXT_READ_MIN];
	size_t size;

	while ((size = part_text_read(part, piece, sizeof piece)) > 0)
		fwrite(piece, 1, size, stdout);
	part_text_close(part);
}

int
main(int argc, char *argv[])
{
	struct arena arena;
	struct text bytes = {input, fread(input, 1, sizeof input, stdin)};

	arena_init(&arena, NULL, 0);
	const struct message *message = message_new(&arena, bytes);
	if (argc == 3 && strcmp(argv[1], "header") == 0)
		print_header(message, text_from_string(argv[2]));
	else
		print_body(&arena, message);
	arena_clear(&arena);
	return 0;
}
