/*
 * The list of fields; see field_sequence.h. What a name is, where a field ends and how "From " lines go on
 * was found out by running formail 3.22.
 */
#include "handle/compat/field_sequence.h"

#include "base/vector.h"

static bool
field_is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static bool
field_is_control(char byte)
{
	return (byte >= 0 && byte < ' ') || byte == 127;
}

bool
field_is_from_line(struct text line)
{
	return text_has_prefix(line, TEXT("From "));
}

struct field_name
field_name_parse(struct text line)
{
	size_t i = 0;

	while (i < line.size && line.data[i] != ':' && !field_is_blank(line.data[i]) &&
	       !field_is_control(line.data[i]))
		i++;
	if (i == line.size || i == 0)
		return (struct field_name){i, false};
	if (line.data[i] == ':')
		return (struct field_name){i + 1, true};
	if (field_is_control(line.data[i]) && !field_is_blank(line.data[i]))
		return (struct field_name){i, false};
	size_t colon = i + 1;
	while (colon < line.size && field_is_blank(line.data[colon]))
		colon++;
	if (colon < line.size && line.data[colon] == ':')
		return (struct field_name){colon + 1, true};
	if (field_is_from_line(line))
		return (struct field_name){sizeof "From " - 1, true};
	return (struct field_name){i + 1, false};
}

struct text
field_get_name(const struct field *field)
{
	return text_slice(field->bytes, 0, field->name_size);
}

struct text
field_get_value(const struct field *field)
{
	return text_slice(field->bytes, field->name_size, field->bytes.size);
}

bool
field_is_named(const struct field *field, struct text name)
{
	return text_is_equal_nocase(field_get_name(field), name);
}

struct text
field_join(struct arena *arena, struct text start, struct text rest)
{
	char *joined = arena_alloc_bytes(arena, start.size + rest.size);

	if (start.size > 0)
		memcpy(joined, start.data, start.size);
	if (rest.size > 0)
		memcpy(joined + start.size, rest.data, rest.size);
	return (struct text){joined, start.size + rest.size};
}

/* The position behind the line that begins here. */
static size_t
field_line_end(struct text input, size_t position)
{
	size_t end = text_find_byte(input, position, '\n');
	return end < input.size ? end + 1 : end;
}

/* The end of the field that begins here; `position` itself: there is none. */
static size_t
field_end(struct text input, size_t position, bool is_first, size_t *name_size_out)
{
	size_t end = field_line_end(input, position);
	struct text line = text_slice(input, position, end);
	struct field_name name = field_name_parse(line);
	bool is_from_line = name.size == sizeof "From " - 1 && field_is_from_line(line);

	if (!name.is_complete || (is_from_line && !is_first))
		return position;
	*name_size_out = name.size;
	while (end < input.size &&
	       (is_from_line ? input.data[end] == '>' : field_is_blank(input.data[end])))
		end = field_line_end(input, end);
	return end;
}

bool
field_read(struct arena *arena, struct text input, size_t *position, bool is_first,
    struct field *field_out)
{
	struct field field = {.name_size = 0};
	size_t end = field_end(input, *position, is_first, &field.name_size);

	if (end == *position)
		return false;
	field.bytes = text_slice(input, *position, end);
	if (field.bytes.data[field.bytes.size - 1] != '\n')
		field.bytes = field_join(arena, field.bytes, TEXT("\n"));
	*position = end;
	*field_out = field;
	return true;
}

bool
field_skip_one(struct text input, size_t *position, bool is_first)
{
	size_t name_size, end = field_end(input, *position, is_first, &name_size);
	bool is_field = end > *position;

	*position = end;
	return is_field;
}

size_t
field_skip(struct text input, size_t *position)
{
	size_t count = 0;

	while (field_skip_one(input, position, false))
		count++;
	return count;
}

void
field_list_add(struct arena *arena, struct field_list *list, struct field field)
{
	list->fields =
	    vector_grow(arena, list->fields, list->count, &list->capacity, sizeof *list->fields);
	list->fields[list->count++] = field;
}

void
field_list_compact(struct field_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (list->fields[i].bytes.size > 0)
			list->fields[kept++] = list->fields[i];
	list->count = kept;
}

const struct field *
field_list_match(const struct field_list *list, struct text name)
{
	for (size_t i = 0; i < list->count; i++)
		if (text_has_prefix_nocase(name, field_get_name(&list->fields[i])))
			return &list->fields[i];
	return NULL;
}

void
field_clean(struct arena *arena, struct field *field)
{
	size_t end = field->name_size;

	if (end < 2 || field->bytes.data[end - 1] != ':' ||
	    !field_is_blank(field->bytes.data[end - 2]))
		return;
	for (end--; end > 0 && field_is_blank(field->bytes.data[end - 1]); end--)
		continue;
	struct text rest = text_slice(field->bytes, field->name_size - 1, field->bytes.size);
	field->bytes = field_join(arena, text_slice(field->bytes, 0, end), rest);
	field->name_size = end + 1;
}

void
field_unfold(struct arena *arena, struct field *field)
{
	size_t size = field->bytes.size;

	if (field_is_from_line(field->bytes) || text_find_byte(field->bytes, 0, '\n') + 1 >= size)
		return;
	char *line = arena_alloc_bytes(arena, size);
	for (size_t i = 0; i < size; i++)
		line[i] = field->bytes.data[i] == '\n' && i + 1 < size ? ' ' : field->bytes.data[i];
	field->bytes.data = line;
}

/* The folds of a From_ line (">") become those of a field (" "), or the other way round. */
static struct text
field_change_folds(struct arena *arena, struct text bytes, bool to_from_line)
{
	char *changed = arena_alloc_bytes(arena, bytes.size);

	memcpy(changed, bytes.data, bytes.size);
	for (size_t i = 1; i < bytes.size; i++) {
		if (changed[i - 1] != '\n')
			continue;
		if (to_from_line && field_is_blank(changed[i]))
			changed[i] = '>';
		else if (!to_from_line && changed[i] == '>')
			changed[i] = ' ';
	}
	return (struct text){changed, bytes.size};
}

void
field_rename(struct arena *arena, struct field *field, size_t old_size, struct text name)
{
	bool to_from_line = text_is_equal(name, TEXT("From "));

	if (field_is_from_line(field->bytes))
		field->bytes = field_change_folds(arena, field->bytes, false);
	if (to_from_line)
		field->bytes = field_change_folds(arena, field->bytes, true);
	if (to_from_line || text_has_suffix(name, TEXT(":")))
		old_size = field->name_size;
	field->name_size = field->name_size - old_size + name.size;
	field->bytes =
	    field_join(arena, name, text_slice(field->bytes, old_size, field->bytes.size));
}
