/*
 * Diagnostics as text with a caret, and as JSON; see diagnostic_report.h. Lines are counted while
 * the list is walked, once over the source.
 */
#include "rehearse/diagnostic_report.h"

#include "base/utf8.h"

enum { REPORT_COLUMNS_PLAIN = 120, REPORT_TAB = 8, REPORT_WIDTH_MIN = 30, REPORT_LINE_MAX = 4096 };

static const char *const report_levels[] = {"error", "warning", "note"};

/* Where the walk over the source is. */
struct report_place {
	struct text source;
	size_t start; /* of the line */
	unsigned line;
};

/* Moves to the line that holds the byte. */
static void
diagnostic_report_seek(struct report_place *place, size_t offset)
{
	for (;;) {
		size_t end = text_find_byte(place->source, place->start, '\n');
		if (end >= offset || end == place->source.size)
			return;
		place->start = end + 1;
		place->line++;
	}
}

struct report_range {
	uint32_t first, last;
};

static bool
diagnostic_report_is_in(const struct report_range *ranges, size_t count, uint32_t code)
{
	for (size_t i = 0; i < count; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* Columns that a character takes on a terminal. */
static unsigned
diagnostic_report_width(uint32_t code)
{
	static const struct report_range none[] = {
	    {0x300, 0x36f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}};
	static const struct report_range two[] = {{0x1100, 0x115f}, {0x2e80, 0x303e},
	    {0x3041, 0xa4cf}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f},
	    {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff},
	    {0x20000, 0x3fffd}};

	if (code < 0x300)
		return 1;
	if (diagnostic_report_is_in(none, sizeof none / sizeof *none, code))
		return 0;
	return diagnostic_report_is_in(two, sizeof two / sizeof *two, code) ? 2 : 1;
}

/* One character of a line: its bytes and its columns, when it begins in that column. */
static size_t
diagnostic_report_character(struct text line, size_t at, unsigned column, unsigned *width_out)
{
	size_t length = utf8_sequence_length(line, at);

	*width_out = 1;
	if (length == 0)
		return 1;
	if (line.data[at] == '\t')
		*width_out = REPORT_TAB - column % REPORT_TAB;
	else
		*width_out = diagnostic_report_width(utf8_parse(text_slice(line, at, at + length)));
	return length;
}

static void
diagnostic_report_gutter(struct buffer *out, const struct terminal *terminal, unsigned line)
{
	char number[32];
	struct buffer gutter;

	buffer_init_lent(&gutter, number, sizeof number, sizeof number);
	if (line > 0)
		buffer_append_format(&gutter, "%5u | ", line);
	else
		buffer_append(&gutter, TEXT("      | "));
	terminal_append(out, terminal, TERMINAL_FAINT, buffer_text(&gutter));
}

/* The part of a line that is shown, and the columns of the span in it. */
struct report_view {
	size_t from, to;            /* bytes of the line */
	unsigned caret, caret_size; /* columns */
	bool is_cut_before, is_cut_behind;
};

/* Columns of line[from, to). */
static unsigned
diagnostic_report_columns(struct text line, size_t from, size_t to)
{
	unsigned column = 0, width;

	for (size_t at = from; at < to && at < line.size; column += width)
		at += diagnostic_report_character(line, at, column, &width);
	return column;
}

/* The end of what fits into so many columns. */
static size_t
diagnostic_report_fit(struct text line, size_t from, unsigned columns)
{
	unsigned column = 0, width;
	size_t at = from;

	while (at < line.size) {
		size_t length = diagnostic_report_character(line, at, column, &width);
		if (column + width > columns)
			break;
		column += width;
		at += length;
	}
	return at;
}

/* Where a view of so many columns before the byte begins. */
static size_t
diagnostic_report_back(struct text line, size_t at, unsigned columns)
{
	size_t from = at > columns ? at - columns : 0;

	/* Not inside of a character. */
	while (from < at && ((unsigned char)line.data[from] & 0xc0) == 0x80)
		from++;
	return from;
}

static struct report_view
diagnostic_report_see(struct text line, size_t at, size_t size, unsigned columns)
{
	struct report_view view = {0};

	/* Only what is near can be seen: a line may have millions of bytes. */
	bool is_short = line.size <= REPORT_LINE_MAX &&
			diagnostic_report_columns(line, 0, line.size) <= columns;
	if (!is_short &&
	    diagnostic_report_columns(line, diagnostic_report_back(line, at, REPORT_LINE_MAX), at) +
		    10 >
		columns)
		view.from = diagnostic_report_back(line, at, columns / 2);
	view.is_cut_before = view.from > 0;
	unsigned room = columns - (view.is_cut_before ? 4 : 0);
	view.to = is_short ? line.size : diagnostic_report_fit(line, view.from, room - 4);
	view.is_cut_behind = view.to < line.size;
	view.caret = diagnostic_report_columns(line, view.from, at) + (view.is_cut_before ? 4 : 0);
	size_t end = at + size < view.to ? at + size : view.to;
	view.caret_size = end > at ? diagnostic_report_columns(line, view.from, end) -
					 diagnostic_report_columns(line, view.from, at)
				   : 1;
	if (view.caret_size == 0)
		view.caret_size = 1;
	return view;
}

static void
diagnostic_report_line(struct buffer *out, const struct terminal *terminal, struct text line,
    const struct report_view *view)
{
	unsigned column = 0, width;

	if (view->is_cut_before)
		terminal_append(out, terminal, TERMINAL_FAINT, TEXT("... "));
	for (size_t at = view->from, length; at < view->to; at += length, column += width) {
		length = diagnostic_report_character(line, at, column, &width);
		if (line.data[at] == '\t')
			buffer_append_format(out, "%*s", (int)width, "");
		else
			terminal_append(
			    out, terminal, TERMINAL_PLAIN, text_slice(line, at, at + length));
	}
	if (view->is_cut_behind)
		terminal_append(out, terminal, TERMINAL_FAINT, TEXT(" ..."));
	buffer_append_byte(out, '\n');
}

static void
diagnostic_report_caret(struct buffer *out, const struct terminal *terminal,
    enum terminal_style style, const struct report_view *view)
{
	char marks[256];
	unsigned size = view->caret_size < sizeof marks ? view->caret_size : sizeof marks;

	for (unsigned i = 0; i < size; i++)
		marks[i] = i == 0 ? '^' : '~';
	buffer_append_format(out, "%*s", (int)view->caret, "");
	terminal_append(out, terminal, style, (struct text){marks, size});
	buffer_append_byte(out, '\n');
}

/* Words in lines of so many columns, each behind the gutter. */
static void
diagnostic_report_advice(
    struct buffer *out, const struct terminal *terminal, struct text advice, unsigned columns)
{
	bool is_first = true;

	while (advice.size > 0) {
		size_t end = diagnostic_report_fit(advice, 0, columns - 6);
		size_t cut = end;
		if (end < advice.size) {
			while (cut > 0 && advice.data[cut] != ' ')
				cut--;
			cut = cut > 0 ? cut : end;
		}
		diagnostic_report_gutter(out, terminal, 0);
		if (is_first)
			terminal_append(out, terminal, TERMINAL_GOOD, TEXT("help: "));
		else
			buffer_append(out, TEXT("      "));
		terminal_append(out, terminal, TERMINAL_PLAIN, text_slice(advice, 0, cut));
		buffer_append_byte(out, '\n');
		advice = text_slice(
		    advice, cut + (cut < advice.size && advice.data[cut] == ' '), advice.size);
		is_first = false;
	}
}

static void
diagnostic_report_one(struct buffer *out, const struct terminal *terminal, struct text name,
    const struct report_place *place, const struct diagnostic *item)
{
	static const enum terminal_style styles[] = {TERMINAL_BAD, TERMINAL_WARN, TERMINAL_STRONG};
	enum diagnostic_level level = diagnostic_level(item->code);
	size_t end = text_find_byte(place->source, place->start, '\n');
	struct text line = text_slice(place->source, place->start, end);
	size_t at = item->offset - place->start;
	unsigned columns =
	    terminal->is_terminal ? terminal->columns : (unsigned)REPORT_COLUMNS_PLAIN;

	columns = columns > REPORT_WIDTH_MIN + 9 ? columns - 9 : REPORT_WIDTH_MIN;
	if (line.size > 0 && line.data[line.size - 1] == '\r')
		line.size--;
	at = at < line.size ? at : line.size;
	terminal_append(out, terminal, TERMINAL_STRONG, name);
	buffer_append_format(out, ":%u:%zu: ", place->line, item->offset - place->start + 1);
	terminal_append(out, terminal, styles[level], text_from_string(report_levels[level]));
	buffer_append(out, TEXT(": "));
	terminal_append(out, terminal, TERMINAL_STRONG, item->message);
	buffer_append_format(out, " [%s]\n", diagnostic_word(item->code));
	struct report_view view = diagnostic_report_see(line, at, item->size, columns);
	diagnostic_report_gutter(out, terminal, place->line);
	diagnostic_report_line(out, terminal, line, &view);
	diagnostic_report_gutter(out, terminal, 0);
	diagnostic_report_caret(out, terminal, styles[level], &view);
	diagnostic_report_advice(out, terminal, item->advice, columns);
}

void
diagnostic_report_text(struct buffer *out, const struct terminal *terminal, struct text name,
    struct text source, const struct diagnostics *list, bool has_notes)
{
	struct report_place place = {source, 0, 1};

	for (size_t i = 0; i < list->count; i++) {
		const struct diagnostic *item = &list->items[i];
		if (!has_notes && diagnostic_level(item->code) == DIAGNOSTIC_NOTE)
			continue;
		diagnostic_report_seek(&place, item->offset);
		diagnostic_report_one(out, terminal, name, &place, item);
		buffer_append_byte(out, '\n');
	}
	size_t dropped = list->dropped[DIAGNOSTIC_ERROR] + list->dropped[DIAGNOSTIC_WARNING] +
			 list->dropped[DIAGNOSTIC_NOTE];
	if (dropped > 0) {
		terminal_append(out, terminal, TERMINAL_STRONG, name);
		buffer_append_format(out, ": %zu more, not shown\n\n", dropped);
	}
}

void
diagnostic_report_json(struct json_writer *json, struct text name, struct text source,
    const struct diagnostics *list, bool has_notes)
{
	struct report_place place = {source, 0, 1};

	for (size_t i = 0; i < list->count; i++) {
		const struct diagnostic *item = &list->items[i];
		enum diagnostic_level level = diagnostic_level(item->code);
		if (!has_notes && level == DIAGNOSTIC_NOTE)
			continue;
		diagnostic_report_seek(&place, item->offset);
		json_begin_object(json);
		json_member_text(json, "file", name);
		json_member_integer(json, "line", place.line);
		json_member_integer(json, "column", (int64_t)(item->offset - place.start + 1));
		json_member_integer(json, "size", item->size);
		json_member_text(json, "level", text_from_string(report_levels[level]));
		json_member_text(json, "code", text_from_string(diagnostic_word(item->code)));
		json_member_text(json, "message", item->message);
		json_member_text(json, "advice", item->advice);
		json_end_object(json);
	}
}
