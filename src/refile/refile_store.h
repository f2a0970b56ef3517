/*
 * A move that is more than one step: the message is delivered to its target by the back ends of
 * deliver/, which sync it, and only then leaves its source. The journal knows of it before.
 */
#ifndef REFILE_REFILE_STORE_H
#define REFILE_REFILE_STORE_H

#include "base/arena.h"
#include "mail/outcome.h"
#include "refile/refile_journal.h"
#include "refile/refile_judge.h"
#include "refile/refile_session.h"

/* How the journal calls the message. */
struct refile_store_source {
	struct text name;   /* unique name in a Maildir, or position in an mbox */
	struct text digest; /* of the message in an mbox; "-" */
};

/* DONE: it is there, durably. Otherwise nothing of it is. */
struct outcome refile_store(struct refile_session *session, struct arena *arena,
    struct refile_journal *journal, const struct refile_store_source *source,
    const struct refile_verdict *verdict, struct refile_target *target,
    const struct refile_message *stored);

/* All copies, of which an earlier run may have made some; DONE: each is there. Reports them. */
struct outcome refile_store_copies(struct refile_session *session, struct arena *arena,
    struct refile_journal *journal, const struct refile_store_source *source,
    const struct refile_verdict *verdict, const struct refile_message *stored);

#endif
