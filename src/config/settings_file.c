/*
 * Recursive descent over culver.conf; see settings_file.h. Nothing is guessed: what could be read
 * in two ways (a quote or a glued "#" in a bare value) is an error that says how to write it. The
 * usual file is ASCII and mostly comments, so lines and comments are skipped by memchr and bytes
 * are checked eight at a time.
 */
#include "config/settings_file.h"

#include <string.h>

#include "base/utf8.h"
#include "config/settings.h"

bool
settings_file_fail(struct settings_file *file, size_t position, struct error *error)
{
	unsigned column = 1;

	for (size_t i = file->line_start; i < position && i < file->bytes.size; i++)
		column += ((unsigned char)file->bytes.data[i] & 0xc0) != 0x80;
	error_prefix(error, "%s:%u:%u: ", file->path, file->line, column);
	file->failed = true;
	return false;
}

/* Makes the line that holds the position the current one. */
static void
settings_file_seek(struct settings_file *file, size_t position)
{
	for (size_t i = file->line_start; i < position; i++) {
		if (file->bytes.data[i] == '\n') {
			file->line++;
			file->line_start = i + 1;
		}
	}
}

static bool
settings_file_check_bytes(struct settings_file *file, struct error *error)
{
	struct text bytes = file->bytes;
	const char *nul = memchr(bytes.data, '\0', bytes.size);

	if (nul != NULL) {
		size_t position = (size_t)(nul - bytes.data);
		settings_file_seek(file, position);
		error_set(error, ERROR_INPUT, "a NUL byte; the file is not a text, restore it");
		return settings_file_fail(file, position, error);
	}
	if (text_is_ascii(bytes))
		return true;
	for (size_t i = 0, length; i < bytes.size; i += length) {
		length = utf8_sequence_length(bytes, i);
		if (length > 0)
			continue;
		settings_file_seek(file, i);
		error_set(error, ERROR_INPUT,
		    "byte 0x%02x is not valid UTF-8; save the file as UTF-8",
		    (unsigned char)bytes.data[i]);
		return settings_file_fail(file, i, error);
	}
	if (text_has_prefix(bytes, TEXT("\xEF\xBB\xBF"))) {
		error_set(error, ERROR_INPUT, "a byte order mark; save the file without one");
		return settings_file_fail(file, 0, error);
	}
	return true;
}

bool
settings_file_init(struct settings_file *file, struct arena *arena, const char *path,
    struct text bytes, struct error *error)
{
	*file = (struct settings_file){.arena = arena, .path = path, .bytes = bytes, .line = 1};
	if (bytes.size > SETTINGS_FILE_MAX) {
		file->failed = true;
		return error_set(
		    error, ERROR_LIMIT, "%s: larger than %d bytes", path, SETTINGS_FILE_MAX);
	}
	return bytes.size == 0 || settings_file_check_bytes(file, error);
}

/* The byte at the position, or '\n' behind the last: the end of the file ends a line. */
static char
settings_file_byte(const struct settings_file *file)
{
	return file->position < file->bytes.size ? file->bytes.data[file->position] : '\n';
}

static void
settings_file_skip_blanks(struct settings_file *file)
{
	while (settings_file_byte(file) == ' ' || settings_file_byte(file) == '\t')
		file->position++;
}

/* tolerance: settings-crlf */
static bool
settings_file_at_line_end(const struct settings_file *file)
{
	if (settings_file_byte(file) == '\n')
		return true;
	return settings_file_byte(file) == '\r' &&
	       (file->position + 1 == file->bytes.size ||
		   file->bytes.data[file->position + 1] == '\n');
}

static void
settings_file_next_line(struct settings_file *file)
{
	file->position = text_find_byte(file->bytes, file->position, '\n') + 1;
	file->line_start = file->position;
	file->line++;
}

static struct text
settings_file_take_name(struct settings_file *file)
{
	size_t start = file->position;

	for (;;) {
		char byte = settings_file_byte(file);
		bool is_first = file->position == start;
		if (!(byte >= 'a' && byte <= 'z') &&
		    (is_first || !(text_is_digit(byte) || byte == '_')))
			break;
		file->position++;
	}
	return text_slice(file->bytes, start, file->position);
}

static bool
settings_file_refuse(
    struct settings_file *file, size_t position, const char *what, struct error *error)
{
	error_set(error, ERROR_INPUT, "%s", what);
	return settings_file_fail(file, position, error);
}

