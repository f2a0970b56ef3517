/*
 * Edits of the header, noted and made; see edit_header.h.
 */
#include "filter/engine/edit_header.h"

#include "filter/engine/observe.h"
#include "mail/header_edit.h"

static struct edit_header *
edit_header_get(struct evaluator *evaluator)
{
	if (evaluator->edits == NULL) {
		evaluator->edits = arena_alloc(evaluator->arena, sizeof *evaluator->edits);
		arena_init(&evaluator->edits->arena, NULL, 0);
	}
	return evaluator->edits;
}

static void
edit_header_forget(struct edit_header *edits)
{
	edits->count = 0;
	edits->waiting = NULL;
	arena_clear(&edits->arena);
}

static bool
edit_header_add(
    struct evaluator *evaluator, const struct statement *statement, const struct header_edit *edit)
{
	if (evaluator->edits != NULL && evaluator->edits->count == EDIT_HEADER_WAITING_MAX &&
	    !edit_header_make(evaluator))
		return false;
	struct edit_header *edits = edit_header_get(evaluator);
	if (edits->count == 0) {
		edits->waiting = arena_alloc_array(
		    &edits->arena, EDIT_HEADER_WAITING_MAX, sizeof *edits->waiting);
		edits->place = program_place(evaluator->program, statement->offset);
		edits->place.file = arena_copy_text(&edits->arena, edits->place.file);
	}
	edits->waiting[edits->count++] = (struct header_edit){
	    .kind = edit->kind,
	    .name = arena_copy_text(&edits->arena, edit->name),
	    .value = arena_copy_text(&edits->arena, edit->value),
	};
	return true;
}

bool
edit_header_note(struct evaluator *evaluator, const struct statement *statement)
{
	bool is_delete = statement->kind == STATEMENT_DELHEADER;
	const struct expression *values = statement->expression->operands;
	struct header_edit edit = {
	    .kind = is_delete                                ? HEADER_EDIT_DELETE
		    : statement->kind == STATEMENT_SETHEADER ? HEADER_EDIT_SET
							     : HEADER_EDIT_ADD,
	};
	struct error error;

	if (!evaluate(evaluator, values, &edit.name) ||
	    (!is_delete && !evaluate(evaluator, values->next, &edit.value)))
		return false;
	if (!header_edit_check_name(edit.name, &error))
		return evaluate_fail(evaluator, error.kind, values->offset, "%s", error.text);
	if (edit.value.size > EDIT_HEADER_VALUE_MAX)
		return evaluate_fail(evaluator, ERROR_LIMIT, values->next->offset,
		    "the value of a header field is larger than %d bytes",
		    (int)EDIT_HEADER_VALUE_MAX);
	if (observe_is_on(evaluator))
		observe_edit(evaluator, statement, edit.name, edit.value);
	return edit_header_add(evaluator, statement, &edit);
}

/* Puts the place of the first edit in front of the error. */
static bool
edit_header_fail(struct evaluator *evaluator)
{
	const struct place *place = &evaluator->edits->place;

	error_prefix(&evaluator->error,
	    "%.*s:%u:%u: the header cannot be changed: ", TEXT_ARGUMENTS(place->file), place->line,
	    place->column);
	return false;
}

/* The new header block. */
static bool
edit_header_write(struct evaluator *evaluator, struct buffer *block)
{
	const struct edit_header *edits = evaluator->edits;
	struct text old = message_header_block(evaluator->message);
	struct text bytes = message_bytes(evaluator->message);

	if (!header_edit_apply(
		old, header_edit_line_end(bytes), edits->waiting, edits->count, block))
		return error_set(&evaluator->error, ERROR_LIMIT, "it is too large");
	/* No bytes are no message. */
	if (block->size == 0 && old.size == bytes.size)
		return error_set(
		    &evaluator->error, ERROR_INPUT, "nothing would be left of the message");
	return true;
}

bool
edit_header_make(struct evaluator *evaluator)
{
	const struct filter_input *input = evaluator->input;
	struct edit_header *edits = evaluator->edits;
	const struct message *edited = NULL;
	struct buffer block;

	if (evaluator->attachments != NULL && !attachment_action_settle(evaluator))
		return false;
	if (edits->rounds >= EDIT_HEADER_ROUNDS_MAX) {
		error_set(&evaluator->error, ERROR_LIMIT, "it was changed %d times already",
		    (int)EDIT_HEADER_ROUNDS_MAX);
		return edit_header_fail(evaluator);
	}
	buffer_init(&block, EDIT_HEADER_BLOCK_MAX);
	bool made = edit_header_write(evaluator, &block) &&
		    input->host->replace_header(input->host_self, evaluator->message,
			buffer_text(&block), &edited, &evaluator->error);
	buffer_clear(&block);
	if (!made)
		return edit_header_fail(evaluator);
	edits->rounds++;
	edit_header_forget(edits);
	evaluate_take_message(evaluator, edited);
	return true;
}

void
edit_header_close(struct evaluator *evaluator)
{
	if (evaluator->edits != NULL)
		edit_header_forget(evaluator->edits);
}
