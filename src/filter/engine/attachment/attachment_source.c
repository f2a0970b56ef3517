/*
 * The decoded bytes of an attachment, piece by piece; see attachment_source.h.
 */
#include "filter/engine/attachment/attachment_source.h"

#include "mail/part_text.h"

void
attachment_source_init(struct attachment_source *source, const struct mime_part *part,
    const struct embedded_file *embedded, char room[ATTACHMENT_PIECE])
{
	source->room = room;
	source->is_embedded = embedded != NULL;
	if (embedded != NULL) {
		source->input = embedded->content;
		embedded_decoder_init(&source->embedded, embedded);
		return;
	}
	source->input = part->body;
	struct part_text_form form = part_text_form_parse(part->header, MIME_LIMITS_DEFAULT.fields);
	transfer_decoder_init(&source->transfer, form.encoding);
}

struct text
attachment_source_take(struct attachment_source *source)
{
	size_t size;

	if (source->is_embedded) {
		size = embedded_decoder_take(
		    &source->embedded, &source->input, true, source->room, ATTACHMENT_PIECE);
	} else if (source->transfer.encoding == TRANSFER_IDENTITY) {
		struct text piece = text_slice(source->input, 0, ATTACHMENT_PIECE);
		source->input = text_slice(source->input, piece.size, source->input.size);
		return piece;
	} else {
		size = transfer_decoder_take(
		    &source->transfer, &source->input, true, source->room, ATTACHMENT_PIECE);
	}
	return (struct text){source->room, size};
}

bool
attachment_source_is_malformed(const struct attachment_source *source)
{
	return source->is_embedded ? source->embedded.malformed : source->transfer.malformed;
}
