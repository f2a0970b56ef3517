/*
 * Composing parts; see compose.h. What a leaf needs is found in one pass over its content; its header
 * is written from that, then its body. A boundary holds "=_", which neither quoted-printable nor
 * base64 can hold, and is searched for in everything else.
 */
#include "mail/compose.h"

#include "base/digest.h"
#include "base/number.h"
#include "base/utf8.h"
#include "mail/compose_field.h"
#include "mail/transfer_encode.h"

enum { COMPOSE_BOUNDARY_SIZE = 34, COMPOSE_BOUNDARY_TRIES = 1000 };

struct compose_writer {
	struct text line_end, seed;
	struct buffer *out;
	struct error *error;
	uint64_t boundaries; /* made so far */
	unsigned depth;
};

/* A leaf, looked at. */
struct compose_leaf {
	const struct compose_part *part;
	struct text type, charset;
	struct transfer_need need;
	enum compose_encoding encoding;
	bool is_message;
	bool is_prose;  /* text whose line ends mean no more than that a line ends */
	bool has_lines; /* text whose line ends are the message's own, so that they can stay */
};

static bool
compose_fail(struct compose_writer *writer, const struct compose_part *part, const char *why)
{
	char name[81];
	size_t size = 0;

	for (; size < part->name.size && size < sizeof name - 1; size++) {
		unsigned char byte = (unsigned char)part->name.data[size];
		name[size] = byte < ' ' || byte == 127 ? '?' : (char)byte;
	}
	name[size] = '\0';
	return error_set(writer->error, ERROR_INPUT, "%s%s%s%s", size > 0 ? "\"" : "", name,
	    size > 0 ? "\": " : "the part ", why);
}

static bool
compose_is_token(struct text source)
{
	static const struct text specials = {"()<>@,;:\\\"/[]?=", 15};

	for (size_t i = 0; i < source.size; i++)
		if (source.data[i] <= ' ' || source.data[i] >= 127 ||
		    text_find_byte(specials, 0, source.data[i]) < specials.size)
			return false;
	return source.size > 0 && source.size <= 127;
}

static bool
compose_is_type(struct text type)
{
	struct text rest = type, first = text_split(&rest, '/');

	return compose_is_token(first) && compose_is_token(rest);
}

static bool
compose_has_type(struct text type, struct text prefix)
{
	return text_has_prefix_nocase(type, prefix);
}

/* An id that can stand between angle brackets (RFC 2045, section 7). */
static bool
compose_is_id(struct text id)
{
	for (size_t i = 0; i < id.size; i++)
		if (id.data[i] <= ' ' || id.data[i] >= 127 || id.data[i] == '<' ||
		    id.data[i] == '>' || id.data[i] == '(' || id.data[i] == ')')
			return false;
	return id.size <= COMPOSE_SPEC_MAX;
}

/* --- Leaves ------------------------------------------------------------------------------------- */

static bool
compose_is_carried_as_lines(const struct compose_leaf *leaf, bool allows_high)
{
	const struct transfer_need *need = &leaf->need;

	return !need->has_nul && !need->has_bare_return && !need->has_long_line &&
	       (need->high == 0 || allows_high);
}

static void
compose_choose_encoding(struct compose_leaf *leaf)
{
	struct text content = leaf->part->content;

	leaf->encoding = leaf->part->encoding;
	if (leaf->encoding != COMPOSE_AUTOMATIC)
		return;
	if (leaf->is_message)
		leaf->encoding = leaf->need.high > 0 ? COMPOSE_8BIT : COMPOSE_7BIT;
	else if (!leaf->has_lines)
		leaf->encoding = COMPOSE_BASE64;
	else if (compose_is_carried_as_lines(leaf, false))
		leaf->encoding = COMPOSE_7BIT;
	else if (transfer_encode_quoted_size(content, &leaf->need) <=
		 transfer_encode_base64_size(content))
		leaf->encoding = COMPOSE_QUOTED_PRINTABLE;
	else
		leaf->encoding = COMPOSE_BASE64;
}

