/*
 * The structure of a message in one pass (see mime_tree.h). The scan walks line ends with memchr
 * and keeps a stack of the boundaries that are open, the innermost last. Only a line that begins
 * with two dashes is compared with them, by hash first; so time grows with the size and not with
 * the nesting. A part is closed once, when the boundary line of an enclosing multipart or the end
 * of the bytes is met.
 */
#include "mail/mime_tree.h"

#include <string.h>

#include "mail/boundary_value.h"
#include "mail/content_type.h"
#include "mail/transfer_encoding.h"

struct mime_boundary {
	struct mime_part *part;
	struct text text;
	char *copy; /* room for a boundary that had quoted-pairs, kept for the next one at this
		       level */
};

struct mime_scan {
	struct arena *arena;
	struct text bytes;
	struct mime_limits limits;
	struct mime_tree tree;
	struct mime_part *part; /* the innermost open part */
	bool in_header;         /* of that part */
	size_t header_begin;
	struct mime_boundary *open;
	uint32_t *hashes; /* of the open boundaries */
	size_t open_count;
};

static uint32_t
mime_hash_add(uint32_t hash, char byte)
{
	return (hash ^ (unsigned char)byte) * 16777619U;
}

static uint32_t
mime_hash(struct text boundary)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < boundary.size; i++)
		hash = mime_hash_add(hash, boundary.data[i]);
	return hash;
}

static size_t
mime_offset(const struct mime_scan *scan, const char *place)
{
	return (size_t)(place - scan->bytes.data);
}

/* Begins a part at the position; false when no more parts are allowed. */
static bool
mime_part_open(struct mime_scan *scan, struct mime_part *parent, size_t position)
{
	if (scan->tree.count > 0 && scan->tree.count >= scan->limits.parts) {
		scan->tree.truncated = true;
		return false;
	}
	struct mime_part *part = arena_alloc(scan->arena, sizeof *part);
	part->parent = parent;
	if (parent == NULL)
		scan->tree.root = part;
	else if (parent->last_child == NULL)
		parent->first_child = part;
	else
		parent->last_child->next_sibling = part;
	if (parent != NULL) {
		parent->last_child = part;
		part->depth = parent->depth + 1;
	}
	scan->tree.count++;
	scan->part = part;
	scan->in_header = true;
	scan->header_begin = position;
	return true;
}

/* Closes what is open inside of `outer` (NULL: everything); its bodies end at `end`. */
static void
mime_close_inside(struct mime_scan *scan, const struct mime_part *outer, size_t end)
{
	for (; scan->part != outer; scan->part = scan->part->parent) {
		size_t begin = mime_offset(scan, scan->part->body.data);
		scan->part->body = text_slice(scan->bytes, begin, end);
	}
}

static bool
mime_text_is(struct text text, struct text type)
{
	return type.size == 0 || text_is_equal_nocase(text, type);
}

bool
mime_part_is(const struct mime_part *part, struct text type, struct text subtype)
{
	return mime_text_is(part->type, type) && mime_text_is(part->subtype, subtype);
}

static bool
mime_part_is_message(const struct mime_part *part)
{
	return mime_part_is(part, TEXT("message"), TEXT("rfc822")) ||
	       mime_part_is(part, TEXT("message"), TEXT("global"));
}

/* Sets the part's type; returns the parameters behind it, empty when there is no usable
 * Content-Type. */
static struct text
mime_read_type(struct mime_scan *scan, struct mime_part *part)
{
	struct header_field field;
	struct text rest = {0};

	if (header_find_in_bytes(part->header, TEXT("Content-Type"), scan->limits.fields, &field)) {
		rest = text_slice(field.body, 0, CONTENT_TYPE_SIZE_MAX);
		content_type_take_value(&rest, &part->type, &part->subtype);
		part->has_type = part->type.size > 0 && part->subtype.size > 0;
	}
	if (part->has_type)
		return rest;
	/* tolerance: mime-type-unusable */
	part->type = TEXT("text");
	part->subtype = TEXT("plain");
	if (part->parent != NULL && mime_part_is(part->parent, TEXT("multipart"), TEXT("digest"))) {
		part->type = TEXT("message");
		part->subtype = TEXT("rfc822");
	}
	return (struct text){0};
}

