/*
 * Writing an mbox; see mbox_writer.h.
 */
#include "handle/mbox_writer.h"

#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "deliver/mbox_format.h"
#include "mail/envelope.h"
#include "mail/header.h"
#include "system/file.h"

enum { MBOX_WRITER_PIECE = 256 * 1024, MBOX_WRITER_FIELDS_MAX = 1000 };

void
mbox_writer_init(struct mbox_writer *writer, int descriptor, const char *what)
{
	*writer = (struct mbox_writer){.descriptor = descriptor, .what = what};
	buffer_init(&writer->buffer, 2 * MBOX_WRITER_PIECE);
}

bool
mbox_writer_flush(struct mbox_writer *writer, struct error *error)
{
	bool is_written =
	    file_write(writer->descriptor, buffer_text(&writer->buffer), writer->what, error);

	buffer_reset(&writer->buffer);
	return is_written;
}

void
mbox_writer_clear(struct mbox_writer *writer)
{
	buffer_clear(&writer->buffer);
}

static void
mbox_writer_note_tail(struct mbox_writer *writer, struct text bytes)
{
	struct text end = text_slice(bytes,
	    bytes.size > sizeof writer->tail ? bytes.size - sizeof writer->tail : 0, bytes.size);
	size_t kept = sizeof writer->tail - end.size;

	if (kept > writer->tail_size)
		kept = writer->tail_size;
	memmove(writer->tail, writer->tail + writer->tail_size - kept, kept);
	if (end.size > 0)
		memcpy(writer->tail + kept, end.data, end.size);
	writer->tail_size = kept + end.size;
}

static bool
mbox_writer_put(struct mbox_writer *writer, struct text bytes, struct error *error)
{
	mbox_writer_note_tail(writer, bytes);
	if (bytes.size < MBOX_WRITER_PIECE)
		buffer_append(&writer->buffer, bytes);
	if (writer->buffer.size >= MBOX_WRITER_PIECE || bytes.size >= MBOX_WRITER_PIECE)
		if (!mbox_writer_flush(writer, error))
			return false;
	return bytes.size < MBOX_WRITER_PIECE ||
	       file_write(writer->descriptor, bytes, writer->what, error);
}

/* The sender of the first Return-Path, between its brackets. */
static void
mbox_writer_find_sender(struct text message, struct envelope *envelope)
{
	struct header_field field;

	if (!header_find_in_bytes(message, TEXT("Return-Path"), MBOX_WRITER_FIELDS_MAX, &field))
		return;
	struct text path = text_trim(field.body);
	if (!text_has_prefix(path, TEXT("<")) || !text_has_suffix(path, TEXT(">")))
		return;
	envelope->has_sender = true;
	envelope->sender = text_slice(path, 1, path.size - 1);
}

static struct timestamp
mbox_writer_received(const struct mail_item *item)
{
	struct stat status;

	if (item->path == NULL || stat(item->path, &status) < 0)
		return clock_now();
	return (struct timestamp){.seconds = status.st_mtim.tv_sec};
}

static bool
mbox_writer_add_message(
    struct mbox_writer *writer, const struct mail_item *item, struct error *error)
{
	struct text tail = {writer->tail, writer->tail_size}, sender, date, slice, lead;
	struct envelope envelope = {0};
	struct mbox_format format;
	struct arena arena;
	bool is_written = true;

	arena_init(&arena, NULL, 0);
	size_t from_line = envelope_parse_from_line(item->bytes, &sender, &date);
	struct text message = text_slice(item->bytes, from_line, item->bytes.size);
	mbox_writer_find_sender(message, &envelope);
	lead = mbox_format_lead(&arena, &envelope, mbox_writer_received(item), tail);
	if (from_line > 0) {
		/* Its own line, behind the line ends that the mbox lacks. */
		size_t padding = text_find(lead, 0, TEXT("From "));
		is_written = mbox_writer_put(writer, text_slice(lead, 0, padding), error);
		lead = text_slice(item->bytes, 0, from_line);
	}
	mbox_format_init(&format, lead, message);
	while (is_written && mbox_format_next(&format, &slice))
		is_written = mbox_writer_put(writer, slice, error);
	arena_clear(&arena);
	return is_written;
}

bool
mbox_writer_add(struct mbox_writer *writer, const struct mail_item *item, struct error *error)
{
	struct text tail = {writer->tail, writer->tail_size};

	if (item->kind != MAIL_SOURCE_MBOX || item->from_line.size == 0)
		return mbox_writer_add_message(writer, item, error);
	/* What was written before may end without an empty line: the next From_ line must be seen. */
	if (tail.size > 0 && !text_has_suffix(tail, TEXT("\n")) &&
	    !mbox_writer_put(writer, TEXT("\n"), error))
		return false;
	return mbox_writer_put(writer, (struct text){item->from_line.data, item->size}, error);
}
