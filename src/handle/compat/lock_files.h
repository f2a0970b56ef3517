/*
 * Semaphore files, as scripts make them: the file is the lock, whoever can create it has it, and it
 * stays when the process that made it ends. Made by linking a finished file to its name, which is safe
 * on NFS. What it holds is "0", its mode 0444 without the bits of the umask.
 */
#ifndef HANDLE_COMPAT_LOCK_FILES_H
#define HANDLE_COMPAT_LOCK_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct lock_files {
	struct arena *arena;
	const char *name;    /* of the program, in messages */
	int64_t sleep;       /* seconds between two tries */
	int64_t retries;     /* tries that are left after the first; -1: without end */
	int64_t force_after; /* seconds without a change after which a file is removed; 0: never */
	int64_t suspend;     /* seconds to wait then */
	struct lock_file_made *made; /* zeroed by the caller, like the next two */
	size_t made_count;
	size_t made_capacity;
};

/*
 * Creates one file, after waiting for it as long as it takes. EX_OK; 73: the retries are used up; 69:
 * it cannot be created; 75: a signal asked for the end. What failed was said on standard error.
 */
int lock_files_create(struct lock_files *files, const char *path);

/* Removes what was created and has not been replaced by somebody since. */
void lock_files_remove(struct lock_files *files);

/* The lock file of the user's mailbox below /var/mail; NULL, and it was said: nobody knows the user. */
const char *lock_files_mailbox(const struct lock_files *files);

#endif
