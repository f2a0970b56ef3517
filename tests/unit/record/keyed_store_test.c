/*
 * Stores: what was committed is there, what was not is not, and whatever the file holds, nothing
 * but a clear error comes of it.
 */
#include "record/keyed_store.h"
#include "support/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/signals.h"

enum { NOW = 1795298645, DAY = 86400 };

static char directory[] = "/tmp/culver-store.XXXXXX";
static struct arena arena;
static struct error error;

static struct keyed_store *
open_as(const char *name, enum keyed_store_mode mode, int64_t time)
{
	struct keyed_store_options options = {.mode = mode, .lock_timeout = 5, .time = time};

	error = (struct error){.kind = ERROR_NONE};
	return keyed_store_open(text_from_string(name), &options, &error);
}

static bool
error_has(const char *words)
{
	if (strstr(error.text, words) != NULL)
		return true;
	printf("# the error is: %s\n", error.text);
	return false;
}

/* The value, "-" when there is none, "!" after a failure. */
static struct text
value_of(struct keyed_store *store, const char *key)
{
	struct keyed_record record;

	switch (keyed_store_get(store, text_from_string(key), &arena, &record, &error)) {
	case KEYED_STORE_FOUND:
		return record.value;
	case KEYED_STORE_ABSENT:
		return TEXT("-");
	case KEYED_STORE_FAILED:
		break;
	}
	return TEXT("!");
}

static struct text
value_in(const char *name, const char *key)
{
	struct keyed_store *store = open_as(name, KEYED_STORE_READ, 0);

	if (store == NULL)
		return TEXT("not opened");
	struct text value = value_of(store, key);
	keyed_store_close(store);
	return value;
}

static bool
put(struct keyed_store *store, const char *key, const char *value)
{
	return keyed_store_put(store, text_from_string(key), text_from_string(value), &error);
}

/* A store of that name with the one record. */
static void
make(const char *name, const char *key, const char *value)
{
	struct keyed_store *store = open_as(name, KEYED_STORE_TRUNCATE, 0);

	check(store != NULL);
	if (store == NULL)
		return;
	check(put(store, key, value));
	check(keyed_store_commit(store, &error));
	keyed_store_close(store);
}

static void
write_file(const char *name, struct text bytes, int flags)
{
	int descriptor = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);

	check(descriptor >= 0 && write(descriptor, bytes.data, bytes.size) == (ssize_t)bytes.size);
	close(descriptor);
}

/* How many names in the directory begin so. */
static unsigned
count_files(const char *beginning)
{
	DIR *here = opendir(".");
	unsigned count = 0;

	if (here == NULL)
		return 0;
	for (struct dirent *entry; (entry = readdir(here)) != NULL;)
		count += strncmp(entry->d_name, beginning, strlen(beginning)) == 0;
	closedir(here);
	return count;
}

/* All keys, joined. */
static struct text
keys_of(struct keyed_store *store)
{
	struct keyed_record record = {.key = TEXT("")};
	struct text keys = TEXT("");

	while (keyed_store_next(store, record.key, &arena, &record, &error) == KEYED_STORE_FOUND)
		keys = arena_format(
		    &arena, "%.*s%.*s ", TEXT_ARGUMENTS(keys), TEXT_ARGUMENTS(record.key));
	return keys;
}

static void
what_is_put_is_there(void)
{
	struct keyed_store *store = open_as("first", KEYED_STORE_CREATE, 0);
	struct text binary = TEXT("\0\n\xff value");

	check(store != NULL);
	check_text(value_of(store, "a"), TEXT("-"));
	check(put(store, "a", "one") && put(store, "b", ""));
	check(keyed_store_put(store, TEXT("k\0y"), binary, &error));
	check_text(value_of(store, "a"), TEXT("one"));
	check_text(value_in("first", "a"), TEXT("-"));
	check(keyed_store_commit(store, &error));
	check_text(value_of(store, "a"), TEXT("one"));
	check(put(store, "a", "two"));
	check(keyed_store_delete(store, TEXT("b"), &error));
	check(keyed_store_delete(store, TEXT("never there"), &error));
	check(keyed_store_commit(store, &error));
	check(put(store, "a", "three"));
	keyed_store_close(store);
	check_text(value_in("db:first", "a"), TEXT("two"));
	check_text(value_in("first", "b"), TEXT("-"));
	store = open_as("first", KEYED_STORE_READ, 0);
	struct keyed_record record;
	check(keyed_store_get(store, TEXT("k\0y"), &arena, &record, &error) == KEYED_STORE_FOUND);
	check_text(record.value, binary);
	keyed_store_close(store);
	check_number(count_files(".first"), 0);
	check_number(count_files("__db"), 0);
	struct stat status;
	check(stat("first", &status) == 0 && (status.st_mode & 07777) == 0600);
}

