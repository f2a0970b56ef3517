/*
 * Semaphore files; see lock_files.h. Signals are blocked (system/signals.h) and looked for between
 * steps, so that a file that was made is always known, and removed when the run is broken off.
 */
#include "handle/compat/lock_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/vector.h"
#include "system/file.h"
#include "system/lock.h"
#include "system/signals.h"
#include "system/user.h"

enum { LOCK_FILES_MODE = 0444, LOCK_FILES_SECOND = 1000, LOCK_FILES_SLEEP_MAX = 3600 };

struct lock_file_made {
	const char *path;
	dev_t device;
	ino_t number;
};

/* Waits so many seconds; false when a signal asks for the end. */
static bool
lock_files_wait(int64_t seconds)
{
	int64_t end = clock_monotonic_milliseconds() + seconds * LOCK_FILES_SECOND;
	int64_t left = seconds * LOCK_FILES_SECOND;

	do {
		int64_t most = (int64_t)LOCK_FILES_SLEEP_MAX * LOCK_FILES_SECOND;
		if (!lock_pause((unsigned)(left < most ? left : most)))
			return false;
		left = end - clock_monotonic_milliseconds();
	} while (left > 0);
	return true;
}

/* A finished file beside the path, under a name of its own; -1 with errno. */
static int
lock_files_open(const char *path, char name_out[PATH_MAX])
{
	struct text directory = file_directory(path);
	struct timestamp now = clock_now();
	int length =
	    snprintf(name_out, PATH_MAX, "%.*s/.lkfile.%ld.%lld%09d", TEXT_ARGUMENTS(directory),
		(long)getpid(), (long long)now.seconds, (int)now.nanoseconds);

	if (length >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	int descriptor =
	    open(name_out, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, LOCK_FILES_MODE);
	if (descriptor < 0)
		return -1;
	ssize_t written = write(descriptor, "0", 1);
	if (written == 1)
		return descriptor;
	int number = written < 0 ? errno : ENOSPC;
	close(descriptor);
	unlink(name_out);
	errno = number;
	return -1;
}

static void
lock_files_remember(struct lock_files *files, const char *path, const struct stat *status)
{
	files->made = vector_grow(files->arena, files->made, files->made_count,
	    &files->made_capacity, sizeof *files->made);
	files->made[files->made_count++] = (struct lock_file_made){
	    .path = path, .device = status->st_dev, .number = status->st_ino};
}

/* Only one run of our kind removes the judged file: a flock on it says which, and once that is had, the
 * name is looked at again, because it may have gone to a fresh lock since. */
static bool
lock_files_is_ours_to_remove(int descriptor, const char *path, const struct stat *judged)
{
	struct stat named;

	if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return false;
	return lstat(path, &named) == 0 && named.st_dev == judged->st_dev &&
	       named.st_ino == judged->st_ino;
}

/* Removes a file that did not change for too long. By the clock of its file system, which the
 * candidate's time tells: that clock may differ from ours. */
static bool
lock_files_force(const struct lock_files *files, const char *path, const struct stat *own)
{
	struct stat judged;

	if (files->force_after <= 0 || lstat(path, &judged) < 0 ||
	    own->st_mtim.tv_sec - judged.st_mtim.tv_sec <= files->force_after)
		return false;
	/* Open until it is gone: an inode number in use is not given to another file. */
	int descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool is_ours = lock_files_is_ours_to_remove(descriptor, path, &judged);
	bool removed = is_ours && unlink(path) == 0;
	if (is_ours)
		fprintf(stderr, "%s: %s on \"%s\"\n", files->name,
		    removed ? "Forcing lock" : "Forced unlock denied", path);
	if (descriptor >= 0)
		close(descriptor);
	return removed;
}

/* One try: 0, or an errno; *forced_out: a file was removed that stood there too long. */
static int
lock_files_try(struct lock_files *files, const char *path, bool *forced_out)
{
	char name[PATH_MAX];
	struct stat own;
	int number = 0;

	*forced_out = false;
	if (*path == '\0')
		return ENOENT;
	int descriptor = lock_files_open(path, name);
	if (descriptor < 0)
		return errno;
	if (link(name, path) < 0)
		number = errno;
	/* NFS may lose the answer to a link that was made; the count tells. */
	if (fstat(descriptor, &own) < 0)
		number = number != 0 ? number : errno;
	else if (number != 0 && own.st_nlink == 2)
		number = 0;
	if (number == 0)
		lock_files_remember(files, path, &own);
	else if (number == EEXIST)
		*forced_out = lock_files_force(files, path, &own);
	unlink(name);
	close(descriptor);
	return number;
}

static int
lock_files_stop(const struct lock_files *files, const char *path)
{
	fprintf(stderr, "%s: Signal received, giving up on \"%s\"\n", files->name, path);
	return EX_TEMPFAIL;
}

int
lock_files_create(struct lock_files *files, const char *path)
{
	for (;;) {
		bool forced;
		int number = lock_files_try(files, path, &forced);
		if (number == 0)
			return EX_OK;
		if (forced) {
			if (!lock_files_wait(files->suspend))
				return lock_files_stop(files, path);
			continue;
		}
		if (number != EEXIST) {
			fprintf(stderr, "%s: Try praying, giving up on \"%s\": %s\n", files->name,
			    path, strerror(number));
			return EX_UNAVAILABLE;
		}
		if (files->retries == 0) {
			fprintf(stderr, "%s: Sorry, giving up on \"%s\"\n", files->name, path);
			return EX_CANTCREAT;
		}
		if (files->retries > 0)
			files->retries--;
		if (!lock_files_wait(files->sleep))
			return lock_files_stop(files, path);
	}
}

void
lock_files_remove(struct lock_files *files)
{
	struct stat status;

	while (files->made_count > 0) {
		const struct lock_file_made *made = &files->made[--files->made_count];
		if (lstat(made->path, &status) == 0 && status.st_dev == made->device &&
		    status.st_ino == made->number)
			unlink(made->path);
	}
}

const char *
lock_files_mailbox(const struct lock_files *files)
{
	struct user user;
	struct error error = {.kind = ERROR_NONE};

	if (user_find_uid(files->arena, getuid(), &user, &error) == USER_FOUND)
		return arena_format(files->arena, "/var/mail/%s.lock", user.name).data;
	fprintf(stderr, "%s: Can't determine your mailbox: no account has the uid %lu\n",
	    files->name, (unsigned long)getuid());
	return NULL;
}
