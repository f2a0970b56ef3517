/*
 * One message, for one user, start to end: become the user, take the message, run the rules, lay it
 * down, write the log. Everything that the delivery program does beyond reading its options is
 * behind agent_run().
 */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"
#include "config/settings.h"
#include "mail/outcome.h"

enum agent_mode {
	AGENT_MODE_DELIVERY, /* the user's rules, then the default mailbox; runs in the user's home
			      */
	AGENT_MODE_MANUAL,   /* the rules file that the caller names; runs where the caller is */
	AGENT_MODE_EMBEDDED, /* rules that decide and answer, but never deliver */
};

struct agent_request {
	enum agent_mode mode;
	const char *user; /* whom to deliver for; NULL: the caller */

	const char *rules_file; /* manual and embedded mode: the file */
	const char
	    *embedded_name; /* embedded mode by name: ~/.mailfilters/NAME; NULL: rules_file */
	const char *const *arguments; /* $1, $2, ... of the rules, NULL at the end; may be NULL */

	/* Envelope data given as options; they win over everything else. */
	bool has_sender;
	struct text sender;
	struct text recipient;
	struct text original_recipient;
	struct text extension;
	struct text queue_id;

	struct text extra_fields;       /* header fields to put in front, each with its line end */
	struct text quota_warning;      /* file; empty: the setting's */
	unsigned quota_warning_percent; /* 0: no warning */
	unsigned verbosity;             /* > 0: say each decision on standard error */

	const struct settings *settings;
	const char *const *environment; /* of the process */
	int input;                      /* the message */
};

/*
 * The fate of the message; nothing but the outcome's exit status and reason is left to tell the
 * MTA. Memory comes from the arena. Every decision is in the delivery log when this returns. Meant
 * to be the last thing that a process does: what it opened is left to the end of the process.
 */
struct outcome agent_run(struct arena *arena, const struct agent_request *request);

#endif
