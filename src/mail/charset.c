/*
 * Charsets (see charset.h). Three loops give UTF-8: one for UTF-8 and the guess, one for
 * windows-1252, one around iconv; all copy runs of ASCII or of valid UTF-8 as a whole. The beginning
 * of a sequence that the input cuts waits in `held`, which is put together with the next bytes. HZ
 * is rewritten to GB 18030 in small pieces. What iconv gives is checked: no library decides whether
 * our output is UTF-8.
 */
#include "mail/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "base/bug.h"
#include "mail/charset_alias.h"

static const char charset_replacement[] = "\xEF\xBF\xBD";
static const char charset_mark[] = "\xEF\xBB\xBF";

/* --- Names -------------------------------------------------------------------------------------- */

/* Names that are never asked of iconv: host charsets and extensions that no mail is written in,
 * whose converters have a history of hanging or overrunning. */
static const char *const charset_denied[] = {
    "ibm13", "cp13", "ebcdic", "iso2022cnext", "internal", "ucs4internal", "wchart"};

/* Letters and digits in lower case; the size, or 0 when it does not fit. */
static size_t
charset_squeeze(struct text name, char key[CHARSET_ALIAS_KEY_SIZE])
{
	size_t size = 0;

	for (size_t i = 0; i < name.size; i++) {
		if (!text_is_alpha(name.data[i]) && !text_is_digit(name.data[i]))
			continue;
		if (size == CHARSET_ALIAS_KEY_SIZE)
			return 0;
		key[size++] = text_lower(name.data[i]);
	}
	return size;
}

/* "windows1250" with the prefix "windows" gives "1250"; false without digits only behind it. */
static bool
charset_number(struct text key, struct text prefix, struct text *number_out)
{
	if (!text_has_prefix(key, prefix) || key.size == prefix.size || key.size > prefix.size + 5)
		return false;
	*number_out = text_slice(key, prefix.size, key.size);
	for (size_t i = 0; i < number_out->size; i++)
		if (!text_is_digit(number_out->data[i]))
			return false;
	return true;
}

/* Joins two texts to a name; false when they do not fit or hold what no name of a charset has (a
 * slash would be an instruction to iconv). */
static bool
charset_set_name(struct charset *charset, struct text begin, struct text end)
{
	if (begin.size + end.size >= CHARSET_NAME_SIZE || begin.size + end.size == 0)
		return false;
	memset(charset->name, 0, sizeof charset->name);
	for (size_t i = 0; i < begin.size + end.size; i++) {
		char byte = i < begin.size ? begin.data[i] : end.data[i - begin.size];
		if (!text_is_alpha(byte) && !text_is_digit(byte) &&
		    text_find_byte(TEXT("-_.:+()"), 0, byte) == 7)
			return false;
		charset->name[i] = text_upper(byte);
	}
	return true;
}

static enum charset_kind
charset_kind_of(struct text name)
{
	if (name.size == 0 || text_is_equal(name, TEXT("ASCII")))
		return CHARSET_GUESS;
	if (text_is_equal(name, TEXT("UTF-8")))
		return CHARSET_UTF_8;
	if (text_is_equal(name, TEXT("WINDOWS-1252")))
		return CHARSET_WINDOWS_1252;
	return text_is_equal(name, TEXT("HZ")) ? CHARSET_HZ : CHARSET_ICONV;
}

/* tolerance: charset-name. */
static struct text
charset_trim_name(struct text name)
{
	name = text_slice(name, 0, text_find_byte(name, 0, '*'));
	while (name.size > 0 && text_find_byte(TEXT(" \t\r\n\"'<>=;,"), 0, name.data[0]) < 11)
		name = text_slice(name, 1, name.size);
	while (name.size > 0 &&
	       text_find_byte(TEXT(" \t\r\n\"'<>=;,"), 0, name.data[name.size - 1]) < 11)
		name = text_slice(name, 0, name.size - 1);
	return name;
}

