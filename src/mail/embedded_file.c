/*
 * Files inside of plain text (see embedded_file.h). The lines are walked once with memchr; only one
 * that begins with "begin " or "=ybegin " costs more. Decoding holds back the line that it is in, so
 * that it does not depend on how the input is cut.
 */
#include "mail/embedded_file.h"

#include <string.h>

#include "base/bug.h"
#include "base/number.h"

/* The next line, without its line end; moves *position behind it. */
static struct text
embedded_take_line(struct text text, size_t *position)
{
	size_t begin = *position, end = text_find_byte(text, begin, '\n');

	*position = end + (end < text.size);
	end -= end > begin && text.data[end - 1] == '\r';
	return text_slice(text, begin, end);
}

/* --- uuencode ----------------------------------------------------------------------------------- */

/* "begin 644 name": the mode has three or four octal digits. */
static bool
embedded_uuencode_begin(struct text line, struct text *name_out)
{
	size_t at = 6;

	if (!text_has_prefix(line, TEXT("begin ")))
		return false;
	while (at < line.size && line.data[at] >= '0' && line.data[at] <= '7')
		at++;
	if (at < 9 || at > 10 || at >= line.size || line.data[at] != ' ')
		return false;
	*name_out = text_trim(text_slice(line, at, line.size));
	return name_out->size > 0;
}

/* The bytes that the first character of a line counts. */
static size_t
embedded_uuencode_count(char first)
{
	return ((unsigned char)first - 32U) & 63;
}

/* Could the line be data: its digits are as many as its first one says? A checksum digit behind them is
 * met, and blanks at the end may be lost. tolerance: embedded-uuencode-length */
static bool
embedded_uuencode_is_data(struct text line)
{
	for (size_t i = 0; i < line.size; i++)
		if (line.data[i] < ' ' || line.data[i] > '`')
			return false;
	if (line.size == 0)
		return false;
	size_t count = embedded_uuencode_count(line.data[0]);
	size_t wanted = 1 + (count + 2) / 3 * 4;
	size_t shortest = 1 + (count * 4 + 2) / 3;
	return line.size <= wanted + 1 && (line.size >= shortest || count <= 45);
}

static bool
embedded_uuencode_is_full(struct text line)
{
	size_t count = line.size > 0 ? embedded_uuencode_count(line.data[0]) : 0;

	return count > 0 && embedded_uuencode_is_data(line) && line.size >= 1 + (count * 4 + 2) / 3;
}

/* Reads the lines behind "begin" up to "end". False: no data line follows, so it begins no file. */
static bool
embedded_uuencode_take(struct text text, size_t *position, struct embedded_file *file)
{
	size_t at = *position, begin = at;
	struct text line = embedded_take_line(text, &at);
	bool is_empty = text_is_equal(line, TEXT("`")) || text_is_equal(line, TEXT(" "));
	size_t behind = at;

	if (is_empty)
		is_empty = text_is_equal(embedded_take_line(text, &behind), TEXT("end"));
	if (!is_empty && !embedded_uuencode_is_full(line) && !text_is_equal(line, TEXT("end")))
		return false;
	for (at = begin; at < text.size;) {
		size_t line_begin = at;
		line = embedded_take_line(text, &at);
		if (text_is_equal(line, TEXT("end"))) {
			file->content = text_slice(text, begin, line_begin);
			*position = at;
			return true;
		}
		/* tolerance: embedded-not-ended */
		if (line.size > 0 && !embedded_uuencode_is_data(line)) {
			file->malformed = true;
			file->content = text_slice(text, begin, line_begin);
			*position = line_begin;
			return true;
		}
	}
	file->malformed = true;
	file->content = text_slice(text, begin, text.size);
	*position = text.size;
	return true;
}

/* --- yEnc --------------------------------------------------------------------------------------- */

