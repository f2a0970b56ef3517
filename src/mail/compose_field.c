/*
 * Header fields; see compose_field.h. A value is cleaned first, then written word by word.
 */
#include "mail/compose_field.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "mail/address.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"
#include "mail/header.h"
#include "mail/header_edit.h"
#include "mail/transfer_encode.h"

enum {
	COMPOSE_LINE_WANTED = 78,
	COMPOSE_WORD_MAX =
	    500, /* an ASCII word that is longer is encoded, so that it can be folded */
	COMPOSE_NAME_WANTED = 60, /* a longer display name is encoded */
	COMPOSE_PARAMETER_WANTED = 60,
};

/* --- Values ------------------------------------------------------------------------------------- */

/* Valid UTF-8 (other bytes are read by guess) without control characters, trimmed. */
static struct text
compose_clean(struct arena *arena, struct text value, char instead)
{
	const struct charset guess = {.kind = CHARSET_GUESS};
	struct charset_decoder decoder;
	struct buffer valid;

	buffer_init(&valid, 3 * value.size + CHARSET_OUT_MIN);
	charset_decoder_init(&decoder, &guess);
	if (utf8_is_valid(value))
		buffer_append(&valid, value);
	else
		charset_decoder_append(&decoder, value, &valid);
	charset_decoder_clear(&decoder);
	char *clean = arena_alloc_bytes(arena, valid.size);
	size_t size = 0;
	for (size_t i = 0; i < valid.size; i++) {
		unsigned char byte = (unsigned char)valid.data[i];
		bool is_control = (byte < ' ' && !(byte == '\t' && instead == ' ')) || byte == 127;
		if (byte == '\r' && i + 1 < valid.size && valid.data[i + 1] == '\n')
			continue;
		clean[size++] = is_control ? instead : (char)byte;
	}
	buffer_clear(&valid);
	return text_trim((struct text){clean, size});
}

static bool
compose_is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static struct text
compose_take_run(struct text *rest, bool is_blank)
{
	size_t size = 0;

	while (size < rest->size && compose_is_blank(rest->data[size]) == is_blank)
		size++;
	struct text run = text_slice(*rest, 0, size);
	*rest = text_slice(*rest, size, rest->size);
	return run;
}

static bool
compose_must_encode(struct text word)
{
	return !text_is_ascii(word) || encoded_word_is_present(word) ||
	       word.size > COMPOSE_WORD_MAX;
}

/* Words that are encoded together, since blanks between encoded words are lost; or one that is not. */
static struct text
compose_take_words(struct text *rest, bool *is_encoded_out)
{
	struct text whole = *rest, word = compose_take_run(rest, false);
	size_t end = word.size;

	*is_encoded_out = compose_must_encode(word);
	while (*is_encoded_out && rest->size > 0) {
		struct text ahead = *rest;
		compose_take_run(&ahead, true);
		if (!compose_must_encode(compose_take_run(&ahead, false)))
			break;
		*rest = ahead;
		end = whole.size - ahead.size;
	}
	return text_slice(whole, 0, end);
}

/* Where the lines of a field are put together. */
struct compose_line {
	struct buffer *out;
	struct text line_end;
	size_t column;
	bool has_word; /* a line with nothing but the name is not ended */
};

static void
compose_put_word(struct compose_line *line, struct text blanks, struct text word)
{
	if (blanks.size > COMPOSE_LINE_WANTED / 2)
		blanks.size = 1;
	if (line->has_word && blanks.size > 0 &&
	    line->column + blanks.size + word.size > COMPOSE_LINE_WANTED) {
		buffer_append(line->out, line->line_end);
		line->column = 0;
	}
	buffer_append(line->out, blanks);
	buffer_append(line->out, word);
	line->column += blanks.size + word.size;
	line->has_word = true;
}

static void
compose_put_encoded(struct compose_line *line, struct text blanks, struct text words)
{
	struct buffer encoded;

	buffer_init(&encoded, line->out->maximum);
	if (!encoded_word_append_whole(&encoded, words, line->column + blanks.size))
		line->out->overfull = true;
	struct text rest = buffer_text(&encoded);
	while (rest.size > 0) {
		struct text word = text_trim(text_split(&rest, '\n'));
		if (word.size == 0)
			continue;
		compose_put_word(line, blanks, word);
		blanks = TEXT(" ");
	}
	buffer_clear(&encoded);
}

