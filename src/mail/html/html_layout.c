/*
 * The setting of text (see html_layout.h). Breaks and gaps are wishes until a character that is seen
 * comes: so white space at the edges of blocks, empty cells and empty items write nothing.
 */
#include "mail/html/html_layout.h"

#include <string.h>

enum { HTML_LAYOUT_LINES_MAX = 2, HTML_LAYOUT_WIDE_FIRST = 0x250 };

struct html_range {
	uint32_t first, last;
};

void
html_layout_init(struct html_layout *layout)
{
	layout->ended = HTML_LAYOUT_LINES_MAX;
}

/* --- Writing ------------------------------------------------------------------------------------ */

static void
html_layout_write(struct html_layout *layout, const char *bytes, size_t size)
{
	memcpy(layout->out + layout->used, bytes, size);
	layout->used += size;
}

static void
html_layout_write_line_end(struct html_layout *layout)
{
	html_layout_write(layout, "\n", 1);
	layout->ended += layout->ended < HTML_LAYOUT_LINES_MAX;
}

/* What is wanted in front of the next character. */
static void
html_layout_settle(struct html_layout *layout)
{
	while (layout->ended < layout->lines)
		html_layout_write_line_end(layout);
	if (layout->ended == 0 && layout->gap != HTML_GAP_NONE)
		html_layout_write(layout, layout->gap == HTML_GAP_CELL ? "\t" : " ", 1);
	if (layout->marker_size > 0)
		html_layout_write(layout, layout->marker, layout->marker_size);
	layout->marker_size = layout->lines = layout->ended = 0;
	layout->gap = HTML_GAP_NONE;
	layout->is_begun = true;
}

static void
html_layout_record(struct html_layout *layout, const char *bytes, size_t size)
{
	if (!layout->is_recording)
		return;
	layout->is_record_cut |= size > sizeof layout->record - layout->record_size;
	if (layout->is_record_cut)
		return;
	memcpy(layout->record + layout->record_size, bytes, size);
	layout->record_size += size;
}

/* Bytes that are seen. */
static void
html_layout_show(struct html_layout *layout, const char *bytes, size_t size)
{
	if (layout->is_hidden) {
		layout->hides_text = true;
		return;
	}
	if (layout->gap != HTML_GAP_NONE && layout->ended == 0 && layout->lines == 0)
		html_layout_record(layout, " ", layout->record_size > 0);
	html_layout_settle(layout);
	html_layout_write(layout, bytes, size);
	html_layout_record(layout, bytes, size);
}

/* --- White space -------------------------------------------------------------------------------- */

static void
html_layout_forget_joiner(struct html_layout *layout)
{
	layout->joiner = 0;
	layout->is_behind_wide = false;
}

static void
html_layout_keep_space(struct html_layout *layout, char byte)
{
	bool is_line_end = byte == '\n' || byte == '\r';
	bool is_skipped = layout->skips_line_end || (byte == '\n' && layout->has_return);

	layout->has_return = byte == '\r';
	layout->skips_line_end = false;
	if (!is_line_end) {
		html_layout_settle(layout);
		html_layout_write(layout, byte == '\t' ? "\t" : " ", 1);
	} else if (!is_skipped && layout->is_begun) {
		html_layout_write_line_end(layout);
		layout->gap = HTML_GAP_NONE;
	}
}

static void
html_layout_put_space(struct html_layout *layout, char byte)
{
	html_layout_forget_joiner(layout);
	if (layout->is_hidden)
		return;
	if (layout->keeps_space)
		html_layout_keep_space(layout, byte);
	else if (layout->gap == HTML_GAP_NONE)
		layout->gap = HTML_GAP_BLANK;
}

/* --- Characters --------------------------------------------------------------------------------- */

static bool
html_layout_is_in(const struct html_range *ranges, size_t count, uint32_t character)
{
	for (size_t i = 0; i < count && character >= ranges[i].first; i++)
		if (character <= ranges[i].last)
			return true;
	return false;
}

