/*
 * The files of a store that is written by copying: a lock file, the copy, and the moment when the
 * copy takes the old one's place. What is in the files is the driver's.
 */
#ifndef RECORD_STORE_FILE_H
#define RECORD_STORE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

struct store_file {
	const char *path;     /* the file itself, also where the name is a symbolic link */
	const char *new_path; /* the copy */
	int lock;             /* descriptor; -1: not locked */
};

/* What a file is, by its first bytes. */
enum store_file_kind {
	STORE_FILE_MISSING,
	STORE_FILE_EMPTY,
	STORE_FILE_BERKELEY, /* a Berkeley DB file that the library can read, if it is whole */
	STORE_FILE_GDBM,
	STORE_FILE_OTHER, /* also an encrypted one, one of a later library, and no regular file */
	STORE_FILE_FAILED,
};

/* The names, in the arena. Nothing is opened. */
bool store_file_init(
    struct store_file *file, struct arena *arena, const char *path, struct error *error);
/* Waits for the other writers; errors as keyed_store_open() has them. */
bool store_file_lock(
    struct store_file *file, struct arena *arena, unsigned timeout, struct error *error);
void store_file_unlock(struct store_file *file);

/* Sets the error for STORE_FILE_MISSING and STORE_FILE_FAILED. */
enum store_file_kind store_file_recognise(
    const struct store_file *file, struct stat *status_out, struct error *error);

/* Makes the copy, with the mode and group of the old file. */
bool store_file_copy(const struct store_file *file, uint64_t *size_out, struct error *error);
/* Removes the copy, when there is one. */
void store_file_drop(const struct store_file *file);
/* Syncs the copy and gives it the name. ERROR_LIMIT when it has more than size_max bytes. After a
 * failure the old file is there and the copy is gone; only when the sync of the directory failed is
 * the new file there, and may not outlive a power cut. */
bool store_file_replace(const struct store_file *file, uint64_t size_max, struct error *error);

/* Renames the file to PATH.damaged-TIME; the new name is in *aside_out. */
bool store_file_set_aside(const struct store_file *file, struct arena *arena,
    struct text *aside_out, struct error *error);

#endif
