/*
 * A child that takes an append back when the writer dies before it is finished, whatever kills it.
 * It shares the open file description, and so the fcntl lock: nobody can lock the mailbox before
 * the guardian is gone. It keeps stderr open, so that a caller that waits for its end also waits
 * for this.
 */
#ifndef DELIVER_MBOX_GUARDIAN_H
#define DELIVER_MBOX_GUARDIAN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "deliver/mbox_append.h"

struct mbox_guardian {
	pid_t process;
	int pipe; /* its end without a byte is the writer's death */
};

/* From here on the append is safe to begin. */
bool mbox_guardian_start(
    struct mbox_guardian *guardian_out, const struct mbox_append *append, struct error *error);

/* The append is finished, or taken back: the guardian leaves everything as it is and is gone on
 * return. */
void mbox_guardian_dismiss(struct mbox_guardian *guardian);
/* The writer could not take the append back: a second try from another process. True: it is undone.
 */
bool mbox_guardian_take_back(struct mbox_guardian *guardian);

#endif
