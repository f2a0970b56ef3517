/*
 * Splitting a header block into fields; see header.h. Everything is found with memchr over line
 * ends; a field is a view, so the cost of an index is one struct per field. The count is taken
 * before the fields are written, so that the index has its exact size and hostile headers cannot
 * make it grow by doubling.
 */
#include "mail/header.h"

#include <string.h>

/* The position behind the line that begins at `from`. */
static size_t
header_line_end(struct text bytes, size_t from)
{
	const char *found = memchr(bytes.data + from, '\n', bytes.size - from);

	return found == NULL ? bytes.size : (size_t)(found - bytes.data) + 1;
}

static bool
header_byte_is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* The size of the empty line at `from` (1 or 2), or 0 when there is none. tolerance:
 * mixed-line-ends */
static size_t
header_empty_line_size(struct text bytes, size_t from)
{
	if (from < bytes.size && bytes.data[from] == '\n')
		return 1;
	if (from + 1 < bytes.size && bytes.data[from] == '\r' && bytes.data[from + 1] == '\n')
		return 2;
	return 0;
}

void
header_find_end(struct text bytes, size_t *header_size_out, size_t *body_start_out)
{
	size_t position = 0;

	while (position < bytes.size) {
		size_t empty = header_empty_line_size(bytes, position);
		if (empty > 0) {
			*header_size_out = position;
			*body_start_out = position + empty;
			return;
		}
		position = header_line_end(bytes, position);
	}
	/* tolerance: no-header-end */
	*header_size_out = *body_start_out = bytes.size;
}

/* The position behind the field that begins at `from`: its line and the lines that continue it. */
static size_t
header_field_end(struct text block, size_t from)
{
	size_t end = header_line_end(block, from);

	while (end < block.size && header_byte_is_blank(block.data[end]))
		end = header_line_end(block, end);
	return end;
}

static struct text
header_strip_line_end(struct text line)
{
	if (line.size > 0 && line.data[line.size - 1] == '\n')
		line.size--;
	if (line.size > 0 && line.data[line.size - 1] == '\r')
		line.size--;
	return line;
}

/* tolerance: blank-before-colon, header-line-without-name */
static struct header_field
header_field_split(struct text raw)
{
	struct header_field field = {.raw = raw, .body = header_strip_line_end(raw)};
	struct text line = field.body;
	size_t name_size = 0;

	while (name_size < line.size && line.data[name_size] > ' ' && line.data[name_size] < 127 &&
	       line.data[name_size] != ':')
		name_size++;
	size_t colon = name_size;
	while (colon < line.size && header_byte_is_blank(line.data[colon]))
		colon++;
	if (name_size > 0 && colon < line.size && line.data[colon] == ':') {
		field.name = text_slice(line, 0, name_size);
		field.body = text_slice(line, colon + 1, line.size);
	}
	return field;
}

bool
header_next(struct text *rest, struct header_field *field_out)
{
	if (rest->size == 0)
		return false;
	size_t end = header_field_end(*rest, 0);
	*field_out = header_field_split(text_slice(*rest, 0, end));
	*rest = text_slice(*rest, end, rest->size);
	return true;
}

struct header
header_parse(struct arena *arena, struct text block, size_t maximum)
{
	struct header header = {0};
	struct text rest = block;
	size_t position = 0;

	while (position < block.size && header.count < maximum) {
		position = header_field_end(block, position);
		header.count++;
	}
	header.truncated = position < block.size;
	header.fields = arena_alloc_array(arena, header.count, sizeof *header.fields);
	for (size_t i = 0; i < header.count; i++)
		header_next(&rest, &header.fields[i]);
	return header;
}

const struct header_field *
header_find(const struct header *header, struct text name, size_t from)
{
	for (size_t i = from; i < header->count; i++)
		if (name.size > 0 && text_is_equal_nocase(header->fields[i].name, name))
			return &header->fields[i];
	return NULL;
}

bool
header_find_in_bytes(
    struct text bytes, struct text name, size_t maximum, struct header_field *field_out)
{
	size_t position = 0;

	if (name.size == 0)
		return false;
	char first = text_lower(name.data[0]);
	for (size_t count = 0; count < maximum && position < bytes.size; count++) {
		if (header_empty_line_size(bytes, position) > 0)
			return false;
		bool candidate = text_lower(bytes.data[position]) == first;
		size_t end = header_field_end(bytes, position);
		if (candidate) {
			*field_out = header_field_split(text_slice(bytes, position, end));
			if (text_is_equal_nocase(field_out->name, name))
				return true;
		}
		position = end;
	}
	return false;
}

size_t
header_skip_blanks(struct text body, size_t from)
{
	size_t position = from, depth = 0;

	for (; position < body.size; position++) {
		char byte = body.data[position];
		if (byte == '(')
			depth++;
		else if (depth > 0 && byte == ')')
			depth--;
		else if (depth > 0 && byte == '\\')
			position++;
		else if (depth == 0 && !text_is_space(byte))
			break;
	}
	return position < body.size ? position : body.size;
}

struct text
header_unfold(struct arena *arena, struct text body)
{
	body = text_trim(body);
	if (text_find_byte(body, 0, '\n') == body.size)
		return body;
	/* A field has no limit, its copy needs one: memory is bounded for every message. */
	body = text_trim(text_slice(body, 0, HEADER_UNFOLD_MAX));
	char *copy = arena_alloc(arena, body.size);
	size_t size = 0, position = 0;
	while (position < body.size) {
		size_t end = header_line_end(body, position);
		struct text line = text_slice(body, position, end);
		if (line.data[line.size - 1] == '\n')
			line = header_strip_line_end(line);
		if (line.size > 0)
			memcpy(copy + size, line.data, line.size);
		size += line.size;
		position = end;
	}
	return (struct text){copy, size};
}

/* The body with each line end replaced by one blank. */
static bool
header_append_folded(struct text body, struct buffer *line)
{
	size_t position = 0;

	while (position < body.size) {
		size_t end = header_line_end(body, position);
		struct text piece = text_slice(body, position, end);
		bool is_fold = piece.data[piece.size - 1] == '\n';
		if (is_fold)
			piece = header_strip_line_end(piece);
		if (!buffer_append(line, piece) || (is_fold && !buffer_append_byte(line, ' ')))
			return false;
		position = end;
	}
	return true;
}

bool
header_append_match_line(const struct header_field *field, struct buffer *line)
{
	size_t size = line->size;
	struct text body = field->body;

	bool appended = true;
	if (field->name.size > 0) {
		body = text_trim(body);
		appended = buffer_append(line, field->name) && buffer_append(line, TEXT(": "));
	}
	appended = appended && header_append_folded(body, line);
	if (!appended)
		line->size = size;
	return appended;
}
