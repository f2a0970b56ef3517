/*
 * Journal, deliver, journal; see refile_store.h.
 */
#include "refile/refile_store.h"

#include <sys/stat.h>

#include "base/digest.h"
#include "deliver/mbox_format.h"
#include "refile/mailbox_fields.h"

static struct text
refile_store_digest(struct arena *arena, struct text message)
{
	struct mbox_format format;
	struct digest digest;
	struct text slice;
	char hex[DIGEST_HEX_SIZE];

	digest_init(&digest);
	mbox_format_init(&format, TEXT(""), message);
	while (mbox_format_next(&format, &slice))
		digest_add(&digest, slice);
	return arena_copy_text(arena, digest_format(&digest, hex));
}

/* What the target will know it by. */
static struct refile_entry
refile_store_prepare(struct refile_session *session, struct arena *arena,
    const struct refile_store_source *source, struct refile_target *target,
    const struct refile_message *stored)
{
	struct delivery *delivery = &target->delivery;
	struct refile_entry entry = {
	    .source = source->name,
	    .digest = source->digest,
	    .kind = target->is_mbox ? TEXT("mbox") : TEXT("maildir"),
	    .target_digest = TEXT("-"),
	    .path = text_from_string(target->path),
	};
	struct stat status;

	if (!target->is_mbox) {
		entry.mark = delivery->unique_name = refile_session_unique_name(
		    session, arena, message_bytes(delivery->message).size);
		return entry;
	}
	const struct mailbox_fields fields = {
	    .flags = delivery->flags, .keywords = delivery->keywords, .is_old = !stored->is_new};
	struct text bytes = mailbox_fields_put(arena, message_bytes(delivery->message), &fields);
	delivery->message = message_new(arena, bytes);
	uint64_t size = stat(target->path, &status) == 0 ? (uint64_t)status.st_size : 0;
	entry.mark = arena_format(arena, "%llu", (unsigned long long)size);
	entry.target_digest = refile_store_digest(arena, bytes);
	return entry;
}

struct outcome
refile_store(struct refile_session *session, struct arena *arena, struct refile_journal *journal,
    const struct refile_store_source *source, const struct refile_verdict *verdict,
    struct refile_target *target, const struct refile_message *stored)
{
	struct delivery *delivery = &target->delivery;
	struct error error;

	delivery->message = verdict->message;
	delivery->spool = NULL;
	struct refile_entry entry = refile_store_prepare(session, arena, source, target, stored);
	if (!refile_journal_note(journal, &entry, &error))
		return outcome_later_error(arena, &error);
	struct outcome outcome = target->backend->deliver(delivery);
	if (outcome.class != OUTCOME_DONE && !refile_journal_undo(journal, &error))
		session->is_stopped = true;
	return outcome;
}

/* Did an earlier run make this copy? The position in an mbox may be another by now. */
static bool
refile_store_is_copied(struct refile_journal *journal, struct text name, struct text digest,
    const struct refile_target *target)
{
	bool is_named = text_is_equal(digest, TEXT("-"));

	for (size_t i = 0; i < journal->count; i++) {
		struct refile_entry *entry = &journal->entries[i];
		if (entry->is_used || !refile_entry_is_copy(entry) ||
		    !text_is_equal(entry->digest, digest) ||
		    (is_named && !text_is_equal(entry->source, name)) ||
		    !text_is_equal(entry->path, text_from_string(target->path)))
			continue;
		/* An mbox may hold the same message twice. */
		entry->is_used = !is_named;
		return true;
	}
	return false;
}

struct outcome
refile_store_copies(struct refile_session *session, struct arena *arena,
    struct refile_journal *journal, const struct refile_store_source *source,
    const struct refile_verdict *verdict, const struct refile_message *stored)
{
	const struct refile_store_source copied = {
	    arena_format(arena, "+%.*s", TEXT_ARGUMENTS(source->name)), source->digest};

	for (size_t i = 0; i < verdict->copy_count; i++) {
		struct refile_target *target = &verdict->copies[i];
		if (session->request->applies) {
			if (refile_store_is_copied(journal, copied.name, copied.digest, target))
				continue;
			struct outcome outcome =
			    refile_store(session, arena, journal, &copied, verdict, target, stored);
			if (outcome.class != OUTCOME_DONE)
				return outcome;
		}
		const struct refile_line line = {.message = stored,
		    .fate = REFILE_COPIED,
		    .to = target->shown,
		    .place = verdict->place};
		refile_session_tell(session, arena, &line, verdict);
	}
	return outcome_done("");
}
