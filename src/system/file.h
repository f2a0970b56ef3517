/*
 * Files as deliveries need them: every byte written or an error, every sync checked, no descriptor
 * inherited by a child. Interrupted calls (EINTR) are repeated; everything else is returned.
 */
#ifndef SYSTEM_FILE_H
#define SYSTEM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* Reads all of a regular file of at most `maximum` bytes into the arena. ERROR_LIMIT when it is
 * larger; error->number is ENOENT when there is no such file. Refuses what is not a regular file.
 */
bool file_read(struct arena *arena, const char *path, size_t maximum, struct text *bytes_out,
    struct error *error);
/* The same from an open descriptor, which stays open. */
bool file_read_descriptor(struct arena *arena, int descriptor, size_t maximum,
    struct text *bytes_out, struct error *error);

/* The directory that holds the last component of a path: what stands before the last slash, "/" or
 * ".". Borrowed from the path. */
struct text file_directory(const char *path);

/* Writes all bytes at the descriptor's position. A short write is continued. `what` names the file
 * in errors. */
bool file_write(int descriptor, struct text bytes, const char *what, struct error *error);
/* Copies `size` bytes from the start of `source` to the position of `target`, inside the kernel
 * where it can. */
bool file_copy(int source, int target, uint64_t size, const char *what, struct error *error);

/* The same from a position in `source`. */
bool file_copy_from(
    int source, uint64_t offset, int target, uint64_t size, const char *what, struct error *error);

/* fsync; `what` names the file in errors. */
bool file_sync(int descriptor, const char *what, struct error *error);
/* Opens and syncs a directory, so that the names in it survive a power cut. */
bool file_sync_directory(const char *path, struct error *error);

/*
 * Makes the data of a new or grown file reach the disk before the names or attributes that are
 * changed next, so that no crash can show the new name with a part of the data. On ext4, xfs and
 * tmpfs the data is only written out: the file's size and the change that follows are then one
 * journal commit, made by the file_sync() that must come at the end. On any other file system this
 * is a full file_sync() (doc/decisions/one-commit.md).
 */
bool file_settle(int descriptor, const char *what, struct error *error);

struct file_replacement {
	struct text bytes;
	mode_t mode;
	gid_t group; /* where it cannot be given, the group's rights in `mode` are not either */
	int64_t newer_than; /* Unix seconds: the new file's time is later than this; 0: no matter */
};

/* Puts a new file in the place of another, or of none: written under a name of its own, synced,
 * renamed, the directory synced. Readers see the old one or the new one. Locks are the caller's. */
bool file_replace(
    const char *path, const struct file_replacement *replacement, struct error *error);

/* Closes; an error of close() on a file that was not synced afterwards is an error of the write. */
bool file_close(int descriptor, const char *what, struct error *error);

#endif
