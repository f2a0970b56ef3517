/*
 * `culver explain`: a message goes through the rules as in a delivery, nothing is done, and the
 * story is told: what was asked, what it saw, what changed, what would happen, and why.
 */
#ifndef REHEARSE_EXPLAIN_H
#define REHEARSE_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/agent.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "rehearse/command_answers.h"
#include "system/terminal.h"

enum {
	EXPLAIN_ROUNDS_MAX = 3,                 /* of a loop that are told, without is_full */
	EXPLAIN_OUTPUT_MAX = 256 * 1024 * 1024, /* bytes of one observation */
	EXPLAIN_FAILED = 1,                     /* exit status: the rules have an error */
};

struct explain_request {
	const struct agent_request *agent; /* as for a delivery; `input` is not looked at */
	struct text message;               /* as it comes to a delivery; outlives the call */
	const struct command_answers *answers;
	bool runs_commands;
	bool asks; /* for each command that nobody answers, on the terminal of the process */
	bool has_time;
	int64_t time; /* for `time`; else the real one */
	bool is_json;
	bool is_quiet; /* only the plan */
	bool is_full;  /* nothing is cut or left out */
	struct terminal terminal;
	/* Where the story goes, piece by piece. */
	void (*write)(void *self, struct text bytes);
	void *self;
};

/*
 * The exit status: 0 when the rules ran, EXPLAIN_FAILED when they have an error, EX_NOUSER, or
 * EX_NOPERM when the process may not become that user, both with the error. Becomes the user; in delivery and embedded
 * mode the working directory is the home afterwards.
 */
int explain_run(struct arena *arena, const struct explain_request *request, struct error *error);

#endif
