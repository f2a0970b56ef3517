/*
 * The elements of HTML (see html_text.h): a stack of those that are open, which knows what is hidden
 * and where white space counts, between the tokenizer and the layout. End tags and implied ends follow
 * the scopes of HTML 5 as far as they decide what is hidden. Of each element the place of the last one
 * on the stack is known, and each place knows the one before it: nothing is searched for.
 */
#include "mail/html/html_text.h"

#include <stdio.h>

#include "base/bug.h"
#include "base/utf8.h"
#include "mail/html/html_layout.h"
#include "mail/html/html_token.h"

enum {
	HTML_TEXT_STEP = 4352,   /* what one token can write: a label and an address */
	HTML_TEXT_BUCKETS = 64,  /* of unknown elements, by a hash of their names */
	HTML_TEXT_CHAIN_MAX = 8, /* looked at in one of them */
};

/* What elements inherit. */
struct html_view {
	bool is_hidden; /* for good */
	bool has_zero_font, is_invisible, keeps_space;
};

/* Places are counted from 1; 0: none. */
struct html_open {
	unsigned name_hash;
	uint16_t id, bucket;
	uint16_t before;                /* the place of the last one in the same bucket */
	uint16_t special, scope, table; /* the places of the innermost such, itself counted */
	uint16_t items;                 /* of a numbered list */
	bool is_dead;                   /* ended, but what is inside of it did not */
	bool is_link;
	bool has_view; /* of its own */
	bool hides;
	struct html_style style;
	struct html_view view;
};

struct html_text {
	struct html_tokenizer tokenizer;
	struct html_layout layout;
	struct html_text_facts facts;
	bool is_finished;
	uint16_t depth;
	uint16_t link;     /* the place of the link whose address waits; 0: none */
	uint64_t overflow; /* elements that are open beyond the bound */
	struct html_tag_text address;
	uint16_t last[HTML_ELEMENTS + HTML_TEXT_BUCKETS];
	struct html_open open[HTML_TEXT_DEPTH_MAX + 1];
};

_Static_assert(sizeof(struct html_text) < 65536, "as html_text.h says");

struct html_text *
html_text_new(struct arena *arena)
{
	struct html_text *html = arena_alloc(arena, sizeof *html);

	html_tokenizer_init(&html->tokenizer);
	html_layout_init(&html->layout);
	return html;
}

/* --- What is seen ------------------------------------------------------------------------------- */

static bool
html_text_apply(enum html_setting setting, bool inherited)
{
	return setting == HTML_SETTING_NONE ? inherited : setting == HTML_SETTING_ON;
}

/* The view of the element at a place, from that of the one around it. */
static void
html_text_make_view(struct html_text *html, size_t place)
{
	struct html_open *open = &html->open[place];
	struct html_view view = html->open[place - 1].view;

	if (open->has_view && !open->is_dead) {
		view.is_hidden |= open->hides;
		view.has_zero_font = html_text_apply(open->style.zero_font, view.has_zero_font);
		view.is_invisible = html_text_apply(open->style.invisible, view.is_invisible);
		view.keeps_space = html_text_apply(open->style.keeps_space, view.keeps_space);
	}
	open->view = view;
}

static void
html_text_show_view(struct html_text *html)
{
	const struct html_view *view = &html->open[html->depth].view;

	html->layout.is_hidden = view->is_hidden || view->has_zero_font || view->is_invisible;
	html->layout.keeps_space = view->keeps_space;
}

/* By its attributes. tolerance: html-style */
static bool
html_text_is_hidden(const struct html_tag *tag)
{
	const struct html_style *style = &tag->style;
	bool is_closed = tag->id == HTML_ELEMENT_DIALOG && !html_tag_has(tag, HTML_ATTRIBUTE_OPEN);

	return html_tag_has(tag, HTML_ATTRIBUTE_HIDDEN) || style->is_not_displayed ||
	       style->is_transparent || (style->is_empty && style->is_clipped) || is_closed ||
	       (tag->has_zero_width && tag->has_zero_height) ||
	       (html_element_flags(tag->id) & HTML_IS_LEFT_OUT) != 0;
}

/* --- The stack ---------------------------------------------------------------------------------- */

static uint16_t
html_text_bucket(enum html_element_id id, unsigned name_hash)
{
	return (uint16_t)(id < HTML_ELEMENTS ? id : HTML_ELEMENTS + name_hash % HTML_TEXT_BUCKETS);
}

static void
html_text_end_link(struct html_text *html)
{
	struct text address = {html->address.bytes, html->address.size};

	html->link = 0;
	html_layout_end_link(&html->layout, address);
}

