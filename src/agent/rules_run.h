/*
 * The rules of one message, from the first file to the end: which files run in which mode, what the
 * end of one means, when the default mailbox has its turn, and what becomes of rules with an error.
 * It acts only through the host that it is given, so that a delivery (agent/agent.c) and a
 * rehearsal (rehearse/rehearsal.h) decide alike.
 */
#ifndef AGENT_RULES_RUN_H
#define AGENT_RULES_RUN_H

#include <stdbool.h>

#include "agent/agent.h"
#include "base/arena.h"
#include "filter/engine/filter.h"
#include "filter/engine/host.h"
#include "mail/envelope.h"
#include "mail/message.h"
#include "mail/outcome.h"
#include "system/user.h"

enum {
	RULES_RUN_FILES_MAX = 2, /* the system's, the user's */
	/* Seconds behind the deadline of the run after which it ends wherever it is. */
	RULES_RUN_GRACE = 30,
};

struct rules_run_file {
	const char *path;
	bool has_run; /* else it was not there, could not be trusted, or not be understood */
};

/* Rules that were parsed for an earlier message, for a caller that has many: they are neither read
 * nor parsed again. All zero but the arena at first. */
struct rules_kept_file {
	const char *path;
	const struct program *program;
};

struct rules_kept {
	struct arena *arena; /* outlives all runs */
	struct rules_kept_file files[RULES_RUN_FILES_MAX];
	unsigned count;
};

struct rules_run {
	/* Given: */
	struct arena *arena;
	const struct agent_request *request;
	const struct user *user;
	const struct envelope *envelope;
	const struct message *message; /* afterwards: as the rules left it */
	/* With data: the rules themselves, called request->rules_file; that file is not read. Not
	 * in delivery mode. */
	struct text source;
	struct rules_kept *kept; /* NULL: this is the only message */
	const struct filter_host *host;
	void *host_self;
	const struct filter_observer *observer; /* NULL: nobody listens */
	/* Default delivery (place all zero; variables NULL when there were neither rules nor a
	 * command), and an end without a delivery: `action` is the log's word ("discard", "refuse",
	 * "defer"), `result` may hold no more than the place. */
	struct outcome (*deliver_by_default)(void *self, const struct delivery_request *request);
	/* The first question without an answer, if there is one, of each rules file. May be NULL. */
	void (*note_undecided)(void *self, struct text undecided);
	void (*log_end)(void *self, const struct filter_result *result, const char *action,
	    const struct outcome *outcome);
	void *self;
	/* Found: */
	struct variables *variables;                      /* NULL until rules are found */
	struct filter_result result;                      /* of the rules file that ran last */
	struct rules_run_file files[RULES_RUN_FILES_MAX]; /* in the order they were looked for */
	unsigned file_count;
	bool has_failed;     /* rules could not be read, parsed or run to their end */
	bool is_by_default;  /* default delivery was asked for */
	struct text mailbox; /* where it went */
	bool is_in_home;
};

/* What the settings make of questions without an answer. */
struct verdicts rules_run_verdicts(const struct settings *settings);

/* The fate of the message. */
struct outcome rules_run(struct rules_run *run);

#endif