struct charset
charset_parse(struct text name)
{
	static const char *const numbered[] = {"windows", "win", "cp", "ibm", "ms"};
	struct charset charset = {0};
	char squeezed[CHARSET_ALIAS_KEY_SIZE];
	struct text number;

	name = charset_trim_name(name);
	if (name.size == 0)
		return charset;
	struct text key = {squeezed, charset_squeeze(name, squeezed)};
	charset.kind = CHARSET_UNKNOWN;
	for (size_t i = 0; i < sizeof charset_denied / sizeof charset_denied[0]; i++)
		if (text_has_prefix(key, text_from_string(charset_denied[i])))
			return charset;
	if (text_has_prefix(key, TEXT("charset")))
		key = text_slice(key, 7, key.size);
	const char *known = charset_alias_find(key);
	if (known == NULL && text_has_prefix(key, TEXT("x")))
		known = charset_alias_find(text_slice(key, 1, key.size));
	if (known != NULL) {
		charset.kind = charset_kind_of(text_from_string(known));
		if (charset.kind == CHARSET_ICONV)
			charset_set_name(&charset, text_from_string(known), (struct text){0});
		return charset;
	}
	if (charset_number(key, TEXT("iso8859"), &number)) {
		charset_set_name(&charset, TEXT("ISO-8859-"), number);
		charset.kind = CHARSET_ICONV;
		return charset;
	}
	for (size_t i = 0; i < sizeof numbered / sizeof numbered[0]; i++) {
		if (charset_number(key, text_from_string(numbered[i]), &number)) {
			charset_set_name(&charset, TEXT("CP"), number);
			charset.kind = CHARSET_ICONV;
			return charset;
		}
	}
	if (charset_set_name(&charset, name, (struct text){0}))
		charset.kind = CHARSET_ICONV;
	else
		memset(charset.name, 0, sizeof charset.name);
	return charset;
}

bool
charset_is_equal(const struct charset *a, const struct charset *b)
{
	return a->kind == b->kind &&
	       (a->kind != CHARSET_ICONV || memcmp(a->name, b->name, sizeof a->name) == 0);
}

/* --- UTF-8 -------------------------------------------------------------------------------------- */

/* A register of sixteen bytes, or two of eight where there are none. */
typedef uint64_t charset_lanes __attribute__((vector_size(16)));

/* The number of ASCII bytes at the front. */
static size_t
charset_ascii_size(struct text bytes)
{
	size_t i = 0;
	charset_lanes lanes[4];

	while (bytes.size - i >= sizeof lanes) {
		memcpy(lanes, bytes.data + i, sizeof lanes);
		lanes[0] |= lanes[1] | lanes[2] | lanes[3];
		if (((lanes[0][0] | lanes[0][1]) & UINT64_C(0x8080808080808080)) != 0)
			break;
		i += sizeof lanes;
	}
	while (i < bytes.size && (unsigned char)bytes.data[i] < 0x80)
		i++;
	return i;
}

enum charset_step { CHARSET_VALID, CHARSET_INVALID, CHARSET_CUT };

/* The sequence at the front (of at least a byte): valid with its length; invalid with the length of
 * the part that could have begun a sequence, at least 1; or cut by the end. */
static enum charset_step
charset_step_utf8(struct text bytes, size_t *length_out)
{
	const unsigned char *byte = (const unsigned char *)bytes.data;
	unsigned char low = 0x80, high = 0xBF;
	size_t length = byte[0] < 0x80 ? 1 : byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : 4;

	*length_out = 1;
	if ((byte[0] >= 0x80 && byte[0] < 0xC2) || byte[0] > 0xF4)
		return CHARSET_INVALID;
	if (byte[0] == 0xE0)
		low = 0xA0;
	else if (byte[0] == 0xED)
		high = 0x9F;
	else if (byte[0] == 0xF0)
		low = 0x90;
	else if (byte[0] == 0xF4)
		high = 0x8F;
	for (size_t i = 1; i < length; i++, low = 0x80, high = 0xBF) {
		*length_out = i;
		if (i == bytes.size)
			return CHARSET_CUT;
		if (byte[i] < low || byte[i] > high)
			return CHARSET_INVALID;
	}
	*length_out = length;
	return CHARSET_VALID;
}

