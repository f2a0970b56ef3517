/*
 * Messages taken out of an mbox, in place, since other programs hold locks on this very file. All or
 * nothing, whatever ends it: what the file is to hold from the first change on is first written beside
 * the journal (STEM.rewrite), synced; then it is copied into the mbox, synced; the file becomes
 * STEM.truncate; the mbox is cut; the journal ends its moves; the file goes. Each step can be done again.
 * A child that shares the locks does the work, so that not even the death of this process leaves a
 * half-written mbox behind; after a power cut the next run goes on before anything else.
 */
#ifndef REFILE_MBOX_REWRITE_H
#define REFILE_MBOX_REWRITE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "deliver/mbox_file.h"
#include "refile/refile_journal.h"

struct mbox_cut {
	size_t start, size;
};

/* Takes the ranges, in their order, out of the locked mbox. On failure it is as it was, or a later
 * mbox_rewrite_recover() goes on. */
bool mbox_rewrite_remove(struct arena *arena, struct refile_journal *journal,
    struct mbox_file *file, const struct mbox_cut *cuts, size_t count, struct error *error);

/* Finishes what was begun. Mail that was appended since stays. False: it cannot be finished, and
 * nothing may be done with the mbox. */
bool mbox_rewrite_recover(struct arena *arena, struct refile_journal *journal,
    struct mbox_file *file, struct error *error);

#endif
