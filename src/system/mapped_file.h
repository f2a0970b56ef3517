/*
 * A file's bytes, mapped read-only. Another process may cut a file while it is read: bytes that are
 * gone read as NUL once mapped_file_guard() was called, in place of the signal that would end the
 * process, and mapped_file_is_whole() says that it happened.
 */
#ifndef SYSTEM_MAPPED_FILE_H
#define SYSTEM_MAPPED_FILE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"

struct mapped_file {
	struct text bytes; /* from the descriptor's position to the end */
	int descriptor;    /* -1: closed */
	/* From here on: the module's own. */
	char *mapped;
	size_t mapped_size;
};

/* For the process as a whole: SIGBUS of a mapping whose file became shorter. */
void mapped_file_guard(void);

/* Takes the descriptor of a regular file, from its position on; closes it also when that fails. `what`
 * names the file in errors. */
bool mapped_file_open(
    int descriptor, const char *what, struct mapped_file *file_out, struct error *error);
/* Is the file still as long as it was? */
bool mapped_file_is_whole(const struct mapped_file *file);
void mapped_file_close(struct mapped_file *file);

#endif
