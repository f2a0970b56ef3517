/*
 * Finding the messages of an mbox; see mbox_walk.h. One search for "\nFrom " at the speed of memmem(), and
 * a closer look at what it finds.
 */
#include "handle/mbox_walk.h"

#include "deliver/mbox_format.h"
#include "mail/envelope.h"

static const struct text mbox_walk_from = {"From ", 5};

/* The size of the From_ line at the front, with its line end, or 0. */
static size_t
mbox_walk_from_line(struct text rest)
{
	struct text sender, date;

	return envelope_parse_from_line(
	    text_slice(rest, 0, ENVELOPE_FROM_LINE_MAX + 1), &sender, &date);
}

/* tolerance: mbox-separator. A date behind a blank, whatever stands around it. */
static bool
mbox_walk_is_dated(struct text line)
{
	for (size_t at = mbox_walk_from.size; at < line.size; at++)
		if (line.data[at - 1] == ' ' &&
		    mbox_format_has_date_prefix(text_slice(line, at, line.size)))
			return true;
	return false;
}

static bool
mbox_walk_is_behind_empty_line(struct text mbox, size_t start)
{
	if (start == 0)
		return true;
	if (start >= 2 && mbox.data[start - 2] == '\n')
		return true;
	if (start >= 2 && mbox.data[start - 2] == '\r')
		return start == 2 || mbox.data[start - 3] == '\n';
	return start == 1;
}

/* The size of the separator at the beginning of a line; 0: it is none. */
static size_t
mbox_walk_separator(struct text mbox, size_t start, enum from_rule rule)
{
	struct text rest = text_slice(mbox, start, mbox.size);
	size_t size = mbox_walk_from_line(rest);

	if (rule == FROM_LENIENT && size == 0 && text_has_prefix(rest, mbox_walk_from)) {
		size = text_find_byte(rest, 0, '\n');
		return size < rest.size ? size + 1 : size;
	}
	if (size == 0 || rule == FROM_LENIENT || start == 0)
		return size;
	if (rule == FROM_STRICT && !mbox_walk_is_behind_empty_line(mbox, start))
		return 0;
	return mbox_walk_is_dated(text_slice(rest, 0, size)) ? size : 0;
}

/* The next separator behind the first byte of a line at `from`. */
static size_t
mbox_walk_find(struct text mbox, size_t from, enum from_rule rule)
{
	while (from < mbox.size) {
		size_t found = text_find(mbox, from, TEXT("\nFrom "));
		if (found >= mbox.size)
			break;
		if (mbox_walk_separator(mbox, found + 1, rule) > 0)
			return found + 1;
		from = found + 1;
	}
	return mbox.size;
}

bool
mbox_walk_is_mbox(struct text bytes)
{
	return mbox_walk_from_line(bytes) > 0;
}

/* Where the mbox begins: behind line ends that a From_ line follows. */
static size_t
mbox_walk_skip_line_ends(struct text mbox)
{
	size_t at = 0;

	while (at < mbox.size && (mbox.data[at] == '\r' || mbox.data[at] == '\n'))
		at++;
	bool is_skipped = at == mbox.size || mbox_walk_is_mbox(text_slice(mbox, at, mbox.size));
	return is_skipped ? at : 0;
}

bool
mbox_walk_next(
    struct text mbox, enum from_rule rule, size_t *position, struct mbox_range *range_out)
{
	size_t start = *position > 0 ? *position : mbox_walk_skip_line_ends(mbox);

	if (start >= mbox.size)
		return false;
	size_t line = mbox_walk_separator(mbox, start, rule);
	/* The line end of the From_ line may begin the next one's "\nFrom ". */
	size_t search = line > 0 ? start + line - 1 : start;
	*position = mbox_walk_find(mbox, search, rule);
	*range_out = (struct mbox_range){start, line, *position - start};
	return true;
}

struct text
mbox_walk_message(struct text mbox, const struct mbox_range *range)
{
	struct text message =
	    text_slice(mbox, range->start + range->from_line_size, range->start + range->size);

	if (text_has_suffix(message, TEXT("\n\r\n")) || text_is_equal(message, TEXT("\r\n")))
		message.size -= 2;
	else if (text_has_suffix(message, TEXT("\n\n")) || text_is_equal(message, TEXT("\n")))
		message.size--;
	return message;
}
