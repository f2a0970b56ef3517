/*
 * The facts of a part (see part_facts.h). Its header is walked once for the four fields that count;
 * containers are told by type and parameters first, and by the first decoded bytes of the body where
 * these are silent.
 */
#include "mail/part_facts.h"

#include "base/buffer.h"
#include "base/utf8.h"
#include "base/vector.h"
#include "mail/content_type.h"
#include "mail/encoded_word.h"
#include "mail/header.h"
#include "mail/message_id.h"
#include "mail/parameter_value.h"
#include "mail/part_text.h"
#include "mail/transfer_encoding.h"

enum {
	PART_FACTS_PEEK = 8192,        /* decoded bytes that are looked at */
	PART_FACTS_PIECE = 16384,      /* of a body that is counted */
	PART_FACTS_DESCRIPTION = 65536 /* bytes of a description */
};

/* What the facts are read from. */
struct part_sources {
	struct content_type type, disposition;
	struct text content_id, description;
	bool has_type, has_disposition;
};

/* --- Fields ------------------------------------------------------------------------------------- */

/* The first field of each name counts. tolerance: part-first-field */
static struct part_sources
part_facts_read_header(struct arena *arena, const struct mime_part *part, uint32_t fields)
{
	struct part_sources sources = {0};
	struct text rest = part->header;
	struct header_field field;
	bool has_id = false, has_description = false;

	for (uint32_t i = 0; i < fields && header_next(&rest, &field); i++) {
		if (!text_has_prefix_nocase(field.name, TEXT("Content-")))
			continue;
		struct text name = text_slice(field.name, 8, field.name.size);
		if (!sources.has_type && text_is_equal_nocase(name, TEXT("Type"))) {
			sources.type = content_type_parse(arena, field.body);
			sources.has_type = true;
		} else if (!sources.has_disposition &&
			   text_is_equal_nocase(name, TEXT("Disposition"))) {
			sources.disposition = content_type_parse(arena, field.body);
			sources.has_disposition = true;
		} else if (!has_id && text_is_equal_nocase(name, TEXT("ID"))) {
			has_id = true;
			message_id_parse(arena, field.body, &sources.content_id);
		} else if (!has_description && text_is_equal_nocase(name, TEXT("Description"))) {
			has_description = true;
			sources.description = field.body;
		}
	}
	return sources;
}

static struct text
part_facts_type(struct arena *arena, struct text type, struct text subtype)
{
	size_t size = type.size + 1 + subtype.size;
	char *copy = arena_alloc_bytes(arena, size);

	for (size_t i = 0; i < size; i++)
		copy[i] = i < type.size    ? text_lower(type.data[i])
			  : i == type.size ? '/'
					   : text_lower(subtype.data[i - type.size - 1]);
	return (struct text){copy, size};
}

static struct text
part_facts_description(struct arena *arena, struct text body)
{
	struct text result = header_unfold(arena, body);
	struct buffer out;

	if (encoded_word_is_plain(result))
		return result;
	buffer_init(&out, PART_FACTS_DESCRIPTION);
	result = (struct text){0};
	if (encoded_word_decode(text_slice(body, 0, PART_FACTS_DESCRIPTION / 8), &out, NULL))
		result = arena_copy_text(arena, text_trim(buffer_text(&out)));
	buffer_clear(&out);
	return result;
}

/* --- Names -------------------------------------------------------------------------------------- */

/* Behind the last directory, of any system; without blanks around it. tolerance:
 * part-name-directories */
static struct text
part_facts_base_name(struct text name)
{
	size_t begin = name.size;

	name = text_trim(name);
	begin = name.size;
	while (begin > 0 && name.data[begin - 1] != '/' && name.data[begin - 1] != '\\')
		begin--;
	return text_trim(text_slice(name, begin, name.size));
}

