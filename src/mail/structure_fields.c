/*
 * The header of a part (see structure_fields.h): its fields are walked once. A table says for each name
 * that the standards know how often it may stand there and how its value is judged.
 */
#include "mail/structure_fields.h"

#include "base/buffer.h"
#include "base/utf8.h"
#include "mail/address.h"
#include "mail/charset.h"
#include "mail/content_type.h"
#include "mail/encoded_word.h"
#include "mail/header.h"
#include "mail/mail_date.h"
#include "mail/message_id.h"
#include "mail/parameter_value.h"
#include "mail/transfer_encoding.h"

enum {
	STRUCTURE_NAME_SHOWN = 60,
	STRUCTURE_WORDS_MAX = 65536, /* bytes of a field whose encoded words are read */
	STRUCTURE_LINE_MAX = 998     /* RFC 5322, section 2.1.1 */
};

enum field_kind {
	FIELD_OTHER,
	FIELD_DATE,
	FIELD_ADDRESSES,
	FIELD_ID,
	FIELD_VERSION,
	FIELD_TYPE,
	FIELD_DISPOSITION,
	FIELD_ENCODING,
};

struct field_rule {
	struct text name;
	enum field_kind kind;
	bool is_once; /* RFC 5322, section 3.6; RFC 2045 */
};

static const struct field_rule structure_rules[] = {
    {TEXT("Date"), FIELD_DATE, true},
    {TEXT("From"), FIELD_ADDRESSES, true},
    {TEXT("Sender"), FIELD_ADDRESSES, true},
    {TEXT("Reply-To"), FIELD_ADDRESSES, true},
    {TEXT("To"), FIELD_ADDRESSES, true},
    {TEXT("Cc"), FIELD_ADDRESSES, true},
    {TEXT("Bcc"), FIELD_ADDRESSES, true},
    {TEXT("Message-ID"), FIELD_ID, true},
    {TEXT("In-Reply-To"), FIELD_OTHER, true},
    {TEXT("References"), FIELD_OTHER, true},
    {TEXT("Subject"), FIELD_OTHER, true},
    {TEXT("Resent-Date"), FIELD_DATE, false},
    {TEXT("Resent-From"), FIELD_ADDRESSES, false},
    {TEXT("Resent-To"), FIELD_ADDRESSES, false},
    {TEXT("MIME-Version"), FIELD_VERSION, true},
    {TEXT("Content-Type"), FIELD_TYPE, true},
    {TEXT("Content-Disposition"), FIELD_DISPOSITION, true},
    {TEXT("Content-Transfer-Encoding"), FIELD_ENCODING, true},
    {TEXT("Content-ID"), FIELD_ID, true},
    {TEXT("Content-Description"), FIELD_OTHER, true},
};
enum {
	STRUCTURE_RULES = sizeof structure_rules / sizeof structure_rules[0],
	/* Their places in the table. */
	RULE_DATE = 0,
	RULE_FROM = 1,
	RULE_SENDER = 2,
	RULE_MESSAGE_ID = 7,
	RULE_VERSION = 14
};

struct structure_header {
	struct structure_list *list;
	const struct mime_part *part;
	const struct header_field *field; /* the one that is looked at */
	bool is_message;
	size_t from_count; /* addresses of From */
	unsigned counts[STRUCTURE_RULES];
};

static void
structure_field_add(struct structure_header *header, enum structure_weight weight, const char *word,
    const char *what)
{
	struct text name = text_slice(header->field->name, 0, STRUCTURE_NAME_SHOWN);

	structure_list_add(header->list, weight, word, header->part, header->field->raw.data,
	    "%.*s%s%s", TEXT_ARGUMENTS(name), name.size > 0 ? ": " : "", what);
}

/* --- Bytes and lines ---------------------------------------------------------------------------- */