static void
modes_are_kept(void)
{
	check(open_as("none", KEYED_STORE_READ, 0) == NULL && error.number == ENOENT);
	check_number(count_files("none"), 0);
	check(open_as("none", KEYED_STORE_WRITE, 0) == NULL && error.number == ENOENT);
	make("modes", "a", "b");
	struct keyed_store *store = open_as("modes", KEYED_STORE_READ, 0);
	check(!put(store, "a", "c") && error.kind == ERROR_REFUSE);
	check(!keyed_store_delete(store, TEXT("a"), &error) && error.kind == ERROR_REFUSE);
	keyed_store_close(store);
	store = open_as("modes", KEYED_STORE_CREATE, 0);
	check_text(value_of(store, "a"), TEXT("b"));
	keyed_store_close(store);
	store = open_as("modes", KEYED_STORE_TRUNCATE, 0);
	check_text(value_of(store, "a"), TEXT("-"));
	keyed_store_close(store);
	check_text(value_in("modes", "a"), TEXT("-"));
	check(open_as("no/such/place", KEYED_STORE_CREATE, 0) == NULL && error.number == ENOENT);
	check(open_as("", KEYED_STORE_CREATE, 0) == NULL);
	check(open_as("/", KEYED_STORE_CREATE, 0) == NULL);
	check(open_as(".", KEYED_STORE_CREATE, 0) == NULL);
	struct keyed_store_options options = {.mode = KEYED_STORE_CREATE};
	check(keyed_store_open(TEXT("mo\0des"), &options, &error) == NULL);
	check(open_as("lmdb:x", KEYED_STORE_READ, 0) == NULL && error_has("no type of store lmdb"));
	write_file("zero", TEXT(""), O_TRUNC);
	check(open_as("zero", KEYED_STORE_READ, 0) == NULL);
	store = open_as("zero", KEYED_STORE_WRITE, 0);
	check(store != NULL);
	keyed_store_close(store);
}

static void
mode_and_links_of_the_file_stay(void)
{
	struct stat status;

	make("target", "a", "b");
	check(chmod("target", 0640) == 0 && symlink("target", "link") == 0);
	struct keyed_store *store = open_as("link", KEYED_STORE_WRITE, 0);
	check(put(store, "a", "c") && keyed_store_commit(store, &error));
	keyed_store_close(store);
	check(lstat("link", &status) == 0 && S_ISLNK(status.st_mode));
	check(stat("target", &status) == 0 && (status.st_mode & 07777) == 0640);
	check_text(value_in("target", "a"), TEXT("c"));
}

static void
records_come_in_order(void)
{
	struct keyed_store *store = open_as("order", KEYED_STORE_CREATE, 0);
	char name[16];

	check_text(keys_of(store), TEXT(""));
	check(put(store, "b", "1") && put(store, "a", "1") && put(store, "ab", "1") &&
	      put(store, "\xff", "1"));
	check_text(keys_of(store), TEXT("a ab b \xff "));
	check(keyed_store_delete(store, TEXT("ab"), &error));
	check_text(keys_of(store), TEXT("a b \xff "));
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof name, "k%05d", i);
		check(put(store, name, "some value"));
	}
	check(keyed_store_commit(store, &error));
	keyed_store_close(store);
	store = open_as("order", KEYED_STORE_READ, 0);
	check_number((long long)keys_of(store).size, 6 + 3000 * 7);
	keyed_store_close(store);
}

