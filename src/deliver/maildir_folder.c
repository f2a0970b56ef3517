/*
 * Making Maildir folders; see maildir_folder.h. Each directory is made with mkdir(), which is
 * atomic, and a half-made folder (a crash in between) is completed by the next delivery.
 */
#include "deliver/maildir_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "system/file.h"

static bool
maildir_folder_make_directory(const char *path, struct error *error)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	return error_set_errno(error, "cannot create the directory %s", path);
}

/* Is this a folder of a Maildir++ tree, whose parent is the Maildir itself? */
static bool
maildir_folder_is_subfolder(struct arena *arena, const char *maildir, const char *parent)
{
	const char *slash = strrchr(maildir, '/');
	const char *name = slash == NULL ? maildir : slash + 1;
	struct stat status;

	return name[0] == '.' && name[1] != '\0' && name[1] != '.' &&
	       stat(arena_format(arena, "%s/cur", parent).data, &status) == 0;
}

/* The mark by which quota programs know that the counts are kept one level up. */
static bool
maildir_folder_mark(struct arena *arena, const char *maildir, struct error *error)
{
	const char *mark = arena_format(arena, "%s/maildirfolder", maildir).data;
	int descriptor = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (descriptor < 0)
		return error_set_errno(error, "cannot create %s", mark);
	return file_close(descriptor, mark, error);
}

static bool
maildir_folder_create(struct arena *arena, const char *maildir, struct error *error)
{
	static const char *const parts[] = {"tmp", "new", "cur"};
	const char *parent = arena_copy_string(arena, file_directory(maildir));

	if (!maildir_folder_make_directory(maildir, error))
		return false;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (!maildir_folder_make_directory(
			arena_format(arena, "%s/%s", maildir, parts[i]).data, error))
			return false;
	if (maildir_folder_is_subfolder(arena, maildir, parent) &&
	    !maildir_folder_mark(arena, maildir, error))
		return false;
	return file_sync_directory(maildir, error) && file_sync_directory(parent, error);
}

struct outcome
maildir_folder_provide(struct arena *arena, const char *maildir, bool create)
{
	struct error error;
	struct stat status;

	if (create && maildir_folder_create(arena, maildir, &error))
		return outcome_done("the Maildir was created");
	if (create)
		return outcome_later_error(arena, &error);
	if (stat(maildir, &status) == 0)
		return outcome_later(arena, STATUS_SYSTEM_CONFIGURATION,
		    "%s is not a Maildir: it needs the directories tmp, new and cur", maildir);
	return outcome_later(arena, STATUS_SYSTEM_CONFIGURATION,
	    "the Maildir %s does not exist: create it (maildirmake), or set create_folders = yes",
	    maildir);
}
