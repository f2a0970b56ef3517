/*
 * The From_ line that some MTAs put in front of a message; see envelope.h.
 */
#include "mail/envelope.h"

/* The size of the word at the front: up to a blank that is not inside a quoted string. */
static size_t
envelope_word_size(struct text line)
{
	size_t first_blank = line.size;
	bool in_quotes = false;

	for (size_t i = 0; i < line.size; i++) {
		if (text_is_space(line.data[i]) && first_blank == line.size)
			first_blank = i;
		if (text_is_space(line.data[i]) && !in_quotes)
			return i;
		if (line.data[i] == '"')
			in_quotes = !in_quotes;
		else if (in_quotes && line.data[i] == '\\')
			i++;
	}
	return in_quotes ? first_blank : line.size;
}

static bool
envelope_is_name(struct text word, const char (*names)[4], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_is_equal_nocase(word, text_from_string(names[i])))
			return true;
	return false;
}

/* "Sat Nov 21 ..." at the front: the sender is missing, and the weekday is not taken for one. */
static bool
envelope_begins_with_date(struct text line)
{
	static const char days[][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char months[][4] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

	if (line.size < 7 || !text_is_space(line.data[3]))
		return false;
	return envelope_is_name(text_slice(line, 0, 3), days, sizeof days / sizeof *days) &&
	       envelope_is_name(text_slice(line, 4, 7), months, sizeof months / sizeof *months);
}

size_t
envelope_parse_from_line(struct text bytes, struct text *sender_out, struct text *date_out)
{
	if (!text_has_prefix(bytes, TEXT("From ")))
		return 0;
	size_t end = text_find_byte(bytes, 0, '\n');
	if (end > ENVELOPE_FROM_LINE_MAX)
		return 0;
	struct text line = text_trim(text_slice(bytes, 5, end));
	/* tolerance: blank-before-colon; such a line is the field From. */
	if (line.size > 0 && line.data[0] == ':')
		return 0;
	struct text sender = {line.data, 0};
	if (!envelope_begins_with_date(line))
		sender.size = envelope_word_size(line);
	*date_out = text_trim(text_slice(line, sender.size, line.size));
	if (text_is_equal_nocase(sender, TEXT("MAILER-DAEMON")))
		sender.size = 0;
	if (sender.size >= 2 && sender.data[0] == '<' && sender.data[sender.size - 1] == '>')
		sender = text_slice(sender, 1, sender.size - 1);
	*sender_out = sender;
	return end < bytes.size ? end + 1 : end;
}
