/*
 * Encoded words (see encoded_word.h). Reading goes forward once: raw text is passed on, words are
 * fed to the decoder of their charset, which is told that its text ended only when something else
 * than a word of that charset follows. The end mark of words is searched for once and kept, so that
 * a body full of beginnings costs no more than its size. Writing cuts at characters, not at bytes.
 */
#include "mail/encoded_word.h"

#include <string.h>

#include "base/bug.h"
#include "base/utf8.h"
#include "mail/charset.h"
#include "mail/transfer_encoding.h"

enum { ENCODED_WORD_NAME_MAX = 75 };

struct encoded_word {
	struct text charset;
	struct text payload;
	size_t end; /* behind the word */
	bool is_base64;
};

/* A charset that was met, and its decoder. */
struct encoded_word_slot {
	struct charset charset;
	struct charset_decoder decoder;
};

struct encoded_word_reader {
	struct text body;
	struct buffer *out;
	size_t mark; /* position of the first "?=" at or behind where it was asked for; body.size:
			none */
	bool malformed, is_overfull;
	struct encoded_word_slot *run; /* the words just read belong to it; NULL: raw text */
	size_t slot_count;
	struct encoded_word_slot slots[ENCODED_WORD_CHARSETS_MAX];
	struct charset_decoder guess; /* raw text, and words in one charset too many */
	struct encoded_word_slot rest;
};

static size_t
encoded_word_find_start(struct text body, size_t from)
{
	while (from < body.size) {
		from = text_find_byte(body, from, '=');
		if (from + 1 < body.size && body.data[from + 1] == '?')
			return from;
		from++;
	}
	return body.size;
}

bool
encoded_word_is_present(struct text body)
{
	return encoded_word_find_start(body, 0) < body.size;
}

bool
encoded_word_is_plain(struct text body)
{
	return !encoded_word_is_present(body) && charset_valid_utf8_size(body) == body.size;
}

/* Reads "=?charset?q?" at a position; false when it is something else. */
static bool
encoded_word_parse_start(struct text body, size_t at, struct encoded_word *word_out)
{
	size_t i = at + 2;

	if (at + 2 > body.size || body.data[at] != '=' || body.data[at + 1] != '?')
		return false;
	while (i < body.size && i <= at + 2 + ENCODED_WORD_NAME_MAX && body.data[i] > ' ' &&
	       body.data[i] < 127 && body.data[i] != '?' && body.data[i] != '=')
		i++;
	word_out->charset = text_slice(body, at + 2, i);
	if (word_out->charset.size == 0 || i + 3 > body.size || body.data[i] != '?' ||
	    body.data[i + 2] != '?')
		return false;
	char encoding = text_lower(body.data[i + 1]);
	word_out->is_base64 = encoding == 'b';
	word_out->end = i + 3; /* of the start, so far */
	return encoding == 'b' || encoding == 'q';
}

static size_t
encoded_word_find_mark(struct encoded_word_reader *reader, size_t from)
{
	struct text body = reader->body;
	size_t at = reader->mark < from ? from : reader->mark;

	if (reader->mark >= from && reader->mark > 0)
		return reader->mark;
	while (at < body.size) {
		at = text_find_byte(body, at, '?');
		if (at + 1 < body.size && body.data[at + 1] == '=')
			break;
		at += at < body.size;
	}
	reader->mark = at;
	return at;
}

/* The beginning of another word in [from, to), or `to`. */
static size_t
encoded_word_find_inner(struct text body, size_t from, size_t to)
{
	struct encoded_word inner;
	struct text searched = text_slice(body, 0, to);

	for (size_t at = encoded_word_find_start(searched, from); at < to;
	     at = encoded_word_find_start(searched, at + 2))
		if (encoded_word_parse_start(body, at, &inner))
			return at;
	return to;
}

