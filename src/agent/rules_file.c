/*
 * Trust in rules files and homes; see rules_file.h.
 */
#include "agent/rules_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/mailfilter/mailfilter.h"
#include "system/file.h"

/* The permission bits that make a rules file unsafe, and how to take them away. `is_admin`: it lies
 * where the administrator keeps files for all users, so that a group's members would write rules for
 * each other. */
static bool
rules_file_is_safe(const struct stat *status, uid_t owner, enum rules_safety safety, bool is_admin,
    struct error *error)
{
	if (!S_ISREG(status->st_mode))
		return error_set(error, ERROR_REFUSE, "is not a regular file");
	if (status->st_uid != owner && status->st_uid != 0)
		return error_set(error, ERROR_REFUSE,
		    "belongs to user id %ld, not to its user or root", (long)status->st_uid);
	if (safety == RULES_SAFETY_OWNER_ONLY && (status->st_mode & 077) != 0)
		return error_set(error, ERROR_REFUSE,
		    "is open to other users (mode %03o): run chmod 600 on it",
		    status->st_mode & 0777);
	if ((status->st_mode & S_IWOTH) != 0)
		return error_set(error, ERROR_REFUSE,
		    "can be written by everybody (mode %03o): run chmod o-w on it",
		    status->st_mode & 0777);
	if (is_admin && status->st_uid == 0 && status->st_gid != 0 &&
	    (status->st_mode & S_IWGRP) != 0)
		return error_set(error, ERROR_REFUSE,
		    "is the administrator's and can be written by group id %ld (mode %03o): run "
		    "chmod g-w on it",
		    (long)status->st_gid, status->st_mode & 0777);
	return true;
}

static enum rules_file_answer
rules_file_read_judged(struct arena *arena, const char *path, uid_t owner, enum rules_safety safety,
    bool is_admin, struct text *source_out, struct error *error)
{
	struct stat status;
	/* O_NONBLOCK: a fifo in the file's place must not make us wait. */
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (descriptor < 0 && errno == ENOENT)
		return RULES_FILE_MISSING;
	if (descriptor < 0) {
		error_set_errno(error, "rules file %s", path);
		return RULES_FILE_REFUSED;
	}
	bool read_all = fstat(descriptor, &status) == 0
			    ? rules_file_is_safe(&status, owner, safety, is_admin, error)
			    : error_set_errno(error, "fstat");
	read_all = read_all && file_read_descriptor(
				   arena, descriptor, MAILFILTER_SOURCE_MAX, source_out, error);
	close(descriptor);
	if (read_all)
		return RULES_FILE_READ;
	error_prefix(error, "rules file %s ", path);
	return RULES_FILE_REFUSED;
}

enum rules_file_answer
rules_file_read(struct arena *arena, const char *path, uid_t owner, enum rules_safety safety,
    struct text *source_out, struct error *error)
{
	return rules_file_read_judged(arena, path, owner, safety, false, source_out, error);
}

bool
rules_file_is_below(const char *path, struct text directory)
{
	struct text rest = text_from_string(path);

	while (directory.size > 0 && directory.data[directory.size - 1] == '/')
		directory.size--;
	if (directory.size == 0 || !text_has_prefix(rest, directory))
		return false;
	rest = text_slice(rest, directory.size, rest.size);
	if (rest.size < 2 || rest.data[0] != '/')
		return false;
	while (rest.size > 0)
		if (text_is_equal(text_split(&rest, '/'), TEXT("..")))
			return false;
	return true;
}

bool
rules_file_read_named(struct arena *arena, struct text name, uid_t owner,
    const struct settings *settings, struct text *source_out, bool *is_trusted_out,
    struct error *error)
{
	const char *path = arena_copy_string(arena, name);

	*is_trusted_out = false;
	/* The system would take what is in front of a NUL, which may come from the message. */
	if (text_find_byte(name, 0, '\0') < name.size)
		return error_set(error, ERROR_INPUT, "the name of a file cannot hold a NUL");
	bool is_admin = rules_file_is_below(path, settings->maildroprcs);
	if (is_admin && rules_file_read_judged(arena, path, 0, RULES_SAFETY_NOT_WORLD_WRITABLE,
			    true, source_out, error) == RULES_FILE_READ) {
		*is_trusted_out = true;
		return true;
	}
	switch (rules_file_read_judged(
	    arena, path, owner, settings->rules_safety, is_admin, source_out, error)) {
	case RULES_FILE_READ:
		return true;
	case RULES_FILE_MISSING:
		return error_set(error, ERROR_INPUT, "there is no rules file %s", path);
	case RULES_FILE_REFUSED:
		break;
	}
	return false;
}

bool
rules_file_check_home(const char *home, uid_t owner, struct error *error)
{
	struct stat status;

	if (stat(home, &status) < 0)
		return error_set_errno(error, "home directory %s", home);
	if (!S_ISDIR(status.st_mode))
		return error_set(error, ERROR_REFUSE, "home %s is not a directory", home);
	if (status.st_uid != owner)
		return error_set(error, ERROR_REFUSE,
		    "home directory %s belongs to user id %ld, not to its user", home,
		    (long)status.st_uid);
	if ((status.st_mode & S_IWOTH) != 0)
		return error_set(error, ERROR_REFUSE,
		    "home directory %s can be written by everybody: run chmod o-w on it", home);
	if ((status.st_mode & S_ISVTX) != 0)
		return error_set(error, ERROR_AGAIN,
		    "delivery to home directory %s is paused (its sticky bit is set): chmod -t "
		    "resumes it",
		    home);
	return true;
}

const char *
rules_file_find_embedded(
    struct arena *arena, const char *home, const char *name, struct error *error)
{
	struct stat status;
	const char *directory = arena_format(arena, "%s/.mailfilters", home).data;
	char *wanted = arena_copy_string(arena, text_from_string(name));

	if (stat(directory, &status) < 0) {
		error_set_errno(error, "directory %s", directory);
		return NULL;
	}
	if (!S_ISDIR(status.st_mode) || (status.st_mode & 077) != 0) {
		error_set(error, ERROR_REFUSE,
		    "%s must be a directory that only its owner can enter: chmod 700", directory);
		return NULL;
	}
	for (char *byte = wanted; *byte != '\0'; byte++)
		if (*byte == '/' || *byte == '.')
			*byte = ':';
	const char *tried = arena_format(arena, "%s/%s", directory, wanted).data;
	while (access(tried, F_OK) < 0) {
		char *dash = strrchr(wanted, '-');
		if (wanted[0] == '\0') {
			error_set(error, ERROR_INPUT,
			    "no rules for \"%s\" in %s, and no default there", name, directory);
			return NULL;
		}
		*(dash != NULL ? dash : wanted) = '\0';
		tried = arena_format(
		    arena, "%s/%s%sdefault", directory, wanted, wanted[0] != '\0' ? "-" : "")
			    .data;
	}
	return tried;
}