static bool
compose_check_leaf(struct compose_writer *writer, const struct compose_leaf *leaf)
{
	const struct compose_part *part = leaf->part;
	bool is_lines = leaf->encoding == COMPOSE_7BIT || leaf->encoding == COMPOSE_8BIT;

	if (!compose_is_type(leaf->type))
		return compose_fail(writer, part, "has no valid type: write one as \"image/png\"");
	if (compose_has_type(leaf->type, TEXT("multipart/")))
		return compose_fail(writer, part, "is a multipart without parts");
	if (leaf->charset.size > 0 && !compose_is_token(leaf->charset))
		return compose_fail(writer, part, "has a charset that is no name of one");
	if (leaf->is_message && !is_lines)
		return compose_fail(
		    writer, part, "is a message: it must not be encoded (RFC 2046, section 5.2)");
	if (is_lines && !compose_is_carried_as_lines(leaf, leaf->encoding == COMPOSE_8BIT))
		return compose_fail(writer, part,
		    "cannot be written without encoding: it holds NUL, CR, too long lines or "
		    "bytes outside of ASCII");
	return true;
}

static bool
compose_look_at_leaf(
    struct compose_writer *writer, const struct compose_part *part, struct compose_leaf *leaf)
{
	struct transfer_need need = transfer_encode_find_need(part->content);
	bool is_valid = need.high == 0 || utf8_is_valid(part->content);
	bool is_readable = is_valid && !need.has_nul && !need.has_control;

	*leaf = (struct compose_leaf){.part = part, .type = part->type, .need = need};
	if (part->type.size == 0)
		leaf->type = is_readable ? TEXT("text/plain") : TEXT("application/octet-stream");
	leaf->is_message = compose_has_type(leaf->type, TEXT("message/"));
	bool is_text = compose_has_type(leaf->type, TEXT("text/"));
	leaf->is_prose = is_text && !text_is_equal_nocase(part->disposition, TEXT("attachment"));
	bool is_plain =
	    !need.has_return && (writer->line_end.size == 1 ||
				    text_find_byte(part->content, 0, '\n') == part->content.size);
	leaf->has_lines = leaf->is_prose || (is_text && is_plain);
	leaf->charset = part->charset;
	/* RFC 1428, section 3: text of which nobody knows the charset. */
	if (is_text && leaf->charset.size == 0)
		leaf->charset = need.high == 0 ? TEXT("us-ascii")
				: is_valid     ? TEXT("utf-8")
					       : TEXT("unknown-8bit");
	compose_choose_encoding(leaf);
	return compose_check_leaf(writer, leaf);
}

static bool
compose_append_leaf_body(struct compose_writer *writer, const struct compose_leaf *leaf)
{
	struct text content = leaf->part->content;

	switch (leaf->encoding) {
	case COMPOSE_QUOTED_PRINTABLE:
		return transfer_encode_append_quoted(
		    content, leaf->has_lines, writer->line_end, writer->out);
	case COMPOSE_BASE64:
		return transfer_encode_append_base64(
		    content, leaf->is_prose, writer->line_end, writer->out);
	case COMPOSE_AUTOMATIC:
	case COMPOSE_7BIT:
	case COMPOSE_8BIT:
		break;
	}
	return transfer_encode_append_lines(content, writer->line_end, writer->out);
}

/* --- Header ------------------------------------------------------------------------------------- */

static void
compose_append_line(struct compose_writer *writer, struct text start, struct text value)
{
	buffer_append(writer->out, start);
	buffer_append(writer->out, value);
}

/* The name once more, for readers that know no RFC 2231: ASCII, with "_" for each other character. */
static void
compose_append_plain_name(struct compose_writer *writer, struct text name)
{
	struct buffer plain;

	buffer_init(&plain, name.size + 1);
	for (size_t i = 0; i < name.size && plain.size < 60; i++) {
		unsigned char byte = (unsigned char)name.data[i];
		/* The bytes behind the first of a character have no character of their own. */
		if (byte < 0x80 || byte >= 0xc0)
			buffer_append_byte(&plain, byte < 0x80 ? (char)byte : '_');
	}
	compose_field_append_parameter(
	    TEXT("name"), buffer_text(&plain), writer->line_end, writer->out);
	buffer_clear(&plain);
}

