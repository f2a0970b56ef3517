/*
 * Text of mail made fit to be shown; see shown_text.h. system/terminal.h does the same for texts of ours,
 * without a word on what it leaves out; here a reader may need to know.
 */
#include "handle/shown_text.h"

#include "base/utf8.h"

static bool
shown_text_is_between(uint32_t code, const uint32_t (*ranges)[2], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (code >= ranges[i][0] && code <= ranges[i][1])
			return true;
	return false;
}

/* Embeddings, overrides and isolates, line and paragraph separators, tags. */
static bool
shown_text_is_deceptive(uint32_t code)
{
	static const uint32_t ranges[][2] = {
	    {0x2028, 0x202e}, {0x2066, 0x2069}, {0xe0000, 0xe007f}, {0xfff9, 0xfffb}};

	return shown_text_is_between(code, ranges, sizeof ranges / sizeof *ranges);
}

static size_t
shown_text_width(uint32_t code)
{
	static const uint32_t none[][2] = {{0x300, 0x36f}, {0x483, 0x489}, {0x591, 0x5bd},
	    {0x610, 0x61a}, {0x64b, 0x65f}, {0x93c, 0x93c}, {0x94d, 0x94d}, {0xe31, 0xe31},
	    {0xe34, 0xe3a}, {0xe47, 0xe4e}, {0x1ab0, 0x1aff}, {0x200b, 0x200f}, {0x20d0, 0x20ff},
	    {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}};
	static const uint32_t wide[][2] = {{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf},
	    {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60},
	    {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

	if (code < 0x300)
		return 1;
	if (shown_text_is_between(code, none, sizeof none / sizeof *none))
		return 0;
	return shown_text_is_between(code, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

/* One character; returns its columns. */
static size_t
shown_text_append_character(struct buffer *out, enum shown_form form, struct text character)
{
	unsigned char first = (unsigned char)character.data[0];

	if (first >= ' ' && first < 0x7f) {
		buffer_append_byte(out, (char)first);
		return 1;
	}
	if (utf8_sequence_length(character, 0) == 0) {
		buffer_append_byte(out, '?');
		return 1;
	}
	uint32_t code = utf8_parse(character);
	if (form == SHOWN_TEXT && (code == '\n' || code == '\t')) {
		buffer_append_byte(out, (char)code);
		return 1;
	}
	if (form == SHOWN_LINE && code < ' ' && text_is_space((char)code)) {
		buffer_append_byte(out, ' ');
		return 1;
	}
	if (code < ' ' || (code >= 0x7f && code < 0xa0)) {
		buffer_append_byte(out, '?');
		return 1;
	}
	if (shown_text_is_deceptive(code)) {
		buffer_append_format(out, "<U+%04X>", (unsigned)code);
		return 8;
	}
	buffer_append(out, character);
	return shown_text_width(code);
}

/* The character at that place; one byte where there is none. */
static struct text
shown_text_character(struct text text, size_t at)
{
	size_t length = (unsigned char)text.data[at] < 0x80 ? 1 : utf8_sequence_length(text, at);

	return text_slice(text, at, at + (length > 0 ? length : 1));
}

void
shown_text_append(struct buffer *out, enum shown_form form, struct text text)
{
	for (size_t at = 0; at < text.size && !buffer_is_overfull(out);) {
		struct text character = shown_text_character(text, at);
		at += character.size;
		if (character.data[0] == '\r' && at < text.size && text.data[at] == '\n')
			continue;
		shown_text_append_character(out, form, character);
	}
}

size_t
shown_text_append_cut(struct buffer *out, struct text text, size_t columns, bool is_utf8)
{
	struct text mark = is_utf8 ? TEXT("\xe2\x80\xa6") : TEXT("...");
	size_t mark_columns = is_utf8 ? 1 : 3, used = 0, kept_size = out->size, kept = 0;

	for (size_t at = 0; at < text.size && !buffer_is_overfull(out);) {
		struct text character = shown_text_character(text, at);
		at += character.size;
		used += shown_text_append_character(out, SHOWN_LINE, character);
		if (used > columns) {
			out->size = kept_size;
			if (columns < mark_columns)
				return kept;
			buffer_append(out, mark);
			return kept + mark_columns;
		}
		if (used + mark_columns <= columns) {
			kept_size = out->size;
			kept = used;
		}
	}
	return used;
}

size_t
shown_text_columns(struct text text)
{
	size_t columns = 0;

	for (size_t at = 0; at < text.size;) {
		struct text character = shown_text_character(text, at);
		at += character.size;
		columns += utf8_sequence_length(character, 0) == 0
			       ? 1
			       : shown_text_width(utf8_parse(character));
	}
	return columns;
}

void
shown_text_append_size(struct buffer *out, uint64_t bytes)
{
	static const char units[] = "KMGTPE";
	size_t unit = 0;
	double value = (double)bytes / 1024;

	if (bytes < 1024) {
		buffer_append_format(out, "%u B", (unsigned)bytes);
		return;
	}
	while (value >= 1023.95 && units[unit + 1] != '\0') {
		value /= 1024;
		unit++;
	}
	buffer_append_format(out, "%.1f %ciB", value, units[unit]);
}
