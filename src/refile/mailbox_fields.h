/*
 * What the keeper of an mbox writes into the header of a message, because an mbox has no other place
 * for it: Status, X-Status, X-Keywords (flags and keywords), X-UID, X-IMAP, X-IMAPbase and
 * Content-Length. They belong to the mailbox, not to the message: mail that leaves an mbox leaves
 * them behind, its flags and keywords come along as values.
 */
#ifndef REFILE_MAILBOX_FIELDS_H
#define REFILE_MAILBOX_FIELDS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"

struct mailbox_fields {
	struct text flags;    /* letters of a Maildir: D F R S T */
	struct text keywords; /* commas between */
	bool is_old;          /* a mail reader has shown it in a list */
	bool is_internal;     /* no message but the keeper's own notes: it stays where it is */
};

/* The message without these fields; the very bytes when it has none. */
struct text mailbox_fields_take(
    struct arena *arena, struct text message, struct mailbox_fields *fields_out);

/* The message as an mbox keeps it with these flags and keywords; the very bytes when there are none.
 * The Maildir flag P becomes the keyword $Forwarded, which says the same (RFC 5788). */
struct text mailbox_fields_put(
    struct arena *arena, struct text message, const struct mailbox_fields *fields);

#endif
