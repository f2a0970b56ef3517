/*
 * What a run is about to do with the messages of one folder, on the disk before it does it:
 * ~/.culver/refile/DIGEST.journal, a line a move that is not one step. In the home, not beside the
 * folder: a user can create no file beside an mbox in /var/mail. The file is locked while it is open,
 * so that two runs never work on one folder.
 *
 * Of all its entries only the last is in doubt after a kill: whoever goes on looks whether its target
 * has the message. A source that begins with "+" is that of a copy: it is remembered until the message
 * itself has left.
 */
#ifndef REFILE_REFILE_JOURNAL_H
#define REFILE_REFILE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "config/settings.h"

enum { REFILE_JOURNAL_MAX = 512 * 1024 * 1024 /* bytes of one */ };

struct refile_entry {
	struct text source;        /* unique name in a Maildir, or position in an mbox */
	struct text digest;        /* of the message in an mbox; "-" for a Maildir */
	struct text kind;          /* of the target: "maildir" or "mbox" */
	struct text mark;          /* the unique name it gets, or the mbox's size before */
	struct text target_digest; /* of its bytes in the mbox; "-" for a Maildir */
	struct text path;          /* of the target, absolute */
	bool is_used;              /* a copy that its message has found */
};

struct refile_journal {
	struct arena *arena;
	const char *path; /* NULL: a dry run, which writes none */
	const char *stem; /* the same without its ending, for files that belong to it */
	const char *directory;
	int descriptor;
	struct refile_entry *entries; /* of an earlier run that did not end */
	size_t count, capacity;
	bool is_settled; /* the last of them is not in doubt */
	bool has_copies; /* also of this run */
};

/* Creates what is missing, locks and reads. ERROR_AGAIN with number EAGAIN: another run has the
 * folder. `folder` is absolute. */
bool refile_journal_open(struct arena *arena, const char *home, const char *folder,
    struct refile_journal *journal_out, struct error *error);
/* Is there anything that an earlier run did not finish? Creates and locks nothing. */
bool refile_journal_is_pending(struct arena *arena, const char *home, const char *folder);

/* On the disk when it returns true. A text with a tab or a line end cannot be noted. */
bool refile_journal_note(
    struct refile_journal *journal, const struct refile_entry *entry, struct error *error);
/* The last entry did not happen. */
bool refile_journal_undo(struct refile_journal *journal, struct error *error);
/* Did the delivery of the entry take place? Looks at its target; a message that is there is on the
 * disk when this returns true. False: it cannot be known now. */
bool refile_journal_find_target(struct arena *arena, const struct settings *settings,
    const struct refile_entry *entry, bool *is_there_out, struct error *error);
/* Drops the last entry of an earlier run if it did not take place. False: it cannot be known now. */
bool refile_journal_resume(
    struct refile_journal *journal, const struct settings *settings, struct error *error);
/* All moves are finished, durably; copies are remembered. */
bool refile_journal_end_moves(struct refile_journal *journal, struct error *error);
/* The same for the entries in memory. */
void refile_journal_drop_moves(struct refile_journal *journal);
bool refile_entry_is_copy(const struct refile_entry *entry);
/* All of them are finished, durably. */
bool refile_journal_clear(struct refile_journal *journal, struct error *error);
void refile_journal_close(struct refile_journal *journal);

#endif
