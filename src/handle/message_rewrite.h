/*
 * A changed message in the place of the old one: written beside it under a name of its own (in a
 * Maildir in its tmp), synced, exchanged, the directory synced. At every moment the place holds the
 * whole old message or the whole new one. Mode and time stay. In a Maildir a name that holds the size
 * (",S=123") gets the new one.
 */
#ifndef HANDLE_MESSAGE_REWRITE_H
#define HANDLE_MESSAGE_REWRITE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "handle/mail_source.h"

/* `start`, then `rest`. ERROR_AGAIN when somebody renamed, removed or changed it meanwhile: nothing was
 * changed then. ERROR_REFUSE for what is no message of its own file. */
bool message_rewrite(struct arena *arena, const struct mail_source *source,
    const struct mail_item *item, struct text start, struct text rest, struct error *error);

#endif