/* The value of "key=" in a yEnc line; a name runs to the line's end. */
static bool
embedded_yenc_value(struct text line, struct text key, struct text *value_out)
{
	size_t at = 0;

	while (at < line.size) {
		at = text_find(line, at, key);
		bool begins_word = at > 0 && at < line.size && line.data[at - 1] == ' ';
		if (begins_word)
			break;
		at += at < line.size;
	}
	if (at >= line.size)
		return false;
	*value_out = text_slice(line, at + key.size, line.size);
	if (!text_is_equal(key, TEXT("name=")))
		*value_out = text_slice(*value_out, 0, text_find_byte(*value_out, 0, ' '));
	return true;
}

static bool
embedded_yenc_number(struct text line, struct text key, uint64_t *number_out)
{
	struct text value;

	return embedded_yenc_value(line, key, &value) &&
	       number_parse_unsigned(value, UINT64_MAX, number_out);
}

/* The line in front of " name=": what stands in the name is no keyword. */
static struct text
embedded_yenc_keywords(struct text line)
{
	return text_slice(line, 0, text_find(line, 0, TEXT(" name=")));
}

static bool
embedded_yenc_begin(struct text line, struct embedded_file *file)
{
	struct text keywords = embedded_yenc_keywords(line);

	if (!text_has_prefix(line, TEXT("=ybegin ")) ||
	    !embedded_yenc_number(keywords, TEXT("size="), &file->size) ||
	    !embedded_yenc_value(line, TEXT("name="), &file->name))
		return false;
	file->name = text_trim(file->name);
	return true;
}

