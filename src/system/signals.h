/*
 * Being asked to stop: SIGTERM, SIGINT and SIGHUP, and the deadline of the whole run. The signals
 * are blocked, not handled, and looked for between steps: a delivery in progress is either finished
 * or taken back, never cut. Whoever waits for something waits for signals_descriptor() beside it.
 * SIGPIPE and SIGXFSZ are blocked too: the write fails instead. A command gets the default mask
 * back (system/child.h).
 */
#ifndef SYSTEM_SIGNALS_H
#define SYSTEM_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

enum { SIGNALS_DEADLINE = -1 };

/* seconds: the deadline of the run from now; 0: none. */
void signals_install(unsigned seconds);

/* The signal that asks for the end, SIGNALS_DEADLINE when the time is over, or 0. A system call. */
int signals_pending(void);

/* Becomes readable when a signal asks for the end; -1 when it cannot be had (ask signals_pending()
 * now and then). Made on first use. */
int signals_descriptor(void);

/* Milliseconds until the deadline for poll(): 0 when it has passed, -1 without one. */
int signals_time_left(void);

/* Why the run must end, for a reason text: "SIGTERM" or "the time limit". */
const char *signals_describe(int pending);

#endif
