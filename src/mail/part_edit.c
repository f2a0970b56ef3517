/*
 * The new message (see part_edit.h) is written in one walk over the edits: what lies between them is
 * copied as it stands. Whether a part's last line end is its own or belongs to the boundary line
 * behind it is decided as mail/mime_tree.h does: the tree's own ends are used.
 */
#include "mail/part_edit.h"

#include <string.h>

#include "mail/header.h"
#include "mail/header_edit.h"

enum { PART_EDIT_LINE_MAX = 75 /* characters of a line of quoted-printable, without its '=' */ };

struct part_editor {
	struct text bytes, line_end;
	struct buffer *out;
	size_t cursor;       /* what stands in front of it is written, or gone */
	struct text waiting; /* a line end to write before anything else */
	bool fits;
};

/* --- Notices ------------------------------------------------------------------------------------ */

/* Must the byte be escaped? Besides what RFC 2045 asks for: what could be taken for an mbox
 * separator, the end of an SMTP dialogue, or a boundary line. */
static bool
part_edit_is_escaped(struct text line, size_t at, size_t column)
{
	char byte = line.data[at];

	if ((byte == ' ' || byte == '\t') && at + 1 == line.size)
		return true;
	if (column == 0 && (byte == '-' || byte == '.' || byte == 'F'))
		return true;
	return byte == '=' || byte == 127 || (byte < ' ' && byte != '\t'); /* 8-bit: negative */
}

static void
part_edit_encode_line(struct text line, struct text line_end, struct buffer *out)
{
	size_t column = 0;

	for (size_t i = 0; i < line.size; i++) {
		bool is_escaped = part_edit_is_escaped(line, i, column);
		size_t width = is_escaped ? 3 : 1;
		if (column + width > PART_EDIT_LINE_MAX) {
			buffer_append_byte(out, '=');
			buffer_append(out, line_end);
			column = 0;
			is_escaped = part_edit_is_escaped(line, i, column);
			width = is_escaped ? 3 : 1;
		}
		if (is_escaped)
			buffer_append_format(out, "=%02X", (unsigned)(unsigned char)line.data[i]);
		else
			buffer_append_byte(out, line.data[i]);
		column += width;
	}
}

void
part_edit_notice(
    struct arena *arena, struct text utf8, struct text line_end, struct part_edit *edit_out)
{
	struct buffer out;

	/* The line end of the last line is the boundary's. */
	while (
	    utf8.size > 0 && (utf8.data[utf8.size - 1] == '\n' || utf8.data[utf8.size - 1] == '\r'))
		utf8.size--;
	buffer_init(&out, utf8.size * 4 + 16);
	while (utf8.size > 0) {
		struct text line = text_split(&utf8, '\n');
		line.size -= line.size > 0 && line.data[line.size - 1] == '\r';
		part_edit_encode_line(line, line_end, &out);
		if (utf8.size > 0)
			buffer_append(&out, line_end);
	}
	edit_out->is_removed = edit_out->keeps_header = false;
	edit_out->body = arena_copy_text(arena, buffer_text(&out));
	edit_out->header = arena_format(arena,
	    "Content-Type: text/plain; charset=utf-8%.*s"
	    "Content-Transfer-Encoding: quoted-printable%.*s"
	    "Content-Disposition: inline%.*s",
	    TEXT_ARGUMENTS(line_end), TEXT_ARGUMENTS(line_end), TEXT_ARGUMENTS(line_end));
	buffer_clear(&out);
}

/* --- The message -------------------------------------------------------------------------------- */

static size_t
part_edit_offset(const struct part_editor *editor, const char *place)
{
	return (size_t)(place - editor->bytes.data);
}

static void
part_edit_put(struct part_editor *editor, struct text bytes)
{
	editor->fits = editor->fits && buffer_append(editor->out, editor->waiting) &&
		       buffer_append(editor->out, bytes);
	editor->waiting = (struct text){0};
}

/* Copies up to the position, unless that is behind already. */
static void
part_edit_copy_to(struct part_editor *editor, size_t position)
{
	if (position <= editor->cursor)
		return;
	part_edit_put(editor, text_slice(editor->bytes, editor->cursor, position));
	editor->cursor = position;
}

static size_t
part_edit_line_end_size(const struct part_editor *editor, size_t position)
{
	struct text rest = text_slice(editor->bytes, position, editor->bytes.size);

	return text_has_prefix(rest, TEXT("\r\n")) ? 2 : text_has_prefix(rest, TEXT("\n"));
}

static bool
part_edit_ends_line(struct text bytes)
{
	return bytes.size == 0 || bytes.data[bytes.size - 1] == '\n';
}

/* The header of a message whose content is replaced: all but its Content-* fields. */
static void
part_edit_put_message_header(struct part_editor *editor, const struct mime_part *part)
{
	struct text rest = part->header;
	struct header_field field;
	bool has_version = false;

	while (header_next(&rest, &field)) {
		has_version |= text_is_equal_nocase(field.name, TEXT("MIME-Version"));
		/* A CR at the very end would become the empty line. */
		if (text_has_prefix_nocase(field.name, TEXT("Content-")) ||
		    text_is_equal(field.raw, TEXT("\r")))
			continue;
		part_edit_put(editor, field.raw);
		if (!part_edit_ends_line(field.raw))
			part_edit_put(editor, editor->line_end);
	}
	if (!has_version) {
		part_edit_put(editor, TEXT("MIME-Version: 1.0"));
		part_edit_put(editor, editor->line_end);
	}
}

