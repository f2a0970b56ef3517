/*
 * Parameter values as they were meant (see parameter_value.h). The spellings of one name are
 * collected first, then the best one is put together as bytes, and these become UTF-8 in one step,
 * so that a character may be cut by the pieces.
 */
#include "mail/parameter_value.h"

#include <string.h>

#include "base/buffer.h"
#include "base/number.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"

enum {
	PARAMETER_VALUE_NUMBER_MAX = 9999,
	/* No charset gives more than eight bytes of UTF-8 for one. */
	PARAMETER_VALUE_ROOM = 8 * CONTENT_TYPE_SIZE_MAX + CHARSET_OUT_MIN
};

enum parameter_spelling {
	PARAMETER_OTHER,    /* another name */
	PARAMETER_PLAIN,    /* "name" */
	PARAMETER_EXTENDED, /* "name*" */
	PARAMETER_PIECE,    /* "name*0" */
	PARAMETER_PIECE_EXTENDED,
};

/* What is known of one name: the first parameter of each spelling, and where its pieces begin and
 * end. */
struct parameter_set {
	const struct content_parameter *plain, *extended;
	uint64_t first_piece, last_piece;
	uint64_t pieces; /* how many there are */
};

static enum parameter_spelling
parameter_value_spelling(struct text written, struct text name, uint64_t *number_out)
{
	if (!text_has_prefix_nocase(written, name))
		return PARAMETER_OTHER;
	struct text rest = text_slice(written, name.size, written.size);
	if (rest.size == 0)
		return PARAMETER_PLAIN;
	if (rest.data[0] != '*')
		return PARAMETER_OTHER;
	rest = text_slice(rest, 1, rest.size);
	if (rest.size == 0)
		return PARAMETER_EXTENDED;
	bool is_extended = text_has_suffix(rest, TEXT("*"));
	rest.size -= is_extended;
	if (!number_parse_unsigned(rest, PARAMETER_VALUE_NUMBER_MAX, number_out))
		return PARAMETER_OTHER;
	return is_extended ? PARAMETER_PIECE_EXTENDED : PARAMETER_PIECE;
}

static struct parameter_set
parameter_value_collect(const struct content_type *type, struct text name)
{
	struct parameter_set set = {0};
	uint64_t number = 0;

	for (size_t i = 0; i < type->count; i++) {
		const struct content_parameter *parameter = &type->parameters[i];
		switch (parameter_value_spelling(parameter->name, name, &number)) {
		case PARAMETER_OTHER:
			break;
		case PARAMETER_PLAIN:
			if (set.plain == NULL)
				set.plain = parameter;
			break;
		case PARAMETER_EXTENDED:
			if (set.extended == NULL)
				set.extended = parameter;
			break;
		case PARAMETER_PIECE:
		case PARAMETER_PIECE_EXTENDED:
			if (set.pieces == 0 || number < set.first_piece)
				set.first_piece = number;
			if (set.pieces == 0 || number > set.last_piece)
				set.last_piece = number;
			set.pieces++;
			break;
		}
	}
	return set;
}

/* The first piece of that number. */
static const struct content_parameter *
parameter_value_piece(
    const struct content_type *type, struct text name, uint64_t wanted, bool *is_extended_out)
{
	uint64_t number = 0;

	for (size_t i = 0; i < type->count; i++) {
		enum parameter_spelling spelling =
		    parameter_value_spelling(type->parameters[i].name, name, &number);
		*is_extended_out = spelling == PARAMETER_PIECE_EXTENDED;
		if ((spelling == PARAMETER_PIECE || *is_extended_out) && number == wanted)
			return &type->parameters[i];
	}
	return NULL;
}

/* Copies with the percent escapes decoded; what is none stays. Returns the bytes written.
 * tolerance: parameter-percent */
static size_t
parameter_value_unescape(struct text escaped, char *out, bool *malformed_out)
{
	size_t size = 0;

	for (size_t i = 0; i < escaped.size; i++) {
		char byte = escaped.data[i];
		if (byte == '%') {
			int high = i + 2 < escaped.size ? text_hex_value(escaped.data[i + 1]) : -1;
			int low = high >= 0 ? text_hex_value(escaped.data[i + 2]) : -1;
			if (low >= 0) {
				byte = (char)(high << 4 | low);
				i += 2;
			} else {
				*malformed_out = true;
			}
		}
		out[size++] = byte;
	}
	return size;
}

/* Takes "charset'language'" off the front. tolerance: parameter-no-charset */
static bool
parameter_value_take_charset(
    struct text *value, struct text *charset_out, struct text *language_out)
{
	size_t first = text_find_byte(*value, 0, '\'');
	size_t second = text_find_byte(*value, first + 1, '\'');

	if (second >= value->size)
		return false;
	*charset_out = text_slice(*value, 0, first);
	*language_out = text_slice(*value, first + 1, second);
	*value = text_slice(*value, second + 1, value->size);
	return true;
}

