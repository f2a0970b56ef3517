/*
 * A part as a file of its own: it appears whole or not at all, under a name that was free, synced with its
 * directory. The sender's name for it is only a wish (mail/safe_name.h).
 */
#ifndef HANDLE_PART_FILE_H
#define HANDLE_PART_FILE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum { PART_FILE_NAMES_MAX = 10000 /* tried, "name-1.pdf" and so on */ };

struct part_file {
	const char *directory, *temporary, *path;
	int descriptor;
};

/* Begins a file in that directory, which must be there. */
bool part_file_open(
    struct arena *arena, const char *directory, struct part_file *file_out, struct error *error);
bool part_file_write(struct part_file *file, struct text piece, struct error *error);
/* Gives it the first free name like that one: file->path, in the arena. */
bool part_file_commit(
    struct arena *arena, struct part_file *file, struct text name, struct error *error);
/* Takes back what was not committed. */
void part_file_close(struct part_file *file);

#endif
