/*
 * What makes two stored messages duplicates: their Message-ID, or the same content. Content is the
 * whole message but the fields that each delivery writes anew (trace fields, a mailbox's own marks);
 * line ends and empty lines at the end make no difference.
 */
#ifndef HANDLE_DUPLICATE_KEY_H
#define HANDLE_DUPLICATE_KEY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/text.h"

struct duplicate_key {
	struct text id;                /* Message-ID without brackets, in the arena; or empty */
	char bytes[DIGEST_HEX_SIZE];   /* of all bytes */
	char content[DIGEST_HEX_SIZE]; /* of the content */
	char summary[DIGEST_HEX_SIZE]; /* of the body and the fields that readers show, for messages
					  without an id or compared by content */
};

struct duplicate_key duplicate_key_find(struct arena *arena, struct text message);

#endif