static struct text
part_facts_name(struct arena *arena, const struct part_sources *sources, bool *malformed)
{
	static const struct text names[] = {TEXT("filename"), TEXT("name")};
	const struct content_type *fields[] = {&sources->disposition, &sources->type};
	struct parameter_value value;
	struct text result = {0};

	for (size_t i = 0; i < sizeof names / sizeof names[0] && result.size == 0; i++) {
		if (!parameter_value_find(arena, fields[i], names[i], &value))
			continue;
		*malformed |= value.malformed || value.truncated;
		result = part_facts_base_name(value.value);
	}
	/* tolerance: part-name-other-field */
	for (size_t i = 0; i < sizeof names / sizeof names[0] && result.size == 0; i++) {
		if (!parameter_value_find(arena, fields[1 - i], names[i], &value))
			continue;
		*malformed = true;
		result = part_facts_base_name(value.value);
	}
	return result;
}

/* The lower-case letter of a capital one, of the scripts whose pairs lie in order. */
static uint32_t
part_facts_lower_letter(uint32_t letter)
{
	static const struct {
		uint32_t first, last, distance;
	} ranges[] = {
	    {'A', 'Z', 32},
	    {0xC0, 0xD6, 32},
	    {0xD8, 0xDE, 32},
	    {0x391, 0x3A1, 32},
	    {0x3A3, 0x3AB, 32},
	    {0x400, 0x40F, 80},
	    {0x410, 0x42F, 32},
	    {0x531, 0x556, 48},
	    {0xFF21, 0xFF3A, 32},
	};

	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (letter >= ranges[i].first && letter <= ranges[i].last)
			return letter + ranges[i].distance;
	if ((letter >= 0x100 && letter < 0x130) || (letter >= 0x132 && letter < 0x138) ||
	    (letter >= 0x14A && letter < 0x178))
		return letter | 1;
	if ((letter >= 0x139 && letter < 0x149) || (letter >= 0x179 && letter < 0x17F))
		return letter + (letter & 1);
	return letter;
}

/* Writes a letter in the same number of bytes as it is read from: pairs do not differ in it. */
static void
part_facts_put_letter(char *out, size_t length, uint32_t letter)
{
	static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};

	for (size_t i = length; i-- > 1; letter >>= 6)
		out[i] = (char)(0x80 | (letter & 0x3F));
	out[0] = (char)(marks[length] | letter);
}

/* Blanks and dots at the end of a name do not count, nor does a stream's name behind a colon: the
 * system that such names are meant for drops them. tolerance: part-extension-end */
static struct text
part_facts_extension(struct arena *arena, struct text name)
{
	size_t colon = text_find_byte(name, 0, ':');

	/* "C:" is a drive. */
	if (colon > 1)
		name = text_slice(name, 0, colon);
	while (name.size > 0 &&
	       (name.data[name.size - 1] == '.' || text_is_space(name.data[name.size - 1])))
		name.size--;
	size_t dot = name.size;
	while (dot > 0 && name.data[dot - 1] != '.')
		dot--;
	if (dot == 0)
		return (struct text){0};
	struct text written = text_slice(name, dot, name.size);
	char *copy = arena_alloc_bytes(arena, written.size);
	for (size_t i = 0; i < written.size;) {
		size_t length = utf8_sequence_length(written, i);
		if (length == 0) {
			copy[i] = written.data[i];
			i++;
			continue;
		}
		uint32_t letter = utf8_parse(text_slice(written, i, i + length));
		part_facts_put_letter(copy + i, length, part_facts_lower_letter(letter));
		i += length;
	}
	return (struct text){copy, written.size};
}

static bool
part_facts_is_odd(uint32_t letter)
{
	return letter < 0x20 || (letter >= 0x7F && letter < 0xA0) || letter == 0xAD ||
	       letter == 0x61C || letter == 0x180E || (letter >= 0x200B && letter <= 0x200F) ||
	       (letter >= 0x2028 && letter <= 0x202E) || (letter >= 0x2060 && letter <= 0x206F) ||
	       letter == 0xFEFF || (letter >= 0xE0000 && letter <= 0xE007F);
}

bool
part_facts_has_odd_characters(struct text name)
{
	for (size_t i = 0; i < name.size;) {
		size_t length = utf8_sequence_length(name, i);
		if (length == 0 || part_facts_is_odd(utf8_parse(text_slice(name, i, i + length))))
			return true;
		i += length;
	}
	return false;
}

