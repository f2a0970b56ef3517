/*
 * Mailbox locks; see lock.h. A dot-lock is made by linking a finished file to its name, so that it
 * never exists without its content. A stale one is taken away with care, because others may judge
 * it at the same moment: it is locked against others of our kind, renamed to a name that only we
 * know, compared with the file that was judged, and removed; if another program had put a fresh
 * lock there in between, that one is linked back.
 */
#include "system/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number.h"
#include "base/text.h"
#include "system/file.h"
#include "system/signals.h"

enum {
	LOCK_PAUSE_FIRST = 4, /* milliseconds; doubled up to the last */
	LOCK_PAUSE_LAST = 64,
	LOCK_STALE_ROUNDS =
	    4, /* stale locks removed in one try: a bound, should somebody make them in a loop */
	LOCK_CONTENT_MAX = 300,
	LOCK_START_SLACK = 5, /* seconds */
};

/* The file that becomes the lock once it is linked to the lock's name. */
struct dot_lock_candidate {
	int descriptor;
	bool names_host;
	char name[PATH_MAX]; /* empty: it has none */
};

bool
lock_pause(unsigned milliseconds)
{
	struct pollfd stop = {.fd = signals_descriptor(), .events = POLLIN};
	int left = signals_time_left();

	if (left < 0 || (unsigned)left > milliseconds)
		left = (int)milliseconds;
	if (poll(&stop, 1, left) > 0)
		return false;
	return signals_pending() == 0;
}

static bool
lock_fail_stopped(struct error *error, const char *path)
{
	error_set(error, ERROR_AGAIN, "asked to stop by %s while waiting for the lock of %s",
	    signals_describe(signals_pending()), path);
	error->number = EINTR;
	return false;
}

bool
lock_file(int descriptor, const char *path, unsigned timeout, struct error *error)
{
	int64_t deadline = clock_monotonic_milliseconds() + (int64_t)timeout * 1000;
	unsigned pause = LOCK_PAUSE_FIRST;

	for (;;) {
		struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

		if (fcntl(descriptor, F_OFD_SETLK, &whole) == 0)
			return true;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN && errno != EACCES)
			return error_set_errno(error, "cannot lock %s", path);
		if (clock_monotonic_milliseconds() >= deadline)
			break;
		if (!lock_pause(pause))
			return lock_fail_stopped(error, path);
		if (pause < LOCK_PAUSE_LAST)
			pause *= 2;
	}
	error_set(error, ERROR_AGAIN,
	    "another program keeps %s locked (fcntl lock); lslocks shows which one", path);
	error->number = EAGAIN;
	return false;
}

void
lock_file_release(int descriptor)
{
	struct flock whole = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

	(void)fcntl(descriptor, F_OFD_SETLK, &whole);
}

/* A name beside `path` that nobody else uses: process, time and a purpose are in it. */
static bool
dot_lock_name_unique(
    const char *path, const char *purpose, char name_out[PATH_MAX], struct error *error)
{
	struct text directory = file_directory(path);
	struct timestamp now = clock_now();
	int length =
	    snprintf(name_out, PATH_MAX, "%.*s/.lk%s.%ld.%lld%09d", TEXT_ARGUMENTS(directory),
		purpose, (long)getpid(), (long long)now.seconds, (int)now.nanoseconds);

	if (length < PATH_MAX)
		return true;
	errno = ENAMETOOLONG;
	return error_set_errno(error, "cannot make a lock file beside %s", path);
}

static bool
dot_lock_write_pid(int descriptor, bool names_host)
{
	char content[NUMBER_DIGITS_MAX + 258], host[256] = "";
	bool has_host = names_host && gethostname(host, sizeof host - 1) == 0;
	int length = snprintf(content, sizeof content, "%ld%s%s\n", (long)getpid(),
	    has_host ? ":" : "", has_host ? host : "");
	ssize_t written;

	do
		written = pwrite(descriptor, content, (size_t)length, 0);
	while (written < 0 && errno == EINTR);
	if (written >= 0 && written != length)
		errno = ENOSPC;
	return written == length;
}

static void
dot_lock_candidate_close(struct dot_lock_candidate *candidate)
{
	int number = errno;

	if (candidate->name[0] != '\0')
		unlink(candidate->name);
	if (candidate->descriptor >= 0)
		close(candidate->descriptor);
	candidate->name[0] = '\0';
	candidate->descriptor = -1;
	errno = number;
}