/* Controls, and what Unicode calls default ignorable. tolerance: html-invisible */
static bool
html_layout_is_invisible(uint32_t character)
{
	static const struct html_range ranges[] = {{0x80, 0x9F}, {0xAD, 0xAD}, {0x34F, 0x34F},
	    {0x61C, 0x61C}, {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x200B, 0x200B},
	    {0x200E, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},
	    {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF9, 0xFFFB}, {0x1D173, 0x1D17A},
	    {0xE0000, 0xE007F}};

	return html_layout_is_in(ranges, sizeof ranges / sizeof ranges[0], character);
}

/* Joiners and variation selectors: they mean something between letters of some scripts, and emoji. */
static bool
html_layout_is_joiner(uint32_t character)
{
	static const struct html_range ranges[] = {
	    {0x200C, 0x200D}, {0xFE00, 0xFE0F}, {0xE0100, 0xE01EF}};

	return html_layout_is_in(ranges, sizeof ranges / sizeof ranges[0], character);
}

static void
html_layout_put_wide(struct html_layout *layout, struct text bytes)
{
	uint32_t character = utf8_parse(bytes);
	char joiner[UTF8_SEQUENCE_MAX];

	/* tolerance: html-blank: no-break space, next line, line and paragraph separator. */
	if (character == 0xA0 || character == 0x85 || character == 0x2028 || character == 0x2029) {
		html_layout_put_space(layout, ' ');
	} else if (html_layout_is_joiner(character)) {
		layout->joiner = layout->is_behind_wide ? character : 0;
	} else if (!html_layout_is_invisible(character)) {
		bool is_wide = character >= HTML_LAYOUT_WIDE_FIRST;
		if (layout->joiner != 0 && is_wide)
			html_layout_show(layout, joiner, utf8_format(layout->joiner, joiner));
		html_layout_show(layout, bytes.data, bytes.size);
		layout->joiner = 0;
		layout->is_behind_wide = is_wide;
	}
	layout->has_return = layout->skips_line_end = false;
}

/* The held bytes begin no character. */
static void
html_layout_put_broken(struct html_layout *layout)
{
	if (layout->held_size == 0)
		return;
	layout->held_size = 0;
	html_layout_put_wide(layout, TEXT("\xEF\xBF\xBD"));
}

/* A byte above 127. */
static void
html_layout_put_byte(struct html_layout *layout, char byte)
{
	unsigned char lead = (unsigned char)byte;
	bool is_continuation = (lead & 0xC0) == 0x80;

	if (!is_continuation || layout->held_size == 0)
		html_layout_put_broken(layout);
	layout->held[layout->held_size++] = byte;
	lead = (unsigned char)layout->held[0];
	size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
	struct text sequence = {layout->held, layout->held_size};
	if (lead < 0xC2 || lead > 0xF4) {
		html_layout_put_broken(layout);
	} else if (layout->held_size == size) {
		if (utf8_sequence_length(sequence, 0) != size) {
			html_layout_put_broken(layout);
			return;
		}
		layout->held_size = 0;
		html_layout_put_wide(layout, sequence);
	}
}

/* The number of bytes at the front that are printable ASCII. */
static size_t
html_layout_plain_size(struct text text)
{
	size_t size = 0;

	while (size < text.size && text.data[size] > ' ' && text.data[size] < 0x7F)
		size++;
	return size;
}

void
html_layout_put(struct html_layout *layout, struct text text)
{
	while (text.size > 0) {
		size_t taken = html_layout_plain_size(text);
		if (taken > 0) {
			html_layout_put_broken(layout);
			html_layout_forget_joiner(layout);
			html_layout_show(layout, text.data, taken);
			layout->has_return = layout->skips_line_end = false;
		} else if ((unsigned char)text.data[taken++] >= 0x80) {
			html_layout_put_byte(layout, text.data[0]);
		} else {
			html_layout_put_broken(layout);
			/* tolerance: html-invisible: other controls, NUL too, are nothing. */
			if (text_is_space(text.data[0]))
				html_layout_put_space(layout, text.data[0]);
		}
		text = text_slice(text, taken, text.size);
	}
}

void
html_layout_end(struct html_layout *layout)
{
	html_layout_put_broken(layout);
}

/* --- Structure ---------------------------------------------------------------------------------- */