static void
sizes_are_bounded(void)
{
	static char large[KEYED_STORE_VALUE_MAX + 1];
	struct keyed_store_options options = {
	    .mode = KEYED_STORE_CREATE, .lock_timeout = 5, .size_max = 2 * 1024 * 1024};
	struct keyed_store *store = keyed_store_open(TEXT("bounded"), &options, &error);
	struct text value = {large, KEYED_STORE_VALUE_MAX};

	memset(large, 'x', sizeof large);
	check(!put(store, "", "x") && error.kind == ERROR_LIMIT);
	check(!keyed_store_put(
	    store, (struct text){large, KEYED_STORE_KEY_MAX + 1}, TEXT("x"), &error));
	check(!keyed_store_put(store, TEXT("x"), (struct text){large, sizeof large}, &error));
	check(error.kind == ERROR_LIMIT);
	struct text key = {large, KEYED_STORE_KEY_MAX};
	check(keyed_store_put(store, key, value, &error));
	check(keyed_store_commit(store, &error));
	struct keyed_record record;
	check(keyed_store_get(store, key, &arena, &record, &error) == KEYED_STORE_FOUND);
	check_text(record.value, value);
	check(!keyed_store_put(store, TEXT("more"), value, &error) && error.kind == ERROR_LIMIT);
	check(put(store, "small", "x") && keyed_store_commit(store, &error));
	keyed_store_close(store);
	struct stat status;
	check(stat("bounded", &status) == 0 && status.st_size <= 2 * 1024 * 1024);
	check_text(value_in("bounded", "small"), TEXT("x"));
}

/* Ten records, put one a day. */
static struct keyed_store *
make_aged(const char *name)
{
	char key[16];

	for (int i = 0; i < 10; i++) {
		struct keyed_store *store = open_as(name, KEYED_STORE_CREATE, NOW + i * DAY);
		snprintf(key, sizeof key, "k%d", 9 - i);
		check(put(store, key, "v") && keyed_store_commit(store, &error));
		keyed_store_close(store);
	}
	return open_as(name, KEYED_STORE_WRITE, NOW + 10 * DAY);
}

static void
the_oldest_expire(void)
{
	struct keyed_store *store = make_aged("aged");
	struct keyed_record record;
	size_t removed;

	check(keyed_store_get(store, TEXT("k9"), &arena, &record, &error) == KEYED_STORE_FOUND);
	check_number(record.time, NOW);
	check_text(record.value, TEXT("v"));
	struct keyed_store_bounds bounds = {.oldest = NOW + 2 * DAY};
	check(keyed_store_expire(store, &bounds, &removed, &error));
	check_number((long long)removed, 2);
	check_text(keys_of(store), TEXT("k0 k1 k2 k3 k4 k5 k6 k7 "));
	bounds = (struct keyed_store_bounds){.records_max = 5};
	check(keyed_store_expire(store, &bounds, &removed, &error));
	check_text(keys_of(store), TEXT("k0 k1 k2 k3 k4 "));
	bounds = (struct keyed_store_bounds){.bytes_max = 9};
	check(keyed_store_expire(store, &bounds, &removed, &error));
	check_text(keys_of(store), TEXT("k0 k1 k2 "));
	check(keyed_store_commit(store, &error));
	bounds = (struct keyed_store_bounds){.records_max = 3};
	check(keyed_store_expire(store, &bounds, &removed, &error));
	check_number((long long)removed, 0);
	keyed_store_close(store);
	store = open_as("aged", KEYED_STORE_READ, 1);
	check_text(keys_of(store), TEXT("k0 k1 k2 "));
	check(!keyed_store_expire(store, &bounds, &removed, &error));
	keyed_store_close(store);
}

static void
without_times_nothing_expires(void)
{
	struct keyed_store_bounds bounds = {.oldest = NOW};
	size_t removed;

	make("timeless", "a", "b");
	struct keyed_store *store = open_as("timeless", KEYED_STORE_WRITE, 0);
	check(!keyed_store_expire(store, &bounds, &removed, &error));
	check_number(error.kind, ERROR_REFUSE);
	check_text(value_of(store, "a"), TEXT("b"));
	keyed_store_close(store);
}

