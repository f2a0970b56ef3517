/*
 * Acting on attachments; see attachment_action.h. An edit that cannot be made is "later" for the
 * message, which stays as it was: nothing goes on without what a rule wanted away.
 */
#include "filter/engine/attachment/attachment_action.h"

#include "base/bug.h"
#include "base/vector.h"
#include "filter/engine/attachment/attachment_host.h"
#include "filter/engine/attachment/attachment_value.h"
#include "filter/engine/observe.h"
#include "mail/header_edit.h"
#include "mail/part_edit.h"
#include "mail/part_text.h"
#include "mail/safe_name.h"

enum {
	ATTACHMENT_ACTION_NAME_MAX = 500 /* bytes shown of a name */,
	ATTACHMENT_ACTION_PIECE = 4096
};

struct attachment_edit {
	const struct attachment *attachment;
	size_t number; /* in the loop */
	bool is_removed;
	struct text notice; /* else: UTF-8 */
	struct attachment_edit_note note;
};

bool
attachment_action_has_waiting(const struct evaluator *evaluator)
{
	return evaluator->attachments != NULL && evaluator->attachments->edit_count > 0;
}

const struct place *
attachment_action_place(const struct evaluator *evaluator)
{
	return &evaluator->attachments->edits[0].note.place;
}

/* What is to be known of the current attachment whatever happens to it. */
static struct attachment_edit_note
attachment_action_note(struct evaluator *evaluator, const struct statement *statement,
    const char *word, struct arena *arena)
{
	struct attachment_watch *watch = evaluator->attachments;
	struct attachment *attachment = watch->current;
	struct text name = text_slice(attachment->facts.name, 0, ATTACHMENT_ACTION_NAME_MAX);
	struct attachment_edit_note note = {
	    .word = word,
	    .name = safe_name_shown(arena, name),
	    .size = attachment_size(watch->list, attachment),
	    .condition =
		arena_copy_text(arena, text_slice(evaluator->condition, 0, FILTER_MATCHED_MAX)),
	    .matched =
		arena_copy_text(arena, (struct text){evaluator->matched, evaluator->matched_size}),
	    .place = program_place(evaluator->program, statement->offset),
	};
	struct error ignored;

	note.place.file = arena_copy_text(arena, note.place.file);
	/* Without an answer the declared one is better than none. */
	if (!attachment_type(watch->list, attachment, &note.type, &ignored))
		note.type = attachment_declared(attachment);
	note.type = safe_name_shown(arena, note.type);
	return note;
}

static struct text
attachment_action_usual_notice(struct arena *arena, const struct attachment_edit_note *note)
{
	struct text why = TEXT("");

	/* Another one would be about something else. */
	if (text_has_prefix(note->condition, TEXT("attachment(")))
		why = arena_format(
		    arena, "Why: %.*s\n", TEXT_ARGUMENTS(safe_name_shown(arena, note->condition)));
	return arena_format(arena,
	    "An attachment was removed here by a rule of the recipient.\n"
	    "\n"
	    "Name: %.*s\n"
	    "Type: %.*s\n"
	    "Size: %llu bytes\n"
	    "%.*s",
	    TEXT_ARGUMENTS(note->name.size > 0 ? note->name : TEXT("(none)")),
	    TEXT_ARGUMENTS(note->type), (unsigned long long)note->size, TEXT_ARGUMENTS(why));
}

/* A second edit of the same attachment takes the place of the first. */
static struct attachment_edit *
attachment_action_new_edit(struct attachment_watch *watch)
{
	size_t last = watch->edit_count;

	if (last > 0 && watch->edits[last - 1].number == watch->position)
		return &watch->edits[last - 1];
	watch->edits = vector_grow(
	    &watch->edit_arena, watch->edits, last, &watch->edit_capacity, sizeof *watch->edits);
	watch->edit_count++;
	return &watch->edits[last];
}

static bool
attachment_action_edit(
    struct evaluator *evaluator, const struct statement *statement, struct text text)
{
	struct attachment_watch *watch = evaluator->attachments;
	bool is_removed = statement->kind == STATEMENT_STRIP;

	if (text.size > ATTACHMENT_ACTION_TEXT_MAX)
		return evaluate_fail(evaluator, ERROR_LIMIT, statement->expression->offset,
		    "the text of `replace` is larger than %d bytes",
		    (int)ATTACHMENT_ACTION_TEXT_MAX);
	struct attachment_edit *edit = attachment_action_new_edit(watch);
	*edit = (struct attachment_edit){
	    .attachment = watch->current,
	    .number = watch->position,
	    .is_removed = is_removed,
	    .note = attachment_action_note(
		evaluator, statement, is_removed ? "strip" : "replace", &watch->edit_arena),
	};
	if (!is_removed && statement->expression != NULL)
		edit->notice = arena_copy_text(&watch->edit_arena, text);
	else if (!is_removed)
		edit->notice = attachment_action_usual_notice(&watch->edit_arena, &edit->note);
	if (observe_is_on(evaluator))
		observe_attachment(evaluator, statement, edit->note.name, edit->note.type, true);
	return true;
}

