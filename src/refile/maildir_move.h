/*
 * From Maildir to Maildir on one file system: a rename, so that the message is in exactly one place
 * at every moment. The unique name stays; flags stay; keywords are those of the same names in the
 * target; what is new stays new. Index files of IMAP servers are not touched.
 */
#ifndef REFILE_MAILDIR_MOVE_H
#define REFILE_MAILDIR_MOVE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "refile/refile_judge.h"
#include "refile/refile_session.h"

struct maildir_move {
	struct refile_session *session;
	struct arena *arena;
	const char *from; /* the Maildir */
	const char *path; /* of the message's file */
	const struct refile_message *stored;
	const struct refile_verdict *verdict;
	const char *directory; /* filled in: where its name is now; not synced yet */
};

enum maildir_move_answer {
	MAILDIR_MOVE_DONE,
	MAILDIR_MOVE_GONE,      /* the file has another name by now, or is gone */
	MAILDIR_MOVE_ELSEWHERE, /* the target is on another file system */
	MAILDIR_MOVE_FAILED,    /* `error` says why; nothing has changed */
};

enum maildir_move_answer maildir_move(struct maildir_move *move, struct error *error);

/* The quota's sums after a message left the Maildir `from` by other ways. */
void maildir_move_account(struct arena *arena, const char *from, struct text flags, uint64_t size);

/* The parts of a file's name in a Maildir: in front of ":", and the letters behind ":2,". */
struct text maildir_move_base(struct text name);
struct text maildir_move_letters(struct text name);

#endif
