/*
 * Messages in one multipart/digest (RFC 2046, section 5.1.5).
 */
#ifndef HANDLE_COMPAT_MAIL_DIGEST_H
#define HANDLE_COMPAT_MAIL_DIGEST_H

#include <stdbool.h>

#include "base/error.h"
#include "handle/compat/message_sink.h"
#include "base/arena.h"

enum { MAIL_DIGEST_FILE_MAX = 256 * 1024 * 1024 };

/* `paths` up to NULL; none: standard input names them, one a line. False: a file cannot be read, and
 * nothing was written. */
bool mail_digest_write(
    struct arena *arena, char *const *paths, struct message_sink *sink, struct error *error);

#endif
