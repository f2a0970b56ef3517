/*
 * Problems of structure (see structure_check.h): the tree is walked once; each part's header goes to
 * mail/structure_fields.h, and what is its own of its body (a leaf's all, a multipart's in front of
 * its first and behind its last boundary line) is looked at line by line. Transfer encodings are
 * checked by decoding into nothing.
 */
#include "mail/structure_check.h"

#include "mail/boundary_value.h"
#include "mail/content_type.h"
#include "mail/header.h"
#include "mail/message_id.h"
#include "mail/structure_fields.h"
#include "mail/structure_list.h"
#include "mail/transfer_encoding.h"

enum {
	STRUCTURE_LINE_MAX = 998,    /* RFC 5322, section 2.1.1 */
	STRUCTURE_BOUNDARY_MAX = 70, /* RFC 2046, section 5.1.1 */
	STRUCTURE_RATIO = 8,         /* decoded bytes for one; mail/part_text.h stops there */
	STRUCTURE_RATIO_SPARE = 64,
	STRUCTURE_PIECE = 16384
};

/* The walk over the tree. */
struct structure_walk {
	struct structure_list list;
	struct text *path; /* boundaries of the multiparts around a part, by depth; empty: none */
	bool lacks_parts;  /* there were more than the limit: parts pass for epilogue */
};

/* What is known of the part that is looked at. */
struct structure_part {
	struct structure_walk *walk;
	struct structure_list *list;
	const struct mime_part *part;
	enum transfer_encoding encoding;
	struct text encoding_name; /* as declared; empty: none */
	struct text boundary;      /* of a multipart; empty: none that could be followed */
	const char *boundary_place;
};

static void
structure_part_add(struct structure_part *checked, enum structure_weight weight, const char *word,
    const char *place, const char *sentence)
{
	structure_list_add(checked->list, weight, word, checked->part, place, "%s", sentence);
}

/* --- Boundaries --------------------------------------------------------------------------------- */

static bool
structure_is_boundary_byte(char byte)
{
	return text_is_digit(byte) || text_is_alpha(byte) ||
	       text_find_byte(TEXT("'()+_,-./:=? "), 0, byte) < 13;
}

/* The boundary as mail/mime_tree.c follows it. False: the parameter is not there. */
static bool
structure_find_boundary(struct structure_part *checked, bool *is_long_out)
{
	struct text type, subtype, rest;
	struct header_field field;
	char *copy = NULL;

	*is_long_out = false;
	if (!header_find_in_bytes(
		checked->part->header, TEXT("Content-Type"), checked->list->limits.fields, &field))
		return false;
	checked->boundary_place = field.raw.data;
	rest = text_slice(field.body, 0, CONTENT_TYPE_SIZE_MAX);
	content_type_take_value(&rest, &type, &subtype);
	return boundary_value_find(
	    checked->list->arena, rest, &copy, &checked->boundary, is_long_out);
}

static void
structure_check_boundary(struct structure_part *checked)
{
	const char *place = checked->part->header.data;
	bool is_long, is_odd = false;

	if (!structure_find_boundary(checked, &is_long)) {
		structure_part_add(checked, STRUCTURE_MALFORMED, "no-boundary", place,
		    "a multipart without a boundary: it has no parts");
		return;
	}
	place = checked->boundary_place;
	if (is_long || checked->boundary.size == 0) {
		structure_part_add(checked, STRUCTURE_MALFORMED, "bad-boundary", place,
		    is_long ? "the boundary is too long for a line: the multipart has no parts"
			    : "the boundary is empty: the multipart has no parts");
		return;
	}
	if (checked->boundary.size > STRUCTURE_BOUNDARY_MAX)
		structure_part_add(checked, STRUCTURE_MALFORMED, "long-boundary", place,
		    "the boundary has more than 70 characters; it is followed");
	for (size_t i = 0; i < checked->boundary.size; i++)
		is_odd |= !structure_is_boundary_byte(checked->boundary.data[i]);
	if (is_odd)
		structure_part_add(checked, STRUCTURE_MALFORMED, "boundary-characters", place,
		    "the boundary holds characters that it must not; it is followed");
}

