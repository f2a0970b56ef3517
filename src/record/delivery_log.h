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
#include <sys/types.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
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
	bool is_truncated;     /* the header has more fields than rules are shown */
	struct text condition; /* the pattern that matched last; may be empty */
	struct text matched;   /* what it matched */
	const char *
	    action; /* "deliver", "copy", "discard", "refuse", "default", "defer", "refile", "strip",
		      "replace", "save" */
	const char *backend;   /* "maildir", or NULL */
	struct text undecided; /* the first question of the rules without an answer; may be empty */
	struct text destination; /* as the rule said it */
	struct text final_place; /* the file or command; may be empty */
	const struct outcome *outcome;
	int64_t milliseconds; /* since the process began with this message */
};

enum delivery_log_target { DELIVERY_LOG_SYSLOG, DELIVERY_LOG_FILE, DELIVERY_LOG_OFF };

/* Where lines go. All is borrowed and must outlive the log. */
struct delivery_log_plan {
	enum delivery_log_target target;
	struct text file; /* of the host: its directory is never created */
	/* Used when the host's cannot be opened: absolute, or relative to the home ("~/" may say
	 * so). */
	struct text user_file;
	const char *home;          /* may be NULL: relative user files are not used */
	const char *syslog_socket; /* NULL: /dev/log */
	pid_t process;             /* the caller's; 0: it is asked for */
};

struct delivery_log;

/* Opens nothing yet. */
struct delivery_log *delivery_log_new(struct arena *arena, const struct delivery_log_plan *plan);
/* False: the line is lost, and the error says why. The caller goes on. */
bool delivery_log_write(
    struct delivery_log *log, const struct delivery_event *event, struct error *error);
/* Gives the descriptor back. A process that is about to end need not call it. */
void delivery_log_close(struct delivery_log *log);

/* The line of an event with its line end: valid JSON of at most DELIVERY_LOG_LINE_MAX bytes,
 * whatever the event holds. `id` is shared by the events of one delivery. */
void delivery_log_format(
    const struct delivery_event *event, struct text id, int64_t pid, struct buffer *line);

#endif
