/*
 * The delivery log: one JSON object a line, one line an event, appended with one write, so that
 * lines of many processes never mix. culver-delivery(7) documents the fields. Logging never decides
 * the fate of mail: a log that cannot be written costs the line, not the message, and a log daemon
 * that does not read costs DELIVERY_LOG_PATIENCE at most.
 */
#ifndef RECORD_DELIVERY_LOG_H
#define RECORD_DELIVERY_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "config/settings.h"
#include "mail/envelope.h"
#include "mail/outcome.h"

enum {
	DELIVERY_LOG_LINE_MAX = 3500, /* bytes, line end included */
	DELIVERY_LOG_VALUE_MAX = 400, /* bytes of one value before JSON's escapes, "..." included */
	DELIVERY_LOG_PATIENCE = 1,    /* seconds */
};

struct delivery_event {
	struct timestamp time;
	const struct envelope *envelope;
	struct text message_id; /* as in the field, angle brackets included; may be empty */
	const char *user;       /* recipient's login name */
	uint64_t size;          /* bytes of the message */
	struct text rules_file; /* empty: no rule decided */
	unsigned rules_line;
	struct text condition;   /* the pattern that matched last; may be empty */
	struct text matched;     /* what it matched */
	const char *action;      /* "deliver", "copy", "discard", "refuse", "default", "defer" */
	const char *backend;     /* "maildir", or NULL */
	struct text destination; /* as the rule said it */
	struct text final_place; /* the file or command; may be empty */
	const struct outcome *outcome;
	int64_t milliseconds; /* since the process began with this message */
};

struct delivery_log;

/*
 * Opens nothing yet. The settings say where lines go: to syslog, or to the host's file (whose
 * directory is never created), or to the user's where that cannot be opened. home is where a
 * relative log_user_file is looked for; may be NULL. Both must outlive the log.
 */
struct delivery_log *delivery_log_new(
    struct arena *arena, const struct settings *settings, const char *home);
/* Another socket than /dev/log. */
void delivery_log_set_socket(struct delivery_log *log, const char *path);
/* False: the line is lost, and delivery_log_error() says why. The caller goes on. */
bool delivery_log_write(struct delivery_log *log, const struct delivery_event *event);
/* Why the last line that was lost was lost; ERROR_NONE: none was. */
const struct error *delivery_log_error(const struct delivery_log *log);
/* Gives the descriptor back. A process that is about to end need not call it. */
void delivery_log_close(struct delivery_log *log);

/* The line of an event with its line end: valid JSON of at most DELIVERY_LOG_LINE_MAX bytes,
 * whatever the event holds. `id` is shared by the events of one delivery. */
void delivery_log_format(
    const struct delivery_event *event, struct text id, int64_t pid, struct buffer *line);

#endif
