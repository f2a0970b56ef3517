/*
 * Arena arrays that double; see vector.h.
 */
#include "base/vector.h"

#include <string.h>

void *
vector_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t item_size)
{
	if (count < *capacity)
		return items;
	size_t wanted = *capacity == 0 ? 8 : *capacity * 2;
	void *grown = arena_alloc_array(arena, wanted, item_size);
	if (count > 0)
		memcpy(grown, items, count * item_size);
	*capacity = wanted;
	return grown;
}
