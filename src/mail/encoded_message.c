/*
 * Encoded messages (see encoded_message.h): decoded into a block of at most their bound, then parsed as
 * any message, with what is left of the limits.
 */
#include "mail/encoded_message.h"

#include "base/buffer.h"
#include "mail/header.h"
#include "mail/transfer_encoding.h"

enum { ENCODED_MESSAGE_PIECE = 16384 };

static enum transfer_encoding
encoded_message_encoding(const struct mime_part *part, uint32_t fields)
{
	struct header_field field;
	bool is_unknown;

	if (!header_find_in_bytes(part->header, TEXT("Content-Transfer-Encoding"), fields, &field))
		return TRANSFER_IDENTITY;
	return transfer_encoding_parse(field.body, &is_unknown);
}

bool
encoded_message_is_part(const struct mime_part *part, uint32_t fields)
{
	bool is_message = mime_part_is(part, TEXT("message"), TEXT("rfc822")) ||
			  mime_part_is(part, TEXT("message"), TEXT("global"));

	return is_message && part->kind == MIME_LEAF &&
	       encoded_message_encoding(part, fields) != TRANSFER_IDENTITY;
}

/* At most ENCODED_MESSAGE_MAX bytes. */
static struct text
encoded_message_decode(struct arena *arena, const struct mime_part *part, uint32_t fields,
    struct encoded_message *message)
{
	struct text rest = part->body, result;
	struct transfer_decoder decoder;
	char piece[ENCODED_MESSAGE_PIECE];
	struct buffer out;
	size_t got;

	buffer_init(&out, ENCODED_MESSAGE_MAX);
	transfer_decoder_init(&decoder, encoded_message_encoding(part, fields));
	do {
		got = transfer_decoder_take(&decoder, &rest, true, piece, sizeof piece);
		size_t room = ENCODED_MESSAGE_MAX - out.size;
		message->truncated |= got > room;
		buffer_append(&out, (struct text){piece, got < room ? got : room});
	} while (!message->truncated && (got > 0 || rest.size > 0));
	message->malformed = decoder.malformed;
	result = arena_copy_text(arena, buffer_text(&out));
	buffer_clear(&out);
	return result;
}

bool
encoded_message_open(struct arena *arena, const struct mime_part *part, uint32_t depth,
    struct mime_limits limits, struct encoded_message *message_out)
{
	*message_out = (struct encoded_message){.depth = depth + 1};
	if (!encoded_message_is_part(part, limits.fields))
		return false;
	if (depth >= limits.depth || limits.parts == 0) {
		message_out->truncated = true;
		return false;
	}
	limits.depth -= depth + 1;
	message_out->bytes = encoded_message_decode(arena, part, limits.fields, message_out);
	message_out->tree = mime_tree_parse(arena, message_out->bytes, limits);
	message_out->truncated |= message_out->tree.truncated;
	return true;
}
