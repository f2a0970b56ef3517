/*
 * Numbers, fields and content of sections; see section.h.
 */
#include "handle/compat/section.h"

#include "base/number.h"
#include "mail/content_type.h"
#include "mail/parameter_value.h"

enum { SECTION_PIECE = 65536, SECTION_NUMBER_MAX = 9 /* digits of one level */ };

static size_t
section_position(const struct mime_part *part)
{
	size_t position = 1;

	for (const struct mime_part *other = part->parent->first_child; other != part;
	     other = other->next_sibling)
		position++;
	return position;
}

struct text
section_number(struct arena *arena, const struct mime_part *part)
{
	struct buffer number;
	const struct mime_part **path =
	    arena_alloc_array(arena, (size_t)part->depth + 1, sizeof *path);
	size_t count = 0;

	for (; part->parent != NULL; part = part->parent)
		path[count++] = part;
	buffer_init(&number, SIZE_MAX);
	buffer_append_byte(&number, '1');
	while (count > 0)
		buffer_append_format(&number, ".%zu", section_position(path[--count]));
	struct text copy = arena_copy_text(arena, buffer_text(&number));
	buffer_clear(&number);
	return copy;
}

const struct mime_part *
section_find(const struct mime_tree *tree, struct text number)
{
	const struct mime_part *part = tree->root;
	uint64_t position;

	if (!text_is_equal(text_split(&number, '.'), TEXT("1")))
		return NULL;
	while (number.size > 0 && part != NULL) {
		if (!number_parse_unsigned(text_split(&number, '.'), UINT32_MAX, &position) ||
		    position == 0)
			return NULL;
		for (part = part->first_child; part != NULL && --position > 0;)
			part = part->next_sibling;
	}
	return part;
}

struct text
section_lower(struct arena *arena, struct text source)
{
	char *copy = arena_alloc_bytes(arena, source.size);

	for (size_t i = 0; i < source.size; i++)
		copy[i] = text_lower(source.data[i]);
	return (struct text){copy, source.size};
}

struct text
section_field(struct arena *arena, const struct mime_part *part, struct text name)
{
	struct header_field field;

	if (!header_find_in_bytes(part->header, name, SECTION_FIELDS_MAX, &field))
		return TEXT("");
	return header_unfold(arena, field.body);
}

struct text
section_encoding_name(struct arena *arena, const struct mime_part *part)
{
	struct text body = section_field(arena, part, TEXT("Content-Transfer-Encoding"));
	size_t begin = header_skip_blanks(body, 0), end = begin;

	while (end < body.size && !text_is_space(body.data[end]) && body.data[end] != ';' &&
	       body.data[end] != '(')
		end++;
	return section_lower(arena, text_slice(body, begin, end));
}

enum transfer_encoding
section_encoding(struct arena *arena, const struct mime_part *part)
{
	bool is_unknown;

	if (part->first_child != NULL)
		return TRANSFER_IDENTITY;
	return transfer_encoding_parse(
	    section_field(arena, part, TEXT("Content-Transfer-Encoding")), &is_unknown);
}

struct text
section_type(struct arena *arena, const struct mime_part *part)
{
	return section_lower(arena, arena_format(arena, "%.*s/%.*s", TEXT_ARGUMENTS(part->type),
					TEXT_ARGUMENTS(part->subtype)));
}

struct text
section_parameter(
    struct arena *arena, const struct mime_part *part, struct text field, struct text name)
{
	struct text body = section_field(arena, part, field);
	struct content_type type = content_type_parse(arena, body);
	struct parameter_value value;

	return parameter_value_find(arena, &type, name, &value) ? value.value : TEXT("");
}

struct text
section_body(const struct mime_part *part)
{
	const struct mime_part *root = part;
	struct text body = part->body;
	bool is_message = part->parent != NULL && part->parent->kind == MIME_MESSAGE;

	while (root->parent != NULL)
		root = root->parent;
	if (part == root || body.data == NULL || root->body.data == NULL)
		return body;
	const char *end = root->body.data + root->body.size;
	struct text rest = {body.data + body.size, (size_t)(end - body.data) - body.size};
	if (is_message || part->first_child != NULL) {
		/* A message that ends with its own line end is complete. */
		if (text_has_suffix(body, TEXT("\n")))
			return body;
		if (text_has_prefix(rest, TEXT("\r\n")))
			body.size += 2;
		else if (text_has_prefix(rest, TEXT("\n")))
			body.size++;
	} else if (rest.size == 0 && part->parent->kind == MIME_MULTIPART &&
		   text_has_suffix(body, TEXT("\n"))) {
		body.size -= text_has_suffix(body, TEXT("\r\n")) ? 2 : 1;
	}
	return body;
}

void
section_write_content(struct arena *arena, const struct mime_part *part, struct message_sink *sink)
{
	struct transfer_decoder decoder;
	struct text rest = section_body(part);
	enum transfer_encoding encoding = section_encoding(arena, part);

	if (encoding == TRANSFER_IDENTITY) {
		message_sink_write(sink, rest);
		return;
	}
	char *piece = arena_alloc_bytes(arena, SECTION_PIECE);
	transfer_decoder_init(&decoder, encoding);
	for (;;) {
		size_t size = transfer_decoder_take(&decoder, &rest, true, piece, SECTION_PIECE);
		if (size == 0 && rest.size == 0)
			return;
		message_sink_write(sink, (struct text){piece, size});
	}
}
