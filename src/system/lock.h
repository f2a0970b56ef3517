/*
 * Mailbox locks as Debian's policy (section 11.6) has them: an fcntl write lock on the file, and a
 * dot-lock file beside it. The fcntl lock is an open-file-description lock (F_OFD_SETLK): it
 * conflicts with every other program's fcntl lock and, unlike a classic one, is shared with a
 * forked child and is not lost when an unrelated descriptor of the same file is closed.
 */
#ifndef SYSTEM_LOCK_H
#define SYSTEM_LOCK_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

/* Waits for a write lock on the whole file, at most `timeout` seconds. ERROR_AGAIN when somebody
 * else holds it. */
bool lock_file(int descriptor, const char *path, unsigned timeout, struct error *error);
void lock_file_release(int descriptor);

struct dot_lock {
	const char *path; /* NULL: not held */
};

struct dot_lock_options {
	unsigned timeout;     /* seconds to wait in all */
	unsigned retry;       /* milliseconds between tries */
	unsigned stale_after; /* seconds without a change after which a lock of an unknown owner is
				 removed */
};

/*
 * Creates PATH.lock atomically and safe on NFS (a unique name, then link). A lock whose content
 * names a process of this host that no longer lives, or that did not change for stale_after
 * seconds, is removed. error->number is EACCES, EPERM or EROFS when the directory does not let us
 * create a file: the caller decides whether that matters.
 */
bool dot_lock_acquire(struct arena *arena, const char *path, const struct dot_lock_options *options,
    struct dot_lock *lock_out, struct error *error);
void dot_lock_release(struct dot_lock *lock);

#endif
