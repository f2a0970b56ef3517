/*
 * Everything that rules may ask of the world. The filter knows no files, processes or users: it
 * asks through this interface, and the host decides whether to act at once (agent/agent_host.c), to
 * collect, or only to write down what was asked (filter/engine/plan.c). Every call is synchronous.
 * Texts and messages are borrowed for the call; what a host returns lives in the arena that was
 * given to filter_run().
 */
#ifndef FILTER_ENGINE_HOST_H
#define FILTER_ENGINE_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "mail/message.h"
#include "mail/outcome.h"

struct variables;

/* A place in a rules file: what an explanation and every error names. Lines and columns count from
 * 1, in bytes. */
struct place {
	struct text file;
	unsigned line;
	unsigned column;
};

struct delivery_request {
	struct text destination; /* as the rule says it: "./Maildir/", "|command", "!address" */
	bool copy;               /* cc: the rules go on afterwards */
	const struct message *message;
	const struct variables
	    *variables; /* at this moment; FLAGS, MAILDIRQUOTA, UMASK ... are the host's to read */
	struct place place;
	/* Why, for the log: the pattern that matched last, as the rule writes it, and what it
	 * matched. May be empty. */
	struct text condition;
	struct text matched;
};

struct filter_host {
	/* Lay the message down. DONE means safe. */
	struct outcome (*deliver)(void *self, const struct delivery_request *request);
	/* The text of a rules file named by `include`, relative as the language has it. */
	bool (*read_rules)(void *self, struct arena *arena, struct text name,
	    struct text *rules_out, struct error *error);
	/* `logfile NAME` and `log TEXT`: the rules' own log. A failure is the caller's to judge. */
	bool (*open_log)(void *self, struct text name, struct error *error);
	bool (*log)(void *self, struct text line, struct error *error);
	/* `echo`: bytes for standard output, line end included where there is one. */
	void (*echo)(void *self, struct text bytes);
	/* `import NAME`: the value that the caller's environment or the envelope gives this name;
	 * empty when they do not know it. */
	struct text (*environment)(void *self, struct text name);
	/* Unix seconds. */
	int64_t (*time)(void *self);
	/* True when the deadline of the run has passed or the process was asked to stop: the
	 * evaluator then ends with "later". Called once a statement. */
	bool (*is_interrupted)(void *self);
};

#endif
