/*
 * Lines, words, quotes and blocks of a file of rule tests; see rule_test_line.h. Every byte value
 * may stand anywhere; only LF ends a line, and the CR of a file with CRLF is a blank at the end of
 * the lines that are not inside a block.
 */
#include "rehearse/rule_test_line.h"

#include <stdint.h>

#include "base/utf8.h"

void
rule_test_line_init(
    struct rule_test_line *line, struct arena *arena, struct text file, struct text source)
{
	*line = (struct rule_test_line){.arena = arena, .file = file, .source = source};
}

/* tolerance: rule-test-crlf */
static bool
rule_test_line_is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

/* The next line with all its bytes but the LF. */
static bool
rule_test_line_take(struct rule_test_line *line)
{
	if (line->position >= line->source.size)
		return false;
	line->start = line->position;
	size_t end = text_find_byte(line->source, line->start, '\n');
	line->rest = text_slice(line->source, line->start, end);
	line->position = end < line->source.size ? end + 1 : end;
	line->number++;
	return true;
}

static void
rule_test_line_skip_blanks(struct rule_test_line *line)
{
	while (line->rest.size > 0 && rule_test_line_is_blank(line->rest.data[0]))
		line->rest = text_slice(line->rest, 1, line->rest.size);
}

bool
rule_test_line_next(struct rule_test_line *line)
{
	while (rule_test_line_take(line)) {
		while (line->rest.size > 0 &&
		       rule_test_line_is_blank(line->rest.data[line->rest.size - 1]))
			line->rest.size--;
		rule_test_line_skip_blanks(line);
		if (line->rest.size > 0 && line->rest.data[0] != '#')
			return true;
	}
	return false;
}

unsigned
rule_test_line_column(const struct rule_test_line *line)
{
	if (line->rest.data == NULL || line->source.data == NULL)
		return 1;
	return (unsigned)((uintptr_t)line->rest.data -
			  (uintptr_t)(line->source.data + line->start)) +
	       1;
}

bool
rule_test_line_refuse(
    const struct rule_test_line *line, struct error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	struct text what = arena_format_list(line->arena, format, arguments);
	va_end(arguments);
	return error_set(error, ERROR_INPUT, "%.*s:%u:%u: %.*s", TEXT_ARGUMENTS(line->file),
	    line->number, rule_test_line_column(line), TEXT_ARGUMENTS(what));
}

struct text
rule_test_line_word(struct rule_test_line *line)
{
	size_t size = 0;

	while (size < line->rest.size && !rule_test_line_is_blank(line->rest.data[size]))
		size++;
	struct text word = text_slice(line->rest, 0, size);
	line->rest = text_slice(line->rest, size, line->rest.size);
	rule_test_line_skip_blanks(line);
	return word;
}

/*
 * Appends what the escape at `position` (that of the backslash) stands for; the position behind it,
 * or 0 when it stands for nothing.
 */
static size_t
rule_test_line_escape(struct text text, size_t position, struct buffer *out)
{
	static const char letters[] = "nrt\\\"", bytes[] = "\n\r\t\\\"";
	char letter = position + 1 < text.size ? text.data[position + 1] : '\0';

	for (size_t i = 0; letter != '\0' && letters[i] != '\0'; i++) {
		if (letters[i] != letter)
			continue;
		buffer_append_byte(out, bytes[i]);
		return position + 2;
	}
	if (letter != 'x' || position + 3 >= text.size)
		return 0;
	int high = text_hex_value(text.data[position + 2]),
	    low = text_hex_value(text.data[position + 3]);
	if (high < 0 || low < 0)
		return 0;
	buffer_append_byte(out, (char)(high * 16 + low));
	return position + 4;
}

static bool
rule_test_line_refuse_escape(
    struct rule_test_line *line, struct text text, size_t position, struct error *error)
{
	line->rest = text_slice(text, position, text.size);
	return rule_test_line_refuse(line, error,
	    "there is no such escape; write \\n, \\r, \\t, \\\\, \\\" or \\xHH with two digits");
}

