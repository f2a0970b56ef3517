/*
 * Values that would be stored, on top of those that are; see rehearsal_store.h. The bounds and
 * refusals are those of a delivery (agent/rules_store.c).
 */
#include "rehearse/rehearsal_store.h"

#include "record/keyed_store.h"

/* What the rehearsal did to one data base. */
struct rehearsal_changes {
	struct table records; /* key -> struct text * */
	bool is_begun;        /* without what the file has */
	bool is_written;      /* it is open for writing now */
};

struct database {
	struct rehearsal_store *stores;
	struct rehearsal_changes *changes;
	struct keyed_store *store; /* NULL: it has only the changes */
	bool is_writer;
};

void
rehearsal_store_begin(struct rehearsal_store *stores, struct arena *arena,
    void (*note)(void *self, struct text key, struct text value), void *self)
{
	*stores = (struct rehearsal_store){.arena = arena, .note = note, .self = self};
	table_init(&stores->changes, arena);
	arena_init(&stores->asked, NULL, 0);
}

void
rehearsal_store_end(struct rehearsal_store *stores)
{
	rehearsal_store_forget(stores);
}

void
rehearsal_store_forget(struct rehearsal_store *stores)
{
	stores->ask = (struct rehearsal_store_ask){.kind = REHEARSAL_STORE_NOTHING};
	arena_clear(&stores->asked);
}

static struct rehearsal_changes *
rehearsal_store_changes(struct rehearsal_store *stores, struct text name)
{
	struct rehearsal_changes *changes = table_find(&stores->changes, name);

	if (changes != NULL)
		return changes;
	changes = arena_alloc(stores->arena, sizeof *changes);
	table_init(&changes->records, stores->arena);
	table_set(&stores->changes, name, changes);
	return changes;
}

/* The file, for reading; NULL without an error where the mode begins anew. */
static bool
rehearsal_store_open_file(struct rehearsal_changes *changes, struct text name,
    enum keyed_store_mode mode, struct keyed_store **store_out, struct error *error)
{
	const struct keyed_store_options options = {.mode = KEYED_STORE_READ};

	*store_out = NULL;
	if (changes->is_begun && mode != KEYED_STORE_TRUNCATE)
		return true;
	enum keyed_store_prospect prospect = keyed_store_foresee(name, mode, error);
	if (prospect == KEYED_STORE_WOULD_BEGIN) {
		changes->is_begun = true;
		table_init(&changes->records, changes->records.arena);
		return true;
	}
	if (prospect == KEYED_STORE_WOULD_OPEN)
		*store_out = keyed_store_open(name, &options, error);
	return *store_out != NULL;
}

struct database *
rehearsal_store_open(
    struct rehearsal_store *stores, struct text name, enum database_mode mode, struct error *error)
{
	static const enum keyed_store_mode modes[] = {
	    [DATABASE_READ] = KEYED_STORE_READ,
	    [DATABASE_WRITE] = KEYED_STORE_WRITE,
	    [DATABASE_CREATE] = KEYED_STORE_CREATE,
	    [DATABASE_TRUNCATE] = KEYED_STORE_TRUNCATE,
	};
	struct rehearsal_changes *changes = rehearsal_store_changes(stores, name);
	struct keyed_store *store;

	stores->opened++;
	if (mode != DATABASE_READ && changes->is_written) {
		error_set(error, ERROR_INPUT, "%.*s is already open for writing in these rules",
		    TEXT_ARGUMENTS(name));
		return NULL;
	}
	if (!rehearsal_store_open_file(changes, name, modes[mode], &store, error))
		return NULL;
	struct database *database = arena_alloc(stores->arena, sizeof *database);
	*database = (struct database){stores, changes, store, mode != DATABASE_READ};
	changes->is_written |= database->is_writer;
	return database;
}

static void
rehearsal_store_note(struct rehearsal_store *stores, enum rehearsal_store_answer kind,
    struct text key, struct text value)
{
	struct rehearsal_store_ask *ask = &stores->ask;

	ask->kind = kind;
	ask->key = arena_copy_text(&stores->asked, key);
	ask->value = arena_copy_text(&stores->asked, value);
	if (ask->keys++ == 0)
		ask->first = ask->key;
}

bool
rehearsal_store_fetch(struct database *database, struct text key, struct arena *arena,
    bool *found_out, struct text *value_out, struct error *error)
{
	const struct text *kept = table_find(&database->changes->records, key);
	enum keyed_store_answer answer = KEYED_STORE_ABSENT;
	struct keyed_record record = {.time = 0};

	if (kept != NULL) {
		record.value = *kept;
		answer = KEYED_STORE_FOUND;
	} else if (database->store != NULL) {
		answer = keyed_store_get(database->store, key, arena, &record, error);
	}
	*found_out = answer == KEYED_STORE_FOUND;
	if (*found_out)
		*value_out = record.value;
	if (answer != KEYED_STORE_FAILED)
		rehearsal_store_note(database->stores,
		    *found_out ? REHEARSAL_STORE_FOUND : REHEARSAL_STORE_ABSENT, key,
		    *found_out ? record.value : TEXT(""));
	return answer != KEYED_STORE_FAILED;
}

bool
rehearsal_store_put(
    struct database *database, struct text key, struct text value, struct error *error)
{
	struct rehearsal_store *stores = database->stores;

	if (!database->is_writer)
		return error_set(error, ERROR_REFUSE, "the store was opened for reading");
	if (key.size > KEYED_STORE_KEY_MAX)
		return error_set(
		    error, ERROR_LIMIT, "a key has at most %d bytes", KEYED_STORE_KEY_MAX);
	if (value.size > KEYED_STORE_VALUE_MAX)
		return error_set(
		    error, ERROR_LIMIT, "a value has at most %d bytes", KEYED_STORE_VALUE_MAX);
	struct text *kept = arena_alloc(stores->arena, sizeof *kept);
	*kept = arena_copy_text(stores->arena, value);
	table_set(&database->changes->records, key, kept);
	rehearsal_store_note(stores, REHEARSAL_STORE_PUT, key, value);
	stores->note(stores->self, key, value);
	return true;
}

void
rehearsal_store_close(struct database *database)
{
	if (database->is_writer)
		database->changes->is_written = false;
	keyed_store_close(database->store);
	database->store = NULL;
}
