/*
 * The delivery log: one JSON object a line, one line an event, appended with one write, so that
 * lines of many processes never mix. culver-delivery(7) documents the fields. Logging never decides
 * the fate of mail: a log that cannot be written costs the line, not the message.
 */
#ifndef RECORD_DELIVERY_LOG_H
#define RECORD_DELIVERY_LOG_H

#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "config/settings.h"
#include "mail/envelope.h"
#include "mail/outcome.h"

enum { DELIVERY_LOG_LINE_MAX = 3500, DELIVERY_LOG_VALUE_MAX = 400 };

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

/* Opens nothing yet. home is where log_user_file is looked for; may be NULL. */
struct delivery_log *delivery_log_new(
    struct arena *arena, const struct settings *settings, const char *home);
void delivery_log_write(struct delivery_log *log, const struct delivery_event *event);
void delivery_log_close(struct delivery_log *log);

#endif
