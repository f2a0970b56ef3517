/*
 * A Maildir, message by message; see maildir_source.h.
 */
#include "refile/maildir_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/table.h"
#include "base/vector.h"
#include "deliver/keywords.h"
#include "refile/maildir_move.h"
#include "refile/refile_journal.h"
#include "refile/refile_judge.h"
#include "refile/refile_store.h"
#include "system/file.h"
#include "system/signals.h"

enum { MAILDIR_SOURCE_TRIES = 4, MAILDIR_SOURCE_SYNC = 500 };

static const char *const maildir_source_directories[] = {"new", "cur"};

struct maildir_source_name {
	const char *name;
	bool is_new;
};

struct maildir_source {
	struct refile_session *session;
	struct arena *arena; /* of the folder */
	const char *path;
	struct text shown;
	struct maildir_source_name *names;
	size_t count, capacity;
	struct refile_journal journal;
	struct table unsynced; /* directories */
	unsigned moves;        /* since they were synced */
	bool keeps_journal;    /* the next run has to know what is in it */
};

/* One message. */
struct maildir_source_item {
	struct maildir_source *source;
	struct arena *arena;
	struct maildir_source_name name;
	const char *path;
	struct refile_message stored;
	struct refile_verdict *verdict;
	bool is_copied; /* where the rules want copies, under a name that it had before */
};

/* ---- the names ---- */

static int
maildir_source_compare(const void *a, const void *b)
{
	const struct maildir_source_name *first = a, *second = b;

	return strcmp(first->name, second->name);
}

static bool
maildir_source_collect(struct maildir_source *source, bool is_new)
{
	const char *path =
	    arena_format(source->arena, "%s/%s", source->path, maildir_source_directories[!is_new])
		.data;
	DIR *directory = opendir(path);

	if (directory == NULL) {
		refile_session_complain(
		    source->session, "cannot read %s: %s", path, strerror(errno));
		return false;
	}
	for (struct dirent *item; (item = readdir(directory)) != NULL;) {
		if (item->d_name[0] == '.')
			continue;
		if (source->count >= REFILE_NAMES_MAX) {
			refile_session_complain(source->session,
			    "%s has more messages than one run looks at: run it again", path);
			break;
		}
		source->names = vector_grow(source->arena, source->names, source->count,
		    &source->capacity, sizeof *source->names);
		source->names[source->count++] = (struct maildir_source_name){
		    arena_copy_string(source->arena, text_from_string(item->d_name)), is_new};
	}
	closedir(directory);
	return true;
}

/* The message under the name that it has by now. */
static bool
maildir_source_find_again(struct maildir_source_item *item)
{
	struct text base = maildir_move_base(text_from_string(item->name.name));
	bool found = false;

	for (unsigned i = 0; i < 2 && !found; i++) {
		DIR *directory = opendir(arena_format(
		    item->arena, "%s/%s", item->source->path, maildir_source_directories[i])
					     .data);
		for (struct dirent *entry;
		     directory != NULL && !found && (entry = readdir(directory)) != NULL;) {
			struct text name = text_from_string(entry->d_name);
			found = text_is_equal(maildir_move_base(name), base);
			if (found)
				item->name = (struct maildir_source_name){
				    arena_copy_string(item->arena, name), i == 0};
		}
		if (directory != NULL)
			closedir(directory);
	}
	return found;
}

/* ---- one message ---- */

static struct text
maildir_source_letters(struct arena *arena, struct text letters, char from, char to)
{
	char *chosen = arena_alloc(arena, letters.size + 1);
	size_t count = 0;

	for (size_t i = 0; i < letters.size; i++)
		if (letters.data[i] >= from && letters.data[i] <= to)
			chosen[count++] = letters.data[i];
	return (struct text){chosen, count};
}

