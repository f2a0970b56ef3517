/*
 * mbox bytes; see mbox_format.h. The message is searched for "From " as a whole and each find is
 * looked at backwards, over its ">"s, for a line start: real mail has few, so this runs at memmem's
 * speed, and no ">" is looked at twice.
 */
#include "deliver/mbox_format.h"

#include <string.h>

#include "base/bug.h"

enum { STAGE_LEAD, STAGE_MESSAGE, STAGE_QUOTE, STAGE_END, STAGE_OVER };

/* The date's shape: A letter, 0 digit, b blank or digit, the rest as it is. */
static const char mbox_format_date_shape[] = "Aaa Aaa b0 00:00:00 0000";

static bool
mbox_format_has_shape(struct text source, size_t size)
{
	if (source.size < size)
		return false;
	for (size_t i = 0; i < size; i++) {
		char byte = source.data[i], shape = mbox_format_date_shape[i];
		bool fits = shape == 'A' || shape == 'a' ? text_is_alpha(byte)
			    : shape == '0'               ? text_is_digit(byte)
			    : shape == 'b'               ? byte == ' ' || text_is_digit(byte)
							 : byte == shape;
		if (!fits)
			return false;
	}
	return true;
}

bool
mbox_format_is_date(struct text source)
{
	return source.size == MBOX_FORMAT_DATE_SIZE &&
	       mbox_format_has_shape(source, MBOX_FORMAT_DATE_SIZE);
}

bool
mbox_format_has_date_prefix(struct text source)
{
	return mbox_format_has_shape(source, MBOX_FORMAT_DATE_SIZE - 5);
}

/* The line ends that a mailbox with this end lacks before the next From_ line.
 * tolerance: mbox-torn-end */
static struct text
mbox_format_padding(struct text tail)
{
	if (tail.size == 0 || text_is_equal(tail, TEXT("\n")) ||
	    text_has_suffix(tail, TEXT("\n\n")) || text_has_suffix(tail, TEXT("\n\r\n")))
		return TEXT("");
	return tail.data[tail.size - 1] == '\n' ? TEXT("\n") : TEXT("\n\n");
}

static struct text
mbox_format_sender(const struct envelope *envelope, char out[MBOX_FORMAT_SENDER_MAX])
{
	struct text sender = envelope->sender;
	size_t size = sender.size < MBOX_FORMAT_SENDER_MAX ? sender.size : MBOX_FORMAT_SENDER_MAX;

	if (!envelope->has_sender || sender.size == 0)
		return TEXT("MAILER-DAEMON");
	for (size_t i = 0; i < size; i++) {
		unsigned char byte = (unsigned char)sender.data[i];
		out[i] = byte <= ' ' || byte == 127 ? '_' : (char)byte;
	}
	return (struct text){out, size};
}

struct text
mbox_format_lead(
    struct arena *arena, const struct envelope *envelope, struct timestamp now, struct text tail)
{
	char sender_bytes[MBOX_FORMAT_SENDER_MAX], date_bytes[CLOCK_ASCTIME_SIZE];
	struct text padding = mbox_format_padding(tail);
	struct text sender = mbox_format_sender(envelope, sender_bytes);
	struct text date = envelope->from_line_date;

	if (!mbox_format_is_date(date))
		date = clock_format_asctime(now, date_bytes);
	/* Not by printf: its precision counts characters in some locales, and it stops at a NUL. */
	const struct text parts[] = {padding, TEXT("From "), sender, TEXT(" "), date, TEXT("\n")};
	char *line = arena_alloc(arena, MBOX_FORMAT_LEAD_MAX);
	size_t size = 0;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		REQUIRE(size + parts[i].size <= MBOX_FORMAT_LEAD_MAX);
		memcpy(line + size, parts[i].data, parts[i].size);
		size += parts[i].size;
	}
	return (struct text){line, size};
}

void
mbox_format_init(struct mbox_format *format, struct text lead, struct text message)
{
	*format = (struct mbox_format){.lead = lead, .message = message, .stage = STAGE_LEAD};
}

/* The start of the next line that must be quoted, or the message's size. */
static size_t
mbox_format_find_line(struct mbox_format *format)
{
	static const struct text from = {"From ", 5};
	struct text message = format->message;

	while (format->search < message.size) {
		size_t found = text_find(message, format->search, from);
		if (found >= message.size)
			break;
		size_t start = found;
		while (start > format->search && message.data[start - 1] == '>')
			start--;
		format->search = found + from.size;
		if (start == 0 || message.data[start - 1] == '\n')
			return start;
	}
	format->search = message.size;
	return message.size;
}

bool
mbox_format_next(struct mbox_format *format, struct text *slice_out)
{
	struct text message = format->message;

	if (format->stage == STAGE_LEAD) {
		format->stage = STAGE_MESSAGE;
		*slice_out = format->lead;
		if (format->lead.size > 0)
			return true;
	}
	if (format->stage == STAGE_MESSAGE) {
		size_t quoted = mbox_format_find_line(format);
		*slice_out = text_slice(message, format->position, quoted);
		format->position = quoted;
		format->stage = quoted < message.size ? STAGE_QUOTE : STAGE_END;
		if (slice_out->size > 0)
			return true;
	}
	if (format->stage == STAGE_QUOTE) {
		format->stage = STAGE_MESSAGE;
		*slice_out = TEXT(">");
		return true;
	}
	if (format->stage == STAGE_END) {
		format->stage = STAGE_OVER;
		bool is_torn = message.size > 0 && message.data[message.size - 1] != '\n';
		*slice_out = is_torn ? TEXT("\n\n") : TEXT("\n");
		return true;
	}
	return false;
}

uint64_t
mbox_format_size(struct text lead, struct text message)
{
	struct mbox_format format;
	struct text slice;
	uint64_t size = 0;

	mbox_format_init(&format, lead, message);
	while (mbox_format_next(&format, &slice))
		size += slice.size;
	return size;
}

size_t
mbox_format_find_quote(struct text message, size_t from)
{
	while (from < message.size) {
		size_t found = text_find(message, from, TEXT(">From "));
		if (found >= message.size)
			break;
		size_t start = found;
		while (start > from && message.data[start - 1] == '>')
			start--;
		if (start == 0 || message.data[start - 1] == '\n')
			return start;
		from = found + 1;
	}
	return message.size;
}

size_t
mbox_format_next_quote(struct text message, size_t quote)
{
	/* Behind the line's ">"s, which must not be taken for another line's. */
	size_t from = text_find(message, quote, TEXT("From ")) + sizeof "From " - 1;

	return mbox_format_find_quote(message, from);
}

struct text
mbox_format_unquote(struct arena *arena, struct text message)
{
	size_t quote = mbox_format_find_quote(message, 0), size = 0, kept = 0;

	if (quote >= message.size)
		return message;
	char *bytes = arena_alloc_bytes(arena, message.size);
	for (; quote < message.size; quote = mbox_format_next_quote(message, quote)) {
		memcpy(bytes + size, message.data + kept, quote - kept);
		size += quote - kept;
		kept = quote + 1;
	}
	memcpy(bytes + size, message.data + kept, message.size - kept);
	return (struct text){bytes, size + message.size - kept};
}
