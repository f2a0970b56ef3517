/*
 * Making Maildirs; see maildir_making.h.
 */
#include "handle/compat/maildir_making.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "deliver/mailbox_name.h"
#include "deliver/quota.h"
#include "system/file.h"

enum { MAILDIR_MAKING_SHARED_MAX = 1024 * 1024 };

const struct maildir_modes maildir_making_own = {.top = 0700, .parts = 0700};

static const char *const maildir_making_parts[] = {"tmp", "new", "cur"};
enum { MAILDIR_MAKING_PARTS = sizeof maildir_making_parts / sizeof *maildir_making_parts };

static struct text
maildir_making_strip(const char *maildir)
{
	struct text path = text_from_string(maildir);

	while (path.size > 1 && path.data[path.size - 1] == '/')
		path.size--;
	return path;
}

/* A directory whose mode is that, whatever the umask is. */
static bool
maildir_making_directory(const char *path, mode_t mode, struct error *error)
{
	if (mkdir(path, 0700) < 0)
		return error_set_errno(error, "cannot create the directory %s", path);
	if (mode == 0700)
		return true;
	int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool changed = descriptor >= 0 && fchmod(descriptor, mode) == 0;
	if (!changed)
		error_set_errno(error, "cannot set the mode of %s", path);
	if (descriptor >= 0)
		close(descriptor);
	if (!changed)
		rmdir(path);
	return changed;
}

static bool
maildir_making_mark(const char *path, struct error *error)
{
	int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (descriptor < 0)
		return error_set_errno(error, "cannot create %s", path);
	bool synced = file_sync(descriptor, path, error);
	return file_close(descriptor, path, error) && synced;
}

static bool
maildir_making_fill(struct arena *arena, const char *maildir, const struct maildir_modes *modes,
    bool is_folder, struct error *error)
{
	for (size_t i = 0; i < MAILDIR_MAKING_PARTS; i++)
		if (!maildir_making_directory(
			arena_format(arena, "%s/%s", maildir, maildir_making_parts[i]).data,
			modes->parts, error))
			return false;
	return !is_folder ||
	       maildir_making_mark(arena_format(arena, "%s/maildirfolder", maildir).data, error);
}

static void
maildir_making_take_back(struct arena *arena, const char *maildir, bool is_folder)
{
	for (size_t i = 0; i < MAILDIR_MAKING_PARTS; i++)
		rmdir(arena_format(arena, "%s/%s", maildir, maildir_making_parts[i]).data);
	if (is_folder)
		unlink(arena_format(arena, "%s/maildirfolder", maildir).data);
	rmdir(maildir);
}

static bool
maildir_making_build(struct arena *arena, const char *maildir, const struct maildir_modes *modes,
    bool is_folder, struct error *error)
{
	const char *parent = arena_copy_string(arena, file_directory(maildir));

	if (!maildir_making_directory(maildir, modes->top, error))
		return false;
	if (maildir_making_fill(arena, maildir, modes, is_folder, error) &&
	    file_sync_directory(maildir, error) && file_sync_directory(parent, error))
		return true;
	maildir_making_take_back(arena, maildir, is_folder);
	return false;
}

bool
maildir_making_create(struct arena *arena, const char *maildir, const struct maildir_modes *modes,
    struct error *error)
{
	return maildir_making_build(
	    arena, arena_copy_string(arena, maildir_making_strip(maildir)), modes, false, error);
}

/* The new, cur and tmp of a Maildir that is to get something. */
static bool
maildir_making_has_maildir(struct arena *arena, const char *maildir, struct error *error)
{
	struct stat status;

	for (size_t i = 0; i < MAILDIR_MAKING_PARTS; i++) {
		const char *part =
		    arena_format(arena, "%s/%s", maildir, maildir_making_parts[i]).data;
		errno = ENOTDIR;
		if (stat(part, &status) == 0 && S_ISDIR(status.st_mode))
			continue;
		return error_set_errno(
		    error, "%s is not a Maildir, or not yet (maildirmake %s)", maildir, maildir);
	}
	return true;
}

bool
maildir_making_create_folder(struct arena *arena, const char *maildir, struct text name,
    const struct maildir_modes *modes, struct error *error)
{
	struct text root = maildir_making_strip(maildir);

	if (name.size == 0 || name.data[0] == '.' || text_find_byte(name, 0, '/') < name.size)
		return error_set(error, ERROR_INPUT,
		    "Invalid folder name: %.*s (levels are separated by dots: \"Work.Reports\")",
		    TEXT_ARGUMENTS(name));
	if (!maildir_making_has_maildir(arena, arena_copy_string(arena, root), error))
		return false;
	return maildir_making_build(arena,
	    arena_format(arena, "%.*s/.%.*s", TEXT_ARGUMENTS(root), TEXT_ARGUMENTS(name)).data,
	    modes, true, error);
}

bool
maildir_making_encode(
    struct arena *arena, struct text utf8, struct text *name_out, struct error *error)
{
	struct mailbox_name name;
	struct buffer slashes;
	bool parsed = false;

