/*
 * Rules run as a delivery would run them, with a host that need not act: what `culver explain`,
 * `culver test` and `culver refile` share. The same rules files are found, judged, parsed and run
 * in the same order with the same variables (agent/rules_run.h); the end comes back as data, and
 * nothing is logged. By itself a rehearsal only reads.
 */
#ifndef REHEARSE_REHEARSAL_H
#define REHEARSE_REHEARSAL_H

#include <stdbool.h>

#include "agent/agent.h"
#include "agent/rules_run.h"
#include "base/arena.h"
#include "filter/engine/filter.h"
#include "mail/envelope.h"
#include "mail/message.h"
#include "mail/outcome.h"
#include "system/user.h"

struct rehearsal {
	/*
	 * As for a delivery: mode, rules_file or embedded_name, arguments, envelope options,
	 * settings, environment. In delivery mode the system's rules run, then the user's
	 * (settings system_rules and user_rules, either may be empty); in manual mode only
	 * rules_file. `user` and `input` are not looked at.
	 */
	const struct agent_request *request;
	const struct user *user; /* whose rules: made up, or from account_become() */
	const struct envelope *envelope;
	const struct message *message;
	/* With data: the rules themselves, called request->rules_file, which is not read. Manual and
	 * embedded mode only. */
	struct text source;
	struct rules_kept *kept; /* with many messages: their rules, parsed once; else NULL */
	/* Answers the rules. Default delivery is asked of it too, as a delivery_request whose place
	 * has no line (0). */
	const struct filter_host *host;
	void *host_self;
	const struct filter_observer *observer; /* NULL: nobody listens */
};

struct rehearsal_end {
	struct outcome outcome; /* what the mail server would hear */
	int exit_status;        /* the same, as a number */
	/* Of the rules file that ended the run, or ran last. When it could not be read or parsed:
	 * the end is FILTER_END_FAILED, failed_in_rules, the place holds no more than the file, and
	 * the outcome's reason is the error ("file:line:column: ..."). */
	struct filter_result result;
	bool has_failed;     /* the rules have an error; by policy the default mailbox may have had
				 its turn all the same (is_by_default) */
	bool is_by_default;  /* default delivery was asked of the host */
	struct text mailbox; /* then: where to */
	const struct message *message;     /* as the rules left it */
	const struct variables *variables; /* likewise (DEFAULT, FLAGS, EXITCODE ...); NULL: there
					      were no rules */
	struct rules_run_file files[RULES_RUN_FILES_MAX]; /* in the order they were looked for */
	unsigned file_count;
};

/*
 * Makes message and envelope of bytes as they come to a delivery: a leading From_ line is taken
 * off, the request's extra fields are put in front, and the envelope is put together from options,
 * environment, From_ line and Return-Path. The bytes must outlive the message.
 */
const struct message *rehearsal_take_message(struct arena *arena,
    const struct agent_request *request, struct text bytes, struct envelope *envelope_out);

/* All that the end points to lives in the arena. Delivery and embedded mode change the working
 * directory to the user's home. */
struct rehearsal_end rehearsal_run(struct arena *arena, const struct rehearsal *rehearsal);

#endif
