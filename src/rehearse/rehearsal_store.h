/*
 * The data bases of a rehearsal: stores (record/keyed_store.h) that exist are read, without a lock;
 * what rules would store in them, or in new ones, is remembered under the data base's name until
 * the rehearsal ends. No file is made or changed.
 */
#ifndef REHEARSE_REHEARSAL_STORE_H
#define REHEARSE_REHEARSAL_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/table.h"
#include "base/text.h"
#include "filter/engine/database_host.h"

enum rehearsal_store_answer {
	REHEARSAL_STORE_NOTHING, /* no data base was asked */
	REHEARSAL_STORE_ABSENT,
	REHEARSAL_STORE_FOUND,
	REHEARSAL_STORE_PUT,
};

/* What the function of the rules that runs now asked of its data base. */
struct rehearsal_store_ask {
	enum rehearsal_store_answer kind;
	struct text first;      /* the first key of a search */
	struct text key, value; /* the last key; what it has, or would have */
	size_t keys;            /* that were looked for */
};

struct rehearsal_store {
	struct arena *arena;
	struct table changes; /* name -> struct rehearsal_changes * */
	size_t opened;        /* how often one was to be opened */
	/* Told of each value that would be stored. */
	void (*note)(void *self, struct text key, struct text value);
	void *self;
	struct rehearsal_store_ask ask;
	struct arena asked; /* its texts */
};

void rehearsal_store_begin(struct rehearsal_store *stores, struct arena *arena,
    void (*note)(void *self, struct text key, struct text value), void *self);
void rehearsal_store_end(struct rehearsal_store *stores);
/* The function is over. */
void rehearsal_store_forget(struct rehearsal_store *stores);

/* As struct database_host has them. */
struct database *rehearsal_store_open(
    struct rehearsal_store *stores, struct text name, enum database_mode mode, struct error *error);
bool rehearsal_store_fetch(struct database *database, struct text key, struct arena *arena,
    bool *found_out, struct text *value_out, struct error *error);
bool rehearsal_store_put(
    struct database *database, struct text key, struct text value, struct error *error);
void rehearsal_store_close(struct database *database);

#endif