static void
structure_check_lines(struct structure_header *header, struct text raw)
{
	bool has_bare_cr = false, is_long = false, has_blank_line = false;

	for (size_t at = 0; at < raw.size;) {
		size_t end = text_find_byte(raw, at, '\n'), size = end - at;
		size -= size > 0 && raw.data[end - 1] == '\r' && end < raw.size;
		struct text line = text_slice(raw, at, at + size);
		has_bare_cr |= text_find_byte(line, 0, '\r') < line.size;
		is_long |= line.size > STRUCTURE_LINE_MAX;
		has_blank_line |= at > 0 && text_trim(line).size == 0;
		at = end + 1;
	}
	if (has_bare_cr)
		structure_field_add(header, STRUCTURE_MALFORMED, "bare-cr",
		    "there is a CR that ends no line; it is a byte like others");
	if (is_long)
		structure_field_add(header, STRUCTURE_MALFORMED, "long-line",
		    "a line has more than 998 bytes; it is read whole");
	if (has_blank_line)
		structure_field_add(header, STRUCTURE_REMARK, "blank-fold",
		    "a line of nothing but blanks continues it; other programs may end the header "
		    "there");
}

static void
structure_check_bytes(struct structure_header *header)
{
	struct text raw = header->field->raw;
	bool has_control = false;

	structure_check_lines(header, raw);
	if (text_find_byte(raw, 0, '\0') < raw.size)
		structure_field_add(header, STRUCTURE_MALFORMED, "nul-in-header",
		    "there is a NUL; it is a byte like others");
	for (size_t i = 0; i < raw.size && !has_control; i++) {
		unsigned char byte = (unsigned char)raw.data[i];
		has_control =
		    byte != '\0' && (byte < ' ' || byte == 127) && !text_is_space(raw.data[i]);
	}
	if (has_control)
		structure_field_add(header, STRUCTURE_REMARK, "control-in-header",
		    "there is a control character; it is a byte like others");
	if (text_is_ascii(raw))
		return;
	if (utf8_is_valid(raw))
		structure_field_add(header, STRUCTURE_REMARK, "utf8-in-header",
		    "it is UTF-8 without encoded words, which is for international mail only");
	else
		structure_field_add(header, STRUCTURE_MALFORMED, "8bit-in-header",
		    "bytes outside of ASCII are not UTF-8; they are read by guess");
}

static void
structure_check_name(struct structure_header *header)
{
	const struct header_field *field = header->field;

	if (field->name.size == 0) {
		structure_field_add(header, STRUCTURE_MALFORMED, "bad-header-line",
		    "this line is no field; it is kept, and belongs to none");
		return;
	}
	size_t end = (size_t)(field->name.data - field->raw.data) + field->name.size;
	if (field->raw.data[end] != ':')
		structure_field_add(header, STRUCTURE_REMARK, "blank-before-colon",
		    "a blank stands in front of the colon; it is no part of the name");
}

/* --- Values ------------------------------------------------------------------------------------- */

static void
structure_check_words(struct structure_header *header)
{
	struct text body = text_slice(header->field->body, 0, STRUCTURE_WORDS_MAX);
	struct encoded_word_facts facts = {0};
	struct buffer out;

	if (!encoded_word_is_present(body))
		return;
	buffer_init(&out, (size_t)STRUCTURE_WORDS_MAX * 8);
	encoded_word_decode(body, &out, &facts);
	buffer_clear(&out);
	if (facts.malformed)
		structure_field_add(header, STRUCTURE_MALFORMED, "bad-encoded-word",
		    "an encoded word is broken; it is read as far as it goes");
	if (facts.unknown_charset)
		structure_field_add(header, STRUCTURE_MALFORMED, "unknown-charset",
		    "nobody knows the charset of an encoded word; it is read by guess");
	if (facts.undecodable > 0)
		structure_field_add(header, STRUCTURE_MALFORMED, "undecodable-text",
		    "an encoded word holds bytes that mean nothing in its charset; they become "
		    "U+FFFD");
}

static void
structure_check_addresses(struct structure_header *header, bool is_from)
{
	struct text body = header->field->body;
	struct address_list list = address_list_parse(header->list->arena, body, ADDRESS_COUNT_MAX);

	if (is_from)
		header->from_count = list.count;
	if (list.malformed || (list.count == 0 && list.group_count == 0))
		structure_field_add(header, STRUCTURE_MALFORMED, "bad-address",
		    "an address cannot be read as the standard has it; its usable part counts");
	if (list.truncated)
		structure_field_add(header, STRUCTURE_TRUNCATED, "too-many-addresses",
		    "there are more addresses than are read");
}

