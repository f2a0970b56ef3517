/*
 * Any bytes as an archive: the first says how they are cut. Checked, without types: the bounds of the
 * listing, names in UTF-8; that the directory of a zip file and what a document hides do not depend on the
 * pieces.
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/bug.h"
#include "base/utf8.h"
#include "filter/engine/attachment/archive.h"
#include "filter/engine/attachment/content_scan.h"
#include "filter/engine/attachment/zip_directory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct cut_bytes {
	struct text rest;
	size_t step;
};

static struct text
take_cut(void *self)
{
	struct cut_bytes *bytes = self;
	struct text piece = text_slice(bytes->rest, 0, bytes->step);

	bytes->rest = text_slice(bytes->rest, piece.size, bytes->rest.size);
	return piece;
}

static void
list(struct text all, size_t step)
{
	struct archive_budget budget = {.unpacked = 1 << 24, .members = 500};
	struct cut_bytes bytes = {all, step};
	struct archive_source source = {TEXT("dir/name.gz"), take_cut, &bytes};
	struct archive_listing listing;
	struct error error = {0};
	struct arena arena;

	arena_init(&arena, NULL, 0);
	REQUIRE(archive_list(&arena, &source, NULL, &budget, &listing, &error));
	REQUIRE(listing.count + budget.members == 500);
	REQUIRE(listing.is_archive || listing.count == 0);
	for (size_t i = 0; i < listing.count; i++) {
		const struct archive_member *member = &listing.members[i];
		REQUIRE(member->depth >= 1 && member->depth <= ARCHIVE_DEPTH_MAX);
		REQUIRE(member->depth <= (i == 0 ? 1 : member[-1].depth + 1));
		REQUIRE(utf8_is_valid(member->name));
		REQUIRE(!member->is_encrypted || listing.is_encrypted);
	}
	arena_clear(&arena);
}

/* The names, one behind the other, into the arena. */
static struct text
directory_names(struct arena *arena, struct text all, size_t step)
{
	struct cut_bytes bytes = {all, step};
	struct zip_directory directory;
	struct zip_directory_entry entry;
	struct text piece, names = {0};

	zip_directory_init(&directory);
	while ((piece = take_cut(&bytes)).size > 0)
		zip_directory_take(&directory, piece);
	while (zip_directory_next(&directory, &entry))
		names = arena_format(arena, "%.*s %.*s", TEXT_ARGUMENTS(names),
		    TEXT_ARGUMENTS(text_slice(entry.name, 0, 100)));
	zip_directory_clear(&directory);
	return names;
}

static struct content_scan
scan(struct text all, size_t step)
{
	struct cut_bytes bytes = {all, step};
	struct content_scan result;
	struct text piece;

	content_scan_init(&result, all);
	do {
		piece = take_cut(&bytes);
		content_scan_take(&result, piece);
	} while (piece.size > 0);
	return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;

	if (size < 2)
		return 0;
	size_t step = 1 + data[0];
	struct text all = {(const char *)data + 1, size - 1};
	list(all, step);
	arena_init(&arena, NULL, 0);
	REQUIRE(text_is_equal(
	    directory_names(&arena, all, step), directory_names(&arena, all, all.size)));
	arena_clear(&arena);
	struct content_scan cut = scan(all, step), whole = scan(all, all.size);
	REQUIRE(cut.has_macro == whole.has_macro && cut.is_encrypted == whole.is_encrypted &&
		cut.type == whole.type);
	return 0;
}
