/*
 * All of standard input as one text: in memory while it is small, else in a file without a name that is
 * mapped, so that private memory does not grow with it.
 */
#ifndef HANDLE_COMPAT_WHOLE_INPUT_H
#define HANDLE_COMPAT_WHOLE_INPUT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "system/spool.h"

struct whole_input {
	struct spool *spool;
	struct text bytes;
};

bool whole_input_read(struct arena *arena, struct whole_input *input_out, struct error *error);
void whole_input_close(struct whole_input *input);

#endif