static void
structure_check_outer_boundaries(struct structure_part *checked)
{
	bool is_same = false, is_similar = false;

	for (uint32_t depth = checked->part->depth; depth-- > 0 && !is_same;) {
		struct text other = checked->walk->path[depth];
		if (other.size == 0)
			continue;
		is_same = text_is_equal(other, checked->boundary);
		is_similar |= text_has_prefix(other, checked->boundary) ||
			      text_has_prefix(checked->boundary, other);
	}
	if (is_same)
		structure_part_add(checked, STRUCTURE_MALFORMED, "same-boundary",
		    checked->boundary_place,
		    "a multipart around it has the same boundary; the inner one is meant");
	else if (is_similar)
		structure_part_add(checked, STRUCTURE_REMARK, "similar-boundary",
		    checked->boundary_place,
		    "its boundary and that of a multipart around it begin alike; whole lines are "
		    "compared");
}

/* --- Lines of a body ---------------------------------------------------------------------------- */

/* What was met already: each problem is told once for a body. */
struct structure_lines {
	struct structure_part *checked;
	struct text boundary; /* of the innermost multipart around; or empty */
	bool has_bare_cr, is_long, has_nul, has_8bit, has_almost, has_lookalike, has_late;
	bool is_epilogue;
	/* What the region holds anywhere: else its lines need not be asked. */
	bool may_have_cr, may_have_nul, may_have_8bit;
};

static void
structure_lines_add(struct structure_lines *lines, bool *met, enum structure_weight weight,
    const char *word, const char *place, const char *sentence)
{
	if (!*met)
		structure_part_add(lines->checked, weight, word, place, sentence);
	*met = true;
}

/* A line that begins with two dashes and is no boundary line that counts. */
static void
structure_check_dashes(struct structure_lines *lines, struct text line, struct text next)
{
	struct text rest = text_slice(line, 2, line.size), trimmed = rest;

	while (trimmed.size > 0 && text_is_space(trimmed.data[trimmed.size - 1]))
		trimmed.size--;
	bool is_own = lines->boundary.size > 0 && text_has_prefix(trimmed, lines->boundary);
	if (is_own) {
		struct text behind = text_slice(trimmed, lines->boundary.size, trimmed.size);
		if (behind.size > 0 && !text_is_equal(behind, TEXT("--")))
			structure_lines_add(lines, &lines->has_almost, STRUCTURE_REMARK,
			    "almost-boundary", line.data,
			    "a line begins like a boundary line, but goes on; it is text");
		else if (lines->is_epilogue)
			structure_lines_add(lines, &lines->has_late, STRUCTURE_MALFORMED,
			    "boundary-after-end", line.data,
			    "a boundary line stands behind the end boundary; it is text");
		return;
	}
	if (trimmed.size > 0 && text_has_prefix_nocase(next, TEXT("Content-")))
		structure_lines_add(lines, &lines->has_lookalike, STRUCTURE_REMARK,
		    "looks-like-boundary", line.data,
		    "a line with the look of a boundary line belongs to no multipart; it is text");
}

static void
structure_check_line(struct structure_lines *lines, struct text line)
{
	enum transfer_encoding encoding = lines->checked->encoding;
	struct text name = lines->checked->encoding_name;
	bool is_binary = text_is_equal_nocase(name, TEXT("binary"));
	bool is_free = is_binary || text_is_equal_nocase(name, TEXT("8bit"));

	if (!is_binary && line.size > STRUCTURE_LINE_MAX)
		structure_lines_add(lines, &lines->is_long, STRUCTURE_MALFORMED, "long-line",
		    line.data, "a line has more than 998 bytes; it is read whole");
	if (lines->may_have_cr && !is_binary && !lines->has_bare_cr &&
	    text_find_byte(line, 0, '\r') < line.size)
		structure_lines_add(lines, &lines->has_bare_cr, STRUCTURE_MALFORMED, "bare-cr",
		    line.data, "there is a CR that ends no line; it is a byte like others");
	if (lines->may_have_nul && !is_binary && !lines->has_nul &&
	    text_find_byte(line, 0, '\0') < line.size)
		structure_lines_add(lines, &lines->has_nul, STRUCTURE_MALFORMED, "nul-in-body",
		    line.data, "there is a NUL; it is a byte like others");
	if (lines->may_have_8bit && !is_free && !lines->has_8bit && !text_is_ascii(line))
		structure_lines_add(lines, &lines->has_8bit, STRUCTURE_MALFORMED, "8bit-in-7bit",
		    line.data,
		    encoding == TRANSFER_IDENTITY
			? "there are bytes outside of ASCII, which no transfer encoding announces"
			: "there are bytes outside of ASCII in what the transfer encoding made");
}

