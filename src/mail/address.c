/*
 * Reading address lists (see address.h) in two steps that both move forward only. The first cuts
 * the source at the commas, semicolons and group colons that stand outside of quotes, comments and
 * brackets; the second reads one address out of each piece. Cleaned texts are written to one pool
 * of the source's size: no output is longer than what it was read from. What is never closed is
 * searched for once only, so time stays linear.
 */
#include "mail/address.h"

#include "base/bug.h"
#include "base/vector.h"

/* Delimiters without an end (tolerance: address-not-closed): from there on they are ordinary bytes.
 */
struct address_open {
	bool quote, comment, literal;
};

enum address_token {
	ADDRESS_END,
	ADDRESS_ATOM,
	ADDRESS_QUOTED,
	ADDRESS_LITERAL,
	ADDRESS_AT,
	ADDRESS_BLANK,
	ADDRESS_COMMENT
};

struct address_parser {
	struct arena *arena;
	struct text source;
	struct address_open open;
	char *pool;
	size_t pool_size, pool_used;
	struct address_list list;
	size_t capacity, group_capacity, maximum;
	size_t group;   /* the one that is open, or ADDRESS_NO_GROUP */
	bool malformed; /* of the piece at hand */
};

/* A piece of the source, cut but not yet read. */
struct address_piece {
	size_t begin;
	size_t angle_open, angle_close; /* positions of the brackets; equal: none */
};

/* The position behind a quoted string or literal that begins at `from`, or 0 when it is never
 * closed. */
static size_t
address_skip_closed(struct text source, size_t from, char close)
{
	for (size_t i = from + 1; i < source.size; i++) {
		if (source.data[i] == '\\')
			i++;
		else if (source.data[i] == close)
			return i + 1;
	}
	return 0;
}

static size_t
address_skip_comment(struct text source, size_t from)
{
	size_t depth = 0;

	for (size_t i = from; i < source.size; i++) {
		if (source.data[i] == '\\')
			i++;
		else if (source.data[i] == '(')
			depth++;
		else if (source.data[i] == ')' && --depth == 0)
			return i + 1;
	}
	return 0;
}

/* The position behind what begins at `from`: a quoted string, comment or literal as a whole, or one
 * byte. */
static size_t
address_skip(struct address_open *open, struct text source, size_t from)
{
	size_t end = 0;

	switch (source.data[from]) {
	case '"':
		if (!open->quote)
			end = address_skip_closed(source, from, '"');
		open->quote |= end == 0;
		break;
	case '(':
		if (!open->comment)
			end = address_skip_comment(source, from);
		open->comment |= end == 0;
		break;
	case '[':
		if (!open->literal)
			end = address_skip_closed(source, from, ']');
		open->literal |= end == 0;
		break;
	default:
		break;
	}
	return end > 0 ? end : from + 1;
}

/* The next token of a piece; its text without the delimiters. */
static enum address_token
address_next_token(struct address_open *open, struct text *rest, struct text *text_out)
{
	if (rest->size == 0)
		return ADDRESS_END;
	char first = rest->data[0];
	size_t end = address_skip(open, *rest, 0);
	enum address_token token = ADDRESS_ATOM;
	bool is_closed = end > 1;

	*text_out = text_slice(*rest, 1, end - 1);
	if (is_closed && first == '"') {
		token = ADDRESS_QUOTED;
	} else if (is_closed && first == '(') {
		token = ADDRESS_COMMENT;
	} else if (is_closed) {
		token = ADDRESS_LITERAL;
		*text_out = text_slice(*rest, 0, end);
	} else if (first == '@') {
		token = ADDRESS_AT;
	} else if (text_is_space(first)) {
		token = ADDRESS_BLANK;
	} else {
		while (end < rest->size && !text_is_space(rest->data[end]) &&
		       rest->data[end] != '@' && rest->data[end] != '"' && rest->data[end] != '(' &&
		       rest->data[end] != '[')
			end++;
		*text_out = text_slice(*rest, 0, end);
	}
	*rest = text_slice(*rest, end, rest->size);
	return token;
}

