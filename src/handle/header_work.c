/*
 * Header edits; see header_work.h. The block becomes a list of fields, each its bytes; an edit takes
 * fields out of the list, or gives some other bytes.
 */
#include "handle/header_work.h"

#include <string.h>

#include "base/arena.h"
#include "base/vector.h"
#include "mail/address.h"
#include "mail/address_line.h"
#include "mail/encoded_word.h"
#include "mail/header.h"
#include "mail/header_edit.h"

struct worked_field {
	struct text name, raw;
};

struct header_work {
	struct arena arena;
	struct text line_end;
	size_t maximum;
	struct worked_field *fields;
	size_t count, capacity;
	bool is_overfull;
};

bool
header_work_is_named(struct text name, struct text wanted)
{
	if (wanted.size > 0 && wanted.data[wanted.size - 1] == '*')
		return text_has_prefix_nocase(name, text_slice(wanted, 0, wanted.size - 1));
	return name.size > 0 && text_is_equal_nocase(name, wanted);
}

static void
header_work_insert(struct header_work *work, size_t at, struct worked_field field)
{
	work->fields = vector_grow(
	    &work->arena, work->fields, work->count, &work->capacity, sizeof *work->fields);
	memmove(
	    work->fields + at + 1, work->fields + at, (work->count - at) * sizeof *work->fields);
	work->fields[at] = field;
	work->count++;
}

/* Behind a line at the very beginning that would continue a new first field. */
static size_t
header_work_front(const struct header_work *work)
{
	return work->count > 0 && work->fields[0].name.size == 0 && work->fields[0].raw.size > 0 &&
	       (work->fields[0].raw.data[0] == ' ' || work->fields[0].raw.data[0] == '\t');
}

static struct worked_field
header_work_make(struct header_work *work, struct text name, struct text value)
{
	struct buffer raw;

	buffer_init(&raw, work->maximum);
	header_edit_append_field(name, value, work->line_end, &raw);
	work->is_overfull |= buffer_is_overfull(&raw);
	struct text copy = arena_copy_text(&work->arena, buffer_text(&raw));
	buffer_clear(&raw);
	return (struct worked_field){text_slice(copy, 0, name.size), copy};
}

static size_t
header_work_find(const struct header_work *work, struct text name, size_t from)
{
	while (from < work->count && !header_work_is_named(work->fields[from].name, name))
		from++;
	return from;
}

/* Takes away those of that name in [from, to); returns how many are left in all. */
static void
header_work_remove(struct header_work *work, struct text name, size_t from, size_t to)
{
	size_t kept = from;

	for (size_t i = from; i < work->count; i++)
		if (i >= to || !header_work_is_named(work->fields[i].name, name))
			work->fields[kept++] = work->fields[i];
	work->count = kept;
}

static void
header_work_rename(struct header_work *work, struct text name, struct text new_name)
{
	for (size_t i = header_work_find(work, name, 0); i < work->count;
	     i = header_work_find(work, name, i + 1)) {
		struct worked_field *field = &work->fields[i];
		size_t rest = field->raw.size - field->name.size;
		char *bytes = arena_alloc_bytes(&work->arena, new_name.size + rest);
		if (field->name.size == 0)
			continue;
		memcpy(bytes, new_name.data, new_name.size);
		memcpy(bytes + new_name.size, field->raw.data + field->name.size, rest);
		field->raw = (struct text){bytes, new_name.size + rest};
		field->name = text_slice(field->raw, 0, new_name.size);
	}
}

static void
header_work_set(struct header_work *work, struct text name, struct text value)
{
	size_t first = header_work_find(work, name, 0);
	struct worked_field field = header_work_make(work, name, value);

	if (first == work->count) {
		header_work_insert(work, header_work_front(work), field);
		return;
	}
	work->fields[first] = field;
	header_work_remove(work, name, first + 1, work->count);
}

static void
header_work_keep_old(struct header_work *work, struct text name, struct text value)
{
	size_t first = header_work_find(work, name, 0);
	char *old = arena_alloc_bytes(&work->arena, name.size + 4);

	memcpy(old, "Old-", 4);
	memcpy(old + 4, name.data, name.size);
	header_work_rename(work, name, (struct text){old, name.size + 4});
	if (first == work->count)
		first = header_work_front(work);
	header_work_insert(work, first, header_work_make(work, name, value));
}

static void
header_work_keep_one(struct header_work *work, struct text name, bool is_last)
{
	size_t kept = header_work_find(work, name, 0);

	if (kept == work->count)
		return;
	if (!is_last) {
		header_work_remove(work, name, kept + 1, work->count);
		return;
	}
	for (size_t next = kept; next < work->count; next = header_work_find(work, name, next + 1))
		kept = next;
	header_work_remove(work, name, 0, kept);
}

