/*
 * Names, bounds and times of stores, and the seam to Berkeley DB; see keyed_store.h. The library is
 * opened by name when a store is first used, as that of patterns is. It is used without an
 * environment: one that processes share makes them hang when one of them is killed
 * (doc/decisions/berkeley-db-on-demand.md).
 */
#include "record/keyed_store.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <db.h>

#include "base/bug.h"
#include "base/vector.h"
#include "record/store_driver.h"
#include "record/store_file.h"

#define KEYED_STORE_WORD_AGAIN(word) #word
#define KEYED_STORE_WORD(word)       KEYED_STORE_WORD_AGAIN(word)
/* The layout of the library's structures belongs to exactly this version. */
#define KEYED_STORE_LIBRARY                                                                        \
	"libdb-" KEYED_STORE_WORD(DB_VERSION_MAJOR) "." KEYED_STORE_WORD(DB_VERSION_MINOR) ".so"

enum {
	KEYED_STORE_PAGE = 4096,
	KEYED_STORE_TIME = 8,        /* bytes in front of a value in a store with times */
	KEYED_STORE_OVERHEAD = 32,   /* bytes of a record besides key and value, about */
	KEYED_STORE_OPEN_TRIES = 10, /* of a reader, whose file may be replaced meanwhile */
	KEYED_STORE_VERIFY_CPU = 20, /* seconds for the proof that a file is damaged */
	KEYED_STORE_COMPLAINT_MAX = 2 * ERROR_TEXT_MAX,
};

struct keyed_store {
	struct arena arena;
	const struct store_driver *driver;
	void *self; /* the driver's */
	struct keyed_store_options options;
	struct buffer complaint;
};

struct db_store {
	__typeof__(db_create) *create;
	__typeof__(db_strerror) *describe;
	struct arena *arena;
	struct store_file file;
	uint64_t size_max;
	bool is_writer;
	DB *db;           /* NULL: not open */
	bool is_copy;     /* `db` is the copy, which has changes */
	uint64_t size;    /* of the copy, about */
	bool was_damaged; /* the file was set aside */
};

static void
keyed_store_db_ignore(const DB_ENV *environment, const char *prefix, const char *message)
{
	/* The library would print it. What matters of it is in the number that the call returns. */
	(void)environment;
	(void)prefix;
	(void)message;
}