static void
address_put(struct address_parser *parser, char byte)
{
	REQUIRE(parser->pool_used < parser->pool_size);
	parser->pool[parser->pool_used++] = byte;
}

/* Puts a token's bytes without quoted-pairs and line ends. */
static void
address_put_token(struct address_parser *parser, enum address_token token, struct text bytes)
{
	for (size_t i = 0; i < bytes.size; i++) {
		char byte = bytes.data[i];
		bool is_pair = token != ADDRESS_ATOM && byte == '\\' && i + 1 < bytes.size;
		if (is_pair)
			byte = bytes.data[++i];
		/* A line end never gets into a value, not even behind a backslash: values end up in
		 * header lines. */
		if (byte == '\n' || byte == '\r' ||
		    (token == ADDRESS_LITERAL && !is_pair && text_is_space(byte)))
			continue;
		address_put(parser, byte);
	}
}

static struct text
address_pool_from(const struct address_parser *parser, size_t begin)
{
	return (struct text){parser->pool + begin, parser->pool_used - begin};
}

static bool
address_atom_is_malformed(struct text atom)
{
	for (size_t i = 0; i < atom.size; i++)
		if (text_find_byte(TEXT("()<>[]:;,\\\""), 0, atom.data[i]) < 11)
			return true;
	return false;
}

/* A phrase: words joined by one blank. tolerance: address-in-phrase (an '@' is a byte of the name).
 */
static struct text
address_read_phrase(struct address_parser *parser, struct text piece)
{
	struct address_open open = {0};
	size_t begin = parser->pool_used;
	bool is_apart = false;
	struct text bytes;
	enum address_token token;

	while ((token = address_next_token(&open, &piece, &bytes)) != ADDRESS_END) {
		if (token == ADDRESS_BLANK || token == ADDRESS_COMMENT) {
			is_apart = true;
			continue;
		}
		if (is_apart && parser->pool_used > begin)
			address_put(parser, ' ');
		is_apart = false;
		if (token == ADDRESS_AT || token == ADDRESS_LITERAL ||
		    (token == ADDRESS_ATOM && address_atom_is_malformed(bytes)))
			parser->malformed = true;
		if (token == ADDRESS_AT)
			address_put(parser, '@');
		else
			address_put_token(parser, token, bytes);
	}
	return address_pool_from(parser, begin);
}

/* The comments of a piece, joined by one blank. */
static struct text
address_read_comments(struct address_parser *parser, struct text piece)
{
	struct address_open open = {0};
	size_t begin = parser->pool_used;
	struct text bytes;
	enum address_token token;

	while ((token = address_next_token(&open, &piece, &bytes)) != ADDRESS_END) {
		if (token != ADDRESS_COMMENT)
			continue;
		if (parser->pool_used > begin)
			address_put(parser, ' ');
		address_put_token(parser, token, text_trim(bytes));
	}
	return address_pool_from(parser, begin);
}

/* What is known while an addr-spec is read: the pool holds "names local domain names" in this
 * order. */
struct address_spec {
	size_t begin; /* of the pool's bytes for this address */
	size_t word;  /* where the word at hand begins */
	size_t at;    /* pool position of the '@' in that word; only with has_at */
	bool has_at;
	bool has_literal; /* a domain literal was read: nothing may follow it */
	bool is_apart;    /* blanks or comments stand before the next token */
	bool is_complete; /* the domain has ended: what follows are words */
};

/* Does a token behind blanks continue the word at hand ("john . doe @ example . org") or begin
 * another? */
static bool
address_spec_continues(
    const struct address_parser *parser, const struct address_spec *spec, struct text bytes)
{
	if (parser->pool_used == spec->word)
		return true;
	char last = parser->pool[parser->pool_used - 1];
	return last == '.' || (spec->has_at && spec->at + 1 == parser->pool_used) ||
	       (bytes.size > 0 && bytes.data[0] == '.');
}

