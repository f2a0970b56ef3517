/*
 * Appending and taking back; see mbox_append.h. The descriptor has O_APPEND: should a program that
 * ignores locks write meanwhile, the two mix, which is seen afterwards, but neither overwrites the
 * other.
 */
#include "deliver/mbox_append.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/fault.h"
#include "deliver/mbox_format.h"
#include "deliver/mbox_journal.h"
#include "system/file.h"
#include "system/signals.h"

enum {
	APPEND_SLICES = 64, /* and one more, see mbox_append_fill() */
	APPEND_BEYOND = 4096,
	APPEND_BYTES = 4 * 1024 * 1024, /* in one call, so that a request to stop is soon seen */
	APPEND_COMPARE = 32 * 1024,
};

/* Slices for one writev(). */
struct mbox_append_batch {
	struct iovec slices[APPEND_SLICES + 1];
	int count;
	size_t bytes;
	struct text rest; /* of a slice that was too long for the batch before */
};

/*
 * Takes the next slices. A write never ends between a quoting ">" and its line: what another
 * program might put behind a torn end can then be told from a quoted line of ours (mbox_journal.c).
 */
static bool
mbox_append_fill(struct mbox_append_batch *batch, struct mbox_format *format)
{
	bool is_quote = false;

	batch->count = 0;
	batch->bytes = 0;
	while (is_quote || (batch->count < APPEND_SLICES && batch->bytes < APPEND_BYTES)) {
		if (batch->rest.size == 0 && !mbox_format_next(format, &batch->rest))
			break;
		size_t room =
		    batch->bytes < APPEND_BYTES ? APPEND_BYTES - batch->bytes : APPEND_BEYOND;
		struct text slice = text_slice(batch->rest, 0, room);
		batch->rest = text_slice(batch->rest, slice.size, batch->rest.size);
		is_quote = text_is_equal(slice, TEXT(">"));
		/* writev() only reads; iovec has no const form. */
		batch->slices[batch->count++] =
		    (struct iovec){(void *)(uintptr_t)slice.data, slice.size};
		batch->bytes += slice.size;
	}
	return batch->count > 0;
}

static bool
mbox_append_write_batch(
    const struct mbox_append *append, struct mbox_append_batch *batch, struct error *error)
{
	struct iovec *next = batch->slices;
	int count = batch->count;

	while (count > 0) {
		ssize_t written = fault_is_requested("mbox-append")
				      ? -1
				      : writev(append->descriptor, next, count);
		if (written < 0 && errno == EINTR && signals_pending() == 0)
			continue;
		if (written < 0)
			return error_set_errno(error, "cannot append to %s", append->path);
		if (written == 0)
			return error_set(error, ERROR_AGAIN,
			    "cannot append to %s: nothing is written", append->path);
		for (; count > 0 && (size_t)written >= next->iov_len; next++, count--)
			written -= (ssize_t)next->iov_len;
		if (count > 0) {
			next->iov_base = (char *)next->iov_base + written;
			next->iov_len -= (size_t)written;
		}
	}
	return true;
}

bool
mbox_append_write(const struct mbox_append *append, struct error *error)
{
	struct mbox_append_batch batch = {.count = 0};
	struct mbox_format format;
	struct stat status;

	mbox_format_init(&format, append->lead, append->message);
	while (mbox_append_fill(&batch, &format)) {
		if (!mbox_append_write_batch(append, &batch, error))
			return false;
		if (signals_pending() != 0)
			return error_set(error, ERROR_AGAIN,
			    "asked to stop while appending to %s; nothing was delivered",
			    append->path);
	}
	if (fstat(append->descriptor, &status) < 0)
		return error_set_errno(error, "cannot look at %s", append->path);
	if ((uint64_t)status.st_size != append->old_size + append->total)
		return error_set(error, ERROR_AGAIN,
		    "%s changed while it was appended to: a program works on it without locks",
		    append->path);
	return true;
}

/* Reads exactly this many bytes. */
static bool
mbox_append_read(int descriptor, char *bytes, size_t size, uint64_t offset)
{
	while (size > 0) {
		ssize_t got = pread(descriptor, bytes, size, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		bytes += got;
		size -= (size_t)got;
		offset += (uint64_t)got;
	}
	return true;
}

/* Is what lies behind the old size, `size` bytes, a beginning of this append? */
static bool
mbox_append_is_ours(const struct mbox_append *append, uint64_t size)
{
	char bytes[APPEND_COMPARE];
	struct mbox_format format;
	struct text slice = {NULL, 0};
	uint64_t done = 0;

	mbox_format_init(&format, append->lead, append->message);
	while (done < size) {
		if (slice.size == 0 && !mbox_format_next(&format, &slice))
			return false;
		size_t piece = slice.size < sizeof bytes ? slice.size : sizeof bytes;
		if (piece > size - done)
			piece = (size_t)(size - done);
		if (!mbox_append_read(append->descriptor, bytes, piece, append->old_size + done) ||
		    memcmp(bytes, slice.data, piece) != 0)
			return false;
		slice = text_slice(slice, piece, slice.size);
		done += piece;
	}
	return true;
}

bool
mbox_append_take_back(const struct mbox_append *append, struct error *error)
{
	struct stat status;

	if (fstat(append->descriptor, &status) < 0)
		return error_set_errno(error, "cannot look at %s", append->path);
	uint64_t size = (uint64_t)status.st_size;
	if (size > append->old_size) {
		if (!mbox_append_is_ours(append, size - append->old_size)) {
			mbox_journal_remove(append->descriptor);
			return error_set(error, ERROR_AGAIN,
			    "%s: a program that takes no locks wrote behind byte %llu; everything "
			    "there is left as it is, look at it",
			    append->path, (unsigned long long)append->old_size);
		}
		if (!mbox_journal_cut(append->descriptor, append->path, append->old_size, error))
			return false;
	}
	mbox_journal_remove(append->descriptor);
	return true;
}
