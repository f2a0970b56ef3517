/*
 * What many short-lived processes remember together: values by key, in one file. Any of the
 * processes may be killed at any moment: what was not committed is as if it had not been done, what
 * was committed is safe on the disk, and the file always opens.
 *
 * A name is TYPE:PATH. "db:" (also without a type) is a Berkeley DB file, read and written; "text:"
 * is a file of lines "key value", only read. A path whose beginning looks like a type is written
 * with "./" in front.
 *
 * How it is kept safe: a file that has its name is never changed. A writer holds a lock file
 * (PATH.lock, which stays) from open to close, changes a copy (.NAME.culver-new, beside it), syncs
 * it, and renames it over the old one. So readers need no lock, and see the store as it was when
 * they opened it. The price of a commit grows with the size of the file.
 */
#ifndef RECORD_KEYED_STORE_H
#define RECORD_KEYED_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum {
	KEYED_STORE_KEY_MAX = 64 * 1024,             /* bytes; a key has at least one */
	KEYED_STORE_VALUE_MAX = 1024 * 1024,         /* bytes */
	KEYED_STORE_SIZE_DEFAULT = 64 * 1024 * 1024, /* bytes of the file */
};

enum keyed_store_mode {
	KEYED_STORE_READ,     /* it must exist; nothing is made or locked */
	KEYED_STORE_WRITE,    /* it must exist */
	KEYED_STORE_CREATE,   /* made, empty, when it is missing */
	KEYED_STORE_TRUNCATE, /* begun anew */
};

struct keyed_store_options {
	enum keyed_store_mode mode;
	unsigned lock_timeout; /* seconds that a writer waits for the others */
	uint64_t size_max;     /* bytes that the file may have; 0: KEYED_STORE_SIZE_DEFAULT */
	/* Unix seconds, kept beside each value that is put; 0: none are kept. A store is opened
	 * always with or always without. */
	int64_t time;
};

struct keyed_record {
	struct text key, value;
	int64_t time; /* when it was put; 0 in a store without times */
};

/* What a store may hold; 0: no bound. */
struct keyed_store_bounds {
	int64_t oldest;     /* records put before this time go */
	size_t records_max; /* then the oldest go, until there are at most so many */
	uint64_t bytes_max; /* and their keys and values are at most so large together */
};

enum keyed_store_answer { KEYED_STORE_FOUND, KEYED_STORE_ABSENT, KEYED_STORE_FAILED };

enum keyed_store_prospect {
	KEYED_STORE_WOULD_FAIL,
	KEYED_STORE_WOULD_OPEN,  /* with the records that are there */
	KEYED_STORE_WOULD_BEGIN, /* without any record */
};

struct keyed_store;

/*
 * NULL with the error: number ENOENT when there is no such file, EAGAIN when other writers kept it
 * locked for too long, EINTR when this process was asked to stop while it waited (system/signals.h),
 * ERROR_INPUT when the file is no store of this type (it is left as it is), or is damaged. A writer
 * moves a file that is proved to be damaged to PATH.damaged-TIME, which the error says; with
 * KEYED_STORE_CREATE it then begins anew, and keyed_store_complaint() tells it.
 */
struct keyed_store *keyed_store_open(
    struct text name, const struct keyed_store_options *options, struct error *error);
/*
 * What keyed_store_open() in that mode would meet now: nothing is made, changed, locked or waited
 * for. KEYED_STORE_WOULD_FAIL comes with the error. What only opening for reading can show (for
 * that mode everything, for the others that a file is damaged) is left to it.
 */
enum keyed_store_prospect keyed_store_foresee(
    struct text name, enum keyed_store_mode mode, struct error *error);
/* What the admin should hear although the store was opened; empty: nothing. */
struct text keyed_store_complaint(const struct keyed_store *store);

/* The record lives in the arena. Changes that are not committed are seen. */
enum keyed_store_answer keyed_store_get(struct keyed_store *store, struct text key,
    struct arena *arena, struct keyed_record *record_out, struct error *error);
/* The first record whose key is behind this one in the order of bytes; an empty key: the first of
 * all. Changes between two calls do no harm. */
enum keyed_store_answer keyed_store_next(struct keyed_store *store, struct text after,
    struct arena *arena, struct keyed_record *record_out, struct error *error);

/* ERROR_LIMIT when the key, the value or the file would be too large; ERROR_REFUSE when the store
 * was opened for reading, or its type is only read. After a failure of a change, what was not
 * committed is gone. */
bool keyed_store_put(
    struct keyed_store *store, struct text key, struct text value, struct error *error);
/* A key that is not there is no error. */
bool keyed_store_delete(struct keyed_store *store, struct text key, struct error *error);
/* Deletes what is beyond the bounds, and gives the space back. ERROR_REFUSE in a store without
 * times. */
bool keyed_store_expire(struct keyed_store *store, const struct keyed_store_bounds *bounds,
    size_t *removed_out, struct error *error);

/* True: all changes so far are on the disk. Nothing to commit costs nothing. */
bool keyed_store_commit(struct keyed_store *store, struct error *error);
/* Drops what was not committed, and lets the next writer in. NULL is nothing. */
void keyed_store_close(struct keyed_store *store);

#endif
