/*
 * An mbox, message by message; see mbox_source.h.
 */
#include "refile/mbox_source.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/vector.h"
#include "deliver/mbox_file.h"
#include "deliver/mbox_journal.h"
#include "mail/envelope.h"
#include "mail/mail_date.h"
#include "refile/mailbox_fields.h"
#include "refile/mbox_index.h"
#include "refile/mbox_rewrite.h"
#include "refile/refile_journal.h"
#include "refile/refile_judge.h"
#include "refile/refile_store.h"
#include "system/signals.h"

enum { MBOX_SOURCE_REFRESH = 1000 /* milliseconds */ };

struct mbox_source {
	struct refile_session *session;
	struct arena *arena; /* of the mbox */
	const char *path;
	struct text shown;
	struct mbox_map map;
	struct mbox_file file; /* locked; not in a dry run */
	struct refile_journal journal;
	bool *used; /* entries of the journal whose message was found again */
	struct mbox_cut *cuts;
	size_t cut_count, cut_capacity;
	uint64_t number;    /* of the message */
	int64_t refreshed;  /* when the lock was */
	bool keeps_journal; /* the next run has to know what is in it */
	bool leaves_out;    /* messages were not looked at */
};

/* One message. */
struct mbox_source_item {
	struct mbox_source *source;
	struct arena *arena;
	struct mbox_item place;
	struct refile_message stored;
	struct refile_verdict *verdict;
	struct refile_store_source mark;
};

/* ---- one message ---- */

static void
mbox_source_read_from_line(struct mbox_source_item *item)
{
	struct text line = text_slice(item->source->map.bytes, item->place.start,
	    item->place.start + item->place.from_line_size);
	struct text sender, date;
	struct mail_date when;

	if (envelope_parse_from_line(line, &sender, &date) == 0)
		return;
	item->stored.has_sender = true;
	item->stored.sender = sender;
	item->stored.from_line_date = date;
	if (!mail_date_parse(date, &when))
		return;
	item->stored.received = when.seconds;
	/* Without a zone it is this machine's time. */
	struct tm parts;
	time_t seconds = (time_t)when.seconds;
	if (when.has_zone || gmtime_r(&seconds, &parts) == NULL)
		return;
	parts.tm_isdst = -1;
	time_t local = mktime(&parts);
	if (local != (time_t)-1)
		item->stored.received = local;
}

/* False: it is no message, but notes of the mailbox's keeper. */
static bool
mbox_source_read(struct mbox_source_item *item)
{
	struct mbox_source *source = item->source;
	struct mailbox_fields fields;
	struct text bytes = mbox_index_message(item->arena, source->map.bytes, &item->place);

	item->stored = (struct refile_message){
	    .place = source->path,
	    .folder = source->shown,
	    .name = arena_format(item->arena, "number %llu", (unsigned long long)source->number),
	};
	mbox_source_read_from_line(item);
	item->stored.bytes = mailbox_fields_take(item->arena, bytes, &fields);
	item->stored.flags = fields.flags;
	item->stored.keywords = fields.keywords;
	item->stored.is_new = !fields.is_old && fields.flags.size == 0;
	return !(fields.is_internal && source->number == 1);
}

static struct text
mbox_source_digest(struct mbox_source_item *item)
{
	struct digest digest;
	char hex[DIGEST_HEX_SIZE];

	digest_init(&digest);
	digest_add(&digest, item->stored.bytes);
	return arena_copy_text(item->arena, digest_format(&digest, hex));
}

static void
mbox_source_report(
    struct mbox_source_item *item, enum refile_fate fate, struct text why, struct text detail)
{
	struct refile_line line = {.message = &item->stored,
	    .fate = fate,
	    .why = why,
	    .detail = detail,
	    .place = item->verdict->place};

	if (item->verdict->fate == REFILE_MOVED && fate != REFILE_STAYS)
		line.to = item->verdict->target.shown;
	refile_session_tell(item->source->session, item->arena, &line, item->verdict);
}

