/*
 * Opening and locking a mailbox; see mbox_file.h. Links are not followed by the kernel but here,
 * one by one, so that the link whose owner was looked at is the link that is followed.
 */
#include "deliver/mbox_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "system/file.h"

enum { MBOX_LINKS_MAX = 8, MBOX_OPEN_TRIES = 16 };

static bool
mbox_file_refuse(struct error *error, const char *path, const char *reason)
{
	return error_set(error, ERROR_REFUSE, "%s %s", path, reason);
}

/* Replaces *path by what the symbolic link there points to, if its owner may say where mail goes.
 */
static bool
mbox_file_follow(struct arena *arena, const char **path, struct error *error)
{
	char target[PATH_MAX];
	struct stat status;
	int link = open(*path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (link < 0)
		return error_set_errno(error, "cannot look at the link %s", *path);
	bool looked = fstat(link, &status) == 0;
	ssize_t size =
	    looked && S_ISLNK(status.st_mode) ? readlinkat(link, "", target, sizeof target) : -1;
	close(link);
	if (size <= 0 || (size_t)size >= sizeof target) {
		error_set(error, ERROR_AGAIN, "%s changed while it was opened", *path);
		return false;
	}
	if (status.st_uid != 0 && status.st_uid != geteuid())
		return mbox_file_refuse(error, *path,
		    "is a symbolic link of another user; the mail is not sent where it points: "
		    "remove it or give it to the recipient (chown -h)");
	struct text place = {target, (size_t)size};
	if (target[0] == '/')
		*path = arena_copy_string(arena, place);
	else
		*path = arena_format(arena, "%.*s/%.*s", TEXT_ARGUMENTS(file_directory(*path)),
		    TEXT_ARGUMENTS(place))
			    .data;
	return true;
}

/* Opens without creating; follows links. *path becomes the place of the file itself. -1 with errno
 * 0 when `error` is set. */
static int
mbox_file_open_existing(struct arena *arena, const char **path, struct error *error)
{
	for (unsigned links = 0; links < MBOX_LINKS_MAX; links++) {
		int descriptor =
		    open(*path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (descriptor >= 0 || errno != ELOOP) {
			if (descriptor < 0 && errno == ENOENT && links > 0) {
				mbox_file_refuse(error, *path,
				    "does not exist, and a symbolic link points there; create it, "
				    "or remove the link");
				errno = 0;
			}
			return descriptor;
		}
		if (!mbox_file_follow(arena, path, error)) {
			errno = 0;
			return -1;
		}
	}
	mbox_file_refuse(error, *path, "is behind too many symbolic links");
	errno = 0;
	return -1;
}

static int
mbox_file_create(const char *path, mode_t mode)
{
	int descriptor = open(
	    path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, mode);

	/* The process's umask may be stricter than the setting. */
	if (descriptor >= 0 && fchmod(descriptor, mode) < 0) {
		int number = errno;
		close(descriptor);
		errno = number;
		return -1;
	}
	return descriptor;
}

static bool
mbox_file_explain(const char *path, bool is_missing, struct error *error)
{
	switch (errno) {
	case 0:
		return false;
	case EACCES:
	case EPERM:
		return is_missing ? error_set_errno(error,
					"%s does not exist, and its directory does not let the "
					"recipient create it: create the mailbox with the account, "
					"or set another default_mailbox",
					path)
				  : error_set_errno(error, "cannot open %s", path);
	case EISDIR:
		return mbox_file_refuse(error, path, "is a directory, not an mbox file");
	case ENXIO:
		return mbox_file_refuse(error, path, "is a socket or a device, not an mbox file");
	case ENOENT:
	case ENOTDIR:
		return error_set_errno(error, "cannot create %s: is its directory there?", path);
	default:
		return error_set_errno(error, "cannot open %s", path);
	}
}

/* Is it a file that mail may be put into? */
static bool
mbox_file_is_safe(const struct mbox_file *file, struct error *error)
{
	struct stat status, directory;

	if (fstat(file->descriptor, &status) < 0)
		return error_set_errno(error, "cannot look at %s", file->path);
	if (!S_ISREG(status.st_mode))
		return mbox_file_refuse(error, file->path,
		    S_ISFIFO(status.st_mode) ? "is a fifo, not an mbox file; remove it"
					     : "is not a regular file; an mbox must be one");
	if (status.st_uid == geteuid() && status.st_nlink <= 1)
		return true;
	if (stat(file->directory, &directory) < 0)
		return error_set_errno(error, "cannot look at %s", file->directory);
	if ((directory.st_mode & (S_IWOTH | S_ISVTX)) == 0)
		return true;
	if (status.st_uid != geteuid())
		return mbox_file_refuse(error, file->path,
		    "belongs to another user, in a directory where others may create files; remove "
		    "it or chown it to the recipient");
	return mbox_file_refuse(error, file->path,
	    "has more than one name (hard links), in a directory where others may create files; "
	    "remove the others");
}

static bool
mbox_file_open_once(struct arena *arena, const struct settings *settings, struct mbox_file *file,
    struct error *error)
{
	const char *place = file->path;
	bool is_missing = false;

	for (unsigned tries = 0; tries < MBOX_OPEN_TRIES; tries++) {
		place = file->path;
		if (fault_is_requested("mbox-open"))
			return error_set_errno(error, "cannot open %s", file->path);
		file->descriptor = mbox_file_open_existing(arena, &place, error);
		is_missing = file->descriptor < 0 && errno == ENOENT;
		if (is_missing)
			file->descriptor = mbox_file_create(place, 0666 & ~(mode_t)settings->umask);
		if (file->descriptor >= 0 || errno != EEXIST)
			break;
	}
	if (file->descriptor < 0)
		return mbox_file_explain(place, is_missing, error);
	file->directory = arena_copy_string(arena, file_directory(place));
	if (mbox_file_is_safe(file, error))
		return true;
	close(file->descriptor);
	file->descriptor = -1;
	return false;
}

/* Does this failure mean that no program can make a dot-lock there? */
static bool
mbox_file_has_no_room_for_lock(const struct error *error)
{
	return error->number == EACCES || error->number == EPERM || error->number == EROFS ||
	       error->number == ENAMETOOLONG;
}

/* Both locks, or none. */
static bool
mbox_file_lock(struct arena *arena, const struct settings *settings, struct mbox_file *file,
    int64_t deadline, struct error *error)
{
	const struct dot_lock_options one_try = {
	    .timeout = 0, .stale_after = (unsigned)settings->lock_stale_after};
	/* Two programs that gave way to each other must not come back in step. */
	unsigned retry = (unsigned)settings->lock_retry + (unsigned)getpid() % 16 + 1;

	for (;;) {
		int64_t rest = deadline - clock_monotonic_milliseconds();
		if (!lock_file(file->descriptor, file->path,
			rest > 0 ? (unsigned)((rest + 999) / 1000) : 0, error))
			return false;
		if (settings->dot_lock == DOT_LOCK_OFF ||
		    dot_lock_acquire(arena, file->path, &one_try, &file->lock, error))
			return true;
		if (settings->dot_lock == DOT_LOCK_TRY && mbox_file_has_no_room_for_lock(error)) {
			file->remark = arena_format(arena,
			    "with the fcntl lock alone, because the directory of %s does not let "
			    "us create a lock file",
			    file->path)
					   .data;
			return true;
		}
		lock_file_release(file->descriptor);
		if (error->number != EEXIST || clock_monotonic_milliseconds() >= deadline)
			return false;
		if (!lock_pause(retry))
			return error_set(error, ERROR_AGAIN,
			    "asked to stop while waiting for the lock file %s.lock", file->path);
	}
}

/* Does the path still name the locked file? Sets its size. */
static bool
mbox_file_is_current(struct mbox_file *file)
{
	struct stat named, locked;

	if (fstat(file->descriptor, &locked) < 0 || stat(file->path, &named) < 0 ||
	    named.st_dev != locked.st_dev || named.st_ino != locked.st_ino)
		return false;
	file->size = (uint64_t)locked.st_size;
	return true;
}

bool
mbox_file_open(struct arena *arena, struct text path, const struct settings *settings,
    struct mbox_file *file_out, struct error *error)
{
	int64_t deadline = clock_monotonic_milliseconds() + (int64_t)settings->lock_timeout * 1000;

	*file_out = (struct mbox_file){.path = arena_copy_string(arena, path), .descriptor = -1};
	if (path.size == 0 || text_find_byte(path, 0, '\0') < path.size)
		return error_set(
		    error, ERROR_INPUT, "\"%s\" is not a file name for an mbox", file_out->path);
	for (unsigned tries = 0; tries < MBOX_OPEN_TRIES; tries++) {
		if (!mbox_file_open_once(arena, settings, file_out, error))
			return false;
		if (!mbox_file_lock(arena, settings, file_out, deadline, error))
			break;
		if (mbox_file_is_current(file_out))
			return true;
		/* Removed or replaced between open and lock: a reader that rewrites does that. */
		mbox_file_close(file_out);
		error_set(error, ERROR_AGAIN, "%s is replaced again and again by another program",
		    file_out->path);
	}
	mbox_file_close(file_out);
	return false;
}

void
mbox_file_close(struct mbox_file *file)
{
	dot_lock_release(&file->lock);
	if (file->descriptor >= 0)
		close(file->descriptor);
	file->descriptor = -1;
}