static void
times_beyond_32_bits_and_before_1970_are_kept(void)
{
	const int64_t times[] = {INT64_C(5000000000), -5, INT32_MAX};

	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct keyed_record record;
		struct keyed_store *store = open_as("times", KEYED_STORE_CREATE, times[i]);
		check(put(store, "a", "b") && keyed_store_commit(store, &error));
		check(keyed_store_get(store, TEXT("a"), &arena, &record, &error) ==
		      KEYED_STORE_FOUND);
		check_number(record.time, times[i]);
		keyed_store_close(store);
	}
}

static void
expiry_gives_the_space_back(void)
{
	static char bytes[65536];
	struct keyed_store *store = open_as("shrinks", KEYED_STORE_CREATE, NOW);
	struct stat before, after;
	char key[16];
	size_t removed;

	for (int i = 0; i < 40; i++) {
		snprintf(key, sizeof key, "%d", i);
		check(keyed_store_put(
		    store, text_from_string(key), (struct text){bytes, sizeof bytes}, &error));
	}
	check(keyed_store_commit(store, &error) && stat("shrinks", &before) == 0);
	struct keyed_store_bounds bounds = {.records_max = 2};
	check(keyed_store_expire(store, &bounds, &removed, &error) &&
	      keyed_store_commit(store, &error) && stat("shrinks", &after) == 0);
	check_number((long long)removed, 38);
	check(after.st_size < before.st_size / 4);
	keyed_store_close(store);
}

static void
a_text_file_is_read(void)
{
	write_file("words",
	    TEXT("# comment\n\nb  second value \r\na\tfirst\na again\nalone\n   c 3"), O_TRUNC);
	check_text(value_in("text:words", "a"), TEXT("first"));
	check_text(value_in("text:words", "b"), TEXT("second value"));
	check_text(value_in("text:words", "alone"), TEXT(""));
	check_text(value_in("text:words", "#"), TEXT("-"));
	struct keyed_store *store = open_as("text:words", KEYED_STORE_READ, 0);
	check_text(keys_of(store), TEXT("a alone b c "));
	keyed_store_close(store);
	check(open_as("text:words", KEYED_STORE_WRITE, 0) == NULL && error.kind == ERROR_REFUSE);
	check(open_as("text:missing", KEYED_STORE_READ, 0) == NULL && error.number == ENOENT);
}

static void
what_is_no_store_is_left_as_it_is(void)
{
	static const enum keyed_store_mode modes[] = {
	    KEYED_STORE_READ, KEYED_STORE_WRITE, KEYED_STORE_CREATE, KEYED_STORE_TRUNCATE};
	struct text words = TEXT("a letter, not a store; longer than sixteen bytes\n");
	struct text gdbm = TEXT("\xcf\x9a\x57\x13\0\x10\0\0\0\x10\0\0\0\0\0\0 and more");
	struct text bytes;

	write_file("letter", words, O_TRUNC);
	write_file("old", gdbm, O_TRUNC);
	write_file("short", TEXT("ab"), O_TRUNC);
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		check(open_as("letter", modes[i], 0) == NULL && error_has("not a Berkeley DB"));
		check(open_as("short", modes[i], 0) == NULL && error_has("not a Berkeley DB"));
		check(open_as("old", modes[i], 0) == NULL && error_has("is a GDBM file"));
		check(open_as(".", modes[i], 0) == NULL);
	}
	int descriptor = open("letter", O_RDONLY | O_CLOEXEC);
	char got[64];
	bytes = (struct text){got, (size_t)read(descriptor, got, sizeof got)};
	close(descriptor);
	check_text(bytes, words);
}

/* Overwrites the file's bytes from there on, leaving its head. */
static void
spoil(const char *name, off_t from, size_t count)
{
	int descriptor = open(name, O_WRONLY | O_CLOEXEC);

	for (size_t i = 0; i < count; i++)
		check(pwrite(descriptor, "\xa5", 1, from + (off_t)i) == 1);
	close(descriptor);
}

