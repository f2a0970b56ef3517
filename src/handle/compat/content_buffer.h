/*
 * The decoded content of a section in memory, for what has to be looked at as a whole.
 */
#ifndef HANDLE_COMPAT_CONTENT_BUFFER_H
#define HANDLE_COMPAT_CONTENT_BUFFER_H

#include "handle/compat/section.h"

/* At most `maximum` bytes of it. Borrowed where it is not encoded. */
struct text content_buffer_read(struct arena *arena, const struct mime_part *part, size_t maximum);

#endif
