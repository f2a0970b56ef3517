/*
 * Being asked to stop: SIGTERM, SIGINT and SIGHUP, and the deadline of the whole run. The signals
 * are blocked, not handled, and looked for between steps: a delivery in progress is either finished
 * or taken back, never cut. Whoever waits for something waits for signals_descriptor() beside it.
 * SIGPIPE and SIGXFSZ are blocked too: the write fails instead. A command gets the default mask
 * back (system/child.h).
 */
#ifndef SYSTEM_SIGNALS_H
#define SYSTEM_SIGNALS_H

#include <stdint.h>

enum { SIGNALS_DEADLINE = -1, SIGNALS_LIMIT = -2 };

/* seconds: the deadline of the run from now; 0: none. */
void signals_install(unsigned seconds);

/*
 * Brings the deadline nearer, to so many seconds from now; never moves it away. Returns the outer
 * deadline, for signals_end_limit(), which puts exactly that back. Limits nest; each is ended, the
 * last first.
 */
int64_t signals_begin_limit(unsigned seconds);
void signals_end_limit(int64_t outer);

/*
 * From now on a step that does not come back (a pattern on a hostile text) ends the process: when the
 * deadline of the run has passed by `grace` seconds, it exits with EX_TEMPFAIL at once, as if it had
 * been killed. What is being laid down then is not there. Nothing happens without a deadline.
 */
void signals_guard(unsigned grace);

/* The signal that asks for the end, SIGNALS_DEADLINE when the time of the run is over,
 * SIGNALS_LIMIT when that of a limit inside it is, or 0. A system call. */
int signals_pending(void);

/* Becomes readable when a signal asks for the end; -1 when it cannot be had (ask signals_pending()
 * now and then). Made on first use. */
int signals_descriptor(void);

/* Milliseconds until the nearest deadline for poll(): 0 when it has passed, -1 without one. */
int signals_time_left(void);

/* Why the run must end, for a reason text: "SIGTERM", "the time limit", "the limit of a timeout
 * block". */
const char *signals_describe(int pending);

#endif