size_t
charset_valid_utf8_size(struct text bytes)
{
	size_t length, i = 0;

	while (i < bytes.size) {
		if ((unsigned char)bytes.data[i] < 0x80)
			i += charset_ascii_size(text_slice(bytes, i, bytes.size));
		else if (charset_step_utf8(text_slice(bytes, i, bytes.size), &length) ==
			 CHARSET_VALID)
			i += length;
		else
			break;
	}
	return i;
}

/* --- Output ------------------------------------------------------------------------------------- */

struct charset_output {
	struct charset_decoder *decoder;
	char *out;
	size_t size, used;
};

static size_t
charset_room(const struct charset_output *output)
{
	return output->size - output->used;
}

static void
charset_put(struct charset_output *output, const char *bytes, size_t size)
{
	struct charset_decoder *decoder = output->decoder;

	if (size == 0)
		return;
	/* tolerance: charset-mark. */
	if (!decoder->is_begun && size >= 3 && memcmp(bytes, charset_mark, 3) == 0) {
		bytes += 3;
		size -= 3;
	}
	decoder->is_begun = true;
	REQUIRE(size <= charset_room(output));
	memmove(output->out + output->used, bytes, size);
	output->used += size;
}

/* tolerance: charset-undecodable. */
static void
charset_put_replacement(struct charset_output *output)
{
	charset_put(output, charset_replacement, 3);
	output->decoder->undecodable++;
}

/* False for the five bytes that windows-1252 does not define. */
static bool
charset_put_1252(struct charset_output *output, unsigned char byte)
{
	static const uint16_t upper[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020,
	    0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C,
	    0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
	    0x0178};
	unsigned code = byte >= 0x80 && byte < 0xA0 ? upper[byte - 0x80] : byte;
	char bytes[3];

	if (code == 0 && byte != 0) {
		charset_put_replacement(output);
		return false;
	}
	if (code < 0x80) {
		bytes[0] = (char)code;
		charset_put(output, bytes, 1);
	} else if (code < 0x800) {
		bytes[0] = (char)(0xC0 | code >> 6);
		bytes[1] = (char)(0x80 | (code & 0x3F));
		charset_put(output, bytes, 2);
	} else {
		bytes[0] = (char)(0xE0 | code >> 12);
		bytes[1] = (char)(0x80 | (code >> 6 & 0x3F));
		bytes[2] = (char)(0x80 | (code & 0x3F));
		charset_put(output, bytes, 3);
	}
	return true;
}

static void
charset_drop(struct text *input, size_t size)
{
	*input = text_slice(*input, size, input->size);
}

/* Fills `joined` with the held bytes and those behind them. */
static struct text
charset_join(
    const struct charset_decoder *decoder, struct text input, char joined[CHARSET_HELD_MAX])
{
	size_t more = CHARSET_HELD_MAX - decoder->held_size;

	if (decoder->is_bytewise)
		more = 1;
	if (more > input.size)
		more = input.size;
	memcpy(joined, decoder->held, decoder->held_size);
	if (more > 0)
		memcpy(joined + decoder->held_size, input.data, more);
	return (struct text){joined, decoder->held_size + more};
}

/* Counts `consumed` bytes of what charset_join() gave as read. What the held bytes had more stays
 * held. */
static void
charset_join_end(struct charset_decoder *decoder, struct text *input, size_t consumed)
{
	if (consumed < decoder->held_size) {
		decoder->held_size -= consumed;
		memmove(decoder->held, decoder->held + consumed, decoder->held_size);
		return;
	}
	charset_drop(input, consumed - decoder->held_size);
	decoder->held_size = 0;
}

static void
charset_hold(struct charset_decoder *decoder, struct text *input, size_t size)
{
	REQUIRE(decoder->held_size + size <= CHARSET_HELD_MAX);
	if (size > 0)
		memcpy(decoder->held + decoder->held_size, input->data, size);
	decoder->held_size += size;
	charset_drop(input, size);
}

