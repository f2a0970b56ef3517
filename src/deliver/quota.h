/*
 * Maildir++ quota: the maildirsize file (protocol of Courier's maildirquota(7)).
 */
#ifndef DELIVER_QUOTA_H
#define DELIVER_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

struct quota_limits {
	uint64_t bytes;    /* 0: no limit */
	uint64_t messages; /* 0: no limit */
};

enum quota_answer {
	QUOTA_FITS,
	QUOTA_OVER,  /* the message would pass a limit, counted afresh where the protocol says so */
	QUOTA_LATER, /* could not be found out; `error` says why */
};

/* "5000000S,1000C", letters in any order; K, M, G factors on S are accepted. */
bool quota_parse(struct text source, struct quota_limits *limits_out, struct error *error);

/*
 * Would a message of `size` bytes fit into the Maildir++ tree that `maildir` (root or folder)
 * belongs to? Reads maildirsize, recounts and rewrites it when the protocol asks for it. `limits`
 * NULL: those of maildirsize; when that does not exist there is no quota.
 */
enum quota_answer quota_check(struct arena *arena, const char *maildir,
    const struct quota_limits *limits, uint64_t size, struct error *error);

/* Appends "size 1" to maildirsize after a delivery. Failure costs only accuracy: the next recount
 * mends it. */
void quota_add(struct arena *arena, const char *maildir, uint64_t size);

/* Percentage of the fuller limit in use after the last check, for the warning; 0 when unknown. */
unsigned quota_percent(struct arena *arena, const char *maildir, const struct quota_limits *limits);

#endif