static void
a_damaged_file_is_set_aside_by_writers_only(void)
{
	make("spoilt", "a", "b");
	spoil("spoilt", 4096, 4096);
	struct keyed_store *store = open_as("spoilt", KEYED_STORE_READ, 0);
	if (store != NULL) {
		check_text(value_of(store, "a"), TEXT("!"));
		keyed_store_close(store);
	}
	check_number(count_files("spoilt.damaged"), 0);
	store = open_as("spoilt", KEYED_STORE_CREATE, 0);
	if (store != NULL) {
		check(!put(store, "c", "d") && error_has("set aside as"));
		keyed_store_close(store);
	}
	check_number(count_files("spoilt.damaged"), 1);
	store = open_as("spoilt", KEYED_STORE_CREATE, 0);
	check(store != NULL);
	check(put(store, "c", "d") && keyed_store_commit(store, &error));
	keyed_store_close(store);
	check_text(value_in("spoilt", "c"), TEXT("d"));
}

static void
a_damaged_head_is_set_aside_and_told(void)
{
	make("head", "a", "b");
	spoil("head", 100, 300);
	check(open_as("head", KEYED_STORE_READ, 0) == NULL);
	check(open_as("head", KEYED_STORE_WRITE, 0) == NULL && error_has("set aside as"));
	make("head", "a", "b");
	spoil("head", 100, 300);
	struct keyed_store *store = open_as("head", KEYED_STORE_CREATE, 0);
	check(store != NULL);
	struct text complaint = store == NULL ? TEXT("") : keyed_store_complaint(store);
	check(text_find(complaint, 0, TEXT("set aside as")) < complaint.size);
	keyed_store_close(store);
	check_number(count_files("head.damaged"), 2);
}

/* Any byte changed, any cut: an error or the right value, never a wrong one, never a crash. */
static void
any_change_of_a_byte_is_noticed(void)
{
	struct stat status;
	char image[3 * 4096];

	make("bytes", "key", "the right value");
	check(stat("bytes", &status) == 0 && status.st_size <= (off_t)sizeof image);
	int descriptor = open("bytes", O_RDONLY | O_CLOEXEC);
	size_t size = (size_t)read(descriptor, image, sizeof image);
	close(descriptor);
	unsigned wrong = 0, noticed = 0;
	for (size_t i = 0; i < size; i += 37) {
		image[i] ^= 0x41;
		write_file("changed", (struct text){image, size}, O_TRUNC);
		image[i] ^= 0x41;
		struct text got = value_in("changed", "key");
		noticed += !text_is_equal(got, TEXT("the right value"));
		wrong += text_is_equal(got, TEXT("-")) ||
			 (got.size > 1 && !text_is_equal(got, TEXT("not opened")) &&
			     !text_is_equal(got, TEXT("the right value")));
	}
	for (size_t cut = 0; cut < size; cut += 101) {
		write_file("changed", (struct text){image, cut}, O_TRUNC);
		struct text got = value_in("changed", "key");
		wrong += !text_is_equal(got, TEXT("!")) && !text_is_equal(got, TEXT("not opened"));
	}
	check_number(wrong, 0);
	check(noticed > size / 37 / 2);
}

static void
a_lock_is_waited_for_but_not_for_ever(void)
{
	struct keyed_store_options brief = {.mode = KEYED_STORE_WRITE, .lock_timeout = 1};

	make("locked", "a", "b");
	struct keyed_store *store = open_as("locked", KEYED_STORE_WRITE, 0);
	check_text(value_in("locked", "a"), TEXT("b"));
	int64_t start = clock_monotonic_milliseconds();
	check(keyed_store_open(TEXT("locked"), &brief, &error) == NULL && error.number == EAGAIN);
	int64_t waited = clock_monotonic_milliseconds() - start;
	check(waited >= 900 && waited < 10000);
	keyed_store_close(store);
	store = keyed_store_open(TEXT("locked"), &brief, &error);
	check(store != NULL);
	keyed_store_close(store);
}

