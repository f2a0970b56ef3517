/*
 * The mark; see mbox_journal.h. The next delivery does not have the interrupted message, so it cuts
 * off only what nobody else can have written: bytes that begin with the marked From_ line and have
 * no other separator behind it, neither at a line start nor inside a line, where a program that
 * appended to the torn end would have put one.
 */
#include "deliver/mbox_journal.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/number.h"
#include "deliver/mbox_append.h"
#include "deliver/mbox_format.h"
#include "system/file.h"

static const char mbox_journal_attribute[] = "user.culver.append";

enum {
	JOURNAL_VALUE_MAX = MBOX_FORMAT_LEAD_MAX + 64,
	JOURNAL_CHUNK = 32 * 1024,
	JOURNAL_LINE = 1024, /* how far around "From " is looked */
	JOURNAL_BLOCK = 512, /* the smallest unit in which a file system grows a file */
};

struct mbox_mark {
	uint64_t old_size;
	uint64_t total;
	struct text lead;
};

bool
mbox_journal_set(const struct mbox_append *append, struct error *error)
{
	char value[JOURNAL_VALUE_MAX], digits[NUMBER_DIGITS_MAX];
	const struct text blank = TEXT(" ");
	size_t size = 0;

	struct text old_size = number_format_unsigned(append->old_size, digits);
	memcpy(value, old_size.data, old_size.size);
	size += old_size.size;
	value[size++] = blank.data[0];
	struct text total = number_format_unsigned(append->total, digits);
	memcpy(value + size, total.data, total.size);
	size += total.size;
	value[size++] = blank.data[0];
	memcpy(value + size, append->lead.data, append->lead.size);
	size += append->lead.size;
	if (fault_is_requested("mbox-mark") ||
	    fsetxattr(append->descriptor, mbox_journal_attribute, value, size, 0) < 0) {
		if (errno == ENOTSUP || errno == E2BIG || errno == ENOSYS)
			return true;
		return error_set_errno(error, "cannot mark %s for an append", append->path);
	}
	return file_settle(append->descriptor, append->path, error);
}

bool
mbox_journal_remove(int descriptor)
{
	if (fault_is_requested("mbox-unmark"))
		return false;
	return fremovexattr(descriptor, mbox_journal_attribute) == 0 || errno == ENODATA ||
	       errno == ENOTSUP || errno == ENOSYS;
}

static bool
mbox_journal_parse(struct text value, struct mbox_mark *mark_out)
{
	struct text old_size = text_split(&value, ' '), total = text_split(&value, ' ');

	mark_out->lead = value;
	return number_parse_unsigned(old_size, INT64_MAX, &mark_out->old_size) &&
	       number_parse_unsigned(total, INT64_MAX, &mark_out->total) && value.size > 0 &&
	       mark_out->total > value.size && mark_out->total <= INT64_MAX - mark_out->old_size;
}

static ssize_t
mbox_journal_read(int descriptor, char *bytes, size_t size, uint64_t offset)
{
	size_t used = 0;

	while (used < size) {
		ssize_t got = pread(descriptor, bytes + used, size - used, (off_t)(offset + used));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		used += (size_t)got;
	}
	return (ssize_t)used;
}

/*
 * Is the "From " at `position` a line of ours that was quoted? Another program's separator can only
 * look so if our bytes ended exactly behind the ">", and they end where a write ended, which is
 * never there, or where a block does.
 */
static bool
mbox_journal_is_quoted(struct text bytes, size_t position, uint64_t place)
{
	size_t start = position;

	while (start > 0 && bytes.data[start - 1] == '>')
		start--;
	return start < position && start > 0 && bytes.data[start - 1] == '\n' &&
	       place % JOURNAL_BLOCK != 0;
}

/* Is the "From " at `position` a separator, or could it be one that was glued to a torn line?
 * `place`: its position in the file. */