/* Reads the message; false with error->number ENOENT when its name is another by now. */
static bool
maildir_source_read(struct maildir_source_item *item, struct error *error)
{
	struct maildir_source *source = item->source;
	struct text name = text_from_string(item->name.name);
	struct text letters = maildir_move_letters(name);
	struct stat status;

	item->path = arena_format(item->arena, "%s/%s/%s", source->path,
	    maildir_source_directories[!item->name.is_new], item->name.name)
			 .data;
	item->stored =
	    (struct refile_message){.place = source->path, .folder = source->shown, .name = name};
	int descriptor =
	    open(item->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (descriptor < 0)
		return error_set_errno(error, "cannot open %s", item->path);
	bool is_read =
	    fstat(descriptor, &status) == 0 && file_read_descriptor(item->arena, descriptor,
						   REFILE_MESSAGE_MAX, &item->stored.bytes, error);
	close(descriptor);
	if (!is_read)
		return false;
	const struct keywords_request request = {.arena = item->arena,
	    .settings = source->session->request->agent->settings,
	    .maildir = source->path};
	item->stored.is_new = item->name.is_new;
	item->stored.received = status.st_mtime;
	item->stored.flags = maildir_source_letters(item->arena, letters, 'A', 'Z');
	item->stored.keywords = keywords_find_names(&request,
	    maildir_source_letters(item->arena, letters, 'a', 'z'), maildir_move_base(name));
	return true;
}

static void
maildir_source_report(
    struct maildir_source_item *item, enum refile_fate fate, struct text why, struct text detail)
{
	const struct refile_verdict *verdict = item->verdict;
	struct refile_line line = {
	    .message = &item->stored, .fate = fate, .why = why, .detail = detail};

	if (verdict != NULL) {
		line.place = verdict->place;
		if (verdict->fate == REFILE_MOVED)
			line.to = verdict->target.shown;
	}
	if (fate == REFILE_STAYS)
		line.to = TEXT("");
	refile_session_tell(item->source->session, item->arena, &line, verdict);
}

static void
maildir_source_fail(struct maildir_source_item *item, struct text why, const char *reason)
{
	if (item->verdict != NULL && item->verdict->copy_count > 0)
		item->source->keeps_journal = true;
	/* Asked to stop: what was not done is done by the next run. */
	if (signals_pending() != 0)
		return;
	maildir_source_report(
	    item, REFILE_FAILED, why, arena_copy_text(item->arena, text_from_string(reason)));
}

/* The directories whose names changed are synced at the latest behind so many moves: each move is one
 * rename, which a power cut leaves done or not done. */
static void
maildir_source_sync(struct maildir_source *source)
{
	struct text path;
	void *value;
	size_t position = 0;
	struct error error;

	while (table_next(&source->unsynced, &position, &path, &value)) {
		if (!file_sync_directory(arena_copy_string(source->arena, path), &error)) {
			/* What was removed may come back. */
			source->keeps_journal = true;
			refile_session_complain(source->session, "%s", error.text);
		}
		table_set(&source->unsynced, path, NULL);
	}
	source->moves = 0;
}

static void
maildir_source_note_unsynced(struct maildir_source *source, const char *directory)
{
	table_set(&source->unsynced, text_from_string(directory), source);
}

/* The message is safe elsewhere: takes its file away, whatever name it has by now. */
static bool
maildir_source_remove(struct maildir_source_item *item, struct error *error)
{
	for (unsigned attempt = 0; attempt < MAILDIR_SOURCE_TRIES; attempt++) {
		const char *directory = arena_format(item->arena, "%s/%s", item->source->path,
		    maildir_source_directories[!item->name.is_new])
					    .data;
		const char *path =
		    arena_format(item->arena, "%s/%s", directory, item->name.name).data;
		if (unlink(path) == 0) {
			maildir_source_note_unsynced(item->source, directory);
			return true;
		}
		if (errno != ENOENT)
			return error_set_errno(error, "cannot remove %s", path);
		if (!maildir_source_find_again(item))
			return true;
	}
	return error_set(error, ERROR_AGAIN, "%s is renamed again and again", item->path);
}

/* Delivered to its target, then removed here. */
static void
maildir_source_store(struct maildir_source_item *item)
{
	struct maildir_source *source = item->source;
	struct text base = maildir_move_base(text_from_string(item->name.name));
	const struct refile_store_source mark = {base, TEXT("-")};
	const struct keywords_request request = {.arena = item->arena,
	    .settings = source->session->request->agent->settings,
	    .maildir = source->path};
	struct error error;

	struct outcome outcome = refile_store(source->session, item->arena, &source->journal, &mark,
	    item->verdict, &item->verdict->target, &item->stored);
	if (outcome.class != OUTCOME_DONE) {
		maildir_source_fail(item, TEXT("could not be delivered"), outcome.reason);
		return;
	}
	if (!maildir_source_remove(item, &error)) {
		source->keeps_journal = true;
		maildir_source_fail(item,
		    TEXT("was copied and could not be removed: the next run does that"),
		    error.text);
		return;
	}
	if (item->stored.keywords.size > 0)
		keywords_remove(&request, base);
	maildir_move_account(
	    item->arena, source->path, item->stored.flags, item->stored.bytes.size);
	maildir_source_report(item, REFILE_MOVED, TEXT(""), TEXT(""));
}

/* False: the message has another name by now. */
static bool
maildir_source_move(struct maildir_source_item *item)
{
	struct maildir_source *source = item->source;
	struct maildir_move move = {
	    .session = source->session,
	    .arena = item->arena,
	    .from = source->path,
	    .path = item->path,
	    .stored = &item->stored,
	    .verdict = item->verdict,
	};
	struct error error = {.number = 0};

	if (item->verdict->target.is_mbox || item->verdict->is_edited) {
		maildir_source_store(item);
		return true;
	}
	switch (maildir_move(&move, &error)) {
	case MAILDIR_MOVE_DONE:
		maildir_source_note_unsynced(source, move.directory);
		maildir_source_note_unsynced(
		    source, arena_format(item->arena, "%s/%s", source->path,
				maildir_source_directories[!item->name.is_new])
				.data);
		if (++source->moves >= MAILDIR_SOURCE_SYNC)
			maildir_source_sync(source);
		maildir_source_report(item, REFILE_MOVED, TEXT(""), TEXT(""));
		return true;
	case MAILDIR_MOVE_GONE:
		return false;
	case MAILDIR_MOVE_ELSEWHERE:
		maildir_source_store(item);
		return true;
	case MAILDIR_MOVE_FAILED:
		break;
	}
	maildir_source_fail(item, TEXT("could not be moved"), error.text);
	return true;
}

/* Does what the verdict says; false: the message has another name by now. */
static bool
maildir_source_act(struct maildir_source_item *item)
{
	struct maildir_source *source = item->source;
	struct refile_verdict *verdict = item->verdict;
	const struct refile_store_source mark = {
	    maildir_move_base(text_from_string(item->name.name)), TEXT("-")};
	struct error error;

	if (!item->is_copied &&
	    (verdict->fate == REFILE_MOVED || verdict->fate == REFILE_DELETED)) {
		struct outcome outcome = refile_store_copies(
		    source->session, item->arena, &source->journal, &mark, verdict, &item->stored);
		if (outcome.class != OUTCOME_DONE) {
			maildir_source_fail(item, TEXT("could not be copied"), outcome.reason);
			return true;
		}
		item->is_copied = true;
	}
	if (verdict->fate == REFILE_MOVED && source->session->request->applies)
		return maildir_source_move(item);
	if (verdict->fate == REFILE_DELETED && source->session->request->applies) {
		if (!maildir_source_remove(item, &error)) {
			maildir_source_fail(item, TEXT("could not be deleted"), error.text);
			return true;
		}
		maildir_move_account(
		    item->arena, source->path, item->stored.flags, item->stored.bytes.size);
	}
	maildir_source_report(item, verdict->fate, verdict->why, verdict->detail);
	return true;
}

/* Reads, judges, acts; false: its name has changed, try again. */
static bool
maildir_source_try(struct maildir_source_item *item)
{
	struct refile_session *session = item->source->session;
	struct error error;

	item->verdict = NULL;
	if (!maildir_source_read(item, &error)) {
		if (error.number == ENOENT)
			return false;
		maildir_source_fail(item, TEXT("could not be read"), error.text);
		return true;
	}
	if (!refile_session_wants(session, item->stored.received))
		return true;
	item->verdict = refile_judge(session, item->arena, &item->stored);
	/* Asked to stop while the rules ran: that is no failure of theirs. */
	if (item->verdict->fate == REFILE_FAILED && !refile_session_goes_on(session))
		return true;
	session->seen++;
	session->is_stopped = session->is_stopped || item->verdict->is_hopeless;
	session->has_no_input = session->has_no_input || item->verdict->is_hopeless;
	return maildir_source_act(item);
}

static void
maildir_source_consider(struct maildir_source *source, const struct maildir_source_name *name)
{
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct maildir_source_item item = {.source = source, .arena = &arena, .name = *name};
	for (unsigned attempt = 0; !maildir_source_try(&item); attempt++) {
		if (attempt < MAILDIR_SOURCE_TRIES && maildir_source_find_again(&item))
			continue;
		maildir_source_report(&item, REFILE_VANISHED,
		    TEXT("a mail reader moved or removed it meanwhile"), TEXT(""));
		break;
	}
	arena_clear(&arena);
}

/* ---- the folder ---- */

/* What an earlier run copied and did not remove any more. */
static bool
maildir_source_recover(struct maildir_source *source)
{
	struct refile_journal *journal = &source->journal;
	struct error error;

	if (!refile_journal_resume(journal, source->session->request->agent->settings, &error)) {
		refile_session_complain(source->session, "%s", error.text);
		return false;
	}
	/* Copies of messages that this run may not reach are still to be remembered. */
	source->keeps_journal = journal->count > 0 && source->session->request->limit > 0;
	for (size_t i = 0; i < journal->count; i++) {
		struct text base = journal->entries[i].source;
		if (refile_entry_is_copy(&journal->entries[i]))
			continue;
		struct maildir_source_item item = {.source = source,
		    .arena = source->arena,
		    .name = {arena_copy_string(source->arena, base), false}};
		item.path = item.name.name;
		if (!maildir_source_remove(&item, &error)) {
			refile_session_complain(source->session, "%s", error.text);
			return false;
		}
	}
	return true;
}

static bool
maildir_source_open_journal(struct maildir_source *source)
{
	struct refile_session *session = source->session;
	struct error error;

	if (!session->request->applies) {
		if (refile_journal_is_pending(source->arena, session->user.home, source->path))
			refile_session_complain(session,
			    "%s: an earlier run did not end; --apply finishes it", source->path);
		return true;
	}
	if (refile_journal_open(
		source->arena, session->user.home, source->path, &source->journal, &error))
		return maildir_source_recover(source);
	session->is_busy = true;
	if (error.number == EAGAIN)
		refile_session_complain(session, "%s: another run works on it", source->path);
	else
		refile_session_complain(session, "%s: %s", source->path, error.text);
	return false;
}

static void
maildir_source_close_journal(struct maildir_source *source)
{
	struct error error;

	maildir_source_sync(source);
	if (source->journal.path == NULL)
		return;
	if (!source->keeps_journal && !refile_journal_clear(&source->journal, &error))
		refile_session_complain(source->session, "%s", error.text);
	refile_journal_close(&source->journal);
}

void
maildir_source_refile(struct refile_session *session, const char *path, struct text shown)
{
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct maildir_source source = {
	    .session = session, .arena = &arena, .path = path, .shown = shown};
	source.journal.descriptor = -1;
	table_init(&source.unsynced, &arena);
	if (!maildir_source_open_journal(&source)) {
		refile_journal_close(&source.journal);
		arena_clear(&arena);
		return;
	}
	if (!maildir_source_collect(&source, true) || !maildir_source_collect(&source, false))
		session->has_no_input = true;
	if (source.count > 0)
		qsort(source.names, source.count, sizeof *source.names, maildir_source_compare);
	refile_report_folder(&session->report, shown, source.count);
	for (size_t i = 0; i < source.count && refile_session_goes_on(session); i++) {
		maildir_source_consider(&source, &source.names[i]);
		refile_report_step(&session->report, i + 1);
	}
	maildir_source_close_journal(&source);
	arena_clear(&arena);
}
