/*
 * A string map in an arena: byte-exact keys, pointer values, iteration in the order of first
 * insertion. Keys are copied into the arena, values are borrowed.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"

struct table_entry {
	struct text key;
	void *value; /* NULL: removed */
	size_t hash;
};

struct table {
	struct arena *arena;
	struct table_entry *entries; /* in order of insertion */
	size_t count, capacity;
	size_t *slots; /* entry number + 1, or 0 */
	size_t slot_count;
};

void table_init(struct table *table, struct arena *arena);
/* The value, or NULL. */
void *table_find(const struct table *table, struct text key);
/* Sets or replaces; a NULL value removes. */
void table_set(struct table *table, struct text key, void *value);
/* Walks all present entries: start with *position = 0; false at the end. */
bool table_next(
    const struct table *table, size_t *position, struct text *key_out, void **value_out);

#endif