/* --- The loops ---------------------------------------------------------------------------------- */

/* A sequence of UTF-8 or what is none; false when more input is needed. */
static bool
charset_take_sequence(
    struct charset_output *output, struct text bytes, bool is_last, size_t *consumed_out)
{
	struct charset_decoder *decoder = output->decoder;
	enum charset_step step = charset_step_utf8(bytes, consumed_out);

	if (step == CHARSET_CUT && !is_last)
		return false;
	if (step == CHARSET_VALID) {
		charset_put(output, bytes.data, *consumed_out);
	} else if (decoder->charset.kind == CHARSET_UTF_8) {
		charset_put_replacement(output);
	} else {
		/* tolerance: charset-guess. */
		for (size_t i = 0; i < *consumed_out; i++)
			decoder->guessed += charset_put_1252(output, (unsigned char)bytes.data[i]);
	}
	return true;
}

static void
charset_take_utf8(struct charset_output *output, struct text *input, bool is_last)
{
	struct charset_decoder *decoder = output->decoder;
	char joined[CHARSET_HELD_MAX];
	size_t consumed;

	/* Four cut bytes read as windows-1252 are at most twelve. */
	while ((input->size > 0 || (is_last && decoder->held_size > 0)) &&
	       charset_room(output) >= 12) {
		if (decoder->held_size == 0 && decoder->is_begun) {
			size_t room = charset_room(output);
			size_t size = charset_valid_utf8_size(text_slice(*input, 0, room));
			charset_put(output, input->data, size);
			charset_drop(input, size);
			if (size > 0)
				continue;
		}
		struct text bytes = *input;
		if (decoder->held_size > 0)
			bytes = charset_join(decoder, *input, joined);
		if (charset_take_sequence(output, bytes, is_last, &consumed))
			charset_join_end(decoder, input, consumed);
		else
			charset_hold(decoder, input, input->size);
	}
}

static void
charset_take_1252(struct charset_output *output, struct text *input)
{
	while (input->size > 0 && charset_room(output) >= 3) {
		size_t size = charset_ascii_size(text_slice(*input, 0, charset_room(output)));
		charset_put(output, input->data, size);
		charset_drop(input, size);
		while (input->size > 0 && (unsigned char)input->data[0] >= 0x80 &&
		       charset_room(output) >= 3) {
			charset_put_1252(output, (unsigned char)input->data[0]);
			charset_drop(input, 1);
		}
	}
}

/* Opens iconv on the first call; false when it does not know the charset. */
static bool
charset_open(struct charset_decoder *decoder)
{
	if (decoder->conversion != NULL)
		return true;
	iconv_t conversion = iconv_open("UTF-8", decoder->charset.name);
	if (conversion == (iconv_t)-1)
		return false;
	decoder->conversion = conversion;
	return true;
}

/* What iconv wrote, made valid where it is not; nothing grows by it. */
static void
charset_put_checked(struct charset_output *output, struct text bytes)
{
	size_t length;

	while (bytes.size > 0) {
		size_t size = charset_valid_utf8_size(bytes);
		charset_put(output, bytes.data, size);
		charset_drop(&bytes, size);
		if (bytes.size == 0)
			break;
		charset_step_utf8(bytes, &length);
		if (length >= 3)
			charset_put_replacement(output);
		else
			charset_put(output, "?", 1);
		output->decoder->undecodable += length < 3;
		charset_drop(&bytes, length);
	}
}

enum charset_stop { CHARSET_STOP_DONE, CHARSET_STOP_FULL, CHARSET_STOP_CUT, CHARSET_STOP_BAD };

