/*
 * Content-Transfer-Encoding (see transfer_encoding.h). Quoted-printable copies the runs between
 * escapes; base64 goes by mail/base64_run.h, or eight digits at a time through four tables, and by
 * single ones only around line ends and noise; uuencode goes by lines. What a cut leaves undecided waits in `held`.
 */
#include "mail/transfer_encoding.h"

#include <endian.h>
#include <string.h>

#include "base/bug.h"
#include "mail/base64_run.h"
#include "mail/header.h"

struct transfer_output {
	char *out;
	size_t size, used;
};

static size_t
transfer_room(const struct transfer_output *output)
{
	return output->size - output->used;
}

static void
transfer_put(struct transfer_output *output, const char *bytes, size_t size)
{
	REQUIRE(size <= transfer_room(output));
	if (size > 0)
		memcpy(output->out + output->used, bytes, size);
	output->used += size;
}

static void
transfer_drop(struct text *input, size_t size)
{
	input->data += size;
	input->size -= size;
}

/* --- Names -------------------------------------------------------------------------------------- */

enum transfer_encoding
transfer_encoding_parse(struct text body, bool *is_unknown_out)
{
	static const struct {
		struct text name;
		enum transfer_encoding encoding;
	} names[] = {
	    {TEXT("7bit"), TRANSFER_IDENTITY},
	    {TEXT("8bit"), TRANSFER_IDENTITY},
	    {TEXT("binary"), TRANSFER_IDENTITY},
	    {TEXT("7-bit"), TRANSFER_IDENTITY},
	    {TEXT("8-bit"), TRANSFER_IDENTITY},
	    {TEXT("quoted-printable"), TRANSFER_QUOTED_PRINTABLE},
	    {TEXT("base64"), TRANSFER_BASE64},
	    {TEXT("x-uuencode"), TRANSFER_UUENCODE},
	    {TEXT("uuencode"), TRANSFER_UUENCODE},
	    {TEXT("x-uue"), TRANSFER_UUENCODE},
	    {TEXT("uue"), TRANSFER_UUENCODE},
	};
	size_t begin = header_skip_blanks(body, 0), end;

	/* tolerance: encoding-name: quotes around it, a semicolon and more behind it. */
	begin += begin < body.size && body.data[begin] == '"';
	for (end = begin; end < body.size && !text_is_space(body.data[end]); end++)
		if (text_find_byte(TEXT("\"(;,"), 0, body.data[end]) < 4)
			break;
	struct text name = text_slice(body, begin, end);
	*is_unknown_out = false;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (text_is_equal_nocase(name, names[i].name))
			return names[i].encoding;
	*is_unknown_out = name.size > 0;
	return TRANSFER_IDENTITY;
}

/* --- Quoted-printable --------------------------------------------------------------------------- */

/* A digit's value and one; 0: none. */
static const unsigned char transfer_hex[256] = {['0'] = 1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    ['A'] = 11,
    12,
    13,
    14,
    15,
    16,
    ['a'] = 11,
    12,
    13,
    14,
    15,
    16};

static unsigned
transfer_hex_of(char digit)
{
	return transfer_hex[(unsigned char)digit];
}

/* The held bytes begin no escape: they are text. tolerance: qp-stray-escape. */
static void
transfer_put_held(struct transfer_decoder *decoder, struct transfer_output *output)
{
	transfer_put(output, decoder->held, decoder->held_size);
	decoder->held_size = 0;
	decoder->malformed = true;
}

/* Decides about an '=' and what is held behind it by the next byte; true when that was used up. */
static bool
transfer_take_escape(struct transfer_decoder *decoder, struct transfer_output *output, char next)
{
	bool has_digit = decoder->held_size == 2 && transfer_hex_of(decoder->held[1]) > 0;
	bool is_bare = decoder->held_size == 1;

	if (has_digit && transfer_hex_of(next) > 0) {
		char byte = (char)((transfer_hex_of(decoder->held[1]) - 1) << 4 |
				   (transfer_hex_of(next) - 1));
		transfer_put(output, &byte, 1);
		decoder->held_size = 0;
		return true;
	}
	/* tolerance: qp-soft-break-blanks. */
	if (!has_digit && next == '\n') {
		decoder->held_size = 0;
		return true;
	}
	bool is_kept = (is_bare && transfer_hex_of(next) > 0) ||
		       (!has_digit && (next == ' ' || next == '\t' || next == '\r'));
	if (is_kept && decoder->held_size < TRANSFER_HELD_MAX) {
		decoder->held[decoder->held_size++] = next;
		return true;
	}
	transfer_put_held(decoder, output);
	return false;
}

