/*
 * Writers of one store, and what kills them.
 *
 *	store_traffic put STORE KEY VALUE	one record; prints "done" when it is on the disk
 *	store_traffic get STORE KEY		prints the value
 *	store_traffic kill STORE KILLS SECONDS	four processes at a time put records, each is killed at a
 *		random moment, until so many were killed or the time is over; afterwards every record
 *		that was said to be on the disk must be there
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "record/keyed_store.h"

enum { WRITERS = 4, LIFE_MAX = 3000 /* microseconds */, PROBE_EVERY = 10, PROBE_LIMIT = 4000 };

struct writer {
	pid_t process;
	int acknowledged; /* the reading end of its standard output */
	unsigned number;  /* its key */
};

struct tally {
	const char *program, *store;
	unsigned killed, finished, failed, probes, hung;
	unsigned char *safe; /* by number: 1 when it was said to be on the disk */
	unsigned count, capacity;
};

static int
put(const char *name, const char *key, const char *value)
{
	struct keyed_store_options options = {.mode = KEYED_STORE_CREATE, .lock_timeout = 30};
	struct error error;
	struct keyed_store *store = keyed_store_open(text_from_string(name), &options, &error);
	bool is_safe =
	    store != NULL &&
	    keyed_store_put(store, text_from_string(key), text_from_string(value), &error) &&
	    keyed_store_commit(store, &error);

	if (is_safe && write(STDOUT_FILENO, "done\n", 5) != 5)
		return EX_IOERR;
	if (!is_safe)
		fprintf(stderr, "%s\n", error.text);
	else if (keyed_store_complaint(store).size > 0)
		fprintf(stderr, "%.*s\n", TEXT_ARGUMENTS(keyed_store_complaint(store)));
	keyed_store_close(store);
	return is_safe ? EX_OK : error.kind == ERROR_INPUT ? EX_DATAERR : EX_TEMPFAIL;
}

static int
get(const char *name, const char *key)
{
	struct keyed_store_options options = {.mode = KEYED_STORE_READ};
	struct keyed_record record;
	struct error error;
	struct arena arena;
	struct keyed_store *store = keyed_store_open(text_from_string(name), &options, &error);

	if (store == NULL) {
		fprintf(stderr, "%s\n", error.text);
		return EX_NOINPUT;
	}
	arena_init(&arena, NULL, 0);
	enum keyed_store_answer answer =
	    keyed_store_get(store, text_from_string(key), &arena, &record, &error);
	if (answer == KEYED_STORE_FOUND)
		printf("%.*s\n", TEXT_ARGUMENTS(record.value));
	arena_clear(&arena);
	keyed_store_close(store);
	return answer == KEYED_STORE_FAILED ? EX_DATAERR : EX_OK;
}

static unsigned
random_below(unsigned limit)
{
	unsigned number;

	if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
		abort();
	return number % limit;
}

static void
start(struct tally *tally, struct writer *writer)
{
	char key[16];
	int ends[2];

	if (tally->count == tally->capacity) {
		tally->capacity = tally->capacity * 2 + 64;
		tally->safe = realloc(tally->safe, tally->capacity);
	}
	tally->safe[tally->count] = 0;
	writer->number = tally->count++;
	snprintf(key, sizeof key, "%u", writer->number);
	if (pipe2(ends, O_CLOEXEC) != 0)
		abort();
	writer->process = fork();
	if (writer->process == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execl(tally->program, tally->program, "put", tally->store, key, key, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	writer->acknowledged = ends[0];
}

/* Waits for the end, and notes what the writer has said before it. */
static void
end(struct tally *tally, struct writer *writer)
{
	char answer[8];
	int status;

	if (waitpid(writer->process, &status, 0) != writer->process)
		abort();
	if (read(writer->acknowledged, answer, sizeof answer) > 0)
		tally->safe[writer->number] = 1;
	close(writer->acknowledged);
	if (WIFSIGNALED(status))
		tally->killed++;
	else if (WEXITSTATUS(status) == 0)
		tally->finished++;
	else
		tally->failed++;
}

/* A writer that nobody kills must come to its end. */
static void
probe(struct tally *tally)
{
	struct writer writer;

	start(tally, &writer);
	struct pollfd wait = {writer.acknowledged, POLLIN, 0};
	tally->probes++;
	if (poll(&wait, 1, PROBE_LIMIT) != 1) {
		tally->hung++;
		kill(writer.process, SIGKILL);
	}
	end(tally, &writer);
}

static unsigned
count_lost(const struct tally *tally)
{
	struct keyed_store_options options = {.mode = KEYED_STORE_READ};
	struct error error;
	unsigned lost = 0;
	struct keyed_store *store =
	    keyed_store_open(text_from_string(tally->store), &options, &error);

	for (unsigned i = 0; i < tally->count; i++) {
		struct keyed_record record;
		struct arena arena;
		char key[16];
		snprintf(key, sizeof key, "%u", i);
		arena_init(&arena, NULL, 0);
		bool is_there = store != NULL &&
				keyed_store_get(store, text_from_string(key), &arena, &record,
				    &error) == KEYED_STORE_FOUND &&
				text_is_equal(record.value, text_from_string(key));
		lost += tally->safe[i] != 0 && !is_there;
		arena_clear(&arena);
	}
	keyed_store_close(store);
	return lost;
}

static int
kill_writers(const char *program, const char *name, unsigned kills, unsigned seconds)
{
	struct tally tally = {.program = program, .store = name};
	struct writer writers[WRITERS];
	int64_t until = clock_monotonic_milliseconds() + (int64_t)seconds * 1000;
	unsigned probed = 0, acknowledged = 0;

	for (unsigned i = 0; i < WRITERS; i++)
		start(&tally, &writers[i]);
	while (tally.killed < kills && clock_monotonic_milliseconds() < until) {
		struct writer *victim = &writers[random_below(WRITERS)];
		usleep(random_below(LIFE_MAX));
		kill(victim->process, SIGKILL);
		end(&tally, victim);
		if (tally.killed / PROBE_EVERY > probed) {
			probed = tally.killed / PROBE_EVERY;
			probe(&tally);
		}
		start(&tally, victim);
	}
	for (unsigned i = 0; i < WRITERS; i++)
		end(&tally, &writers[i]);
	for (unsigned i = 0; i < tally.count; i++)
		acknowledged += tally.safe[i];
	unsigned lost = count_lost(&tally);
	printf("killed %u, finished %u, failed %u, probes %u, hung %u, acknowledged %u, lost %u\n",
	    tally.killed, tally.finished, tally.failed, tally.probes, tally.hung, acknowledged,
	    lost);
	free(tally.safe);
	return tally.failed == 0 && tally.hung == 0 && lost == 0 && tally.killed > 0 ? 0 : 1;
}

int
main(int count, char **arguments)
{
	if (count == 5 && strcmp(arguments[1], "put") == 0)
		return put(arguments[2], arguments[3], arguments[4]);
	if (count == 4 && strcmp(arguments[1], "get") == 0)
		return get(arguments[2], arguments[3]);
	if (count == 5 && strcmp(arguments[1], "kill") == 0)
		return kill_writers(arguments[0], arguments[2],
		    (unsigned)strtoul(arguments[3], NULL, 10),
		    (unsigned)strtoul(arguments[4], NULL, 10));
	return EX_USAGE;
}
