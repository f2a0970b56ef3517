/*
 * What the rules say of a stored message, and where it would have to go.
 */
#ifndef REFILE_REFILE_JUDGE_H
#define REFILE_REFILE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "deliver/backend.h"
#include "mail/envelope.h"
#include "mail/message.h"
#include "refile/refile_message.h"
#include "refile/refile_report.h"
#include "refile/refile_session.h"

/* A mailbox that the message, or a copy of it, goes to. */
struct refile_target {
	struct text shown; /* as the rules have it */
	bool is_mbox;      /* else a Maildir */
	const char *path;  /* absolute, without a slash at the end */
	const struct backend *backend;
	struct delivery delivery; /* complete but for the message; its flags and keywords are
				     those of the rules and of the message */
};

struct refile_verdict {
	enum refile_fate fate; /* what is to become of it: stays, moved, deleted, failed */
	struct text why, detail;
	struct place place;
	struct refile_target target;  /* of what is to be moved */
	struct refile_target *copies; /* those that were asked for */
	size_t copy_count;
	bool is_edited;                /* the message differs from the stored one, and is to */
	const struct message *message; /* that would be delivered */
	struct envelope envelope;
	bool is_hopeless; /* no other message would fare better: the rules cannot be used */
};

/* All of the verdict lives in the arena. */
struct refile_verdict *refile_judge(
    struct refile_session *session, struct arena *arena, const struct refile_message *message);

#endif