static bool
dot_lock_candidate_open_named(
    struct dot_lock_candidate *candidate, const char *path, struct error *error)
{
	dot_lock_candidate_close(candidate);
	if (!dot_lock_name_unique(path, "", candidate->name, error))
		return false;
	candidate->descriptor =
	    open(candidate->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (candidate->descriptor >= 0 &&
	    dot_lock_write_pid(candidate->descriptor, candidate->names_host))
		return true;
	if (candidate->descriptor < 0)
		candidate->name[0] = '\0';
	error_set_errno(error, "cannot create a lock file beside %s", path);
	dot_lock_candidate_close(candidate);
	return false;
}

static bool
dot_lock_candidate_open(struct dot_lock_candidate *candidate, const char *path, struct error *error)
{
	char directory[PATH_MAX];

	candidate->name[0] = '\0';
	snprintf(directory, sizeof directory, "%.*s", TEXT_ARGUMENTS(file_directory(path)));
	candidate->descriptor = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);
	if (candidate->descriptor < 0)
		return dot_lock_candidate_open_named(candidate, path, error);
	if (dot_lock_write_pid(candidate->descriptor, candidate->names_host))
		return true;
	error_set_errno(error, "cannot create a lock file beside %s", path);
	dot_lock_candidate_close(candidate);
	return false;
}

/* Links the candidate to the lock's name. False: errno says why, EEXIST when the lock is held. */
static bool
dot_lock_link(const struct dot_lock_candidate *candidate, const char *lock_path)
{
	char place[64];
	struct stat status;

	if (candidate->name[0] == '\0') {
		snprintf(place, sizeof place, "/proc/self/fd/%d", candidate->descriptor);
		return linkat(AT_FDCWD, place, AT_FDCWD, lock_path, AT_SYMLINK_FOLLOW) == 0;
	}
	if (link(candidate->name, lock_path) == 0)
		return true;
	/* NFS may lose the answer to a link that was made; the count tells. */
	int number = errno;
	bool made = fstat(candidate->descriptor, &status) == 0 && status.st_nlink == 2;
	errno = number;
	return made;
}

/* Do process ids found there mean processes of this host? */
static bool
dot_lock_is_local(int descriptor)
{
	struct statfs system;

	if (fstatfs(descriptor, &system) != 0)
		return false;
	switch ((unsigned long)system.f_type) {
	case NFS_SUPER_MAGIC:
	case SMB_SUPER_MAGIC:
	case SMB2_SUPER_MAGIC:
	case CIFS_SUPER_MAGIC:
	case CEPH_SUPER_MAGIC:
	case AFS_SUPER_MAGIC:
	case CODA_SUPER_MAGIC:
	case V9FS_MAGIC:
	case FUSE_SUPER_MAGIC:
	case OCFS2_SUPER_MAGIC:
		return false;
	default:
		return true;
	}
}

/*
 * The process that a lock's content names: "PID", or "PID" and this host's name behind a colon, a
 * blank or a line end. 0: none that this host knows.
 */
static pid_t
dot_lock_owner(int descriptor, bool is_local)
{
	char content[LOCK_CONTENT_MAX], host[256] = "";
	ssize_t size = pread(descriptor, content, sizeof content, 0);
	uint64_t pid;

	if (size <= 0)
		return 0;
	struct text rest = text_trim((struct text){content, (size_t)size});
	size_t digits = 0;
	while (digits < rest.size && text_is_digit(rest.data[digits]))
		digits++;
	struct text behind = text_slice(rest, digits, rest.size);
	if (!number_parse_unsigned(text_slice(rest, 0, digits), INT_MAX, &pid))
		return 0;
	if (behind.size == 0)
		return is_local ? (pid_t)pid : 0;
	if (gethostname(host, sizeof host - 1) != 0)
		return 0;
	behind = text_trim(text_slice(behind, behind.data[0] == ':', behind.size));
	return text_is_equal_nocase(text_split(&behind, '\n'), text_from_string(host)) ? (pid_t)pid
										       : 0;
}

/* Does the process live, and did it already when the lock was last written? What cannot be found
 * out counts as yes. */
