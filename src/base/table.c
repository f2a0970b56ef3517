/*
 * Open-addressing string map over an insertion-ordered array; see table.h. The hash (FNV-1a) is not
 * keyed: keys are names that rule authors choose, never message data.
 */
#include "base/table.h"

#include <stdint.h>

#include "base/vector.h"

void
table_init(struct table *table, struct arena *arena)
{
	*table = (struct table){.arena = arena};
}

static size_t
table_hash(struct text key)
{
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < key.size; i++)
		hash = (hash ^ (unsigned char)key.data[i]) * 1099511628211u;
	return (size_t)(hash ^ (hash >> 32));
}

/* The slot that holds the key, or the free one where it belongs; the table must have slots. */
static size_t
table_slot(const struct table *table, struct text key, size_t hash)
{
	size_t slot = hash % table->slot_count;

	while (table->slots[slot] != 0) {
		const struct table_entry *entry = &table->entries[table->slots[slot] - 1];
		if (entry->hash == hash && text_is_equal(entry->key, key))
			break;
		slot = (slot + 1) % table->slot_count;
	}
	return slot;
}

void *
table_find(const struct table *table, struct text key)
{
	if (table->slot_count == 0)
		return NULL;
	size_t slot = table_slot(table, key, table_hash(key));
	return table->slots[slot] == 0 ? NULL : table->entries[table->slots[slot] - 1].value;
}

static void
table_rehash(struct table *table)
{
	table->slot_count = table->slot_count == 0 ? 32 : table->slot_count * 2;
	table->slots = arena_alloc_array(table->arena, table->slot_count, sizeof *table->slots);
	for (size_t i = 0; i < table->count; i++)
		table->slots[table_slot(table, table->entries[i].key, table->entries[i].hash)] =
		    i + 1;
}

void
table_set(struct table *table, struct text key, void *value)
{
	if (table->count * 2 >= table->slot_count)
		table_rehash(table);
	size_t hash = table_hash(key);
	size_t slot = table_slot(table, key, hash);
	if (table->slots[slot] != 0) {
		table->entries[table->slots[slot] - 1].value = value;
		return;
	}
	if (value == NULL)
		return;
	table->entries = vector_grow(
	    table->arena, table->entries, table->count, &table->capacity, sizeof *table->entries);
	table->entries[table->count++] =
	    (struct table_entry){arena_copy_text(table->arena, key), value, hash};
	table->slots[slot] = table->count;
}

bool
table_next(const struct table *table, size_t *position, struct text *key_out, void **value_out)
{
	while (*position < table->count) {
		const struct table_entry *entry = &table->entries[(*position)++];
		if (entry->value == NULL)
			continue;
		*key_out = entry->key;
		*value_out = entry->value;
		return true;
	}
	return false;
}
