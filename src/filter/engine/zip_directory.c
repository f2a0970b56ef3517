/*
 * Finds the central directory of a zip file in a stream; see zip_directory.h. An entry is its fixed part,
 * its name, and bytes that are skipped; what follows must be the next entry or an end record, else the
 * run was part of something else, a zip file in the zip file say.
 */
#include "filter/engine/zip_directory.h"

enum {
	ZIP_MARK = 4,
	ZIP_FLAGS_AT = 8,
	ZIP_SIZE_AT = 24,
	ZIP_NAME_SIZE_AT = 28,
	ZIP_EXTRA_SIZE_AT = 30,
	ZIP_COMMENT_SIZE_AT = 32,
};

static unsigned
zip_number(const unsigned char *bytes)
{
	return bytes[0] | (unsigned)bytes[1] << 8;
}

void
zip_directory_init(struct zip_directory *directory)
{
	*directory = (struct zip_directory){0};
	buffer_init(&directory->run, ZIP_DIRECTORY_MAX);
	buffer_init(&directory->entries, ZIP_DIRECTORY_MAX);
}

void
zip_directory_clear(struct zip_directory *directory)
{
	buffer_clear(&directory->run);
	buffer_clear(&directory->entries);
}

static bool
zip_is_mark(const unsigned char *bytes, size_t size, unsigned char third, unsigned char fourth)
{
	const unsigned char mark[ZIP_MARK] = {'P', 'K', third, fourth};

	return memcmp(bytes, mark, size < ZIP_MARK ? size : ZIP_MARK) == 0;
}

/* What is held cannot become what was expected: the run is over. */
static void
zip_directory_break(struct zip_directory *directory)
{
	directory->is_run = false;
	directory->held_size = 0;
}

static void
zip_directory_begin_entry(struct zip_directory *directory)
{
	if (!directory->is_run) {
		buffer_reset(&directory->run);
		directory->is_run_truncated = false;
	}
	directory->is_run = true;
	directory->held_size = 0;
	directory->name_left = zip_number(directory->held + ZIP_NAME_SIZE_AT);
	directory->skip = (size_t)zip_number(directory->held + ZIP_EXTRA_SIZE_AT) +
			  zip_number(directory->held + ZIP_COMMENT_SIZE_AT);
	/* Whole entries only: the name follows at once. */
	if (directory->run.size + ZIP_ENTRY_FIXED + directory->name_left > ZIP_DIRECTORY_MAX)
		directory->is_run_truncated = true;
	if (!directory->is_run_truncated)
		buffer_append(
		    &directory->run, (struct text){(const char *)directory->held, ZIP_ENTRY_FIXED});
}

/* One byte of what should be an entry or an end record. */
static void
zip_directory_take_mark(struct zip_directory *directory, unsigned char byte)
{
	directory->held[directory->held_size++] = byte;
	if (zip_is_mark(directory->held, directory->held_size, 1, 2)) {
		if (directory->held_size == ZIP_ENTRY_FIXED)
			zip_directory_begin_entry(directory);
		return;
	}
	bool is_end = zip_is_mark(directory->held, directory->held_size, 5, 6) ||
		      zip_is_mark(directory->held, directory->held_size, 6, 6);
	if (is_end && directory->held_size < ZIP_MARK)
		return;
	if (is_end && directory->is_run) {
		struct buffer before = directory->entries;
		directory->entries = directory->run;
		directory->run = before;
		directory->truncated = directory->is_run_truncated;
	}
	zip_directory_break(directory);
	if (byte == 'P')
		directory->held[directory->held_size++] = byte;
}

void
zip_directory_take(struct zip_directory *directory, struct text piece)
{
	while (piece.size > 0) {
		if (directory->name_left > 0 || directory->skip > 0) {
			size_t *left =
			    directory->name_left > 0 ? &directory->name_left : &directory->skip;
			struct text bytes = text_slice(piece, 0, *left);
			if (left == &directory->name_left && !directory->is_run_truncated)
				buffer_append(&directory->run, bytes);
			*left -= bytes.size;
			piece = text_slice(piece, bytes.size, piece.size);
			continue;
		}
		size_t at = 0;
		if (directory->held_size == 0 && !directory->is_run)
			at = text_find_byte(piece, 0, 'P');
		if (at < piece.size)
			zip_directory_take_mark(directory, (unsigned char)piece.data[at]);
		piece = text_slice(piece, at + 1, piece.size);
	}
}

bool
zip_directory_next(struct zip_directory *directory, struct zip_directory_entry *entry_out)
{
	struct text all = buffer_text(&directory->entries);

	if (all.size - directory->at < ZIP_ENTRY_FIXED)
		return false;
	const unsigned char *fixed = (const unsigned char *)all.data + directory->at;
	size_t start = directory->at + ZIP_ENTRY_FIXED;
	directory->at = start + zip_number(fixed + ZIP_NAME_SIZE_AT);
	entry_out->name = text_slice(all, start, directory->at);
	entry_out->size =
	    zip_number(fixed + ZIP_SIZE_AT) | (uint64_t)zip_number(fixed + ZIP_SIZE_AT + 2) << 16;
	entry_out->is_encrypted = (fixed[ZIP_FLAGS_AT] & 1) != 0;
	return true;
}