/* At most PARAMETER_VALUE_MAX bytes, whole characters. */
static struct text
parameter_value_cut(struct text utf8, bool *truncated_out)
{
	size_t size = PARAMETER_VALUE_MAX;

	if (utf8.size <= size)
		return utf8;
	*truncated_out = true;
	while (size > 0 && ((unsigned char)utf8.data[size] & 0xC0) == 0x80)
		size--;
	return text_slice(utf8, 0, size);
}

/* Bytes of a named charset. */
static void
parameter_value_convert(struct arena *arena, struct text bytes, struct text charset_name,
    struct parameter_value *value_out)
{
	struct charset charset = charset_parse(charset_name);
	struct charset_decoder decoder;
	struct buffer out;

	buffer_init(&out, PARAMETER_VALUE_ROOM);
	charset_decoder_init(&decoder, &charset);
	charset_decoder_append(&decoder, bytes, &out);
	value_out->malformed |=
	    decoder.is_unknown || decoder.undecodable > 0 || decoder.guessed > 0;
	charset_decoder_clear(&decoder);
	struct text utf8 = parameter_value_cut(buffer_text(&out), &value_out->truncated);
	value_out->value = arena_copy_text(arena, utf8);
	buffer_clear(&out);
}

/* Bytes of no charset: encoded words and 8-bit bytes are met in them. tolerance:
 * parameter-encoded-word, parameter-8bit */
static void
parameter_value_read(struct arena *arena, struct text bytes, struct parameter_value *value_out)
{
	struct encoded_word_facts facts = {0};
	struct buffer out;

	if (encoded_word_is_plain(bytes)) {
		value_out->value = parameter_value_cut(bytes, &value_out->truncated);
		return;
	}
	buffer_init(&out, PARAMETER_VALUE_ROOM);
	encoded_word_decode(bytes, &out, &facts);
	value_out->malformed |=
	    facts.malformed || facts.unknown_charset || facts.undecodable > 0 || facts.guessed > 0;
	struct text utf8 = parameter_value_cut(buffer_text(&out), &value_out->truncated);
	value_out->value = arena_copy_text(arena, utf8);
	buffer_clear(&out);
}

static void
parameter_value_read_extended(
    struct arena *arena, struct text written, struct parameter_value *value_out)
{
	struct text charset = {0};
	bool has_charset = parameter_value_take_charset(&written, &charset, &value_out->language);
	char *bytes = arena_alloc_bytes(arena, written.size);
	struct text value = {
	    bytes, parameter_value_unescape(written, bytes, &value_out->malformed)};

	value_out->malformed |= !has_charset;
	if (has_charset)
		parameter_value_convert(arena, value, charset, value_out);
	else
		parameter_value_read(arena, value, value_out);
}

/* Pieces in the order of their numbers, from the first up to a gap. tolerance:
 * parameter-first-piece, parameter-gap */
static void
parameter_value_join(struct arena *arena, const struct content_type *type, struct text name,
    const struct parameter_set *set, struct parameter_value *value_out)
{
	char *bytes = NULL;
	size_t room = 0, size = 0;
	struct text charset = {0};
	bool has_charset = false, is_extended;
	uint64_t number = set->first_piece;

	for (size_t i = 0; i < type->count; i++)
		room += type->parameters[i].value.size;
	bytes = arena_alloc_bytes(arena, room);
	for (; number <= set->last_piece; number++) {
		const struct content_parameter *piece =
		    parameter_value_piece(type, name, number, &is_extended);
		if (piece == NULL)
			break;
		struct text value = piece->value;
		if (is_extended && number == set->first_piece) {
			has_charset =
			    parameter_value_take_charset(&value, &charset, &value_out->language);
			value_out->malformed |= !has_charset;
		}
		if (is_extended) {
			size +=
			    parameter_value_unescape(value, bytes + size, &value_out->malformed);
		} else if (value.size > 0) {
			memcpy(bytes + size, value.data, value.size);
			size += value.size;
		}
	}
	/* A gap, or a number that stands twice. */
	value_out->malformed |= set->first_piece != 0 || number <= set->last_piece ||
				set->pieces > set->last_piece - set->first_piece + 1;
	if (has_charset)
		parameter_value_convert(arena, (struct text){bytes, size}, charset, value_out);
	else
		parameter_value_read(arena, (struct text){bytes, size}, value_out);
}

bool
parameter_value_find(struct arena *arena, const struct content_type *type, struct text name,
    struct parameter_value *value_out)
{
	struct parameter_set set = parameter_value_collect(type, name);

	*value_out = (struct parameter_value){0};
	/* tolerance: parameter-spellings */
	if (set.extended != NULL)
		parameter_value_read_extended(arena, set.extended->value, value_out);
	else if (set.pieces > 0)
		parameter_value_join(arena, type, name, &set, value_out);
	else if (set.plain != NULL)
		parameter_value_read(arena, set.plain->value, value_out);
	else
		return false;
	return true;
}
