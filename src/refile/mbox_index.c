/*
 * Finding the messages of an mbox; see mbox_index.h.
 */
#include "refile/mbox_index.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "deliver/mbox_format.h"
#include "mail/envelope.h"

static const struct text mbox_index_from = {"From ", 5};

/* tolerance: mbox-separator. The size of the separator line at `start`, with its line end; 0: it is none. */
static size_t
mbox_index_separator(struct text mbox, size_t start)
{
	struct text rest = text_slice(mbox, start, mbox.size);
	struct text sender, date;

	if (!text_has_prefix(rest, mbox_index_from))
		return 0;
	rest = text_slice(rest, 0, ENVELOPE_FROM_LINE_MAX + 1);
	size_t size = envelope_parse_from_line(rest, &sender, &date);
	if (size == 0)
		return 0;
	struct text line = text_slice(rest, 0, size);
	for (size_t at = mbox_index_from.size; at < line.size; at++)
		if (line.data[at - 1] == ' ' &&
		    mbox_format_has_date_prefix(text_slice(line, at, line.size)))
			return size;
	return 0;
}

/* The next separator at or behind `from`. */
static size_t
mbox_index_find(struct text mbox, size_t from, size_t *line_size_out)
{
	while (from < mbox.size) {
		size_t found = text_find(mbox, from, mbox_index_from);
		if (found >= mbox.size)
			break;
		*line_size_out = found == 0 || mbox.data[found - 1] == '\n'
				     ? mbox_index_separator(mbox, found)
				     : 0;
		if (*line_size_out > 0)
			return found;
		from = found + 1;
	}
	return mbox.size;
}

bool
mbox_index_next(struct text mbox, size_t *position, struct mbox_item *item_out)
{
	size_t line_size = 0, next_line_size;
	size_t start = mbox_index_find(mbox, *position, &line_size);

	if (start >= mbox.size)
		return false;
	*position = mbox_index_find(mbox, start + line_size, &next_line_size);
	*item_out = (struct mbox_item){start, line_size, *position - start};
	return true;
}

struct text
mbox_index_message(struct arena *arena, struct text mbox, const struct mbox_item *item)
{
	struct text message =
	    text_slice(mbox, item->start + item->from_line_size, item->start + item->size);

	if (text_has_suffix(message, TEXT("\n\r\n")))
		message.size -= 2;
	else if (text_has_suffix(message, TEXT("\n\n")) || text_is_equal(message, TEXT("\n")))
		message.size--;
	return mbox_format_unquote(arena, message);
}

bool
mbox_map_descriptor(int descriptor, const char *path, struct mbox_map *map_out, struct error *error)
{
	struct stat status;

	map_out->bytes = TEXT("");
	if (fstat(descriptor, &status) < 0)
		return error_set_errno(error, "cannot look at %s", path);
	if (!S_ISREG(status.st_mode))
		return error_set(error, ERROR_REFUSE, "%s is not a regular file", path);
	if (status.st_size == 0)
		return true;
	void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
	if (bytes == MAP_FAILED)
		return error_set_errno(error, "cannot map %s", path);
	map_out->bytes = (struct text){bytes, (size_t)status.st_size};
	return true;
}

bool
mbox_map_open(const char *path, struct mbox_map *map_out, struct error *error)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	map_out->bytes = TEXT("");
	if (descriptor < 0)
		return error_set_errno(error, "cannot open %s", path);
	bool is_mapped = mbox_map_descriptor(descriptor, path, map_out, error);
	close(descriptor);
	return is_mapped;
}

void
mbox_map_close(struct mbox_map *map)
{
	if (map->bytes.size > 0)
		munmap((void *)(uintptr_t)map->bytes.data, map->bytes.size);
	map->bytes = TEXT("");
}
