/*
 * Messages laid into a Maildir by the back end that deliveries use: synced, or not there at all.
 */
#ifndef HANDLE_MAILDIR_DROP_H
#define HANDLE_MAILDIR_DROP_H

#include <stdbool.h>

#include "base/error.h"
#include "config/settings.h"
#include "handle/mail_source.h"

struct maildir_drop {
	const struct settings *settings;
	const char *maildir;
};

/* With settings->create_folders the Maildir is made where it is missing. Flags and the time of
 * receiving go with a message of a Maildir. `bytes`: the message, without a From_ line. */
bool maildir_drop_add(const struct maildir_drop *drop, const struct mail_item *item,
    struct text bytes, struct error *error);

#endif
