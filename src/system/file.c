/*
 * File input and output for deliveries; see file.h. Every system call here is repeated on EINTR and
 * otherwise checked: an unchecked write or sync is a lost message.
 */
#include "system/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/bug.h"

enum { FILE_COPY_CHUNK = 1024 * 1024, FILE_COPY_BUFFER = 32 * 1024 };
enum { FILE_SYSTEM_XFS = 0x58465342 };

struct text
file_directory(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return TEXT(".");
	return (struct text){path, slash == path ? 1 : (size_t)(slash - path)};
}

bool
file_read(struct arena *arena, const char *path, size_t maximum, struct text *bytes_out,
    struct error *error)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (descriptor < 0)
		return error_set_errno(error, "%s", path);
	bool read_all = file_read_descriptor(arena, descriptor, maximum, bytes_out, error);
	close(descriptor);
	if (!read_all)
		error_prefix(error, "%s: ", path);
	return read_all;
}

bool
file_read_descriptor(struct arena *arena, int descriptor, size_t maximum, struct text *bytes_out,
    struct error *error)
{
	struct stat status;
	size_t used = 0;

	if (fstat(descriptor, &status) < 0)
		return error_set_errno(error, "fstat");
	if (!S_ISREG(status.st_mode))
		return error_set(error, ERROR_REFUSE, "is not a regular file");
	if ((uintmax_t)status.st_size > maximum)
		return error_set(
		    error, ERROR_LIMIT, "is larger than the limit of %zu bytes", maximum);
	size_t size = (size_t)status.st_size;
	char *bytes = arena_alloc_bytes(arena, size + 1);
	while (used < size) {
		ssize_t got = pread(descriptor, bytes + used, size - used, (off_t)used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set_errno(error, "read");
		if (got == 0)
			break;
		used += (size_t)got;
	}
	*bytes_out = (struct text){bytes, used};
	return true;
}

bool
file_write(int descriptor, struct text bytes, const char *what, struct error *error)
{
	while (bytes.size > 0) {
		ssize_t written = write(descriptor, bytes.data, bytes.size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return error_set_errno(error, "cannot write %s", what);
		bytes = text_slice(bytes, (size_t)written, bytes.size);
	}
	return true;
}

/* Copies through user space: for the pairs of files that the kernel does not copy between. */
static bool
file_copy_by_hand(
    int source, int target, uint64_t offset, uint64_t end, const char *what, struct error *error)
{
	char bytes[FILE_COPY_BUFFER];

	while (offset < end) {
		size_t wanted = end - offset < sizeof bytes ? (size_t)(end - offset) : sizeof bytes;
		ssize_t got = pread(source, bytes, wanted, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set_errno(error, "cannot read the message for %s", what);
		if (got == 0)
			return error_set(
			    error, ERROR_AGAIN, "the message ended early on its way to %s", what);
		if (!file_write(target, (struct text){bytes, (size_t)got}, what, error))
			return false;
		offset += (uint64_t)got;
	}
	return true;
}

bool
file_copy(int source, int target, uint64_t size, const char *what, struct error *error)
{
	return file_copy_from(source, 0, target, size, what, error);
}

bool
file_copy_from(
    int source, uint64_t from, int target, uint64_t size, const char *what, struct error *error)
{
	off_t offset = (off_t)from;
	uint64_t end = from + size;

	while ((uint64_t)offset < end) {
		uint64_t rest = end - (uint64_t)offset;
		size_t wanted = rest < FILE_COPY_CHUNK ? (size_t)rest : FILE_COPY_CHUNK;
		ssize_t copied = sendfile(target, source, &offset, wanted);
		if (copied < 0 && errno == EINTR)
			continue;
		if (copied < 0 && (errno == EINVAL || errno == ENOSYS))
			return file_copy_by_hand(
			    source, target, (uint64_t)offset, end, what, error);
		if (copied < 0)
			return error_set_errno(error, "cannot write %s", what);
		if (copied == 0)
			return error_set(
			    error, ERROR_AGAIN, "the message ended early on its way to %s", what);
	}
	return true;
}

bool
file_sync(int descriptor, const char *what, struct error *error)
{
	while (fsync(descriptor) < 0)
		if (errno != EINTR)
			return error_set_errno(error, "cannot sync %s to disk", what);
	return true;
}

bool
file_sync_directory(const char *path, struct error *error)
{
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0)
		return error_set_errno(error, "cannot open the directory %s to sync it", path);
	bool synced = file_sync(directory, path, error);
	close(directory);
	return synced;
}

/* Does the file system order a file's data and size before the metadata changes that are made after
 * them? */
static bool
file_system_is_ordered(int descriptor)
{
	struct statfs status;

	if (fstatfs(descriptor, &status) < 0)
		return false;
	return status.f_type == EXT4_SUPER_MAGIC || status.f_type == FILE_SYSTEM_XFS ||
	       status.f_type == TMPFS_MAGIC;
}

bool
file_settle(int descriptor, const char *what, struct error *error)
{
	const unsigned flags =
	    SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;

	if (!file_system_is_ordered(descriptor))
		return file_sync(descriptor, what, error);
	while (sync_file_range(descriptor, 0, 0, flags) < 0) {
		if (errno == EINTR)
			continue;
		if (errno == ENOSYS || errno == EINVAL || errno == ESPIPE)
			return file_sync(descriptor, what, error);
		return error_set_errno(error, "cannot write %s to disk", what);
	}
	return true;
}

/* Everything but the rename. */
static bool
file_replacement_write(int descriptor, const char *name, const struct file_replacement *replacement,
    struct error *error)
{
	mode_t mode = replacement->mode & 0666;
	struct stat status;

	if (!file_write(descriptor, replacement->bytes, name, error))
		return false;
	if (fstat(descriptor, &status) < 0)
		return error_set_errno(error, "cannot look at %s", name);
	if (status.st_gid != replacement->group &&
	    fchown(descriptor, (uid_t)-1, replacement->group) < 0)
		mode &= ~(mode_t)S_IRWXG;
	if (fchmod(descriptor, mode) < 0)
		return error_set_errno(error, "cannot set the mode of %s", name);
	if (replacement->newer_than > 0 && status.st_mtim.tv_sec <= replacement->newer_than) {
		const struct timespec times[2] = {
		    {.tv_nsec = UTIME_OMIT}, {.tv_sec = replacement->newer_than + 1}};
		if (futimens(descriptor, times) < 0)
			return error_set_errno(error, "cannot set the time of %s", name);
	}
	return file_sync(descriptor, name, error);
}

bool
file_replace(const char *path, const struct file_replacement *replacement, struct error *error)
{
	char name[PATH_MAX];
	struct text directory = file_directory(path);
	char parent[PATH_MAX];

	if (snprintf(name, sizeof name, "%s.new.%ld", path, (long)getpid()) >= (int)sizeof name) {
		errno = ENAMETOOLONG;
		return error_set_errno(error, "cannot write %s", path);
	}
	snprintf(parent, sizeof parent, "%.*s", TEXT_ARGUMENTS(directory));
	/* Of a process with our number that was killed here. */
	if (unlink(name) < 0 && errno != ENOENT)
		return error_set_errno(error, "cannot replace %s", name);
	int descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (descriptor < 0)
		return error_set_errno(error, "cannot create %s", name);
	bool written = file_replacement_write(descriptor, name, replacement, error);
	written = file_close(descriptor, name, error) && written;
	if (written && rename(name, path) == 0)
		return file_sync_directory(parent, error);
	if (written)
		error_set_errno(error, "cannot rename %s", name);
	unlink(name);
	return false;
}

bool
file_close(int descriptor, const char *what, struct error *error)
{
	REQUIRE(descriptor >= 0);
	/* On Linux the descriptor is gone even after EINTR: repeating could close somebody else's.
	 */
	if (close(descriptor) < 0 && errno != EINTR)
		return error_set_errno(error, "cannot close %s", what);
	return true;
}