static bool
encoded_word_parse(struct encoded_word_reader *reader, size_t at, struct encoded_word *word_out)
{
	struct text body = reader->body;

	if (!encoded_word_parse_start(body, at, word_out))
		return false;
	size_t begin = word_out->end, mark = encoded_word_find_mark(reader, begin);
	size_t end = encoded_word_find_inner(body, begin, mark);
	word_out->end = end;
	word_out->payload = text_slice(body, begin, end);
	if (end == mark && mark < body.size) {
		word_out->end = mark + 2;
	} else {
		/* tolerance: encoded-word-not-closed. */
		reader->malformed = true;
		if (end == body.size)
			for (end = begin; end < body.size && !text_is_space(body.data[end]); end++)
				;
		word_out->end = end;
		word_out->payload = text_trim(text_slice(body, begin, end));
	}
	return true;
}

/* --- Reading ------------------------------------------------------------------------------------ */

static void
encoded_word_put(struct encoded_word_reader *reader, struct text bytes)
{
	if (!buffer_append(reader->out, bytes))
		reader->is_overfull = true;
}

/* Converts and appends; what comes out of a word holds no line end and no NUL. */
static void
encoded_word_feed(struct encoded_word_reader *reader, struct charset_decoder *decoder,
    struct text bytes, bool is_last, bool is_decoded)
{
	char piece[1024];
	size_t size;

	do {
		size = charset_decoder_take(decoder, &bytes, is_last, piece, sizeof piece);
		for (size_t i = 0; i < size && is_decoded; i++)
			if (piece[i] == '\n' || piece[i] == '\r' || piece[i] == '\0')
				piece[i] = ' ';
		encoded_word_put(reader, (struct text){piece, size});
	} while (bytes.size > 0 || (is_last && size > 0));
}

static void
encoded_word_end_run(struct encoded_word_reader *reader)
{
	if (reader->run == NULL)
		return;
	encoded_word_feed(reader, &reader->run->decoder, (struct text){0}, true, true);
	charset_decoder_restart(&reader->run->decoder);
	reader->run = NULL;
}

static void
encoded_word_put_raw(struct encoded_word_reader *reader, struct text raw)
{
	if (raw.size == 0)
		return;
	if (charset_valid_utf8_size(raw) == raw.size) {
		encoded_word_put(reader, raw);
		return;
	}
	/* tolerance: header-8bit. */
	encoded_word_feed(reader, &reader->guess, raw, true, false);
	charset_decoder_restart(&reader->guess);
}

static struct encoded_word_slot *
encoded_word_find_slot(struct encoded_word_reader *reader, struct text name)
{
	struct charset charset = charset_parse(name);

	for (size_t i = 0; i < reader->slot_count; i++)
		if (charset_is_equal(&reader->slots[i].charset, &charset))
			return &reader->slots[i];
	if (reader->slot_count == ENCODED_WORD_CHARSETS_MAX) {
		/* tolerance: encoded-word-charsets. */
		reader->rest.decoder.is_unknown = true;
		return &reader->rest;
	}
	struct encoded_word_slot *slot = &reader->slots[reader->slot_count++];
	slot->charset = charset;
	charset_decoder_init(&slot->decoder, &charset);
	return slot;
}

static void
encoded_word_feed_q(
    struct encoded_word_reader *reader, struct charset_decoder *decoder, struct text payload)
{
	char piece[1024];
	size_t used = 0;

