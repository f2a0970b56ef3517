/*
 * Encoders; see transfer_encode.h. base64 is written a line at a time from 57 bytes; quoted-printable
 * a character at a time into a line that is given away when it is full.
 */
#include "mail/transfer_encode.h"

#include <string.h>

struct transfer_need
transfer_encode_find_need(struct text content)
{
	struct transfer_need need = {0};
	size_t line = 0;

	for (size_t i = 0; i < content.size; i++) {
		unsigned char byte = (unsigned char)content.data[i];
		if (byte == '\n') {
			line = 0;
			continue;
		}
		if (byte == '\r') {
			need.has_return = true;
			if (i + 1 < content.size && content.data[i + 1] == '\n')
				continue;
			need.has_bare_return = true;
		}
		need.has_long_line |= ++line > TRANSFER_ENCODE_LINE_MAX;
		if (byte >= ' ' && byte < 127 && byte != '=')
			continue;
		need.high += byte > 127;
		need.escaped += byte != '\t';
		need.has_nul |= byte == 0;
		need.has_control |=
		    byte == 127 || (byte < ' ' && byte != '\t' && byte != '\f' && byte != '\r');
	}
	return need;
}

uint64_t
transfer_encode_quoted_size(struct text content, const struct transfer_need *need)
{
	uint64_t size = content.size + 2 * need->escaped;

	return size + size / TRANSFER_ENCODE_WIDTH;
}

uint64_t
transfer_encode_base64_size(struct text content)
{
	uint64_t size = (content.size + 2) / 3 * 4;

	return size + size / TRANSFER_ENCODE_WIDTH + 1;
}

/* The line up to its line end, which is left out; *rest begins behind it. False at the end. */
static bool
transfer_take_line(struct text *rest, struct text *line_out, bool *is_ended_out)
{
	size_t end = text_find_byte(*rest, 0, '\n');

	if (rest->size == 0)
		return false;
	*is_ended_out = end < rest->size;
	*line_out = text_slice(*rest, 0, end);
	if (*is_ended_out && end > 0 && line_out->data[end - 1] == '\r')
		line_out->size--;
	*rest = text_slice(*rest, end + 1, rest->size);
	return true;
}

bool
transfer_encode_append_lines(struct text content, struct text line_end, struct buffer *out)
{
	struct text line;
	bool is_ended, fits = true;

	while (fits && transfer_take_line(&content, &line, &is_ended))
		fits = buffer_append(out, line) && (!is_ended || buffer_append(out, line_end));
	return fits;
}

/* --- Quoted-printable --------------------------------------------------------------------------- */

struct quoted_writer {
	struct buffer *out;
	struct text line_end;
	char line[TRANSFER_ENCODE_WIDTH];
	size_t used;
};

static void
quoted_end_line(struct quoted_writer *writer, bool is_soft)
{
	buffer_append(writer->out, (struct text){writer->line, writer->used});
	if (is_soft)
		buffer_append_byte(writer->out, '=');
	buffer_append(writer->out, writer->line_end);
	writer->used = 0;
}

/* `is_last`: nothing follows on this line, so that no place is needed for a soft break. */
static void
quoted_put(struct quoted_writer *writer, unsigned char byte, bool is_escaped, bool is_last)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t need = (is_escaped ? 3U : 1U) + (is_last ? 0U : 1U);

	if (writer->used + need > TRANSFER_ENCODE_WIDTH)
		quoted_end_line(writer, true);
	if (is_escaped) {
		writer->line[writer->used++] = '=';
		writer->line[writer->used++] = digits[byte >> 4];
		writer->line[writer->used++] = digits[byte & 15];
	} else {
		writer->line[writer->used++] = (char)byte;
	}
}

