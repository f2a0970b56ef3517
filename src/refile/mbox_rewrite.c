/*
 * Rewriting an mbox; see mbox_rewrite.h.
 */
#include "refile/mbox_rewrite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/fault.h"
#include "base/number.h"
#include "refile/mbox_index.h"
#include "system/file.h"

enum { MBOX_REWRITE_LINE_MAX = 400 };

/* The first line of the file beside the journal. */
struct mbox_plan {
	uint64_t device, inode; /* of the mbox */
	uint64_t first;         /* byte that changes */
	uint64_t old_size, new_size;
	char digest[DIGEST_HEX_SIZE]; /* of the mbox's bytes between new and old size */
	uint64_t header_size;         /* of this line */
};

struct mbox_rewrite {
	struct arena *arena;
	struct refile_journal *journal;
	struct mbox_file *file;
	const char *draft, *rewrite, *truncate; /* files */
};

static struct mbox_rewrite
mbox_rewrite_begin(struct arena *arena, struct refile_journal *journal, struct mbox_file *file)
{
	return (struct mbox_rewrite){
	    .arena = arena,
	    .journal = journal,
	    .file = file,
	    .draft = arena_format(arena, "%s.draft", journal->stem).data,
	    .rewrite = arena_format(arena, "%s.rewrite", journal->stem).data,
	    .truncate = arena_format(arena, "%s.truncate", journal->stem).data,
	};
}

static void
mbox_rewrite_digest(struct text bytes, char hex[DIGEST_HEX_SIZE])
{
	struct digest digest;

	digest_init(&digest);
	digest_add(&digest, bytes);
	digest_format(&digest, hex);
}

/* ---- the plan ---- */

static bool
mbox_rewrite_parse(struct text line, struct mbox_plan *plan)
{
	uint64_t *const numbers[] = {
	    &plan->device, &plan->inode, &plan->first, &plan->old_size, &plan->new_size};

	plan->header_size = line.size + 1;
	if (!text_is_equal(text_split(&line, ' '), TEXT("culver-rewrite-1")))
		return false;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (!number_parse_unsigned(text_split(&line, ' '), UINT64_MAX, numbers[i]))
			return false;
	if (line.size != DIGEST_HEX_SIZE - 1 || plan->first > plan->new_size ||
	    plan->new_size > plan->old_size)
		return false;
	memcpy(plan->digest, line.data, line.size);
	plan->digest[line.size] = '\0';
	return true;
}

/* Opens a plan; -1 with error->number ENOENT: there is none. */
static int
mbox_rewrite_open(const char *path, struct mbox_plan *plan, struct error *error)
{
	char line[MBOX_REWRITE_LINE_MAX];
	struct stat status;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (descriptor < 0) {
		error_set_errno(error, "cannot open %s", path);
		return -1;
	}
	ssize_t got = pread(descriptor, line, sizeof line, 0);
	struct text start = {line, got > 0 ? (size_t)got : 0};
	size_t end = text_find_byte(start, 0, '\n');
	if (end < start.size && mbox_rewrite_parse(text_slice(start, 0, end), plan) &&
	    fstat(descriptor, &status) == 0 &&
	    (uint64_t)status.st_size == plan->header_size + plan->new_size - plan->first)
		return descriptor;
	close(descriptor);
	error_set(error, ERROR_INPUT, "%s is damaged", path);
	return -1;
}

static bool
mbox_rewrite_write_kept(int descriptor, const char *path, struct text mbox,
    const struct mbox_cut *cuts, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		size_t from = cuts[i].start + cuts[i].size;
		size_t to = i + 1 < count ? cuts[i + 1].start : mbox.size;
		if (!file_write(descriptor, text_slice(mbox, from, to), path, error))
			return false;
	}
	return true;
}