static void
structure_check_region(struct structure_lines *lines, struct text region)
{
	lines->may_have_cr = text_find_byte(region, 0, '\r') < region.size;
	lines->may_have_nul = text_find_byte(region, 0, '\0') < region.size;
	lines->may_have_8bit = !text_is_ascii(region);
	for (size_t at = 0; at < region.size;) {
		size_t end = text_find_byte(region, at, '\n'), size = end - at;
		size -= size > 0 && region.data[end - 1] == '\r' && end < region.size;
		struct text line = text_slice(region, at, at + size);
		structure_check_line(lines, line);
		if (text_has_prefix(line, TEXT("--")))
			structure_check_dashes(
			    lines, line, text_slice(region, end + 1, region.size));
		at = end + 1;
	}
}

static void
structure_check_lines_of(struct structure_part *checked)
{
	const struct mime_part *part = checked->part, *around = part;
	struct structure_lines lines = {.checked = checked};
	const char *body_end = part->body.data + part->body.size;

	if (part->kind == MIME_MESSAGE)
		return;
	while (around != NULL && around->kind != MIME_MULTIPART)
		around = around->parent;
	if (part->first_child == NULL) {
		/* Of a multipart without parts, boundary lines are its own. */
		if (around != NULL && around != part)
			lines.boundary = checked->walk->path[around->depth];
		structure_check_region(&lines, part->body);
		return;
	}
	lines.boundary = checked->boundary;
	struct text preamble = {
	    part->body.data, (size_t)(part->first_child->header.data - part->body.data)};
	/* Without the boundary line itself. */
	preamble.size -= preamble.size > 0 && preamble.data[preamble.size - 1] == '\n';
	while (preamble.size > 0 && preamble.data[preamble.size - 1] != '\n')
		preamble.size--;
	structure_check_region(&lines, preamble);
	const char *end = part->last_child->body.data + part->last_child->body.size;
	if (!part->is_closed || checked->walk->lacks_parts)
		return;
	/* Behind the end boundary, whose line may have a line end in front of it. */
	struct text epilogue = {end, (size_t)(body_end - end)};
	size_t line_end = text_find_byte(epilogue, 0, '\n');
	if (line_end <= 1)
		line_end = text_find_byte(epilogue, line_end + 1, '\n');
	lines.is_epilogue = true;
	structure_check_region(&lines, text_slice(epilogue, line_end + 1, epilogue.size));
}

/* --- Transfer encodings ------------------------------------------------------------------------- */

static void
structure_read_encoding(struct structure_part *checked)
{
	struct header_field field;
	bool is_unknown;

	if (!header_find_in_bytes(checked->part->header, TEXT("Content-Transfer-Encoding"),
		checked->list->limits.fields, &field))
		return;
	checked->encoding_name = text_trim(field.body);
	checked->encoding = transfer_encoding_parse(field.body, &is_unknown);
}

/* Decodes what is there so far into nothing; returns the size. */
static uint64_t
structure_decode(struct transfer_decoder *decoder, struct text input, bool is_last)
{
	char piece[STRUCTURE_PIECE];
	uint64_t size = 0;
	size_t got;

	do {
		got = transfer_decoder_take(decoder, &input, is_last, piece, sizeof piece);
		size += got;
	} while (input.size > 0 || got > 0);
	return size;
}

/* The line where the damage is first seen, by decoding line by line. */
static const char *
structure_find_damage(const struct structure_part *checked)
{
	struct text body = checked->part->body;
	struct transfer_decoder decoder;
	size_t at = 0, end = 0;

	transfer_decoder_init(&decoder, checked->encoding);
	while (!decoder.malformed && end < body.size) {
		at = end;
		end = text_find_byte(body, at, '\n');
		end += end < body.size;
		structure_decode(&decoder, text_slice(body, at, end), end == body.size);
	}
	return body.data + at;
}

