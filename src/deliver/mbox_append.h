/*
 * The append itself and its opposite. An append is described once, before its first byte, and
 * everybody who may have to undo it (the writer, its guardian) has the description.
 */
#ifndef DELIVER_MBOX_APPEND_H
#define DELIVER_MBOX_APPEND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "system/lock.h"

struct mbox_append {
	const char *path;  /* for reasons */
	int descriptor;    /* O_APPEND, locked */
	uint64_t old_size; /* of the mailbox */
	uint64_t total;    /* bytes to be added */
	struct text lead;  /* mbox_format_lead() */
	struct text message;
	struct dot_lock lock; /* path NULL: none */
};

/* Writes it all, in large pieces. On failure a part may be there: mbox_append_take_back(). */
bool mbox_append_write(const struct mbox_append *append, struct error *error);

/*
 * Brings the mailbox back to its old size and removes the journal's mark. Only bytes that are
 * exactly a beginning of this append are cut off: if a program without locks has written something
 * else behind the old end, all stays and the error says so. On any failure the mark stays for the
 * next delivery, except that case, where it has nothing more to say.
 */
bool mbox_append_take_back(const struct mbox_append *append, struct error *error);

#endif
