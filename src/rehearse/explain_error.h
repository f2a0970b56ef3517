/*
 * Errors of a rules file that could not be parsed, drawn as `culver check` draws them.
 */
#ifndef REHEARSE_EXPLAIN_ERROR_H
#define REHEARSE_EXPLAIN_ERROR_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "system/terminal.h"

enum { EXPLAIN_ERROR_MAX = 10 }; /* errors that are drawn */

/* False: there is none to draw, as far as the file can be read. */
bool explain_error_draw(
    struct arena *arena, struct buffer *out, const struct terminal *terminal, const char *path);

#endif
