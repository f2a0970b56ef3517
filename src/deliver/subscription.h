/*
 * The list of folders that mail readers show, kept in the root Maildir by the IMAP server: Dovecot's
 * "subscriptions" (version 2: a header, then a folder a line with tabs between its levels; version
 * 1: no header, the separator of the layout between them) and Courier's "courierimapsubscribed"
 * ("INBOX.Work.Projects" a line). A file that is there gets the new line; where there is none,
 * Dovecot's is begun, or Courier's in a Maildir that Courier has been in. What is there is kept, and
 * nothing is added twice. Dovecot changes its file under the lock file "subscriptions.lock", and so
 * is it here.
 */
#ifndef DELIVER_SUBSCRIPTION_H
#define DELIVER_SUBSCRIPTION_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/settings.h"
#include "deliver/mailbox_name.h"

bool subscription_add(struct arena *arena, const char *root, const struct mailbox_name *name,
    const struct settings *settings, struct error *error);

#endif
