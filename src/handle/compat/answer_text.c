/*
 * What an answer says about a message; see answer_text.h.
 */
#include "handle/compat/answer_text.h"

#include <time.h>

#include "handle/shown_text.h"
#include "mail/encoded_word.h"
#include "mail/mail_date.h"
#include "mail/readable_text.h"

enum {
	ANSWER_TEXT_WIDTH = 76,
	ANSWER_TEXT_DATE_SIZE = 256,
	ANSWER_TEXT_VALUE_MAX = 65536,
};

struct text
answer_text_field(struct arena *arena, const struct message *message, struct text name)
{
	const struct header_field *field = message_find_field(message, name);
	struct buffer decoded, shown;

	if (field == NULL)
		return TEXT("");
	struct text body = header_unfold(arena, text_slice(field->body, 0, ANSWER_TEXT_VALUE_MAX));
	buffer_init(&decoded, 4 * body.size + 4096);
	encoded_word_decode(body, &decoded, NULL);
	buffer_init(&shown, 8 * decoded.size + 4096);
	shown_text_append(&shown, SHOWN_LINE, buffer_text(&decoded));
	struct text copy = arena_copy_text(arena, buffer_text(&shown));
	buffer_clear(&decoded);
	buffer_clear(&shown);
	return copy;
}

static struct text
answer_text_date(struct arena *arena, const struct message *message, struct text format)
{
	const struct header_field *field = message_find_field(message, TEXT("Date"));
	struct mail_date date;
	char shown[ANSWER_TEXT_DATE_SIZE];
	/* The format is the caller's own: what is in it harms nobody else. */
	size_t (*format_time)(char *, size_t, const char *, const struct tm *) = strftime;
	struct tm parts;

	if (field == NULL || !mail_date_parse(field->body, &date))
		return TEXT("");
	time_t seconds = (time_t)date.seconds;
	if (localtime_r(&seconds, &parts) == NULL)
		return TEXT("");
	size_t size = format_time(shown, sizeof shown, arena_copy_string(arena, format), &parts);
	return arena_copy_text(arena, (struct text){shown, size});
}

/* Behind a "%{": up to "}d"; false: it is something else. */
static bool
answer_text_take_date(struct text *rest, struct text *format_out)
{
	size_t end = text_find(*rest, 0, TEXT("}d"));

	if (!text_has_prefix(*rest, TEXT("{")) || end == rest->size)
		return false;
	*format_out = text_slice(*rest, 1, end);
	*rest = text_slice(*rest, end + 2, rest->size);
	return true;
}

void
answer_text_append_salutation(struct arena *arena, const struct message *message,
    struct text format, struct text sender, struct text sender_name, struct buffer *out)
{
	struct text date = TEXT("%a, %d %b %Y %H:%M:%S %z");

	while (format.size > 0) {
		bool has_percent = text_find_byte(format, 0, '%') < format.size;
		buffer_append(out, text_split(&format, '%'));
		if (!has_percent || format.size == 0)
			continue;
		struct text own;
		if (answer_text_take_date(&format, &own)) {
			buffer_append(out, answer_text_date(arena, message, own));
			continue;
		}
		char word = format.data[0];
		format = text_slice(format, 1, format.size);
		switch (word) {
		case 'n':
			buffer_append_byte(out, '\n');
			break;
		case 'f':
			buffer_append(out, sender);
			break;
		case 'F':
			buffer_append(out, sender_name);
			break;
		case 'd':
			buffer_append(out, answer_text_date(arena, message, date));
			break;
		case 'S':
			buffer_append(out, answer_text_field(arena, message, TEXT("Subject")));
			break;
		case 'i':
			buffer_append(out, answer_text_field(arena, message, TEXT("Message-ID")));
			break;
		case 'C':
			buffer_append(out, answer_text_field(arena, message, TEXT("X-Newsgroup")));
			break;
		case 'N':
			buffer_append(out, answer_text_field(arena, message, TEXT("Newsgroups")));
			break;
		default:
			buffer_append_byte(out, word);
		}
	}
}

const struct mime_part *
answer_text_find(const struct mime_tree *tree)
{
	for (const struct mime_part *part = tree->root; part != NULL; part = mime_tree_next(part))
		if (part->first_child == NULL && mime_part_is(part, TEXT("text"), TEXT("plain")))
			return part;
	return NULL;
}

/* Where a line of at most that many bytes may be broken; the line's size: it fits, or has one word. */
static size_t
answer_text_break(struct text line, size_t width)
{
	size_t at = width;

	if (line.size <= width)
		return line.size;
	while (at > 0 && line.data[at] != ' ')
		at--;
	if (at == 0)
		at = text_find_byte(line, width, ' ');
	return at;
}

static void
answer_text_append_line(struct text line, bool is_quoted, struct buffer *out)
{
	struct text prefix = is_quoted ? TEXT("> ") : TEXT("");
	bool is_older = line.size > 0 && line.data[0] == '>';

	while (line.size > 0 && (text_is_space(line.data[line.size - 1])))
		line.size--;
	if (is_quoted && (is_older || line.size == 0))
		prefix = TEXT(">");
	else if (!is_quoted &&
		 (text_has_prefix(line, TEXT(" ")) || text_has_prefix(line, TEXT("From "))))
		prefix = TEXT(" "); /* RFC 3676, section 4.4 */
	for (;;) {
		size_t end =
		    is_older ? line.size : answer_text_break(line, ANSWER_TEXT_WIDTH - prefix.size);
		buffer_append(out, prefix);
		buffer_append(out, text_slice(line, 0, end));
		if (end == line.size)
			break;
		buffer_append(out, TEXT("  \n"));
		line = text_slice(line, end + 1, line.size);
	}
	buffer_append_byte(out, '\n');
}

void
answer_text_append_part(const struct mime_part *part, bool is_quoted, struct buffer *out)
{
	struct arena memory;
	struct buffer whole, shown;

	arena_init(&memory, NULL, 0);
	buffer_init(&whole, 2 * (size_t)ANSWER_TEXT_MAX);
	buffer_init(&shown, 16 * (size_t)ANSWER_TEXT_MAX);
	struct readable_text *text =
	    readable_text_open(&memory, part->header, part->body, true, ANSWER_TEXT_MAX);
	char *piece = arena_alloc_bytes(&memory, READABLE_TEXT_READ_MIN);
	for (size_t size; (size = readable_text_read(text, piece, READABLE_TEXT_READ_MIN)) > 0;)
		buffer_append(&whole, (struct text){piece, size});
	readable_text_close(text);
	struct text rest = text_trim(buffer_text(&whole));
	while (rest.size > 0) {
		buffer_reset(&shown);
		shown_text_append(&shown, SHOWN_LINE, text_split(&rest, '\n'));
		answer_text_append_line(buffer_text(&shown), is_quoted, out);
	}
	buffer_clear(&shown);
	buffer_clear(&whole);
	arena_clear(&memory);
}

void
answer_text_append_header(struct arena *arena, const struct message *message, struct buffer *out)
{
	static const char *const names[] = {"From", "To", "Cc", "Subject", "Date", "Message-ID"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct text value = answer_text_field(arena, message, text_from_string(names[i]));
		if (value.size > 0)
			buffer_append_format(out, "%s: %.*s\n", names[i], TEXT_ARGUMENTS(value));
	}
	buffer_append_byte(out, '\n');
}
