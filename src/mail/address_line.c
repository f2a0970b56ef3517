/*
 * The line of an address field that rules match (see address_line.h). It does not use mail/address.h:
 * that reads what an address means, this writes fields as maildrop does, where every word outside of
 * brackets is an entry of its own, and what is odd stays where it stood. An entry is an address with
 * or without a name, the beginning of a group ("name:"), its end (";"), or a comment. What lies
 * ahead is looked for once and kept, so time is linear.
 */
#include "mail/address_line.h"

#include <string.h>

#include "base/bug.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"

enum address_line_kind {
	ADDRESS_LINE_END,
	ADDRESS_LINE_WORD,
	ADDRESS_LINE_QUOTED,
	ADDRESS_LINE_COMMENT,
	ADDRESS_LINE_SPECIAL
};

struct address_line_token {
	enum address_line_kind kind;
	char special;
	bool is_apart;    /* blanks stand in front */
	struct text text; /* without quotes and parentheses; quoted-pairs are in it */
	size_t end;       /* behind it */
};

/* The first token of some kind at or behind a position; asked again, it is not searched again. */
struct address_line_ahead {
	bool is_known;
	size_t begin; /* of the token; a question from behind it makes a new search */
	char special; /* '\0': none of them, or the end */
};

enum { ADDRESS_LINE_LENT = 512 };

struct address_line_writer {
	struct text body;
	size_t at;
	struct address_line_ahead no_word, no_name;
	bool after_address;
	bool fits;
	struct buffer *line;
	struct buffer name, spec; /* of the entry at hand, as written */
	struct buffer decoded;    /* the name, decoded */
};

bool
address_line_is_structured(struct text name)
{
	static const struct text names[] = {TEXT("From"), TEXT("To"), TEXT("Cc"), TEXT("Bcc")};

	if (text_has_prefix_nocase(name, TEXT("Resent-")))
		name = text_slice(name, 7, name.size);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (text_is_equal_nocase(name, names[i]))
			return true;
	return false;
}

/* --- Tokens ------------------------------------------------------------------------------------- */

static bool
address_line_is_special(char byte)
{
	return byte != '\0' && memchr("<>@,;:.[]", byte, 9) != NULL;
}

/* A ')' that closes nothing is a blank. */
static bool
address_line_is_blank(char byte)
{
	return text_is_space(byte) || byte == ')';
}

/* Behind the quoted string or comment that begins at a position, or 0 when it is not closed. */
static size_t
address_line_close(struct text body, size_t at)
{
	bool is_comment = body.data[at] == '(';
	size_t depth = 0;

	for (size_t i = at; i < body.size; i++) {
		if (body.data[i] == '\\')
			i++;
		else if (is_comment && body.data[i] == '(')
			depth++;
		else if (is_comment ? body.data[i] == ')' && --depth == 0
				    : body.data[i] == '"' && i > at)
			return i + 1;
	}
	return 0;
}

static struct address_line_token
address_line_next(struct text body, size_t at)
{
	struct address_line_token token = {0};
	size_t begin = at;

	while (begin < body.size && address_line_is_blank(body.data[begin]))
		begin++;
	token.is_apart = begin > at;
	token.end = begin;
	if (begin == body.size)
		return token;
	char first = body.data[begin];
	if (first == '"' || first == '(') {
		size_t end = address_line_close(body, begin);
		token.kind = first == '"' || end == 0 ? ADDRESS_LINE_QUOTED : ADDRESS_LINE_COMMENT;
		/* tolerance: address-line-not-closed: the rest of the field is quoted. */
		token.text = end > 0        ? text_slice(body, begin + 1, end - 1)
			     : first == '"' ? text_slice(body, begin + 1, body.size)
					    : text_slice(body, begin, body.size);
		token.end = end > 0 ? end : body.size;
		return token;
	}
	token.end = begin + 1;
	if (address_line_is_special(first)) {
		token.kind = ADDRESS_LINE_SPECIAL;
		token.special = first;
	} else {
		size_t end = begin;
		while (end < body.size && !address_line_is_blank(body.data[end]) &&
		       !address_line_is_special(body.data[end]) && body.data[end] != '"' &&
		       body.data[end] != '(')
			end += body.data[end] == '\\' && end + 1 < body.size ? 2 : 1;
		token.kind = ADDRESS_LINE_WORD;
		token.end = end;
	}
	token.text = text_slice(body, begin, token.end);
	return token;
}

static bool
address_line_is_word(const struct address_line_token *token)
{
	return token->kind == ADDRESS_LINE_WORD || token->kind == ADDRESS_LINE_QUOTED;
}

/* What ends the words ahead: the first token that is no word, or (of a name) the first ',', ';' or
 * '<'. */
