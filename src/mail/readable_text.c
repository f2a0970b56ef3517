/*
 * Readable text (see readable_text.h): part_text through flowed_text or html_text. HTML that names its
 * charset only inside of itself is asked for it before the first byte is converted.
 */
#include "mail/readable_text.h"

#include "base/bug.h"
#include "mail/content_type.h"
#include "mail/flowed_text.h"
#include "mail/header.h"
#include "mail/html/html_text.h"
#include "mail/html/html_token.h"
#include "mail/transfer_encoding.h"

enum {
	READABLE_TEXT_PIECE = 16384,
	READABLE_TEXT_FIELDS = 1000,
	READABLE_TEXT_PRESCAN = 1024, /* of HTML, where a charset may be named */
};

struct readable_text {
	struct arena *arena;
	enum readable_kind kind;
	bool is_read;  /* the part has nothing more */
	bool is_cut;   /* the output reached its bound */
	uint64_t room; /* bytes of output left */
	char *piece;   /* NULL: nothing was read */
	struct text waiting;
	struct part_text *part;
	struct flowed_text flowed;
	struct html_text *html;
};

/* --- Types -------------------------------------------------------------------------------------- */

struct readable_type {
	enum readable_kind kind;
	bool deletes_space;
};

static bool
readable_text_parameter_is(
    const struct content_parameter_raw *parameter, struct text name, struct text value)
{
	return text_is_equal_nocase(parameter->name, name) &&
	       text_is_equal_nocase(text_trim(parameter->value), value);
}

static struct readable_type
readable_text_parse_type(struct text body)
{
	struct readable_type result = {.kind = READABLE_PLAIN};
	struct content_parameter_raw parameter;
	bool is_flowed = false, malformed = false;
	struct text type, subtype;

	body = text_slice(body, 0, CONTENT_TYPE_SIZE_MAX);
	if (!content_type_take_value(&body, &type, &subtype) ||
	    !text_is_equal_nocase(type, TEXT("text")))
		return result;
	if (text_is_equal_nocase(subtype, TEXT("html")))
		result.kind = READABLE_HTML;
	if (!text_is_equal_nocase(subtype, TEXT("plain")))
		return result;
	while (content_type_next(&body, &parameter, &malformed)) {
		is_flowed |= readable_text_parameter_is(&parameter, TEXT("format"), TEXT("flowed"));
		result.deletes_space |=
		    readable_text_parameter_is(&parameter, TEXT("delsp"), TEXT("yes"));
	}
	result.kind = is_flowed ? READABLE_FLOWED : READABLE_PLAIN;
	return result;
}

static struct readable_type
readable_text_find_type(struct text header_block, size_t fields)
{
	struct header_field field;

	for (size_t i = 0; i < fields && header_next(&header_block, &field); i++)
		if (text_is_equal_nocase(field.name, TEXT("Content-Type")))
			return readable_text_parse_type(field.body);
	return (struct readable_type){.kind = READABLE_PLAIN};
}

enum readable_kind
readable_kind_parse(struct text header_block, size_t fields)
{
	return readable_text_find_type(header_block, fields).kind;
}

/* --- The charset in the HTML -------------------------------------------------------------------- */

/* Of a meta tag; false: it names none. */
static bool
readable_text_take_meta(const struct html_tag *tag, struct charset *charset_out)
{
	struct content_parameter_raw parameter;
	struct text rest = html_tag_address(tag), type, subtype;
	bool malformed = false;

	if (html_tag_has(tag, HTML_ATTRIBUTE_CHARSET)) {
		*charset_out = charset_parse(html_tag_label(tag));
		return true;
	}
	if (!text_is_equal(text_from_string(tag->type), TEXT("content-type")))
		return false;
	content_type_take_value(&rest, &type, &subtype);
	while (content_type_next(&rest, &parameter, &malformed)) {
		if (text_is_equal_nocase(parameter.name, TEXT("charset"))) {
			*charset_out = charset_parse(parameter.value);
			return true;
		}
	}
	return false;
}

