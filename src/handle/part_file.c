/*
 * Files that parts become; see part_file.h. link() never puts one file in the place of another, and
 * follows no symbolic link at its target.
 */
#include "handle/part_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "mail/safe_name.h"
#include "system/file.h"

enum { PART_FILE_MODE = 0666, PART_FILE_TRIES = 1000 };

bool
part_file_open(
    struct arena *arena, const char *directory, struct part_file *file_out, struct error *error)
{
	*file_out = (struct part_file){.directory = directory, .descriptor = -1};
	for (unsigned attempt = 0; attempt < PART_FILE_TRIES; attempt++) {
		const char *name = arena_format(
		    arena, "%s/.culver-part.%ld.%u", directory, (long)getpid(), attempt)
				       .data;
		file_out->descriptor = open(
		    name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, PART_FILE_MODE);
		if (file_out->descriptor >= 0) {
			file_out->temporary = name;
			return true;
		}
		if (errno != EEXIST)
			break;
	}
	return error_set_errno(error, "cannot create a file in %s", directory);
}

bool
part_file_write(struct part_file *file, struct text piece, struct error *error)
{
	return file_write(file->descriptor, piece, file->temporary, error);
}

/* "name-2.pdf" of "name.pdf". */
static const char *
part_file_numbered(struct arena *arena, const char *directory, struct text name, unsigned number)
{
	size_t dot = name.size;

	while (dot > 0 && name.data[dot - 1] != '.')
		dot--;
	dot = dot > 1 ? dot - 1 : name.size;
	if (number == 0)
		return arena_format(arena, "%s/%.*s", directory, TEXT_ARGUMENTS(name)).data;
	return arena_format(arena, "%s/%.*s-%u%.*s", directory,
	    TEXT_ARGUMENTS(text_slice(name, 0, dot)), number,
	    TEXT_ARGUMENTS(text_slice(name, dot, name.size)))
	    .data;
}

bool
part_file_commit(struct arena *arena, struct part_file *file, struct text name, struct error *error)
{
	struct text safe = safe_name_file(arena, name);
	int descriptor = file->descriptor;

	if (!file_sync(descriptor, file->temporary, error))
		return false;
	file->descriptor = -1;
	if (!file_close(descriptor, file->temporary, error))
		return false;
	for (unsigned number = 0; number < PART_FILE_NAMES_MAX; number++) {
		const char *path = part_file_numbered(arena, file->directory, safe, number);
		if (link(file->temporary, path) == 0) {
			file->path = path;
			unlink(file->temporary);
			file->temporary = NULL;
			return true;
		}
		if (errno != EEXIST)
			return error_set_errno(error, "cannot create %s", path);
	}
	return error_set(error, ERROR_LIMIT, "%s holds %d files called %.*s already",
	    file->directory, (int)PART_FILE_NAMES_MAX, TEXT_ARGUMENTS(safe));
}

void
part_file_close(struct part_file *file)
{
	if (file->descriptor >= 0)
		close(file->descriptor);
	file->descriptor = -1;
	if (file->temporary != NULL)
		unlink(file->temporary);
	file->temporary = NULL;
}