static bool
dot_lock_owner_lives(pid_t owner, int64_t written)
{
	enum {
		STATE = 0,
		START_TIME = 19
	}; /* fields of proc(5)'s stat behind the command's name */
	char path[64], content[1024];
	struct timespec since_boot;
	uint64_t ticks;

	if (kill(owner, 0) != 0 && errno == ESRCH)
		return false;
	snprintf(path, sizeof path, "/proc/%ld/stat", (long)owner);
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return true;
	ssize_t size = read(descriptor, content, sizeof content);
	close(descriptor);
	const char *name_end = size > 0 ? memrchr(content, ')', (size_t)size) : NULL;
	if (name_end == NULL || content + size < name_end + 2)
		return true;
	struct text rest = {name_end + 2, (size_t)(content + size - name_end - 2)};
	/* A zombie holds nothing, but its id answers until its parent asks for it. */
	if (text_has_prefix(rest, TEXT("Z")) || text_has_prefix(rest, TEXT("X")))
		return false;
	for (int field = STATE; field < START_TIME; field++)
		text_split(&rest, ' ');
	if (!number_parse_unsigned(text_split(&rest, ' '), INT64_MAX, &ticks) ||
	    clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0)
		return true;
	/* Younger than the lock: the id was given to another process. */
	int64_t started = clock_now().seconds - since_boot.tv_sec +
			  (int64_t)(ticks / (uint64_t)sysconf(_SC_CLK_TCK));
	return started <= written + LOCK_START_SLACK;
}

/* Was it last written before this host started? After a power cut a lock is often there, but empty.
 */
static bool
dot_lock_is_from_before_boot(int64_t written)
{
	struct timespec since_boot;

	return clock_gettime(CLOCK_BOOTTIME, &since_boot) == 0 &&
	       written + LOCK_START_SLACK < clock_now().seconds - since_boot.tv_sec;
}

static bool
dot_lock_is_stale(int descriptor, const struct stat *lock, int64_t now, unsigned stale_after)
{
	bool is_local = dot_lock_is_local(descriptor);
	pid_t owner = dot_lock_owner(descriptor, is_local);

	if (is_local && dot_lock_is_from_before_boot(lock->st_mtim.tv_sec))
		return true;
	if (owner == 0)
		return lock->st_mtim.tv_sec + (int64_t)stale_after < now;
	return !dot_lock_owner_lives(owner, lock->st_mtim.tv_sec);
}

/*
 * Makes us the only one of our kind that removes the judged file, by a flock on it, which ends with
 * the descriptor. The name may have gone to a fresh lock since; once we are alone it cannot any
 * more. False: nothing is to be removed; *gone_out: because it is gone.
 */
static bool
dot_lock_claim_removal(
    int descriptor, const struct stat *judged, const char *lock_path, bool *gone_out)
{
	struct stat named;

	/* Where such locks do not work the comparison behind the renaming is left. */
	if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return false;
	*gone_out = lstat(lock_path, &named) != 0 || named.st_dev != judged->st_dev ||
		    named.st_ino != judged->st_ino;
	return !*gone_out;
}

