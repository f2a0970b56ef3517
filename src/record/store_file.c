/*
 * Copying, syncing and renaming; see store_file.h. Everything here that changes a file is called
 * with the lock held, so that the copy has one fixed name and what a killed writer left is found
 * and removed by the next.
 */
#include "record/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/file.h"
#include "system/lock.h"

enum { STORE_FILE_ASIDE_TRIES = 100 };

bool
store_file_init(struct store_file *file, struct arena *arena, const char *path, struct error *error)
{
	char real[PATH_MAX];

	*file = (struct store_file){.lock = -1};
	/* A rename would put a file in the place of a symbolic link. */
	struct text name = text_from_string(realpath(path, real) != NULL ? real : path);
	file->path = arena_copy_string(arena, name);
	struct text directory = file_directory(file->path);
	struct text last = name;
	while (text_find_byte(last, 0, '/') < last.size)
		text_split(&last, '/');
	if (last.size == 0)
		return error_set(error, ERROR_INPUT, "%s is not the name of a file", path);
	file->new_path = arena_format(
	    arena, "%.*s/.%.*s.culver-new", TEXT_ARGUMENTS(directory), TEXT_ARGUMENTS(last))
			     .data;
	return true;
}

bool
store_file_lock(struct store_file *file, struct arena *arena, unsigned timeout, struct error *error)
{
	const char *lock_path = arena_format(arena, "%s.lock", file->path).data;

	file->lock = open(
	    lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW, 0600);
	if (file->lock < 0)
		return error_set_errno(error, "cannot open the lock file %s", lock_path);
	if (lock_file(file->lock, lock_path, timeout, error))
		return true;
	store_file_unlock(file);
	return false;
}

void
store_file_unlock(struct store_file *file)
{
	if (file->lock >= 0)
		close(file->lock);
	file->lock = -1;
}

/* The first bytes of a Berkeley DB file. */
struct store_file_head {
	uint32_t log_position[2], page, magic, version, page_size;
	uint8_t encryption, page_type, flags[2];
};

static enum store_file_kind
store_file_judge_head(const struct store_file_head *head)
{
	enum { HASH_MAGIC = 0x061561, BTREE_MAGIC = 0x053162, GDBM_MAGIC = 0x13579a };
	enum { VERSION_MAX = 10 };
	bool is_swapped = head->version > UINT16_MAX;
	uint32_t magic = is_swapped ? __builtin_bswap32(head->magic) : head->magic;
	uint32_t version = is_swapped ? __builtin_bswap32(head->version) : head->version;
	uint32_t first = head->log_position[0];

	if ((magic == BTREE_MAGIC || magic == HASH_MAGIC) && version <= VERSION_MAX &&
	    head->encryption == 0)
		return STORE_FILE_BERKELEY;
	if (first >> 8 == GDBM_MAGIC || __builtin_bswap32(first) >> 8 == GDBM_MAGIC)
		return STORE_FILE_GDBM;
	return STORE_FILE_OTHER;
}

enum store_file_kind
store_file_recognise(const struct store_file *file, struct stat *status_out, struct error *error)
{
	struct store_file_head head = {.page = 0};
	int descriptor = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (descriptor < 0) {
		error_set_errno(error, "cannot open %s", file->path);
		return error->number == ENOENT ? STORE_FILE_MISSING : STORE_FILE_FAILED;
	}
	enum store_file_kind kind = STORE_FILE_OTHER;
	bool is_known = fstat(descriptor, status_out) == 0;
	if (is_known && S_ISREG(status_out->st_mode)) {
		is_known = pread(descriptor, &head, sizeof head, 0) >= 0;
		kind = status_out->st_size == 0 ? STORE_FILE_EMPTY : store_file_judge_head(&head);
	}
	if (!is_known) {
		error_set_errno(error, "cannot read %s", file->path);
		kind = STORE_FILE_FAILED;
	}
	close(descriptor);
	return kind;
}

static bool
store_file_copy_bytes(
    const struct store_file *file, int source, int target, uint64_t *size_out, struct error *error)
{
	struct stat status;

	if (fstat(source, &status) != 0)
		return error_set_errno(error, "cannot look at %s", file->path);
	*size_out = (uint64_t)status.st_size;
	/* Where the group cannot be given it must not get the rights of another one. */
	mode_t mode = status.st_mode & 0777;
	if (status.st_gid != getegid() && fchown(target, (uid_t)-1, status.st_gid) != 0)
		mode &= ~(mode_t)070;
	if (fchmod(target, mode) != 0)
		return error_set_errno(error, "cannot set the mode of %s", file->new_path);
	return file_copy(source, target, *size_out, file->new_path, error);
}

bool
store_file_copy(const struct store_file *file, uint64_t *size_out, struct error *error)
{
	int source = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (source < 0)
		return error_set_errno(error, "cannot open %s", file->path);
	int target = open(file->new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (target < 0) {
		error_set_errno(error, "cannot create %s", file->new_path);
		close(source);
		return false;
	}
	bool is_copied = store_file_copy_bytes(file, source, target, size_out, error);
	close(source);
	if (is_copied)
		return file_close(target, file->new_path, error);
	close(target);
	store_file_drop(file);
	return false;
}

void
store_file_drop(const struct store_file *file)
{
	int number = errno;

	unlink(file->new_path);
	errno = number;
}

static bool
store_file_sync_new(const struct store_file *file, uint64_t size_max, struct error *error)
{
	struct stat status;
	int descriptor = open(file->new_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (descriptor < 0)
		return error_set_errno(error, "cannot open %s", file->new_path);
	bool is_safe = false;
	if (fstat(descriptor, &status) != 0)
		error_set_errno(error, "cannot look at %s", file->new_path);
	else if ((uint64_t)status.st_size > size_max)
		error_set(error, ERROR_LIMIT, "%s would be larger than %llu bytes", file->path,
		    (unsigned long long)size_max);
	else
		is_safe = file_sync(descriptor, file->new_path, error);
	close(descriptor);
	return is_safe;
}

bool
store_file_replace(const struct store_file *file, uint64_t size_max, struct error *error)
{
	char directory[PATH_MAX];

	if (!store_file_sync_new(file, size_max, error)) {
		store_file_drop(file);
		return false;
	}
	if (rename(file->new_path, file->path) != 0) {
		error_set_errno(error, "cannot rename %s to %s", file->new_path, file->path);
		store_file_drop(file);
		return false;
	}
	snprintf(directory, sizeof directory, "%.*s", TEXT_ARGUMENTS(file_directory(file->path)));
	return file_sync_directory(directory, error);
}

bool
store_file_set_aside(
    const struct store_file *file, struct arena *arena, struct text *aside_out, struct error *error)
{
	int64_t now = clock_now().seconds;

	for (int64_t i = 0; i < STORE_FILE_ASIDE_TRIES; i++) {
		*aside_out =
		    arena_format(arena, "%s.damaged-%lld", file->path, (long long)(now + i));
		if (renameat2(AT_FDCWD, file->path, AT_FDCWD, aside_out->data, RENAME_NOREPLACE) ==
		    0)
			return true;
		if (errno != EEXIST)
			break;
	}
	return error_set_errno(
	    error, "cannot rename %s to %.*s", file->path, TEXT_ARGUMENTS(*aside_out));
}