	for (size_t i = 0; i < payload.size; i++) {
		char byte = payload.data[i];
		int high = -1, low = -1;
		if (byte == '=' && payload.size - i > 2) {
			high = text_hex_value(payload.data[i + 1]);
			low = text_hex_value(payload.data[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			byte = (char)(high << 4 | low);
			i += 2;
		} else if (byte == '\r' || byte == '\n') {
			continue; /* a fold inside of the word */
		} else if (byte == '_') {
			byte = ' ';
		} else if (byte == '=' || byte == ' ' || byte == '\t') {
			reader->malformed = true; /* tolerance: encoded-word-blank */
		}
		piece[used++] = byte;
		if (used == sizeof piece) {
			encoded_word_feed(reader, decoder, (struct text){piece, used}, false, true);
			used = 0;
		}
	}
	encoded_word_feed(reader, decoder, (struct text){piece, used}, false, true);
}

static void
encoded_word_feed_base64(
    struct encoded_word_reader *reader, struct charset_decoder *decoder, struct text payload)
{
	struct transfer_decoder transfer;
	char piece[TRANSFER_OUT_MIN];
	size_t size;

	transfer_decoder_init(&transfer, TRANSFER_BASE64);
	do {
		size = transfer_decoder_take(&transfer, &payload, true, piece, sizeof piece);
		encoded_word_feed(reader, decoder, (struct text){piece, size}, false, true);
	} while (size > 0 || payload.size > 0);
	reader->malformed |= transfer.malformed;
}

static void
encoded_word_take(struct encoded_word_reader *reader, const struct encoded_word *word)
{
	struct encoded_word_slot *slot = encoded_word_find_slot(reader, word->charset);

	if (slot != reader->run)
		encoded_word_end_run(reader);
	reader->run = slot;
	if (word->is_base64)
		encoded_word_feed_base64(reader, &slot->decoder, word->payload);
	else
		encoded_word_feed_q(reader, &slot->decoder, word->payload);
}

/* tolerance: encoded-word-anywhere, encoded-word-split. */
static void
encoded_word_read(struct encoded_word_reader *reader)
{
	struct text body = reader->body;
	size_t raw = 0, at = 0;
	struct encoded_word word;

	while (!reader->is_overfull && (at = encoded_word_find_start(body, at)) < body.size) {
		if (!encoded_word_parse(reader, at, &word)) {
			at += 2;
			continue;
		}
		struct text gap = text_slice(body, raw, at);
		if (reader->run == NULL || text_trim(gap).size > 0) {
			encoded_word_end_run(reader);
			encoded_word_put_raw(reader, gap);
		}
		encoded_word_take(reader, &word);
		raw = at = word.end;
	}
	encoded_word_end_run(reader);
	encoded_word_put_raw(reader, text_slice(body, raw, body.size));
}

static void
encoded_word_add_facts(struct encoded_word_facts *facts, const struct charset_decoder *decoder)
{
	facts->unknown_charset |= decoder->is_unknown;
	facts->undecodable += decoder->undecodable;
	facts->guessed += decoder->guessed;
}

bool
encoded_word_decode(struct text body, struct buffer *out, struct encoded_word_facts *facts)
{
	const struct charset guess = {.kind = CHARSET_GUESS};
	struct encoded_word_facts ignored = {0};
	struct encoded_word_reader reader = {.body = body, .out = out};
	size_t before = out->size;

	if (facts == NULL)
		facts = &ignored;
	if (encoded_word_is_plain(body))
		return buffer_append(out, body);
	charset_decoder_init(&reader.guess, &guess);
	charset_decoder_init(&reader.rest.decoder, &guess);
	encoded_word_read(&reader);
	facts->malformed |= reader.malformed;
	encoded_word_add_facts(facts, &reader.guess);
	encoded_word_add_facts(facts, &reader.rest.decoder);
	for (size_t i = 0; i < reader.slot_count; i++) {
		encoded_word_add_facts(facts, &reader.slots[i].decoder);
		charset_decoder_clear(&reader.slots[i].decoder);
	}
	if (reader.is_overfull)
		out->size = before;
	return !reader.is_overfull;
}

/* --- Writing ------------------------------------------------------------------------------------ */

/* A line, a word, and what stands around the text of one: "=?UTF-8?Q?" and "?=". */
enum { ENCODED_WORD_LINE = 76, ENCODED_WORD_SIZE = 75, ENCODED_WORD_FRAME = 12 };

struct encoded_word_writer {
	struct buffer *out;
	size_t column;
	bool is_base64;
};

/* What is written for a byte of the value. */
static char
encoded_word_clean(char byte)
{
	return byte == '\n' || byte == '\r' || byte == '\0' ? ' ' : byte;
}

/* Not VT and FF: where a line is folded, a blank or tab must follow. */
static bool
encoded_word_is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || encoded_word_clean(byte) == ' ';
}

static void
encoded_word_write_plain(struct encoded_word_writer *writer, struct text value)
{
	for (size_t i = 0; i < value.size; i++)
		buffer_append_byte(writer->out, encoded_word_clean(value.data[i]));
	writer->column += value.size;
}

static void
encoded_word_fold(struct encoded_word_writer *writer)
{
	buffer_append(writer->out, TEXT("\n "));
	writer->column = 1;
}

/* May a byte stand in a Q word as it is (RFC 2047, section 5, rule 3)? */
static bool
encoded_word_is_safe(char byte)
{
	return text_is_alpha(byte) || text_is_digit(byte) || byte == '!' || byte == '*' ||
	       byte == '+' || byte == '-' || byte == '/';
}

static size_t
encoded_word_q_size(struct text value)
{
	size_t size = 0;

	for (size_t i = 0; i < value.size; i++) {
		char byte = encoded_word_clean(value.data[i]);
		size += encoded_word_is_safe(byte) || byte == ' ' ? 1 : 3;
	}
	return size;
}

/* The bytes of whole characters at the front that fit into so many of encoded text. */
static size_t
encoded_word_fitting(const struct encoded_word_writer *writer, struct text value, size_t room)
{
	size_t taken = 0, cost = 0;

	while (taken < value.size) {
		size_t length = utf8_sequence_length(value, taken);
		REQUIRE(length > 0);
		cost += encoded_word_q_size(text_slice(value, taken, taken + length));
		if (writer->is_base64)
			cost = (taken + length + 2) / 3 * 4;
		if (cost > room)
			break;
		taken += length;
	}
	return taken;
}

static void
encoded_word_write_base64(struct buffer *out, struct text value)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < value.size; i += 3) {
		unsigned bits = 0;
		for (size_t j = i; j < i + 3; j++)
			bits = bits << 8 |
			       (j < value.size ? (unsigned char)encoded_word_clean(value.data[j])
					       : 0U);
		for (unsigned j = 0; j < 4; j++) {
			bool is_padding = i + j > value.size;
			buffer_append_byte(
			    out, is_padding ? '=' : digits[bits >> (18 - 6 * j) & 63]);
		}
	}
}

