/*
 * Ends of process for broken invariants and for exhausted memory; see bug.h. Nothing here
 * allocates.
 */
#include "base/bug.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

void
bug(const char *what, const char *file, int line)
{
	char message[512];
	int length =
	    snprintf(message, sizeof message, "4.3.0 culver: bug at %s:%d: %s\n", file, line, what);

	if (length > (int)sizeof message - 1)
		length = (int)sizeof message - 1;
	if (length > 0 && write(STDERR_FILENO, message, (size_t)length) < 0)
		abort();
	abort();
}

void
out_of_memory(void)
{
	static const char message[] =
	    "4.3.0 culver: out of memory, the message is not delivered: try again later\n";

	if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
		_exit(EX_TEMPFAIL);
	_exit(EX_TEMPFAIL);
}
