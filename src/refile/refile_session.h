/*
 * What one run of `culver refile` has in common for all its messages.
 */
#ifndef REFILE_REFILE_SESSION_H
#define REFILE_REFILE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/rules_run.h"
#include "record/delivery_log.h"
#include "base/arena.h"
#include "refile/refile.h"
#include "refile/refile_report.h"
#include "system/user.h"

struct refile_session {
	struct arena *arena; /* of the run */
	const struct refile_request *request;
	struct user user;
	const char *here; /* what the rules' relative destinations are relative to */
	struct rules_kept kept;
	struct refile_report report;
	struct delivery_log *log;
	uint64_t seen;     /* messages looked at, for the limit */
	unsigned names;    /* unique names made */
	bool is_stopped;   /* by a signal, or because nothing more can be done */
	bool is_busy;      /* a folder was locked by somebody else, or must wait */
	bool has_no_input; /* a folder could not be opened, or there are no rules */
};

/* May another message be looked at? Asks for signals. */
bool refile_session_goes_on(struct refile_session *session);
/* Is a message of this time wanted? */
bool refile_session_wants(const struct refile_session *session, int64_t received);
struct refile_verdict;
/* Says what became of a message, or would; what was done, or failed, is written to the delivery log
 * too. Without a verdict it was not judged. */
void refile_session_tell(struct refile_session *session, struct arena *arena,
    const struct refile_line *line, const struct refile_verdict *verdict);
/* The name of a message in a Maildir, as a delivery makes it. */
struct text refile_session_unique_name(
    struct refile_session *session, struct arena *arena, uint64_t size);
/* Something is wrong that is no message's fault: said on standard error, counted. */
void refile_session_complain(struct refile_session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