/* It is to be taken out when all are looked at. */
static void
mbox_source_cut(struct mbox_source_item *item)
{
	struct mbox_source *source = item->source;

	source->cuts = vector_grow(source->arena, source->cuts, source->cut_count,
	    &source->cut_capacity, sizeof *source->cuts);
	source->cuts[source->cut_count++] = (struct mbox_cut){item->place.start, item->place.size};
}

static void
mbox_source_fail(struct mbox_source_item *item, struct text why, const char *reason)
{
	if (item->verdict->copy_count > 0)
		item->source->keeps_journal = true;
	/* Asked to stop: what was not done is done by the next run. */
	if (signals_pending() != 0)
		return;
	mbox_source_report(item, REFILE_FAILED, why, text_from_string(reason));
}

static void
mbox_source_act(struct mbox_source_item *item)
{
	struct mbox_source *source = item->source;
	struct refile_verdict *verdict = item->verdict;
	bool leaves = verdict->fate == REFILE_MOVED || verdict->fate == REFILE_DELETED;
	struct outcome outcome = outcome_done("");

	if (leaves)
		outcome = refile_store_copies(source->session, item->arena, &source->journal,
		    &item->mark, verdict, &item->stored);
	if (outcome.class == OUTCOME_DONE && source->session->request->applies &&
	    verdict->fate == REFILE_MOVED)
		outcome = refile_store(source->session, item->arena, &source->journal, &item->mark,
		    verdict, &verdict->target, &item->stored);
	if (outcome.class != OUTCOME_DONE) {
		mbox_source_fail(item, TEXT("could not be delivered"), outcome.reason);
		return;
	}
	if (leaves && source->session->request->applies)
		mbox_source_cut(item);
	mbox_source_report(item, verdict->fate, verdict->why, verdict->detail);
}

/* Did an earlier run deliver it, and die before it was taken out? */
static bool
mbox_source_was_moved(struct mbox_source_item *item)
{
	struct mbox_source *source = item->source;

	for (size_t i = 0; i < source->journal.count; i++) {
		const struct refile_entry *entry = &source->journal.entries[i];
		if (source->used[i] || refile_entry_is_copy(entry) ||
		    !text_is_equal(entry->digest, item->mark.digest))
			continue;
		source->used[i] = true;
		return true;
	}
	return false;
}

/* Without `judges` it is only looked whether an earlier run delivered it. */
static void
mbox_source_consider(struct mbox_source *source, const struct mbox_item *place, bool judges)
{
	struct refile_session *session = source->session;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct mbox_source_item item = {.source = source, .arena = &arena, .place = *place};
	bool is_message = mbox_source_read(&item);
	if (is_message && session->request->applies)
		item.mark = (struct refile_store_source){
		    arena_format(&arena, "%zu", place->start), mbox_source_digest(&item)};
	if (is_message && mbox_source_was_moved(&item)) {
		mbox_source_cut(&item);
		is_message = false;
	}
	if (is_message && judges && refile_session_wants(session, item.stored.received)) {
		item.verdict = refile_judge(session, &arena, &item.stored);
		bool is_asked = item.verdict->fate == REFILE_FAILED && signals_pending() != 0;
		session->seen += !is_asked;
		session->is_stopped = session->is_stopped || item.verdict->is_hopeless;
		session->has_no_input = session->has_no_input || item.verdict->is_hopeless;
		if (!is_asked)
			mbox_source_act(&item);
	}
	arena_clear(&arena);
}

/* ---- the mbox ---- */

/* Opens, locks, and finishes what an earlier run or delivery left. */
static bool
mbox_source_lock(struct mbox_source *source, struct error *error)
{
	struct refile_session *session = source->session;
	struct refile_journal *journal = &source->journal;
	enum mbox_recovery recovery;

	if (access(source->path, F_OK) < 0)
		return error_set_errno(error, "cannot open %s", source->path);
	if (!refile_journal_open(source->arena, session->user.home, source->path, journal, error))
		return error->number == EAGAIN
			   ? error_set(error, ERROR_AGAIN, "another run works on it")
			   : false;
	if (!mbox_file_open(source->arena, text_from_string(source->path),
		session->request->agent->settings, &source->file, error) ||
	    !mbox_journal_recover(source->file.descriptor, source->path, &recovery, error) ||
	    !mbox_rewrite_recover(source->arena, journal, &source->file, error) ||
	    !refile_journal_resume(journal, session->request->agent->settings, error))
		return false;
	source->used = arena_alloc_array(source->arena, journal->count + 1, sizeof *source->used);
	return mbox_map_descriptor(source->file.descriptor, source->path, &source->map, error);
}

