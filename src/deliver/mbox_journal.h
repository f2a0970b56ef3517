/*
 * What survives when writer and guardian die at once, or the power: a mark on the mailbox's inode,
 * the extended attribute user.culver.append, "OLDSIZE TOTAL LEAD". It is set before the first byte
 * of an append and removed, durably, before success is said. doc/decisions/mbox-all-or-nothing.md.
 */
#ifndef DELIVER_MBOX_JOURNAL_H
#define DELIVER_MBOX_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

struct mbox_append;

/* Sets the mark, on disk before anything that is written later. True also where the file system has
 * no such attributes. */
bool mbox_journal_set(const struct mbox_append *append, struct error *error);
/* False only when a mark is there and stays. */
bool mbox_journal_remove(int descriptor);

enum mbox_recovery {
	MBOX_RECOVERY_NONE,  /* no mark */
	MBOX_RECOVERY_WHOLE, /* a mark, but nothing of the append is missing, or nothing is there */
	MBOX_RECOVERY_CUT,   /* a torn message was taken back */
	MBOX_RECOVERY_FOREIGN, /* what is there could be somebody else's: left as it is */
};

/*
 * For the next delivery, which holds the locks: judges what an interrupted append left and takes it
 * back if it is certainly that and nothing else. False: there is a torn message that could not be
 * cut off; nothing may be appended behind it.
 */
bool mbox_journal_recover(
    int descriptor, const char *path, enum mbox_recovery *recovery_out, struct error *error);

/* Truncates, as a durable step. */
bool mbox_journal_cut(int descriptor, const char *path, uint64_t size, struct error *error);

#endif