static char
address_line_look(
    const struct address_line_writer *writer, struct address_line_ahead *ahead, bool is_name)
{
	if (ahead->is_known && writer->at <= ahead->begin)
		return ahead->special;
	size_t at = writer->at;
	struct address_line_token token = address_line_next(writer->body, at);
	for (; token.kind != ADDRESS_LINE_END; token = address_line_next(writer->body, at)) {
		bool is_found =
		    is_name ? token.special == ',' || token.special == ';' || token.special == '<'
			    : !address_line_is_word(&token);
		if (is_found)
			break;
		at = token.end;
	}
	*ahead = (struct address_line_ahead){true, at, token.special};
	return ahead->special;
}

/* --- Writing ------------------------------------------------------------------------------------ */

static void
address_line_put(struct address_line_writer *writer, struct text bytes)
{
	writer->fits = writer->fits && buffer_append(writer->line, bytes);
}

/* The bytes without the backslashes of quoted-pairs. */
static void
address_line_append_clean(struct buffer *out, struct text bytes)
{
	for (size_t i = 0; i < bytes.size; i++) {
		if (bytes.data[i] == '\\' && i + 1 < bytes.size)
			i++;
		buffer_append_byte(out, bytes.data[i]);
	}
}

static void
address_line_append_token(struct buffer *out, const struct address_line_token *token)
{
	bool is_quoted = token->kind == ADDRESS_LINE_QUOTED;
	bool is_comment = token->kind == ADDRESS_LINE_COMMENT;

	buffer_append(out, is_quoted ? TEXT("\"") : is_comment ? TEXT("(") : TEXT(""));
	address_line_append_clean(out, token->text);
	buffer_append(out, is_quoted ? TEXT("\"") : is_comment ? TEXT(")") : TEXT(""));
}

/* Decodes the name at hand; of quotes around all of it nothing stays. */
static struct text
address_line_decode_name(struct address_line_writer *writer)
{
	struct text name = buffer_text(&writer->name);

	if (name.size > 0 && name.data[0] == '"')
		name = text_slice(name, 1, name.size);
	if (name.size > 0 && name.data[name.size - 1] == '"')
		name = text_slice(name, 0, name.size - 1);
	buffer_reset(&writer->decoded);
	encoded_word_decode(name, &writer->decoded, NULL);
	return buffer_text(&writer->decoded);
}

static bool
address_line_needs_quotes(struct text name)
{
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] == '"' || name.data[i] == '\\' || name.data[i] == '(' ||
		    name.data[i] == ')' || address_line_is_special(name.data[i]))
			return true;
	return false;
}

/* The address, which may be anything that stood in its place, as valid UTF-8. */
static void
address_line_put_spec(struct address_line_writer *writer)
{
	const struct charset guess = {.kind = CHARSET_GUESS};
	struct text spec = buffer_text(&writer->spec);
	struct charset_decoder decoder;

	if (charset_valid_utf8_size(spec) < spec.size) {
		buffer_reset(&writer->decoded);
		charset_decoder_init(&decoder, &guess);
		charset_decoder_append(&decoder, spec, &writer->decoded);
		spec = buffer_text(&writer->decoded);
	}
	address_line_put(writer, spec);
}

static void
address_line_put_address(struct address_line_writer *writer)
{
	if (writer->after_address)
		address_line_put(writer, TEXT(", "));
	writer->after_address = true;
	struct text name = address_line_decode_name(writer);
	if (name.size == 0) {
		address_line_put_spec(writer);
		return;
	}
	bool is_quoted = address_line_needs_quotes(name);
	address_line_put(writer, is_quoted ? TEXT("\"") : TEXT(""));
	address_line_put(writer, name);
	address_line_put(writer, is_quoted ? TEXT("\" <") : TEXT(" <"));
	address_line_put_spec(writer);
	address_line_put(writer, TEXT(">"));
}

/* The name of a group or a comment: a blank follows, nothing separates it from the next entry. */
static void
address_line_put_bare(struct address_line_writer *writer, struct text end)
{
	struct text name = address_line_decode_name(writer);

	if (writer->after_address && name.size > 0)
		address_line_put(writer, TEXT(", "));
	writer->after_address = false;
	address_line_put(writer, name);
	address_line_put(writer, end);
	if (name.size > 0)
		address_line_put(writer, TEXT(" "));
}

/* --- Entries ------------------------------------------------------------------------------------ */

/* Words up to a colon. */
static void
address_line_take_group(struct address_line_writer *writer)
{
	struct address_line_token token = address_line_next(writer->body, writer->at);

	for (; token.special != ':'; token = address_line_next(writer->body, writer->at)) {
		if (token.is_apart && writer->name.size > 0)
			buffer_append(&writer->name, TEXT(" "));
		address_line_append_token(&writer->name, &token);
		writer->at = token.end;
	}
	writer->at = token.end;
	address_line_put_bare(writer, TEXT(":"));
}

