/*
 * The locks that rules hold around a block: `dotlock` makes a lock file of exactly the name that it
 * is given, `flock` creates a file (mode 0600) and locks it as mailboxes are locked (fcntl).
 * LOCKTIMEOUT (seconds without a change after which a lock file is given up for dead), LOCKSLEEP
 * (seconds between tries) and LOCKREFRESH (seconds) are taken from the variables; how long is waited
 * in all is the setting lock_timeout.
 */
#ifndef AGENT_RULES_LOCK_H
#define AGENT_RULES_LOCK_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "config/settings.h"
#include "filter/engine/host.h"
#include "filter/engine/variable.h"

struct rules_lock;

struct rules_lock_request {
	struct text name;
	const struct settings *settings;
	const struct variables *variables;
};

/* Puts the lock in front of *locks. False: it cannot be had. */
bool rules_lock_take(struct arena *arena, struct rules_lock **locks, enum lock_kind kind,
    const struct rules_lock_request *request, struct error *error);
/* Releases the first of *locks. */
void rules_lock_release(struct rules_lock **locks);
/* Shows for each lock file of `locks`, a struct rules_lock, whose time has come that its owner
 * lives. */
void rules_lock_refresh(void *locks);

#endif
