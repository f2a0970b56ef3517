/*
 * A bar on standard error for long work: only on a terminal that can take it back, from the second
 * second on, at most ten times a second, and gone at the end.
 */
#ifndef HANDLE_PROGRESS_H
#define HANDLE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "handle/mail_source.h"
#include "system/terminal.h"

enum { PROGRESS_AFTER = 1000, PROGRESS_PERIOD = 100 /* milliseconds */ };

struct progress {
	struct terminal terminal;
	bool is_off, is_shown;
	int64_t started, drawn; /* milliseconds */
	uint64_t messages;
	const char *verb;
};

/* `verb`: what is done, "reading". `is_quiet`: never. `prints`: the command writes to standard output as it
 * goes on, which is progress enough when that is a terminal. */
void progress_begin(struct progress *progress, const char *verb, bool is_quiet, bool prints);
/* A message is done. */
void progress_step(struct progress *progress, const struct mail_source *source);
/* Before something else is written to the terminal, and at the end. */
void progress_clear(struct progress *progress);

#endif
