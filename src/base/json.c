/*
 * JSON writer; see json.h.
 */
#include "base/json.h"

#include "base/number.h"
#include "base/utf8.h"

void
json_init(struct json_writer *json, struct buffer *buffer)
{
	*json = (struct json_writer){.buffer = buffer};
}

static void
json_separate(struct json_writer *json)
{
	if (json->need_comma)
		buffer_append_byte(json->buffer, ',');
	json->need_comma = true;
}

static void
json_open(struct json_writer *json, char bracket)
{
	json_separate(json);
	buffer_append_byte(json->buffer, bracket);
	json->need_comma = false;
}

static void
json_close(struct json_writer *json, char bracket)
{
	buffer_append_byte(json->buffer, bracket);
	json->need_comma = true;
}

void
json_begin_object(struct json_writer *json)
{
	json_open(json, '{');
}

void
json_end_object(struct json_writer *json)
{
	json_close(json, '}');
}

void
json_begin_array(struct json_writer *json)
{
	json_open(json, '[');
}

void
json_end_array(struct json_writer *json)
{
	json_close(json, ']');
}

static void
json_append_escape(struct buffer *buffer, unsigned char byte)
{
	static const char hex[] = "0123456789abcdef";

	switch (byte) {
	case '"':
	case '\\':
		buffer_append_byte(buffer, '\\');
		buffer_append_byte(buffer, (char)byte);
		break;
	case '\n':
		buffer_append(buffer, TEXT("\\n"));
		break;
	case '\r':
		buffer_append(buffer, TEXT("\\r"));
		break;
	case '\t':
		buffer_append(buffer, TEXT("\\t"));
		break;
	default:
		buffer_append(buffer, TEXT("\\u00"));
		buffer_append_byte(buffer, hex[byte >> 4]);
		buffer_append_byte(buffer, hex[byte & 15]);
		break;
	}
}

/* The control characters of C1: terminals obey them in what programs print. */
static bool
json_is_control(struct text value, size_t at, size_t length)
{
	return length == 2 && value.data[at] == '\xc2' && (unsigned char)value.data[at + 1] < 0xa0;
}

/* What turns the direction of the text around it (U+202A to 202E, U+2066 to 2069) deceives who looks at JSON
 * on a terminal: its last hexadecimal digits; 0: it is none of them. */
static unsigned
json_direction(struct text value, size_t at, size_t length)
{
	unsigned middle, last;

	if (length != 3 || value.data[at] != '\xe2')
		return 0;
	middle = (unsigned char)value.data[at + 1];
	last = (unsigned char)value.data[at + 2];
	if ((middle == 0x80 && last >= 0xaa && last <= 0xae) ||
	    (middle == 0x81 && last >= 0xa6 && last <= 0xa9))
		return (middle & 0x3f) << 6 | (last & 0x3f);
	return 0;
}

static void
json_append_quoted(struct buffer *buffer, struct text value)
{
	size_t plain = 0, i = 0;

	buffer_append_byte(buffer, '"');
	while (i < value.size) {
		unsigned char byte = (unsigned char)value.data[i];
		size_t length = byte < 0x80 ? 1 : utf8_sequence_length(value, i);
		bool is_control = json_is_control(value, i, length);
		unsigned direction = json_direction(value, i, length);
		bool is_plain = byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7f &&
				length > 0 && !is_control && direction == 0;
		if (is_plain) {
			i += length;
			continue;
		}
		buffer_append(buffer, text_slice(value, plain, i));
		if (direction != 0) {
			buffer_append_format(buffer, "\\u2%03x", direction);
			i += length - 1;
		} else if (is_control)
			json_append_escape(buffer, (unsigned char)value.data[++i]);
		else if (byte < 0x80)
			json_append_escape(buffer, byte);
		else
			buffer_append(buffer, TEXT("\xEF\xBF\xBD"));
		plain = ++i;
	}
	buffer_append(buffer, text_slice(value, plain, value.size));
	buffer_append_byte(buffer, '"');
}

void
json_name(struct json_writer *json, const char *name)
{
	json_separate(json);
	buffer_append_byte(json->buffer, '"');
	buffer_append(json->buffer, text_from_string(name));
	buffer_append(json->buffer, TEXT("\":"));
	json->need_comma = false;
}

void
json_text(struct json_writer *json, struct text value)
{
	json_separate(json);
	json_append_quoted(json->buffer, value);
}

void
json_integer(struct json_writer *json, int64_t value)
{
	char digits[NUMBER_DIGITS_MAX];
	uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	json_separate(json);
	if (value < 0)
		buffer_append_byte(json->buffer, '-');
	buffer_append(json->buffer, number_format_unsigned(magnitude, digits));
}

void
json_bool(struct json_writer *json, bool value)
{
	json_separate(json);
	buffer_append(json->buffer, value ? TEXT("true") : TEXT("false"));
}

void
json_null(struct json_writer *json)
{
	json_separate(json);
	buffer_append(json->buffer, TEXT("null"));
}

void
json_member_text(struct json_writer *json, const char *name, struct text value)
{
	json_name(json, name);
	json_text(json, value);
}

void
json_member_integer(struct json_writer *json, const char *name, int64_t value)
{
	json_name(json, name);
	json_integer(json, value);
}

void
json_member_bool(struct json_writer *json, const char *name, bool value)
{
	json_name(json, name);
	json_bool(json, value);
}

void
json_member_null(struct json_writer *json, const char *name)
{
	json_name(json, name);
	json_null(json);
}