static void
structure_check_encoding(struct structure_part *checked)
{
	struct text body = checked->part->body;
	struct transfer_decoder decoder;

	if (checked->encoding == TRANSFER_IDENTITY)
		return;
	transfer_decoder_init(&decoder, checked->encoding);
	uint64_t size = structure_decode(&decoder, body, true);
	if (decoder.malformed)
		structure_part_add(checked, STRUCTURE_MALFORMED, "bad-encoding",
		    checked->list->is_kept ? structure_find_damage(checked) : body.data,
		    "the transfer encoding is damaged; the rest is decoded");
	if (size > (uint64_t)body.size * STRUCTURE_RATIO + STRUCTURE_RATIO_SPARE)
		structure_part_add(checked, STRUCTURE_TRUNCATED, "decoded-ratio", body.data,
		    "the decoded body is more than eight times as large; its text is not read to "
		    "the end");
}

/* --- Parts -------------------------------------------------------------------------------------- */

static void
structure_check_multipart(struct structure_part *checked)
{
	const struct mime_part *part = checked->part, *last = part->last_child;
	const char *end = part->body.data + part->body.size;
	bool is_pair = mime_part_is(part, TEXT("multipart"), TEXT("signed")) ||
		       mime_part_is(part, TEXT("multipart"), TEXT("encrypted"));

	structure_check_boundary(checked);
	if (checked->encoding != TRANSFER_IDENTITY)
		structure_part_add(checked, STRUCTURE_MALFORMED, "encoded-multipart",
		    part->header.data,
		    "a multipart has a transfer encoding; its boundary lines are looked for as it "
		    "stands");
	if (part->kind != MIME_MULTIPART)
		return;
	structure_check_outer_boundaries(checked);
	if (last == NULL)
		structure_part_add(checked, STRUCTURE_MALFORMED, "no-parts", part->body.data,
		    "a multipart without a part");
	if (!part->is_closed)
		structure_part_add(checked, STRUCTURE_MALFORMED, "no-end-boundary", end,
		    "the end boundary is missing; the multipart ends here");
	if (is_pair && last != NULL &&
	    (part->first_child == last || part->first_child->next_sibling != last))
		structure_part_add(checked, STRUCTURE_MALFORMED, "not-two-parts", part->body.data,
		    "signed and encrypted mail has two parts");
}

/* RFC 2387: does the "start" of a multipart/related name one of its parts? */
static void
structure_check_start(struct structure_part *checked)
{
	struct structure_list *list = checked->list;
	struct header_field field;
	struct text wanted, id;
	bool is_found = false;

	if (!mime_part_is(checked->part, TEXT("multipart"), TEXT("related")) ||
	    !header_find_in_bytes(
		checked->part->header, TEXT("Content-Type"), list->limits.fields, &field))
		return;
	struct content_type type = content_type_parse(list->arena, field.body);
	if (!content_type_find(&type, TEXT("start"), &wanted) ||
	    !message_id_parse(list->arena, wanted, &wanted))
		return;
	for (const struct mime_part *child = checked->part->first_child; child != NULL;
	     child = child->next_sibling) {
		struct header_field other;
		is_found |= header_find_in_bytes(
				child->header, TEXT("Content-ID"), list->limits.fields, &other) &&
			    message_id_parse(list->arena, other.body, &id) &&
			    text_is_equal(id, wanted);
	}
	if (!is_found)
		structure_part_add(checked, STRUCTURE_MALFORMED, "start-not-found", field.raw.data,
		    "no part has the id that \"start\" names; the first part is the root");
}

