/*
 * Being asked to stop. SIGTERM, SIGINT and SIGHUP set a flag that the stages look at between steps;
 * a delivery in progress is either finished or taken back, never cut. SIGALRM is the deadline of
 * the whole run, with the same effect. SIGPIPE and SIGXFSZ are ignored: the write fails instead.
 */
#ifndef SYSTEM_SIGNALS_H
#define SYSTEM_SIGNALS_H

#include <stdbool.h>

/* seconds: the deadline of the run from now; 0: none. */
void signals_install(unsigned seconds);

/* The signal that asks for the end, or 0. */
int signals_pending(void);

#endif