static void
transfer_take_quoted_printable(struct transfer_decoder *decoder, struct text *input, bool is_last,
    struct transfer_output *output)
{
	while (input->size > 0 && transfer_room(output) > 0) {
		if (decoder->held_size > 0) {
			if (transfer_room(output) < TRANSFER_HELD_MAX)
				return;
			if (transfer_take_escape(decoder, output, input->data[0]))
				transfer_drop(input, 1);
			continue;
		}
		if (input->data[0] == '=') {
			unsigned high = input->size > 2 ? transfer_hex_of(input->data[1]) : 0;
			unsigned low = input->size > 2 ? transfer_hex_of(input->data[2]) : 0;
			if (high > 0 && low > 0) {
				output->out[output->used++] = (char)((high - 1) << 4 | (low - 1));
				transfer_drop(input, 3);
			} else {
				decoder->held[decoder->held_size++] = '=';
				transfer_drop(input, 1);
			}
			continue;
		}
		size_t size =
		    input->size < transfer_room(output) ? input->size : transfer_room(output);
		/* tolerance: qp-trailing-blanks. */
		const char *escape = memchr(input->data, '=', size);
		if (escape != NULL)
			size = (size_t)(escape - input->data);
		transfer_put(output, input->data, size);
		transfer_drop(input, size);
	}
	if (!is_last || input->size > 0 || transfer_room(output) < TRANSFER_HELD_MAX)
		return;
	/* The body's last line end belongs to the boundary: an '=' at the end is a soft break. */
	if (decoder->held_size == 2 && transfer_hex_of(decoder->held[1]) > 0)
		transfer_put_held(decoder, output);
	decoder->held_size = 0;
}

/* --- base64 ------------------------------------------------------------------------------------- */

/* The tables hold a digit's value at its place in the quantum, or this mark. */
#define TRANSFER_NO_DIGIT UINT32_C(0x1000000)
/* clang-format off */
#define DIGIT(c) \
	((c) >= 'A' && (c) <= 'Z' ? (c) - 'A' : \
	 (c) >= 'a' && (c) <= 'z' ? (c) - 'a' + 26 : \
	 (c) >= '0' && (c) <= '9' ? (c) - '0' + 52 : \
	 (c) == '+' ? 62 : (c) == '/' ? 63 : 64)
#define ENTRY(c, shift) (DIGIT(c) == 64 ? TRANSFER_NO_DIGIT : (uint32_t)DIGIT(c) << (shift))
#define FOUR(c, shift) ENTRY(c, shift), ENTRY((c) + 1, shift), ENTRY((c) + 2, shift), ENTRY((c) + 3, shift)
#define SIXTEEN(c, shift) FOUR(c, shift), FOUR((c) + 4, shift), FOUR((c) + 8, shift), FOUR((c) + 12, shift)
#define HALF(c, shift) \
	SIXTEEN(c, shift), SIXTEEN((c) + 16, shift), SIXTEEN((c) + 32, shift), SIXTEEN((c) + 48, shift), \
	SIXTEEN((c) + 64, shift), SIXTEEN((c) + 80, shift), SIXTEEN((c) + 96, shift), SIXTEEN((c) + 112, shift)
/* clang-format on */
static const uint32_t transfer_digit_1[256] = {HALF(0, 18), HALF(128, 18)};
static const uint32_t transfer_digit_2[256] = {HALF(0, 12), HALF(128, 12)};
static const uint32_t transfer_digit_3[256] = {HALF(0, 6), HALF(128, 6)};
static const uint32_t transfer_digit_4[256] = {HALF(0, 0), HALF(128, 0)};

static uint32_t
transfer_quantum(const unsigned char *digits)
{
	return transfer_digit_1[digits[0]] | transfer_digit_2[digits[1]] |
	       transfer_digit_3[digits[2]] | transfer_digit_4[digits[3]];
}

