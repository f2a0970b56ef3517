/*
 * Writing a changed message; see message_rewrite.h. renameat2(RENAME_EXCHANGE) fails when the old name
 * is gone, so a mail reader that sets a flag at the same moment never makes two messages of one. Where
 * the file system cannot exchange, the old name is looked at right before the rename.
 */
#include "handle/message_rewrite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/number.h"
#include "system/file.h"

enum { REWRITE_TRIES = 100 };

struct message_rewriter {
	struct arena *arena;
	const char *path;      /* of the message */
	const char *directory; /* that holds it */
	const char *new_path;  /* after the rewrite: the same, unless the name holds the size */
	const char *temporary; /* NULL: not made yet */
	struct stat old;
	int descriptor;
};

static bool
message_rewrite_create(struct message_rewriter *work, bool is_maildir, struct error *error)
{
	const char *directory = work->directory;

	if (is_maildir)
		directory = arena_format(
		    work->arena, "%.*s/tmp", TEXT_ARGUMENTS(file_directory(work->directory)))
				.data;
	for (unsigned attempt = 0; attempt < REWRITE_TRIES; attempt++) {
		struct timestamp now = clock_now();
		const char *name = arena_format(work->arena, "%s/%s%lld.M%dP%ldQ%u_culver",
		    directory, is_maildir ? "" : ".", (long long)now.seconds,
		    (int)(now.nanoseconds / 1000), (long)getpid(), attempt)
				       .data;
		if (fault_is_requested("rewrite-open"))
			break;
		work->descriptor =
		    open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (work->descriptor >= 0) {
			work->temporary = name;
			return true;
		}
		if (errno != EEXIST)
			break;
	}
	return error_set_errno(error, "cannot create a file in %s", directory);
}

static bool
message_rewrite_fill(
    struct message_rewriter *work, struct text start, struct text rest, struct error *error)
{
	const struct timespec times[] = {work->old.st_mtim, work->old.st_mtim};
	const char *name = work->temporary;

	if (fault_is_requested("rewrite-write"))
		return error_set_errno(error, "cannot write %s", name);
	if (!file_write(work->descriptor, start, name, error) ||
	    !file_write(work->descriptor, rest, name, error))
		return false;
	/* As root: the file stays its owner's. */
	if ((geteuid() == 0 && fchown(work->descriptor, work->old.st_uid, work->old.st_gid) < 0) ||
	    fchmod(work->descriptor, work->old.st_mode & 07777) < 0 ||
	    futimens(work->descriptor, times) < 0)
		return error_set_errno(error, "cannot set owner, mode and time of %s", name);
	if (fault_is_requested("rewrite-sync"))
		return error_set_errno(error, "cannot sync %s to disk", name);
	return file_sync(work->descriptor, name, error);
}

static bool
message_rewrite_is_unchanged(const struct message_rewriter *work, const struct stat *now)
{
	return now->st_dev == work->old.st_dev && now->st_ino == work->old.st_ino &&
	       now->st_size == work->old.st_size &&
	       now->st_mtim.tv_sec == work->old.st_mtim.tv_sec &&
	       now->st_mtim.tv_nsec == work->old.st_mtim.tv_nsec;
}

static bool
message_rewrite_fail_changed(const struct message_rewriter *work, struct error *error)
{
	return error_set(error, ERROR_AGAIN,
	    "%s was changed or renamed meanwhile by another program: it is left alone", work->path);
}

/* The new file takes the old one's place under the same name. */
static bool
message_rewrite_exchange(struct message_rewriter *work, struct error *error)
{
	struct stat now;

	if (fault_is_requested("rewrite-rename"))
		return error_set_errno(error, "cannot replace %s", work->path);
	if (lstat(work->path, &now) < 0 || !message_rewrite_is_unchanged(work, &now))
		return message_rewrite_fail_changed(work, error);
	if (renameat2(AT_FDCWD, work->temporary, AT_FDCWD, work->path, RENAME_EXCHANGE) == 0)
		return true;
	if (errno == ENOENT)
		return message_rewrite_fail_changed(work, error);
	if (errno != EINVAL && errno != ENOSYS)
		return error_set_errno(error, "cannot replace %s", work->path);
	if (rename(work->temporary, work->path) < 0)
		return error_set_errno(error, "cannot replace %s", work->path);
	work->temporary = NULL;
	return true;
}

