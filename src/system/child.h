/*
 * Commands: run one with bytes on its standard input, a time limit, a bound on what it may print,
 * and its end as a waitpid() status. The child gets descriptors 0, 1 and 2 only, default signal
 * handling and a process group of its own; when the time is over the whole group is killed. SIGPIPE
 * never ends the caller.
 */
#ifndef SYSTEM_CHILD_H
#define SYSTEM_CHILD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

struct child_request {
	/* Program and arguments, NULL at the end. argv[0] is searched in `path` unless it has a
	 * slash. No shell. */
	const char *const *arguments;
	const char *const *environment; /* NAME=value, NULL at the end */
	const char *search_path;        /* directories, colons between; for argv[0] */
	/* Standard input: a descriptor that is given as it is at position 0 (>= 0), or else these
	 * bytes. */
	int input_descriptor;
	struct text input;
	/* Where standard output goes: the buffer, or the caller's own standard output when NULL.
	 * What the buffer cannot hold ends the command (output_overfull). */
	struct buffer *output;
	unsigned timeout; /* seconds */
};

struct child_result {
	int status;            /* as waitpid() gives it */
	bool timed_out;        /* killed after `timeout` seconds */
	bool output_overfull;  /* killed because it printed more than the buffer holds */
	bool input_incomplete; /* it ended, or closed its input, before it had read everything */
};

/* False when the command could not be started at all (not found, no process, no pipe); it did not
 * run then. */
bool child_run(
    const struct child_request *request, struct child_result *result_out, struct error *error);

#endif
