/*
 * New Message-IDs; see fresh_id.h.
 */
#include "handle/compat/fresh_id.h"

#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"

enum { FRESH_ID_HOST_MAX = 64 };

struct text
fresh_id_format(struct arena *arena)
{
	struct timestamp now = clock_now();
	char host[FRESH_ID_HOST_MAX + 1] = "";
	uint64_t random = 0;

	if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
		random = clock_processor_nanoseconds();
	if (gethostname(host, sizeof host - 1) < 0 || host[0] == '\0')
		memcpy(host, "localhost", sizeof "localhost");
	return arena_format(arena, "%lld.%d.%016llx@%s", (long long)now.seconds, (int)getpid(),
	    (unsigned long long)random, host);
}
