/*
 * Sections into files and programs, one after the other. A file's name comes from the message: what could
 * lead out of the directory is replaced, and no file that is there is touched.
 */
#ifndef HANDLE_COMPAT_SECTION_EXTRACT_H
#define HANDLE_COMPAT_SECTION_EXTRACT_H

#include "base/error.h"
#include "handle/compat/section.h"

enum { SECTION_EXTRACT_NAMES_MAX = 1000 /* tried, "1-name", "2-name" */ };

struct section_extract {
	struct arena *arena;
	const char *prefix; /* in front of the name: "out/", "mail-"; NULL: the terminal is asked */
	char *const *program; /* instead of files */
	unsigned count;       /* sections without a name so far */
};

/* EX_OK, or the exit status; the error says why. A program's status comes with 20 added. */
int section_extract_run(
    struct section_extract *extract, const struct mime_part *part, struct error *error);

#endif