static bool
compose_append_type(struct compose_writer *writer, const struct compose_part *part,
    struct text type, struct text charset)
{
	compose_append_line(writer, TEXT("Content-Type: "), type);
	for (size_t i = 0; i < part->parameter_count; i++) {
		if (!compose_is_token(part->parameters[i].name))
			return compose_fail(writer, part, "has a parameter without a valid name");
		compose_field_append_parameter(part->parameters[i].name, part->parameters[i].value,
		    writer->line_end, writer->out);
	}
	if (charset.size > 0)
		compose_field_append_parameter(
		    TEXT("charset"), charset, writer->line_end, writer->out);
	if (part->name.size > 0 && part->disposition.size > 0)
		compose_append_plain_name(writer, part->name);
	else if (part->name.size > 0)
		compose_field_append_parameter(
		    TEXT("name"), part->name, writer->line_end, writer->out);
	return true;
}

/* Everything behind the type and the encoding. */
static bool
compose_append_others(struct compose_writer *writer, const struct compose_part *part)
{
	if (part->disposition.size > 0) {
		if (!compose_is_token(part->disposition))
			return compose_fail(writer, part, "has a disposition that is no word");
		compose_append_line(writer, TEXT("Content-Disposition: "), part->disposition);
		if (part->name.size > 0)
			compose_field_append_parameter(
			    TEXT("filename"), part->name, writer->line_end, writer->out);
		buffer_append(writer->out, writer->line_end);
	}
	if (part->content_id.size > 0) {
		if (!compose_is_id(part->content_id))
			return compose_fail(writer, part,
			    "has an id with blanks, brackets or bytes outside of ASCII");
		compose_append_line(writer, TEXT("Content-ID: <"), part->content_id);
		compose_append_line(writer, TEXT(">"), writer->line_end);
	}
	if (part->description.size > 0)
		compose_field_append(
		    TEXT("Content-Description"), part->description, writer->line_end, writer->out);
	return compose_field_append_written(
	    part->extra, writer->line_end, writer->out, writer->error);
}

static const char *
compose_encoding_name(enum compose_encoding encoding)
{
	switch (encoding) {
	case COMPOSE_8BIT:
		return "8bit";
	case COMPOSE_QUOTED_PRINTABLE:
		return "quoted-printable";
	case COMPOSE_BASE64:
		return "base64";
	case COMPOSE_AUTOMATIC:
	case COMPOSE_7BIT:
		break;
	}
	return "7bit";
}

static void
compose_append_encoding(struct compose_writer *writer, enum compose_encoding encoding)
{
	buffer_append_format(
	    writer->out, "Content-Transfer-Encoding: %s", compose_encoding_name(encoding));
	buffer_append(writer->out, writer->line_end);
}

static bool
compose_append_leaf(struct compose_writer *writer, const struct compose_part *part)
{
	struct compose_leaf leaf;

	if (!compose_look_at_leaf(writer, part, &leaf) ||
	    !compose_append_type(writer, part, leaf.type, leaf.charset))
		return false;
	buffer_append(writer->out, writer->line_end);
	compose_append_encoding(writer, leaf.encoding);
	if (!compose_append_others(writer, part))
		return false;
	buffer_append(writer->out, writer->line_end);
	return compose_append_leaf_body(writer, &leaf);
}

/* --- Multiparts --------------------------------------------------------------------------------- */

static bool
compose_holds(const struct compose_part *part, struct text bytes)
{
	if (text_find(part->content, 0, bytes) < part->content.size ||
	    text_find(part->extra, 0, bytes) < part->extra.size)
		return true;
	for (size_t i = 0; part->children != NULL && i < part->count; i++)
		if (compose_holds(&part->children[i], bytes))
			return true;
	return false;
}

/* Does a leaf below come as 8bit? Then the multipart has to say so (RFC 2045, section 6.4). */
static bool
compose_is_8bit(const struct compose_part *part)
{
	if (part->children == NULL) {
		bool is_message = compose_has_type(part->type, TEXT("message/"));
		return (part->encoding == COMPOSE_8BIT ||
			   (part->encoding == COMPOSE_AUTOMATIC && is_message)) &&
		       !text_is_ascii(part->content);
	}
	for (size_t i = 0; i < part->count; i++)
		if (compose_is_8bit(&part->children[i]))
			return true;
	return false;
}