/* One call of iconv; at least three bytes of room stay. */
static enum charset_stop
charset_convert(struct charset_output *output, struct text bytes, size_t *consumed_out)
{
	char piece[4096];
	char *in = (char *)(uintptr_t)bytes.data, *out = piece;
	size_t in_size = bytes.size, out_size = charset_room(output) - 3;

	if (out_size > sizeof piece)
		out_size = sizeof piece;
	size_t result = iconv(output->decoder->conversion, &in, &in_size, &out, &out_size);
	int error = errno;
	*consumed_out = bytes.size - in_size;
	charset_put_checked(output, (struct text){piece, (size_t)(out - piece)});
	if (result != (size_t)-1)
		return in_size == 0 ? CHARSET_STOP_DONE : CHARSET_STOP_BAD;
	/* Full without any output is a converter that cannot go on. */
	if (error == E2BIG)
		return out > piece || *consumed_out > 0 ? CHARSET_STOP_FULL : CHARSET_STOP_BAD;
	return error == EINVAL ? CHARSET_STOP_CUT : CHARSET_STOP_BAD;
}

/* Characters that iconv keeps until it knows what follows. */
static void
charset_flush(struct charset_output *output)
{
	char piece[CHARSET_OUT_MIN];
	char *out = piece;
	size_t size = sizeof piece;

	if (output->decoder->is_flushed || charset_room(output) < sizeof piece)
		return;
	output->decoder->is_flushed = true;
	if (output->decoder->conversion != NULL) {
		iconv(output->decoder->conversion, NULL, NULL, &out, &size);
		charset_put_checked(output, (struct text){piece, (size_t)(out - piece)});
	}
}

/*
 * Which byte of UTF-16 comes first: a mark says it; without one it is the higher one (RFC 2781, section 4.3),
 * but where the first unit is an ASCII character the other way round; never what the host prefers. False:
 * more input is needed.
 */
static bool
charset_find_order(struct charset_decoder *decoder, struct text *input, bool is_last)
{
	unsigned char unit[2] = {0, 0};

	if (decoder->held_size + input->size < sizeof unit && !is_last) {
		charset_hold(decoder, input, input->size);
		return false;
	}
	for (size_t i = 0; i < sizeof unit && i < decoder->held_size + input->size; i++)
		unit[i] = i < decoder->held_size
			      ? decoder->held[i]
			      : (unsigned char)input->data[i - decoder->held_size];
	bool is_marked = unit[0] == 0xFF && unit[1] == 0xFE;
	/* tolerance: charset-order */
	bool is_ascii = unit[0] > 0 && unit[0] < 0x80 && unit[1] == 0;
	charset_set_name(&decoder->charset,
	    is_marked || is_ascii ? TEXT("UTF-16LE") : TEXT("UTF-16BE"), (struct text){0});
	decoder->has_order = true;
	return true;
}

/*
 * ISO-2022: a printable byte that means nothing is the first half of a character that the set does not
 * have. Of two bytes both go, or all behind them is read askew. Of Japanese those of row 13 (circled
 * numbers, company marks) are sent by many as if they belonged to it. tolerance: charset-row-13
 */
static size_t
charset_put_pair(struct charset_output *output, struct text bytes)
{
	static const uint16_t row_13[] = {0x2460, 0x2461, 0x2462, 0x2463, 0x2464, 0x2465, 0x2466,
	    0x2467, 0x2468, 0x2469, 0x246A, 0x246B, 0x246C, 0x246D, 0x246E, 0x246F, 0x2470, 0x2471,
	    0x2472, 0x2473, 0x2160, 0x2161, 0x2162, 0x2163, 0x2164, 0x2165, 0x2166, 0x2167, 0x2168,
	    0x2169, 0, 0x3349, 0x3314, 0x3322, 0x334D, 0x3318, 0x3327, 0x3303, 0x3336, 0x3351,
	    0x3357, 0x330D, 0x3326, 0x3323, 0x332B, 0x334A, 0x333B, 0x339C, 0x339D, 0x339E, 0x338E,
	    0x338F, 0x33C4, 0x33A1, 0, 0, 0, 0, 0, 0, 0, 0, 0x337B, 0x301D, 0x301F, 0x2116, 0x33CD,
	    0x2121, 0x32A4, 0x32A5, 0x32A6, 0x32A7, 0x32A8, 0x3231, 0x3232, 0x3239, 0x337E, 0x337D,
	    0x337C, 0x2252, 0x2261, 0x222B, 0x222E, 0x2211, 0x221A, 0x22A5, 0x2220, 0x221F, 0x22BF,
	    0x2235, 0x2229, 0x222A};
	struct text name = text_from_string(output->decoder->charset.name);

	if (!text_has_prefix(name, TEXT("ISO-2022-")) || bytes.size < 2 || bytes.data[0] < '!' ||
	    bytes.data[0] > '~' || bytes.data[1] < '!' || bytes.data[1] > '~')
		return 0;
	size_t cell = (size_t)(bytes.data[1] - '!');
	uint32_t code = 0;
	if (bytes.data[0] == '-' && cell < sizeof row_13 / sizeof *row_13 &&
	    text_has_prefix(name, TEXT("ISO-2022-JP")))
		code = row_13[cell];
	const char utf8[] = {(char)(0xe0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3f)),
	    (char)(0x80 | (code & 0x3f))};
	if (code != 0)
		charset_put(output, utf8, sizeof utf8);
	else
		charset_put_replacement(output);
	return 2;
}