static bool
settings_file_take_bare(struct settings_file *file, struct text *value_out, struct error *error)
{
	size_t start = file->position, end = start;

	while (!settings_file_at_line_end(file)) {
		char byte = settings_file_byte(file);
		bool is_blank = byte == ' ' || byte == '\t';
		bool after_blank = file->position > end || file->position == start;
		if (byte == '#' && after_blank)
			break;
		if (byte == '#')
			return settings_file_refuse(file, file->position,
			    "\"#\" inside a value; write the value in double quotes, or a blank "
			    "before a comment",
			    error);
		if (byte == '"')
			return settings_file_refuse(file, file->position,
			    "a quote inside a value; write the whole value in double quotes, with "
			    "\\\" for a quote",
			    error);
		if (((unsigned char)byte < ' ' && byte != '\t') || byte == 0x7f)
			return settings_file_refuse(file, file->position,
			    "a control character inside a value; remove it", error);
		file->position++;
		if (!is_blank)
			end = file->position;
	}
	*value_out = text_slice(file->bytes, start, end);
	return true;
}

/* The byte behind a backslash. */
static bool
settings_file_take_escape(struct settings_file *file, char *byte_out, struct error *error)
{
	file->position++;
	switch (settings_file_byte(file)) {
	case '"':
	case '\\':
		*byte_out = settings_file_byte(file);
		return true;
	case 'n':
		*byte_out = '\n';
		return true;
	default:
		return settings_file_refuse(file, file->position - 1,
		    "a backslash inside double quotes must be followed by \", \\ or n", error);
	}
}

static bool
settings_file_take_quoted(struct settings_file *file, struct text *value_out, struct error *error)
{
	size_t opening = file->position++;
	size_t room = text_find_byte(file->bytes, file->position, '\n') - file->position;
	char *value = arena_alloc(file->arena, room);
	size_t size = 0;

	while (settings_file_byte(file) != '"') {
		if (settings_file_at_line_end(file))
			return settings_file_refuse(file, opening,
			    "this quote is not closed on its line; add \" at the end of the value",
			    error);
		char byte = settings_file_byte(file);
		if (byte == '\\' && !settings_file_take_escape(file, &byte, error))
			return false;
		value[size++] = byte;
		file->position++;
	}
	file->position++;
	*value_out = (struct text){value, size};
	settings_file_skip_blanks(file);
	if (settings_file_at_line_end(file) || settings_file_byte(file) == '#')
		return true;
	return settings_file_refuse(file, file->position,
	    "only a comment may follow a value in double quotes; write a quote in it as \\\"",
	    error);
}

bool
settings_file_next(
    struct settings_file *file, struct settings_file_entry *entry_out, struct error *error)
{
	if (file->failed)
		return false;
	for (; file->position < file->bytes.size; settings_file_next_line(file)) {
		settings_file_skip_blanks(file);
		if (!settings_file_at_line_end(file) && settings_file_byte(file) != '#')
			break;
	}
	if (file->position >= file->bytes.size)
		return false;
	*entry_out =
	    (struct settings_file_entry){.line = file->line, .name_position = file->position};
	entry_out->name = settings_file_take_name(file);
	if (entry_out->name.size == 0)
		return settings_file_refuse(file, file->position,
		    "expected the name of a setting (a-z, 0-9 and \"_\") or a \"#\" comment",
		    error);
	settings_file_skip_blanks(file);
	if (settings_file_byte(file) != '=')
		return settings_file_refuse(file, file->position,
		    "expected \"=\" behind the name (a-z, 0-9 and \"_\"); write name = value",
		    error);
	file->position++;
	settings_file_skip_blanks(file);
	entry_out->value_position = file->position;
	if (settings_file_byte(file) == '"')
		return settings_file_take_quoted(file, &entry_out->value, error);
	return settings_file_take_bare(file, &entry_out->value, error);
}

void
settings_file_format(struct buffer *buffer, struct text value)
{
	bool is_bare = value.size > 0 && text_trim(value).size == value.size;

	for (size_t i = 0; i < value.size; i++)
		is_bare = is_bare && value.data[i] != '"' && value.data[i] != '#' &&
			  value.data[i] != '\n' && value.data[i] != '\r';
	if (is_bare) {
		buffer_append(buffer, value);
		return;
	}
	buffer_append_byte(buffer, '"');
	for (size_t i = 0; i < value.size; i++) {
		char byte = value.data[i];
		if (byte == '"' || byte == '\\')
			buffer_append_byte(buffer, '\\');
		if (byte == '\n')
			buffer_append(buffer, TEXT("\\n"));
		else
			buffer_append_byte(buffer, byte);
	}
	buffer_append_byte(buffer, '"');
}
