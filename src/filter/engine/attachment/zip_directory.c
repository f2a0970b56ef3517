/*
 * Finds the central directory in the end of a zip file; see zip_directory.h.
 */
#include "filter/engine/attachment/zip_directory.h"

enum {
	ZIP_FLAGS_AT = 8, /* of an entry */
	ZIP_SIZE_AT = 24,
	ZIP_NAME_SIZE_AT = 28,
	ZIP_EXTRA_SIZE_AT = 30,
	ZIP_COMMENT_SIZE_AT = 32,
	ZIP_END_FIXED = 22, /* the end record */
	ZIP_END_SIZE_AT = 12,
	ZIP_END_OFFSET_AT = 16,
	ZIP_END_64 = 56, /* what stands in front of it in large files: a record, */
	ZIP_END_64_SIZE_AT = 40,
	ZIP_END_64_OFFSET_AT = 48,
	ZIP_LOCATOR = 20, /* and its place */
};

static const struct text zip_entry_mark = {"PK\1\2", 4};
static const struct text zip_end_mark = {"PK\5\6", 4};
static const struct text zip_end_64_mark = {"PK\6\6", 4};

void
zip_directory_init(struct zip_directory *directory)
{
	*directory = (struct zip_directory){0};
	buffer_init(&directory->tail, (size_t)2 * ZIP_DIRECTORY_MAX);
}

void
zip_directory_clear(struct zip_directory *directory)
{
	buffer_clear(&directory->tail);
}

void
zip_directory_take(struct zip_directory *directory, struct text piece)
{
	struct buffer *tail = &directory->tail;

	directory->total += piece.size;
	if (piece.size > ZIP_DIRECTORY_MAX)
		piece = text_slice(piece, piece.size - ZIP_DIRECTORY_MAX, piece.size);
	if (tail->size + piece.size > tail->maximum) {
		size_t gone = tail->size + piece.size - ZIP_DIRECTORY_MAX;
		gone = gone < tail->size ? gone : tail->size;
		memmove(tail->data, tail->data + gone, tail->size - gone);
		tail->size -= gone;
	}
	buffer_append(tail, piece);
}

static uint64_t
zip_number(struct text bytes, size_t at, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = size; i > 0; i--)
		value = value << 8 | (unsigned char)bytes.data[at + i - 1];
	return value;
}

static bool
zip_is_at(struct text bytes, size_t at, struct text mark)
{
	return at < bytes.size && text_has_prefix(text_slice(bytes, at, bytes.size), mark);
}

/* Both readings of the end record at `end`; false: neither is the place of an entry. */
static bool
zip_directory_accept(struct zip_directory *directory, struct text tail, size_t end)
{
	uint64_t before = directory->total - tail.size;
	uint64_t size = zip_number(tail, end + ZIP_END_SIZE_AT, 4);
	uint64_t offset = zip_number(tail, end + ZIP_END_OFFSET_AT, 4);
	size_t behind = end;

	if (end >= ZIP_END_64 + ZIP_LOCATOR &&
	    zip_is_at(tail, end - ZIP_END_64 - ZIP_LOCATOR, zip_end_64_mark)) {
		behind = end - ZIP_END_64 - ZIP_LOCATOR;
		if (size == UINT32_MAX)
			size = zip_number(tail, behind + ZIP_END_64_SIZE_AT, 8);
		if (offset == UINT32_MAX)
			offset = zip_number(tail, behind + ZIP_END_64_OFFSET_AT, 8);
	}
	size_t by_size = size <= behind ? behind - (size_t)size : tail.size;
	size_t by_offset =
	    offset >= before && offset - before < behind ? (size_t)(offset - before) : tail.size;
	bool is_cut = size > behind && size <= before + behind;
	/* Of a directory that begins in front of what was kept, the entries that are there. */
	if (is_cut)
		by_size = text_find(text_slice(tail, 0, behind), 0, zip_entry_mark);
	directory->end = behind;
	directory->places[0] = zip_is_at(tail, by_size, zip_entry_mark) ? by_size : behind;
	directory->places[1] =
	    by_offset != by_size && zip_is_at(tail, by_offset, zip_entry_mark) ? by_offset : behind;
	directory->is_found = directory->places[0] < behind || directory->places[1] < behind;
	directory->truncated = directory->is_found && is_cut;
	return directory->is_found;
}

/* What was kept may be more, depending on the pieces. */
static struct text
zip_directory_tail(const struct zip_directory *directory)
{
	struct text tail = buffer_text(&directory->tail);

	return text_slice(
	    tail, tail.size > ZIP_DIRECTORY_MAX ? tail.size - ZIP_DIRECTORY_MAX : 0, tail.size);
}

static void
zip_directory_search(struct zip_directory *directory, struct text tail)
{
	directory->is_searched = true;
	/* tolerance: zip-junk-around. Programs find it so, too. */
	for (size_t at = tail.size; at-- > 0;)
		if (tail.data[at] == 'P' && tail.size - at >= ZIP_END_FIXED &&
		    zip_is_at(tail, at, zip_end_mark) && zip_directory_accept(directory, tail, at))
			return;
}

bool
zip_directory_next(struct zip_directory *directory, struct zip_directory_entry *entry_out)
{
	struct text tail = zip_directory_tail(directory);

	if (!directory->is_searched)
		zip_directory_search(directory, tail);
	if (!directory->is_found)
		return false;
	for (size_t i = 0; i < 2; i++) {
		size_t at = directory->places[i];
		if (at >= directory->end || directory->end - at < ZIP_ENTRY_FIXED ||
		    !zip_is_at(tail, at, zip_entry_mark))
			continue;
		size_t name_size = (size_t)zip_number(tail, at + ZIP_NAME_SIZE_AT, 2);
		size_t start = at + ZIP_ENTRY_FIXED;
		directory->places[i] = start + name_size +
				       (size_t)zip_number(tail, at + ZIP_EXTRA_SIZE_AT, 2) +
				       (size_t)zip_number(tail, at + ZIP_COMMENT_SIZE_AT, 2);
		entry_out->name =
		    text_slice(text_slice(tail, 0, directory->end), start, start + name_size);
		entry_out->size = zip_number(tail, at + ZIP_SIZE_AT, 4);
		entry_out->is_encrypted = (tail.data[at + ZIP_FLAGS_AT] & 1) != 0;
		return true;
	}
	return false;
}
