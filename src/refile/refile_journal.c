/*
 * The journal; see refile_journal.h. Only ever appended to, so that a power cut can tear nothing but
 * the last line, which stands for something that had not begun.
 */
#include "refile/refile_journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/fault.h"
#include "base/number.h"
#include "base/vector.h"
#include "deliver/mbox_file.h"
#include "deliver/mbox_journal.h"
#include "refile/mbox_index.h"
#include "system/file.h"
#include "system/lock.h"

enum { REFILE_JOURNAL_FIELDS = 6 };

static const char *
refile_journal_stem(struct arena *arena, const char *home, const char *folder)
{
	struct digest digest;
	char hex[DIGEST_HEX_SIZE];

	digest_init(&digest);
	digest_add(&digest, text_from_string(folder));
	struct text name = digest_format(&digest, hex);
	return arena_format(arena, "%s/.culver/refile/%.*s", home, TEXT_ARGUMENTS(name)).data;
}

bool
refile_journal_is_pending(struct arena *arena, const char *home, const char *folder)
{
	const char *stem = refile_journal_stem(arena, home, folder);
	static const char *const endings[] = {"journal", "rewrite", "truncate"};
	struct stat status;

	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (stat(arena_format(arena, "%s.%s", stem, endings[i]).data, &status) == 0 &&
		    status.st_size > 0)
			return true;
	return false;
}

static bool
refile_journal_make_directory(const char *path, const char *parent, struct error *error)
{
	if (mkdir(path, 0700) == 0)
		return file_sync_directory(parent, error);
	return errno == EEXIST || error_set_errno(error, "cannot create the directory %s", path);
}

/* Takes a line apart; false: it is none of ours. */
static bool
refile_journal_parse(struct text line, struct refile_entry *entry)
{
	struct text *const fields[REFILE_JOURNAL_FIELDS] = {&entry->source, &entry->digest,
	    &entry->kind, &entry->mark, &entry->target_digest, &entry->path};
	struct text word = text_split(&line, '\t');

	entry->is_used = false;
	if (!text_is_equal(word, TEXT("move")))
		return false;
	for (size_t i = 0; i < REFILE_JOURNAL_FIELDS; i++) {
		*fields[i] = text_split(&line, '\t');
		if (fields[i]->size == 0)
			return false;
	}
	return line.size == 0;
}

bool
refile_entry_is_copy(const struct refile_entry *entry)
{
	return text_has_prefix(entry->source, TEXT("+"));
}

void
refile_journal_drop_moves(struct refile_journal *journal)
{
	size_t kept = 0;

	for (size_t i = 0; i < journal->count; i++)
		if (refile_entry_is_copy(&journal->entries[i]))
			journal->entries[kept++] = journal->entries[i];
	journal->count = kept;
	journal->is_settled = true;
}

static bool
refile_journal_read(struct refile_journal *journal, struct error *error)
{
	struct text rest;
	size_t whole;

	if (!file_read_descriptor(
		journal->arena, journal->descriptor, REFILE_JOURNAL_MAX, &rest, error))
		return false;
	for (whole = rest.size; whole > 0 && rest.data[whole - 1] != '\n'; whole--)
		;
	/* What a power cut tore off had not begun. */
	if (whole < rest.size && ftruncate(journal->descriptor, (off_t)whole) < 0)
		return error_set_errno(error, "cannot cut %s", journal->path);
	rest = text_slice(rest, 0, whole);
	while (rest.size > 0) {
		struct text line = text_split(&rest, '\n');
		struct refile_entry entry;
		if (text_is_equal(line, TEXT("undo")) && journal->count > 0) {
			journal->count--;
			continue;
		}
		if (text_is_equal(line, TEXT("moved"))) {
			refile_journal_drop_moves(journal);
			continue;
		}
		if (!refile_journal_parse(line, &entry))
			return error_set(error, ERROR_INPUT,
			    "%s is not a journal of this program: look at it, and remove it",
			    journal->path);
		journal->entries = vector_grow(journal->arena, journal->entries, journal->count,
		    &journal->capacity, sizeof *journal->entries);
		journal->entries[journal->count++] = entry;
		journal->is_settled = false;
		journal->has_copies = journal->has_copies || refile_entry_is_copy(&entry);
	}
	return true;
}