static unsigned
html_text_lines(const struct html_text *html, enum html_element_id id)
{
	unsigned flags = html_element_flags(id);
	bool in_list = html->last[HTML_ELEMENT_UL] > 0 || html->last[HTML_ELEMENT_OL] > 0;
	bool is_list = id == HTML_ELEMENT_UL || id == HTML_ELEMENT_OL;

	if ((flags & HTML_IS_PARAGRAPH) != 0)
		return in_list && is_list ? 1 : 2;
	return (flags & HTML_IS_LINE) != 0 ? 1 : 0;
}

static void
html_text_break(struct html_text *html, enum html_element_id id)
{
	unsigned lines = html_text_lines(html, id);

	if (lines > 0)
		html_layout_break(&html->layout, lines);
}

/* Ends the innermost element. */
static void
html_text_pop(struct html_text *html)
{
	struct html_open *open = &html->open[html->depth];
	enum html_element_id id = open->id;

	if (html->link == html->depth)
		html_text_end_link(html);
	if (!open->is_dead) {
		html->last[open->bucket] = open->before;
		html_text_break(html, id);
		if (id == HTML_ELEMENT_LI)
			html_layout_mark(&html->layout, (struct text){NULL, 0});
		if (id == HTML_ELEMENT_Q)
			html_layout_put(&html->layout, TEXT("\""));
	}
	html->depth--;
	html_text_show_view(html);
}

/* Ends the element at the place, and all inside of it. */
static void
html_text_pop_to(struct html_text *html, size_t place)
{
	while (html->depth >= place && html->depth > 0)
		html_text_pop(html);
}

/* Ends an element whose contents go on; it is the last one in its bucket. */
static void
html_text_kill(struct html_text *html, size_t place)
{
	struct html_open *open = &html->open[place];

	html->last[open->bucket] = open->before;
	open->is_dead = true;
	if (html->link == place)
		html_text_end_link(html);
	for (size_t i = place; i <= html->depth && open->has_view; i++)
		html_text_make_view(html, i);
	html_text_show_view(html);
}

static void
html_text_push(struct html_text *html, const struct html_tag *tag)
{
	unsigned flags = html_element_flags(tag->id);

	/* tolerance: html-depth-limit */
	if (html->depth == HTML_TEXT_DEPTH_MAX) {
		html->overflow++;
		html->facts.truncated = true;
		return;
	}
	uint16_t place = ++html->depth;
	struct html_open *open = &html->open[place];
	*open = html->open[place - 1];
	open->id = (uint16_t)tag->id;
	open->name_hash = tag->name_hash;
	open->bucket = html_text_bucket(tag->id, tag->name_hash);
	open->before = html->last[open->bucket];
	html->last[open->bucket] = place;
	if ((flags & HTML_IS_SPECIAL) != 0)
		open->special = place;
	if ((flags & HTML_IS_SCOPE) != 0)
		open->scope = place;
	if (tag->id == HTML_ELEMENT_TABLE)
		open->table = place;
	open->items = 0;
	open->is_dead = open->is_link = false;
	open->hides = html_text_is_hidden(tag);
	open->style = tag->style;
	if ((flags & HTML_IS_PRE) != 0 && open->style.keeps_space == HTML_SETTING_NONE)
		open->style.keeps_space = HTML_SETTING_ON;
	open->has_view = open->hides || open->style.zero_font != HTML_SETTING_NONE ||
			 open->style.invisible != HTML_SETTING_NONE ||
			 open->style.keeps_space != HTML_SETTING_NONE;
	html_text_make_view(html, place);
	html_text_show_view(html);
	html->layout.skips_line_end = (flags & HTML_IS_PRE) != 0;
}

static uint16_t
html_text_largest(uint16_t a, uint16_t b)
{
	return a > b ? a : b;
}

/* Ends the element of that name if it is open behind a place. */
static void
html_text_close(struct html_text *html, enum html_element_id id, uint16_t behind)
{
	if (html->last[id] > behind)
		html_text_pop_to(html, html->last[id]);
}

