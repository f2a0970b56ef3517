/*
 * The seam to libarchive; see archive.h. An archive is a stream that a level of the walk pulls its
 * bytes from; a member is again a stream, and may be the archive of the next level. Unpacking a filter
 * (gzip) and reading a container (tar) are two levels, so that every byte that is unpacked passes
 * archive_pull(), which counts it. Nothing but the formats named here is ever enabled: no programs, no
 * mtree, nothing that needs to seek.
 */
#include "filter/engine/attachment/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>
#include <locale.h>

#include "base/bug.h"
#include "base/buffer.h"
#include "base/vector.h"
#include "filter/engine/attachment/attachment_kind.h"
#include "filter/engine/attachment/content_scan.h"
#include "filter/engine/attachment/zip_directory.h"
#include "mail/charset.h"

#define ARCHIVE_LIBRARY "libarchive.so.13"

enum { ARCHIVE_HEAD = SNIFF_BYTES, ARCHIVE_PIECE = 65536 };

struct archive_library {
	__typeof__(archive_read_new) *new;
	__typeof__(archive_read_free) *free;
	__typeof__(archive_read_support_format_zip_streamable) *support_zip;
	__typeof__(archive_read_support_format_tar) *support_tar;
	__typeof__(archive_read_support_format_cpio) *support_cpio;
	__typeof__(archive_read_support_format_raw) *support_raw;
	__typeof__(archive_read_support_filter_gzip) *support_gzip;
	__typeof__(archive_read_support_filter_bzip2) *support_bzip2;
	__typeof__(archive_read_open) *open;
	__typeof__(archive_read_next_header) *next_header;
	__typeof__(archive_read_data_block) *data_block;
	__typeof__(archive_read_has_encrypted_entries) *has_encrypted_entries;
	__typeof__(archive_entry_pathname) *pathname;
	__typeof__(archive_entry_filetype) *filetype;
	__typeof__(archive_entry_size) *size;
	__typeof__(archive_entry_size_is_set) *size_is_set;
	__typeof__(archive_entry_is_encrypted) *is_encrypted;
};

struct archive_walk {
	struct arena *arena;  /* of the listing */
	struct arena scratch; /* of the walk */
	struct archive_library library;
	struct sniffer *sniffer;
	struct archive_budget *budget;
	struct archive_listing *listing;
	size_t capacity;
	uint64_t packed;   /* bytes of the attachment that were read */
	uint64_t unpacked; /* bytes of all levels that were made of them */
	bool is_over;      /* a bound was reached: nothing more is read */
	bool is_failed;    /* types cannot be asked for */
	struct error *error;
	/* One of the attachment, of each depth one of what is unpacked and one of a member. */
	char *spare_heads[2 * ARCHIVE_DEPTH_MAX + 1];
	size_t spare_count;
};

/* Bytes with a head that can be looked at before they are taken. */
struct archive_stream {
	struct text (*pull)(void *self);
	void *self;
	char *head; /* of ARCHIVE_HEAD bytes */
	size_t head_size;
	bool is_head_taken;
	struct text rest;                /* of the last piece, behind the head */
	uint64_t taken;                  /* bytes */
	struct text name;                /* of the member; empty: the attachment itself */
	struct zip_directory *directory; /* looks at all that is taken; or NULL */
};

/* The data of the member that an open archive stands at. */
struct archive_level {
	struct archive_walk *walk;
	struct archive *handle;
	bool is_damaged;
	bool is_unreadable; /* the member is compressed in a way that nobody knows, or damaged */
};

/* As pattern_load(). */
static bool
archive_load(void *handle, const char *name, void *function_out)
{
	void *symbol = dlsym(handle, name);

	memcpy(function_out, &symbol, sizeof symbol);
	return symbol != NULL;
}

