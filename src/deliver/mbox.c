/*
 * Delivery into an mbox file. The append is all or nothing, whatever ends it: a failure is taken
 * back by the writer, the writer's death by its guardian, the death of both (a power cut) by the
 * next delivery, which finds the journal's mark. Order: locks, recovery, guardian, mark, append,
 * settle, unmark, sync, directory, success (doc/decisions/mbox-all-or-nothing.md). A file that was
 * created for a delivery that failed stays, empty: another program may already wait for its lock.
 */
#include "deliver/backend.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fault.h"
#include "deliver/mbox_append.h"
#include "deliver/mbox_file.h"
#include "deliver/mbox_format.h"
#include "deliver/mbox_guardian.h"
#include "deliver/mbox_journal.h"
#include "system/file.h"
#include "system/signals.h"

enum { MBOX_TAIL = 3 };

/* Reads the last bytes of the mailbox, to see how it ends. */
static bool
mbox_read_tail(
    const struct mbox_file *file, char tail[MBOX_TAIL], struct text *tail_out, struct error *error)
{
	size_t wanted = file->size < MBOX_TAIL ? (size_t)file->size : MBOX_TAIL;
	ssize_t got;

	do
		got = pread(file->descriptor, tail, wanted, (off_t)(file->size - wanted));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_set_errno(error, "cannot read the end of %s", file->path);
	if ((size_t)got < wanted)
		return error_set(error, ERROR_AGAIN,
		    "%s became shorter: a program works on it without locks", file->path);
	*tail_out = (struct text){tail, wanted};
	return true;
}

/* The steps between the guardian's start and its dismissal. */
static bool
mbox_write_durably(
    const struct mbox_append *append, const struct mbox_file *file, struct error *error)
{
	if (!mbox_journal_set(append, error) || !mbox_append_write(append, error))
		return false;
	if (fault_is_requested("mbox-settle"))
		return error_set_errno(error, "cannot write %s to disk", file->path);
	if (!file_settle(file->descriptor, file->path, error))
		return false;
	if (!mbox_journal_remove(file->descriptor))
		return error_set_errno(
		    error, "cannot remove the mark of the append from %s", file->path);
	if (fault_is_requested("mbox-sync"))
		return error_set_errno(error, "cannot sync %s to disk", file->path);
	if (!file_sync(file->descriptor, file->path, error))
		return false;
	/* An empty file may be new, made by us or by somebody who has not synced its name yet. */
	if (append->old_size > 0)
		return true;
	if (fault_is_requested("mbox-directory-sync"))
		return error_set_errno(error, "cannot sync %s to disk", file->directory);
	return file_sync_directory(file->directory, error);
}

/* Appends under guard; on failure nothing of the message stays, or the error says so. */
static bool
mbox_append_guarded(
    const struct mbox_append *append, const struct mbox_file *file, struct error *error)
{
	struct mbox_guardian guardian;
	struct error taking_back;

	if (!mbox_guardian_start(&guardian, append, error))
		return false;
	if (mbox_write_durably(append, file, error)) {
		mbox_guardian_dismiss(&guardian);
		return true;
	}
	if (mbox_append_take_back(append, &taking_back)) {
		mbox_guardian_dismiss(&guardian);
		return false;
	}
	if (!mbox_guardian_take_back(&guardian))
		error_prefix(error, "%s (the next delivery will try again); ", taking_back.text);
	return false;
}

/* One line about a delivery that worked, with what else there is to know. */
static const char *
mbox_reason(struct arena *arena, const struct mbox_file *file, enum mbox_recovery recovery)
{
	const char *recovered = "";

	if (recovery == MBOX_RECOVERY_CUT)
		recovered =
		    "; a message that an interrupted delivery left unfinished was taken back";
	else if (recovery == MBOX_RECOVERY_FOREIGN)
		recovered =
		    "; an interrupted delivery may have left an unfinished message, which stays "
		    "because other mail follows it";
	return arena_format(arena, "appended to the mbox%s%s%s", file->remark != NULL ? ", " : "",
	    file->remark != NULL ? file->remark : "", recovered)
	    .data;
}

static bool
mbox_store(struct delivery *delivery, struct mbox_file *file, enum mbox_recovery *recovery_out,
    struct error *error)
{
	struct text message = message_bytes(delivery->message), tail;
	char tail_bytes[MBOX_TAIL];

	if (!mbox_journal_recover(file->descriptor, file->path, recovery_out, error))
		return false;
	off_t size = lseek(file->descriptor, 0, SEEK_END);
	if (size < 0)
		return error_set_errno(error, "cannot look at %s", file->path);
	file->size = (uint64_t)size;
	if (!mbox_read_tail(file, tail_bytes, &tail, error))
		return false;
	struct text lead = mbox_format_lead(delivery->arena, delivery->envelope, clock_now(), tail);
	const struct mbox_append append = {
	    .path = file->path,
	    .descriptor = file->descriptor,
	    .old_size = file->size,
	    .total = mbox_format_size(lead, message),
	    .lead = lead,
	    .message = message,
	    .lock = file->lock,
	};
	if (signals_pending() != 0)
		return error_set(
		    error, ERROR_AGAIN, "asked to stop; nothing was appended to %s", file->path);
	return mbox_append_guarded(&append, file, error);
}

static struct outcome
mbox_deliver(struct delivery *delivery)
{
	struct arena *arena = delivery->arena;
	enum mbox_recovery recovery = MBOX_RECOVERY_NONE;
	struct mbox_file file;
	struct error error = {.kind = ERROR_NONE};

	if (!mbox_file_open(arena, delivery->target, delivery->settings, &file, &error))
		return outcome_later_error(arena, &error);
	bool stored = mbox_store(delivery, &file, &recovery, &error);
	mbox_file_close(&file);
	if (!stored)
		return outcome_later_error(arena, &error);
	delivery->final_place = text_from_string(file.path);
	return outcome_done(mbox_reason(arena, &file, recovery));
}

const struct backend mbox_backend = {
    .name = "mbox",
    .privilege = PRIVILEGE_RECIPIENT,
    .deliver = mbox_deliver,
};