static void
address_spec_take_at(struct address_parser *parser, struct address_spec *spec)
{
	if (spec->has_at) /* tolerance: address-two-ats */
		parser->malformed = true;
	spec->has_at = true;
	spec->at = parser->pool_used;
	address_put(parser, '@');
}

/* The word at hand is the address, the words in front of it are a name. */
static void
address_spec_split(
    const struct address_parser *parser, struct address_spec *spec, struct address *address)
{
	address->domain = address_pool_from(parser, spec->at + 1);
	address->local_part = (struct text){parser->pool + spec->word, spec->at - spec->word};
	if (spec->word > spec->begin && address->display_name.size == 0)
		address->display_name =
		    (struct text){parser->pool + spec->begin, spec->word - spec->begin - 1};
	spec->is_complete = true;
	spec->begin = parser->pool_used;
}

static void
address_spec_take_word(struct address_parser *parser, struct address_spec *spec,
    struct address *address, enum address_token token, struct text bytes)
{
	if (spec->is_apart && !address_spec_continues(parser, spec, bytes)) {
		/* tolerance: address-words-without-brackets */
		parser->malformed = true;
		if (spec->has_at && !spec->is_complete)
			address_spec_split(parser, spec, address);
		else
			address_put(parser, ' ');
		spec->word = parser->pool_used;
	}
	bool begins_domain = spec->has_at && spec->at + 1 == parser->pool_used;
	bool is_pair_in_literal = text_find_byte(bytes, 0, '\\') < bytes.size;
	if ((token == ADDRESS_ATOM && address_atom_is_malformed(bytes)) ||
	    (token == ADDRESS_QUOTED && spec->has_at) ||
	    (token == ADDRESS_LITERAL && (!begins_domain || is_pair_in_literal)) ||
	    spec->has_literal)
		parser->malformed = true;
	spec->has_literal |= token == ADDRESS_LITERAL;
	address_put_token(parser, token, bytes);
}

/* Reads local@domain and sets the address's parts, and its name where words stand beside it. */
static void
address_read_spec(struct address_parser *parser, struct text piece, struct address *address)
{
	struct address_spec spec = {.begin = parser->pool_used, .word = parser->pool_used};
	struct address_open open = {0};
	struct text bytes, name = {0};
	enum address_token token;

	while ((token = address_next_token(&open, &piece, &bytes)) != ADDRESS_END) {
		if (token == ADDRESS_BLANK || token == ADDRESS_COMMENT) {
			spec.is_apart = true;
			continue;
		}
		if (token == ADDRESS_AT && !spec.is_complete)
			address_spec_take_at(parser, &spec);
		else
			address_spec_take_word(
			    parser, &spec, address, token, token == ADDRESS_AT ? TEXT("@") : bytes);
		spec.is_apart = false;
	}
	if (spec.has_at && !spec.is_complete)
		address_spec_split(parser, &spec, address);
	else if (spec.is_complete || spec.word != spec.begin)
		name = address_pool_from(parser, spec.begin); /* tolerance: address-missing */
	else
		address->local_part = address_pool_from(parser, spec.word);
	if (address->display_name.size == 0)
		address->display_name = name;
	if (address->local_part.size == 0 || address->domain.size == 0)
		parser->malformed = true;
}

/* Takes "@a,@b:" off the front of what stands in angle brackets. */
static struct text
address_take_route(struct text *inner)
{
	struct address_open open = {0};
	size_t position = 0;

	*inner = text_trim(*inner);
	if (inner->size == 0 || inner->data[0] != '@')
		return (struct text){0};
	while (position < inner->size && inner->data[position] != ':')
		position = address_skip(&open, *inner, position);
	if (position >= inner->size)
		return (struct text){0};
	struct text route = text_trim(text_slice(*inner, 0, position));
	*inner = text_trim(text_slice(*inner, position + 1, inner->size));
	return route;
}