/* Must the byte at `i` of a line be escaped? */
static bool
quoted_is_escaped(const struct quoted_writer *writer, struct text line, size_t i)
{
	unsigned char byte = (unsigned char)line.data[i];
	bool is_first = writer->used == 0, is_last = i + 1 == line.size;

	if (byte == ' ' || byte == '\t')
		return is_last;
	if (byte == 'F' && is_first)
		return text_has_prefix(text_slice(line, i, line.size), TEXT("From "));
	if (byte == '.' && is_first)
		return true;
	return byte < ' ' || byte > 126 || byte == '=';
}

static void
quoted_append_line(struct quoted_writer *writer, struct text line)
{
	for (size_t i = 0; i < line.size && !buffer_is_overfull(writer->out); i++) {
		/* The line may be broken in front of this very byte. */
		if (writer->used == TRANSFER_ENCODE_WIDTH - 1 && i + 1 < line.size)
			quoted_end_line(writer, true);
		quoted_put(writer, (unsigned char)line.data[i], quoted_is_escaped(writer, line, i),
		    i + 1 == line.size);
	}
}

bool
transfer_encode_append_quoted(
    struct text content, bool is_text, struct text line_end, struct buffer *out)
{
	struct quoted_writer writer = {.out = out, .line_end = line_end};
	bool is_ended = false, fits = !buffer_is_overfull(out);
	struct text line;

	out->overfull = false;
	if (!is_text) {
		quoted_append_line(&writer, content);
		content.size = 0;
	}
	while (!buffer_is_overfull(out) && transfer_take_line(&content, &line, &is_ended)) {
		quoted_append_line(&writer, line);
		if (is_ended)
			quoted_end_line(&writer, false);
	}
	buffer_append(out, (struct text){writer.line, writer.used});
	bool is_complete = !buffer_is_overfull(out);
	out->overfull |= !fits;
	return is_complete;
}

/* --- base64 ------------------------------------------------------------------------------------- */

enum { BASE64_LINE_BYTES = TRANSFER_ENCODE_WIDTH / 4 * 3 };

static size_t
base64_write(const unsigned char *bytes, size_t count, char *out)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t used = 0;

	for (size_t i = 0; i < count; i += 3) {
		unsigned bits = (unsigned)bytes[i] << 16;
		if (i + 1 < count)
			bits |= (unsigned)bytes[i + 1] << 8;
		if (i + 2 < count)
			bits |= bytes[i + 2];
		out[used++] = digits[bits >> 18];
		out[used++] = digits[bits >> 12 & 63];
		out[used++] = i + 1 < count ? digits[bits >> 6 & 63] : '=';
		out[used++] = i + 2 < count ? digits[bits & 63] : '=';
	}
	return used;
}

struct base64_writer {
	struct buffer *out;
	struct text line_end;
	unsigned char held[BASE64_LINE_BYTES];
	size_t count;
};

static bool
base64_end_line(struct base64_writer *writer)
{
	char line[TRANSFER_ENCODE_WIDTH];
	size_t size = base64_write(writer->held, writer->count, line);

	writer->count = 0;
	return buffer_append(writer->out, (struct text){line, size}) &&
	       buffer_append(writer->out, writer->line_end);
}

static bool
base64_add(struct base64_writer *writer, struct text bytes)
{
	while (bytes.size > 0) {
		size_t room = BASE64_LINE_BYTES - writer->count;
		size_t size = bytes.size < room ? bytes.size : room;
		memcpy(writer->held + writer->count, bytes.data, size);
		writer->count += size;
		bytes = text_slice(bytes, size, bytes.size);
		if (writer->count == BASE64_LINE_BYTES && !base64_end_line(writer))
			return false;
	}
	return true;
}

bool
transfer_encode_append_base64(
    struct text content, bool is_text, struct text line_end, struct buffer *out)
{
	struct base64_writer writer = {.out = out, .line_end = line_end};
	struct text line;
	bool is_ended;

	if (!is_text && !base64_add(&writer, content))
		return false;
	while (is_text && transfer_take_line(&content, &line, &is_ended))
		if (!base64_add(&writer, line) || (is_ended && !base64_add(&writer, TEXT("\r\n"))))
			return false;
	return writer.count == 0 || base64_end_line(&writer);
}