/* Removes the lock if it is stale; true: try again at once. */
static bool
dot_lock_remove_stale(
    const struct dot_lock_candidate *candidate, const char *lock_path, unsigned stale_after)
{
	struct error ignored;
	struct stat judged, moved, own;
	char aside[PATH_MAX];
	bool removed = false;
	/* Open until the end: an inode number in use is not given to another file. */
	int descriptor = open(lock_path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (descriptor < 0)
		return errno == ENOENT;
	/* The time is asked of the file system, since its clock may differ from ours. */
	if (fstat(descriptor, &judged) != 0 || !S_ISREG(judged.st_mode) ||
	    futimens(candidate->descriptor, NULL) != 0 || fstat(candidate->descriptor, &own) != 0)
		goto out;
	if (!dot_lock_is_stale(descriptor, &judged, own.st_mtim.tv_sec, stale_after) ||
	    !dot_lock_name_unique(lock_path, "stale", aside, &ignored))
		goto out;
	if (!dot_lock_claim_removal(descriptor, &judged, lock_path, &removed))
		goto out;
	if (rename(lock_path, aside) != 0) {
		removed = errno == ENOENT;
		goto out;
	}
	removed = lstat(aside, &moved) == 0 && moved.st_dev == judged.st_dev &&
		  moved.st_ino == judged.st_ino && moved.st_mtim.tv_sec == judged.st_mtim.tv_sec &&
		  moved.st_mtim.tv_nsec == judged.st_mtim.tv_nsec;
	/* Somebody's fresh lock goes back; if a third program took the name meanwhile, nobody can
	 * mend that. */
	if (!removed)
		(void)!link(aside, lock_path);
	unlink(aside);
out:
	close(descriptor);
	return removed;
}

/* One try: the lock, or errno. */
static bool
dot_lock_try(struct dot_lock_candidate *candidate, const char *path, const char *lock_path,
    unsigned stale_after, struct error *error)
{
	for (unsigned round = 0; round < LOCK_STALE_ROUNDS; round++) {
		if (dot_lock_link(candidate, lock_path))
			return true;
		if (errno != EEXIST && candidate->name[0] == '\0') {
			/* Without /proc a file without a name cannot be linked. */
			if (!dot_lock_candidate_open_named(candidate, path, error))
				return false;
			continue;
		}
		if (errno != EEXIST)
			return error_set_errno(error, "cannot create the lock file %s", lock_path);
		if (!dot_lock_remove_stale(candidate, lock_path, stale_after))
			break;
	}
	error_set(error, ERROR_AGAIN,
	    "another program keeps the lock file %s; remove it if no program works on the mailbox",
	    lock_path);
	error->number = EEXIST;
	return false;
}

/* `path` names what is locked, in errors; the lock file lies in the same directory. */
static bool
dot_lock_wait(struct arena *arena, const char *path, const char *lock_path,
    const struct dot_lock_options *options, struct dot_lock *lock_out, struct error *error)
{
	int64_t deadline = clock_monotonic_milliseconds() + (int64_t)options->timeout * 1000;
	struct dot_lock_candidate candidate = {.descriptor = -1, .names_host = options->names_host};
	struct stat status;
	bool held = false;

	*lock_out = (struct dot_lock){0};
	if (!dot_lock_candidate_open(&candidate, path, error))
		return false;
	while (!(held = dot_lock_try(&candidate, path, lock_path, options->stale_after, error))) {
		if (error->number != EEXIST || clock_monotonic_milliseconds() >= deadline)
			break;
		if (!lock_pause(options->retry > 0 ? options->retry : 1)) {
			lock_fail_stopped(error, path);
			break;
		}
	}
	if (held && fstat(candidate.descriptor, &status) == 0)
		*lock_out = (struct dot_lock){arena_copy_string(arena, text_from_string(lock_path)),
		    status.st_dev, status.st_ino};
	dot_lock_candidate_close(&candidate);
	return held;
}

bool
dot_lock_acquire(struct arena *arena, const char *path, const struct dot_lock_options *options,
    struct dot_lock *lock_out, struct error *error)
{
	char lock_path[PATH_MAX];

	if (snprintf(lock_path, sizeof lock_path, "%s.lock", path) >= (int)sizeof lock_path) {
		*lock_out = (struct dot_lock){0};
		errno = ENAMETOOLONG;
		return error_set_errno(error, "cannot create the lock file of %s", path);
	}
	return dot_lock_wait(arena, path, lock_path, options, lock_out, error);
}

bool
dot_lock_acquire_named(struct arena *arena, const char *lock_path,
    const struct dot_lock_options *options, struct dot_lock *lock_out, struct error *error)
{
	return dot_lock_wait(arena, lock_path, lock_path, options, lock_out, error);
}

static bool
dot_lock_is_ours(const struct dot_lock *lock, const struct stat *status)
{
	return status->st_dev == lock->device && status->st_ino == lock->inode;
}

/* The lock file, as long as it is the one that was taken; -1: it is not there any more. */
static int
dot_lock_open(const struct dot_lock *lock)
{
	struct stat status;

	if (lock->path == NULL)
		return -1;
	int descriptor = open(lock->path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (descriptor < 0 || (fstat(descriptor, &status) == 0 && dot_lock_is_ours(lock, &status)))
		return descriptor;
	close(descriptor);
	return -1;
}

void
dot_lock_refresh(const struct dot_lock *lock)
{
	int descriptor = dot_lock_open(lock);

	if (descriptor < 0)
		return;
	(void)futimens(descriptor, NULL);
	close(descriptor);
}

void
dot_lock_take_over(const struct dot_lock *lock)
{
	int descriptor = dot_lock_open(lock);

	if (descriptor < 0)
		return;
	(void)dot_lock_write_pid(descriptor, false);
	close(descriptor);
}

void
dot_lock_release(struct dot_lock *lock)
{
	struct stat status;

	if (lock->path == NULL)
		return;
	if (lstat(lock->path, &status) == 0 && dot_lock_is_ours(lock, &status))
		unlink(lock->path);
	lock->path = NULL;
}
