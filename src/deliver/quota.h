/*
 * Maildir++ quota: the maildirsize file (protocol of Courier's maildirquota(7)). Its first line is
 * the quota, every other one a change, "bytes messages". It is shared with IMAP servers and other
 * agents without a lock: the sums may be a little off, and a recount mends them. Counted are the
 * files of `new` and `cur` of the Maildir and of its dot-folders, but not the folder .Trash and not
 * messages with the flag T. Symbolic links are not followed below the Maildir.
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
	QUOTA_NONE,  /* it fits, and there is no maildirsize to add it to */
	QUOTA_OVER,  /* the message would pass a limit, counted afresh where the protocol says so */
	QUOTA_LATER, /* could not be found out; `error` says why */
};

/* "5000000S,1000C", letters in any order, each at most once; K, M, G before the S multiply:
 * "500MS". */
bool quota_parse(struct text source, struct quota_limits *limits_out, struct error *error);

/*
 * Would a message of `size` bytes fit into the Maildir++ tree that `maildir` (root or folder)
 * belongs to? Reads maildirsize, recounts and rewrites it when the protocol asks for it. `limits`
 * NULL: those of maildirsize, whose first line is kept; when that does not exist or cannot be
 * understood there is no quota. A Maildir that is not there yet is empty.
 */
enum quota_answer quota_check(struct arena *arena, const char *maildir,
    const struct quota_limits *limits, uint64_t size, struct error *error);

/* Gives the Maildir these limits: counts what it holds and writes maildirsize afresh. */
bool quota_install(struct arena *arena, const char *maildir, const struct quota_limits *limits,
    struct error *error);

/* Does a message that is laid into this Maildir with these flags count? Neither check nor add it if
 * not. */
bool quota_is_counted(struct text maildir, struct text flags);

/* Appends "size 1" to maildirsize after a delivery. Failure costs only accuracy: the next recount
 * mends it. */
void quota_add(struct arena *arena, const char *maildir, uint64_t size);

/* The opposite, for a message that left. */
void quota_remove(struct arena *arena, const char *maildir, uint64_t size);

/* Percentage of the fuller limit in use by the sums of maildirsize, for the warning; 0 when
 * unknown. */
unsigned quota_percent(struct arena *arena, const char *maildir, const struct quota_limits *limits);

/* The Maildir that a folder belongs to, or itself. */
const char *quota_find_root(struct arena *arena, const char *maildir);

#endif