static void
compose_put_text(struct compose_line *line, struct text blanks, struct text value)
{
	bool is_encoded;

	while (value.size > 0 && !buffer_is_overfull(line->out)) {
		struct text words = compose_take_words(&value, &is_encoded);
		if (is_encoded)
			compose_put_encoded(line, blanks, words);
		else
			compose_put_word(line, blanks, words);
		blanks = compose_take_run(&value, true);
	}
}

static struct compose_line
compose_begin(struct text name, struct text line_end, struct buffer *out)
{
	buffer_append(out, name);
	buffer_append_byte(out, ':');
	return (struct compose_line){.out = out, .line_end = line_end, .column = name.size + 1};
}

static bool
compose_end(struct compose_line *line)
{
	buffer_append(line->out, line->line_end);
	return !buffer_is_overfull(line->out);
}

bool
compose_field_append(struct text name, struct text value, struct text line_end, struct buffer *out)
{
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct compose_line line = compose_begin(name, line_end, out);
	compose_put_text(&line, TEXT(" "), compose_clean(&arena, value, ' '));
	arena_clear(&arena);
	return compose_end(&line);
}

/* --- Addresses ---------------------------------------------------------------------------------- */

/* A character of an atom (RFC 5322, section 3.2.3, and RFC 6532). */
static bool
compose_is_atom_byte(char byte)
{
	return text_is_alpha(byte) || text_is_digit(byte) || (unsigned char)byte > 127 ||
	       text_find_byte(TEXT("!#$%&'*+-/=?^_`{|}~"), 0, byte) < 19;
}

/* Atoms with single dots between them. */
static bool
compose_is_dotted(struct text source)
{
	bool has_atom = false;

	for (size_t i = 0; i < source.size; i++) {
		if (source.data[i] == '.' ? !has_atom : !compose_is_atom_byte(source.data[i]))
			return false;
		has_atom = source.data[i] != '.';
	}
	return has_atom;
}

static bool
compose_is_quoted(struct text source)
{
	if (source.size < 3 || source.data[0] != '"')
		return false;
	for (size_t i = 1; i < source.size; i++) {
		unsigned char byte = (unsigned char)source.data[i];
		if (byte == '"')
			return i + 1 == source.size;
		i += byte == '\\';
		if (i == source.size || (unsigned char)source.data[i] < ' ' || byte < ' ' ||
		    byte == 127 || source.data[i] == 127)
			return false;
	}
	return false;
}

static bool
compose_is_domain(struct text domain)
{
	if (domain.size < 3 || domain.data[0] != '[')
		return compose_is_dotted(domain);
	for (size_t i = 1; i + 1 < domain.size; i++)
		if (!text_is_alpha(domain.data[i]) && !text_is_digit(domain.data[i]) &&
		    domain.data[i] != '.' && domain.data[i] != ':' && domain.data[i] != '-')
			return false;
	return domain.data[domain.size - 1] == ']';
}

bool
compose_field_is_spec(struct text spec)
{
	size_t at = spec.size;

	while (at > 0 && spec.data[at - 1] != '@')
		at--;
	if (at == 0 || spec.size > COMPOSE_SPEC_MAX || !utf8_is_valid(spec))
		return false;
	struct text local = text_slice(spec, 0, at - 1);
	return compose_is_domain(text_slice(spec, at, spec.size)) &&
	       (compose_is_dotted(local) || compose_is_quoted(local));
}

/* Words of atoms and blanks stand as they are, others are quoted. */
static void
compose_append_phrase(struct text name, struct buffer *out)
{
	bool is_plain = true;

	for (size_t i = 0; i < name.size; i++)
		is_plain = is_plain && (compose_is_atom_byte(name.data[i]) || name.data[i] == ' ');
	if (is_plain) {
		buffer_append(out, name);
		return;
	}
	buffer_append_byte(out, '"');
	for (size_t i = 0; i < name.size; i++) {
		if (name.data[i] == '"' || name.data[i] == '\\')
			buffer_append_byte(out, '\\');
		buffer_append_byte(out, name.data[i]);
	}
	buffer_append_byte(out, '"');
}

