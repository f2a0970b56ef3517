/*
 * The text of a message for programs that search it; see section_text.h.
 */
#include "handle/compat/section_text.h"

#include "mail/encoded_word.h"
#include "mail/part_text.h"

enum { SECTION_TEXT_PIECE = 65536, SECTION_TEXT_LINE_MAX = 4 * HEADER_UNFOLD_MAX };

static void
section_text_write_field(const struct header_field *field, struct message_sink *sink)
{
	struct buffer line, decoded;

	buffer_init(&line, SECTION_TEXT_LINE_MAX);
	buffer_init(&decoded, 4 * (size_t)SECTION_TEXT_LINE_MAX);
	if (field->name.size == 0)
		message_sink_write(sink, text_trim(field->raw));
	else if (header_append_match_line(field, &line) &&
		 encoded_word_decode(buffer_text(&line), &decoded, NULL))
		message_sink_write(sink, buffer_text(&decoded));
	message_sink_write(sink, TEXT("\n"));
	buffer_clear(&line);
	buffer_clear(&decoded);
}

void
section_text_write(const struct mime_tree *tree, struct message_sink *sink)
{
	struct text empty = TEXT("");

	for (const struct mime_part *part = tree->root; part != NULL; part = mime_tree_next(part)) {
		struct text rest = part->header;
		struct header_field field;

		for (size_t i = 0; i < SECTION_FIELDS_MAX && header_next(&rest, &field); i++)
			section_text_write_field(&field, sink);
		if (part->first_child != NULL || part->kind == MIME_MULTIPART ||
		    (!mime_part_is(part, TEXT("text"), empty) &&
			!mime_part_is(part, TEXT("message"), empty)))
			continue;
		struct arena memory;
		arena_init(&memory, NULL, 0);
		const struct part_text_form form =
		    part_text_form_parse(part->header, SECTION_FIELDS_MAX);
		struct part_text *text =
		    part_text_open(&memory, &form, section_body(part), UINT64_MAX);
		char *piece = arena_alloc_bytes(&memory, SECTION_TEXT_PIECE);
		for (size_t size; (size = part_text_read(text, piece, SECTION_TEXT_PIECE)) > 0;)
			message_sink_write(sink, (struct text){piece, size});
		part_text_close(text);
		arena_clear(&memory);
	}
}