/* Can an embedded message not be read as the body stands? tolerance: mime-encoded-message */
static bool
mime_part_is_encoded(struct mime_scan *scan, const struct mime_part *part)
{
	struct header_field field;
	bool is_unknown;

	if (!header_find_in_bytes(
		part->header, TEXT("Content-Transfer-Encoding"), scan->limits.fields, &field))
		return false;
	return transfer_encoding_parse(field.body, &is_unknown) != TRANSFER_IDENTITY;
}

/* Makes the part's boundary the innermost open one; false when it has none that could be followed.
 */
static bool
mime_boundary_open(struct mime_scan *scan, struct mime_part *part, struct text parameters)
{
	bool is_long;

	if (scan->open == NULL) {
		scan->open = arena_alloc_array(scan->arena, scan->limits.depth, sizeof *scan->open);
		scan->hashes =
		    arena_alloc_array(scan->arena, scan->limits.depth, sizeof *scan->hashes);
	}
	struct mime_boundary *boundary = &scan->open[scan->open_count];
	/* tolerance: mime-long-boundary */
	if (!boundary_value_find(
		scan->arena, parameters, &boundary->copy, &boundary->text, &is_long) ||
	    boundary->text.size == 0)
		return false;
	boundary->part = part;
	scan->hashes[scan->open_count++] = mime_hash(boundary->text);
	return true;
}

/*
 * Ends the header of the open part; `header_end` and `body_start` differ by the empty line. A part
 * whose header was ended by something else has no body and is not entered.
 */
static void
mime_header_end(struct mime_scan *scan, size_t header_end, size_t body_start, bool has_body)
{
	struct mime_part *part = scan->part;

	part->header = text_slice(scan->bytes, scan->header_begin, header_end);
	part->body = text_slice(scan->bytes, body_start, body_start);
	scan->in_header = false;
	part->is_truncated = part->field_count > scan->limits.fields;
	scan->tree.truncated |= part->is_truncated;
	struct text parameters = mime_read_type(scan, part);
	bool is_message = mime_part_is_message(part) && !mime_part_is_encoded(scan, part);
	bool is_multipart = mime_part_is(part, TEXT("multipart"), TEXT(""));
	if (!has_body || (!is_message && !is_multipart))
		return;
	if (part->depth >= scan->limits.depth)
		scan->tree.truncated = true;
	else if (is_message && mime_part_open(scan, part, body_start))
		part->kind = MIME_MESSAGE;
	else if (is_multipart && mime_boundary_open(scan, part, parameters))
		part->kind = MIME_MULTIPART;
}

/* Is this line a boundary line of an open multipart? tolerance: mime-whole-line, mime-same-boundary
 */
static bool
mime_boundary_find(
    const struct mime_scan *scan, struct text line, size_t *index_out, bool *is_end_out)
{
	uint32_t hash = 2166136261U, hash_before[2] = {0, 0};

	while (line.size > 0 && text_is_space(line.data[line.size - 1]))
		line.size--;
	if (line.size <= 2 || line.size > MIME_BOUNDARY_MAX + 4)
		return false;
	struct text start = text_slice(line, 2, line.size);
	for (size_t i = 0; i < start.size; i++) {
		hash_before[0] = hash_before[1];
		hash_before[1] = hash;
		hash = mime_hash_add(hash, start.data[i]);
	}
	bool can_end = text_has_suffix(start, TEXT("--"));
	struct text end = text_slice(start, 0, can_end ? start.size - 2 : 0);
	for (size_t i = scan->open_count; i-- > 0;) {
		bool is_start = scan->hashes[i] == hash && text_is_equal(scan->open[i].text, start);
		*is_end_out = !is_start && can_end && scan->hashes[i] == hash_before[0] &&
			      text_is_equal(scan->open[i].text, end);
		*index_out = i;
		if (is_start || *is_end_out)
			return true;
	}
	return false;
}

