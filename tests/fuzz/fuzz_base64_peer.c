/*
 * base64 and quoted-printable against a second implementation: decoders written from RFC 2045, sections 6.7
 * and 6.8, and the rows of doc/tolerance.md, byte by byte over the whole input, with no thought of speed or
 * pieces. The first byte of the input chooses the encoding and how the input is cut. Checked: both decode any
 * bytes to the same; what a plain encoder makes of the bytes decodes to them, and is not malformed; what is
 * outside of the standard is malformed.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/bug.h"
#include "mail/transfer_encoding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char peer_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int
peer_digit(char byte)
{
	for (int i = 0; i < 64; i++)
		if (peer_alphabet[i] == byte)
			return i;
	return -1;
}

/* Two digits are a byte, three are two, one is none. */
static void
peer_end_quantum(unsigned bits, unsigned digits, struct buffer *out)
{
	if (digits == 2)
		buffer_append_byte(out, (char)(bits >> 4));
	if (digits == 3) {
		buffer_append_byte(out, (char)(bits >> 10));
		buffer_append_byte(out, (char)(bits >> 2));
	}
}

/* Says whether it is as section 6.8 has it. */
static bool
peer_base64(struct text input, struct buffer *out)
{
	unsigned bits = 0, digits = 0, padding = 0, wanted = 0;
	bool is_strict = true;

	for (size_t i = 0; i < input.size; i++) {
		char byte = input.data[i];
		int digit = peer_digit(byte);
		if (byte == '=') {
			if (padding == 0) {
				wanted = digits == 2 ? 2 : digits == 3 ? 1 : 0;
				peer_end_quantum(bits, digits, out);
				bits = digits = 0;
			}
			padding++;
		} else if (digit >= 0) {
			is_strict = is_strict && padding == 0;
			if (padding > 0)
				padding = wanted = 0;
			bits = bits << 6 | (unsigned)digit;
			if (++digits == 4) {
				buffer_append_byte(out, (char)(bits >> 16));
				buffer_append_byte(out, (char)(bits >> 8));
				buffer_append_byte(out, (char)bits);
				bits = digits = 0;
			}
		} else if (!text_is_space(byte)) {
			is_strict = false;
		}
	}
	peer_end_quantum(bits, digits, out);
	return is_strict && digits == 0 && padding == wanted;
}

static bool
peer_is_padding(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

/* The position behind a soft line break's '=' at `at`, its padding and line end; `at` when it is none. */
static size_t
peer_soft_break(struct text input, size_t at)
{
	size_t i = at + 1;

	while (i < input.size && peer_is_padding(input.data[i]))
		i++;
	if (i == input.size)
		return i;
	return input.data[i] == '\n' ? i + 1 : at;
}

/* Says whether every '=' is one of section 6.7. */
static bool
peer_quoted_printable(struct text input, struct buffer *out)
{
	bool is_strict = true;

	for (size_t i = 0; i < input.size; i++) {
		size_t behind;
		if (input.data[i] != '=') {
			buffer_append_byte(out, input.data[i]);
			continue;
		}
		int high = i + 1 < input.size ? text_hex_value(input.data[i + 1]) : -1;
		int low = i + 2 < input.size ? text_hex_value(input.data[i + 2]) : -1;
		if (high >= 0 && low >= 0) {
			buffer_append_byte(out, (char)(high * 16 + low));
			i += 2;
		} else if ((behind = peer_soft_break(input, i)) > i) {
			i = behind - 1;
		} else {
			is_strict = false;
			buffer_append_byte(out, '=');
		}
	}
	return is_strict;
}

/* Our decoder, `step` bytes at a time; says whether it was malformed. */
static bool
decode(enum transfer_encoding encoding, struct text input, size_t step, struct buffer *out)
{
	struct transfer_decoder decoder;
	char piece[TRANSFER_OUT_MIN];
	size_t from = 0, size;

	transfer_decoder_init(&decoder, encoding);
	do {
		struct text part = text_slice(input, from, from + step);
		bool is_last = from + step >= input.size;
		do {
			size = transfer_decoder_take(&decoder, &part, is_last, piece, sizeof piece);
			buffer_append(out, (struct text){piece, size});
		} while (part.size > 0 || (is_last && size > 0));
		from += step;
	} while (from < input.size);
	return decoder.malformed;
}

static void
encode_base64(struct text bytes, size_t line, struct buffer *out)
{
	size_t column = 0;

	for (size_t i = 0; i < bytes.size; i += 3) {
		size_t count = bytes.size - i < 3 ? bytes.size - i : 3;
		unsigned bits = 0;
		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < count ? (unsigned char)bytes.data[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buffer_append_byte(
			    out, k <= count ? peer_alphabet[bits >> (18 - 6 * k) & 63] : '=');
		if ((column += 4) >= line) {
			buffer_append(out, line % 2 == 0 ? TEXT("\r\n") : TEXT("\n"));
			column = 0;
		}
	}
}

static void
encode_quoted_printable(struct text bytes, size_t line, struct buffer *out)
{
	size_t column = 0;

	for (size_t i = 0; i < bytes.size; i++) {
		char byte = bytes.data[i];
		if (byte > ' ' && byte < 127 && byte != '=')
			buffer_append_byte(out, byte);
		else
			buffer_append_format(out, "=%02X", (unsigned char)byte);
		if (++column >= line) {
			buffer_append(out, line % 2 == 0 ? TEXT("=\r\n") : TEXT("=\n"));
			column = 0;
		}
	}
}

/* More padding behind an '=' than a kibibyte is text, wherever exactly that begins. */
static bool
has_long_padding(struct text input)
{
	size_t blanks = 0;

	for (size_t i = 0; i < input.size; i++) {
		blanks = peer_is_padding(input.data[i]) ? blanks + 1 : 0;
		if (blanks > TRANSFER_HELD_MAX - 8)
			return true;
	}
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer ours, theirs, encoded, back;

	if (size == 0)
		return 0;
	struct text input = {(const char *)data + 1, size - 1};
	bool is_base64 = data[0] % 2 == 0;
	size_t step = 1 + data[0] / 2;
	enum transfer_encoding encoding = is_base64 ? TRANSFER_BASE64 : TRANSFER_QUOTED_PRINTABLE;
	buffer_init(&ours, 8 * size + 100);
	buffer_init(&theirs, 8 * size + 100);
	buffer_init(&encoded, 8 * size + 100);
	buffer_init(&back, 8 * size + 100);

	bool is_malformed = decode(encoding, input, step, &ours);
	bool is_strict =
	    is_base64 ? peer_base64(input, &theirs) : peer_quoted_printable(input, &theirs);
	if (is_base64 || !has_long_padding(input)) {
		REQUIRE(text_is_equal(buffer_text(&ours), buffer_text(&theirs)));
		REQUIRE(is_malformed == !is_strict);
	}
	if (is_base64)
		encode_base64(input, 4 + step % 73, &encoded);
	else
		encode_quoted_printable(input, 4 + step % 20, &encoded);
	REQUIRE(!decode(encoding, buffer_text(&encoded), step, &back));
	REQUIRE(text_is_equal(buffer_text(&back), input));
	buffer_clear(&ours);
	buffer_clear(&theirs);
	buffer_clear(&encoded);
	buffer_clear(&back);
	return 0;
}
