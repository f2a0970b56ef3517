/*
 * The two ends of a process that nobody handles. bug(): an invariant is broken, the state can no
 * longer be trusted; a line on stderr, then abort (the MTA keeps the mail: a signal is never taken
 * for success). out_of_memory(): a line on stderr and exit status 75 at once, "try again later";
 * the caller still has the mail.
 */
#ifndef BASE_BUG_H
#define BASE_BUG_H

_Noreturn void bug(const char *what, const char *file, int line);
_Noreturn void out_of_memory(void);

/* Stays in every build: a check that costs a compare is cheaper than mail delivered from a broken
 * state. */
#define REQUIRE(condition) ((condition) ? (void)0 : bug(#condition, __FILE__, __LINE__))

#endif
