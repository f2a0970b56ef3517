/*
 * Memory with one lifetime: many allocations, one release. Whoever passes the arena owns the
 * result. The first block can be lent by the caller (usually from its stack), so that a small
 * delivery asks the system for no memory at all. When memory ends, the process ends with "try again
 * later" (base/bug.h); no call returns NULL.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

enum { ARENA_ALIGNMENT = 16 };

struct arena_block;

struct arena {
	char *next;                 /* first free byte of the current block */
	char *end;                  /* end of the current block */
	struct arena_block *blocks; /* blocks from the heap, newest first */
};

/* `first` may be NULL with size 0; otherwise it must outlive the arena. */
void arena_init(struct arena *arena, void *first, size_t size);
/* Gives back every block; all that was allocated is gone. The arena is as after arena_init(arena,
 * NULL, 0). */
void arena_clear(struct arena *arena);

/* An allocation that the current block has no room for; called by arena_alloc_bytes() only. */
char *arena_alloc_slow(struct arena *arena, size_t size);

/* Bytes that are not zeroed, aligned for any type: for what is written before it is read, whose pages
 * cost nothing until then. Size 0 gives a unique non-NULL pointer. */
static inline char *
arena_alloc_bytes(struct arena *arena, size_t size)
{
	size_t gap = -(uintptr_t)arena->next & (ARENA_ALIGNMENT - 1);
	size_t room = (size_t)(arena->end - arena->next);

	size += size == 0;
	if (gap > room || size > room - gap)
		return arena_alloc_slow(arena, size);
	char *result = arena->next + gap;
	arena->next = result + size;
	return result;
}

/* The same, zeroed. */
static inline void *
arena_alloc(struct arena *arena, size_t size)
{
	return memset(arena_alloc_bytes(arena, size), 0, size);
}

/* Zeroed array; an overflowing product ends the process as out of memory. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t item_size);

/* A copy of the bytes. */
struct text arena_copy_text(struct arena *arena, struct text source);
/* A copy with the letters of ASCII in lower case. */
struct text arena_copy_lower(struct arena *arena, struct text source);
/* A copy with a NUL behind it, for the system's edge; a NUL inside the text ends the string early.
 */
char *arena_copy_string(struct arena *arena, struct text source);
/* printf into the arena; the result is NUL-terminated behind its size. */
struct text arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct text arena_format_list(struct arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

#endif