static void
encoded_word_write_q(struct buffer *out, struct text value)
{
	for (size_t i = 0; i < value.size; i++) {
		char byte = encoded_word_clean(value.data[i]);
		if (byte == ' ')
			buffer_append_byte(out, '_');
		else if (encoded_word_is_safe(byte))
			buffer_append_byte(out, byte);
		else
			buffer_append_format(out, "=%02X", (unsigned char)byte);
	}
}

static void
encoded_word_write(struct encoded_word_writer *writer, struct text value)
{
	writer->is_base64 = encoded_word_q_size(value) > (value.size + 2) / 3 * 4;
	while (value.size > 0 && !buffer_is_overfull(writer->out)) {
		size_t room =
		    writer->column < ENCODED_WORD_LINE ? ENCODED_WORD_LINE - writer->column : 0;
		room = room < ENCODED_WORD_SIZE ? room : ENCODED_WORD_SIZE;
		room = room > ENCODED_WORD_FRAME ? room - ENCODED_WORD_FRAME : 0;
		size_t size = encoded_word_fitting(writer, value, room);
		if (size == 0) {
			encoded_word_fold(writer);
			continue;
		}
		size_t before = writer->out->size;
		buffer_append(
		    writer->out, writer->is_base64 ? TEXT("=?UTF-8?B?") : TEXT("=?UTF-8?Q?"));
		if (writer->is_base64)
			encoded_word_write_base64(writer->out, text_slice(value, 0, size));
		else
			encoded_word_write_q(writer->out, text_slice(value, 0, size));
		buffer_append(writer->out, TEXT("?="));
		writer->column += writer->out->size - before;
		value = text_slice(value, size, value.size);
		if (value.size > 0)
			encoded_word_fold(writer);
	}
}