/* A name, '<', an address and '>'; without the latter it goes to the end. */
static void
address_line_take_bracketed(struct address_line_writer *writer)
{
	struct address_line_token token = address_line_next(writer->body, writer->at);
	bool after_word = false;

	for (; token.special != '<'; token = address_line_next(writer->body, writer->at)) {
		if (token.is_apart && writer->name.size > 0)
			buffer_append(&writer->name, TEXT(" "));
		address_line_append_token(&writer->name, &token);
		writer->at = token.end;
	}
	while (token.kind != ADDRESS_LINE_END && token.special != '>') {
		bool is_word = token.kind != ADDRESS_LINE_SPECIAL;
		if (is_word && after_word)
			buffer_append(&writer->spec, TEXT(" "));
		if (token.special != '<')
			address_line_append_token(&writer->spec, &token);
		after_word = is_word;
		writer->at = token.end;
		token = address_line_next(writer->body, writer->at);
	}
	writer->at = token.end;
	address_line_put_address(writer);
}

/* Words and what joins them; comments are the name. Two words side by side are two entries. */
static void
address_line_take_bare(struct address_line_writer *writer)
{
	struct address_line_token token = address_line_next(writer->body, writer->at);
	bool after_word = false;

	while (token.kind != ADDRESS_LINE_END && token.special != ',' && token.special != ';' &&
	       token.special != '<' && !(after_word && address_line_is_word(&token))) {
		if (token.kind == ADDRESS_LINE_COMMENT) {
			/* tolerance: address-line-comments. */
			if (writer->name.size > 0)
				buffer_append(&writer->name, TEXT(" "));
			address_line_append_clean(&writer->name, token.text);
		} else if (token.special != '>') {
			address_line_append_token(&writer->spec, &token);
			after_word = address_line_is_word(&token);
		}
		writer->at = token.end;
		token = address_line_next(writer->body, writer->at);
	}
	if (writer->spec.size > 0)
		address_line_put_address(writer);
	else if (writer->name.size > 0)
		address_line_put_bare(writer, TEXT(""));
}

static void
address_line_write(struct address_line_writer *writer)
{
	while (writer->fits) {
		struct address_line_token token = address_line_next(writer->body, writer->at);
		if (token.kind == ADDRESS_LINE_END)
			return;
		buffer_reset(&writer->name);
		buffer_reset(&writer->spec);
		if (token.special == ',' || token.special == ';') {
			writer->at = token.end;
			if (token.special == ';') {
				address_line_put(writer, TEXT(";"));
				writer->after_address = false;
			}
		} else if (address_line_look(writer, &writer->no_word, false) == ':') {
			address_line_take_group(writer);
		} else if (address_line_look(writer, &writer->no_name, true) == '<') {
			address_line_take_bracketed(writer);
		} else {
			address_line_take_bare(writer);
		}
	}
}

/* One line: a fold is a blank and its own white space, a NUL a blank. */
static void
address_line_unfold(struct text body, struct buffer *clean)
{
	for (size_t i = 0; i < body.size; i++) {
		char byte = body.data[i];
		if (byte == '\r' && i + 1 < body.size && body.data[i + 1] == '\n')
			continue;
		buffer_append_byte(
		    clean, byte == '\r' || byte == '\n' || byte == '\0' ? ' ' : byte);
	}
}

bool
address_line_append(struct text name, struct text body, struct buffer *line)
{
	char lent[4][ADDRESS_LINE_LENT];
	size_t before = line->size, maximum = 4 * body.size + CHARSET_OUT_MIN;
	struct buffer clean;

	body = text_trim(body);
	buffer_init_lent(&clean, lent[0], sizeof lent[0], maximum);
	if (text_find_byte(body, 0, '\n') < body.size ||
	    text_find_byte(body, 0, '\r') < body.size ||
	    text_find_byte(body, 0, '\0') < body.size) {
		address_line_unfold(body, &clean);
		body = buffer_text(&clean);
	}
	struct address_line_writer writer = {.body = body, .line = line, .fits = true};
	buffer_init_lent(&writer.name, lent[1], sizeof lent[1], maximum);
	buffer_init_lent(&writer.spec, lent[2], sizeof lent[2], maximum);
	buffer_init_lent(&writer.decoded, lent[3], sizeof lent[3], maximum);
	address_line_put(&writer, name);
	address_line_put(&writer, TEXT(": "));
	address_line_write(&writer);
	REQUIRE(!writer.name.overfull && !writer.spec.overfull && !writer.decoded.overfull);
	buffer_clear(&writer.name);
	buffer_clear(&writer.spec);
	buffer_clear(&writer.decoded);
	buffer_clear(&clean);
	if (!writer.fits)
		line->size = before;
	return writer.fits;
}
