/*
 * Decoded content in memory; see content_buffer.h.
 */
#include "handle/compat/content_buffer.h"

struct text
content_buffer_read(struct arena *arena, const struct mime_part *part, size_t maximum)
{
	struct transfer_decoder decoder;
	struct text rest = section_body(part);
	enum transfer_encoding encoding = section_encoding(arena, part);
	size_t used = 0;

	if (encoding == TRANSFER_IDENTITY)
		return text_slice(rest, 0, maximum);
	/* No encoding makes a body longer than this. */
	size_t room = rest.size + TRANSFER_OUT_MIN;
	char *bytes = arena_alloc_bytes(arena, room + TRANSFER_OUT_MIN);
	transfer_decoder_init(&decoder, encoding);
	while (used < room) {
		size_t size = transfer_decoder_take(
		    &decoder, &rest, true, bytes + used, room + TRANSFER_OUT_MIN - used);
		if (size == 0 && rest.size == 0)
			break;
		used += size;
	}
	return text_slice((struct text){bytes, used}, 0, maximum);
}
