/*
 * A message with all its MIME fields; see standard_form.h.
 */
#include "handle/compat/standard_form.h"

#include "handle/compat/content_buffer.h"
#include "handle/compat/fresh_boundary.h"
#include "mail/content_type.h"
#include "mail/header_edit.h"
#include "mail/transfer_encode.h"

struct standard_form_work {
	struct arena *arena;
	const struct standard_form *form;
	struct message_sink *sink;
	struct text message, line_end;
};

/* What becomes of a leaf. */
struct standard_form_leaf {
	struct text from, to; /* names of encodings; `from` empty: nothing is told about it */
	struct text content;  /* as it is to be written */
	struct buffer encoded;
};

static bool
standard_form_is_message(const struct mime_part *part)
{
	return part->parent == NULL || part->parent->kind == MIME_MESSAGE;
}

static bool
standard_form_has_high(struct text bytes)
{
	return !text_is_ascii(bytes);
}

static void
standard_form_line(struct standard_form_work *work, struct text line)
{
	message_sink_write(work->sink, line);
	message_sink_write(work->sink, work->line_end);
}

static bool
standard_form_is_token(struct text value)
{
	for (size_t i = 0; i < value.size; i++)
		if (!text_is_alpha(value.data[i]) && !text_is_digit(value.data[i]) &&
		    value.data[i] != '-' && value.data[i] != '_')
			return false;
	return value.size > 0;
}

static void
standard_form_write_parameter(
    struct standard_form_work *work, const struct content_parameter *parameter)
{
	struct text value = parameter->value;
	struct message_sink *sink = work->sink;

	message_sink_write(sink, TEXT("; "));
	message_sink_write(sink, parameter->name);
	message_sink_write(sink, TEXT("="));
	if (text_is_equal_nocase(parameter->name, TEXT("charset")))
		value = section_lower(work->arena, value);
	/* An extended value of RFC 2231 must not be quoted. */
	if (standard_form_is_token(value) || text_has_suffix(parameter->name, TEXT("*"))) {
		message_sink_write(sink, value);
		return;
	}
	message_sink_write(sink, TEXT("\""));
	for (size_t i = 0; i < value.size; i++) {
		if (value.data[i] == '"' || value.data[i] == '\\')
			message_sink_write(sink, TEXT("\\"));
		message_sink_write(sink, text_slice(value, i, i + 1));
	}
	message_sink_write(sink, TEXT("\""));
}

static void
standard_form_write_type(
    struct standard_form_work *work, const struct mime_part *part, struct text boundary)
{
	struct text body = section_field(work->arena, part, TEXT("Content-Type")), charset;
	struct content_type type = content_type_parse(work->arena, body);
	size_t count = part->has_type ? type.count : 0;

	message_sink_write(work->sink, TEXT("Content-Type: "));
	message_sink_write(work->sink, section_type(work->arena, part));
	for (size_t i = 0; i < count; i++)
		if (boundary.size == 0 ||
		    !text_is_equal_nocase(type.parameters[i].name, TEXT("boundary")))
			standard_form_write_parameter(work, &type.parameters[i]);
	if (boundary.size > 0)
		message_sink_write(work->sink,
		    arena_format(work->arena, "; boundary=\"%.*s\"", TEXT_ARGUMENTS(boundary)));
	else if (text_is_equal_nocase(part->type, TEXT("text")) &&
		 (count == 0 || !content_type_find(&type, TEXT("charset"), &charset)))
		message_sink_write(work->sink, arena_format(work->arena, "; charset=%.*s",
						   TEXT_ARGUMENTS(work->form->charset)));
	standard_form_line(work, TEXT(""));
}

static void
standard_form_encode(
    struct standard_form_work *work, struct text name, struct standard_form_leaf *leaf)
{
	buffer_init(&leaf->encoded, SIZE_MAX);
	transfer_encode_append_quoted(leaf->content, true, work->line_end, &leaf->encoded);
	leaf->content = buffer_text(&leaf->encoded);
	leaf->from = name;
	leaf->to = TEXT("quoted-printable");
}

static void
standard_form_decode(
    struct standard_form_work *work, const struct mime_part *part, struct standard_form_leaf *leaf)
{
	struct text content = content_buffer_read(work->arena, part, SIZE_MAX);
	struct transfer_need need = transfer_encode_find_need(content);

	if (need.has_nul || need.has_bare_return || need.has_long_line)
		return;
	leaf->content = content;
	leaf->from = leaf->to;
	leaf->to = need.high > 0 ? TEXT("8bit") : TEXT("7bit");
}

static struct standard_form_leaf
standard_form_judge(struct standard_form_work *work, const struct mime_part *part)
{
	struct text name = section_encoding_name(work->arena, part);
	struct standard_form_leaf leaf = {.content = section_body(part), .to = name};
	bool is_identity = name.size == 0 || text_is_equal(name, TEXT("7bit")) ||
			   text_is_equal(name, TEXT("8bit")) || text_is_equal(name, TEXT("binary"));

	if (text_is_equal(name, TEXT("quoted-printable")) && work->form->way == STANDARD_FORM_8BIT)
		standard_form_decode(work, part, &leaf);
	if (!is_identity)
		return leaf;
	bool is_high = standard_form_has_high(section_body(part));
	if (is_high && work->form->way == STANDARD_FORM_7BIT &&
	    !text_is_equal_nocase(part->type, TEXT("message"))) {
		standard_form_encode(
		    work, text_is_equal(name, TEXT("binary")) ? name : TEXT("8bit"), &leaf);
		return leaf;
	}
	leaf.to = is_high ? TEXT("8bit") : TEXT("7bit");
	if (text_is_equal(name, TEXT("binary"))) {
		struct transfer_need need = transfer_encode_find_need(section_body(part));
		if (is_high || need.has_nul || need.has_bare_return || need.has_long_line)
			leaf.to = name;
	}
	if (name.size > 0 && !text_is_equal(name, leaf.to))
		leaf.from = name;
	return leaf;
}

