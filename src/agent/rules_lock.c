/*
 * Locks for the rules; see rules_lock.h. They are a stack, since blocks nest.
 */
#include "agent/rules_lock.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number.h"
#include "system/lock.h"

enum { RULES_LOCK_SECONDS_MAX = 86400 };

struct rules_lock {
	struct rules_lock *next;
	struct dot_lock dot; /* `dotlock` */
	int descriptor;      /* `flock`; else -1 */
	int64_t refresh;     /* milliseconds between refreshs; 0: never */
	int64_t refreshed;
};

/* A variable that holds seconds; nonsense leaves the default. */
static uint64_t
rules_lock_seconds(const struct variables *variables, struct text name, uint64_t by_default)
{
	number_parse_unsigned(variables_get(variables, name), RULES_LOCK_SECONDS_MAX, &by_default);
	return by_default;
}

static bool
rules_lock_take_file(struct rules_lock *lock, const char *path,
    const struct rules_lock_request *request, struct error *error)
{
	lock->descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (lock->descriptor < 0)
		return error_set_errno(error, "cannot open %s to lock it", path);
	if (lock_file(lock->descriptor, path, (unsigned)request->settings->lock_timeout, error))
		return true;
	close(lock->descriptor);
	return false;
}

static bool
rules_lock_take_dot(struct arena *arena, struct rules_lock *lock, const char *path,
    const struct rules_lock_request *request, struct error *error)
{
	const struct settings *settings = request->settings;
	struct dot_lock_options options = {
	    .timeout = (unsigned)settings->lock_timeout,
	    .retry = (unsigned)rules_lock_seconds(request->variables, TEXT("LOCKSLEEP"),
			 (settings->lock_retry + 999) / 1000) *
		     1000,
	    .stale_after = (unsigned)rules_lock_seconds(
		request->variables, TEXT("LOCKTIMEOUT"), settings->lock_stale_after),
	};

	/* Never longer than is waited in all. */
	if (options.retry / 1000 > options.timeout)
		options.retry = options.timeout * 1000;
	lock->refresh =
	    (int64_t)rules_lock_seconds(request->variables, TEXT("LOCKREFRESH"), 0) * 1000;
	lock->refreshed = clock_monotonic_milliseconds();
	return dot_lock_acquire_named(arena, path, &options, &lock->dot, error);
}

bool
rules_lock_take(struct arena *arena, struct rules_lock **locks, enum lock_kind kind,
    const struct rules_lock_request *request, struct error *error)
{
	struct rules_lock *lock = arena_alloc(arena, sizeof *lock);
	const char *path = arena_copy_string(arena, request->name);

	if (request->name.size == 0 || text_find_byte(request->name, 0, '\0') < request->name.size)
		return error_set(error, ERROR_INPUT, "a lock needs the name of a file");
	lock->descriptor = -1;
	bool taken = kind == LOCK_DOT ? rules_lock_take_dot(arena, lock, path, request, error)
				      : rules_lock_take_file(lock, path, request, error);
	if (!taken)
		return false;
	lock->next = *locks;
	*locks = lock;
	return true;
}

void
rules_lock_release(struct rules_lock **locks)
{
	struct rules_lock *lock = *locks;

	*locks = lock->next;
	dot_lock_release(&lock->dot);
	if (lock->descriptor >= 0)
		close(lock->descriptor);
}

void
rules_lock_refresh(void *locks)
{
	int64_t now = clock_monotonic_milliseconds();

	for (struct rules_lock *lock = locks; lock != NULL; lock = lock->next) {
		if (lock->refresh == 0 || now < lock->refreshed + lock->refresh)
			continue;
		lock->refreshed = now;
		dot_lock_refresh(&lock->dot);
	}
}