static void
compose_put_name(struct compose_line *line, struct text blanks, struct text name)
{
	struct buffer phrase;

	if (!text_is_ascii(name) || encoded_word_is_present(name) ||
	    name.size > COMPOSE_NAME_WANTED) {
		compose_put_encoded(line, blanks, name);
		return;
	}
	buffer_init(&phrase, line->out->maximum);
	compose_append_phrase(name, &phrase);
	compose_put_word(line, blanks, buffer_text(&phrase));
	buffer_clear(&phrase);
}

/* Blanks, then the address; `behind` is "," or ";" or nothing. */
static void
compose_put_address(struct compose_line *line, struct arena *arena, struct text name,
    struct text spec, struct text behind)
{
	struct buffer bracketed;
	struct text clean = compose_clean(arena, name, ' ');

	buffer_init(&bracketed, COMPOSE_SPEC_MAX + 3);
	if (clean.size > 0) {
		compose_put_name(line, TEXT(" "), clean);
		buffer_append_byte(&bracketed, '<');
	}
	buffer_append(&bracketed, spec);
	if (clean.size > 0)
		buffer_append_byte(&bracketed, '>');
	buffer_append(&bracketed, behind);
	compose_put_word(line, TEXT(" "), buffer_text(&bracketed));
	buffer_clear(&bracketed);
}

bool
compose_field_append_address(struct text display_name, struct text spec, struct buffer *out)
{
	size_t before = out->size;
	struct arena arena;

	if (!compose_field_is_spec(spec))
		return false;
	arena_init(&arena, NULL, 0);
	struct compose_line line = {.out = out, .line_end = TEXT("\n")};
	if (display_name.size > 0)
		compose_put_name(&line, TEXT(""), compose_clean(&arena, display_name, ' '));
	if (out->size == before) {
		compose_put_word(&line, TEXT(""), spec);
	} else {
		buffer_append(out, TEXT(" <"));
		buffer_append(out, spec);
		buffer_append_byte(out, '>');
	}
	arena_clear(&arena);
	if (buffer_is_overfull(out))
		out->size = before;
	return !buffer_is_overfull(out);
}

/* The name of an address or group without encoded words: they are made anew. */
static struct text
compose_decode(struct arena *arena, struct text name)
{
	struct buffer decoded;

	buffer_init(&decoded, 4 * name.size + CHARSET_OUT_MIN);
	encoded_word_decode(name, &decoded, NULL);
	struct text copy = arena_copy_text(arena, buffer_text(&decoded));
	buffer_clear(&decoded);
	return copy;
}

struct compose_addresses {
	struct arena *arena;
	const struct address_list *list;
	struct compose_line *line;
	size_t item; /* the next one */
};

static bool
compose_put_item(struct compose_addresses *walk, struct text behind, struct error *error)
{
	const struct address *address = &walk->list->items[walk->item++];
	struct buffer spec;

	buffer_init(&spec, 2 * COMPOSE_SPEC_MAX);
	bool is_usable = !address->malformed && address_append_spec(address, &spec) &&
			 compose_field_is_spec(buffer_text(&spec));
	if (is_usable)
		compose_put_address(walk->line, walk->arena,
		    compose_decode(walk->arena, address->display_name), buffer_text(&spec), behind);
	buffer_clear(&spec);
	return is_usable ||
	       error_set(error, ERROR_INPUT,
		   "\"%.80s\" is no address: write local@domain or Name <local@domain>",
		   arena_copy_string(walk->arena, compose_clean(walk->arena, address->raw, ' ')));
}

static bool
compose_put_group(
    struct compose_addresses *walk, size_t number, struct text behind, struct error *error)
{
	const struct address_group *group = &walk->list->groups[number];
	struct text name =
	    compose_clean(walk->arena, compose_decode(walk->arena, group->name), ' ');
	struct text end = behind.size > 0 ? TEXT(";,") : TEXT(";");

