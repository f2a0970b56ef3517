/*
 * The text of a part (see part_text.h): the body goes through the transfer decoder into a piece, the
 * piece through the charset decoder to the caller.
 */
#include "mail/part_text.h"

#include "base/bug.h"
#include "mail/content_type.h"
#include "mail/header.h"

/* Pieces small enough to stay in the fastest cache. */
enum { PART_TEXT_PIECE = 16384, PART_TEXT_RATIO = 8, PART_TEXT_NAME_MAX = 128 };

enum part_text_plainness { PART_TEXT_UNKNOWN, PART_TEXT_PLAIN, PART_TEXT_NOT_PLAIN };

struct part_text {
	struct arena *arena;
	struct text body;
	uint64_t room; /* bytes of output left */
	struct part_text_facts facts;
	enum part_text_plainness plainness;
	bool is_decoded; /* the transfer decoder has nothing more */
	char *piece;
	struct text waiting; /* of the piece: not yet converted */
	struct transfer_decoder transfer;
	struct charset_decoder charset;
};

_Static_assert(sizeof(struct part_text) + PART_TEXT_PIECE <= PART_TEXT_MEMORY, "constant memory");

/* The charset parameter of a Content-Type body. */
static struct charset
part_text_find_charset(struct text body)
{
	struct content_parameter_raw parameter;
	struct text type, subtype;
	char cleaned[PART_TEXT_NAME_MAX];
	bool malformed = false;

	body = text_slice(body, 0, CONTENT_TYPE_SIZE_MAX);
	if (!content_type_take_value(&body, &type, &subtype))
		malformed = true;
	while (content_type_next(&body, &parameter, &malformed)) {
		if (!text_is_equal_nocase(parameter.name, TEXT("charset")))
			continue;
		if (parameter.needs_cleaning && parameter.value.size <= sizeof cleaned)
			parameter.value =
			    (struct text){cleaned, content_type_clean(parameter.value, cleaned)};
		return charset_parse(parameter.value);
	}
	return (struct charset){0};
}

struct part_text_form
part_text_form_parse(struct text header_block, size_t fields)
{
	struct part_text_form form = {0};
	bool has_encoding = false, has_type = false;
	struct header_field field;

	for (size_t i = 0; i < fields && header_next(&header_block, &field); i++) {
		if (!has_encoding &&
		    text_is_equal_nocase(field.name, TEXT("Content-Transfer-Encoding"))) {
			form.encoding = transfer_encoding_parse(field.body, &form.unknown_encoding);
			has_encoding = true;
		} else if (!has_type && text_is_equal_nocase(field.name, TEXT("Content-Type"))) {
			form.charset = part_text_find_charset(field.body);
			has_type = true;
		}
	}
	return form;
}

struct part_text *
part_text_open(
    struct arena *arena, const struct part_text_form *form, struct text body, uint64_t maximum)
{
	struct part_text *part = arena_alloc(arena, sizeof *part);

	part->arena = arena;
	part->body = body;
	part->room = (uint64_t)body.size * PART_TEXT_RATIO + CHARSET_OUT_MIN;
	if (part->room > maximum)
		part->room = maximum;
	part->facts.unknown_encoding = form->unknown_encoding;
	transfer_decoder_init(&part->transfer, form->encoding);
	charset_decoder_init(&part->charset, &form->charset);
	return part;
}

bool
part_text_is_plain(struct part_text *part)
{
	enum charset_kind kind = part->charset.charset.kind;
	bool is_candidate = part->transfer.encoding == TRANSFER_IDENTITY &&
			    (kind == CHARSET_GUESS || kind == CHARSET_UTF_8) &&
			    part->body.size <= part->room && part->piece == NULL &&
			    !text_has_prefix(part->body, TEXT("\xEF\xBB\xBF"));

	if (part->plainness == PART_TEXT_UNKNOWN)
		part->plainness =
		    is_candidate && charset_valid_utf8_size(part->body) == part->body.size
			? PART_TEXT_PLAIN
			: PART_TEXT_NOT_PLAIN;
	return part->plainness == PART_TEXT_PLAIN;
}

/* Decodes the next piece of the body, once the last one is converted. */
static void
part_text_fill(struct part_text *part)
{
	if (part->waiting.size > 0 || part->is_decoded)
		return;
	if (part->transfer.encoding == TRANSFER_IDENTITY) {
		part->waiting = part->body;
		part->body = (struct text){0};
		part->is_decoded = true;
		return;
	}
	size_t size =
	    transfer_decoder_take(&part->transfer, &part->body, true, part->piece, PART_TEXT_PIECE);
	part->waiting = (struct text){part->piece, size};
	part->is_decoded = size == 0 && part->body.size == 0;
}

/* The number of bytes at the front, at most `limit`, that are whole characters. */
static size_t
part_text_cut(const char *out, size_t size, uint64_t limit)
{
	if (size <= limit)
		return size;
	size = (size_t)limit;
	while (size > 0 && ((unsigned char)out[size] & 0xC0) == 0x80)
		size--;
	return size;
}

size_t
part_text_read(struct part_text *part, char *out, size_t size)
{
	size_t used = 0;

	REQUIRE(size >= PART_TEXT_READ_MIN);
	if (part->piece == NULL)
		part->piece = arena_alloc_bytes(part->arena, PART_TEXT_PIECE);
	while (!part->facts.truncated && size - used >= CHARSET_OUT_MIN) {
		part_text_fill(part);
		size_t got = charset_decoder_take(
		    &part->charset, &part->waiting, part->is_decoded, out + used, size - used);
		if (got == 0 && part->is_decoded && part->waiting.size == 0)
			break;
		size_t kept = part_text_cut(out + used, got, part->room);
		part->facts.truncated = kept < got;
		part->room -= kept;
		used += kept;
	}
	return used;
}

struct part_text_facts
part_text_facts(const struct part_text *part)
{
	struct part_text_facts facts = part->facts;

	facts.malformed = part->transfer.malformed;
	facts.unknown_charset = part->charset.is_unknown;
	facts.undecodable = part->charset.undecodable;
	facts.guessed = part->charset.guessed;
	return facts;
}

void
part_text_close(struct part_text *part)
{
	charset_decoder_clear(&part->charset);
	part->waiting = part->body = (struct text){0};
	part->is_decoded = true;
}