/* Writes and commits the plan. */
static bool
mbox_rewrite_plan(const struct mbox_rewrite *rewrite, const struct stat *status, struct text mbox,
    const struct mbox_cut *cuts, size_t count, struct error *error)
{
	char hex[DIGEST_HEX_SIZE];
	size_t new_size = mbox.size;

	for (size_t i = 0; i < count; i++)
		new_size -= cuts[i].size;
	mbox_rewrite_digest(text_slice(mbox, new_size, mbox.size), hex);
	struct text line = arena_format(rewrite->arena,
	    "culver-rewrite-1 %llu %llu %zu %zu %zu %s\n", (unsigned long long)status->st_dev,
	    (unsigned long long)status->st_ino, cuts[0].start, mbox.size, new_size, hex);
	if (fault_is_requested("refile-draft"))
		return error_set_errno(error, "cannot create %s", rewrite->draft);
	int descriptor =
	    open(rewrite->draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (descriptor < 0)
		return error_set_errno(error, "cannot create %s", rewrite->draft);
	bool written =
	    file_write(descriptor, line, rewrite->draft, error) &&
	    mbox_rewrite_write_kept(descriptor, rewrite->draft, mbox, cuts, count, error) &&
	    file_sync(descriptor, rewrite->draft, error);
	written = file_close(descriptor, rewrite->draft, error) && written;
	if (written && rename(rewrite->draft, rewrite->rewrite) < 0)
		written = error_set_errno(error, "cannot rename %s", rewrite->draft);
	if (written)
		return file_sync_directory(rewrite->journal->directory, error);
	unlink(rewrite->draft);
	return false;
}

/* ---- the steps ---- */

static bool
mbox_rewrite_check(const struct mbox_rewrite *rewrite, const struct mbox_plan *plan,
    const char *where, struct stat *status, struct error *error)
{
	if (fstat(rewrite->file->descriptor, status) < 0)
		return error_set_errno(error, "cannot look at %s", rewrite->file->path);
	if ((uint64_t)status->st_dev == plan->device && (uint64_t)status->st_ino == plan->inode)
		return true;
	return error_set(error, ERROR_REFUSE,
	    "%s was replaced while a rewrite of it was unfinished; what it was to hold from byte "
	    "%llu on is in %s, behind the first line: compare, then remove that file",
	    rewrite->file->path, (unsigned long long)plan->first, where);
}

static bool
mbox_rewrite_copy(const struct mbox_rewrite *rewrite, struct error *error)
{
	struct mbox_plan plan;
	struct stat status;
	int mbox = rewrite->file->descriptor;
	int source = mbox_rewrite_open(rewrite->rewrite, &plan, error);

	if (source < 0)
		return error->number == ENOENT;
	bool done = mbox_rewrite_check(rewrite, &plan, rewrite->rewrite, &status, error);
	if (done && (uint64_t)status.st_size < plan.old_size)
		done = error_set(error, ERROR_REFUSE,
		    "%s became shorter while a rewrite of it was unfinished; what it was to hold "
		    "from byte %llu on is in %s, behind the first line: compare, then remove that "
		    "file",
		    rewrite->file->path, (unsigned long long)plan.first, rewrite->rewrite);
	if (done && lseek(mbox, (off_t)plan.first, SEEK_SET) < 0)
		done = error_set_errno(error, "cannot rewrite %s", rewrite->file->path);
	if (done && fault_is_requested("refile-copy"))
		done = error_set_errno(error, "cannot rewrite %s", rewrite->file->path);
	done = done &&
	       file_copy_from(source, plan.header_size, mbox, plan.new_size - plan.first,
		   rewrite->file->path, error) &&
	       file_sync(mbox, rewrite->file->path, error);
	close(source);
	if (!done)
		return false;
	if (rename(rewrite->rewrite, rewrite->truncate) < 0)
		return error_set_errno(error, "cannot rename %s", rewrite->rewrite);
	return file_sync_directory(rewrite->journal->directory, error);
}

/* Is what is to be cut off still there? *more_out: there is mail behind it. */
static bool
mbox_rewrite_is_uncut(const struct mbox_rewrite *rewrite, const struct mbox_plan *plan,
    bool *more_out, struct error *error)
{
	struct mbox_map map;
	char hex[DIGEST_HEX_SIZE];
	bool is_uncut = false;

	error->kind = ERROR_NONE;
	if (!mbox_map_descriptor(rewrite->file->descriptor, rewrite->file->path, &map, error))
		return false;
	if (map.bytes.size >= plan->old_size) {
		mbox_rewrite_digest(
		    text_slice(map.bytes, (size_t)plan->new_size, (size_t)plan->old_size), hex);
		is_uncut = memcmp(hex, plan->digest, sizeof hex) == 0;
	}
	*more_out = map.bytes.size > plan->old_size;
	mbox_map_close(&map);
	return is_uncut;
}

static bool
mbox_rewrite_cut(const struct mbox_rewrite *rewrite, uint64_t size, struct error *error)
{
	if (fault_is_requested("refile-truncate") ||
	    ftruncate(rewrite->file->descriptor, (off_t)size) < 0)
		return error_set_errno(error, "cannot cut %s", rewrite->file->path);
	return file_sync(rewrite->file->descriptor, rewrite->file->path, error);
}

/* *again_out: mail was appended, and a new plan keeps it. */
static bool
mbox_rewrite_end(const struct mbox_rewrite *rewrite, bool *again_out, struct error *error)
{
	struct mbox_plan plan;
	struct stat status;
	bool more = false;
	int descriptor = mbox_rewrite_open(rewrite->truncate, &plan, error);

	*again_out = false;
	if (descriptor < 0)
		return error->number == ENOENT;
	close(descriptor);
	if (!mbox_rewrite_check(rewrite, &plan, rewrite->truncate, &status, error))
		return false;
	bool is_uncut = mbox_rewrite_is_uncut(rewrite, &plan, &more, error);
	if (error->kind != ERROR_NONE)
		return false;
	if (is_uncut && more) {
		const struct mbox_cut cut = {
		    (size_t)plan.new_size, (size_t)(plan.old_size - plan.new_size)};
		struct mbox_map map;
		*again_out = true;
		if (!mbox_map_descriptor(
			rewrite->file->descriptor, rewrite->file->path, &map, error))
			return false;
		bool planned = mbox_rewrite_plan(rewrite, &status, map.bytes, &cut, 1, error);
		mbox_map_close(&map);
		return planned;
	}
	if (is_uncut && !mbox_rewrite_cut(rewrite, plan.new_size, error))
		return false;
	if (!refile_journal_end_moves(rewrite->journal, error))
		return false;
	if (unlink(rewrite->truncate) < 0)
		return error_set_errno(error, "cannot remove %s", rewrite->truncate);
	return file_sync_directory(rewrite->journal->directory, error);
}

static bool
mbox_rewrite_finish(const struct mbox_rewrite *rewrite, struct error *error)
{
	int flags = fcntl(rewrite->file->descriptor, F_GETFL);
	bool again = true;

	/* It was opened to append, and would not write anywhere else. */
	if (flags < 0 || fcntl(rewrite->file->descriptor, F_SETFL, flags & ~O_APPEND) < 0)
		return error_set_errno(error, "cannot rewrite %s", rewrite->file->path);
	while (again)
		if (!mbox_rewrite_copy(rewrite, error) || !mbox_rewrite_end(rewrite, &again, error))
			return false;
	return true;
}

/* ---- the guard ---- */

static _Noreturn void
mbox_rewrite_guard(const struct mbox_rewrite *rewrite, pid_t parent)
{
	struct error error;
	sigset_t all;

	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	dot_lock_take_over(&rewrite->file->lock);
	bool done = mbox_rewrite_finish(rewrite, &error);
	if (getppid() != parent)
		dot_lock_release(&rewrite->file->lock);
	_exit(done ? 0 : 1);
}

/* In a child that nobody kills with us; when it fails, here. */
static bool
mbox_rewrite_finish_guarded(const struct mbox_rewrite *rewrite, struct error *error)
{
	pid_t parent = getpid(), child = fork();
	int status = -1;

	if (child == 0)
		mbox_rewrite_guard(rewrite, parent);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	dot_lock_take_over(&rewrite->file->lock);
	bool done = (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
		    mbox_rewrite_finish(rewrite, error);
	/* What it named is taken out: nothing may be looked for again. */
	if (done)
		refile_journal_drop_moves(rewrite->journal);
	return done;
}

bool
mbox_rewrite_remove(struct arena *arena, struct refile_journal *journal, struct mbox_file *file,
    const struct mbox_cut *cuts, size_t count, struct error *error)
{
	const struct mbox_rewrite rewrite = mbox_rewrite_begin(arena, journal, file);
	struct stat status;
	struct mbox_map map;

	if (count == 0)
		return true;
	if (fstat(file->descriptor, &status) < 0)
		return error_set_errno(error, "cannot look at %s", file->path);
	if (!mbox_map_descriptor(file->descriptor, file->path, &map, error))
		return false;
	bool planned = mbox_rewrite_plan(&rewrite, &status, map.bytes, cuts, count, error);
	mbox_map_close(&map);
	return planned && mbox_rewrite_finish_guarded(&rewrite, error);
}

bool
mbox_rewrite_recover(struct arena *arena, struct refile_journal *journal, struct mbox_file *file,
    struct error *error)
{
	const struct mbox_rewrite rewrite = mbox_rewrite_begin(arena, journal, file);

	unlink(rewrite.draft);
	if (access(rewrite.rewrite, F_OK) < 0 && access(rewrite.truncate, F_OK) < 0)
		return true;
	return mbox_rewrite_finish_guarded(&rewrite, error);
}
