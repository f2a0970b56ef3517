/*
 * Saving attachments; see attachment_save.h. Written under a name that no other process has, synced,
 * and then linked to the first free name: link() never puts one file in the place of another.
 */
#include "agent/attachment_save.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mail/safe_name.h"
#include "system/file.h"

struct attachment_file {
	int descriptor;
	const char *path;
	struct error *error;
	bool failed;
};

/* The directory, without slashes at its end. */
static const char *
attachment_save_directory(
    struct arena *arena, const struct attachment_place *place, struct text directory)
{
	if (text_has_prefix(directory, TEXT("~/")))
		directory = arena_format(arena, "%s%.*s", place->home,
		    TEXT_ARGUMENTS(text_slice(directory, 1, directory.size)));
	while (directory.size > 1 && directory.data[directory.size - 1] == '/')
		directory.size--;
	return arena_copy_string(arena, directory);
}

/* It must be there, or may be made; the one above it must be there. */
static bool
attachment_save_provide(struct arena *arena, const struct attachment_place *place,
    const char *directory, struct error *error)
{
	struct stat status;

	if (stat(directory, &status) == 0) {
		if (S_ISDIR(status.st_mode))
			return true;
		return error_set(error, ERROR_INPUT, "%s is not a directory", directory);
	}
	if (errno != ENOENT)
		return error_set_errno(error, "cannot look at the directory %s", directory);
	if (!place->settings->create_folders)
		return error_set(error, ERROR_INPUT,
		    "the directory %s does not exist: create it, or set create_folders = yes",
		    directory);
	if (mkdir(directory, 0700) != 0 && errno != EEXIST)
		return error_set_errno(error, "cannot create the directory %s", directory);
	return file_sync_directory(arena_copy_string(arena, file_directory(directory)), error);
}

static bool
attachment_save_write(void *self, struct text piece)
{
	struct attachment_file *file = self;

	file->failed = !file_write(file->descriptor, piece, file->path, file->error);
	return !file->failed;
}

/* Writes the bytes to the temporary name and syncs them. */
static bool
attachment_save_fill(
    const char *path, mode_t mode, const struct attachment_request *request, struct error *error)
{
	struct attachment_file file = {
	    open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode), path, error,
	    false};

	if (file.descriptor < 0)
		return error_set_errno(error, "cannot create %s", path);
	bool written = request->read(request->reader, attachment_save_write, &file);
	if (!written && !file.failed)
		error_set(error, ERROR_INPUT, "the attachment cannot be read");
	written = written && file_sync(file.descriptor, path, error);
	if (!written) {
		close(file.descriptor);
		unlink(path);
		return false;
	}
	if (file_close(file.descriptor, path, error))
		return true;
	unlink(path);
	return false;
}

/* "name-2.pdf" of "name.pdf". */
static struct text
attachment_save_numbered(struct arena *arena, struct text name, unsigned number)
{
	size_t dot = name.size;

	if (number == 0)
		return name;
	while (dot > 0 && name.data[dot - 1] != '.')
		dot--;
	dot = dot > 1 ? dot - 1 : name.size;
	return arena_format(arena, "%.*s-%u%.*s", TEXT_ARGUMENTS(text_slice(name, 0, dot)), number,
	    TEXT_ARGUMENTS(text_slice(name, dot, name.size)));
}

/* Gives the file the first name that is free. */
static bool
attachment_save_link(struct arena *arena, const char *temporary, const char *directory,
    struct text name, struct text *path_out, struct error *error)
{
	for (unsigned number = 0; number < ATTACHMENT_SAVE_NAMES_MAX; number++) {
		struct text free_name = attachment_save_numbered(arena, name, number);
		*path_out = arena_format(arena, "%s/%.*s", directory, TEXT_ARGUMENTS(free_name));
		if (link(temporary, path_out->data) == 0)
			return true;
		if (errno != EEXIST)
			return error_set_errno(error, "cannot create %s", path_out->data);
	}
	return error_set(error, ERROR_LIMIT, "%s holds %d files called %.*s already", directory,
	    (int)ATTACHMENT_SAVE_NAMES_MAX, TEXT_ARGUMENTS(name));
}

bool
attachment_save(struct arena *arena, const struct attachment_place *place,
    const struct attachment_request *request, struct text *path_out, struct error *error)
{
	const char *directory = attachment_save_directory(arena, place, request->directory);
	pid_t process = place->process != 0 ? place->process : getpid();
	mode_t mode = 0666 & ~(mode_t)place->settings->umask;

	if (request->directory.size == 0)
		return error_set(error, ERROR_INPUT, "`save` names no directory");
	if (!attachment_save_provide(arena, place, directory, error))
		return false;
	const char *temporary =
	    arena_format(arena, "%s/.culver-save.%ld", directory, (long)process).data;
	/* What a crash left there is nobody's: the process with its number is this one. */
	if (unlink(temporary) != 0 && errno != ENOENT)
		return error_set_errno(error, "cannot write to the directory %s", directory);
	if (!attachment_save_fill(temporary, mode, request, error))
		return false;
	bool is_linked = attachment_save_link(arena, temporary, directory,
	    safe_name_file(arena, request->file_name), path_out, error);
	unlink(temporary);
	if (!is_linked)
		return false;
	if (file_sync_directory(directory, error))
		return true;
	unlink(path_out->data);
	return false;
}