/* --- Containers --------------------------------------------------------------------------------- */

/* The first decoded bytes of the body. */
static struct text
part_facts_peek(
    const struct mime_part *part, uint32_t fields, char out[PART_FACTS_PEEK + TRANSFER_OUT_MIN])
{
	struct part_text_form form = part_text_form_parse(part->header, fields);
	struct transfer_decoder decoder;
	struct text rest = text_slice(part->body, 0, 2 * PART_FACTS_PEEK);
	bool is_last = rest.size == part->body.size;
	size_t used = 0, got;

	if (form.encoding == TRANSFER_IDENTITY)
		return text_slice(part->body, 0, PART_FACTS_PEEK);
	transfer_decoder_init(&decoder, form.encoding);
	do {
		got = transfer_decoder_take(&decoder, &rest, is_last, out + used,
		    PART_FACTS_PEEK + TRANSFER_OUT_MIN - used);
		used += got;
	} while (used < PART_FACTS_PEEK && got > 0);
	return (struct text){out, used < PART_FACTS_PEEK ? used : PART_FACTS_PEEK};
}

/* Does a line begin so? */
static bool
part_facts_has_line(struct text bytes, struct text wanted)
{
	for (size_t at = text_find(bytes, 0, wanted); at < bytes.size;
	     at = text_find(bytes, at + 1, wanted))
		if (at == 0 || bytes.data[at - 1] == '\n')
			return true;
	return false;
}

/* What the object identifier at the beginning of a CMS message says (RFC 5652, section 3). */
static enum part_container
part_facts_cms(struct text bytes)
{
	/* 1.2.840.113549.1 */
	static const struct text prefix = TEXT("\x2A\x86\x48\x86\xF7\x0D\x01");
	size_t at = text_find(text_slice(bytes, 0, 64), 0, prefix) + prefix.size;

	if (at + 2 > bytes.size || at > 64)
		return PART_CONTAINER_NONE;
	struct text rest = text_slice(bytes, at, bytes.size);
	if (text_has_prefix(rest, TEXT("\x07\x02")))
		return PART_CONTAINER_SMIME_SIGNED;
	if (text_has_prefix(rest, TEXT("\x07\x03")) ||
	    text_has_prefix(rest, TEXT("\x09\x10\x01\x17")))
		return PART_CONTAINER_SMIME_ENVELOPED;
	return PART_CONTAINER_SMIME_OTHER;
}