/* What `save` reads. */
struct attachment_reader {
	struct attachment_list *list;
	const struct attachment *attachment;
};

static bool
attachment_action_read(void *reader, bool (*write)(void *self, struct text piece), void *self)
{
	const struct attachment_reader *from = reader;

	return attachment_read(from->list, from->attachment, write, self);
}

static bool
attachment_action_save(
    struct evaluator *evaluator, const struct statement *statement, struct text directory)
{
	const struct filter_input *input = evaluator->input;
	struct attachment_watch *watch = evaluator->attachments;
	struct attachment_reader reader = {watch->list, watch->current};
	struct text path;

	struct attachment_request request = {
	    .directory = directory,
	    .note = attachment_action_note(evaluator, statement, "save", &evaluator->scratch),
	    .file_name = watch->current->facts.name,
	    .read = attachment_action_read,
	    .reader = &reader,
	    .message = evaluator->message,
	    .variables = input->variables,
	};
	bool is_saved = input->host->attachments->save_attachment(
	    input->host_self, &request, &path, &evaluator->error);
	if (observe_is_on(evaluator))
		observe_attachment(
		    evaluator, statement, request.note.name, is_saved ? path : directory, is_saved);
	if (!is_saved)
		return evaluate_fail_at(evaluator, statement->offset);
	variables_set(input->variables, TEXT("SAVED"), path);
	return true;
}

bool
attachment_action_run(struct evaluator *evaluator, const struct statement *statement)
{
	struct text value = {NULL, 0};

	/* First: the value may need the message, and edits that wait are made then. */
	if ((statement->expression != NULL &&
		!evaluate(evaluator, statement->expression, &value)) ||
	    !attachment_value_open(evaluator, statement->offset))
		return false;
	if (!evaluator->attachments->is_loop || evaluator->attachments->current == NULL)
		return evaluate_fail(evaluator, ERROR_INPUT, statement->offset,
		    "this attachment is no longer in the message");
	if (statement->kind == STATEMENT_SAVE)
		return attachment_action_save(evaluator, statement, value);
	return attachment_action_edit(evaluator, statement, value);
}

/* Is the part in the one before, which goes as a whole? */
static bool
attachment_action_is_inside(const struct mime_part *part, const struct part_edit *before)
{
	for (const struct mime_part *above = part->parent; above != NULL; above = above->parent)
		if (before != NULL && before->part == above)
			return true;
	return false;
}

/* The edits from this one on that are in the same part. */
static size_t
attachment_action_count_same(
    const struct attachment_watch *watch, const struct attachment_edit *first)
{
	const struct attachment_edit *end = watch->edits + watch->edit_count, *edit = first;

	while (edit < end && edit->attachment->part == first->attachment->part)
		edit++;
	return (size_t)(edit - first);
}

/* The text without the files of these edits, which stand in it in this order; false: they do not. */
static bool
attachment_action_cut(struct text text, const struct attachment_edit *edits, size_t count,
    struct text line_end, struct buffer *out)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		struct text file = edits[i].attachment->embedded->bytes;
		/* In a body as it stands it is the same bytes, in a decoded one a copy of them. */
		bool is_slice = file.data >= text.data && file.data < text.data + text.size;
		size_t from =
		    is_slice ? (size_t)(file.data - text.data) : text_find(text, at, file);
		if (from < at || from + file.size > text.size)
			return false;
		buffer_append(out, text_slice(text, at, from));
		for (struct text rest = edits[i].notice; rest.size > 0;) {
			buffer_append(out, text_split(&rest, '\n'));
			buffer_append(out, line_end);
		}
		at = from + file.size;
	}
	buffer_append(out, text_slice(text, at, text.size));
	return !buffer_is_overfull(out);
}

/* The text of a part, decoded. */
static bool
attachment_action_decode(struct arena *arena, const struct mime_part *part, struct buffer *out)
{
	struct part_text_form form = part_text_form_parse(part->header, MIME_LIMITS_DEFAULT.fields);
	struct part_text *text = part_text_open(arena, &form, part->body, out->maximum);
	char piece[ATTACHMENT_ACTION_PIECE];
	size_t size;

	while ((size = part_text_read(text, piece, sizeof piece)) > 0)
		buffer_append(out, (struct text){piece, size});
	part_text_close(text);
	return !buffer_is_overfull(out);
}

/* Files inside of a plain text go, and the text stays: as it was, or, where it was encoded, in an
 * encoding of our own. */