/* The words of the value that must be encoded: from the first to the last one that is not ASCII. */
static void
encoded_word_find_range(struct text value, size_t *from_out, size_t *to_out)
{
	size_t from = value.size, to = 0;

	for (size_t i = 0; i < value.size; i++) {
		if ((unsigned char)value.data[i] < 0x80)
			continue;
		from = from < i ? from : i;
		to = i + 1;
	}
	if (encoded_word_is_present(value)) {
		from = 0;
		to = value.size;
	}
	while (from > 0 && from < value.size && !encoded_word_is_blank(value.data[from - 1]))
		from--;
	while (to > 0 && to < value.size && !encoded_word_is_blank(value.data[to]))
		to++;
	*from_out = from;
	*to_out = to;
}

/* The value in valid UTF-8; the buffer, which is initialised here, holds it where it was not. */
static struct text
encoded_word_make_valid(struct text value, struct buffer *valid)
{
	const struct charset guess = {.kind = CHARSET_GUESS};
	struct charset_decoder decoder;

	buffer_init(valid, 3 * value.size + CHARSET_OUT_MIN);
	if (utf8_is_valid(value))
		return value;
	charset_decoder_init(&decoder, &guess);
	REQUIRE(charset_decoder_append(&decoder, value, valid));
	return buffer_text(valid);
}

bool
encoded_word_append(struct buffer *out, struct text value, size_t column)
{
	struct encoded_word_writer writer = {.out = out, .column = column};
	size_t before = out->size, from, to;
	struct buffer valid;

	value = encoded_word_make_valid(value, &valid);
	encoded_word_find_range(value, &from, &to);
	bool fits = !buffer_is_overfull(out);
	out->overfull = false;
	if (from < to) {
		/* The blank in front goes to the next line with the word, if that is folded. */
		struct text first = text_slice(value, from, to);
		size_t length = utf8_sequence_length(first, 0);
		size_t prefix = from > 0 ? from - 1 : 0;
		bool is_folded =
		    from + column + ENCODED_WORD_FRAME + 4 * length > ENCODED_WORD_LINE;
		encoded_word_write_plain(&writer, text_slice(value, 0, prefix));
		is_folded = is_folded && (from > 0 || column > 1);
		if (is_folded)
			buffer_append(out, from > 0 ? TEXT("\n") : TEXT("\n "));
		writer.column = is_folded ? 1 - (from > 0) : writer.column;
		encoded_word_write_plain(&writer, text_slice(value, prefix, from));
		encoded_word_write(&writer, first);
		value = text_slice(value, to, value.size);
	}
	encoded_word_write_plain(&writer, value);
	buffer_clear(&valid);
	bool is_complete = !buffer_is_overfull(out);
	if (!is_complete)
		out->size = before;
	out->overfull |= !fits;
	return is_complete;
}

bool
encoded_word_append_whole(struct buffer *out, struct text value, size_t column)
{
	struct encoded_word_writer writer = {.out = out, .column = column};
	bool fits = !buffer_is_overfull(out);
	size_t before = out->size;
	struct buffer valid;

	out->overfull = false;
	encoded_word_write(&writer, encoded_word_make_valid(value, &valid));
	buffer_clear(&valid);
	bool is_complete = !buffer_is_overfull(out);
	if (!is_complete)
		out->size = before;
	out->overfull |= !fits;
	return is_complete;
}