static void
part_edit_replace(
    struct part_editor *editor, const struct mime_part *part, struct text header, struct text body)
{
	const struct mime_part *parent = part->parent;
	bool is_message = parent == NULL || parent->kind == MIME_MESSAGE;
	size_t end = part_edit_offset(editor, part->body.data + part->body.size);

	part_edit_copy_to(editor, part_edit_offset(editor, part->header.data));
	/* A boundary line that is the last line and not ended. */
	if (editor->cursor > 0 && !is_message && editor->bytes.data[editor->cursor - 1] != '\n')
		part_edit_put(editor, editor->line_end);
	if (is_message)
		part_edit_put_message_header(editor, part);
	part_edit_put(editor, header);
	if (!part_edit_ends_line(header))
		part_edit_put(editor, editor->line_end);
	part_edit_put(editor, editor->line_end);
	part_edit_put(editor, body);
	editor->cursor = end;
	bool is_last = end == editor->bytes.size;
	/* What follows is a boundary line, or nothing. */
	if (is_last ? !part_edit_ends_line(body) : part_edit_line_end_size(editor, end) == 0)
		part_edit_put(editor, editor->line_end);
}

static void
part_edit_exchange(struct part_editor *editor, const struct mime_part *part, struct text body)
{
	part_edit_copy_to(editor, part_edit_offset(editor, part->body.data));
	part_edit_put(editor, body);
	editor->cursor = part_edit_offset(editor, part->body.data + part->body.size);
}

/* Where the boundary line in front of the part begins. */
static size_t
part_edit_boundary_start(const struct part_editor *editor, const struct mime_part *part)
{
	size_t begin = part_edit_offset(editor, part->header.data);
	size_t lowest = part_edit_offset(editor, part->parent->body.data);

	if (begin > lowest && editor->bytes.data[begin - 1] == '\n')
		begin--;
	while (begin > lowest && editor->bytes.data[begin - 1] != '\n')
		begin--;
	return begin;
}

/* Where what stands in front of that boundary line ends: its line end belongs to it. */
static size_t
part_edit_end_before(
    const struct part_editor *editor, const struct mime_part *part, size_t boundary_start)
{
	const struct mime_part *before = part->parent->first_child;
	size_t lowest = part_edit_offset(editor, part->parent->body.data), end = boundary_start;

	if (before != part) {
		while (before->next_sibling != part)
			before = before->next_sibling;
		return part_edit_offset(editor, before->body.data + before->body.size);
	}
	if (end > lowest && editor->bytes.data[end - 1] == '\n')
		end--;
	if (end > lowest && end < boundary_start && editor->bytes.data[end - 1] == '\r')
		end--;
	return end;
}

/* The line end in front of the part's boundary line waits for the boundary line that comes next; that
 * in front of the latter goes. At the end of the message there is none, and both go. */
static void
part_edit_remove(struct part_editor *editor, const struct mime_part *part)
{
	size_t boundary_start = part_edit_boundary_start(editor, part);
	size_t end = part_edit_offset(editor, part->body.data + part->body.size);

	part_edit_copy_to(editor, part_edit_end_before(editor, part, boundary_start));
	if (editor->cursor < boundary_start)
		editor->waiting = text_slice(editor->bytes, editor->cursor, boundary_start);
	editor->cursor = end + part_edit_line_end_size(editor, end);
}

/* Do the edits from `index` on remove all parts of a multipart, this one its first? */
static bool
part_edit_removes_all(const struct part_edit *edits, size_t count, size_t index)
{
	const struct mime_part *part = edits[index].part;

	if (part->parent->first_child != part)
		return false;
	while (
	    part != NULL && index < count && edits[index].part == part && edits[index].is_removed) {
		part = part->next_sibling;
		index++;
	}
	return part == NULL;
}

bool
part_edit_apply(struct text bytes, const struct mime_tree *tree, const struct part_edit *edits,
    size_t count, struct buffer *out)
{
	struct part_editor editor = {.bytes = bytes, .out = out, .fits = true};
	size_t size = out->size;

	editor.line_end = header_edit_line_end(bytes);
	if (bytes.data == NULL)
		editor.bytes = (struct text){tree->root->header.data, 0};
	for (size_t i = 0; i < count; i++) {
		const struct mime_part *part = edits[i].part, *parent = part->parent;
		bool is_in_multipart = parent != NULL && parent->kind == MIME_MULTIPART;
		if (edits[i].keeps_header)
			part_edit_exchange(&editor, part, edits[i].body);
		else if (!edits[i].is_removed)
			part_edit_replace(&editor, part, edits[i].header, edits[i].body);
		else if (!is_in_multipart || part_edit_removes_all(edits, count, i))
			part_edit_replace(
			    &editor, part, TEXT("Content-Type: text/plain"), TEXT(""));
		else
			part_edit_remove(&editor, part);
	}
	part_edit_copy_to(&editor, editor.bytes.size);
	if (!editor.fits)
		out->size = size;
	return editor.fits;
}