	if (name.size == 0)
		return error_set(error, ERROR_INPUT, "a group of addresses has no name");
	compose_put_name(walk->line, TEXT(" "), name);
	buffer_append_byte(walk->line->out, ':');
	walk->line->column++;
	if (group->count == 0)
		compose_put_word(walk->line, TEXT(""), end);
	for (size_t i = 0; i < group->count; i++)
		if (!compose_put_item(walk, i + 1 < group->count ? TEXT(",") : end, error))
			return false;
	return true;
}

static bool
compose_put_list(struct compose_addresses *walk, struct error *error)
{
	const struct address_list *list = walk->list;
	size_t group = 0;

	if (list->truncated || list->count > COMPOSE_ADDRESSES_MAX)
		return error_set(
		    error, ERROR_LIMIT, "more than %d addresses", COMPOSE_ADDRESSES_MAX);
	if (list->count == 0 && list->group_count == 0)
		return error_set(error, ERROR_INPUT, "there is no address");
	/* Groups without an address come where they were: before the next one of a later group. */
	while (walk->item < list->count || group < list->group_count) {
		bool is_single =
		    walk->item < list->count && list->items[walk->item].group == ADDRESS_NO_GROUP;
		size_t left = list->count - walk->item + list->group_count - group;
		size_t taken = is_single ? 1 : 1 + list->groups[group].count;
		struct text behind = left > taken ? TEXT(",") : TEXT("");
		if (is_single ? !compose_put_item(walk, behind, error)
			      : !compose_put_group(walk, group++, behind, error))
			return false;
	}
	return true;
}

/* Line ends only where they fold: what stands behind another one was meant for another field. */
static bool
compose_is_folded(struct text value)
{
	value = text_trim(value);
	for (size_t i = text_find_byte(value, 0, '\n'); i < value.size;
	     i = text_find_byte(value, i + 1, '\n'))
		if (i + 1 == value.size || !compose_is_blank(value.data[i + 1]))
			return false;
	return text_find_byte(value, 0, '\0') == value.size;
}

bool
compose_field_append_addresses(struct text name, struct text value, struct text line_end,
    struct buffer *out, struct error *error)
{
	struct arena arena;

	if (!compose_is_folded(value))
		return error_set(error, ERROR_INPUT,
		    "%.*s: addresses with a line end between them, which is no part of an address",
		    TEXT_ARGUMENTS(name));
	arena_init(&arena, NULL, 0);
	struct address_list list =
	    address_list_parse(&arena, compose_clean(&arena, value, ' '), ADDRESS_COUNT_MAX);
	struct compose_line line = compose_begin(name, line_end, out);
	struct compose_addresses walk = {.arena = &arena, .list = &list, .line = &line};
	bool is_list = compose_put_list(&walk, error);
	if (is_list && !compose_end(&line))
		is_list = error_set(error, ERROR_LIMIT, "the header is too large");
	if (!is_list)
		error_prefix(error, "%.*s: ", TEXT_ARGUMENTS(name));
	arena_clear(&arena);
	return is_list;
}

/* --- Fields as they were written ---------------------------------------------------------------- */

static bool
compose_is_sound(const struct header_field *field)
{
	size_t column = 0;
	bool has_word = false;

	for (size_t i = 0; i < field->raw.size; i++) {
		unsigned char byte = (unsigned char)field->raw.data[i];
		if (byte == '\n') {
			/* A line of a field that holds only blanks is obsolete (RFC 5322, 4.2). */
			if (!has_word || column > TRANSFER_ENCODE_LINE_MAX)
				return false;
			column = 0;
			has_word = false;
			continue;
		}
		bool is_line_end =
		    byte == '\r' && i + 1 < field->raw.size && field->raw.data[i + 1] == '\n';
		if ((byte < ' ' && byte != '\t' && !is_line_end) || byte > 126)
			return false;
		column += !is_line_end;
		has_word |= byte > ' ';
	}
	return column <= TRANSFER_ENCODE_LINE_MAX && (column == 0 || has_word);
}