static void
charset_take_iconv(struct charset_output *output, struct text *input, bool is_last)
{
	struct charset_decoder *decoder = output->decoder;
	char joined[CHARSET_HELD_MAX];
	size_t consumed;

	while ((input->size > 0 || (is_last && decoder->held_size > 0)) &&
	       charset_room(output) >= CHARSET_OUT_MIN / 2) {
		bool is_joined = decoder->held_size > 0;
		struct text bytes =
		    is_joined ? charset_join(decoder, *input, joined)
			      : text_slice(*input, 0, decoder->is_bytewise ? 1 : input->size);
		bool is_all = bytes.size == decoder->held_size + input->size;
		enum charset_stop stop = charset_convert(output, bytes, &consumed);
		size_t rest = bytes.size - consumed;
		bool is_end = is_last && is_all;
		if (stop == CHARSET_STOP_CUT && !is_end && rest < CHARSET_HELD_MAX) {
			charset_join_end(decoder, input, consumed);
			charset_hold(decoder, input, rest - decoder->held_size);
			continue;
		}
		if (stop == CHARSET_STOP_CUT && is_end) {
			consumed = bytes.size;
			charset_put_replacement(output);
		} else if (stop == CHARSET_STOP_CUT || stop == CHARSET_STOP_BAD) {
			size_t pair =
			    charset_put_pair(output, text_slice(bytes, consumed, bytes.size));
			if (pair == 0)
				charset_put_replacement(output);
			consumed += pair > 0 ? pair : rest < decoder->unit ? rest : decoder->unit;
		}
		charset_join_end(decoder, input, consumed);
	}
}

/* HZ (RFC 1843): "~{" and "~}" around double-byte characters, whose second byte may be a "~", too;
 * "~~", "~" and a line end. */
static void
charset_take_hz(struct charset_output *output, struct text *input, bool is_last)
{
	struct charset_decoder *decoder = output->decoder;
	char piece[512];

	while ((input->size > 0 || (is_last && decoder->held_size + decoder->in_tilde > 0)) &&
	       charset_room(output) >= CHARSET_OUT_MIN) {
		size_t used = 0, limit = (charset_room(output) - 48) / 3;
		size_t i = 0;
		for (; i < input->size && used < sizeof piece && used < limit; i++) {
			char byte = input->data[i];
			bool is_escape = decoder->in_tilde;
			bool is_second = decoder->in_pair && byte > 0x20 && byte < 0x7F;
			decoder->in_tilde = decoder->in_pair = false;
			if (is_second)
				piece[used++] = (char)(byte | 0x80);
			else if (is_escape && (byte == '{' || byte == '}'))
				decoder->in_double = byte == '{';
			else if (is_escape && byte == '~')
				piece[used++] = '~';
			else if (is_escape && byte == '\n')
				decoder->in_double = false;
			else if (byte == '~' && !is_escape)
				decoder->in_tilde = true;
			else if (decoder->in_double && byte > 0x20 && byte < 0x7F) {
				decoder->in_pair = true;
				piece[used++] = (char)(byte | 0x80);
			} else
				piece[used++] = byte;
			decoder->in_double = decoder->in_double && byte != '\n';
		}
		charset_drop(input, i);
		bool is_end = is_last && input->size == 0;
		struct text rewritten = {piece, used};
		charset_take_iconv(output, &rewritten, is_end);
		REQUIRE(rewritten.size == 0);
		if (is_end && decoder->in_tilde) {
			charset_put_replacement(output);
			decoder->in_tilde = false;
		}
	}
}

