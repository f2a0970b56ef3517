/*
 * Subscribing a folder; see subscription.h.
 */
#include "deliver/subscription.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/file.h"
#include "system/lock.h"

enum {
	SUBSCRIPTION_FILE_MAX = 1024 * 1024,
	SUBSCRIPTION_LOCK_MAX = 30,   /* seconds */
	SUBSCRIPTION_LOCK_RETRY = 20, /* milliseconds */
};

static const struct text subscription_version_2 = {"V\t2\n\n", 5};

/* One file. */
struct subscription {
	struct arena *arena;
	const char *root;
	const char *path;
	const struct mailbox_name *name;
	bool is_courier;
	struct text bytes; /* as it is now */
	mode_t mode;       /* 0: it is not there */
	gid_t group;
};

/* The folder as a line of this file, without its end. */
static struct text
subscription_line(const struct subscription *file)
{
	const struct mailbox_name *name = file->name;
	char separator = name->layout == MAILBOX_LAYOUT_FS ? '/' : '.';

	if (file->is_courier)
		return arena_format(file->arena, "INBOX.%.*s",
		    TEXT_ARGUMENTS(mailbox_name_join(file->arena, name, name->level_count, '.')));
	if (file->mode == 0 || text_has_prefix(file->bytes, subscription_version_2))
		separator = '\t';
	return mailbox_name_join(file->arena, name, name->level_count, separator);
}

static bool
subscription_has(const struct subscription *file)
{
	struct text line = subscription_line(file), rest = file->bytes;

	while (rest.size > 0)
		if (text_is_equal(text_split(&rest, '\n'), line))
			return true;
	return false;
}

static bool
subscription_read(struct subscription *file, struct error *error)
{
	struct stat status;

	file->bytes = TEXT("");
	file->mode = 0;
	if (stat(file->path, &status) < 0)
		return errno == ENOENT || error_set_errno(error, "cannot look at %s", file->path);
	file->mode = status.st_mode;
	file->group = status.st_gid;
	return file_read(file->arena, file->path, SUBSCRIPTION_FILE_MAX, &file->bytes, error);
}

/* What the file becomes: the line at its end. */
static struct text
subscription_extend(const struct subscription *file)
{
	struct text start = file->bytes;

	if (file->mode == 0 && !file->is_courier)
		start = subscription_version_2;
	bool is_open = start.size > 0 && !text_has_suffix(start, TEXT("\n"));
	return arena_format(file->arena, "%.*s%s%.*s\n", TEXT_ARGUMENTS(start), is_open ? "\n" : "",
	    TEXT_ARGUMENTS(subscription_line(file)));
}

static bool
subscription_write(struct subscription *file, struct error *error)
{
	struct stat root;

	if (file->mode == 0) {
		if (stat(file->root, &root) < 0)
			return error_set_errno(error, "cannot look at %s", file->root);
		file->group = root.st_gid;
	}
	const struct file_replacement replacement = {
	    .bytes = subscription_extend(file),
	    .mode = file->mode != 0 ? file->mode : root.st_mode,
	    .group = file->group,
	};
	return file_replace(file->path, &replacement, error);
}

static bool
subscription_add_line(
    struct subscription *file, const struct settings *settings, struct error *error)
{
	struct dot_lock_options options = {
	    .timeout = settings->lock_timeout < SUBSCRIPTION_LOCK_MAX
			   ? (unsigned)settings->lock_timeout
			   : SUBSCRIPTION_LOCK_MAX,
	    .retry = SUBSCRIPTION_LOCK_RETRY,
	    .names_host = true,
	    .stale_after = (unsigned)settings->lock_stale_after,
	};
	struct dot_lock lock;

	if (!subscription_read(file, error))
		return false;
	if (file->mode != 0 && subscription_has(file))
		return true;
	if (!dot_lock_acquire(file->arena, file->path, &options, &lock, error))
		return false;
	bool added =
	    subscription_read(file, error) &&
	    ((file->mode != 0 && subscription_has(file)) || subscription_write(file, error));
	dot_lock_release(&lock);
	return added;
}

static bool
subscription_is_there(struct arena *arena, const char *root, const char *name)
{
	return access(arena_format(arena, "%s/%s", root, name).data, F_OK) == 0;
}

bool
subscription_add(struct arena *arena, const char *root, const struct mailbox_name *name,
    const struct settings *settings, struct error *error)
{
	struct subscription dovecot = {.arena = arena, .root = root, .name = name};
	struct subscription courier = dovecot;
	/* Courier knows no other layout. */
	bool has_courier = name->layout == MAILBOX_LAYOUT_MAILDIR &&
			   (subscription_is_there(arena, root, "courierimapsubscribed") ||
			       subscription_is_there(arena, root, "courierimapuiddb"));

	dovecot.path = arena_format(arena, "%s/subscriptions", root).data;
	courier.path = arena_format(arena, "%s/courierimapsubscribed", root).data;
	courier.is_courier = true;
	if (has_courier && !subscription_add_line(&courier, settings, error))
		return false;
	if (has_courier && !subscription_is_there(arena, root, "subscriptions"))
		return true;
	return subscription_add_line(&dovecot, settings, error);
}