bool
compose_field_append_written(
    struct text fields, struct text line_end, struct buffer *out, struct error *error)
{
	struct header_field field;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	while (header_next(&fields, &field)) {
		struct text raw = field.raw;
		if (!header_edit_is_name(field.name)) {
			error_set(error, ERROR_INPUT,
			    "\"%.60s\" is no header field: write Name: value",
			    arena_copy_string(&arena, compose_clean(&arena, raw, ' ')));
			arena_clear(&arena);
			return false;
		}
		if (!compose_is_sound(&field)) {
			compose_field_append(
			    field.name, header_unfold(&arena, field.body), line_end, out);
			continue;
		}
		transfer_encode_append_lines(raw, line_end, out);
		if (!text_has_suffix(raw, TEXT("\n")))
			buffer_append(out, line_end);
	}
	arena_clear(&arena);
	return !buffer_is_overfull(out) || error_set(error, ERROR_LIMIT, "the header is too large");
}

/* --- Parameters --------------------------------------------------------------------------------- */

static bool
compose_is_token_byte(char byte)
{
	return text_is_alpha(byte) || text_is_digit(byte) ||
	       text_find_byte(TEXT("!#$&+-.^_`{|}~"), 0, byte) < 14;
}

static void
compose_begin_parameter(struct text line_end, struct buffer *out)
{
	buffer_append_byte(out, ';');
	buffer_append(out, line_end);
	buffer_append_byte(out, '\t');
}

static void
compose_append_plain_parameter(
    struct text name, struct text value, struct text line_end, struct buffer *out)
{
	bool is_token = value.size > 0;

	for (size_t i = 0; i < value.size; i++)
		is_token = is_token && compose_is_token_byte(value.data[i]);
	compose_begin_parameter(line_end, out);
	buffer_append(out, name);
	buffer_append_byte(out, '=');
	if (!is_token)
		buffer_append_byte(out, '"');
	for (size_t i = 0; i < value.size; i++) {
		if (value.data[i] == '"' || value.data[i] == '\\')
			buffer_append_byte(out, '\\');
		buffer_append_byte(out, value.data[i]);
	}
	if (!is_token)
		buffer_append_byte(out, '"');
}

/* The bytes at the front that fit into a piece, whole characters. */
static size_t
compose_fitting(struct text value)
{
	size_t size = 0, cost = 0;

	while (size < value.size) {
		size_t length = utf8_sequence_length(value, size);
		for (size_t i = size; i < size + length; i++)
			cost += compose_is_token_byte(value.data[i]) ? 1 : 3;
		if (size > 0 && cost > COMPOSE_PARAMETER_WANTED)
			break;
		size += length;
	}
	return size;
}

/* RFC 2231, sections 3 and 4. */
static void
compose_append_extended_parameter(
    struct text name, struct text value, struct text line_end, struct buffer *out)
{
	bool is_whole = compose_fitting(value) == value.size;

	for (unsigned piece = 0; value.size > 0 && !buffer_is_overfull(out); piece++) {
		size_t size = compose_fitting(value);
		compose_begin_parameter(line_end, out);
		buffer_append(out, name);
		if (is_whole)
			buffer_append(out, TEXT("*="));
		else
			buffer_append_format(out, "*%u*=", piece);
		if (piece == 0)
			buffer_append(out, TEXT("utf-8''"));
		for (size_t i = 0; i < size; i++) {
			if (compose_is_token_byte(value.data[i]))
				buffer_append_byte(out, value.data[i]);
			else
				buffer_append_format(out, "%%%02X", (unsigned char)value.data[i]);
		}
		value = text_slice(value, size, value.size);
	}
}

void
compose_field_append_parameter(
    struct text name, struct text value, struct text line_end, struct buffer *out)
{
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct text clean = compose_clean(&arena, value, '_');
	if (text_is_ascii(clean) && clean.size <= COMPOSE_PARAMETER_WANTED)
		compose_append_plain_parameter(name, clean, line_end, out);
	else
		compose_append_extended_parameter(name, clean, line_end, out);
	arena_clear(&arena);
}