void
html_layout_break(struct html_layout *layout, unsigned lines)
{
	html_layout_forget_joiner(layout);
	if (layout->is_hidden)
		return;
	if (layout->lines < lines)
		layout->lines = lines;
	layout->gap = HTML_GAP_NONE;
}

void
html_layout_line(struct html_layout *layout)
{
	unsigned lines = layout->lines > layout->ended ? layout->lines : layout->ended;

	html_layout_break(layout, lines < HTML_LAYOUT_LINES_MAX ? lines + 1 : lines);
}

void
html_layout_cell(struct html_layout *layout)
{
	html_layout_forget_joiner(layout);
	if (!layout->is_hidden)
		layout->gap = HTML_GAP_CELL;
}

void
html_layout_mark(struct html_layout *layout, struct text marker)
{
	if (layout->is_hidden)
		return;
	layout->marker_size =
	    marker.size < sizeof layout->marker ? marker.size : sizeof layout->marker;
	if (layout->marker_size > 0)
		memcpy(layout->marker, marker.data, layout->marker_size);
}

/* --- Links -------------------------------------------------------------------------------------- */

void
html_layout_begin_link(struct html_layout *layout)
{
	layout->is_recording = true;
	layout->is_record_cut = false;
	layout->record_size = 0;
}

/* An address on one line and between angle brackets; `out` holds HTML_TEXT_VALUE_MAX bytes. */
static struct text
html_layout_clean_address(struct text address, char *out)
{
	size_t used = 0;

	address = text_trim(address);
	for (size_t i = 0; i < address.size; i++) {
		const char *bytes = address.data + i;
		bool is_escaped = *bytes == ' ' || *bytes == '<' || *bytes == '>';
		size_t taken = utf8_sequence_length(address, i), size = taken;
		if (is_escaped) {
			bytes = *bytes == ' ' ? "%20" : *bytes == '<' ? "%3C" : "%3E";
			size = 3;
		} else if ((unsigned char)*bytes < ' ' || *bytes == 0x7F) {
			size = 0;
		}
		if (size > HTML_TEXT_VALUE_MAX - used)
			break;
		memcpy(out + used, bytes, size);
		used += size;
		i += taken > 1 ? taken - 1 : 0;
	}
	return (struct text){out, used};
}

/* Is the text the address, perhaps without its scheme or a slash at its end? */
static bool
html_layout_is_same(struct text text, struct text address)
{
	static const char *const schemes[] = {
	    "http://", "https://", "mailto:", "tel:", "http://www.", "https://www."};

	if (text_has_suffix(address, TEXT("/")) && !text_has_suffix(text, TEXT("/")))
		address.size--;
	if (text_is_equal_nocase(text, address))
		return true;
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		struct text scheme = text_from_string(schemes[i]);
		if (text_has_prefix_nocase(address, scheme) &&
		    text_is_equal_nocase(text, text_slice(address, scheme.size, address.size)))
			return true;
	}
	return false;
}

void
html_layout_end_link(struct html_layout *layout, struct text address)
{
	char clean[HTML_TEXT_VALUE_MAX];
	struct text record = {layout->record, layout->record_size};

	layout->is_recording = false;
	html_layout_put_broken(layout);
	html_layout_forget_joiner(layout);
	address = html_layout_clean_address(address, clean);
	if (layout->is_hidden || address.size == 0 ||
	    (!layout->is_record_cut && html_layout_is_same(record, address)))
		return;
	/* Behind its text, whatever ended between them. */
	unsigned lines = layout->lines;
	bool is_behind_text = layout->record_size > 0 && layout->ended == 0;
	if (is_behind_text)
		layout->lines = 0;
	layout->gap = HTML_GAP_BLANK;
	html_layout_show(layout, "<", 1);
	html_layout_write(layout, address.data, address.size);
	html_layout_write(layout, ">", 1);
	if (is_behind_text)
		layout->lines = lines;
}

void
html_layout_finish(struct html_layout *layout)
{
	html_layout_put_broken(layout);
	if (layout->is_begun && layout->ended == 0)
		html_layout_write(layout, "\n", 1);
}