/* The text in quotes at the front of the rest. */
static bool
rule_test_line_quotes(struct rule_test_line *line, struct text *text_out, struct error *error)
{
	struct text whole = line->rest;
	struct buffer bytes;
	bool is_good = false;
	size_t i = 1;

	buffer_init(&bytes, whole.size);
	while (i > 0 && i < whole.size && whole.data[i] != '"') {
		if (whole.data[i] != '\\') {
			buffer_append_byte(&bytes, whole.data[i++]);
			continue;
		}
		size_t next = rule_test_line_escape(whole, i, &bytes);
		if (next == 0) {
			is_good = rule_test_line_refuse_escape(line, whole, i, error);
			goto out;
		}
		i = next;
	}
	if (i >= whole.size) {
		rule_test_line_refuse(
		    line, error, "this text has no closing quote; write \\\" for a quote inside");
		goto out;
	}
	*text_out = arena_copy_text(line->arena, buffer_text(&bytes));
	line->rest = text_slice(whole, i + 1, whole.size);
	is_good = true;
out:
	buffer_clear(&bytes);
	return is_good;
}

bool
rule_test_line_quoted_word(
    struct rule_test_line *line, const char *what, struct text *text_out, struct error *error)
{
	if (line->rest.size == 0)
		return rule_test_line_refuse(line, error, "expected %s", what);
	if (line->rest.data[0] != '"') {
		*text_out = rule_test_line_word(line);
		return true;
	}
	if (!rule_test_line_quotes(line, text_out, error))
		return false;
	if (line->rest.size > 0 && !rule_test_line_is_blank(line->rest.data[0]))
		return rule_test_line_refuse(line, error,
		    "a blank must follow the closing quote; write \\\" for a quote inside");
	rule_test_line_skip_blanks(line);
	return true;
}

bool
rule_test_line_end(struct rule_test_line *line, struct error *error)
{
	return line->rest.size == 0 ||
	       rule_test_line_refuse(line, error, "nothing is expected behind this; got \"%.*s\"",
		   TEXT_ARGUMENTS(text_slice(line->rest, 0, 60)));
}

bool
rule_test_line_argument(
    struct rule_test_line *line, const char *what, struct text *text_out, struct error *error)
{
	if (line->rest.size == 0)
		return rule_test_line_refuse(line, error, "expected %s", what);
	if (line->rest.data[0] == '"') {
		if (!rule_test_line_quotes(line, text_out, error))
			return false;
		if (line->rest.size > 0)
			return rule_test_line_refuse(line, error,
			    "nothing may follow the closing quote: put the whole of it in quotes, "
			    "with \\\" inside");
		return true;
	}
	*text_out = line->rest;
	line->rest = text_slice(line->rest, line->rest.size, line->rest.size);
	return true;
}

/* "<<WORD" stands next. */
static bool
rule_test_line_has_block(const struct rule_test_line *line)
{
	return text_has_prefix(line->rest, TEXT("<<"));
}

/* The lines up to the one that is the word, their line ends included. */
static bool
rule_test_line_block(struct rule_test_line *line, struct text *bytes_out, struct error *error)
{
	struct rule_test_line opening = *line;
	struct text word = text_slice(line->rest, 2, line->rest.size);

	if (word.size == 0 || text_find_byte(word, 0, ' ') < word.size ||
	    text_find_byte(word, 0, '\t') < word.size)
		return rule_test_line_refuse(line, error,
		    "behind << stands one word, and a line of this word alone ends the text: "
		    "<<END");
	size_t first = line->position;
	while (rule_test_line_take(line)) {
		struct text end = line->rest;
		if (text_has_suffix(end, TEXT("\r")))
			end.size--;
		if (!text_is_equal(end, word))
			continue;
		*bytes_out = text_slice(line->source, first, line->start);
		line->rest = text_slice(line->rest, line->rest.size, line->rest.size);
		return true;
	}
	return rule_test_line_refuse(&opening, error,
	    "no line \"%.*s\" ends this text before the file does",
	    TEXT_ARGUMENTS(text_slice(word, 0, 60)));
}

/* The bytes of a block with its escapes resolved; a backslash before a line end takes both away. */
static bool
rule_test_line_unescape(
    struct rule_test_line *line, unsigned first_line, struct text *bytes, struct error *error)
{
	struct rule_test_line here = *line;
	struct text whole = *bytes;
	struct buffer out;
	bool is_good = false;

