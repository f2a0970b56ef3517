/*
 * Boundaries; see fresh_boundary.h. Randomness keeps a sender from knowing the next one.
 */
#include "handle/compat/fresh_boundary.h"

#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"

struct text
fresh_boundary_new(struct arena *arena, struct text bytes)
{
	for (uint64_t random = 0;; random++) {
		if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
			random += (uint64_t)clock_monotonic_milliseconds();
		struct text boundary = arena_format(
		    arena, "=_culver-%ld-%016llx", (long)getpid(), (unsigned long long)random);
		if (text_find(bytes, 0, boundary) == bytes.size)
			return boundary;
	}
}