bool
refile_journal_open(struct arena *arena, const char *home, const char *folder,
    struct refile_journal *journal_out, struct error *error)
{
	const char *above = arena_format(arena, "%s/.culver", home).data;

	*journal_out = (struct refile_journal){.arena = arena, .descriptor = -1};
	journal_out->stem = refile_journal_stem(arena, home, folder);
	journal_out->directory = arena_format(arena, "%s/refile", above).data;
	const char *path = arena_format(arena, "%s.journal", journal_out->stem).data;
	if (!refile_journal_make_directory(above, home, error) ||
	    !refile_journal_make_directory(journal_out->directory, above, error))
		return false;
	journal_out->descriptor =
	    open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (journal_out->descriptor < 0)
		return error_set_errno(error, "cannot open the journal %s", path);
	journal_out->path = path;
	if (lock_file(journal_out->descriptor, path, 0, error) &&
	    file_sync_directory(journal_out->directory, error) &&
	    refile_journal_read(journal_out, error))
		return true;
	refile_journal_close(journal_out);
	return false;
}

static bool
refile_journal_can_hold(struct text field)
{
	return field.size > 0 && text_find_byte(field, 0, '\t') == field.size &&
	       text_find_byte(field, 0, '\n') == field.size &&
	       text_find_byte(field, 0, '\0') == field.size;
}

bool
refile_journal_note(
    struct refile_journal *journal, const struct refile_entry *entry, struct error *error)
{
	const struct text fields[REFILE_JOURNAL_FIELDS] = {entry->source, entry->digest,
	    entry->kind, entry->mark, entry->target_digest, entry->path};
	char first[4096];
	struct arena scratch;

	for (size_t i = 0; i < REFILE_JOURNAL_FIELDS; i++)
		if (!refile_journal_can_hold(fields[i]))
			return error_set(error, ERROR_INPUT,
			    "a name with a tab or a line end cannot be written to the journal");
	if (fault_is_requested("refile-journal"))
		return error_set_errno(error, "cannot write %s", journal->path);
	arena_init(&scratch, first, sizeof first);
	struct text line = arena_format(&scratch, "move\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n",
	    TEXT_ARGUMENTS(fields[0]), TEXT_ARGUMENTS(fields[1]), TEXT_ARGUMENTS(fields[2]),
	    TEXT_ARGUMENTS(fields[3]), TEXT_ARGUMENTS(fields[4]), TEXT_ARGUMENTS(fields[5]));
	off_t before = lseek(journal->descriptor, 0, SEEK_END);
	bool noted = file_write(journal->descriptor, line, journal->path, error) &&
		     file_sync(journal->descriptor, journal->path, error);
	arena_clear(&scratch);
	journal->has_copies = journal->has_copies || refile_entry_is_copy(entry);
	/* A part of a line must not stand in front of the next. */
	if (!noted && before >= 0 && ftruncate(journal->descriptor, before) < 0)
		error_prefix(error, "%s is damaged; ", journal->path);
	return noted;
}

bool
refile_journal_undo(struct refile_journal *journal, struct error *error)
{
	return file_write(journal->descriptor, TEXT("undo\n"), journal->path, error);
}

bool
refile_journal_clear(struct refile_journal *journal, struct error *error)
{
	struct stat status;

	journal->count = 0;
	journal->has_copies = false;
	if (fstat(journal->descriptor, &status) == 0 && status.st_size == 0)
		return true;
	if (ftruncate(journal->descriptor, 0) < 0)
		return error_set_errno(error, "cannot empty %s", journal->path);
	return file_sync(journal->descriptor, journal->path, error);
}

bool
refile_journal_end_moves(struct refile_journal *journal, struct error *error)
{
	if (!journal->has_copies)
		return refile_journal_clear(journal, error);
	return file_write(journal->descriptor, TEXT("moved\n"), journal->path, error) &&
	       file_sync(journal->descriptor, journal->path, error);
}

void
refile_journal_close(struct refile_journal *journal)
{
	if (journal->descriptor >= 0)
		close(journal->descriptor);
	journal->descriptor = -1;
}