static bool
mbox_journal_is_separator(struct text bytes, size_t position, uint64_t place)
{
	if (bytes.data[position - 1] == '\n')
		return true;
	if (mbox_journal_is_quoted(bytes, position, place))
		return false;
	size_t end = text_find_byte(bytes, position, '\n');
	if (end > position + JOURNAL_LINE)
		end = position + JOURNAL_LINE;
	for (size_t i = position + 5; i < end; i++)
		if (bytes.data[i] == ' ' &&
		    mbox_format_has_date_prefix(text_slice(bytes, i + 1, bytes.size)))
			return true;
	return false;
}

/* Is there a separator in [from, size)? An unreadable place counts as one. */
static bool
mbox_journal_has_separator(int descriptor, uint64_t from, uint64_t size)
{
	char chunk[JOURNAL_CHUNK];
	const struct text wanted = TEXT("From ");
	uint64_t offset = from - 1;
	size_t first = 1;

	/* What is looked at in a chunk has JOURNAL_LINE bytes of it on either side. */
	for (;;) {
		ssize_t got = mbox_journal_read(descriptor, chunk, sizeof chunk, offset);
		if (got < 0)
			return true;
		struct text bytes = {chunk, (size_t)got};
		bool is_last = bytes.size < sizeof chunk || offset + bytes.size >= size;
		size_t end = is_last ? bytes.size : bytes.size - JOURNAL_LINE;
		for (size_t at = text_find(bytes, first, wanted); at < end;
		     at = text_find(bytes, at + 1, wanted))
			if (mbox_journal_is_separator(bytes, at, offset + at))
				return true;
		if (is_last)
			return false;
		offset += end - JOURNAL_LINE;
		first = JOURNAL_LINE;
	}
}

static enum mbox_recovery
mbox_journal_judge(int descriptor, const struct mbox_mark *mark, uint64_t size)
{
	char start[JOURNAL_VALUE_MAX];

	/* Not begun, or taken away by a reader since; or whole. */
	if (size <= mark->old_size || size >= mark->old_size + mark->total)
		return MBOX_RECOVERY_WHOLE;
	uint64_t tail = size - mark->old_size;
	size_t wanted = tail < mark->lead.size ? (size_t)tail : mark->lead.size;
	if (mbox_journal_read(descriptor, start, wanted, mark->old_size) != (ssize_t)wanted ||
	    memcmp(start, mark->lead.data, wanted) != 0)
		return MBOX_RECOVERY_FOREIGN;
	if (tail > wanted && mbox_journal_has_separator(descriptor, mark->old_size + wanted, size))
		return MBOX_RECOVERY_FOREIGN;
	return MBOX_RECOVERY_CUT;
}

bool
mbox_journal_cut(int descriptor, const char *path, uint64_t size, struct error *error)
{
	struct error unsettled;

	for (;;) {
		if (!fault_is_requested("mbox-truncate") && ftruncate(descriptor, (off_t)size) == 0)
			break;
		if (errno != EINTR)
			return error_set_errno(error,
			    "%s: cannot take back an unfinished message behind byte %llu", path,
			    (unsigned long long)size);
	}
	/* The mark must not go to disk before this; if it does, the file is no worse than without
	 * it. */
	(void)file_settle(descriptor, path, &unsettled);
	return true;
}

bool
mbox_journal_recover(
    int descriptor, const char *path, enum mbox_recovery *recovery_out, struct error *error)
{
	char value[JOURNAL_VALUE_MAX];
	struct mbox_mark mark;
	struct stat status;
	ssize_t size = fgetxattr(descriptor, mbox_journal_attribute, value, sizeof value);

	*recovery_out = MBOX_RECOVERY_NONE;
	if (size < 0 && errno != ERANGE)
		return true;
	*recovery_out = MBOX_RECOVERY_FOREIGN;
	if (size >= 0 && mbox_journal_parse((struct text){value, (size_t)size}, &mark)) {
		if (fstat(descriptor, &status) < 0)
			return error_set_errno(error, "cannot look at %s", path);
		*recovery_out = mbox_journal_judge(descriptor, &mark, (uint64_t)status.st_size);
		if (*recovery_out == MBOX_RECOVERY_CUT &&
		    !mbox_journal_cut(descriptor, path, mark.old_size, error))
			return false;
	}
	if (!mbox_journal_remove(descriptor))
		return error_set_errno(error, "cannot remove the mark of an append from %s", path);
	return true;
}