void
charset_decoder_init(struct charset_decoder *decoder, const struct charset *charset)
{
	*decoder = (struct charset_decoder){.charset = *charset, .unit = 1};
	decoder->is_unknown = charset->kind == CHARSET_UNKNOWN;
	if (charset->kind == CHARSET_HZ)
		charset_set_name(&decoder->charset, TEXT("GB18030"), (struct text){0});
	struct text name = text_from_string(decoder->charset.name);
	if (text_has_prefix(name, TEXT("UTF-16")) || text_has_prefix(name, TEXT("UCS-2")))
		decoder->unit = 2;
	/* What the converter of UTF-7 reads behind an error depends on how its input was cut. */
	decoder->is_bytewise = text_has_prefix(name, TEXT("UTF-7"));
	if (text_has_prefix(name, TEXT("UTF-32")) || text_has_prefix(name, TEXT("UCS-4")))
		decoder->unit = 4;
}

void
charset_decoder_clear(struct charset_decoder *decoder)
{
	if (decoder->conversion != NULL)
		iconv_close(decoder->conversion);
	decoder->conversion = NULL;
}

void
charset_decoder_restart(struct charset_decoder *decoder)
{
	if (decoder->conversion != NULL)
		iconv(decoder->conversion, NULL, NULL, NULL, NULL);
	decoder->is_begun = decoder->is_flushed = false;
	decoder->in_double = decoder->in_tilde = decoder->in_pair = false;
	decoder->held_size = 0;
	if (decoder->has_order) {
		charset_decoder_clear(decoder);
		charset_set_name(&decoder->charset, TEXT("UTF-16"), (struct text){0});
		decoder->has_order = false;
	}
}

size_t
charset_decoder_take(
    struct charset_decoder *decoder, struct text *input, bool is_last, char *out, size_t size)
{
	struct charset_output output = {.decoder = decoder, .out = out, .size = size};
	enum charset_kind kind = decoder->charset.kind;

	REQUIRE(size >= CHARSET_OUT_MIN);
	if (text_is_equal(text_from_string(decoder->charset.name), TEXT("UTF-16")) &&
	    (input->size > 0 || decoder->held_size > 0) &&
	    !charset_find_order(decoder, input, is_last))
		return 0;
	if ((kind == CHARSET_ICONV || kind == CHARSET_HZ) && input->size + decoder->held_size > 0 &&
	    !charset_open(decoder)) {
		/* tolerance: charset-unknown. */
		kind = decoder->charset.kind = CHARSET_UNKNOWN;
		decoder->is_unknown = true;
	}
	if (kind == CHARSET_WINDOWS_1252)
		charset_take_1252(&output, input);
	else if (kind == CHARSET_HZ)
		charset_take_hz(&output, input, is_last);
	else if (kind == CHARSET_ICONV)
		charset_take_iconv(&output, input, is_last);
	else
		charset_take_utf8(&output, input, is_last);
	if (is_last && input->size == 0 && decoder->held_size == 0)
		charset_flush(&output);
	return output.used;
}

bool
charset_decoder_append(struct charset_decoder *decoder, struct text input, struct buffer *out)
{
	char piece[1024];
	size_t size, before = out->size;

	do {
		size = charset_decoder_take(decoder, &input, true, piece, sizeof piece);
		if (!buffer_append(out, (struct text){piece, size})) {
			out->size = before;
			return false;
		}
	} while (size > 0 || input.size > 0);
	return true;
}