/* Under a new name: first that one is there and safe, then the old one goes. */
static bool
message_rewrite_succeed(struct message_rewriter *work, struct error *error)
{
	struct stat now;

	if (fault_is_requested("rewrite-link"))
		return error_set_errno(error, "cannot create %s", work->new_path);
	if (lstat(work->path, &now) < 0 || !message_rewrite_is_unchanged(work, &now))
		return message_rewrite_fail_changed(work, error);
	if (link(work->temporary, work->new_path) < 0)
		return error_set_errno(error, "cannot create %s", work->new_path);
	if (!file_sync_directory(work->directory, error)) {
		unlink(work->new_path);
		return false;
	}
	if (fault_is_requested("rewrite-unlink") || unlink(work->path) < 0) {
		/* A reader renamed it in this moment: then the old message stays, and this one goes. */
		error_set_errno(error, "cannot remove %s", work->path);
		unlink(work->new_path);
		return false;
	}
	return true;
}

/* "...,S=123:2,S" with the new size; the same name where it holds none. */
static const char *
message_rewrite_name(struct arena *arena, const char *path, uint64_t size)
{
	struct text whole = text_from_string(path);
	size_t at = text_find(whole, 0, TEXT(",S="));
	size_t end = at + 3;

	for (size_t next = at; next < whole.size; next = text_find(whole, next + 1, TEXT(",S=")))
		at = next;
	end = at + 3;
	while (end < whole.size && text_is_digit(whole.data[end]))
		end++;
	if (at >= whole.size || end == at + 3)
		return path;
	/* ",W=" is the size with CRLF line ends: it is left out, which programs understand. */
	struct text rest = text_slice(whole, end, whole.size);
	if (text_has_prefix(rest, TEXT(",W="))) {
		size_t behind = 3;
		while (behind < rest.size && text_is_digit(rest.data[behind]))
			behind++;
		rest = text_slice(rest, behind, rest.size);
	}
	return arena_format(arena, "%.*s,S=%llu%.*s", TEXT_ARGUMENTS(text_slice(whole, 0, at)),
	    (unsigned long long)size, TEXT_ARGUMENTS(rest))
	    .data;
}

bool
message_rewrite(struct arena *arena, const struct mail_source *source, const struct mail_item *item,
    struct text start, struct text rest, struct error *error)
{
	bool is_maildir = item->kind == MAIL_SOURCE_MAILDIR, is_done;
	struct message_rewriter work = {.arena = arena, .path = item->path, .descriptor = -1};

	if (item->path == NULL || item->kind == MAIL_SOURCE_MBOX)
		return error_set(error, ERROR_REFUSE,
		    "%.*s is not a file of its own, so it cannot be changed in place: write the "
		    "result to a new file",
		    TEXT_ARGUMENTS(item->place));
	if (lstat(item->path, &work.old) < 0)
		return error_set_errno(error, "cannot look at %s", item->path);
	if (!S_ISREG(work.old.st_mode) || work.old.st_nlink > 1)
		return error_set(error, ERROR_REFUSE,
		    "%s is a link, or has more than one name: it is not changed", item->path);
	work.directory = arena_copy_string(arena, file_directory(item->path));
	work.new_path = item->path;
	if (is_maildir)
		work.new_path =
		    message_rewrite_name(arena, item->path, (uint64_t)start.size + rest.size);
	is_done = message_rewrite_create(&work, is_maildir, error) &&
		  message_rewrite_fill(&work, start, rest, error);
	if (is_done && !mail_source_is_whole(source))
		is_done = message_rewrite_fail_changed(&work, error);
	if (is_done)
		is_done = strcmp(work.new_path, work.path) == 0
			      ? message_rewrite_exchange(&work, error)
			      : message_rewrite_succeed(&work, error);
	if (work.temporary != NULL)
		unlink(work.temporary);
	if (work.descriptor >= 0)
		close(work.descriptor);
	return is_done && file_sync_directory(work.directory, error);
}