/* The fields that are the same wherever they stand in the header. */
static void
standard_form_write_fields(struct standard_form_work *work, const struct mime_part *part,
    struct text boundary, const struct standard_form_leaf *leaf)
{
	if (standard_form_is_message(part))
		standard_form_line(work, TEXT("Mime-Version: 1.0"));
	standard_form_write_type(work, part, boundary);
	if (part->kind != MIME_LEAF)
		return;
	message_sink_write(work->sink, TEXT("Content-Transfer-Encoding: "));
	standard_form_line(work, leaf->to);
}

/* They stand where MIME-Version stood, else where Content-Type did, else behind all. */
static void
standard_form_write_header(struct standard_form_work *work, const struct mime_part *part,
    struct text boundary, const struct standard_form_leaf *leaf)
{
	struct text rest = part->header;
	struct header_field field;
	bool is_written = false;
	bool has_version =
	    standard_form_is_message(part) &&
	    header_find_in_bytes(part->header, TEXT("Mime-Version"), SECTION_FIELDS_MAX, &field);
	struct text place = has_version ? TEXT("Mime-Version") : TEXT("Content-Type");

	while (header_next(&rest, &field)) {
		if (text_is_equal_nocase(field.name, place) && !is_written) {
			standard_form_write_fields(work, part, boundary, leaf);
			is_written = true;
		}
		if (text_is_equal_nocase(field.name, TEXT("Content-Type")) ||
		    (standard_form_is_message(part) &&
			text_is_equal_nocase(field.name, TEXT("Mime-Version"))) ||
		    (text_is_equal_nocase(field.name, TEXT("Content-Transfer-Encoding")) &&
			part->kind == MIME_LEAF))
			continue;
		message_sink_write(work->sink, field.raw);
		if (!text_has_suffix(field.raw, TEXT("\n")))
			standard_form_line(work, TEXT(""));
	}
	if (!is_written)
		standard_form_write_fields(work, part, boundary, leaf);
	if (leaf->from.size > 0)
		standard_form_line(work,
		    arena_format(work->arena, "X-Mime-Autoconverted: from %.*s to %.*s by %.*s",
			TEXT_ARGUMENTS(leaf->from), TEXT_ARGUMENTS(leaf->to),
			TEXT_ARGUMENTS(work->form->program)));
	standard_form_line(work, TEXT(""));
}

static void
standard_form_write_leaf(struct standard_form_work *work, const struct mime_part *part)
{
	struct standard_form_leaf leaf = standard_form_judge(work, part);

	standard_form_write_header(work, part, TEXT(""), &leaf);
	message_sink_write(work->sink, leaf.content);
	if (standard_form_is_message(part) && leaf.content.size > 0 &&
	    !text_has_suffix(leaf.content, TEXT("\n")))
		standard_form_line(work, TEXT(""));
	if (leaf.encoded.data != NULL)
		buffer_clear(&leaf.encoded);
}

/* The parts of a tree are not deeper than its limits. */
static void
standard_form_write_part(struct standard_form_work *work, const struct mime_part *part)
{
	const struct standard_form_leaf none = {.from = {NULL, 0}};

	if (mime_part_is(part, TEXT("multipart"), TEXT("signed")) ||
	    (part->kind != MIME_LEAF && part->first_child == NULL)) {
		message_sink_write(work->sink, mime_part_bytes(part));
		return;
	}
	if (part->kind == MIME_LEAF) {
		standard_form_write_leaf(work, part);
		return;
	}
	if (part->kind == MIME_MESSAGE) {
		standard_form_write_header(work, part, TEXT(""), &none);
		standard_form_write_part(work, part->first_child);
		return;
	}
	struct text boundary = fresh_boundary_new(work->arena, work->message);
	standard_form_write_header(work, part, boundary, &none);
	message_sink_write(work->sink, TEXT(FRESH_BOUNDARY_PREAMBLE));
	for (const struct mime_part *child = part->first_child; child != NULL;
	     child = child->next_sibling) {
		standard_form_line(work, TEXT(""));
		standard_form_line(
		    work, arena_format(work->arena, "--%.*s", TEXT_ARGUMENTS(boundary)));
		standard_form_write_part(work, child);
	}
	standard_form_line(work, TEXT(""));
	standard_form_line(work, arena_format(work->arena, "--%.*s--", TEXT_ARGUMENTS(boundary)));
}

void
standard_form_write(struct arena *arena, const struct standard_form *form,
    const struct mime_tree *tree, struct message_sink *sink)
{
	struct text message = mime_part_bytes(tree->root);
	struct standard_form_work work = {.arena = arena,
	    .form = form,
	    .sink = sink,
	    .message = message,
	    .line_end = header_edit_line_end(message)};

	standard_form_write_part(&work, tree->root);
}
