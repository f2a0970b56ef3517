/*
 * What makemime makes: a section from a file, a multipart around one, and a multipart with one section
 * more. The bytes that are put together stay as they are.
 */
#ifndef HANDLE_COMPAT_PART_BUILD_H
#define HANDLE_COMPAT_PART_BUILD_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

enum { PART_BUILD_DEPTH_MAX = 50, PART_BUILD_SIZE_MAX = 1024 * 1024 * 1024 };

enum part_build_kind { PART_BUILD_SECTION, PART_BUILD_MULTIPART, PART_BUILD_JOIN };

struct part_build;

/* Where content comes from. */
struct part_build_input {
	const struct part_build *build; /* NULL: a file */
	const char *path;               /* "-": standard input; "&3": that descriptor */
};

struct part_build {
	enum part_build_kind kind;
	struct text type; /* with its parameters; "auto": found out; of a multipart empty: mixed */
	struct text charset, name;
	struct text encoding;              /* empty: found out */
	struct text fields;                /* whole lines, in front of all */
	struct part_build_input inputs[2]; /* the second one of PART_BUILD_JOIN only */
	const char *output;                /* NULL or "-": standard output; "&3": that descriptor */
};

/* Is that text one header field without line ends? */
bool part_build_is_field(struct text field);

/* The exit status: 0; 64 it cannot be made so; 66 no input; 73 no output; 74 cannot write. */
int part_build_run(struct arena *arena, const struct part_build *build, struct error *error);

#endif
