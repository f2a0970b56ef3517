/*
 * Stores in Berkeley DB files: the seam to the library. It is opened by name when such a store is
 * first used, as that of patterns is, and used without an environment: one that processes share
 * makes them hang when one of them is killed (doc/decisions/berkeley-db-on-demand.md). A writer
 * works on a copy, which record/store_file.h makes and puts in the place of the old file.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <db.h>

#include "base/bug.h"
#include "record/store_driver.h"
#include "record/store_file.h"
#include "system/file.h"

#define DB_STORE_WORD_AGAIN(word) #word
#define DB_STORE_WORD(word)       DB_STORE_WORD_AGAIN(word)
/* The layout of the library's structures belongs to exactly this version. */
#define DB_STORE_LIBRARY                                                                           \
	"libdb-" DB_STORE_WORD(DB_VERSION_MAJOR) "." DB_STORE_WORD(DB_VERSION_MINOR) ".so"

enum {
	DB_STORE_PAGE = 4096,
	DB_STORE_OVERHEAD = 32,   /* bytes of a record besides key and value, about */
	DB_STORE_OPEN_TRIES = 10, /* of a reader, whose file may be replaced meanwhile */
	DB_STORE_VERIFY_CPU = 20, /* seconds for the proof that a file is damaged */
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
db_store_ignore(const DB_ENV *environment, const char *prefix, const char *message)
{
	/* The library would print it. What matters of it is in the number that the call returns. */
	(void)environment;
	(void)prefix;
	(void)message;
}

static bool
db_store_load(struct db_store *store, struct error *error)
{
	void *handle = dlopen(DB_STORE_LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return error_set(error, ERROR_SYSTEM, "stores of type db need %s: %s",
		    DB_STORE_LIBRARY, dlerror());
	void *create = dlsym(handle, "db_create"), *describe = dlsym(handle, "db_strerror");
	if (create == NULL || describe == NULL)
		return error_set(error, ERROR_SYSTEM, "%s lacks functions", DB_STORE_LIBRARY);
	memcpy(&store->create, &create, sizeof create);
	memcpy(&store->describe, &describe, sizeof describe);
	return true;
}

/* Closes a handle whose changes are not wanted. */
static void
db_store_drop_handle(struct db_store *store)
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
db_store_close(struct db_store *store)
{
	db_store_drop_handle(store);
	if (store->is_copy)
		store_file_drop(&store->file);
	store->is_copy = false;
}

/* Can that number come from a damaged file? Errors of the system cannot. */
static bool
db_store_is_suspect(int number)
{
	return number == EINVAL || number == DB_RUNRECOVERY || number == DB_PAGE_NOTFOUND ||
	       number == DB_VERIFY_BAD || number == EFAULT;
}

/* In a process of its own: the library may crash, or never end, over bytes that make no sense. */
static bool
db_store_is_proved_damaged(const struct db_store *store)
{
	int status;
	pid_t process = fork();

	if (process == 0) {
		const struct rlimit cpu = {DB_STORE_VERIFY_CPU, DB_STORE_VERIFY_CPU};
		const struct rlimit core = {0, 0};
		DB *db;
		if (setrlimit(RLIMIT_CPU, &cpu) != 0 || setrlimit(RLIMIT_CORE, &core) != 0 ||
		    store->create(&db, NULL, 0) != 0)
			_exit(2);
		db->set_errcall(db, db_store_ignore);
		int result = db->verify(db, store->file.path, NULL, NULL, 0);
		_exit(result == 0 ? 0 : db_store_is_suspect(result) ? 1 : 2);
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
db_store_fail(struct db_store *store, int number, const char *what, struct error *error)
{
	struct error more;
	struct text aside;

	db_store_close(store);
	errno = number;
	if (number > 0 && number != EINVAL)
		error_set_errno(error, "cannot %s %s", what, store->file.path);
	else
		error_set(error, ERROR_INPUT,
		    "cannot %s %s: it is damaged, or has an unusual structure (%s)", what,
		    store->file.path, store->describe(number));
	if (!store->is_writer || !db_store_is_suspect(number) || !db_store_is_proved_damaged(store))
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
db_store_open_handle(struct db_store *store, const char *path, DBTYPE type, uint32_t flags)
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
	store->db->set_errcall(store->db, db_store_ignore);
	if ((flags & DB_CREATE) != 0) {
		/* Bytes that the disk changed are then noticed before anybody believes them. */
		number = store->db->set_flags(store->db, DB_CHKSUM);
		if (number == 0)
			number = store->db->set_pagesize(store->db, DB_STORE_PAGE);
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
		db_store_drop_handle(store);
	return number;
}

/* A file of an empty store, on the disk. */
static bool
db_store_begin_anew(struct db_store *store, struct error *error)
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
	    db_store_open_handle(store, store->file.new_path, DB_BTREE, DB_CREATE | DB_EXCL);
	if (number == 0) {
		number = store->db->close(store->db, 0);
		store->db = NULL;
	}
	if (number != 0)
		return db_store_fail(store, number, "create", error);
	store->is_copy = false;
	return store_file_replace(&store->file, store->size_max, error);
}

/* False, with the error, for what nothing can be read from; that of STORE_FILE_MISSING and
 * STORE_FILE_FAILED is there already. */
static bool
db_store_is_readable(const struct db_store *store, enum store_file_kind kind, struct error *error)
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
db_store_may_begin(enum keyed_store_mode mode, enum store_file_kind kind)
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
db_store_open_reader(struct db_store *store, struct error *error)
{
	struct stat before, after;

	for (int i = 0; i < DB_STORE_OPEN_TRIES; i++) {
		if (!db_store_is_readable(
			store, store_file_recognise(&store->file, &before, error), error))
			return false;
		int number = db_store_open_handle(store, store->file.path, DB_UNKNOWN, DB_RDONLY);
		bool is_same = stat(store->file.path, &after) == 0 &&
			       after.st_dev == before.st_dev && after.st_ino == before.st_ino;
		if (number == 0 && is_same)
			return true;
		if (number != 0 && is_same)
			return db_store_fail(store, number, "open", error);
		db_store_close(store);
	}
	return error_set(error, ERROR_AGAIN, "%s is replaced again and again", store->file.path);
}

/* Opens what the mode asks for, making it where it may. */
static bool
db_store_prepare(struct db_store *store, enum keyed_store_mode mode, struct buffer *complaint,
    struct error *error)
{
	struct stat status;
	struct error ignored;

	if (db_store_may_begin(mode, store_file_recognise(&store->file, &status, &ignored)) &&
	    !db_store_begin_anew(store, error))
		return false;
	if (db_store_open_reader(store, error))
		return true;
	if (!store->was_damaged || mode != KEYED_STORE_CREATE)
		return false;
	buffer_append(complaint, text_from_string(error->text));
	return db_store_begin_anew(store, error) && db_store_open_reader(store, error);
}

/* Leaves no lock file beside what is no store. */
static bool
db_store_lock(
    struct db_store *store, enum keyed_store_mode mode, unsigned timeout, struct error *error)
{
	struct stat status;
	enum store_file_kind kind = store_file_recognise(&store->file, &status, error);

	return (db_store_may_begin(mode, kind) || db_store_is_readable(store, kind, error)) &&
	       store_file_lock(&store->file, store->arena, timeout, error);
}

static void
db_store_end(void *self)
{
	struct db_store *store = self;

	db_store_close(store);
	store_file_unlock(&store->file);
}

static void *
db_store_open(struct arena *arena, const char *path, const struct keyed_store_options *options,
    struct buffer *complaint, struct error *error)
{
	struct db_store *store = arena_alloc(arena, sizeof *store);

	store->arena = arena;
	store->size_max = options->size_max == 0 ? KEYED_STORE_SIZE_DEFAULT : options->size_max;
	store->is_writer = options->mode != KEYED_STORE_READ;
	if (!store_file_init(&store->file, arena, path, error) || !db_store_load(store, error))
		return NULL;
	if (store->is_writer && !db_store_lock(store, options->mode, options->lock_timeout, error))
		return NULL;
	if (db_store_prepare(store, options->mode, complaint, error))
		return store;
	db_store_end(store);
	return NULL;
}

/* A writer makes its lock file and its copy beside the file. */
static bool
db_store_may_write_beside(const struct db_store *store, struct arena *arena, struct error *error)
{
	const char *directory = arena_copy_string(arena, file_directory(store->file.path));

	return faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0 ||
	       error_set_errno(error, "cannot write to the directory %s", directory);
}

static enum keyed_store_prospect
db_store_foresee(
    struct arena *arena, const char *path, enum keyed_store_mode mode, struct error *error)
{
	struct db_store store = {.arena = arena};
	struct stat status;

	if (!store_file_init(&store.file, arena, path, error))
		return KEYED_STORE_WOULD_FAIL;
	enum store_file_kind kind = store_file_recognise(&store.file, &status, error);
	bool may_begin = db_store_may_begin(mode, kind);
	if ((!may_begin && !db_store_is_readable(&store, kind, error)) ||
	    !db_store_may_write_beside(&store, arena, error))
		return KEYED_STORE_WOULD_FAIL;
	return may_begin ? KEYED_STORE_WOULD_BEGIN : KEYED_STORE_WOULD_OPEN;
}

static DBT
db_store_item(struct text bytes)
{
	DBT item = {.size = (uint32_t)bytes.size};

	/* The library's type has no const; it does not write there. */
	memcpy(&item.data, &bytes.data, sizeof item.data);
	return item;
}

static struct text
db_store_keep(struct arena *arena, const DBT *item)
{
	return arena_copy_text(arena, (struct text){item->data, item->size});
}

/* After a commit or a failure no handle is open. */
static bool
db_store_need_reader(struct db_store *store, struct error *error)
{
	return store->db != NULL || db_store_open_reader(store, error);
}

static enum keyed_store_answer
db_store_get(
    void *self, struct text key, struct arena *arena, struct text *value_out, struct error *error)
{
	struct db_store *store = self;
	DBT wanted = db_store_item(key), found = {0};

	if (!db_store_need_reader(store, error))
		return KEYED_STORE_FAILED;
	int number = store->db->get(store->db, NULL, &wanted, &found, 0);
	if (number == DB_NOTFOUND)
		return KEYED_STORE_ABSENT;
	if (number != 0) {
		db_store_fail(store, number, "read", error);
		return KEYED_STORE_FAILED;
	}
	*value_out = db_store_keep(arena, &found);
	return KEYED_STORE_FOUND;
}

/* One step of a cursor that is made for it, whose bytes are its own. */
static int
db_store_step(DB *db, struct text after, struct arena *arena, struct keyed_record *record_out)
{
	DBT key = db_store_item(after), value = {0};
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
		record_out->key = db_store_keep(arena, &key);
		record_out->value = db_store_keep(arena, &value);
	}
	int closed = cursor->close(cursor);
	return number != 0 ? number : closed;
}

static enum keyed_store_answer
db_store_next(void *self, struct text after, struct arena *arena, struct keyed_record *record_out,
    struct error *error)
{
	struct db_store *store = self;

	if (!db_store_need_reader(store, error))
		return KEYED_STORE_FAILED;
	int number = db_store_step(store->db, after, arena, record_out);
	if (number == 0)
		return KEYED_STORE_FOUND;
	if (number == DB_NOTFOUND)
		return KEYED_STORE_ABSENT;
	db_store_fail(store, number, "walk through", error);
	return KEYED_STORE_FAILED;
}

/* Has a copy that can be changed. */
static bool
db_store_need_copy(struct db_store *store, struct error *error)
{
	if (store->is_copy)
		return true;
	db_store_close(store);
	store_file_drop(&store->file);
	if (!store_file_copy(&store->file, &store->size, error))
		return false;
	store->is_copy = true;
	int number = db_store_open_handle(store, store->file.new_path, DB_UNKNOWN, 0);
	return number == 0 || db_store_fail(store, number, "open", error);
}

static bool
db_store_put(void *self, struct text key, struct text value, struct error *error)
{
	struct db_store *store = self;
	DBT key_item = db_store_item(key), value_item = db_store_item(value);

	if (!db_store_need_copy(store, error))
		return false;
	store->size += key.size + value.size + DB_STORE_OVERHEAD;
	if (store->size > store->size_max) {
		db_store_close(store);
		return error_set(error, ERROR_LIMIT, "%s would be larger than %llu bytes",
		    store->file.path, (unsigned long long)store->size_max);
	}
	int number = store->db->put(store->db, NULL, &key_item, &value_item, 0);
	return number == 0 || db_store_fail(store, number, "write", error);
}

static bool
db_store_remove(void *self, struct text key, struct error *error)
{
	struct db_store *store = self;
	DBT item = db_store_item(key);

	if (!db_store_need_copy(store, error))
		return false;
	int number = store->db->del(store->db, NULL, &item, 0);
	return number == 0 || number == DB_NOTFOUND || db_store_fail(store, number, "write", error);
}

static bool
db_store_compact(void *self, struct error *error)
{
	struct db_store *store = self;

	if (!db_store_need_copy(store, error))
		return false;
	int number = store->db->compact(store->db, NULL, NULL, NULL, NULL, DB_FREE_SPACE, NULL);
	return number == 0 || db_store_fail(store, number, "compact", error);
}

static bool
db_store_commit(void *self, struct error *error)
{
	struct db_store *store = self;

	if (!store->is_copy)
		return true;
	int number = store->db->close(store->db, 0);
	store->db = NULL;
	if (number != 0)
		return db_store_fail(store, number, "write", error);
	store->is_copy = false;
	return store_file_replace(&store->file, store->size_max, error);
}

const struct store_driver db_store_driver = {
    .type = "db",
    .open = db_store_open,
    .foresee = db_store_foresee,
    .get = db_store_get,
    .next = db_store_next,
    .put = db_store_put,
    .remove = db_store_remove,
    .compact = db_store_compact,
    .commit = db_store_commit,
    .close = db_store_end,
};
