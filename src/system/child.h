/*
 * Commands: run one with bytes on its standard input, a time limit, a bound on what it may print,
 * and its end as a waitpid() status. The child gets descriptors 0, 1 and 2 only, default signal
 * handling, an empty signal mask and a process group of its own. When the time is over, when it
 * prints too much or when this process is asked to stop (system/signals.h), the whole group is
 * ended: SIGTERM, a grace of two seconds, SIGKILL. A process that left the group is not followed.
 * SIGPIPE never ends the caller.
 */
#ifndef SYSTEM_CHILD_H
#define SYSTEM_CHILD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

struct child_request {
	/* Program and arguments, NULL at the end. argv[0] is searched in `search_path` unless it
	 * has a slash. No shell. */
	const char *const *arguments;
	const char *const *environment; /* NAME=value, NULL at the end */
	const char *search_path; /* directories, colons between; an empty one is the current one */
	/*
	 * Standard input: `prefix`, then `input`. When there is no prefix and `input_descriptor` is
	 * >= 0, the child gets that file instead, read-only, at position 0 and with an offset of
	 * its own; it holds the bytes of `input`, which are fed only where the file cannot be
	 * opened again.
	 */
	struct text prefix;
	struct text input;
	int input_descriptor;
	/* Where standard output goes: the buffer, which is read to its end even when the command
	 * ends before the processes that it started; or, when NULL, the file `output_descriptor`,
	 * written by this process, so that nothing that the command leaves behind can change it;
	 * or, when that is 0, the caller's own standard output. What the buffer cannot hold, or is
	 * more than `output_maximum` bytes of a file, ends the command (output_overfull). */
	struct buffer *output;
	int output_descriptor;
	uint64_t output_maximum;
	/* Called about once a second while the command runs; may be NULL. */
	void (*each_second)(void *self);
	void *each_second_self;
	unsigned timeout; /* seconds; 0: none */
};

struct child_result {
	int status;           /* as waitpid() gives it */
	bool timed_out;       /* ended after `timeout` seconds */
	int interrupted;      /* ended because signals_pending() said this; 0: no */
	bool output_overfull; /* ended because it printed more than it may */
	int output_failure;   /* errno: ended because its output could not be written; 0: no */
	/* It ended, or closed its input, before it had read everything. Only a hint: a command may
	 * map a file, and may end without reading what a pipe still held (64 KiB) of a larger
	 * input. */
	bool input_incomplete;
};

/*
 * False when the command could not be started at all; it did not run then. error->number is the
 * errno: ENOENT for a program that is not there, EACCES for one that may not be executed, ENOEXEC
 * for a script without a first line that names its interpreter; 0 when this process was asked to
 * stop already.
 */
bool child_run(
    const struct child_request *request, struct child_result *result_out, struct error *error);

#endif