static enum part_container
part_facts_pkcs7(struct text smime_type, struct text extension, struct text bytes)
{
	static const struct {
		struct text word;
		enum part_container container;
	} words[] = {
	    {TEXT("enveloped-data"), PART_CONTAINER_SMIME_ENVELOPED},
	    {TEXT("authenveloped-data"), PART_CONTAINER_SMIME_ENVELOPED},
	    {TEXT("signed-data"), PART_CONTAINER_SMIME_SIGNED},
	    {TEXT("signed-receipt"), PART_CONTAINER_SMIME_SIGNED},
	    {TEXT("certs-only"), PART_CONTAINER_SMIME_OTHER},
	    {TEXT("compressed-data"), PART_CONTAINER_SMIME_OTHER},
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (text_is_equal_nocase(smime_type, words[i].word))
			return words[i].container;
	enum part_container container = part_facts_cms(bytes);
	if (container != PART_CONTAINER_NONE)
		return container;
	/* Nobody says what it is. tolerance: part-smime-silent */
	bool is_other =
	    text_is_equal(extension, TEXT("p7c")) || text_is_equal(extension, TEXT("p7z"));
	return is_other ? PART_CONTAINER_SMIME_OTHER : PART_CONTAINER_SMIME_ENVELOPED;
}

static bool
part_facts_is_one_of(struct text text, struct text first, struct text second)
{
	return text_is_equal_nocase(text, first) || text_is_equal_nocase(text, second);
}

static enum part_container
part_facts_signed(const struct part_sources *sources, const struct mime_part *part)
{
	struct text protocol = TEXT("");

	content_type_find(&sources->type, TEXT("protocol"), &protocol);
	const struct mime_part *last = part->last_child;
	bool is_smime = part_facts_is_one_of(
	    protocol, TEXT("application/pkcs7-signature"), TEXT("application/x-pkcs7-signature"));
	bool is_pgp = text_is_equal_nocase(protocol, TEXT("application/pgp-signature"));
	/* tolerance: part-signed-protocol */
	if (!is_smime && !is_pgp && last != NULL) {
		is_smime = mime_part_is(last, TEXT("application"), TEXT("pkcs7-signature")) ||
			   mime_part_is(last, TEXT("application"), TEXT("x-pkcs7-signature"));
		is_pgp = mime_part_is(last, TEXT("application"), TEXT("pgp-signature"));
	}
	return is_smime ? PART_CONTAINER_SMIME_SIGNED
	       : is_pgp ? PART_CONTAINER_PGP_SIGNED
			: PART_CONTAINER_NONE;
}

static enum part_container
part_facts_leaf_container(const struct part_sources *sources, const struct mime_part *part,
    const struct part_facts *facts, uint32_t fields)
{
	char room[PART_FACTS_PEEK + TRANSFER_OUT_MIN];
	struct text extension = facts->extension, smime_type = TEXT("");
	bool is_picture = mime_part_is(part, TEXT("image"), TEXT("")) ||
			  mime_part_is(part, TEXT("audio"), TEXT("")) ||
			  mime_part_is(part, TEXT("video"), TEXT(""));
	bool is_bare = mime_part_is(part, TEXT("application"), TEXT("octet-stream"));
	bool is_pkcs7 = mime_part_is(part, TEXT("application"), TEXT("pkcs7-mime")) ||
			mime_part_is(part, TEXT("application"), TEXT("x-pkcs7-mime")) ||
			(is_bare && (part_facts_is_one_of(extension, TEXT("p7m"), TEXT("p7c")) ||
					text_is_equal(extension, TEXT("p7z"))));

	if (mime_part_is(part, TEXT("application"), TEXT("ms-tnef")) ||
	    mime_part_is(part, TEXT("application"), TEXT("vnd.ms-tnef")) ||
	    part_facts_is_one_of(facts->name, TEXT("winmail.dat"), TEXT("win.dat")))
		return PART_CONTAINER_TNEF;
	if (is_picture)
		return PART_CONTAINER_NONE;
	struct text bytes = part_facts_peek(part, fields, room);
	content_type_find(&sources->type, TEXT("smime-type"), &smime_type);
	if (is_pkcs7)
		return part_facts_pkcs7(smime_type, extension, bytes);
	if (text_has_prefix(bytes, TEXT("\x78\x9F\x3E\x22")))
		return PART_CONTAINER_TNEF;
	if (part_facts_has_line(bytes, TEXT("-----BEGIN PGP MESSAGE")))
		return PART_CONTAINER_PGP_ENCRYPTED;
	if (part_facts_has_line(bytes, TEXT("-----BEGIN PGP SIGNED MESSAGE")))
		return PART_CONTAINER_PGP_SIGNED;
	return PART_CONTAINER_NONE;
}

static enum part_container
part_facts_container(const struct part_sources *sources, const struct mime_part *part,
    const struct part_facts *facts, uint32_t fields)
{
	if (mime_part_is(part, TEXT("multipart"), TEXT("signed")))
		return part_facts_signed(sources, part);
	if (mime_part_is(part, TEXT("multipart"), TEXT("encrypted")))
		return PART_CONTAINER_PGP_ENCRYPTED;
	return part->kind == MIME_LEAF ? part_facts_leaf_container(sources, part, facts, fields)
				       : PART_CONTAINER_NONE;
}

const char *
part_container_word(enum part_container container)
{
	static const char *const words[PART_CONTAINERS] = {
	    [PART_CONTAINER_NONE] = "",
	    [PART_CONTAINER_TNEF] = "tnef",
	    [PART_CONTAINER_SMIME_SIGNED] = "smime-signed",
	    [PART_CONTAINER_SMIME_ENVELOPED] = "smime-encrypted",
	    [PART_CONTAINER_SMIME_OTHER] = "smime",
	    [PART_CONTAINER_PGP_SIGNED] = "pgp-signed",
	    [PART_CONTAINER_PGP_ENCRYPTED] = "pgp-encrypted",
	};

	return words[container];
}

/* --- Attachments -------------------------------------------------------------------------------- */

/* Do readers show such a part in its place, when nobody names it? */
static bool
part_facts_is_shown(const struct mime_part *part, const struct part_facts *facts)
{
	bool is_inline = text_is_equal(facts->disposition, TEXT("inline"));
	const struct mime_part *parent = part->parent;

	if (mime_part_is(part, TEXT("text"), TEXT("")) ||
	    mime_part_is(part, TEXT("multipart"), TEXT("")) ||
	    mime_part_is(part, TEXT("message"), TEXT("delivery-status")) ||
	    mime_part_is(part, TEXT("message"), TEXT("disposition-notification")))
		return true;
	return mime_part_is(part, TEXT("image"), TEXT("")) &&
	       (is_inline || (facts->content_id.size > 0 && parent != NULL &&
				 mime_part_is(parent, TEXT("multipart"), TEXT("related"))));
}

static bool
part_facts_is_attachment(const struct mime_part *part, const struct part_facts *facts)
{
	if (part->kind != MIME_LEAF)
		return false;
	/* RFC 2183, section 2.8: an unknown disposition is an attachment. */
	if (facts->disposition.size > 0 && !text_is_equal(facts->disposition, TEXT("inline")))
		return true;
	return facts->name.size > 0 || !part_facts_is_shown(part, facts);
}

struct part_facts
part_facts_parse(struct arena *arena, const struct mime_part *part, uint32_t fields)
{
	struct part_sources sources = part_facts_read_header(arena, part, fields);
	struct part_facts facts = {.has_type = part->has_type, .content_id = sources.content_id};
	struct parameter_value other;

	facts.malformed = sources.type.malformed || sources.type.truncated ||
			  sources.disposition.malformed || sources.disposition.truncated ||
			  (sources.has_type && !part->has_type);
	facts.type = part_facts_type(arena, part->type, part->subtype);
	facts.disposition = arena_copy_lower(arena, sources.disposition.type);
	facts.description = part_facts_description(arena, sources.description);
	facts.name = part_facts_name(arena, &sources, &facts.malformed);
	facts.extension = part_facts_extension(arena, facts.name);
	if (sources.has_disposition &&
	    parameter_value_find(arena, &sources.type, TEXT("name"), &other))
		facts.other_extension =
		    part_facts_extension(arena, part_facts_base_name(other.value));
	if (text_is_equal(facts.other_extension, facts.extension))
		facts.other_extension = (struct text){0};
	facts.has_odd_name = part_facts_has_odd_characters(facts.name);
	facts.container = part_facts_container(&sources, part, &facts, fields);
	facts.is_encrypted = facts.container == PART_CONTAINER_SMIME_ENVELOPED ||
			     facts.container == PART_CONTAINER_PGP_ENCRYPTED;
	facts.is_attachment = part_facts_is_attachment(part, &facts);
	return facts;
}

/* --- Size --------------------------------------------------------------------------------------- */

uint64_t
part_facts_decoded_size(const struct mime_part *part, uint32_t fields, bool *malformed_out)
{
	struct part_text_form form = part_text_form_parse(part->header, fields);
	struct transfer_decoder decoder;
	struct text rest = part->body;
	char piece[PART_FACTS_PIECE];
	uint64_t size = 0;
	size_t got;

	*malformed_out = form.unknown_encoding;
	if (form.encoding == TRANSFER_IDENTITY)
		return part->body.size;
	transfer_decoder_init(&decoder, form.encoding);
	do {
		got = transfer_decoder_take(&decoder, &rest, true, piece, sizeof piece);
		size += got;
	} while (got > 0 || rest.size > 0);
	*malformed_out |= decoder.malformed;
	return size;
}