/* CRC-32 (ISO 3309), as yEnc uses it. */
static uint32_t
embedded_crc(uint32_t crc, struct text bytes)
{
	/* Four bits at a time. */
	static const uint32_t table[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC,
	    0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8,
	    0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};

	for (size_t i = 0; i < bytes.size; i++) {
		crc ^= (unsigned char)bytes.data[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return crc;
}

/* Decodes the content only to count and to sum it up. */
static uint64_t
embedded_yenc_measure(const struct embedded_file *file, uint32_t *crc_out)
{
	struct embedded_decoder decoder;
	struct text rest = file->content;
	char piece[EMBEDDED_OUT_MIN];
	uint64_t size = 0;
	size_t got;

	*crc_out = UINT32_MAX;
	embedded_decoder_init(&decoder, file);
	do {
		got = embedded_decoder_take(&decoder, &rest, true, piece, sizeof piece);
		*crc_out = embedded_crc(*crc_out, (struct text){piece, got});
		size += got;
	} while (got > 0 || rest.size > 0);
	*crc_out = ~*crc_out;
	return size;
}

/* Eight hexadecimal digits; leading zeros may be missing. */
static bool
embedded_yenc_sum(struct text line, struct text key, uint32_t *sum_out)
{
	struct text value;

	if (!embedded_yenc_value(line, key, &value) || value.size == 0 || value.size > 8)
		return false;
	*sum_out = 0;
	for (size_t i = 0; i < value.size; i++) {
		int digit = text_hex_value(value.data[i]);
		if (digit < 0)
			return false;
		*sum_out = *sum_out << 4 | (uint32_t)digit;
	}
	return true;
}

/* Do size and checksum of "=yend" (and the range of "=ypart") agree with the content? Whether dots are
 * doubled is told by the size. tolerance: embedded-yenc-dots */
static bool
embedded_yenc_is_sound(struct embedded_file *file, struct text part_line, struct text end_line)
{
	uint64_t size, begin = 1, end = file->size;
	uint32_t crc, wanted;
	struct text value;
	bool is_part = part_line.size > 0;

	if (is_part && (!embedded_yenc_number(part_line, TEXT("begin="), &begin) ||
			   !embedded_yenc_number(part_line, TEXT("end="), &end)))
		return false;
	if (begin == 0 || end > file->size || begin > end + 1)
		return false;
	uint64_t measured = embedded_yenc_measure(file, &crc);
	if (measured > end - begin + 1) {
		file->is_stuffed = true;
		measured = embedded_yenc_measure(file, &crc);
		file->is_stuffed = measured == end - begin + 1;
	}
	if (measured != end - begin + 1 || !embedded_yenc_number(end_line, TEXT("size="), &size) ||
	    size != measured)
		return false;
	/* Of a part, "crc32" is the sum of the whole file. */
	struct text key = is_part ? TEXT("pcrc32=") : TEXT("crc32=");
	return !embedded_yenc_value(end_line, key, &value) ||
	       (embedded_yenc_sum(end_line, key, &wanted) && wanted == crc);
}

/* Reads the lines behind "=ybegin" up to "=yend". */
static bool
embedded_yenc_take(
    struct text text, size_t *position, struct text begin_line, struct embedded_file *file)
{
	struct text part_line = {0}, value;
	size_t at = *position, begin = at;
	struct text line = embedded_take_line(text, &at);
	bool is_part =
	    embedded_yenc_value(embedded_yenc_keywords(begin_line), TEXT("part="), &value);

	if (is_part && text_has_prefix(line, TEXT("=ypart ")))
		part_line = line;
	if (part_line.size > 0)
		begin = at;
	/* A part without its range. */
	file->malformed = is_part != (part_line.size > 0);
	for (at = begin; at < text.size;) {
		size_t line_begin = at;
		line = embedded_take_line(text, &at);
		bool is_end = text_has_prefix(line, TEXT("=yend"));
		/* tolerance: embedded-not-ended */
		if (!is_end && !text_has_prefix(line, TEXT("=ybegin ")))
			continue;
		file->content = text_slice(text, begin, line_begin);
		*position = is_end ? at : line_begin;
		file->malformed |= !is_end || !embedded_yenc_is_sound(file, part_line, line);
		return at > begin;
	}
	file->malformed = true;
	file->content = text_slice(text, begin, text.size);
	*position = text.size;
	return file->content.size > 0;
}

bool
embedded_file_next(struct text text, size_t *position, struct embedded_file *file_out)
{
	while (*position < text.size) {
		size_t begin = *position;
		char first = text.data[begin];
		struct text line = embedded_take_line(text, position);
		*file_out = (struct embedded_file){0};
		bool is_found = false;
		if (first == 'b' && embedded_uuencode_begin(line, &file_out->name)) {
			file_out->coding = EMBEDDED_UUENCODE;
			is_found = embedded_uuencode_take(text, position, file_out);
		} else if (first == '=' && embedded_yenc_begin(line, file_out)) {
			file_out->coding = EMBEDDED_YENC;
			is_found = embedded_yenc_take(text, position, line, file_out);
		}
		file_out->bytes = text_slice(text, begin, *position);
		if (is_found)
			return true;
	}
	return false;
}

/* --- Decoding ----------------------------------------------------------------------------------- */

void
embedded_decoder_init(struct embedded_decoder *decoder, const struct embedded_file *file)
{
	memset(decoder, 0, sizeof *decoder);
	decoder->coding = file->coding;
	decoder->is_stuffed = file->is_stuffed;
}

/* A line of data; at most 63 bytes. */
static size_t
embedded_put_uuencoded(struct embedded_decoder *decoder, struct text line, char *out)
{
	size_t size = 0;

	if (!embedded_uuencode_is_data(line)) {
		decoder->malformed |= line.size > 0;
		return 0;
	}
	size_t count = embedded_uuencode_count(line.data[0]);
	for (size_t i = 0; i < count; i += 3) {
		uint32_t bits = 0;
		for (size_t j = 1; j <= 4; j++) {
			size_t at = i / 3 * 4 + j;
			unsigned char digit = at < line.size ? (unsigned char)line.data[at] : ' ';
			bits = bits << 6 | ((digit - 32U) & 63);
		}
		for (unsigned shift = 24; shift > 0 && size < count;) {
			shift -= 8;
			out[size++] = (char)(bits >> shift);
		}
	}
	return size;
}

static size_t
embedded_take_uuencode(
    struct embedded_decoder *decoder, struct text *input, bool is_last, char *out, size_t size)
{
	size_t used = 0;

	while (input->size > 0 && size - used >= sizeof decoder->held) {
		size_t room = sizeof decoder->held - decoder->held_size;
		size_t line_end = text_find_byte(text_slice(*input, 0, room), 0, '\n');
		size_t taken = line_end < room && line_end < input->size ? line_end + 1 : line_end;
		memcpy(decoder->held + decoder->held_size, input->data, taken);
		decoder->held_size += taken;
		bool has_end = decoder->held[decoder->held_size - 1] == '\n';
		*input = text_slice(*input, taken, input->size);
		if (!has_end && decoder->held_size < sizeof decoder->held)
			break;
		struct text line = {decoder->held, decoder->held_size};
		while (line.size > 0 &&
		       (line.data[line.size - 1] == '\n' || line.data[line.size - 1] == '\r'))
			line.size--;
		/* A line that is too long is no data, up to its end. */
		bool is_long = decoder->state != 0 || !has_end;
		decoder->malformed |= is_long;
		if (!is_long)
			used += embedded_put_uuencoded(decoder, line, out + used);
		decoder->state = !has_end;
		decoder->held_size = 0;
	}
	if (is_last && input->size == 0 && decoder->held_size > 0 &&
	    size - used >= sizeof decoder->held) {
		struct text line = {decoder->held, decoder->held_size};
		line.size -= line.data[line.size - 1] == '\r';
		decoder->malformed |= decoder->state != 0;
		if (decoder->state == 0)
			used += embedded_put_uuencoded(decoder, line, out + used);
		decoder->held_size = 0;
	}
	return used;
}

enum embedded_yenc_state {
	YENC_LINE_START,
	YENC_DOT, /* a line began with a dot */
	YENC_LINE,
	YENC_ESCAPE,
};

/* One byte of input; returns whether *out was written. */
static bool
embedded_take_yenc_byte(struct embedded_decoder *decoder, char byte, char *out)
{
	unsigned state = decoder->state;

	decoder->state = YENC_LINE;
	if (byte == '\n' || byte == '\r') {
		decoder->malformed |= state == YENC_ESCAPE;
		decoder->state = byte == '\n' ? YENC_LINE_START : YENC_LINE;
		return false;
	}
	if (state == YENC_ESCAPE) {
		*out = (char)((unsigned char)byte - 64U - 42U);
		return true;
	}
	if (byte == '=') {
		decoder->state = YENC_ESCAPE;
		return false;
	}
	if (byte == '.' && state == YENC_DOT && decoder->is_stuffed)
		return false;
	if (byte == '.' && state == YENC_LINE_START)
		decoder->state = YENC_DOT;
	*out = (char)((unsigned char)byte - 42U);
	return true;
}

static size_t
embedded_take_yenc(
    struct embedded_decoder *decoder, struct text *input, bool is_last, char *out, size_t size)
{
	size_t used = 0, at = 0;

	while (at < input->size && used < size)
		used += embedded_take_yenc_byte(decoder, input->data[at++], out + used);
	*input = text_slice(*input, at, input->size);
	if (is_last && input->size == 0 && decoder->state == YENC_ESCAPE)
		decoder->malformed = true;
	return used;
}

size_t
embedded_decoder_take(
    struct embedded_decoder *decoder, struct text *input, bool is_last, char *out, size_t size)
{
	REQUIRE(size >= EMBEDDED_OUT_MIN);
	return decoder->coding == EMBEDDED_YENC
		   ? embedded_take_yenc(decoder, input, is_last, out, size)
		   : embedded_take_uuencode(decoder, input, is_last, out, size);
}