/* Is there anything but blanks and comments? */
static bool
address_has_words(struct text piece)
{
	struct address_open open = {0};
	struct text bytes;
	enum address_token token;

	do {
		token = address_next_token(&open, &piece, &bytes);
	} while (token == ADDRESS_BLANK || token == ADDRESS_COMMENT);
	return token != ADDRESS_END;
}

/* Reads the address in [piece->begin, end) and adds it to the list; nothing but blanks and comments
 * is none. */
static void
address_piece_end(struct address_parser *parser, const struct address_piece *piece, size_t end)
{
	struct text source = parser->source, whole = text_slice(source, piece->begin, end);
	struct address address = {.raw = text_trim(whole), .group = parser->group};

	if (!address_has_words(whole))
		return;
	if (parser->list.count >= parser->maximum) {
		parser->list.truncated = true;
		return;
	}
	if (piece->angle_open < piece->angle_close) {
		struct text before = text_slice(source, piece->begin, piece->angle_open);
		struct text inner = text_slice(source, piece->angle_open + 1, piece->angle_close);
		struct text after = text_slice(source, piece->angle_close + 1, end);
		address.display_name = address_read_phrase(parser, before);
		address.route = address_take_route(&inner);
		if (address_has_words(inner))
			address_read_spec(parser, inner, &address);
		parser->malformed |= address_has_words(after);
		if (address.display_name.size == 0)
			address.display_name = address_read_comments(parser, after);
		whole = before;
	} else {
		address_read_spec(parser, whole, &address);
	}
	if (address.display_name.size == 0)
		address.display_name = address_read_comments(parser, whole);
	address.malformed = parser->malformed;
	parser->list.malformed |= parser->malformed;
	parser->malformed = false;
	parser->list.items = vector_grow(parser->arena, parser->list.items, parser->list.count,
	    &parser->capacity, sizeof address);
	parser->list.items[parser->list.count++] = address;
	if (parser->group != ADDRESS_NO_GROUP)
		parser->list.groups[parser->group].count++;
}

static void
address_group_begin(struct address_parser *parser, const struct address_piece *piece, size_t end)
{
	struct address_list *list = &parser->list;

	if (list->group_count >= parser->maximum) {
		list->truncated = true;
		return;
	}
	struct address_group group = {
	    .name = address_read_phrase(parser, text_slice(parser->source, piece->begin, end))};
	list->malformed |= parser->malformed || group.name.size == 0;
	parser->malformed = false;
	list->groups = vector_grow(
	    parser->arena, list->groups, list->group_count, &parser->group_capacity, sizeof group);
	parser->group = list->group_count;
	list->groups[list->group_count++] = group;
}

/*
 * The '>' that belongs to the '<' at `from`. tolerance: address-bracket-not-closed: where another
 * '<' or the end comes first, the address ends at the next comma or semicolon.
 */
static size_t
address_angle_close(struct address_parser *parser, size_t from)
{
	struct text source = parser->source;
	size_t position = from + 1;

	while (
	    position < source.size && source.data[position] != '>' && source.data[position] != '<')
		position = address_skip(&parser->open, source, position);
	if (position < source.size && source.data[position] == '>')
		return position;
	parser->malformed = true;
	size_t limit = position;
	position = from + 1;
	while (position < limit && source.data[position] != ',' && source.data[position] != ';')
		position = address_skip(&parser->open, source, position);
	return position < source.size ? position : source.size;
}

/* Takes the '<' at `position` and what belongs to it; returns where to go on. */
static size_t
address_take_angle(struct address_parser *parser, struct address_piece *piece, size_t position)
{
	/* tolerance: address-comma-missing: words behind a closed bracket belong to the next
	 * address. */
	if (piece->angle_open < piece->angle_close) {
		parser->malformed = true;
		size_t end = piece->angle_close;
		end += end < position && parser->source.data[end] == '>';
		address_piece_end(parser, piece, end);
		*piece = (struct address_piece){.begin = end};
	}
	piece->angle_open = position;
	piece->angle_close = address_angle_close(parser, position);
	position = piece->angle_close;
	return position < parser->source.size && parser->source.data[position] == '>' ? position + 1
										      : position;
}