/* What ends because this one begins. */
static void
html_text_close_implied(struct html_text *html, enum html_element_id id)
{
	static const enum html_element_id sections[] = {HTML_ELEMENT_CAPTION, HTML_ELEMENT_COLGROUP,
	    HTML_ELEMENT_TBODY, HTML_ELEMENT_TFOOT, HTML_ELEMENT_THEAD};
	uint16_t scope = html->open[html->depth].scope, table = html->open[html->depth].table;
	const uint16_t *last = html->last;
	unsigned flags = html_element_flags(id);

	if ((flags & HTML_IS_CLOSES_P) != 0)
		html_text_close(html, HTML_ELEMENT_P, scope);
	if (id == HTML_ELEMENT_LI) {
		uint16_t list = html_text_largest(last[HTML_ELEMENT_UL], last[HTML_ELEMENT_OL]);
		html_text_close(html, HTML_ELEMENT_LI, html_text_largest(scope, list));
	} else if (id == HTML_ELEMENT_DD || id == HTML_ELEMENT_DT) {
		uint16_t list = html_text_largest(scope, last[HTML_ELEMENT_DL]);
		html_text_close(html, HTML_ELEMENT_DD, list);
		html_text_close(html, HTML_ELEMENT_DT, list);
	} else if (id == HTML_ELEMENT_OPTION || id == HTML_ELEMENT_OPTGROUP) {
		html_text_close(html, HTML_ELEMENT_OPTION, scope);
	} else if ((flags & HTML_IS_TABLE_PART) != 0) {
		html_text_close(html, HTML_ELEMENT_TD, table);
		html_text_close(html, HTML_ELEMENT_TH, table);
		if (id == HTML_ELEMENT_TD || id == HTML_ELEMENT_TH)
			return;
		html_text_close(html, HTML_ELEMENT_TR, table);
		for (size_t i = 0; i < 5 && id != HTML_ELEMENT_TR; i++)
			html_text_close(html, sections[i], table);
	} else if (id == HTML_ELEMENT_A && last[id] > scope) {
		html_text_kill(html, last[id]);
	}
}

/* --- Tags --------------------------------------------------------------------------------------- */

/* The text of an attribute. */
static void
html_text_put_label(struct html_text *html, struct text label)
{
	for (size_t i = 0; i < label.size;) {
		size_t size = utf8_sequence_length(label, i);
		if (size > 0)
			html_layout_put(&html->layout, text_slice(label, i, i + size));
		i += size > 0 ? size : 1;
	}
}

/* An element that is never open. */
static void
html_text_take_void(struct html_text *html, const struct html_tag *tag)
{
	struct text type = text_from_string(tag->type);
	bool was_hidden = html->layout.is_hidden;
	bool is_button = text_is_equal(type, TEXT("submit")) ||
			 text_is_equal(type, TEXT("button")) ||
			 text_is_equal(type, TEXT("reset")) || text_is_equal(type, TEXT("image"));

	if (tag->id == HTML_ELEMENT_BR) {
		html_layout_line(&html->layout);
		return;
	}
	if (tag->id == HTML_ELEMENT_HR) {
		html_layout_break(&html->layout, 2);
		return;
	}
	html->layout.is_hidden |= html_text_is_hidden(tag) ||
				  tag->style.zero_font == HTML_SETTING_ON ||
				  tag->style.invisible == HTML_SETTING_ON;
	if (tag->id == HTML_ELEMENT_IMG || tag->id == HTML_ELEMENT_AREA ||
	    (tag->id == HTML_ELEMENT_INPUT && is_button))
		html_text_put_label(html, html_tag_label(tag));
	if (tag->id == HTML_ELEMENT_AREA && tag->address.size > 0) {
		html_layout_begin_link(&html->layout);
		html_layout_end_link(&html->layout, html_tag_address(tag));
	}
	html->layout.is_hidden = was_hidden;
}

static void
html_text_begin_item(struct html_text *html)
{
	uint16_t list = html_text_largest(html->last[HTML_ELEMENT_OL], html->last[HTML_ELEMENT_UL]);
	struct html_open *open = &html->open[list];
	char marker[HTML_LAYOUT_MARKER_MAX] = "* ";
	int size = 2;

	if (list > 0 && open->id == HTML_ELEMENT_OL && open->items < UINT16_MAX)
		size = snprintf(marker, sizeof marker, "%u. ", (unsigned)++open->items);
	html_layout_mark(&html->layout, (struct text){marker, (size_t)size});
}

/* What an element that is seen does in front of its text. */
static void
html_text_open_line(struct html_text *html, enum html_element_id id)
{
	html_text_break(html, id);
	if (id == HTML_ELEMENT_TD || id == HTML_ELEMENT_TH)
		html_layout_cell(&html->layout);
	if (id == HTML_ELEMENT_LI)
		html_text_begin_item(html);
}

static void
html_text_begin_link(struct html_text *html, const struct html_tag *tag)
{
	struct text address = text_trim(html_tag_address(tag));

	if (html->link > 0)
		html_text_end_link(html);
	if (address.size == 0 || address.data[0] == '#')
		return;
	html->facts.links++;
	html->address = tag->address;
	html->link = html->depth;
	html_layout_begin_link(&html->layout);
}

