/*
 * Folders by name; see mailbox_folder.h. The order of the steps matters: new/ and cur/, which a
 * delivery needs, come last.
 */
#include "deliver/mailbox_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "deliver/subscription.h"
#include "system/file.h"

enum { MAILBOX_FOLDER_MODE = 0700 };

/* A folder that is being made. */
struct mailbox_folder_work {
	struct arena *arena;
	mode_t mode; /* of directories: the root's, so that a shared Maildir stays shared */
	struct error *error;
};

bool
mailbox_folder_find(
    const struct delivery *delivery, struct mailbox_folder *folder_out, struct error *error)
{
	const struct settings *settings = delivery->settings;
	struct arena *arena = delivery->arena;

	*folder_out = (struct mailbox_folder){.shown = delivery->destination};
	if (!mailbox_name_parse(arena, delivery->destination, settings->mailbox_layout,
		settings->mailbox_encoding, &folder_out->name, error))
		return false;
	const struct mailbox_name *name = &folder_out->name;
	folder_out->root =
	    arena_copy_string(arena, mailbox_name_path(arena, name, 0, delivery->mailbox_root));
	folder_out->path = arena_copy_string(
	    arena, mailbox_name_path(arena, name, name->level_count, delivery->mailbox_root));
	return true;
}

/* mkdir() has left out what the umask takes. */
static bool
mailbox_folder_open_up(struct mailbox_folder_work *work, const char *path)
{
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool done = directory >= 0 && fchmod(directory, work->mode) == 0;

	if (!done)
		error_set_errno(work->error, "cannot set the mode of %s", path);
	if (directory >= 0)
		close(directory);
	return done;
}

/* A directory that is there or made. */
static bool
mailbox_folder_make(struct mailbox_folder_work *work, const char *path, bool *made_out)
{
	*made_out = mkdir(path, work->mode) == 0;
	if (!*made_out && errno != EEXIST)
		return error_set_errno(work->error, "cannot create the directory %s", path);
	return !*made_out || work->mode == MAILBOX_FOLDER_MODE ||
	       mailbox_folder_open_up(work, path);
}

static bool
mailbox_folder_make_part(struct mailbox_folder_work *work, const char *path, const char *part)
{
	bool made;

	return mailbox_folder_make(
	    work, arena_format(work->arena, "%s/%s", path, part).data, &made);
}

/* Makes a directory, and its name durable. */
static bool
mailbox_folder_make_synced(struct mailbox_folder_work *work, const char *path)
{
	bool made;

	return mailbox_folder_make(work, path, &made) &&
	       (!made || file_sync_directory(
			     arena_copy_string(work->arena, file_directory(path)), work->error));
}

/* The root, whose own parent must be there: a mistyped path never grows a tree. */
static bool
mailbox_folder_make_root(struct mailbox_folder_work *work, const char *root)
{
	struct stat status;

	if (stat(root, &status) == 0) {
		work->mode = status.st_mode & 0777;
		return true;
	}
	return mailbox_folder_make_synced(work, root) &&
	       mailbox_folder_make_part(work, root, "tmp") &&
	       mailbox_folder_make_part(work, root, "new") &&
	       mailbox_folder_make_part(work, root, "cur") &&
	       file_sync_directory(root, work->error);
}

/* The mark of a Maildir++ folder: quota programs then count in the root. */
static bool
mailbox_folder_mark(struct mailbox_folder_work *work, const char *path)
{
	const char *mark = arena_format(work->arena, "%s/maildirfolder", path).data;
	int descriptor = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, work->mode & 0666);

	if (descriptor < 0)
		return error_set_errno(work->error, "cannot create %s", mark);
	return file_close(descriptor, mark, work->error);
}

/* The folder without new/ and cur/. */
static bool
mailbox_folder_make_base(struct mailbox_folder_work *work, const struct mailbox_folder *folder)
{
	const struct mailbox_name *name = &folder->name;
	struct text root = text_from_string(folder->root);
	bool is_fs = name->layout == MAILBOX_LAYOUT_FS;

	if (name->is_inbox)
		return mailbox_folder_make_part(work, folder->path, "tmp");
	for (size_t level = is_fs ? 1 : name->level_count; level <= name->level_count; level++) {
		struct text path = mailbox_name_path(work->arena, name, level, root);
		if (!mailbox_folder_make_synced(work, arena_copy_string(work->arena, path)))
			return false;
	}
	return mailbox_folder_make_part(work, folder->path, "tmp") &&
	       (is_fs || mailbox_folder_mark(work, folder->path));
}

/* Makes the mail reader show it. */
static void
mailbox_folder_subscribe(struct delivery *delivery, const struct mailbox_folder *folder)
{
	struct error error;

	if (folder->name.is_inbox || !delivery->settings->mailbox_subscribe)
		return;
	if (subscription_add(
		delivery->arena, folder->root, &folder->name, delivery->settings, &error))
		return;
	delivery->note =
	    arena_format(delivery->arena, "the new folder could not be subscribed: %s", error.text);
}

struct outcome
mailbox_folder_provide(struct delivery *delivery, const struct mailbox_folder *folder)
{
	struct error error;
	struct mailbox_folder_work work = {delivery->arena, MAILBOX_FOLDER_MODE, &error};

	if (!delivery->settings->mailbox_create)
		return outcome_later(delivery->arena, STATUS_SYSTEM_CONFIGURATION,
		    "the folder \"%.*s\" is not there (%s): create it with a mail reader, or set "
		    "mailbox_create = yes",
		    TEXT_ARGUMENTS(folder->shown), folder->path);
	if (!mailbox_folder_make_root(&work, folder->root) ||
	    !mailbox_folder_make_base(&work, folder))
		return outcome_later_error(delivery->arena, &error);
	mailbox_folder_subscribe(delivery, folder);
	if (!mailbox_folder_make_part(&work, folder->path, "new") ||
	    !mailbox_folder_make_part(&work, folder->path, "cur") ||
	    !file_sync_directory(folder->path, &error))
		return outcome_later_error(delivery->arena, &error);
	return outcome_done("the folder was created");
}
