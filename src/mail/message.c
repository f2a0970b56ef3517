/*
 * The lazy view of a message; see message.h. What is found out on first use is kept in a separate
 * struct, so that the message itself stays const for everybody.
 */
#include "mail/message.h"

#include <string.h>

enum { MESSAGE_SCANS_MAX = 4, MESSAGE_INDEX_MAX = 256 * 1024 /* bytes of header */ };

/* What was found out so far. */
struct message_facts {
	bool has_extent, has_header, has_line_count;
	size_t header_size, body_start;
	struct header header;
	unsigned scans; /* fields asked for by name while there is no index */
	uint64_t line_count;
};

struct message {
	struct arena *arena;
	struct text bytes;
	struct message_facts *facts;
};

/* tolerance: any-byte */
const struct message *
message_new(struct arena *arena, struct text bytes)
{
	struct message *message = arena_alloc(arena, sizeof *message);

	message->arena = arena;
	message->bytes = bytes;
	message->facts = arena_alloc(arena, sizeof *message->facts);
	return message;
}

struct text
message_bytes(const struct message *message)
{
	return message->bytes;
}

static const struct message_facts *
message_extent(const struct message *message)
{
	struct message_facts *facts = message->facts;

	if (!facts->has_extent)
		header_find_end(message->bytes, &facts->header_size, &facts->body_start);
	facts->has_extent = true;
	return facts;
}

struct text
message_header_block(const struct message *message)
{
	return text_slice(message->bytes, 0, message_extent(message)->header_size);
}

struct text
message_body(const struct message *message)
{
	return text_slice(message->bytes, message_extent(message)->body_start, message->bytes.size);
}

const struct header *
message_header(const struct message *message)
{
	struct message_facts *facts = message->facts;

	if (!facts->has_header)
		facts->header =
		    header_parse(message->arena, message_header_block(message), MESSAGE_FIELDS_MAX);
	facts->has_header = true;
	return &facts->header;
}

const struct header_field *
message_find_field(const struct message *message, struct text name)
{
	struct message_facts *facts = message->facts;
	struct header_field found;

	/* A delivery without rules asks for one field: an index would cost more than it saves. An
	 * outsized header is hostile: there it would cost memory. */
	if (facts->has_header || (facts->scans == MESSAGE_SCANS_MAX &&
				     message_extent(message)->header_size <= MESSAGE_INDEX_MAX))
		return header_find(message_header(message), name, 0);
	if (facts->scans < MESSAGE_SCANS_MAX)
		facts->scans++;
	if (!header_find_in_bytes(message->bytes, name, MESSAGE_FIELDS_MAX, &found))
		return NULL;
	struct header_field *field = arena_alloc(message->arena, sizeof *field);
	*field = found;
	return field;
}

bool
message_is_truncated(const struct message *message)
{
	struct text rest = message_header_block(message);
	struct header_field field;
	size_t count = 0;

	/* A field takes two bytes at least: the usual header need not be counted. */
	if (rest.size / 2 <= MESSAGE_FIELDS_MAX)
		return false;
	while (count <= MESSAGE_FIELDS_MAX && header_next(&rest, &field))
		count++;
	return count > MESSAGE_FIELDS_MAX;
}

uint64_t
message_line_count(const struct message *message)
{
	struct message_facts *facts = message->facts;
	struct text bytes = message->bytes;

	if (facts->has_line_count)
		return facts->line_count;
	for (size_t position = 0; position < bytes.size; facts->line_count++)
		position = text_find_byte(bytes, position, '\n') + 1;
	facts->has_line_count = true;
	return facts->line_count;
}

uint64_t
message_line_end_count(const struct message *message)
{
	struct text bytes = message->bytes;
	bool is_cut = bytes.size > 0 && bytes.data[bytes.size - 1] != '\n';

	return message_line_count(message) - is_cut;
}