/* Where the body before a boundary line ends: the line end in front of the line belongs to the
 * boundary. */
static size_t
mime_body_end(const struct mime_scan *scan, size_t line_begin)
{
	size_t end = line_begin, body_start = mime_offset(scan, scan->part->body.data);

	if (end > body_start && scan->bytes.data[end - 1] == '\n')
		end--;
	if (end > body_start && end < line_begin && scan->bytes.data[end - 1] == '\r')
		end--;
	return end;
}

static void
mime_boundary_line(struct mime_scan *scan, size_t index, bool is_end, size_t begin, size_t end)
{
	struct mime_part *multipart = scan->open[index].part;

	if (scan->in_header)
		mime_header_end(scan, begin, begin, false);
	/* tolerance: mime-no-end-boundary */
	mime_close_inside(scan, multipart, mime_body_end(scan, begin));
	/* Boundaries of parts inside are gone; behind its end boundary a multipart's own one is,
	 * too. */
	scan->open_count = index + !is_end;
	multipart->is_closed = is_end;
	if (!is_end)
		mime_part_open(scan, multipart, end);
}

static bool
mime_begins_with_dashes(struct text bytes, size_t position)
{
	return bytes.size - position >= 2 && bytes.data[position] == '-' &&
	       bytes.data[position + 1] == '-';
}

/* The first line at or behind `position` that could be a boundary line, or the size. */
static size_t
mime_skip_body(struct text bytes, size_t position)
{
	while (position < bytes.size && !mime_begins_with_dashes(bytes, position)) {
		const char *found = memchr(bytes.data + position, '\n', bytes.size - position);
		position = found == NULL ? bytes.size : (size_t)(found + 1 - bytes.data);
	}
	return position;
}

static bool
mime_line_is_empty(struct text line)
{
	return text_is_equal(line, TEXT("\n")) || text_is_equal(line, TEXT("\r\n"));
}

/* Takes the line at `position`, which is a header line or could be a boundary line; returns its
 * end. */
static size_t
mime_take_line(struct mime_scan *scan, size_t position)
{
	size_t end = text_find_byte(scan->bytes, position, '\n'), index;
	bool is_end;

	end += end < scan->bytes.size;
	struct text line = text_slice(scan->bytes, position, end);
	if (mime_begins_with_dashes(line, 0) && mime_boundary_find(scan, line, &index, &is_end)) {
		mime_boundary_line(scan, index, is_end, position, end);
	} else if (scan->in_header && mime_line_is_empty(line)) {
		mime_header_end(scan, position, end, true);
	} else if (scan->in_header) {
		bool is_fold = line.data[0] == ' ' || line.data[0] == '\t';
		scan->part->field_count += !is_fold || scan->part->field_count == 0;
	}
	return end;
}

struct mime_tree
mime_tree_parse(struct arena *arena, struct text bytes, struct mime_limits limits)
{
	struct mime_scan scan = {.arena = arena, .bytes = bytes, .limits = limits};
	size_t position = 0;

	if (bytes.data == NULL)
		scan.bytes = TEXT("");
	mime_part_open(&scan, NULL, 0);
	while (position < bytes.size && (scan.in_header || scan.open_count > 0)) {
		if (!scan.in_header)
			position = mime_skip_body(bytes, position);
		if (position < bytes.size)
			position = mime_take_line(&scan, position);
	}
	if (scan.in_header)
		mime_header_end(&scan, bytes.size, bytes.size, false);
	mime_close_inside(&scan, NULL, bytes.size);
	return scan.tree;
}

const struct mime_part *
mime_tree_next(const struct mime_part *part)
{
	if (part->first_child != NULL)
		return part->first_child;
	while (part != NULL && part->next_sibling == NULL)
		part = part->parent;
	return part == NULL ? NULL : part->next_sibling;
}

struct text
mime_part_bytes(const struct mime_part *part)
{
	const char *end = part->body.data + part->body.size;

	return (struct text){part->header.data, (size_t)(end - part->header.data)};
}