/* tolerance: html-meta-charset */
static void
readable_text_find_charset(struct arena *arena, struct text start, struct charset *charset)
{
	struct html_tokenizer *tokenizer;
	struct charset named;
	enum html_token token;
	struct text text;

	if (text_has_prefix(start, TEXT("\xFF\xFE")) || text_has_prefix(start, TEXT("\xFE\xFF"))) {
		*charset = charset_parse(TEXT("utf-16"));
		return;
	}
	if (text_has_prefix(start, TEXT("\xEF\xBB\xBF"))) {
		*charset = charset_parse(TEXT("utf-8"));
		return;
	}
	tokenizer = arena_alloc(arena, sizeof *tokenizer);
	html_tokenizer_init(tokenizer);
	while ((token = html_token_next(tokenizer, &start, false, &text)) != HTML_TOKEN_NONE) {
		bool is_meta = token == HTML_TOKEN_TAG && !tokenizer->tag.is_end &&
			       tokenizer->tag.id == HTML_ELEMENT_META;
		if (!is_meta || !readable_text_take_meta(&tokenizer->tag, &named))
			continue;
		/* What could be read so far is no UTF-16 or UTF-32, whatever it says. */
		bool is_wide =
		    named.kind == CHARSET_ICONV &&
		    (text_has_prefix_nocase(text_from_string(named.name), TEXT("utf-16")) ||
			text_has_prefix_nocase(text_from_string(named.name), TEXT("utf-32")));
		if (is_wide)
			named = charset_parse(TEXT("utf-8"));
		if (named.kind != CHARSET_UNKNOWN)
			*charset = named;
		return;
	}
}

static void
readable_text_prescan(struct arena *arena, struct part_text_form *form, struct text body)
{
	char start[TRANSFER_OUT_MIN];
	struct transfer_decoder decoder;

	transfer_decoder_init(&decoder, form->encoding);
	size_t size = transfer_decoder_take(&decoder, &body, true, start, sizeof start);
	struct text prescan = text_slice((struct text){start, size}, 0, READABLE_TEXT_PRESCAN);
	readable_text_find_charset(arena, prescan, &form->charset);
}

/* --- The stream --------------------------------------------------------------------------------- */

struct readable_text *
readable_text_open(
    struct arena *arena, struct text header_block, struct text body, bool is_mime, uint64_t maximum)
{
	struct readable_text *text = arena_alloc(arena, sizeof *text);
	struct part_text_form form = part_text_form_parse(header_block, READABLE_TEXT_FIELDS);
	struct readable_type type = {.kind = READABLE_PLAIN};

	text->arena = arena;
	if (is_mime)
		type = readable_text_find_type(header_block, READABLE_TEXT_FIELDS);
	else
		form.charset = (struct charset){.kind = CHARSET_GUESS};
	text->kind = type.kind;
	text->room = maximum;
	flowed_text_init(&text->flowed, type.deletes_space);
	if (type.kind == READABLE_HTML) {
		text->html = html_text_new(arena);
		if (form.charset.kind == CHARSET_GUESS)
			readable_text_prescan(arena, &form, body);
	}
	text->part = part_text_open(arena, &form, body, UINT64_MAX);
	return text;
}

static size_t
readable_text_convert(struct readable_text *text, char *out, size_t size)
{
	if (text->kind == READABLE_HTML)
		return html_text_take(text->html, &text->waiting, text->is_read, out, size);
	return flowed_text_take(&text->flowed, &text->waiting, text->is_read, out, size);
}

static size_t
readable_text_next(struct readable_text *text, char *out, size_t size)
{
	size_t used = 0;

	if (text->kind == READABLE_PLAIN)
		return part_text_read(text->part, out, size);
	if (text->piece == NULL)
		text->piece = arena_alloc_bytes(text->arena, READABLE_TEXT_PIECE);
	while (used == 0) {
		if (text->waiting.size == 0 && !text->is_read) {
			size_t read = part_text_read(text->part, text->piece, READABLE_TEXT_PIECE);
			text->waiting = (struct text){text->piece, read};
			text->is_read = read == 0;
		}
		used = readable_text_convert(text, out, size);
		if (used == 0 && text->is_read && text->waiting.size == 0)
			break;
	}
	return used;
}

size_t
readable_text_read(struct readable_text *text, char *out, size_t size)
{
	REQUIRE(size >= READABLE_TEXT_READ_MIN);
	if (text->is_cut)
		return 0;
	size_t used = readable_text_next(text, out, size);
	if (used > text->room) {
		text->is_cut = true;
		used = (size_t)text->room;
		while (used > 0 && ((unsigned char)out[used] & 0xC0) == 0x80)
			used--;
	}
	text->room -= used;
	return used;
}

struct part_text_facts
readable_text_facts(const struct readable_text *text)
{
	struct part_text_facts facts = part_text_facts(text->part);

	facts.truncated |= text->is_cut;
	if (text->html != NULL)
		facts.truncated |= html_text_facts(text->html).truncated;
	return facts;
}

bool
readable_text_hides(const struct readable_text *text)
{
	return text->html != NULL && html_text_facts(text->html).hides_text;
}

void
readable_text_close(struct readable_text *text)
{
	part_text_close(text->part);
	text->is_cut = true;
}