/* A boundary that no part holds. The parts may be written by somebody who knows the seed, but not
 * so that all of these fail. */
static bool
compose_find_boundary(struct compose_writer *writer, const struct compose_part *part,
    char boundary[COMPOSE_BOUNDARY_SIZE])
{
	char hex[DIGEST_HEX_SIZE], digits[NUMBER_DIGITS_MAX];
	struct digest digest;

	for (unsigned try = 0; try < COMPOSE_BOUNDARY_TRIES; try++) {
		digest_init(&digest);
		digest_add(&digest, number_format_unsigned(writer->boundaries++, digits));
		digest_add(&digest, TEXT("\n"));
		digest_add(&digest, writer->seed);
		digest_format(&digest, hex);
		boundary[0] = '=';
		boundary[1] = '_';
		for (size_t i = 2; i < COMPOSE_BOUNDARY_SIZE; i++)
			boundary[i] = hex[i - 2];
		if (!compose_holds(part, (struct text){boundary, COMPOSE_BOUNDARY_SIZE}))
			return true;
	}
	return compose_fail(writer, part, "holds every boundary that was tried");
}

static bool compose_append_any(struct compose_writer *writer, const struct compose_part *part);

static bool
compose_append_children(
    struct compose_writer *writer, const struct compose_part *part, struct text boundary)
{
	for (size_t i = 0; i < part->count; i++) {
		if (i > 0)
			buffer_append(writer->out, writer->line_end);
		compose_append_line(writer, TEXT("--"), boundary);
		buffer_append(writer->out, writer->line_end);
		if (!compose_append_any(writer, &part->children[i]))
			return false;
	}
	buffer_append(writer->out, writer->line_end);
	compose_append_line(writer, TEXT("--"), boundary);
	compose_append_line(writer, TEXT("--"), writer->line_end);
	return true;
}

static bool
compose_append_multipart(struct compose_writer *writer, const struct compose_part *part)
{
	char bytes[COMPOSE_BOUNDARY_SIZE];
	struct text boundary = {bytes, sizeof bytes};
	bool is_8bit = compose_is_8bit(part);

	if (!compose_is_type(part->type) || !compose_has_type(part->type, TEXT("multipart/")))
		return compose_fail(writer, part, "has parts, but no multipart type");
	if (part->count == 0)
		return compose_fail(writer, part, "is a multipart without parts");
	if (part->encoding > COMPOSE_8BIT || (part->encoding == COMPOSE_7BIT && is_8bit))
		return compose_fail(
		    writer, part, "is a multipart: it must not be encoded (RFC 2045, section 6.4)");
	if (writer->depth == COMPOSE_DEPTH_MAX)
		return compose_fail(writer, part, "is nested too deep");
	if (!compose_find_boundary(writer, part, bytes) ||
	    !compose_append_type(writer, part, part->type, TEXT("")))
		return false;
	compose_field_append_parameter(TEXT("boundary"), boundary, writer->line_end, writer->out);
	buffer_append(writer->out, writer->line_end);
	if (is_8bit)
		compose_append_encoding(writer, COMPOSE_8BIT);
	if (!compose_append_others(writer, part))
		return false;
	buffer_append(writer->out, writer->line_end);
	writer->depth++;
	bool is_complete = compose_append_children(writer, part, boundary);
	writer->depth--;
	return is_complete;
}

static bool
compose_append_any(struct compose_writer *writer, const struct compose_part *part)
{
	if (part->children != NULL)
		return compose_append_multipart(writer, part);
	return compose_append_leaf(writer, part);
}

bool
compose_part_append(const struct compose_part *part, struct text line_end, struct text seed,
    struct buffer *out, struct error *error)
{
	struct error own = {.kind = ERROR_NONE};
	struct compose_writer writer = {
	    .line_end = line_end, .seed = seed, .out = out, .error = &own};
	size_t before = out->size;

	bool is_complete = compose_append_any(&writer, part) && !buffer_is_overfull(out);
	if (is_complete)
		return true;
	out->size = before;
	*error = own;
	if (own.kind == ERROR_NONE)
		error_set(error, ERROR_LIMIT, "the message is too large");
	return false;
}
