/*
 * Stores that people write: one record a line, the key up to the first blank or tab, the value
 * behind it. Empty lines and lines that begin with # are skipped; of two lines with one key the
 * first counts. Read whole and sorted, since the caller wants the order of bytes.
 */
#include <stdlib.h>

#include "base/vector.h"
#include "record/store_driver.h"
#include "system/file.h"

struct text_store {
	struct keyed_record *records;
	size_t count;
};

/* By key; of equal keys the one that stands first in the file. */
static int
text_store_compare(const void *left, const void *right)
{
	const struct keyed_record *a = left, *b = right;
	int order = text_compare(a->key, b->key);

	if (order != 0)
		return order;
	return a->key.data < b->key.data ? -1 : a->key.data > b->key.data;
}

static bool
text_store_parse_line(struct text line, struct keyed_record *record_out)
{
	size_t end = 0;

	line = text_trim(line);
	if (line.size == 0 || line.data[0] == '#')
		return false;
	while (end < line.size && !text_is_space(line.data[end]))
		end++;
	record_out->key = text_slice(line, 0, end);
	record_out->value = text_trim(text_slice(line, end, line.size));
	return record_out->key.size <= KEYED_STORE_KEY_MAX &&
	       record_out->value.size <= KEYED_STORE_VALUE_MAX;
}

static void *
text_store_open(struct arena *arena, const char *path, const struct keyed_store_options *options,
    struct buffer *complaint, struct error *error)
{
	struct text_store *store = arena_alloc(arena, sizeof *store);
	size_t capacity = 0;
	struct text bytes;

	(void)complaint;
	if (!file_read(arena, path,
		options->size_max == 0 ? (size_t)KEYED_STORE_SIZE_DEFAULT
				       : (size_t)options->size_max,
		&bytes, error))
		return NULL;
	while (bytes.size > 0) {
		struct keyed_record record = {.time = 0};
		if (!text_store_parse_line(text_split(&bytes, '\n'), &record))
			continue;
		store->records = vector_grow(
		    arena, store->records, store->count, &capacity, sizeof *store->records);
		store->records[store->count++] = record;
	}
	if (store->count > 1)
		qsort(store->records, store->count, sizeof *store->records, text_store_compare);
	return store;
}

/* The number of the first record whose key is `key` or behind it; with `is_after`, only behind. */
static size_t
text_store_search(const struct text_store *store, struct text key, bool is_after)
{
	size_t low = 0, high = store->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = text_compare(store->records[middle].key, key);
		if (order < 0 || (is_after && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum keyed_store_answer
text_store_get(
    void *self, struct text key, struct arena *arena, struct text *value_out, struct error *error)
{
	const struct text_store *store = self;
	size_t at = text_store_search(store, key, false);

	(void)error;
	if (at == store->count || !text_is_equal(store->records[at].key, key))
		return KEYED_STORE_ABSENT;
	*value_out = arena_copy_text(arena, store->records[at].value);
	return KEYED_STORE_FOUND;
}

static enum keyed_store_answer
text_store_next(void *self, struct text after, struct arena *arena, struct keyed_record *record_out,
    struct error *error)
{
	const struct text_store *store = self;
	size_t at = text_store_search(store, after, true);

	(void)error;
	if (at == store->count)
		return KEYED_STORE_ABSENT;
	record_out->key = arena_copy_text(arena, store->records[at].key);
	record_out->value = arena_copy_text(arena, store->records[at].value);
	return KEYED_STORE_FOUND;
}

static void
text_store_close(void *self)
{
	(void)self; /* all of it is in the arena */
}

const struct store_driver text_store_driver = {
    .type = "text",
    .open = text_store_open,
    .get = text_store_get,
    .next = text_store_next,
    .close = text_store_close,
};
