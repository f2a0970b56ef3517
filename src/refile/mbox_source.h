/*
 * The messages of one mbox, judged and moved. The mbox is locked, as a delivery locks it, for as long
 * as it is worked on: each message that is to move is delivered to its target, then all of them are
 * taken out at once (mbox_rewrite.h); the others stay byte for byte. A dry run does not lock.
 */
#ifndef REFILE_MBOX_SOURCE_H
#define REFILE_MBOX_SOURCE_H

#include "refile/refile_session.h"

/* `path` is absolute, `shown` what the user called it. */
void mbox_source_refile(struct refile_session *session, const char *path, struct text shown);

#endif
