/*
 * The mailfilter language (maildrop's, see mailfilter(5)): rules text in, program out. No I/O.
 */
#ifndef FILTER_MAILFILTER_MAILFILTER_H
#define FILTER_MAILFILTER_MAILFILTER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

struct diagnostics;
struct program;

enum { MAILFILTER_SOURCE_MAX = 16 * 1024 * 1024 };

/*
 * Parses a whole rules file before anything of it runs. `name` is how errors and explanations call
 * it. The program borrows from `source` and lives in the arena. On failure the error's text is
 * "name:line:column: what is wrong, and what to write".
 */
bool mailfilter_parse(struct arena *arena, struct text name, struct text source,
    const struct program **program_out, struct error *error);

/*
 * Reads the rules to learn all that is wrong or doubtful with them, and adds it to the list, in the
 * order of the source, of at most MAILFILTER_SOURCE_MAX bytes. What could be read of the program is
 * returned; it is for looking at, not for running. Time and memory grow with the source's size.
 */
const struct program *mailfilter_check(
    struct arena *arena, struct text name, struct text source, struct diagnostics *diagnostics);

#endif
