/*
 * Copies that were laid down by an earlier try of the same message. When a `cc` succeeded and a
 * later delivery failed, the whole message goes back to the MTA's queue and comes again; what was
 * done is remembered in the user's home (~/.culver/partial/DIGEST, one destination a line) and not
 * done twice. The digest is over envelope and message, so that nobody can send a message that is
 * taken for another's retry.
 *
 * It is a memory aid: where it cannot be written or read, the copy is made again (a double, never a
 * loss). A message whose rules make no copy costs nothing; one whose rules do costs one look for
 * the directory. doc/decisions/partial-delivery.md has the reasons.
 */
#ifndef AGENT_PARTIAL_DELIVERY_H
#define AGENT_PARTIAL_DELIVERY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/envelope.h"

struct partial_delivery {
	const char *path;    /* the record that was found; NULL: none */
	struct text earlier; /* its destinations, each with a line end */
	struct text now;     /* the destinations of this run, likewise */
	bool is_full;        /* more than can be kept: from here on, all is done again */
};

/* Looks for the record of an earlier try. Call before the first copy. */
void partial_delivery_recall(struct partial_delivery *partial, struct arena *arena,
    const char *home, const struct envelope *envelope, struct text message);

/* Did the earlier try serve this destination more often than this one by now? Two copies to one
 * destination are two: a command or flags between them can make them differ. */
bool partial_delivery_is_done(const struct partial_delivery *partial, struct text destination);

/* A copy is safe at this destination. */
void partial_delivery_note(
    struct partial_delivery *partial, struct arena *arena, struct text destination);

/* The message goes back to the queue (`later`): writes the record when there is something to
 * remember. Otherwise removes it. */
void partial_delivery_end(struct partial_delivery *partial, struct arena *arena, const char *home,
    const struct envelope *envelope, struct text message, bool later);

#endif
