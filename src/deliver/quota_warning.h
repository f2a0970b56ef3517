/*
 * The message that warns a user of a mailbox that is nearly full: when it is due, and its text. The
 * admin writes it (a file with header and body); Date and Message-ID are added.
 */
#ifndef DELIVER_QUOTA_WARNING_H
#define DELIVER_QUOTA_WARNING_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum { QUOTA_WARNING_PERIOD = 24 * 3600, QUOTA_WARNING_MAX = 1024 * 1024 };

/*
 * Is a warning due in this Maildir (the root, not a folder)? At most one a day: the time of the
 * last one is that of the file "quotawarn" in the Maildir, which is touched when the answer is
 * true.
 */
bool quota_warning_is_due(struct arena *arena, const char *root);

/* The message, made from the admin's file. */
bool quota_warning_compose(
    struct arena *arena, const char *file, struct text *message_out, struct error *error);

#endif
