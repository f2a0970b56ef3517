/*
 * The host that does nothing and writes down what it was asked: for tests, for checking rules and
 * for explaining them. Deliveries, commands and locks succeed unless the plan was told otherwise;
 * included rules come from a table of texts, data bases are tables of values (one whose name is to
 * fail cannot be opened, a key that is to fail cannot be stored). A command without an answer prints nothing; one of
 * `xfilter` leaves the message as it is.
 */
#ifndef FILTER_ENGINE_PLAN_H
#define FILTER_ENGINE_PLAN_H

#include "base/arena.h"
#include "base/table.h"
#include "filter/engine/host.h"

enum plan_kind {
	PLAN_TO,
	PLAN_CC,
	PLAN_ECHO,
	PLAN_LOGFILE,
	PLAN_LOG,
	PLAN_COMMAND, /* in backticks */
	PLAN_SYSTEM,
	PLAN_XFILTER,
	PLAN_DOTLOCK,
	PLAN_FLOCK,
	PLAN_UNLOCK,
	PLAN_STORE, /* `gdbmstore`: "KEY VALUE" */
};

struct plan_item {
	enum plan_kind kind;
	struct text text;   /* destination, bytes, name or line */
	struct place place; /* of a delivery */
};

/* How a command ends, in place of running it. */
struct plan_answer {
	int status;         /* 0 to 255; -1: it does not end in time */
	struct text output; /* what it prints */
};

struct plan {
	struct arena *arena;
	struct plan_item *items; /* in the order they were asked for */
	size_t count, capacity;
	struct table rules; /* name -> struct text *: what `include` finds */
	struct table
	    failures; /* destination, log file, log line or lock -> struct outcome *: what fails, and
			 how */
	struct table answers;                /* command -> struct plan_answer * */
	struct table databases;              /* name -> struct database * */
	unsigned locks;                      /* held */
	const struct variables *environment; /* what `import` finds; NULL: nothing */
	int64_t time;
	unsigned long statements_left; /* then the run is interrupted; 0: never */
};

extern const struct filter_host plan_host;

void plan_init(struct plan *plan, struct arena *arena);
/* Makes a data base that `gdbmopen` finds (what it stores goes there too), and puts a value in. */
void plan_set_record(struct plan *plan, struct text database, struct text key, struct text value);
/* The word of a rules file for that kind: "to", "cc", "echo" ...; "command" and "unlock" for what
 * has none. */
const char *plan_kind_word(enum plan_kind kind);

#endif