static void
structure_check_container(struct structure_part *checked)
{
	const struct mime_part *part = checked->part;
	bool is_multipart = mime_part_is(part, TEXT("multipart"), TEXT(""));
	bool is_message = mime_part_is(part, TEXT("message"), TEXT("rfc822"));
	bool is_global = mime_part_is(part, TEXT("message"), TEXT("global"));

	if (is_multipart) {
		structure_check_multipart(checked);
		structure_check_start(checked);
	}
	/* RFC 6532, section 3.7, allows an encoding of message/global. */
	if (is_message && checked->encoding != TRANSFER_IDENTITY)
		structure_part_add(checked, STRUCTURE_MALFORMED, "encoded-message",
		    part->header.data,
		    "an embedded message has a transfer encoding; it is no part of the structure");
	bool could_be_entered =
	    is_multipart ? checked->boundary.size > 0
			 : (is_message || is_global) && checked->encoding == TRANSFER_IDENTITY;
	if (part->depth >= checked->list->limits.depth && could_be_entered)
		structure_list_add(checked->list, STRUCTURE_TRUNCATED, "too-deep", part,
		    part->body.data, "parts more than %u deep are not looked at",
		    checked->list->limits.depth);
}

static void
structure_check_part(struct structure_walk *walk, const struct mime_part *part)
{
	struct structure_list *list = &walk->list;
	struct structure_part checked = {.walk = walk, .list = list, .part = part};
	bool is_message = part->parent == NULL || part->parent->kind == MIME_MESSAGE;
	const char *header_end = part->header.data + part->header.size;

	structure_fields_check(list, part, is_message);
	if (part->header.size > 0 && part->body.data == header_end)
		structure_part_add(&checked, STRUCTURE_REMARK, "no-header-end", header_end,
		    "no empty line ends the header; there is no body");
	structure_read_encoding(&checked);
	structure_check_container(&checked);
	walk->path[part->depth] =
	    part->kind == MIME_MULTIPART ? checked.boundary : (struct text){0};
	structure_check_lines_of(&checked);
	if (part->kind == MIME_LEAF)
		structure_check_encoding(&checked);
}

/* Lines end in LF or in CR LF, but in one way. tolerance: mixed-line-ends */
static void
structure_check_line_ends(struct structure_list *list, const struct mime_part *root)
{
	struct text bytes = list->bytes;
	size_t first = text_find_byte(bytes, 0, '\n');
	bool is_crlf = first > 0 && first < bytes.size && bytes.data[first - 1] == '\r';

	for (size_t at = first; at < bytes.size; at = text_find_byte(bytes, at + 1, '\n')) {
		if ((at > 0 && bytes.data[at - 1] == '\r') == is_crlf)
			continue;
		structure_list_add(list, STRUCTURE_REMARK, "mixed-line-ends", root, bytes.data + at,
		    "some lines end in LF and some in CR LF; both end a line");
		return;
	}
}

static struct structure_report
structure_check_all(struct arena *arena, struct text bytes, struct mime_limits limits, bool is_kept)
{
	struct mime_tree tree = mime_tree_parse(arena, bytes, limits);
	struct structure_walk walk = {
	    .list = {.arena = arena, .limits = limits, .is_kept = is_kept}};

	walk.list.bytes = mime_part_bytes(tree.root);
	walk.path = arena_alloc_array(arena, (size_t)limits.depth + 2, sizeof *walk.path);
	walk.lacks_parts = tree.truncated && tree.count >= limits.parts;
	structure_check_line_ends(&walk.list, tree.root);
	for (const struct mime_part *part = tree.root; part != NULL; part = mime_tree_next(part))
		structure_check_part(&walk, part);
	if (walk.lacks_parts)
		structure_list_add(&walk.list, STRUCTURE_TRUNCATED, "too-many-parts", tree.root,
		    walk.list.bytes.data, "parts behind the first %u are not looked at",
		    limits.parts);
	walk.list.report.truncated |= tree.truncated;
	structure_list_finish(&walk.list);
	return walk.list.report;
}

struct structure_report
structure_check(struct arena *arena, struct text bytes, struct mime_limits limits)
{
	return structure_check_all(arena, bytes, limits, true);
}

void
structure_check_facts(struct arena *arena, struct text bytes, struct mime_limits limits,
    bool *malformed_out, bool *truncated_out)
{
	struct structure_report report = structure_check_all(arena, bytes, limits, false);

	*malformed_out = report.malformed;
	*truncated_out = report.truncated;
}