static bool
archive_open_library(struct archive_library *library, struct error *error)
{
	void *handle = dlopen(ARCHIVE_LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return error_set(error, ERROR_SYSTEM,
		    "members of archives need %s (libarchive13), which cannot be opened: %s",
		    ARCHIVE_LIBRARY, dlerror());
	const struct {
		const char *name;
		void *function;
	} functions[] = {
	    {"archive_read_new", &library->new},
	    {"archive_read_free", &library->free},
	    {"archive_read_support_format_zip_streamable", &library->support_zip},
	    {"archive_read_support_format_tar", &library->support_tar},
	    {"archive_read_support_format_cpio", &library->support_cpio},
	    {"archive_read_support_format_raw", &library->support_raw},
	    {"archive_read_support_filter_gzip", &library->support_gzip},
	    {"archive_read_support_filter_bzip2", &library->support_bzip2},
	    {"archive_read_open", &library->open},
	    {"archive_read_next_header", &library->next_header},
	    {"archive_read_data_block", &library->data_block},
	    {"archive_read_has_encrypted_entries", &library->has_encrypted_entries},
	    {"archive_entry_pathname", &library->pathname},
	    {"archive_entry_filetype", &library->filetype},
	    {"archive_entry_size", &library->size},
	    {"archive_entry_size_is_set", &library->size_is_set},
	    {"archive_entry_is_encrypted", &library->is_encrypted},
	};
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (!archive_load(handle, functions[i].name, functions[i].function))
			return error_set(error, ERROR_SYSTEM,
			    "members of archives need another %s: it has no %s", ARCHIVE_LIBRARY,
			    functions[i].name);
	return true;
}

static void
archive_stream_init(struct archive_walk *walk, struct archive_stream *stream,
    struct text (*pull)(void *self), void *self)
{
	*stream = (struct archive_stream){.pull = pull, .self = self};
	stream->head = walk->spare_count > 0 ? walk->spare_heads[--walk->spare_count]
					     : arena_alloc_bytes(&walk->scratch, ARCHIVE_HEAD);
	while (stream->head_size < ARCHIVE_HEAD) {
		struct text piece = pull(self);
		if (piece.size == 0)
			break;
		size_t size = ARCHIVE_HEAD - stream->head_size;
		size = piece.size < size ? piece.size : size;
		memcpy(stream->head + stream->head_size, piece.data, size);
		stream->head_size += size;
		stream->rest = text_slice(piece, size, piece.size);
	}
}

static void
archive_stream_clear(struct archive_walk *walk, struct archive_stream *stream)
{
	REQUIRE(walk->spare_count < sizeof walk->spare_heads / sizeof *walk->spare_heads);
	walk->spare_heads[walk->spare_count++] = stream->head;
}

static struct text
archive_stream_head(const struct archive_stream *stream)
{
	return (struct text){stream->head, stream->head_size};
}

static struct text
archive_stream_take(struct archive_stream *stream)
{
	struct text piece = stream->rest;

	if (!stream->is_head_taken) {
		stream->is_head_taken = true;
		piece = archive_stream_head(stream);
	} else if (piece.size > 0) {
		stream->rest = (struct text){0};
	} else {
		piece = stream->pull(stream->self);
	}
	if (stream->directory != NULL)
		zip_directory_take(stream->directory, piece);
	stream->taken += piece.size;
	return piece;
}

/* What libarchive reads an archive with. */
static la_ssize_t
archive_on_read(struct archive *handle, void *self, const void **piece_out)
{
	struct text piece = archive_stream_take(self);

	(void)handle;
	*piece_out = piece.data;
	return (la_ssize_t)piece.size;
}

/* Takes so many bytes off what may be unpacked; false: that is used up. */
static bool
archive_spend(struct archive_walk *walk, uint64_t size)
{
	walk->unpacked += size;
	bool is_bomb = walk->unpacked > ARCHIVE_RATIO_FREE &&
		       walk->unpacked / ARCHIVE_RATIO_MAX > walk->packed;
	if (walk->unpacked > ARCHIVE_UNPACKED_MAX || size > walk->budget->unpacked || is_bomb) {
		walk->is_over = true;
		walk->listing->truncated = true;
		return false;
	}
	walk->budget->unpacked -= size;
	return true;
}

/* The next bytes of the member. */
static struct text
archive_pull(void *self)
{
	struct archive_level *level = self;
	struct text piece = {0};
	const void *data;
	la_int64_t offset;

	if (level->walk->is_over)
		return piece;
	do {
		int result =
		    level->walk->library.data_block(level->handle, &data, &piece.size, &offset);
		if (result == ARCHIVE_EOF)
			return (struct text){0};
		if (result != ARCHIVE_OK) {
			level->is_damaged = level->is_damaged || result != ARCHIVE_FAILED;
			level->is_unreadable = true;
			return (struct text){0};
		}
	} while (piece.size == 0);
	piece.data = data;
	return archive_spend(level->walk, piece.size) ? piece : (struct text){0};
}

/* The bytes of the attachment itself. */
struct archive_outermost {
	struct archive_walk *walk;
	const struct archive_source *source;
};

static struct text
archive_pull_outermost(void *self)
{
	struct archive_outermost *outermost = self;
	struct text piece = {0};

	if (!outermost->walk->is_over)
		piece = outermost->source->take(outermost->source->self);
	outermost->walk->packed += piece.size;
	return piece;
}

/* Raw bytes are UTF-8 or read by guess. */
static struct text
archive_decode_name(struct arena *arena, struct text name)
{
	struct charset_decoder decoder;
	struct buffer out;

	name = text_slice(name, 0, ARCHIVE_NAME_MAX);
	if (charset_valid_utf8_size(name) == name.size)
		return arena_copy_text(arena, name);
	charset_decoder_init(&decoder, &(struct charset){.kind = CHARSET_GUESS});
	buffer_init(&out, 4 * ARCHIVE_NAME_MAX);
	(void)charset_decoder_append(&decoder, name, &out);
	charset_decoder_clear(&decoder);
	struct text result = arena_copy_text(arena, buffer_text(&out));
	buffer_clear(&out);
	return result;
}

/* Its number, or SIZE_MAX: there are too many. */
static size_t
archive_add(struct archive_walk *walk, struct text name, unsigned depth)
{
	struct archive_listing *listing = walk->listing;

	if (listing->count == ARCHIVE_MEMBERS_MAX || walk->budget->members == 0) {
		listing->truncated = true;
		walk->is_over = true;
		return SIZE_MAX;
	}
	walk->budget->members--;
	listing->members = vector_grow(walk->arena, listing->members, listing->count,
	    &walk->capacity, sizeof *listing->members);
	struct archive_member *member = &listing->members[listing->count];
	*member = (struct archive_member){.depth = depth};
	member->name = archive_decode_name(walk->arena, name);
	return listing->count++;
}

static bool archive_enter(struct archive_walk *walk, struct archive_stream *stream, unsigned depth);

static bool
archive_is_packed(struct text head)
{
	/* bzip2: the block size, and pi. */
	return text_has_prefix(head, TEXT("\x1F\x8B\x08")) ||
	       (text_has_prefix(head, TEXT("BZh")) &&
		   text_is_equal(text_slice(head, 4, 10), TEXT("1AY&SY")));
}

static bool
archive_is_zip(struct text head)
{
	return text_has_prefix(head, TEXT("PK\3\4")) || text_has_prefix(head, TEXT("PK\5\6")) ||
	       text_has_prefix(head, TEXT("PK\7\x08PK\3\4")) ||
	       text_has_prefix(head, TEXT("PK00PK\3\4"));
}

/* Every tar since 1988 has "ustar" there; libarchive says whether it is one. */
static bool
archive_is_container(struct text head, struct text type)
{
	return archive_is_zip(head) || text_is_equal(text_slice(head, 257, 262), TEXT("ustar")) ||
	       text_has_prefix(head, TEXT("07070")) ||
	       text_is_equal(type, TEXT("application/x-tar"));
}

/* Types its head, looks at what a document hides, enters it when it is an archive. */
static void
archive_look_at_member(struct archive_walk *walk, struct archive_stream *stream, size_t number,
    unsigned depth, bool needs_count)
{
	struct text head = archive_stream_head(stream);
	struct archive_member *members = walk->listing->members;
	struct content_scan scan;
	struct text type = {0}, piece;

	if (walk->sniffer != NULL &&
	    !sniff_type(walk->sniffer, walk->arena, head, &type, walk->error)) {
		walk->is_failed = walk->is_over = true;
		return;
	}
	members[number].type = type;
	content_scan_init(&scan, head);
	if (archive_is_packed(head) || archive_is_container(head, type)) {
		if (depth == ARCHIVE_DEPTH_MAX)
			walk->listing->truncated = true;
		else
			(void)archive_enter(walk, stream, depth + 1);
	}
	if (scan.kind == CONTENT_OTHER && !needs_count)
		return;
	do {
		piece = archive_stream_take(stream);
		content_scan_take(&scan, piece);
	} while (piece.size > 0);
	members = walk->listing->members;
	if (scan.kind == CONTENT_OLE && scan.type != NULL)
		members[number].type = text_from_string(scan.type);
	members[number].has_macro = scan.has_macro;
	members[number].is_encrypted = members[number].is_encrypted || scan.is_encrypted;
	walk->listing->is_encrypted = walk->listing->is_encrypted || scan.is_encrypted;
	if (members[number].size == 0)
		members[number].size = stream->taken;
}

/* A member of which nothing could be read is not known to be empty. */
static bool
archive_is_seen(const struct archive_level *level, const struct archive_stream *stream)
{
	return stream->head_size > 0 || !(level->is_unreadable || level->walk->is_over);
}

static void
archive_list_member(struct archive_walk *walk, struct archive_level *level,
    struct archive_entry *entry, unsigned depth)
{
	const struct archive_library *library = &walk->library;
	struct text name = text_from_string(library->pathname(entry));
	bool is_encrypted = library->is_encrypted(entry) != 0;
	bool has_size = library->size_is_set(entry) != 0;
	struct archive_stream stream;

	if (library->filetype(entry) == AE_IFDIR)
		return;
	size_t number = archive_add(walk, name, depth);
	if (number == SIZE_MAX)
		return;
	if (has_size && library->size(entry) > 0)
		walk->listing->members[number].size = (uint64_t)library->size(entry);
	walk->listing->members[number].is_encrypted = is_encrypted;
	walk->listing->is_encrypted = walk->listing->is_encrypted || is_encrypted;
	if (is_encrypted || (library->filetype(entry) != AE_IFREG && library->filetype(entry) != 0))
		return;
	level->is_unreadable = false;
	archive_stream_init(walk, &stream, archive_pull, level);
	stream.name = name;
	if (archive_is_seen(level, &stream))
		archive_look_at_member(walk, &stream, number, depth, !has_size);
	archive_stream_clear(walk, &stream);
}

/* The name that gzip kept (RFC 1952, section 2.3), without its directories. */
static struct text
archive_gzip_name(struct text head)
{
	enum { FLAG_EXTRA = 4, FLAG_NAME = 8, FIXED = 10 };
	size_t at = FIXED;

	if (head.size < FIXED + 2 || !text_has_prefix(head, TEXT("\x1F\x8B")) ||
	    ((unsigned char)head.data[3] & FLAG_NAME) == 0)
		return (struct text){0};
	if (((unsigned char)head.data[3] & FLAG_EXTRA) != 0)
		at += 2 + (unsigned char)head.data[FIXED] +
		      ((size_t)(unsigned char)head.data[FIXED + 1] << 8);
	return text_slice(head, at, text_find_byte(head, at, '\0'));
}

/* Of a member without a name of its own: the file's, without directories and what is behind the last dot. */
static struct text
archive_packed_name(const struct archive_stream *stream)
{
	struct text name = archive_gzip_name(archive_stream_head(stream));
	bool is_own = name.size > 0;
	size_t slash;

	if (!is_own)
		name = stream->name;
	while ((slash = text_find_byte(name, 0, '/')) < name.size)
		name = text_slice(name, slash + 1, name.size);
	size_t end = name.size;
	while (!is_own && end > 0 && name.data[end - 1] != '.')
		end--;
	return end > 1 && !is_own ? text_slice(name, 0, end - 1) : name;
}

/* The one member of a compressed file; a tar or cpio in it is no member, but the archive itself. */
static void
archive_list_packed(
    struct archive_walk *walk, struct archive_level *level, struct text name, unsigned depth)
{
	struct archive_stream stream;

	archive_stream_init(walk, &stream, archive_pull, level);
	struct text head = archive_stream_head(&stream);
	/* What is packed again is a member: only so is the depth bounded. */
	bool is_tar = !archive_is_packed(head) && !archive_is_zip(head) &&
		      archive_is_container(head, (struct text){0});
	if (!is_tar || !archive_enter(walk, &stream, depth)) {
		size_t number = archive_add(walk, name, depth);
		if (number != SIZE_MAX && archive_is_seen(level, &stream))
			archive_look_at_member(walk, &stream, number, depth, true);
	}
	archive_stream_clear(walk, &stream);
}

static struct archive *
archive_open_level(struct archive_walk *walk, struct archive_stream *stream, bool is_packed)
{
	const struct archive_library *library = &walk->library;
	struct archive *handle = library->new ();

	if (handle == NULL)
		out_of_memory();
	if (is_packed) {
		library->support_gzip(handle);
		library->support_bzip2(handle);
		library->support_raw(handle);
	} else {
		library->support_zip(handle);
		library->support_tar(handle);
		library->support_cpio(handle);
	}
	if (library->open(handle, stream, NULL, archive_on_read, NULL) == ARCHIVE_OK)
		return handle;
	library->free(handle);
	return NULL;
}

/* Names of the zip's own directory that the stream did not have: what programs go by. */
static void
archive_add_from_directory(struct archive_walk *walk, struct zip_directory *directory, size_t first,
    unsigned depth, bool is_listed)
{
	struct zip_directory_entry entry;
	size_t last = walk->listing->count;

	while (zip_directory_next(directory, &entry)) {
		struct text name = archive_decode_name(walk->arena, entry.name);
		bool is_known = text_has_suffix(name, TEXT("/"));
		for (size_t i = first; !is_known && i < last; i++)
			is_known = walk->listing->members[i].depth == depth &&
				   text_is_equal(walk->listing->members[i].name, name);
		if (is_known)
			continue;
		size_t number = archive_add(walk, entry.name, depth);
		if (number == SIZE_MAX)
			return;
		walk->listing->members[number].size = entry.size;
		walk->listing->members[number].is_encrypted = entry.is_encrypted;
		walk->listing->is_encrypted = walk->listing->is_encrypted || entry.is_encrypted;
		/* A name outside of ASCII may be there twice, spelled in two charsets. */
		walk->listing->is_damaged =
		    walk->listing->is_damaged || (is_listed && text_is_ascii(name));
	}
}

static void
archive_list_level(struct archive_walk *walk, struct archive_level *level, unsigned depth)
{
	struct archive_entry *entry;

	while (!walk->is_over) {
		int result = walk->library.next_header(level->handle, &entry);
		if (result == ARCHIVE_EOF)
			break;
		if (result == ARCHIVE_RETRY)
			continue;
		if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
			level->is_damaged = true;
			break;
		}
		archive_list_member(walk, level, entry, depth);
	}
	if (walk->library.has_encrypted_entries(level->handle) > 0)
		walk->listing->is_encrypted = true;
}

