/*
 * The mailfilter language (maildrop's, see mailfilter(5)): rules text in, program out. No I/O.
 */
#ifndef FILTER_MAILFILTER_MAILFILTER_H
#define FILTER_MAILFILTER_MAILFILTER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

struct program;

enum { MAILFILTER_SOURCE_MAX = 16 * 1024 * 1024 };

/*
 * Parses a whole rules file before anything of it runs. `name` is how errors and explanations call
 * it. The program borrows from `source` and lives in the arena. On failure the error's text is
 * "name:line:column: what is wrong, and what to write".
 */
bool mailfilter_parse(struct arena *arena, struct text name, struct text source,
    const struct program **program_out, struct error *error);

#endif
