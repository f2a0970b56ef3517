/*
 * Names, bounds and times of stores; see keyed_store.h. What a type of store can do is its driver's
 * (record/store_driver.h).
 */
#include "record/keyed_store.h"

#include <stdlib.h>

#include "base/bug.h"
#include "base/buffer.h"
#include "base/vector.h"
#include "record/store_driver.h"

enum {
	KEYED_STORE_TIME = 8, /* bytes in front of a value in a store with times */
	KEYED_STORE_COMPLAINT_MAX = 2 * ERROR_TEXT_MAX,
};

struct keyed_store {
	struct arena arena;
	const struct store_driver *driver;
	void *self; /* the driver's */
	struct keyed_store_options options;
	struct buffer complaint;
};

/* The first is what a name without a type means. */
static const struct store_driver *const keyed_store_drivers[] = {
    &db_store_driver, &text_store_driver, NULL};

/* Splits TYPE:PATH. NULL: there is no such type. */
static const struct store_driver *
keyed_store_find_driver(struct text *name, struct error *error)
{
	size_t colon = 0;

	while (colon < name->size && name->data[colon] >= 'a' && name->data[colon] <= 'z')
		colon++;
	if (colon == 0 || colon == name->size || name->data[colon] != ':')
		return keyed_store_drivers[0];
	struct text type = text_slice(*name, 0, colon);
	for (const struct store_driver *const *at = keyed_store_drivers; *at != NULL; at++) {
		if (text_is_equal(type, text_from_string((*at)->type))) {
			*name = text_slice(*name, colon + 1, name->size);
			return *at;
		}
	}
	error_set(error, ERROR_INPUT,
	    "there is no type of store %.*s (for a file of that name write ./%.*s)",
	    TEXT_ARGUMENTS(type), TEXT_ARGUMENTS(*name));
	return NULL;
}

/* The driver for a name and a mode that go together, and the path in the name; or NULL. */
static const struct store_driver *
keyed_store_choose_driver(struct text *name, enum keyed_store_mode mode, struct error *error)
{
	const struct store_driver *driver = keyed_store_find_driver(name, error);

	if (driver == NULL)
		return NULL;
	if (name->size == 0 || text_find_byte(*name, 0, '\0') < name->size) {
		error_set(error, ERROR_INPUT, "the name of a store is empty or holds a NUL");
		return NULL;
	}
	if (mode != KEYED_STORE_READ && driver->put == NULL) {
		error_set(error, ERROR_REFUSE, "a store of type %s can only be read", driver->type);
		return NULL;
	}
	return driver;
}

enum keyed_store_prospect
keyed_store_foresee(struct text name, enum keyed_store_mode mode, struct error *error)
{
	const struct store_driver *driver = keyed_store_choose_driver(&name, mode, error);
	struct arena arena;

	if (driver == NULL)
		return KEYED_STORE_WOULD_FAIL;
	if (mode == KEYED_STORE_READ)
		return KEYED_STORE_WOULD_OPEN;
	arena_init(&arena, NULL, 0);
	enum keyed_store_prospect prospect =
	    driver->foresee(&arena, arena_copy_string(&arena, name), mode, error);
	arena_clear(&arena);
	return prospect;
}

struct keyed_store *
keyed_store_open(struct text name, const struct keyed_store_options *options, struct error *error)
{
	const struct store_driver *driver = keyed_store_choose_driver(&name, options->mode, error);

	if (driver == NULL)
		return NULL;
	struct keyed_store *store = calloc(1, sizeof *store);
	if (store == NULL)
		out_of_memory();
	store->driver = driver;
	store->options = *options;
	arena_init(&store->arena, NULL, 0);
	buffer_init(&store->complaint, KEYED_STORE_COMPLAINT_MAX);
	store->self = driver->open(&store->arena, arena_copy_string(&store->arena, name),
	    &store->options, &store->complaint, error);
	if (store->self != NULL)
		return store;
	keyed_store_close(store);
	return NULL;
}

void
keyed_store_close(struct keyed_store *store)
{
	if (store == NULL)
		return;
	if (store->self != NULL)
		store->driver->close(store->self);
	buffer_clear(&store->complaint);
	arena_clear(&store->arena);
	free(store);
}

struct text
keyed_store_complaint(const struct keyed_store *store)
{
	return buffer_text(&store->complaint);
}

/* Takes the time off the front of the value, where the store has times. */
static void
keyed_store_split_time(const struct keyed_store *store, struct keyed_record *record)
{
	uint64_t time = 0;

	record->time = 0;
	if (store->options.time == 0 || store->driver->put == NULL)
		return;
	/* A value that is too short was written by another program: as old as can be. */
	for (size_t i = 0; i < KEYED_STORE_TIME && record->value.size >= KEYED_STORE_TIME; i++)
		time = time << 8 | (unsigned char)record->value.data[i];
	record->time = (int64_t)time;
	record->value = text_slice(record->value, KEYED_STORE_TIME, record->value.size);
}

