/*
 * The part of the host (filter/engine/host.h) that keeps the rules' own values from one message to
 * the next.
 */
#ifndef FILTER_ENGINE_DATABASE_HOST_H
#define FILTER_ENGINE_DATABASE_HOST_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* How `gdbmopen` opens. */
enum database_mode {
	DATABASE_READ,
	DATABASE_WRITE,    /* it must exist */
	DATABASE_CREATE,   /* made when it is missing */
	DATABASE_TRUNCATE, /* begun anew */
};

/* A data base that is open: each host has its own. */
struct database;

struct database_host {
	/* `self` is the host's. NULL after an error. Each is closed, the last one first. */
	struct database *(*open)(
	    void *self, struct text name, enum database_mode mode, struct error *error);
	/* The value lives in the arena. */
	bool (*fetch)(struct database *database, struct text key, struct arena *arena,
	    bool *found_out, struct text *value_out, struct error *error);
	/* True: the value is safe. */
	bool (*store)(
	    struct database *database, struct text key, struct text value, struct error *error);
	void (*close)(void *self, struct database *database);
};

#endif
