/*
 * Data bases for the rules; see rules_store.h. Those that are open are a list, since an included
 * file has its own beside that of the file that includes it.
 */
#include "agent/rules_store.h"

#include "agent/agent_host.h"
#include "base/arena.h"
#include "record/keyed_store.h"

struct database {
	struct database *next;
	struct keyed_store *store;
	struct text name;
	bool is_writer;
};

static bool
rules_store_is_written_already(const struct agent_host *host, struct text name)
{
	for (const struct database *at = host->databases; at != NULL; at = at->next)
		if (at->is_writer && text_is_equal(at->name, name))
			return true;
	return false;
}

static struct database *
rules_store_open(void *self, struct text name, enum database_mode mode, struct error *error)
{
	static const enum keyed_store_mode modes[] = {
	    [DATABASE_READ] = KEYED_STORE_READ,
	    [DATABASE_WRITE] = KEYED_STORE_WRITE,
	    [DATABASE_CREATE] = KEYED_STORE_CREATE,
	    [DATABASE_TRUNCATE] = KEYED_STORE_TRUNCATE,
	};
	struct agent_host *host = self;
	struct keyed_store_options options = {
	    .mode = modes[mode], .lock_timeout = (unsigned)host->settings->lock_timeout};

	host->statements = 0; /* as in agent_host_on_run() */
	/* It would wait for itself. */
	if (mode != DATABASE_READ && rules_store_is_written_already(host, name)) {
		error_set(error, ERROR_INPUT, "%.*s is already open for writing in these rules",
		    TEXT_ARGUMENTS(name));
		return NULL;
	}
	struct keyed_store *store = keyed_store_open(name, &options, error);
	if (store == NULL)
		return NULL;
	struct text complaint = keyed_store_complaint(store);
	if (complaint.size > 0)
		agent_host_note_undecided(host, arena_copy_text(host->arena, complaint));
	struct database *database = arena_alloc(host->arena, sizeof *database);
	*database = (struct database){
	    .next = host->databases,
	    .store = store,
	    .name = arena_copy_text(host->arena, name),
	    .is_writer = mode != DATABASE_READ,
	};
	host->databases = database;
	return database;
}

static bool
rules_store_fetch(struct database *database, struct text key, struct arena *arena, bool *found_out,
    struct text *value_out, struct error *error)
{
	struct keyed_record record;
	enum keyed_store_answer answer =
	    keyed_store_get(database->store, key, arena, &record, error);

	*found_out = answer == KEYED_STORE_FOUND;
	if (*found_out)
		*value_out = record.value;
	return answer != KEYED_STORE_FAILED;
}

static bool
rules_store_put(struct database *database, struct text key, struct text value, struct error *error)
{
	/* At once: the rules may act on the answer, and the process may be killed. */
	return keyed_store_put(database->store, key, value, error) &&
	       keyed_store_commit(database->store, error);
}

static void
rules_store_close(void *self, struct database *database)
{
	struct agent_host *host = self;

	keyed_store_close(database->store);
	for (struct database **at = &host->databases; *at != NULL; at = &(*at)->next) {
		if (*at == database) {
			*at = database->next;
			break;
		}
	}
}

const struct database_host rules_store_functions = {
    .open = rules_store_open,
    .fetch = rules_store_fetch,
    .store = rules_store_put,
    .close = rules_store_close,
};