/* Lists what is in the stream; false: it is no archive. */
static bool
archive_enter(struct archive_walk *walk, struct archive_stream *stream, unsigned depth)
{
	struct text head = archive_stream_head(stream);
	bool is_packed = archive_is_packed(head);
	struct zip_directory directory;
	struct archive_entry *entry;
	size_t first = walk->listing->count;

	zip_directory_init(&directory);
	if (!is_packed)
		stream->directory = &directory;
	struct archive_level level = {.walk = walk};
	level.handle = archive_open_level(walk, stream, is_packed);
	bool is_archive = level.handle != NULL || is_packed;
	if (level.handle != NULL && !is_packed)
		archive_list_level(walk, &level, depth);
	else if (level.handle != NULL &&
		 walk->library.next_header(level.handle, &entry) == ARCHIVE_OK)
		archive_list_packed(walk, &level, archive_packed_name(stream), depth);
	else if (is_archive)
		level.is_damaged = true;
	if (stream->directory != NULL) {
		while (archive_stream_take(stream).size > 0)
			continue;
		stream->directory = NULL;
		/* A tar has none: what was found is of a zip file in it. */
		if (!walk->is_over && (!is_archive || archive_is_zip(head)))
			archive_add_from_directory(walk, &directory, first, depth, is_archive);
		walk->listing->truncated = walk->listing->truncated || directory.truncated;
		is_archive = is_archive || walk->listing->count > first;
	}
	/* What a bound cut off is not damaged. */
	walk->listing->is_damaged =
	    walk->listing->is_damaged || (level.is_damaged && !walk->is_over);
	if (level.handle != NULL)
		walk->library.free(level.handle);
	zip_directory_clear(&directory);
	return is_archive;
}

bool
archive_list(struct arena *arena, const struct archive_source *source, struct sniffer *sniffer,
    struct archive_budget *budget, struct archive_listing *listing_out, struct error *error)
{
	struct archive_walk walk = {.arena = arena,
	    .sniffer = sniffer,
	    .budget = budget,
	    .listing = listing_out,
	    .error = error};
	struct archive_outermost outermost = {.walk = &walk, .source = source};
	struct archive_stream stream;

	*listing_out = (struct archive_listing){0};
	if (!archive_open_library(&walk.library, error))
		return false;
	/* Names that are marked as UTF-8 come as such in no other locale. */
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = utf8 != (locale_t)0 ? uselocale(utf8) : (locale_t)0;
	arena_init(&walk.scratch, NULL, 0);
	archive_stream_init(&walk, &stream, archive_pull_outermost, &outermost);
	stream.name = source->name;
	listing_out->is_archive = archive_enter(&walk, &stream, 1);
	if (utf8 != (locale_t)0) {
		uselocale(before);
		freelocale(utf8);
	}
	arena_clear(&walk.scratch);
	return !walk.is_failed;
}