static void
structure_check_id(struct structure_header *header)
{
	struct text id, body = text_trim(header->field->body);

	if (!message_id_parse(header->list->arena, body, &id) || body.data[0] != '<' ||
	    text_find_byte(body, 0, '>') == body.size)
		structure_field_add(header, STRUCTURE_MALFORMED, "bad-message-id",
		    "the id does not stand in angle brackets; its first word counts");
}

static void
structure_check_version(struct structure_header *header)
{
	struct text body = header->field->body;
	size_t at = header_skip_blanks(body, 0), point = at + (at < body.size);

	point = header_skip_blanks(body, point);
	if (at == body.size || body.data[at] != '1' || point == body.size ||
	    body.data[point] != '.')
		structure_field_add(header, STRUCTURE_MALFORMED, "bad-mime-version",
		    "the version is not 1.0; it is read as if it were");
}

/* The name without the marks of RFC 2231. */
static struct text
structure_base_name(struct text name)
{
	return text_slice(name, 0, text_find_byte(name, 0, '*'));
}

static void
structure_check_charset(struct structure_header *header, struct text name)
{
	struct charset charset = charset_parse(name);
	struct charset_decoder decoder;
	struct text input = TEXT("a");
	char out[CHARSET_OUT_MIN];

	charset_decoder_init(&decoder, &charset);
	charset_decoder_take(&decoder, &input, true, out, sizeof out);
	if (decoder.is_unknown)
		structure_field_add(header, STRUCTURE_MALFORMED, "unknown-charset",
		    "nobody knows the charset; the text is read by guess");
	charset_decoder_clear(&decoder);
}

/* One parameter: is it there twice, and can its value be read? */
static void
structure_check_parameter(
    struct structure_header *header, const struct content_type *type, size_t index)
{
	struct text written = type->parameters[index].name, name = structure_base_name(written);
	struct parameter_value value;
	bool is_first = true, is_twice = false;

	for (size_t i = 0; i < index; i++) {
		is_twice |= text_is_equal_nocase(type->parameters[i].name, written);
		is_first &=
		    !text_is_equal_nocase(structure_base_name(type->parameters[i].name), name);
	}
	if (is_twice)
		structure_field_add(header, STRUCTURE_MALFORMED, "duplicate-parameter",
		    "a parameter is there twice; the first one counts");
	if (!is_first || !parameter_value_find(header->list->arena, type, name, &value))
		return;
	if (value.malformed)
		structure_field_add(header, STRUCTURE_MALFORMED, "bad-parameter-value",
		    "the value of a parameter is broken; it is read as far as it goes");
	if (value.truncated)
		structure_field_add(header, STRUCTURE_TRUNCATED, "long-parameter-value",
		    "the value of a parameter is longer than what is read");
	if (text_is_equal_nocase(name, TEXT("charset")))
		structure_check_charset(header, value.value);
}

/* A plain and an extended spelling of one name: programs differ in which they take. */
static bool
structure_has_two_spellings(const struct content_type *type)
{
	for (size_t i = 0; i < type->count; i++)
		for (size_t j = 0; j < type->count; j++) {
			struct text plain = type->parameters[i].name;
			struct text other = type->parameters[j].name;
			if (text_find_byte(plain, 0, '*') == plain.size &&
			    structure_base_name(other).size < other.size &&
			    text_is_equal_nocase(plain, structure_base_name(other)))
				return true;
		}
	return false;
}

static void
structure_check_parameters(struct structure_header *header, bool is_type)
{
	struct content_type type = content_type_parse(header->list->arena, header->field->body);

	if (is_type && (type.type.size == 0 || type.subtype.size == 0))
		structure_field_add(header, STRUCTURE_MALFORMED, "bad-content-type",
		    "the type cannot be read; the part is text/plain");
	else if (type.malformed)
		structure_field_add(header, STRUCTURE_MALFORMED, "bad-parameters",
		    "it does not follow the grammar; it is read as far as it goes");
	if (type.truncated)
		structure_field_add(header, STRUCTURE_TRUNCATED, "too-many-parameters",
		    "there are more parameters than are read");
	for (size_t i = 0; i < type.count; i++)
		structure_check_parameter(header, &type, i);
	if (structure_has_two_spellings(&type))
		structure_field_add(header, STRUCTURE_REMARK, "two-spellings",
		    "a parameter is there in a plain and in an extended form; the extended one "
		    "counts");
	if (encoded_word_is_present(header->field->body))
		structure_field_add(header, STRUCTURE_REMARK, "encoded-word-in-parameter",
		    "encoded words do not belong into parameters; they are decoded");
}