/* The line ends inside of the field go. */
static struct text
header_work_unfolded(struct header_work *work, struct text raw)
{
	char *bytes = arena_alloc_bytes(&work->arena, raw.size);
	bool is_ended = text_has_suffix(raw, TEXT("\n"));
	size_t end = raw.size - is_ended, size = 0;

	if (is_ended && end > 0 && raw.data[end - 1] == '\r')
		end--;
	for (size_t i = 0; i < end; i++) {
		bool is_line_end =
		    raw.data[i] == '\n' ||
		    (raw.data[i] == '\r' && i + 1 < raw.size && raw.data[i + 1] == '\n');
		if (!is_line_end)
			bytes[size++] = raw.data[i];
	}
	memcpy(bytes + size, raw.data + end, raw.size - end);
	return (struct text){bytes, size + raw.size - end};
}

/* "Name: value" decoded; the names of addresses stay quoted where they have to be. */
static struct text
header_work_decoded(struct header_work *work, const struct worked_field *field)
{
	struct text rest = field->raw;
	struct header_field parsed;
	struct buffer line;

	if (!header_next(&rest, &parsed) || encoded_word_is_plain(parsed.body))
		return header_work_unfolded(work, field->raw);
	struct text body = header_unfold(&work->arena, parsed.body);
	buffer_init(&line, work->maximum);
	if (address_line_is_structured(field->name)) {
		address_line_append(field->name, body, &line);
	} else {
		buffer_append(&line, field->name);
		buffer_append(&line, TEXT(": "));
		encoded_word_decode(body, &line, NULL);
	}
	buffer_append(&line, work->line_end);
	work->is_overfull |= buffer_is_overfull(&line);
	struct text copy = arena_copy_text(&work->arena, buffer_text(&line));
	buffer_clear(&line);
	return copy;
}

static void
header_work_rewrite(struct header_work *work, struct text name, bool decodes)
{
	for (size_t i = header_work_find(work, name, 0); i < work->count;
	     i = header_work_find(work, name, i + 1)) {
		struct worked_field *field = &work->fields[i];
		if (field->name.size == 0)
			continue;
		field->raw = decodes ? header_work_decoded(work, field)
				     : header_work_unfolded(work, field->raw);
		field->name = text_slice(field->raw, 0, field->name.size);
	}
}

static void
header_work_edit(struct header_work *work, const struct header_work_edit *edit)
{
	switch (edit->kind) {
	case HEADER_WORK_ADD_MISSING:
		if (header_work_find(work, edit->name, 0) < work->count)
			break;
		header_work_insert(
		    work, header_work_front(work), header_work_make(work, edit->name, edit->value));
		break;
	case HEADER_WORK_ADD:
		header_work_insert(
		    work, header_work_front(work), header_work_make(work, edit->name, edit->value));
		break;
	case HEADER_WORK_APPEND:
		header_work_insert(
		    work, work->count, header_work_make(work, edit->name, edit->value));
		break;
	case HEADER_WORK_SET:
		header_work_set(work, edit->name, edit->value);
		break;
	case HEADER_WORK_KEEP_OLD:
		header_work_keep_old(work, edit->name, edit->value);
		break;
	case HEADER_WORK_DELETE:
		header_work_remove(work, edit->name, 0, work->count);
		break;
	case HEADER_WORK_RENAME:
		header_work_rename(work, edit->name, edit->value);
		break;
	case HEADER_WORK_KEEP_FIRST:
	case HEADER_WORK_KEEP_LAST:
		header_work_keep_one(work, edit->name, edit->kind == HEADER_WORK_KEEP_LAST);
		break;
	case HEADER_WORK_UNFOLD:
	case HEADER_WORK_DECODE:
		header_work_rewrite(work, edit->name, edit->kind == HEADER_WORK_DECODE);
		break;
	}
}

bool
header_work_apply(struct text message_bytes, const struct header_work_edit *edits, size_t count,
    struct buffer *out)
{
	struct header_work work = {
	    .line_end = header_edit_line_end(message_bytes), .maximum = out->maximum};
	size_t header_size, body_start;
	struct header_field field;

	arena_init(&work.arena, NULL, 0);
	header_find_end(message_bytes, &header_size, &body_start);
	struct text rest = text_slice(message_bytes, 0, header_size);
	while (header_next(&rest, &field))
		header_work_insert(&work, work.count, (struct worked_field){field.name, field.raw});
	for (size_t i = 0; i < count; i++)
		header_work_edit(&work, &edits[i]);
	for (size_t i = 0; i < work.count; i++) {
		buffer_append(out, work.fields[i].raw);
		bool is_ended = text_has_suffix(work.fields[i].raw, TEXT("\n"));
		if (!is_ended && (i + 1 < work.count || header_size < message_bytes.size))
			buffer_append(out, work.line_end);
	}
	arena_clear(&work.arena);
	return !buffer_is_overfull(out) && !work.is_overfull;
}