/* Four digits to three bytes; writes a byte more than it counts. */
static bool
transfer_take_quantum(struct base64_run *run)
{
	uint32_t bits = transfer_quantum(run->in);
	uint32_t bytes = htobe32(bits << 8);

	if ((bits & TRANSFER_NO_DIGIT) != 0)
		return false;
	memcpy(run->out, &bytes, sizeof bytes);
	run->in += 4;
	run->out += 3;
	return true;
}

/* Whole quanta and the line ends between them, as long as there is nothing else: eight digits to six
 * bytes, of which it writes eight. */
static void
transfer_take_quanta(struct text *input, struct transfer_output *output)
{
	const unsigned char *begin = (const unsigned char *)input->data;
	struct base64_run run = {.in = begin,
	    .in_end = begin + input->size,
	    .out = (unsigned char *)output->out + output->used,
	    .out_end = (unsigned char *)output->out + output->size};

	if (input->size < 8 || transfer_room(output) < 8)
		return;
	base64_run_take(&run);
	while (run.in_end - run.in >= 8 && run.out_end - run.out >= 8) {
		uint32_t first = transfer_quantum(run.in), second = transfer_quantum(run.in + 4);
		if (((first | second) & TRANSFER_NO_DIGIT) == 0) {
			uint64_t bytes = htobe64((uint64_t)first << 40 | (uint64_t)second << 16);
			memcpy(run.out, &bytes, sizeof bytes);
			run.in += 8;
			run.out += 6;
			continue;
		}
		transfer_take_quantum(&run);
		if (run.in[0] == '\r' && run.in[1] == '\n')
			run.in += 2;
		else if (run.in[0] == '\n')
			run.in++;
		else
			break;
	}
	transfer_drop(input, (size_t)(run.in - begin));
	output->used = (size_t)(run.out - (unsigned char *)output->out);
}

/* Writes the whole bytes of the digits at hand, and forgets these. */
static void
transfer_end_quantum(struct transfer_decoder *decoder, struct transfer_output *output)
{
	static const unsigned char sizes[5] = {0, 0, 1, 2, 3};
	uint32_t bits = decoder->bits << 6 * (4 - decoder->count);
	char bytes[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};

	if (decoder->count == 1)
		decoder->malformed = true;
	transfer_put(output, bytes, sizes[decoder->count]);
	decoder->bits = decoder->count = 0;
}

static void
transfer_take_digit(struct transfer_decoder *decoder, struct transfer_output *output, char byte)
{
	uint32_t digit = transfer_digit_4[(unsigned char)byte];

	if (digit != TRANSFER_NO_DIGIT) {
		/* tolerance: base64-behind-padding. */
		decoder->malformed |= decoder->is_padded;
		decoder->is_padded = false;
		decoder->bits = decoder->bits << 6 | digit;
		if (++decoder->count == 4)
			transfer_end_quantum(decoder, output);
	} else if (byte == '=') {
		if (!decoder->is_padded)
			decoder->due = decoder->count >= 2 ? 4 - decoder->count : 0;
		decoder->malformed |= decoder->due == 0;
		decoder->due -= decoder->due > 0;
		transfer_end_quantum(decoder, output);
		decoder->is_padded = true;
	} else if (!text_is_space(byte)) {
		decoder->malformed = true; /* tolerance: base64-noise */
	}
}

static void
transfer_take_base64(struct transfer_decoder *decoder, struct text *input, bool is_last,
    struct transfer_output *output)
{
	while (input->size > 0 && transfer_room(output) >= 3) {
		if (decoder->count == 0 && !decoder->is_padded)
			transfer_take_quanta(input, output);
		if (input->size == 0 || transfer_room(output) < 3)
			break;
		transfer_take_digit(decoder, output, input->data[0]);
		transfer_drop(input, 1);
	}
	if (is_last && input->size == 0 && transfer_room(output) >= 3) {
		/* tolerance: base64-padding */
		decoder->malformed |= decoder->count > 0 || decoder->due > 0;
		transfer_end_quantum(decoder, output);
	}
}

/* --- uuencode ----------------------------------------------------------------------------------- */

enum { TRANSFER_LINE_MAX = 256 };

static bool
transfer_is_begin(struct text line)
{
	size_t i = 6;

	if (!text_has_prefix(line, TEXT("begin ")))
		return false;
	while (i < line.size && line.data[i] >= '0' && line.data[i] <= '7')
		i++;
	return i >= 9 && i <= 10 && i < line.size && line.data[i] == ' ';
}