	buffer_init(&out, whole.size);
	here.number = first_line;
	here.start = (size_t)(whole.data - line->source.data);
	for (size_t i = 0; i < whole.size;) {
		size_t next = i + 1;
		if (whole.data[i] != '\\')
			buffer_append_byte(&out, whole.data[i]);
		else if (next < whole.size && whole.data[next] == '\n')
			next++;
		else
			next = rule_test_line_escape(whole, i, &out);
		if (next == 0) {
			rule_test_line_refuse_escape(&here, whole, i, error);
			goto out;
		}
		if (whole.data[next - 1] == '\n') {
			here.number++;
			here.start = (size_t)(whole.data - line->source.data) + next;
		}
		i = next;
	}
	*bytes = arena_copy_text(line->arena, buffer_text(&out));
	is_good = true;
out:
	buffer_clear(&out);
	return is_good;
}

bool
rule_test_line_source(struct rule_test_line *line, const char *what,
    struct rule_test_source *source_out, struct error *error)
{
	struct rule_test_line before = *line;
	bool is_escaped = text_is_equal(rule_test_line_word(line), TEXT("escaped")) &&
			  rule_test_line_has_block(line);
	unsigned first_line = line->number + 1;

	if (!is_escaped)
		*line = before;
	if (!rule_test_line_has_block(line)) {
		source_out->form = RULE_TEST_SOURCE_FILE;
		return rule_test_line_argument(line, what, &source_out->text, error);
	}
	source_out->form = RULE_TEST_SOURCE_BYTES;
	if (!rule_test_line_block(line, &source_out->text, error))
		return false;
	return !is_escaped || source_out->text.size == 0 ||
	       rule_test_line_unescape(line, first_line, &source_out->text, error);
}

/* Whether the text stands for itself without quotes. */
static bool
rule_test_line_is_plain(struct text text, bool is_word)
{
	if (text.size == 0 || text.data[0] == '"' || text.data[0] == ' ' ||
	    text.data[text.size - 1] == ' ' || text_has_prefix(text, TEXT("<<")) ||
	    !utf8_is_valid(text))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		unsigned char byte = (unsigned char)text.data[i];
		if (byte < ' ' || byte == 0x7f || (byte == ' ' && is_word))
			return false;
		/* The control characters of C1. */
		if (byte == 0xc2 && (unsigned char)text.data[i + 1] < 0xa0)
			return false;
	}
	return true;
}

static void
rule_test_line_append_quoted(struct buffer *out, struct text text)
{
	bool is_utf8 = utf8_is_valid(text);

	/* The control characters of C1 are two bytes in UTF-8. */
	for (size_t i = 0; is_utf8 && i + 1 < text.size; i++)
		is_utf8 =
		    (unsigned char)text.data[i] != 0xc2 || (unsigned char)text.data[i + 1] >= 0xa0;
	buffer_append_byte(out, '"');
	for (size_t i = 0; i < text.size; i++) {
		unsigned char byte = (unsigned char)text.data[i];
		if (byte == '"' || byte == '\\')
			buffer_append_format(out, "\\%c", byte);
		else if (byte == '\n')
			buffer_append(out, TEXT("\\n"));
		else if (byte == '\r')
			buffer_append(out, TEXT("\\r"));
		else if (byte == '\t')
			buffer_append(out, TEXT("\\t"));
		else if (byte < ' ' || byte == 0x7f || (byte >= 0x80 && !is_utf8))
			buffer_append_format(out, "\\x%02x", byte);
		else
			buffer_append_byte(out, (char)byte);
	}
	buffer_append_byte(out, '"');
}

void
rule_test_line_append_argument(struct buffer *out, struct text text)
{
	if (rule_test_line_is_plain(text, false))
		buffer_append(out, text);
	else
		rule_test_line_append_quoted(out, text);
}

void
rule_test_line_append_word(struct buffer *out, struct text text)
{
	if (rule_test_line_is_plain(text, true))
		buffer_append(out, text);
	else
		rule_test_line_append_quoted(out, text);
}
