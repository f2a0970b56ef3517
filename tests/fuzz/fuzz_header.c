/*
 * Any bytes as a message: header, fields, ids, content type and From_ line. Checked: the fields
 * joined are the header block, views lie inside the bytes, lookup with and without index agree,
 * limits hold.
 */
#include <stdint.h>

#include "base/bug.h"
#include "base/buffer.h"
#include "mail/content_type.h"
#include "mail/envelope.h"
#include "mail/message.h"
#include "mail/message_id.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
lies_inside(struct text part, struct text whole)
{
	return part.size == 0 ||
	       (part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

static void
check_ids(struct arena *arena, struct text body)
{
	struct message_id_walk walk = message_id_walk_init(body);
	struct text id;
	size_t count = 0, bytes = 0;

	if (message_id_parse(arena, body, &id))
		REQUIRE(id.size > 0 && id.size <= MESSAGE_ID_SIZE_MAX);
	while (message_id_next(arena, &walk, &id)) {
		REQUIRE(id.size > 0 && id.size <= MESSAGE_ID_SIZE_MAX);
		REQUIRE(text_find_byte(id, 0, '\n') == id.size);
		bytes += id.size;
		count++;
	}
	REQUIRE(bytes <= body.size && count <= body.size);
}

static void
check_field(struct arena *arena, const struct header_field *field)
{
	struct buffer line;
	struct text unfolded = header_unfold(arena, field->body);
	struct content_type type = content_type_parse(arena, field->body);

	REQUIRE(lies_inside(field->name, field->raw) && lies_inside(field->body, field->raw));
	REQUIRE(text_find_byte(unfolded, 0, '\n') == unfolded.size);
	REQUIRE(type.count <= CONTENT_TYPE_PARAMETERS_MAX);
	for (size_t i = 0; i < type.count; i++)
		REQUIRE(type.parameters[i].name.size > 0 &&
			type.parameters[i].value.size <= field->body.size);
	buffer_init(&line, field->raw.size + 2);
	REQUIRE(header_append_match_line(field, &line));
	REQUIRE(text_find_byte(buffer_text(&line), 0, '\n') == line.size);
	buffer_clear(&line);
	check_ids(arena, field->body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text bytes = {(const char *)data, size}, sender, date;
	struct arena arena;
	size_t offset = 0;

	arena_init(&arena, NULL, 0);
	size_t from_line = envelope_parse_from_line(bytes, &sender, &date);
	REQUIRE(from_line <= size);
	if (from_line > 0)
		REQUIRE(lies_inside(sender, bytes) && lies_inside(date, bytes));
	const struct message *message = message_new(&arena, bytes);
	struct text block = message_header_block(message), body = message_body(message);
	REQUIRE(lies_inside(block, bytes) && lies_inside(body, bytes));
	REQUIRE(size - block.size - body.size <= 2);
	const struct header *header = message_header(message);
	for (size_t i = 0; i < header->count; i++) {
		const struct header_field *field = &header->fields[i];
		REQUIRE(field->raw.data == block.data + offset && field->raw.size > 0);
		offset += field->raw.size;
		check_field(&arena, field);
		const struct header_field *lazy =
		    message_find_field(message_new(&arena, bytes), field->name);
		const struct header_field *indexed = header_find(header, field->name, 0);
		REQUIRE((lazy == NULL) == (indexed == NULL) &&
			(lazy == NULL || lazy->raw.data == indexed->raw.data));
		if (i == 50)
			break;
	}
	REQUIRE(header->truncated || header->count > 50 || offset == block.size);
	arena_clear(&arena);
	return 0;
}
