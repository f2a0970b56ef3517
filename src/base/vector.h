/*
 * Growth of typed arrays that live in an arena:
 *
 *	struct field *fields = NULL; size_t count = 0, capacity = 0;
 *	fields = vector_grow(arena, fields, count, &capacity, sizeof *fields);
 *	fields[count++] = field;
 *
 * A bound on the count is the caller's.
 */
#ifndef BASE_VECTOR_H
#define BASE_VECTOR_H

#include <stddef.h>

#include "base/arena.h"

/* Room for at least count + 1 items; returns the array, moved when it had to grow (the old place
 * stays in the arena). */
void *vector_grow(
    struct arena *arena, void *items, size_t count, size_t *capacity, size_t item_size);

#endif
