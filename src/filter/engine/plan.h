/*
 * The host that does nothing and writes down what it was asked: for tests, for checking rules and
 * for explaining them. Deliveries, commands and locks succeed unless the plan was told otherwise;
 * included rules come from a table of texts, data bases are tables of values (one whose name is to
 * fail cannot be opened, a key that is to fail cannot be stored). A command without an answer
 * prints nothing; one of `xfilter` leaves the message as it is.
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
	PLAN_MAILBOX,
	PLAN_CC_MAILBOX,
	PLAN_PIPE, /* text: each argument in double quotes, commas between */
	PLAN_CC_PIPE,
	PLAN_HEADER,  /* a changed header; text: the whole block */
	PLAN_STRIP,   /* what is told of the attachment: "NAME TYPE" */
	PLAN_REPLACE, /* likewise */
	PLAN_SAVE,    /* "DIRECTORY/NAME" */
	PLAN_TIMEOUT,
	PLAN_END_TIMEOUT,
	PLAN_KINDS, /* how many there are */
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

enum { PLAN_STATEMENTS_A_SECOND = 1000 };

struct plan {
	struct arena *arena;
	struct plan_item *items; /* in the order they were asked for */
	size_t count, capacity;
	struct table rules; /* name -> struct text *: what `include` finds */
	/* Destination, log file, log line or lock -> struct outcome *: what fails, and how. */
	struct table failures;
	struct table answers;                /* command -> struct plan_answer * */
	struct table databases;              /* name -> struct database * */
	unsigned locks;                      /* held */
	const struct variables *environment; /* what `import` finds; NULL: nothing */
	/* Included files below this directory are the administrator's; the default of the setting
	 * maildroprcs. */
	struct text trusted_directory;
	bool is_trusted; /* the file that was read last */
	int64_t time;
	unsigned long statements_left; /* then the run is interrupted; 0: never */
	bool is_over;                  /* it was interrupted */
	/* For `timeout`, a second is PLAN_STATEMENTS_A_SECOND questions by the evaluator; a command
	 * that does not end in time takes all that its block has. */
	int64_t questions;
	int64_t limit; /* the time of the innermost block is over at this number; 0: none is open */
	unsigned limits; /* blocks that are open */
};

extern const struct filter_host plan_host;

void plan_init(struct plan *plan, struct arena *arena);
/* Makes a data base that `gdbmopen` finds (what it stores goes there too), and puts a value in. */
void plan_set_record(struct plan *plan, struct text database, struct text key, struct text value);
/* Writes a `gdbmstore` down; no data base of the plan is asked or changed. */
void plan_note_store(struct plan *plan, struct text key, struct text value);
/* The word of a rules file for that kind: "to", "cc", "echo" ...; "command", "unlock", "header" and
 * "end-timeout" for what has none. */
const char *plan_kind_word(enum plan_kind kind);

#endif
