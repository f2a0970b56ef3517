/*
 * The mailbox file, opened and locked. What is opened must be a regular file that the recipient put
 * there; everything else is refused with a reason that says what to do.
 *
 * Symbolic links are followed only while their owner is root or the recipient, and never to a file
 * that does not exist. In a directory that others may write to, or with the sticky bit, the file
 * must be the recipient's own and have no second name.
 */
#ifndef DELIVER_MBOX_FILE_H
#define DELIVER_MBOX_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "config/settings.h"
#include "system/lock.h"

struct mbox_file {
	const char *path;      /* as the rule named it; the dot-lock lies beside it */
	const char *directory; /* that holds the file itself */
	int descriptor;        /* O_RDWR, O_APPEND */
	uint64_t size;         /* when it was locked */
	struct dot_lock lock;
	const char *remark; /* about the locks, for the final reason; NULL: nothing to say */
};

/*
 * Creates the file if it is not there (not its directory). Locks with fcntl first, then with a
 * dot-lock as settings->dot_lock says; while the second is held by somebody else, the first is
 * given back, so that a program with the other order never waits for us while we wait for it. The
 * file that is locked is the one that the path names then. On failure nothing stays open or locked.
 */
bool mbox_file_open(struct arena *arena, struct text path, const struct settings *settings,
    struct mbox_file *file_out, struct error *error);
void mbox_file_close(struct mbox_file *file);

#endif