static void
structure_check_value(struct structure_header *header, const struct field_rule *rule)
{
	struct mail_date date;
	bool is_unknown;

	switch (rule->kind) {
	case FIELD_OTHER:
		break;
	case FIELD_DATE:
		if (!mail_date_parse(header->field->body, &date))
			structure_field_add(header, STRUCTURE_MALFORMED, "bad-date",
			    "the date cannot be read; the message counts as without one");
		break;
	case FIELD_ADDRESSES:
		structure_check_addresses(header, rule == &structure_rules[RULE_FROM]);
		break;
	case FIELD_ID:
		structure_check_id(header);
		break;
	case FIELD_VERSION:
		structure_check_version(header);
		break;
	case FIELD_TYPE:
	case FIELD_DISPOSITION:
		structure_check_parameters(header, rule->kind == FIELD_TYPE);
		break;
	case FIELD_ENCODING:
		transfer_encoding_parse(header->field->body, &is_unknown);
		if (is_unknown)
			structure_field_add(header, STRUCTURE_MALFORMED, "unknown-encoding",
			    "nobody knows the encoding; the body is read as it stands");
		break;
	}
}

/* --- The header --------------------------------------------------------------------------------- */

static void
structure_check_field(struct structure_header *header)
{
	struct text name = header->field->name;

	structure_check_name(header);
	structure_check_bytes(header);
	for (size_t i = 0; i < STRUCTURE_RULES; i++) {
		const struct field_rule *rule = &structure_rules[i];
		bool is_content =
		    text_has_prefix_nocase(name, TEXT("Content-")) || rule->kind == FIELD_VERSION;
		if (!text_is_equal_nocase(name, rule->name) || (!header->is_message && !is_content))
			continue;
		header->counts[i]++;
		if (rule->is_once && header->counts[i] > 1)
			structure_field_add(header, STRUCTURE_MALFORMED, "duplicate-field",
			    "the field may be there only once; the first one counts");
		if (header->counts[i] == 1 || !rule->is_once)
			structure_check_value(header, rule);
		if (rule->kind == FIELD_TYPE || rule->kind == FIELD_DISPOSITION)
			return;
	}
	structure_check_words(header);
}

static void
structure_check_missing(struct structure_header *header)
{
	const struct mime_part *part = header->part;
	bool is_mime = part->has_type && !mime_part_is(part, TEXT("text"), TEXT("plain"));

	if (header->counts[RULE_DATE] == 0)
		structure_list_add(header->list, STRUCTURE_MALFORMED, "no-date", part,
		    part->header.data, "there is no Date field");
	if (header->counts[RULE_FROM] == 0)
		structure_list_add(header->list, STRUCTURE_MALFORMED, "no-from", part,
		    part->header.data, "there is no From field");
	if (header->from_count > 1 && header->counts[RULE_SENDER] == 0)
		structure_list_add(header->list, STRUCTURE_MALFORMED, "no-sender", part,
		    part->header.data, "From has several addresses, and there is no Sender field");
	if (header->counts[RULE_MESSAGE_ID] == 0)
		structure_list_add(header->list, STRUCTURE_REMARK, "no-message-id", part,
		    part->header.data, "there is no Message-ID field");
	if (is_mime && header->counts[RULE_VERSION] == 0)
		structure_list_add(header->list, STRUCTURE_REMARK, "no-mime-version", part,
		    part->header.data,
		    "there is no MIME-Version field; other programs may take all for plain text");
}

void
structure_fields_check(struct structure_list *list, const struct mime_part *part, bool is_message)
{
	struct structure_header header = {.list = list, .part = part, .is_message = is_message};
	struct text rest = part->header;
	struct header_field field;

	for (uint32_t i = 0; i < list->limits.fields && header_next(&rest, &field); i++) {
		header.field = &field;
		structure_check_field(&header);
	}
	if (rest.size > 0)
		structure_list_add(list, STRUCTURE_TRUNCATED, "too-many-fields", part, rest.data,
		    "there are more than %u header fields; the others are not looked at",
		    list->limits.fields);
	if (is_message)
		structure_check_missing(&header);
}