static void
html_text_begin(struct html_text *html, const struct html_tag *tag)
{
	unsigned flags = html_element_flags(tag->id);
	bool is_in_svg = html->last[HTML_ELEMENT_SVG] > 0 || html->last[HTML_ELEMENT_MATH] > 0;

	html_text_close_implied(html, tag->id);
	if ((flags & HTML_IS_VOID) != 0) {
		html_text_take_void(html, tag);
		return;
	}
	if (tag->id == HTML_ELEMENT_BODY && html->last[tag->id] > 0)
		return;
	if (!html_text_is_hidden(tag))
		html_text_open_line(html, tag->id);
	if (tag->is_self_closing && is_in_svg && tag->id == HTML_ELEMENTS)
		return;
	uint16_t depth = html->depth;
	html_text_push(html, tag);
	if (tag->id == HTML_ELEMENT_A && html->depth > depth)
		html_text_begin_link(html, tag);
	if (tag->id == HTML_ELEMENT_Q)
		html_layout_put(&html->layout, TEXT("\""));
}

/* The place of an open element of the tag's name; 0: none is at hand. */
static uint16_t
html_text_find(const struct html_text *html, const struct html_tag *tag)
{
	uint16_t place = html->last[html_text_bucket(tag->id, tag->name_hash)];

	for (int i = 0; place > 0 && i < HTML_TEXT_CHAIN_MAX; i++) {
		if (html->open[place].name_hash == tag->name_hash)
			return place;
		place = html->open[place].before;
	}
	return 0;
}

static void
html_text_end(struct html_text *html, const struct html_tag *tag)
{
	const struct html_open *top = &html->open[html->depth];
	unsigned flags = html_element_flags(tag->id);
	uint16_t place = html_text_find(html, tag), behind = top->special;

	if (html->overflow > 0) {
		html->overflow--;
		html_text_break(html, tag->id);
		return;
	}
	if (tag->id == HTML_ELEMENT_BR) {
		html_layout_line(&html->layout);
		return;
	}
	if (tag->id == HTML_ELEMENT_P && place <= top->scope)
		html_text_break(html, tag->id);
	if (tag->id == HTML_ELEMENT_BODY || (flags & HTML_IS_VOID) != 0)
		return;
	if (tag->id == HTML_ELEMENT_TABLE)
		behind = 0;
	else if ((flags & HTML_IS_TABLE_PART) != 0)
		behind = top->table;
	else if ((flags & HTML_IS_SCOPE) != 0)
		behind = top->scope > 0 ? (uint16_t)(top->scope - 1) : 0;
	else if ((flags & (HTML_IS_SPECIAL | HTML_IS_FORMATTING)) != 0)
		behind = top->scope;
	if (tag->id == HTML_ELEMENT_LI)
		behind = html_text_largest(behind,
		    html_text_largest(html->last[HTML_ELEMENT_UL], html->last[HTML_ELEMENT_OL]));
	if (place <= behind)
		return;
	if ((flags & HTML_IS_FORMATTING) != 0 && place < top->special)
		html_text_kill(html, place);
	else
		html_text_pop_to(html, place);
}

/* --- The stream --------------------------------------------------------------------------------- */

size_t
html_text_take(struct html_text *html, struct text *input, bool is_last, char *out, size_t size)
{
	struct html_layout *layout = &html->layout;
	struct html_tokenizer *tokenizer = &html->tokenizer;
	struct text text;

	REQUIRE(size >= HTML_TEXT_OUT_MIN);
	layout->out = out;
	layout->used = 0;
	while (size - layout->used >= HTML_TEXT_STEP && !html->is_finished) {
		enum html_token token = html_token_next(tokenizer, input, is_last, &text);
		if (token == HTML_TOKEN_TEXT) {
			html_layout_put(layout, text);
		} else if (token == HTML_TOKEN_TAG) {
			html_layout_end(layout);
			if (tokenizer->tag.is_end)
				html_text_end(html, &tokenizer->tag);
			else
				html_text_begin(html, &tokenizer->tag);
		} else if (is_last) {
			html_text_pop_to(html, 1);
			html_layout_finish(layout);
			html->is_finished = true;
		} else {
			break;
		}
	}
	return layout->used;
}

struct html_text_facts
html_text_facts(const struct html_text *html)
{
	struct html_text_facts facts = html->facts;

	facts.hides_text = html->layout.hides_text;
	facts.truncated |= html->tokenizer.truncated;
	return facts;
}
