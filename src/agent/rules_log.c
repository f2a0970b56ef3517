/*
 * Rules' own log; see rules_log.h.
 */
#include "agent/rules_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "system/file.h"

enum { RULES_LOG_FIELD_MAX = 72, RULES_LOG_LINE_WIDTH = 78, RULES_LOG_RECORD_MAX = 4096 };

void
rules_log_init(struct rules_log *log)
{
	log->descriptor = -1;
}

bool
rules_log_open(struct rules_log *log, const char *path, struct error *error)
{
	rules_log_close(log);
	log->descriptor =
	    open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
	if (log->descriptor < 0)
		return error_set_errno(error, "cannot open the log file %s", path);
	return true;
}

void
rules_log_close(struct rules_log *log)
{
	if (log->descriptor >= 0)
		close(log->descriptor);
	log->descriptor = -1;
}

bool
rules_log_write_line(struct rules_log *log, struct text line, struct error *error)
{
	struct buffer bytes;

	if (log->descriptor < 0)
		return true;
	/* One write: lines of deliveries that run at the same time do not mix. */
	buffer_init(&bytes, line.size + 1);
	buffer_append(&bytes, line);
	buffer_append_byte(&bytes, '\n');
	bool written = file_write(log->descriptor, buffer_text(&bytes), "the log file", error);
	buffer_clear(&bytes);
	return written;
}

/* "From: joe" from the field, cut; control bytes become blanks so that one field stays one line. */
static void
rules_log_append_field(
    struct buffer *bytes, struct arena *arena, const struct message *message, struct text name)
{
	const struct header_field *field = message_find_field(message, name);
	struct text value = field == NULL ? TEXT("") : header_unfold(arena, field->body);

	value = text_slice(value, 0, RULES_LOG_FIELD_MAX);
	for (size_t i = 0; i < value.size; i++)
		buffer_append_byte(bytes, (unsigned char)value.data[i] < ' ' ? ' ' : value.data[i]);
	buffer_append_byte(bytes, '\n');
}

void
rules_log_write_delivery(struct rules_log *log, struct arena *arena, const struct message *message,
    struct text destination, bool delivered)
{
	char date[CLOCK_ASCTIME_SIZE];
	struct error error;
	struct buffer bytes;

	if (log->descriptor < 0)
		return;
	buffer_init(&bytes, RULES_LOG_RECORD_MAX);
	buffer_append_format(
	    &bytes, "Date: %.*s\nFrom: ", TEXT_ARGUMENTS(clock_format_asctime(clock_now(), date)));
	rules_log_append_field(&bytes, arena, message, TEXT("From"));
	buffer_append(&bytes, TEXT("Subj: "));
	rules_log_append_field(&bytes, arena, message, TEXT("Subject"));
	char size[32];
	int width = RULES_LOG_LINE_WIDTH - (int)strlen("File: ") -
		    snprintf(size, sizeof size, " (%zu)", message_bytes(message).size);
	struct text target = text_slice(destination, 0, (size_t)width);
	buffer_append_format(&bytes, "%s %-*.*s%s\n\n", delivered ? "File:" : "!Err:", width,
	    TEXT_ARGUMENTS(target), size);
	/* The record is for people; mail does not depend on it. */
	file_write(log->descriptor, buffer_text(&bytes), "the log file", &error);
	buffer_clear(&bytes);
}