	/* Dots separate the levels here, slashes there. */
	buffer_init(&slashes, MAILDIR_MAKING_SHARED_MAX);
	if (text_find_byte(utf8, 0, '/') < utf8.size) {
		error_set(error, ERROR_INPUT,
		    "Invalid folder name: %.*s (levels are separated by dots)",
		    TEXT_ARGUMENTS(utf8));
	} else {
		for (size_t i = 0; i < utf8.size; i++)
			buffer_append_byte(&slashes, utf8.data[i] == '.' ? '/' : utf8.data[i]);
		parsed = mailbox_name_parse(arena, arena_copy_text(arena, buffer_text(&slashes)),
		    MAILBOX_LAYOUT_MAILDIR, MAILBOX_ENCODING_UTF7, &name, error);
	}
	buffer_clear(&slashes);
	if (!parsed)
		return false;
	if (name.is_inbox)
		return error_set(error, ERROR_INPUT, "INBOX is the Maildir itself");
	*name_out = mailbox_name_join(arena, &name, name.level_count, '.');
	return true;
}

bool
maildir_making_provide_parents(struct arena *arena, const char *maildir, struct error *error)
{
	struct text path = maildir_making_strip(maildir);

	for (size_t at = 1; at < path.size; at++) {
		if (path.data[at] != '/')
			continue;
		const char *directory = arena_copy_string(arena, text_slice(path, 0, at));
		if (mkdir(directory, 0700) == 0) {
			const char *parent = arena_copy_string(arena, file_directory(directory));
			if (!file_sync_directory(parent, error))
				return false;
		} else if (errno != EEXIST && errno != EISDIR) {
			return error_set_errno(error, "cannot create the directory %s", directory);
		}
	}
	return true;
}

bool
maildir_making_limit(
    struct arena *arena, const char *maildir, struct text quota, struct error *error)
{
	const char *root = arena_copy_string(arena, maildir_making_strip(maildir));
	struct quota_limits limits;

	return quota_parse(quota, &limits, error) &&
	       maildir_making_has_maildir(arena, root, error) &&
	       quota_install(arena, root, &limits, error);
}

/* The file's lines without the one of that name. */
static bool
maildir_making_read_shared(struct arena *arena, const char *path, struct text name,
    struct buffer *others, bool *is_there_out, struct error *error)
{
	struct error failure = {.kind = ERROR_NONE};
	struct text rest = TEXT("");

	*is_there_out = false;
	if (!file_read(arena, path, MAILDIR_MAKING_SHARED_MAX, &rest, &failure) &&
	    failure.number != ENOENT) {
		*error = failure;
		return false;
	}
	while (rest.size > 0) {
		struct text line = text_split(&rest, '\n');
		if (text_is_equal(text_slice(line, 0, text_find_byte(line, 0, '\t')), name)) {
			*is_there_out = true;
			continue;
		}
		buffer_append(others, line);
		buffer_append_byte(others, '\n');
	}
	return true;
}

static bool
maildir_making_replace_shared(const char *path, struct text bytes, struct error *error)
{
	const struct file_replacement replacement = {
	    .bytes = bytes, .mode = 0644, .group = getegid()};

	return file_replace(path, &replacement, error);
}

bool
maildir_making_share(struct arena *arena, const char *maildir, struct text name, struct text path,
    struct error *error)
{
	const char *root = arena_copy_string(arena, maildir_making_strip(maildir));
	const char *file = arena_format(arena, "%s/shared-maildirs", root).data;
	struct buffer lines;
	struct stat status;
	bool is_there = false;

	if (name.size == 0 || text_find_byte(name, 0, '/') < name.size ||
	    text_find_byte(name, 0, '.') < name.size || text_find_byte(name, 0, '\t') < name.size ||
	    text_find_byte(name, 0, '\n') < name.size || text_find_byte(path, 0, '\n') < path.size)
		return error_set(error, ERROR_INPUT, "%.*s: invalid name", TEXT_ARGUMENTS(name));
	if (!maildir_making_has_maildir(arena, root, error))
		return false;
	if (stat(arena_copy_string(arena, path), &status) < 0)
		return error_set_errno(error, "cannot share %.*s", TEXT_ARGUMENTS(path));
	buffer_init(&lines, MAILDIR_MAKING_SHARED_MAX);
	bool done = maildir_making_read_shared(arena, file, name, &lines, &is_there, error);
	if (done && is_there) {
		done = error_set(error, ERROR_REFUSE,
		    "%.*s: already defined as a sharable maildir.", TEXT_ARGUMENTS(name));
		error->number = EEXIST;
	} else if (done) {
		buffer_append_format(
		    &lines, "%.*s\t%.*s\n", TEXT_ARGUMENTS(name), TEXT_ARGUMENTS(path));
		done = maildir_making_replace_shared(file, buffer_text(&lines), error);
	}
	buffer_clear(&lines);
	return done;
}

bool
maildir_making_unshare(
    struct arena *arena, const char *maildir, struct text name, struct error *error)
{
	const char *root = arena_copy_string(arena, maildir_making_strip(maildir));
	const char *file = arena_format(arena, "%s/shared-maildirs", root).data;
	struct buffer lines;
	bool is_there = false;

	if (!maildir_making_has_maildir(arena, root, error))
		return false;
	buffer_init(&lines, MAILDIR_MAKING_SHARED_MAX);
	bool done = maildir_making_read_shared(arena, file, name, &lines, &is_there, error);
	if (done && !is_there)
		done = error_set(error, ERROR_INPUT, "%.*s: not found.", TEXT_ARGUMENTS(name));
	else if (done)
		done = maildir_making_replace_shared(file, buffer_text(&lines), error);
	buffer_clear(&lines);
	return done;
}
