/*
 * Memory of copies already made; see partial_delivery.h.
 */
#include "agent/partial_delivery.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "system/file.h"

enum {
	PARTIAL_RECORD_MAX = 64 * 1024,
	PARTIAL_KEEP_SECONDS = 30 * 86400,
	PARTIAL_SWEEP_MAX = 1000
};

static const char *
partial_delivery_directory(struct arena *arena, const char *home)
{
	return arena_format(arena, "%s/.culver/partial", home).data;
}

/* The record's path: the digest of everything that makes this delivery the same delivery. */
static const char *
partial_delivery_path(
    struct arena *arena, const char *home, const struct envelope *envelope, struct text message)
{
	struct digest digest;
	char hex[DIGEST_HEX_SIZE];

	digest_init(&digest);
	digest_add(&digest, envelope->sender);
	digest_add(&digest, TEXT("\n"));
	digest_add(&digest, envelope->recipient);
	digest_add(&digest, TEXT("\n"));
	digest_add(&digest, envelope->original_recipient);
	digest_add(&digest, TEXT("\n"));
	digest_add(&digest, envelope->extension);
	digest_add(&digest, TEXT("\n"));
	digest_add(&digest, message);
	digest_format(&digest, hex);
	return arena_format(arena, "%s/%s", partial_delivery_directory(arena, home), hex).data;
}

void
partial_delivery_recall(struct partial_delivery *partial, struct arena *arena, const char *home,
    const struct envelope *envelope, struct text message)
{
	struct error error;

	/* The directory exists only while some message is between two tries: the digest is seldom
	 * needed. */
	if (access(partial_delivery_directory(arena, home), F_OK) < 0)
		return;
	const char *path = partial_delivery_path(arena, home, envelope, message);
	if (file_read(arena, path, PARTIAL_RECORD_MAX, &partial->earlier, &error))
		partial->path = path;
}

/* How many lines of the record are this destination. */
static size_t
partial_delivery_count(struct text record, struct text destination)
{
	size_t count = 0;

	while (record.size > 0)
		count += text_is_equal(text_split(&record, '\n'), destination);
	return count;
}

bool
partial_delivery_is_done(const struct partial_delivery *partial, struct text destination)
{
	return !partial->is_full && partial_delivery_count(partial->now, destination) <
					partial_delivery_count(partial->earlier, destination);
}

void
partial_delivery_note(
    struct partial_delivery *partial, struct arena *arena, struct text destination)
{
	/* A destination that does not fit on a line is not remembered: it would be taken for
	 * several. */
	if (text_find_byte(destination, 0, '\n') < destination.size)
		return;
	partial->is_full |= partial->now.size + destination.size > PARTIAL_RECORD_MAX / 2;
	if (partial->is_full)
		return;
	partial->now = arena_format(
	    arena, "%.*s%.*s\n", TEXT_ARGUMENTS(partial->now), TEXT_ARGUMENTS(destination));
}

/* Removes records whose message never came again, and the directory once it is empty. */
static void
partial_delivery_sweep(struct arena *arena, const char *home)
{
	const char *directory = partial_delivery_directory(arena, home);
	DIR *entries = opendir(directory);
	int64_t now = clock_now().seconds;
	struct dirent *entry;
	struct stat status;

	if (entries == NULL)
		return;
	for (unsigned seen = 0; seen < PARTIAL_SWEEP_MAX && (entry = readdir(entries)) != NULL;
	     seen++) {
		bool is_old =
		    entry->d_name[0] != '.' &&
		    fstatat(dirfd(entries), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(status.st_mode) && now - status.st_mtime > PARTIAL_KEEP_SECONDS;
		if (is_old)
			unlinkat(dirfd(entries), entry->d_name, 0);
	}
	closedir(entries);
	rmdir(directory);
	rmdir(arena_format(arena, "%s/.culver", home).data);
}

/* Writes the record under a name of its own and renames it, so that a half-written one is never
 * read. */
static bool
partial_delivery_write(
    struct arena *arena, const char *path, struct text bytes, struct error *error)
{
	const char *temporary = arena_format(arena, "%s.%ld", path, (long)getpid()).data;
	int descriptor =
	    open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (descriptor < 0)
		return error_set_errno(error, "cannot create %s", temporary);
	bool written = file_write(descriptor, bytes, temporary, error) &&
		       file_sync(descriptor, temporary, error);
	written = file_close(descriptor, temporary, error) && written;
	if (written && rename(temporary, path) == 0)
		return true;
	unlink(temporary);
	return false;
}

/* What both tries made: each copy once, those that this one did not come to as well. */
static struct text
partial_delivery_merge(const struct partial_delivery *partial, struct arena *arena)
{
	struct text merged = partial->now, rest = partial->earlier;

	while (rest.size > 0) {
		struct text line = text_split(&rest, '\n');
		if (line.size > 0 && partial_delivery_count(merged, line) <
					 partial_delivery_count(partial->earlier, line))
			merged = arena_format(
			    arena, "%.*s%.*s\n", TEXT_ARGUMENTS(merged), TEXT_ARGUMENTS(line));
	}
	return merged;
}

void
partial_delivery_end(struct partial_delivery *partial, struct arena *arena, const char *home,
    const struct envelope *envelope, struct text message, bool later)
{
	struct error error;

	if (!later) {
		if (partial->path == NULL)
			return;
		unlink(partial->path);
		partial_delivery_sweep(arena, home);
		return;
	}
	if (partial->now.size == 0)
		return;
	if (partial->path == NULL)
		partial->path = partial_delivery_path(arena, home, envelope, message);
	mkdir(arena_format(arena, "%s/.culver", home).data, 0700);
	mkdir(partial_delivery_directory(arena, home), 0700);
	/* Failing costs a double at the next try, nothing else. */
	partial_delivery_write(
	    arena, partial->path, partial_delivery_merge(partial, arena), &error);
}