static bool
keyed_store_db_load(struct db_store *store, struct error *error)
{
	void *handle = dlopen(KEYED_STORE_LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return error_set(error, ERROR_SYSTEM, "stores of type db need %s: %s",
		    KEYED_STORE_LIBRARY, dlerror());
	void *create = dlsym(handle, "db_create"), *describe = dlsym(handle, "db_strerror");
	if (create == NULL || describe == NULL)
		return error_set(error, ERROR_SYSTEM, "%s lacks functions", KEYED_STORE_LIBRARY);
	memcpy(&store->create, &create, sizeof create);
	memcpy(&store->describe, &describe, sizeof describe);
	return true;
}

/* Closes a handle whose changes are not wanted. */
static void
keyed_store_db_drop_handle(struct db_store *store)
{
	if (store->db == NULL)
		return;
	/* A handle that met damage would not even close its descriptor. */
	DB_ENV *environment = store->db->get_env(store->db);
	if (environment != NULL)
		environment->set_flags(environment, DB_NOPANIC, 1);
	store->db->close(store->db, DB_NOSYNC);
	store->db = NULL;
}

static void
keyed_store_db_close(struct db_store *store)
{
	keyed_store_db_drop_handle(store);
	if (store->is_copy)
		store_file_drop(&store->file);
	store->is_copy = false;
}

/* Can that number come from a damaged file? Errors of the system cannot. */
static bool
keyed_store_db_is_suspect(int number)
{
	return number == EINVAL || number == DB_RUNRECOVERY || number == DB_PAGE_NOTFOUND ||
	       number == DB_VERIFY_BAD || number == EFAULT;
}

/* In a process of its own: the library may crash, or never end, over bytes that make no sense. */
static bool
keyed_store_db_is_proved_damaged(const struct db_store *store)
{
	int status;
	pid_t process = fork();

	if (process == 0) {
		const struct rlimit cpu = {KEYED_STORE_VERIFY_CPU, KEYED_STORE_VERIFY_CPU};
		const struct rlimit core = {0, 0};
		DB *db;
		if (setrlimit(RLIMIT_CPU, &cpu) != 0 || setrlimit(RLIMIT_CORE, &core) != 0 ||
		    store->create(&db, NULL, 0) != 0)
			_exit(2);
		db->set_errcall(db, keyed_store_db_ignore);
		int result = db->verify(db, store->file.path, NULL, NULL, 0);
		_exit(result == 0 ? 0 : keyed_store_db_is_suspect(result) ? 1 : 2);
	}
	if (process < 0)
		return false;
	while (waitpid(process, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (WIFEXITED(status))
		return WEXITSTATUS(status) == 1;
	int number = WTERMSIG(status);
	return number == SIGSEGV || number == SIGBUS || number == SIGABRT || number == SIGFPE;
}

/* Sets the error for what the library returned. Changes that were not committed are dropped, and a
 * file that is proved to be damaged is set aside. */
static bool
keyed_store_db_fail(struct db_store *store, int number, const char *what, struct error *error)
{
	struct error more;
	struct text aside;

	keyed_store_db_close(store);
	errno = number;
	if (number > 0 && number != EINVAL)
		error_set_errno(error, "cannot %s %s", what, store->file.path);
	else
		error_set(error, ERROR_INPUT,
		    "cannot %s %s: it is damaged, or has an unusual structure (%s)", what,
		    store->file.path, store->describe(number));
	if (!store->is_writer || !keyed_store_db_is_suspect(number) ||
	    !keyed_store_db_is_proved_damaged(store))
		return false;
	if (!store_file_set_aside(&store->file, store->arena, &aside, &more))
		return error_set(error, ERROR_INPUT, "%s is damaged, and cannot be set aside: %s",
		    store->file.path, more.text);
	store->was_damaged = true;
	return error_set(error, ERROR_INPUT, "%s is damaged: it was set aside as %.*s",
	    store->file.path, TEXT_ARGUMENTS(aside));
}

/* 0, or what the library returned; then store->db is NULL. */
static int
keyed_store_db_open_handle(struct db_store *store, const char *path, DBTYPE type, uint32_t flags)
{
	uint32_t opened_flags = 0;
	DBTYPE opened;
	int number = store->create(&store->db, NULL, 0);

	if (number == ENOMEM)
		out_of_memory();
	if (number != 0) {
		store->db = NULL;
		return number;
	}
	store->db->set_errcall(store->db, keyed_store_db_ignore);
	if ((flags & DB_CREATE) != 0) {
		/* Bytes that the disk changed are then noticed before anybody believes them. */
		number = store->db->set_flags(store->db, DB_CHKSUM);
		if (number == 0)
			number = store->db->set_pagesize(store->db, KEYED_STORE_PAGE);
	}
	if (number == 0)
		number = store->db->open(store->db, NULL, path, NULL, type, flags, 0600);
	if (number == 0)
		number = store->db->get_type(store->db, &opened);
	if (number == 0 && opened != DB_BTREE && opened != DB_HASH)
		number = ENOTSUP;
	/* A value that is put would stand beside the old one. */
	if (number == 0 && (flags & DB_RDONLY) == 0)
		number = store->db->get_flags(store->db, &opened_flags);
	if (number == 0 && (opened_flags & (DB_DUP | DB_DUPSORT)) != 0)
		number = ENOTSUP;
	if (number != 0)
		keyed_store_db_drop_handle(store);
	return number;
}

/* A file of an empty store, on the disk. */
static bool
keyed_store_db_begin_anew(struct db_store *store, struct error *error)
{
	struct text leftover = text_from_string(store->file.new_path);

	/* The library makes a new file under a name of its own, and waits for ever when a killed
	 * process left that. */
	while (text_find_byte(leftover, 0, '/') < leftover.size)
		text_split(&leftover, '/');
	struct text directory = text_slice(text_from_string(store->file.new_path), 0,
	    strlen(store->file.new_path) - leftover.size);
	unlink(arena_format(
	    store->arena, "%.*s__db.%.*s", TEXT_ARGUMENTS(directory), TEXT_ARGUMENTS(leftover))
		   .data);
	store_file_drop(&store->file);
	store->is_copy = true;
	int number =
	    keyed_store_db_open_handle(store, store->file.new_path, DB_BTREE, DB_CREATE | DB_EXCL);
	if (number == 0) {
		number = store->db->close(store->db, 0);
		store->db = NULL;
	}
	if (number != 0)
		return keyed_store_db_fail(store, number, "create", error);
	store->is_copy = false;
	return store_file_replace(&store->file, store->size_max, error);
}

/* False, with the error, for what nothing can be read from; that of STORE_FILE_MISSING and
 * STORE_FILE_FAILED is there already. */
static bool
keyed_store_db_is_readable(
    const struct db_store *store, enum store_file_kind kind, struct error *error)
{
	if (kind == STORE_FILE_GDBM)
		return error_set(error, ERROR_INPUT,
		    "%s is a GDBM file, as maildrop makes them: mailfilter(5) says how it is "
		    "converted",
		    store->file.path);
	if (kind == STORE_FILE_OTHER || kind == STORE_FILE_EMPTY)
		return error_set(error, ERROR_INPUT,
		    "%s is not a Berkeley DB file that can be read", store->file.path);
	return kind == STORE_FILE_BERKELEY;
}

/* May the mode make a store where this is? */
static bool
keyed_store_db_may_begin(enum keyed_store_mode mode, enum store_file_kind kind)
{
	switch (kind) {
	case STORE_FILE_EMPTY:
		return mode != KEYED_STORE_READ;
	case STORE_FILE_MISSING:
		return mode == KEYED_STORE_CREATE || mode == KEYED_STORE_TRUNCATE;
	case STORE_FILE_BERKELEY:
		return mode == KEYED_STORE_TRUNCATE;
	default:
		return false;
	}
}

/* Opens the file under its name for reading. A reader holds no lock: when the file was replaced
 * between two of the library's calls, it is opened again. */
static bool
keyed_store_db_open_reader(struct db_store *store, struct error *error)
{
	struct stat before, after;

	for (int i = 0; i < KEYED_STORE_OPEN_TRIES; i++) {
		if (!keyed_store_db_is_readable(
			store, store_file_recognise(&store->file, &before, error), error))
			return false;
		int number =
		    keyed_store_db_open_handle(store, store->file.path, DB_UNKNOWN, DB_RDONLY);
		bool is_same = stat(store->file.path, &after) == 0 &&
			       after.st_dev == before.st_dev && after.st_ino == before.st_ino;
		if (number == 0 && is_same)
			return true;
		if (number != 0 && is_same)
			return keyed_store_db_fail(store, number, "open", error);
		keyed_store_db_close(store);
	}
	return error_set(error, ERROR_AGAIN, "%s is replaced again and again", store->file.path);
}

/* Opens what the mode asks for, making it where it may. */
static bool
keyed_store_db_prepare(struct db_store *store, enum keyed_store_mode mode, struct buffer *complaint,
    struct error *error)
{
	struct stat status;
	struct error ignored;

	if (keyed_store_db_may_begin(mode, store_file_recognise(&store->file, &status, &ignored)) &&
	    !keyed_store_db_begin_anew(store, error))
		return false;
	if (keyed_store_db_open_reader(store, error))
		return true;
	if (!store->was_damaged || mode != KEYED_STORE_CREATE)
		return false;
	buffer_append(complaint, text_from_string(error->text));
	return keyed_store_db_begin_anew(store, error) && keyed_store_db_open_reader(store, error);
}

/* Leaves no lock file beside what is no store. */
static bool
keyed_store_db_lock(
    struct db_store *store, enum keyed_store_mode mode, unsigned timeout, struct error *error)
{
	struct stat status;
	enum store_file_kind kind = store_file_recognise(&store->file, &status, error);

	return (keyed_store_db_may_begin(mode, kind) ||
		   keyed_store_db_is_readable(store, kind, error)) &&
	       store_file_lock(&store->file, store->arena, timeout, error);
}

static void
keyed_store_db_end(void *self)
{
	struct db_store *store = self;

	keyed_store_db_close(store);
	store_file_unlock(&store->file);
}

static void *
keyed_store_db_open(struct arena *arena, const char *path,
    const struct keyed_store_options *options, struct buffer *complaint, struct error *error)
{
	struct db_store *store = arena_alloc(arena, sizeof *store);

	store->arena = arena;
	store->size_max = options->size_max == 0 ? KEYED_STORE_SIZE_DEFAULT : options->size_max;
	store->is_writer = options->mode != KEYED_STORE_READ;
	if (!store_file_init(&store->file, arena, path, error) ||
	    !keyed_store_db_load(store, error))
		return NULL;
	if (store->is_writer &&
	    !keyed_store_db_lock(store, options->mode, options->lock_timeout, error))
		return NULL;
	if (keyed_store_db_prepare(store, options->mode, complaint, error))
		return store;
	keyed_store_db_end(store);
	return NULL;
}

static DBT
keyed_store_db_item(struct text bytes)
{
	DBT item = {.size = (uint32_t)bytes.size};

	/* The library's type has no const; it does not write there. */
	memcpy(&item.data, &bytes.data, sizeof item.data);
	return item;
}

static struct text
keyed_store_db_keep(struct arena *arena, const DBT *item)
{
	return arena_copy_text(arena, (struct text){item->data, item->size});
}

/* After a commit or a failure no handle is open. */
static bool
keyed_store_db_need_reader(struct db_store *store, struct error *error)
{
	return store->db != NULL || keyed_store_db_open_reader(store, error);
}

static enum keyed_store_answer
keyed_store_db_get(
    void *self, struct text key, struct arena *arena, struct text *value_out, struct error *error)
{
	struct db_store *store = self;
	DBT wanted = keyed_store_db_item(key), found = {0};

	if (!keyed_store_db_need_reader(store, error))
		return KEYED_STORE_FAILED;
	int number = store->db->get(store->db, NULL, &wanted, &found, 0);
	if (number == DB_NOTFOUND)
		return KEYED_STORE_ABSENT;
	if (number != 0) {
		keyed_store_db_fail(store, number, "read", error);
		return KEYED_STORE_FAILED;
	}
	*value_out = keyed_store_db_keep(arena, &found);
	return KEYED_STORE_FOUND;
}

/* One step of a cursor that is made for it, whose bytes are its own. */
static int
keyed_store_db_step(DB *db, struct text after, struct arena *arena, struct keyed_record *record_out)
{
	DBT key = keyed_store_db_item(after), value = {0};
	DBTYPE type;
	DBC *cursor;
	int number = db->get_type(db, &type);

	if (number == 0 && type != DB_BTREE)
		number = ENOTSUP;
	if (number == 0)
		number = db->cursor(db, NULL, &cursor, 0);
	if (number != 0)
		return number;
	number = cursor->get(cursor, &key, &value, after.size == 0 ? DB_FIRST : DB_SET_RANGE);
	if (number == 0 && after.size > 0 &&
	    text_is_equal(after, (struct text){key.data, key.size}))
		number = cursor->get(cursor, &key, &value, DB_NEXT_NODUP);
	if (number == 0) {
		record_out->key = keyed_store_db_keep(arena, &key);
		record_out->value = keyed_store_db_keep(arena, &value);
	}
	int closed = cursor->close(cursor);
	return number != 0 ? number : closed;
}

static enum keyed_store_answer
keyed_store_db_next(void *self, struct text after, struct arena *arena,
    struct keyed_record *record_out, struct error *error)
{
	struct db_store *store = self;

	if (!keyed_store_db_need_reader(store, error))
		return KEYED_STORE_FAILED;
	int number = keyed_store_db_step(store->db, after, arena, record_out);
	if (number == 0)
		return KEYED_STORE_FOUND;
	if (number == DB_NOTFOUND)
		return KEYED_STORE_ABSENT;
	keyed_store_db_fail(store, number, "walk through", error);
	return KEYED_STORE_FAILED;
}

/* Has a copy that can be changed. */
static bool
keyed_store_db_need_copy(struct db_store *store, struct error *error)
{
	if (store->is_copy)
		return true;
	keyed_store_db_close(store);
	store_file_drop(&store->file);
	if (!store_file_copy(&store->file, &store->size, error))
		return false;
	store->is_copy = true;
	int number = keyed_store_db_open_handle(store, store->file.new_path, DB_UNKNOWN, 0);
	return number == 0 || keyed_store_db_fail(store, number, "open", error);
}

static bool
keyed_store_db_put(void *self, struct text key, struct text value, struct error *error)
{
	struct db_store *store = self;
	DBT key_item = keyed_store_db_item(key), value_item = keyed_store_db_item(value);

	if (!keyed_store_db_need_copy(store, error))
		return false;
	store->size += key.size + value.size + KEYED_STORE_OVERHEAD;
	if (store->size > store->size_max) {
		keyed_store_db_close(store);
		return error_set(error, ERROR_LIMIT, "%s would be larger than %llu bytes",
		    store->file.path, (unsigned long long)store->size_max);
	}
	int number = store->db->put(store->db, NULL, &key_item, &value_item, 0);
	return number == 0 || keyed_store_db_fail(store, number, "write", error);
}

static bool
keyed_store_db_remove(void *self, struct text key, struct error *error)
{
	struct db_store *store = self;
	DBT item = keyed_store_db_item(key);

	if (!keyed_store_db_need_copy(store, error))
		return false;
	int number = store->db->del(store->db, NULL, &item, 0);
	return number == 0 || number == DB_NOTFOUND ||
	       keyed_store_db_fail(store, number, "write", error);
}

static bool
keyed_store_db_compact(void *self, struct error *error)
{
	struct db_store *store = self;

	if (!keyed_store_db_need_copy(store, error))
		return false;
	int number = store->db->compact(store->db, NULL, NULL, NULL, NULL, DB_FREE_SPACE, NULL);
	return number == 0 || keyed_store_db_fail(store, number, "compact", error);
}

static bool
keyed_store_db_commit(void *self, struct error *error)
{
	struct db_store *store = self;

	if (!store->is_copy)
		return true;
	int number = store->db->close(store->db, 0);
	store->db = NULL;
	if (number != 0)
		return keyed_store_db_fail(store, number, "write", error);
	store->is_copy = false;
	return store_file_replace(&store->file, store->size_max, error);
}

static const struct store_driver keyed_store_db_driver = {
    .type = "db",
    .open = keyed_store_db_open,
    .get = keyed_store_db_get,
    .next = keyed_store_db_next,
    .put = keyed_store_db_put,
    .remove = keyed_store_db_remove,
    .compact = keyed_store_db_compact,
    .commit = keyed_store_db_commit,
    .close = keyed_store_db_end,
};

/* The first is what a name without a type means. */
static const struct store_driver *const keyed_store_drivers[] = {
    &keyed_store_db_driver, &text_store_driver, NULL};

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

struct keyed_store *
keyed_store_open(struct text name, const struct keyed_store_options *options, struct error *error)
{
	const struct store_driver *driver = keyed_store_find_driver(&name, error);

	if (driver == NULL)
		return NULL;
	if (name.size == 0 || text_find_byte(name, 0, '\0') < name.size) {
		error_set(error, ERROR_INPUT, "the name of a store is empty or holds a NUL");
		return NULL;
	}
	if (options->mode != KEYED_STORE_READ && driver->put == NULL) {
		error_set(error, ERROR_REFUSE, "a store of type %s can only be read", driver->type);
		return NULL;
	}
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