enum keyed_store_answer
keyed_store_get(struct keyed_store *store, struct text key, struct arena *arena,
    struct keyed_record *record_out, struct error *error)
{
	if (key.size == 0 || key.size > KEYED_STORE_KEY_MAX)
		return KEYED_STORE_ABSENT;
	enum keyed_store_answer answer =
	    store->driver->get(store->self, key, arena, &record_out->value, error);
	if (answer != KEYED_STORE_FOUND)
		return answer;
	record_out->key = key;
	keyed_store_split_time(store, record_out);
	return answer;
}

enum keyed_store_answer
keyed_store_next(struct keyed_store *store, struct text after, struct arena *arena,
    struct keyed_record *record_out, struct error *error)
{
	enum keyed_store_answer answer =
	    store->driver->next(store->self, after, arena, record_out, error);

	if (answer == KEYED_STORE_FOUND)
		keyed_store_split_time(store, record_out);
	return answer;
}

static bool
keyed_store_check_change(const struct keyed_store *store, struct text key, struct error *error)
{
	if (store->options.mode == KEYED_STORE_READ)
		return error_set(error, ERROR_REFUSE, "the store was opened for reading only");
	if (key.size == 0 || key.size > KEYED_STORE_KEY_MAX)
		return error_set(
		    error, ERROR_LIMIT, "a key has 1 to %d bytes", KEYED_STORE_KEY_MAX);
	return true;
}

bool
keyed_store_put(struct keyed_store *store, struct text key, struct text value, struct error *error)
{
	struct buffer timed;

	if (!keyed_store_check_change(store, key, error))
		return false;
	if (value.size > KEYED_STORE_VALUE_MAX)
		return error_set(
		    error, ERROR_LIMIT, "a value has at most %d bytes", KEYED_STORE_VALUE_MAX);
	if (store->options.time == 0)
		return store->driver->put(store->self, key, value, error);
	buffer_init(&timed, KEYED_STORE_TIME + KEYED_STORE_VALUE_MAX);
	for (int shift = 8 * (KEYED_STORE_TIME - 1); shift >= 0; shift -= 8)
		buffer_append_byte(&timed, (char)((uint64_t)store->options.time >> shift));
	buffer_append(&timed, value);
	bool is_put = store->driver->put(store->self, key, buffer_text(&timed), error);
	buffer_clear(&timed);
	return is_put;
}

bool
keyed_store_delete(struct keyed_store *store, struct text key, struct error *error)
{
	return keyed_store_check_change(store, key, error) &&
	       store->driver->remove(store->self, key, error);
}

bool
keyed_store_commit(struct keyed_store *store, struct error *error)
{
	return store->options.mode == KEYED_STORE_READ || store->driver->commit(store->self, error);
}

/* A record on the list for expiry, its value forgotten. */
struct keyed_store_age {
	struct text key;
	uint64_t size;
	int64_t time;
};

/* The youngest first; of one age in the order of keys, so that the choice is always the same. */
static int
keyed_store_compare_ages(const void *left, const void *right)
{
	const struct keyed_store_age *a = left, *b = right;

	if (a->time != b->time)
		return a->time < b->time ? 1 : -1;
	return text_compare(a->key, b->key);
}

static bool
keyed_store_list_ages(struct keyed_store *store, struct arena *arena,
    struct keyed_store_age **ages_out, size_t *count_out, struct error *error)
{
	struct keyed_store_age *ages = NULL;
	size_t count = 0, capacity = 0;
	struct keyed_record record = {.key = TEXT("")};
	enum keyed_store_answer answer;

	for (;;) {
		struct arena scratch;
		arena_init(&scratch, NULL, 0);
		answer = keyed_store_next(store, record.key, &scratch, &record, error);
		if (answer == KEYED_STORE_FOUND) {
			record.key = arena_copy_text(arena, record.key);
			ages = vector_grow(arena, ages, count, &capacity, sizeof *ages);
			ages[count++] = (struct keyed_store_age){
			    record.key, record.key.size + record.value.size, record.time};
		}
		arena_clear(&scratch);
		if (answer != KEYED_STORE_FOUND)
			break;
	}
	if (count > 1)
		qsort(ages, count, sizeof *ages, keyed_store_compare_ages);
	*ages_out = ages;
	*count_out = count;
	return answer == KEYED_STORE_ABSENT;
}

bool
keyed_store_expire(struct keyed_store *store, const struct keyed_store_bounds *bounds,
    size_t *removed_out, struct error *error)
{
	struct keyed_store_age *ages;
	struct arena arena;
	uint64_t bytes = 0;
	size_t count = 0, removed = 0;

	if (!keyed_store_check_change(store, TEXT("-"), error))
		return false;
	if (store->options.time == 0)
		return error_set(error, ERROR_REFUSE, "a store without times does not expire");
	arena_init(&arena, NULL, 0);
	bool is_right = keyed_store_list_ages(store, &arena, &ages, &count, error);
	for (size_t i = 0; i < count && is_right; i++) {
		bytes += ages[i].size;
		if (ages[i].time >= bounds->oldest &&
		    (bounds->records_max == 0 || i < bounds->records_max) &&
		    (bounds->bytes_max == 0 || bytes <= bounds->bytes_max))
			continue;
		is_right = keyed_store_delete(store, ages[i].key, error);
		removed++;
	}
	if (is_right && removed > 0)
		is_right = store->driver->compact(store->self, error);
	arena_clear(&arena);
	*removed_out = removed;
	return is_right;
}