static void
address_split(struct address_parser *parser)
{
	struct text source = parser->source;
	struct address_piece piece = {0};
	size_t position = 0;

	while (position < source.size) {
		char byte = source.data[position];
		bool has_angle = piece.angle_open < piece.angle_close;
		if (byte == '<') {
			position = address_take_angle(parser, &piece, position);
			continue;
		}
		bool begins_group = byte == ':' && parser->group == ADDRESS_NO_GROUP && !has_angle;
		if (byte != ',' && byte != ';' && !begins_group) {
			position = address_skip(&parser->open, source, position);
			continue;
		}
		if (begins_group)
			address_group_begin(parser, &piece, position);
		else
			address_piece_end(parser, &piece, position);
		/* tolerance: address-semicolon: outside of a group it stands for a comma. */
		if (byte == ';') {
			parser->list.malformed |= parser->group == ADDRESS_NO_GROUP;
			parser->group = ADDRESS_NO_GROUP;
		}
		piece = (struct address_piece){.begin = ++position};
	}
	address_piece_end(parser, &piece, source.size);
	parser->list.malformed |= parser->group != ADDRESS_NO_GROUP;
}

struct address_list
address_list_parse(struct arena *arena, struct text source, size_t maximum)
{
	struct address_parser parser = {
	    .arena = arena, .maximum = maximum, .group = ADDRESS_NO_GROUP};

	parser.list.truncated = source.size > ADDRESS_SOURCE_MAX;
	parser.source = text_slice(source, 0, ADDRESS_SOURCE_MAX);
	parser.pool_size = parser.source.size;
	parser.pool = arena_alloc(arena, parser.pool_size);
	address_split(&parser);
	return parser.list;
}

/* Can the local part stand without quotes (RFC 5321, Dot-string; RFC 6531)? */
static bool
address_is_dot_string(struct text local_part)
{
	static const char others[] = "!#$%&'*+-/=?^_`{|}~";
	bool after_dot = true;

	for (size_t i = 0; i < local_part.size; i++) {
		char byte = local_part.data[i];
		bool is_atom = text_is_alpha(byte) || text_is_digit(byte) ||
			       (unsigned char)byte >= 128 ||
			       text_find_byte(TEXT(others), 0, byte) < sizeof others - 1;
		if (!is_atom && (byte != '.' || after_dot))
			return false;
		after_dot = byte == '.';
	}
	return !after_dot;
}

static bool
address_append_local_part(struct text local_part, struct buffer *out)
{
	if (address_is_dot_string(local_part))
		return buffer_append(out, local_part);
	bool fits = buffer_append_byte(out, '"');
	for (size_t i = 0; i < local_part.size && fits; i++) {
		char byte = local_part.data[i];
		if (byte == '"' || byte == '\\')
			fits = buffer_append_byte(out, '\\');
		fits = fits && buffer_append_byte(out, byte);
	}
	return fits && buffer_append_byte(out, '"');
}

bool
address_append_spec(const struct address *address, struct buffer *out)
{
	size_t size = out->size;

	if (address->local_part.size == 0 && address->domain.size == 0)
		return true;
	bool fits = address_append_local_part(address->local_part, out);
	if (fits && address->domain.size > 0)
		fits = buffer_append_byte(out, '@') && buffer_append(out, address->domain);
	if (!fits)
		out->size = size;
	return fits;
}

bool
address_is_equal(const struct address *a, const struct address *b)
{
	return text_is_equal_nocase(a->local_part, b->local_part) &&
	       text_is_equal_nocase(a->domain, b->domain);
}

size_t
address_find_delimiter(struct text local_part, struct text delimiters)
{
	for (size_t i = 1; i < local_part.size; i++)
		if (text_find_byte(delimiters, 0, local_part.data[i]) < delimiters.size)
			return i;
	return local_part.size;
}
