/*
 * Texts for people; see explain_text.h.
 */
#include "rehearse/explain_text.h"

enum { EXPLAIN_TEXT_CONTEXT = 40 }; /* bytes shown in front of a match that lies far inside */

static bool
explain_text_is_inside(struct text text, size_t at)
{
	return at < text.size && ((unsigned char)text.data[at] & 0xc0) == 0x80;
}

struct text
explain_text_cut(struct text text, size_t maximum)
{
	size_t size = maximum;

	if (maximum == 0 || text.size <= maximum)
		return text;
	while (size > 0 && maximum - size < 3 && explain_text_is_inside(text, size))
		size--;
	return text_slice(text, 0, size);
}

/* Line ends and tabs as the rules would write them; the rest as the terminal can bear it. */
static void
explain_text_append(struct buffer *out, const struct terminal *terminal, enum terminal_style style,
    struct text text)
{
	size_t from = 0;

	for (size_t i = 0; i <= text.size; i++) {
		bool is_end = i == text.size;
		if (!is_end && text.data[i] != '\n' && text.data[i] != '\t')
			continue;
		terminal_append(out, terminal, style, text_slice(text, from, i));
		if (!is_end)
			terminal_append(
			    out, terminal, style, text.data[i] == '\n' ? TEXT("\\n") : TEXT("\\t"));
		from = i + 1;
	}
}

static void
explain_text_append_rest(struct buffer *out, size_t bytes)
{
	if (bytes == 0)
		buffer_append_byte(out, '"');
	else
		buffer_append_format(out, "…\" (%zu more bytes)", bytes);
}

void
explain_text_quote(
    struct buffer *out, const struct terminal *terminal, struct text text, size_t maximum)
{
	struct text shown = explain_text_cut(text, maximum);

	buffer_append_byte(out, '"');
	explain_text_append(out, terminal, TERMINAL_PLAIN, shown);
	explain_text_append_rest(out, text.size - shown.size);
}

void
explain_text_quote_match(struct buffer *out, const struct terminal *terminal, struct text text,
    size_t from, size_t to, size_t maximum)
{
	size_t start = 0;

	if (maximum > 0 && text.size > maximum && from > EXPLAIN_TEXT_CONTEXT)
		start = from - EXPLAIN_TEXT_CONTEXT;
	while (start > 0 && start < from && explain_text_is_inside(text, start))
		start++;
	struct text found = text_slice(text, from, to);
	struct text shown = explain_text_cut(found, maximum);
	buffer_append(out, TEXT("\""));
	if (start > 0)
		buffer_append(out, TEXT("…"));
	explain_text_append(out, terminal, TERMINAL_PLAIN, text_slice(text, start, from));
	if (!terminal->has_colour)
		buffer_append(out, TEXT(">>"));
	explain_text_append(out, terminal, TERMINAL_FOUND, shown);
	if (shown.size < found.size)
		buffer_append_format(out, "…(%zu more)…", found.size - shown.size);
	if (!terminal->has_colour)
		buffer_append(out, TEXT("<<"));
	struct text rest = text_slice(text, to, text.size);
	size_t used = from - start + shown.size;
	size_t room = maximum > used + EXPLAIN_TEXT_CONTEXT ? maximum - used : EXPLAIN_TEXT_CONTEXT;
	struct text tail = explain_text_cut(rest, maximum == 0 ? 0 : room);
	explain_text_append(out, terminal, TERMINAL_PLAIN, tail);
	explain_text_append_rest(out, rest.size - tail.size);
}

void
explain_text_source(
    struct buffer *out, const struct terminal *terminal, struct text source, size_t maximum)
{
	struct text shown = explain_text_cut(source, maximum);
	struct text rest = shown;

	while (rest.size > 0) {
		struct text line = text_split(&rest, '\n');
		bool is_last = rest.size == 0;
		struct text trimmed = text_trim(line);
		if (!is_last && text_has_suffix(trimmed, TEXT("\\")))
			trimmed = text_trim(text_slice(trimmed, 0, trimmed.size - 1));
		terminal_append(out, terminal, TERMINAL_PLAIN, trimmed);
		if (!is_last)
			buffer_append_byte(out, ' ');
	}
	if (shown.size < source.size)
		buffer_append_format(out, "… (%zu more bytes)", source.size - shown.size);
}