static bool
attachment_action_edit_text(struct evaluator *evaluator, const struct attachment_edit *edits,
    size_t count, struct text line_end, struct part_edit *edit_out)
{
	struct arena *arena = &evaluator->attachments->edit_arena;
	const struct mime_part *part = edits->attachment->part;
	struct text file = edits->attachment->embedded->bytes;
	bool is_plain =
	    file.data >= part->body.data && file.data < part->body.data + part->body.size;
	struct buffer decoded, body;

	buffer_init(&decoded, ATTACHMENT_ACTION_GROWTH_MAX);
	buffer_init(&body, part->body.size + ATTACHMENT_ACTION_GROWTH_MAX);
	bool made = (is_plain || attachment_action_decode(arena, part, &decoded)) &&
		    attachment_action_cut(is_plain ? part->body : buffer_text(&decoded), edits,
			count, is_plain ? line_end : TEXT("\n"), &body);
	struct text left = arena_copy_text(arena, buffer_text(&body));
	buffer_clear(&decoded);
	buffer_clear(&body);
	if (!made)
		return error_set(&evaluator->error, ERROR_INPUT,
		    "a file cannot be taken out of the text that it is in");
	if (is_plain)
		*edit_out = (struct part_edit){.keeps_header = true, .body = left};
	else
		part_edit_notice(arena, left, line_end, edit_out);
	return true;
}

/* Makes the parts' edits of what waits. */
static bool
attachment_action_collect(struct evaluator *evaluator, struct part_edit *edits, size_t *count_out)
{
	struct attachment_watch *watch = evaluator->attachments;
	struct text line_end = header_edit_line_end(message_bytes(evaluator->message));
	size_t count = 0, taken;

	for (size_t i = 0; i < watch->edit_count; i += taken) {
		const struct attachment_edit *edit = &watch->edits[i];
		const struct mime_part *part = edit->attachment->part;
		taken = 1;
		if (attachment_action_is_inside(part, count > 0 ? &edits[count - 1] : NULL))
			continue;
		if (edit->attachment->embedded != NULL) {
			taken = attachment_action_count_same(watch, edit);
			if (!attachment_action_edit_text(
				evaluator, edit, taken, line_end, &edits[count]))
				return false;
		} else if (edit->is_removed) {
			edits[count] = (struct part_edit){.is_removed = true};
		} else {
			part_edit_notice(&watch->edit_arena, edit->notice, line_end, &edits[count]);
		}
		edits[count++].part = part;
	}
	*count_out = count;
	return true;
}

/* Puts the new message together and gives it to the host. */
static bool
attachment_action_make(struct evaluator *evaluator, const struct message **edited_out)
{
	const struct filter_input *input = evaluator->input;
	struct attachment_watch *watch = evaluator->attachments;
	struct text bytes = message_bytes(watch->message);
	size_t count = 0;
	struct buffer out;

	/* Whoever makes another message makes these edits first. */
	REQUIRE(!watch->is_stale);
	if (watch->rounds >= ATTACHMENT_ACTION_ROUNDS_MAX)
		return error_set(&evaluator->error, ERROR_LIMIT,
		    "attachments were taken out of it %d times already",
		    (int)ATTACHMENT_ACTION_ROUNDS_MAX);
	struct part_edit *edits =
	    arena_alloc_array(&watch->edit_arena, watch->edit_count, sizeof *edits);
	struct attachment_edit_note *notes =
	    arena_alloc_array(&watch->edit_arena, watch->edit_count, sizeof *notes);
	for (size_t i = 0; i < watch->edit_count; i++)
		notes[i] = watch->edits[i].note;
	if (!attachment_action_collect(evaluator, edits, &count))
		return false;
	buffer_init(&out, bytes.size + ATTACHMENT_ACTION_GROWTH_MAX);
	bool made = part_edit_apply(bytes, attachment_tree(watch->list), edits, count, &out) &&
		    !buffer_is_overfull(&out);
	if (!made)
		error_set(&evaluator->error, ERROR_LIMIT, "it would be too large");
	const struct message_replacement replacement = {
	    evaluator->message, buffer_text(&out), notes, watch->edit_count};
	made = made && input->host->attachments->replace_message(
			   input->host_self, &replacement, edited_out, &evaluator->error);
	buffer_clear(&out);
	return made;
}

/* What was taken out is no longer in the lists to come. */
static void
attachment_action_forget(struct attachment_watch *watch)
{
	for (size_t i = 0; i < watch->edit_count && watch->is_loop; i++) {
		watch->gone = vector_grow(&watch->loop_arena, watch->gone, watch->gone_count,
		    &watch->gone_capacity, sizeof *watch->gone);
		watch->gone[watch->gone_count++] = watch->edits[i].number;
	}
	watch->edits = NULL;
	watch->edit_count = watch->edit_capacity = 0;
	arena_clear(&watch->edit_arena);
}

bool
attachment_action_settle(struct evaluator *evaluator)
{
	struct attachment_watch *watch = evaluator->attachments;
	const struct message *edited;

	if (watch == NULL || watch->edit_count == 0)
		return true;
	if (!attachment_action_make(evaluator, &edited)) {
		const struct place *place = attachment_action_place(evaluator);
		error_prefix(&evaluator->error,
		    "%.*s:%u:%u: the message cannot be changed: ", TEXT_ARGUMENTS(place->file),
		    place->line, place->column);
		return false;
	}
	watch->rounds++;
	attachment_action_forget(watch);
	evaluate_take_message(evaluator, edited);
	return true;
}