static bool
mbox_source_open(struct mbox_source *source, struct error *error)
{
	if (source->session->request->applies)
		return mbox_source_lock(source, error);
	if (refile_journal_is_pending(source->arena, source->session->user.home, source->path))
		refile_session_complain(source->session,
		    "%s: an earlier run did not end; --apply finishes it", source->path);
	return mbox_map_open(source->path, &source->map, error);
}

/* Are there messages that an earlier run delivered, not found so far? */
static bool
mbox_source_is_owed(const struct mbox_source *source)
{
	for (size_t i = 0; i < source->journal.count; i++)
		if (!source->used[i] && !refile_entry_is_copy(&source->journal.entries[i]))
			return true;
	return false;
}

static void
mbox_source_walk(struct mbox_source *source)
{
	struct refile_session *session = source->session;
	struct mbox_item place;
	size_t at = 0;

	refile_report_folder(&session->report, source->shown, source->map.bytes.size);
	while (mbox_index_next(source->map.bytes, &at, &place)) {
		bool judges = refile_session_goes_on(session);
		source->leaves_out = source->leaves_out || !judges;
		if (!judges && !mbox_source_is_owed(source))
			break;
		source->number++;
		mbox_source_consider(source, &place, judges);
		refile_report_step(&session->report, at);
		int64_t now = clock_monotonic_milliseconds();
		if (now - source->refreshed < MBOX_SOURCE_REFRESH)
			continue;
		source->refreshed = now;
		dot_lock_refresh(&source->file.lock);
	}
}

/* May messages that an earlier run copied still be there? */
static bool
mbox_source_has_copied(const struct mbox_source *source)
{
	const struct refile_request *request = source->session->request;

	if (!source->leaves_out && request->since == 0 && request->before == 0)
		return false;
	for (size_t i = 0; i < source->journal.count; i++)
		if (refile_entry_is_copy(&source->journal.entries[i]) &&
		    !source->journal.entries[i].is_used)
			return true;
	return false;
}

static void
mbox_source_finish(struct mbox_source *source)
{
	struct refile_session *session = source->session;
	struct error error;
	bool done = true;

	bool keeps_journal = source->keeps_journal || mbox_source_has_copied(source);
	if (source->cut_count > 0)
		done = mbox_rewrite_remove(source->arena, &source->journal, &source->file,
		    source->cuts, source->cut_count, &error);
	if (done && !keeps_journal)
		done = refile_journal_clear(&source->journal, &error);
	if (!done)
		refile_session_complain(session,
		    "%s: the messages that were moved are still in it, the next run takes them "
		    "out: %s",
		    source->path, error.text);
}

void
mbox_source_refile(struct refile_session *session, const char *path, struct text shown)
{
	struct arena arena;
	struct error error;

	arena_init(&arena, NULL, 0);
	struct mbox_source source = {
	    .session = session, .arena = &arena, .path = path, .shown = shown};
	source.journal.descriptor = -1;
	source.file.descriptor = -1;
	if (mbox_source_open(&source, &error)) {
		mbox_source_walk(&source);
		mbox_map_close(&source.map);
		if (session->request->applies)
			mbox_source_finish(&source);
	} else {
		refile_session_complain(session, "%s: %s", path, error.text);
		if (error.kind == ERROR_AGAIN)
			session->is_busy = true;
		else
			session->has_no_input = true;
	}
	if (source.file.descriptor >= 0)
		mbox_file_close(&source.file);
	refile_journal_close(&source.journal);
	arena_clear(&arena);
}
