/*
 * The message while its fate is decided: standard input, read once. A small message stays in
 * memory; a larger one goes to a file without a name (O_TMPFILE) that lies where the message will
 * probably be delivered, moved there by the kernel (splice), and is mapped when somebody looks at
 * it. Private memory is bounded by SPOOL_MEMORY_MAX plus the prefix, whatever the message's size.
 */
#ifndef SYSTEM_SPOOL_H
#define SYSTEM_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum { SPOOL_MEMORY_MAX = 128 * 1024, SPOOL_FIRST_LINE_MAX = 4096 };

struct spool;

struct spool_plan {
	/* Where a large message's file is tried, in this order, until one works; NULL ends the
	 * list. */
	const char *directories[4];
	/* Bytes put in front of the message (header fields asked for on the command line). */
	struct text prefix;
	/* Says how many bytes at the start of the input are not part of the message (a From_ line).
	 * Sees at least SPOOL_FIRST_LINE_MAX bytes where the input has them. May be NULL. */
	size_t (*skip)(void *self, struct text start);
	void *skip_self;
	uint64_t maximum; /* more bytes of input are refused (ERROR_LIMIT); 0: no bound */
};

/* Reads the descriptor to its end. Nothing with a name exists afterwards, so nothing needs to be
 * cleaned up. */
bool spool_receive(struct arena *arena, int input, const struct spool_plan *plan,
    struct spool **spool_out, struct error *error);
/*
 * A message that somebody else writes: an empty file in one of the plan's directories (its prefix
 * is not looked at), whose descriptor is given to the writer. spool_finish() takes what was
 * written; what plan->skip says of its start is left out. Closing it is the caller's also when that
 * fails.
 */
bool spool_create(struct arena *arena, const struct spool_plan *plan, struct spool **spool_out,
    struct error *error);
bool spool_finish(struct spool *spool, const struct spool_plan *plan, struct error *error);
/* A message that is put together: `start`, then `rest`, which is copied inside the kernel where it
 * also lies in a file. Small ones stay in memory, which spool_close() gives back; others go to a
 * new file of the plan's directories. */
struct spool_parts {
	struct text start;
	struct text rest;
	int rest_descriptor;  /* a file that holds `rest` as well; -1: none */
	uint64_t rest_offset; /* where it begins there */
};
bool spool_compose(struct arena *arena, const struct spool_plan *plan,
    const struct spool_parts *parts, struct spool **spool_out, struct error *error);
void spool_close(struct spool *spool);

/* Bytes of the message, prefix included, skipped bytes excluded. */
uint64_t spool_size(const struct spool *spool);
/* The bytes; a file is mapped on first use. Valid until spool_close(). */
bool spool_map(struct spool *spool, struct text *bytes_out, struct error *error);
/*
 * A descriptor of a file that holds exactly the message's bytes and that can be linked, or -1 when
 * the message is in memory only. Its position is not defined.
 */
int spool_descriptor(const struct spool *spool);

#endif
