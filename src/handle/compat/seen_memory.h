/*
 * Message identifiers seen before, in a file of bounded size, for formail -D and reformail -D: the same
 * bytes as theirs, so that files that are there go on being used, by us and by them. Strings that end
 * with a NUL; an empty one is the end. The two differ in what they do when the file is full:
 *
 *	ring	formail: the oldest are written over; behind the end mark lie older ones
 *	queue	reformail: the oldest in front go, one that is met again moves to the back
 *
 * The file is locked while it is asked (a write lock as fcntl(2) has it, which reformail takes too).
 */
#ifndef HANDLE_COMPAT_SEEN_MEMORY_H
#define HANDLE_COMPAT_SEEN_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum {
	SEEN_MEMORY_KEY_MAX = 4096, /* bytes; a longer one is always new */
	SEEN_MEMORY_FILE_MAX = 64 * 1024 * 1024,
	SEEN_MEMORY_WAIT = 60, /* seconds for the lock */
};

enum seen_memory_kind { SEEN_MEMORY_RING, SEEN_MEMORY_QUEUE };

/*
 * Was this key seen before? It is now. An empty key, or one with a NUL, was not and is not remembered.
 * `size` is the file's about which; the file is made if it is not there. False: it could not be found out,
 * and the message must be taken for new.
 */
bool seen_memory_ask(struct arena *arena, const char *path, uint64_t size,
    enum seen_memory_kind kind, struct text key, bool *seen_out, struct error *error);

#endif