/* The run before may have been killed between the message's name and its sync. */
static bool
refile_journal_sync_message(
    struct arena *arena, const char *directory, const char *name, struct error *error)
{
	const char *path = arena_format(arena, "%s/%s", directory, name).data;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	if (descriptor < 0)
		return error_set_errno(error, "cannot open %s", path);
	bool is_synced = file_sync(descriptor, path, error);
	close(descriptor);
	return is_synced && file_sync_directory(directory, error);
}

/* Is there a message of this unique name? False: it cannot be known. */
static bool
refile_journal_look_in_maildir(
    struct arena *arena, const struct refile_entry *entry, bool *is_there_out, struct error *error)
{
	static const char *const directories[] = {"new", "cur"};
	struct text wanted = entry->mark;
	bool is_known = true;

	*is_there_out = false;
	for (size_t i = 0; i < 2 && !*is_there_out; i++) {
		const char *path =
		    arena_format(arena, "%.*s/%s", TEXT_ARGUMENTS(entry->path), directories[i])
			.data;
		DIR *directory = opendir(path);
		for (struct dirent *item;
		     directory != NULL && !*is_there_out && (item = readdir(directory)) != NULL;) {
			struct text name = text_from_string(item->d_name);
			*is_there_out = text_is_equal(
			    text_slice(name, 0, text_find_byte(name, 0, ':')), wanted);
			if (*is_there_out)
				is_known =
				    refile_journal_sync_message(arena, path, item->d_name, error);
		}
		if (directory != NULL)
			closedir(directory);
	}
	return is_known;
}

/* Is the message among those that were appended since? When the mbox became shorter, among all. */
static bool
refile_journal_has_message(struct text mbox, const struct refile_entry *entry)
{
	struct mbox_item item;
	uint64_t before;
	char hex[DIGEST_HEX_SIZE];

	if (!number_parse_unsigned(entry->mark, INT64_MAX, &before) || before > mbox.size)
		before = 0;
	for (size_t at = 0; mbox_index_next(mbox, &at, &item);) {
		if (item.start + item.size <= before)
			continue;
		struct digest digest;
		digest_init(&digest);
		digest_add(&digest,
		    text_slice(mbox, item.start + item.from_line_size, item.start + item.size));
		if (text_is_equal(digest_format(&digest, hex), entry->target_digest))
			return true;
	}
	return false;
}

/* Under the mbox's locks, since the guardian of a delivery that was killed may be about to take it
 * back. False: it cannot be known. */
static bool
refile_journal_look_in_mbox(struct arena *arena, const struct settings *settings,
    const struct refile_entry *entry, bool *is_there_out, struct error *error)
{
	const char *path = arena_copy_string(arena, entry->path);
	enum mbox_recovery recovery;
	struct mbox_file file;
	struct mbox_map map;

	*is_there_out = false;
	if (access(path, F_OK) < 0)
		return true;
	if (!mbox_file_open(arena, entry->path, settings, &file, error))
		return false;
	bool is_known = mbox_journal_recover(file.descriptor, path, &recovery, error) &&
			mbox_map_descriptor(file.descriptor, path, &map, error);
	if (is_known) {
		*is_there_out = refile_journal_has_message(map.bytes, entry);
		mbox_map_close(&map);
	}
	if (is_known && *is_there_out)
		is_known = file_sync(file.descriptor, path, error) &&
			   file_sync_directory(file.directory, error);
	mbox_file_close(&file);
	return is_known;
}

bool
refile_journal_find_target(struct arena *arena, const struct settings *settings,
    const struct refile_entry *entry, bool *is_there_out, struct error *error)
{
	if (text_is_equal(entry->kind, TEXT("maildir")))
		return refile_journal_look_in_maildir(arena, entry, is_there_out, error);
	return refile_journal_look_in_mbox(arena, settings, entry, is_there_out, error);
}

bool
refile_journal_resume(
    struct refile_journal *journal, const struct settings *settings, struct error *error)
{
	bool is_there;

	if (journal->count == 0 || journal->is_settled)
		return true;
	if (!refile_journal_find_target(
		journal->arena, settings, &journal->entries[journal->count - 1], &is_there, error))
		return false;
	if (is_there)
		return true;
	journal->count--;
	return refile_journal_undo(journal, error);
}
