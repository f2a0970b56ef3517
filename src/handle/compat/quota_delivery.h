/*
 * One message from a descriptor into a Maildir, by the back end that deliveries use, within the quota of
 * the Maildir.
 */
#ifndef HANDLE_COMPAT_QUOTA_DELIVERY_H
#define HANDLE_COMPAT_QUOTA_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "config/settings.h"

struct quota_delivery {
	struct arena *arena;
	const char *name; /* of the program, in messages */
	const struct settings *settings;
	const char *maildir;      /* or a folder of one */
	struct text quota;        /* a new one for the Maildir; empty: that which it has */
	const char *warning_file; /* with warning_percent */
	unsigned warning_percent; /* how full the Maildir is when its user is warned; 0: never */
	bool makes_parents;       /* with settings->create_folders */
};

/* EX_OK: the message is safe there; 77: it does not fit the quota; 75: anything else, and nothing of it
 * is there. The reason was said on standard error. */
int quota_delivery_run(const struct quota_delivery *request, int input);

#endif
