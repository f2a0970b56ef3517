/*
 * Boundaries for multiparts that are put together from bytes as they stand.
 */
#ifndef HANDLE_COMPAT_FRESH_BOUNDARY_H
#define HANDLE_COMPAT_FRESH_BOUNDARY_H

#include "base/arena.h"
#include "base/text.h"

/* What old mail programs show in front of the parts. */
#define FRESH_BOUNDARY_PREAMBLE                                                                    \
	"This is a MIME-formatted message.  If you see this text it means that your\n"             \
	"E-mail software does not support MIME-formatted messages.\n"

/* Stands nowhere in these bytes, and is not one that was made before. */
struct text fresh_boundary_new(struct arena *arena, struct text bytes);

#endif
