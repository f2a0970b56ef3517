/*
 * A tolerant reader of "type/subtype; name=value; ..." (see content_type.h). It works on the body
 * as it stands, folds included, and moves forward only: each byte is looked at a fixed number of
 * times.
 */
#include "mail/content_type.h"

#include "base/vector.h"
#include "mail/header.h"

/* RFC 2045, section 5.1; bytes past ASCII are taken, too. */
static bool
content_type_is_token_byte(char byte)
{
	switch (byte) {
	case '(':
	case ')':
	case '<':
	case '>':
	case '@':
	case ',':
	case ';':
	case ':':
	case '\\':
	case '"':
	case '/':
	case '[':
	case ']':
	case '?':
	case '=':
	case 127:
		return false;
	default:
		return (unsigned char)byte > ' ';
	}
}

static size_t
content_type_token_end(struct text body, size_t from)
{
	while (from < body.size && content_type_is_token_byte(body.data[from]))
		from++;
	return from;
}

static struct text
content_type_take_token(struct text body, size_t *position)
{
	size_t begin = header_skip_blanks(body, *position);
	size_t end = content_type_token_end(body, begin);

	*position = header_skip_blanks(body, end);
	return text_slice(body, begin, end);
}

bool
content_type_take_value(struct text *rest, struct text *type_out, struct text *subtype_out)
{
	size_t position = 0;

	*type_out = content_type_take_token(*rest, &position);
	*subtype_out = text_slice(*rest, position, position);
	if (position < rest->size && rest->data[position] == '/') {
		position++;
		*subtype_out = content_type_take_token(*rest, &position);
	}
	bool well_formed =
	    type_out->size > 0 && (position == rest->size || rest->data[position] == ';');
	*rest = text_slice(*rest, position, rest->size);
	return well_formed;
}

/* Does "name =" stand here? */
static bool
content_type_is_parameter(struct text body, size_t position)
{
	size_t end = content_type_token_end(body, position);

	if (end == position)
		return false;
	end = header_skip_blanks(body, end);
	return end < body.size && body.data[end] == '=';
}

/* The position of what ends the quoted string whose first byte is at `from`: its quote, or the
 * body's end. */
static size_t
content_type_quoted_end(struct text body, size_t from, bool *needs_cleaning_out)
{
	size_t position = from;

	*needs_cleaning_out = false;
	while (position < body.size && body.data[position] != '"') {
		if (body.data[position] == '\\' || body.data[position] == '\n')
			*needs_cleaning_out = true;
		if (body.data[position] == '\\' && position + 1 < body.size)
			position++;
		position++;
	}
	return position;
}

/*
 * The end of the unquoted value at `from`. tolerance: content-type-unquoted-value
 */
static size_t
content_type_unquoted_end(struct text body, size_t from)
{
	size_t position = from, end = from;

	while (position < body.size && body.data[position] != ';' && body.data[position] != '(') {
		if (!text_is_space(body.data[position])) {
			end = ++position;
			continue;
		}
		while (position < body.size && text_is_space(body.data[position]))
			position++;
		if (content_type_is_parameter(body, position))
			break;
	}
	return end;
}

/* The value behind the '='; moves *position to what follows it. */
static struct text
content_type_take_parameter_value(
    struct text body, size_t *position, bool *needs_cleaning_out, bool *malformed_out)
{
	size_t begin = header_skip_blanks(body, *position), end;

	*needs_cleaning_out = false;
	if (begin < body.size && body.data[begin] == '"') {
		end = content_type_quoted_end(body, ++begin, needs_cleaning_out);
		*position = end < body.size ? end + 1 : end;
		if (end == body.size) { /* tolerance: content-type-not-closed */
			*malformed_out = true;
			end = begin + text_trim(text_slice(body, begin, end)).size;
		}
		return text_slice(body, begin, end);
	}
	end = content_type_unquoted_end(body, begin);
	*position = end;
	if (content_type_token_end(body, begin) < end || end == begin)
		*malformed_out = true;
	struct text value = text_slice(body, begin, end);
	*needs_cleaning_out = text_find_byte(value, 0, '\n') < value.size;
	return value;
}

bool
content_type_next(
    struct text *rest, struct content_parameter_raw *parameter_out, bool *malformed_out)
{
	struct text body = *rest;
	size_t position = header_skip_blanks(body, 0);
	bool is_separated = false;

	while (position < body.size) {
		if (body.data[position] == ';') {
			is_separated = true;
			position = header_skip_blanks(body, position + 1);
			continue;
		}
		/* A parameter begins behind a semicolon, or (tolerance: content-type-semicolon)
		 * without one. */
		if (content_type_is_parameter(body, position)) {
			*malformed_out |= !is_separated;
			parameter_out->name = content_type_take_token(body, &position);
			position++;
			parameter_out->value = content_type_take_parameter_value(
			    body, &position, &parameter_out->needs_cleaning, malformed_out);
			*rest = text_slice(body, position, body.size);
			return true;
		}
		*malformed_out = true;
		size_t end = content_type_token_end(body, position);
		position = header_skip_blanks(body, end > position ? end : position + 1);
	}
	*rest = text_slice(body, body.size, body.size);
	return false;
}

size_t
content_type_clean(struct text raw, char *out)
{
	size_t size = 0;

	for (size_t i = 0; i < raw.size; i++) {
		if (raw.data[i] == '\n' ||
		    (raw.data[i] == '\r' && i + 1 < raw.size && raw.data[i + 1] == '\n'))
			continue;
		if (raw.data[i] == '\\' && i + 1 < raw.size)
			i++;
		out[size++] = raw.data[i];
	}
	return size;
}

struct content_type
content_type_parse(struct arena *arena, struct text body)
{
	struct content_type result = {.truncated = body.size > CONTENT_TYPE_SIZE_MAX};
	struct text rest = text_slice(body, 0, CONTENT_TYPE_SIZE_MAX);
	struct content_parameter_raw raw;
	size_t capacity = 0;

	result.malformed = !content_type_take_value(&rest, &result.type, &result.subtype);
	while (content_type_next(&rest, &raw, &result.malformed)) {
		if (result.count == CONTENT_TYPE_PARAMETERS_MAX) {
			result.truncated = true;
			break;
		}
		struct content_parameter parameter = {.name = raw.name, .value = raw.value};
		if (raw.needs_cleaning) {
			char *copy = arena_alloc(arena, raw.value.size);
			parameter.value = (struct text){copy, content_type_clean(raw.value, copy)};
		}
		result.parameters = vector_grow(
		    arena, result.parameters, result.count, &capacity, sizeof parameter);
		result.parameters[result.count++] = parameter;
	}
	return result;
}

bool
content_type_find(const struct content_type *type, struct text name, struct text *value_out)
{
	for (size_t i = 0; i < type->count; i++) {
		if (text_is_equal_nocase(type->parameters[i].name, name)) {
			*value_out = type->parameters[i].value;
			return true;
		}
	}
	return false;
}
