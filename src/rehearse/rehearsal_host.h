/*
 * The host of a rehearsal with a user's own rules: what would be done is only written down, on top
 * of filter/engine/plan.h; files that rules include or look up are read as a delivery reads them.
 * Commands are answered by the caller, run because he asked for it, or taken for a success that
 * printed nothing, and each time it is known which.
 */
#ifndef REHEARSE_REHEARSAL_HOST_H
#define REHEARSE_REHEARSAL_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/agent.h"
#include "agent/agent_host.h"
#include "base/arena.h"
#include "filter/engine/host.h"
#include "filter/engine/plan.h"
#include "mail/envelope.h"
#include "rehearse/command_answers.h"
#include "rehearse/rehearsal_store.h"
#include "system/user.h"

/* More than this is not written down or opened: the run is stopped. */
enum { REHEARSAL_HOST_ITEMS_MAX = 100000 };

/* Where the end of a command comes from. */
enum command_source {
	COMMAND_SOURCE_ASSUMED, /* nobody said: it succeeds, prints nothing, changes nothing */
	COMMAND_SOURCE_ANSWERED,
	COMMAND_SOURCE_RUN,
	COMMAND_SOURCES, /* how many there are */
};

/* What the plan does not hold of its items. */
struct rehearsal_note {
	const char *doubt; /* why the delivery would fail now; NULL: nothing speaks against it */
	bool is_default;   /* the default mailbox */
	struct text edits; /* of a header */
	struct text flags, keywords;    /* of a delivery: FLAGS, KEYWORDS */
	struct text condition, matched; /* likewise: why */
	enum command_source source;     /* of a command */
	int status;                     /* likewise; -1: it did not end */
};

struct rehearsal_host {
	struct arena *arena;
	const struct agent_request *request;
	const struct user *user;
	const struct envelope *envelope;
	const struct message *message;         /* as it came */
	const struct command_answers *answers; /* may be NULL */
	bool runs_commands;
	/* Asked for each command without an answer; false: he does not know. May be NULL. */
	bool (*ask)(void *self, struct text command, bool *run_out, struct plan_answer *answer_out);
	void *ask_self;
	bool has_time;
	int64_t time; /* for `time` */
	/* Filled in: */
	struct plan plan;
	struct rehearsal_note *notes; /* one for each item of the plan */
	size_t note_capacity;
	struct agent_host runner; /* for commands that are run */
	struct variables *imports;
	struct text edits; /* of the header, since the last time that it was replaced */
	bool is_trusted;   /* the file that was read last */
	struct rehearsal_store stores;
	int64_t deadline; /* of `timeout`, on the monotonic clock; 0: none */
	unsigned statements;
};

extern const struct filter_host rehearsal_host_functions;

/* Completes what is given. */
void rehearsal_host_begin(struct rehearsal_host *host);
void rehearsal_host_end(struct rehearsal_host *host);
/* An edit of the header that the rules asked for: the plan names it where the header is replaced. */
void rehearsal_host_note_edit(
    struct rehearsal_host *host, struct text word, struct text field, struct text value);
/* "assumed", "answered", "run" */
const char *rehearsal_host_source_word(enum command_source source);

#endif