/* False when the line cannot be data. */
static bool
transfer_put_uuencoded(struct text line, struct transfer_output *output)
{
	size_t count = ((unsigned char)line.data[0] - 32U) & 63;

	for (size_t i = 0; i < line.size; i++)
		if (line.data[i] < 32 || line.data[i] > 96)
			return false;
	/* tolerance: uuencode-short-line: blanks at the end were lost on the way. */
	for (size_t i = 0; i < count; i += 3) {
		uint32_t bits = 0;
		for (size_t j = 1; j <= 4; j++) {
			size_t at = i / 3 * 4 + j;
			unsigned char digit = at < line.size ? (unsigned char)line.data[at] : ' ';
			bits = bits << 6 | ((digit - 32U) & 63);
		}
		char bytes[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
		transfer_put(output, bytes, count - i < 3 ? count - i : 3);
	}
	return true;
}

/* A held line, with its line end if it has one. */
static void
transfer_end_line(struct transfer_decoder *decoder, struct transfer_output *output)
{
	struct text whole = {decoder->held, decoder->held_size}, line = whole;

	decoder->held_size = 0;
	while (
	    line.size > 0 && (line.data[line.size - 1] == '\n' || line.data[line.size - 1] == '\r'))
		line.size--;
	if (!decoder->is_inside && transfer_is_begin(line)) {
		decoder->is_inside = true;
	} else if (!decoder->is_inside) {
		transfer_put(output, whole.data, whole.size);
	} else if (text_is_equal(line, TEXT("end"))) {
		decoder->is_inside = false;
	} else if (line.size > 0 && !transfer_put_uuencoded(line, output)) {
		decoder->malformed = true; /* tolerance: uuencode-text */
		transfer_put(output, whole.data, whole.size);
	}
}

static void
transfer_take_uuencode(struct transfer_decoder *decoder, struct text *input, bool is_last,
    struct transfer_output *output)
{
	while (input->size > 0 && transfer_room(output) >= TRANSFER_LINE_MAX) {
		size_t room = TRANSFER_LINE_MAX - decoder->held_size;
		size_t size = input->size < room ? input->size : room;
		const char *line_end = memchr(input->data, '\n', size);
		if (line_end != NULL)
			size = (size_t)(line_end - input->data) + 1;
		memcpy(decoder->held + decoder->held_size, input->data, size);
		decoder->held_size += size;
		transfer_drop(input, size);
		bool is_full = decoder->held_size == TRANSFER_LINE_MAX;
		if (decoder->is_long || (is_full && line_end == NULL)) {
			decoder->malformed |= decoder->is_inside;
			transfer_put(output, decoder->held, decoder->held_size);
			decoder->held_size = 0;
			decoder->is_long = line_end == NULL;
		} else if (line_end != NULL) {
			transfer_end_line(decoder, output);
		}
	}
	if (is_last && input->size == 0 && transfer_room(output) >= TRANSFER_LINE_MAX) {
		transfer_end_line(decoder, output);
		decoder->malformed |= decoder->is_inside;
	}
}

/* --- The decoder -------------------------------------------------------------------------------- */

void
transfer_decoder_init(struct transfer_decoder *decoder, enum transfer_encoding encoding)
{
	memset(decoder, 0, offsetof(struct transfer_decoder, held));
	decoder->encoding = encoding;
}

size_t
transfer_decoder_take(
    struct transfer_decoder *decoder, struct text *input, bool is_last, char *out, size_t size)
{
	struct transfer_output output = {.out = out, .size = size};

	REQUIRE(size >= TRANSFER_OUT_MIN);
	switch (decoder->encoding) {
	case TRANSFER_IDENTITY:
		size = input->size < size ? input->size : size;
		transfer_put(&output, input->data, size);
		transfer_drop(input, size);
		break;
	case TRANSFER_QUOTED_PRINTABLE:
		transfer_take_quoted_printable(decoder, input, is_last, &output);
		break;
	case TRANSFER_BASE64:
		transfer_take_base64(decoder, input, is_last, &output);
		break;
	case TRANSFER_UUENCODE:
		transfer_take_uuencode(decoder, input, is_last, &output);
		break;
	}
	return output.used;
}