/* Readers run while writers replace the file: always one of the values, never an error. */
static void
readers_see_whole_stores(void)
{
	pid_t writer;
	int status;
	unsigned wrong = 0;

	make("busy", "a", "even");
	fflush(stdout);
	writer = fork();
	if (writer == 0) {
		for (int i = 0; i < 200; i++) {
			struct keyed_store *store = open_as("busy", KEYED_STORE_WRITE, 0);
			if (store == NULL || !put(store, "a", i % 2 == 0 ? "odd" : "even") ||
			    !keyed_store_commit(store, &error))
				_exit(1);
			keyed_store_close(store);
		}
		_exit(0);
	}
	while (waitpid(writer, &status, WNOHANG) == 0) {
		struct text value = value_in("busy", "a");
		wrong += !text_is_equal(value, TEXT("even")) && !text_is_equal(value, TEXT("odd"));
	}
	check_number(wrong, 0);
	check(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Makes what the name says, anew. */
static void
make_for_foresight(const char *name)
{
	unlink(name);
	if (strcmp(name, "f-empty") == 0) {
		write_file(name, TEXT(""), O_TRUNC);
	} else if (strcmp(name, "f-other") == 0) {
		write_file(name, TEXT("a friend\n"), O_TRUNC);
	} else if (strcmp(name, "f-store") == 0) {
		struct keyed_store *store = open_as(name, KEYED_STORE_CREATE, 0);
		check(store != NULL && put(store, "a", "one") && keyed_store_commit(store, &error));
		keyed_store_close(store);
	}
}

/* What is foreseen is what opening then does, and foreseeing does nothing. */
static void
what_is_foreseen_comes(void)
{
	static const char *const names[] = {"f-missing", "f-empty", "f-other", "f-store",
	    "text:f-other", "no/such/directory", "gdbm:f-store", ""};

	make_for_foresight("f-other");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		for (unsigned mode = KEYED_STORE_WRITE; mode <= KEYED_STORE_TRUNCATE; mode++) {
			struct text name = text_from_string(names[i]);
			if (text_has_prefix(name, TEXT("f-")))
				make_for_foresight(names[i]);
			unsigned files = count_files("");
			struct error why;
			enum keyed_store_prospect prospect = keyed_store_foresee(name, mode, &why);
			check_number(count_files(""), files);
			struct keyed_store *store = open_as(names[i], mode, 0);
			check((prospect == KEYED_STORE_WOULD_FAIL) == (store == NULL));
			if (store == NULL)
				check_number(why.kind, error.kind);
			else
				check((prospect == KEYED_STORE_WOULD_BEGIN) ==
				      text_is_equal(value_of(store, "a"), TEXT("-")));
			keyed_store_close(store);
		}
}

static void
remove_all(void)
{
	DIR *here = opendir(".");

	for (struct dirent *entry; here != NULL && (entry = readdir(here)) != NULL;)
		unlink(entry->d_name);
	if (here != NULL)
		closedir(here);
	rmdir(directory);
}

int
main(void)
{
	if (mkdtemp(directory) == NULL || chdir(directory) != 0)
		return 99;
	arena_init(&arena, NULL, 0);
	/* Made on first use, and kept: no test is to be blamed for it. */
	(void)signals_descriptor();
	test("what is committed is there, what is not is not", what_is_put_is_there);
	test("a store is made, written and read as its mode says", modes_are_kept);
	test("a link stays a link, and the file keeps its mode", mode_and_links_of_the_file_stay);
	test("records come in the order of their keys", records_come_in_order);
	test("key, value and file have a maximum", sizes_are_bounded);
	test("what is too old, too many or too large expires, the oldest first", the_oldest_expire);
	test("in a store without times nothing expires", without_times_nothing_expires);
	test("times of any century are kept", times_beyond_32_bits_and_before_1970_are_kept);
	test("expiry gives the space back", expiry_gives_the_space_back);
	test("a text file is read", a_text_file_is_read);
	test("a file that is no store is left as it is", what_is_no_store_is_left_as_it_is);
	test("a damaged page makes writers set the file aside",
	    a_damaged_file_is_set_aside_by_writers_only);
	test("a damaged head is told, and the store begun anew",
	    a_damaged_head_is_set_aside_and_told);
	test("no change of a byte gives a wrong value", any_change_of_a_byte_is_noticed);
	test("a writer waits for another one, for a time", a_lock_is_waited_for_but_not_for_ever);
	test("what is foreseen of opening comes, and nothing is made for it",
	    what_is_foreseen_comes);
	test("readers see whole stores while others write", readers_see_whole_stores);
	arena_clear(&arena);
	remove_all();
	return tests_end();
}
