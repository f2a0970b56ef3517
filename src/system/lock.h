/*
 * Mailbox locks as Debian's policy (section 11.6) has them: an fcntl write lock on the file, and a
 * dot-lock file beside it. The fcntl lock is an open-file-description lock (F_OFD_SETLK): it
 * conflicts with every other program's fcntl lock and, unlike a classic one, is shared with a
 * forked child and is not lost when an unrelated descriptor of the same file is closed.
 */
#ifndef SYSTEM_LOCK_H
#define SYSTEM_LOCK_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"

/*
 * Every wait here sleeps between tries and ends at once, with ERROR_AGAIN and number EINTR, when
 * signals_pending() says so.
 */

/* Waits for a write lock on the whole file, at most `timeout` seconds; 0: one try. ERROR_AGAIN and
 * number EAGAIN when somebody else holds it. */
bool lock_file(int descriptor, const char *path, unsigned timeout, struct error *error);
void lock_file_release(int descriptor);

/* Sleeps; false when somebody asks for the end. For a caller that waits for two locks in turn. */
bool lock_pause(unsigned milliseconds);

struct dot_lock {
	const char *path; /* NULL: not held */
	dev_t device;     /* of the lock file: only this very file is ever removed */
	ino_t inode;
};

struct dot_lock_options {
	unsigned timeout; /* seconds to wait in all; 0: one try */
	unsigned retry;   /* milliseconds between tries */
	/* The lock holds "PID:HOST", as Dovecot's do: from that, not from "PID" alone, Dovecot sees
	 * that the owner of a lock has died. */
	bool names_host;
	unsigned stale_after; /* seconds without a change after which a lock of an unknown owner is
				 removed */
};

/*
 * Creates PATH.lock atomically and safe on NFS (a file without a name where there is such a thing,
 * else a unique name; then link). It holds "PID\n". ERROR_AGAIN and number EEXIST when somebody
 * else holds it. error->number is EACCES, EPERM or EROFS when the directory does not let us create
 * a file: the caller decides whether that matters.
 *
 * A lock is removed when its content names a process of this host that no longer lives (or whose id
 * was given to a younger process), or, where it names none or lies on a network file system, when
 * it did not change for stale_after seconds; on a local file system also when it is older than this
 * host's last start. What is removed is the very file that was judged.
 */
bool dot_lock_acquire(struct arena *arena, const char *path, const struct dot_lock_options *options,
    struct dot_lock *lock_out, struct error *error);
/* The same for a lock file whose whole name the caller gives. */
bool dot_lock_acquire_named(struct arena *arena, const char *lock_path,
    const struct dot_lock_options *options, struct dot_lock *lock_out, struct error *error);
/* Gives the lock file the present time: programs that judge by age alone see that it is held. */
void dot_lock_refresh(const struct dot_lock *lock);
/* Writes this process's id into the lock, for a child that outlives the process that took it. */
void dot_lock_take_over(const struct dot_lock *lock);
void dot_lock_release(struct dot_lock *lock);

#endif
