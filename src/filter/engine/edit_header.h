/*
 * `addheader`, `setheader` and `delheader`: edits are noted, and made all at once when the message is
 * next looked at (a delivery, a command, a pattern, SIZE or LINES, the end of the rules). Making
 * them is the host's part, writing the new header mail/header_edit.h's.
 */
#ifndef FILTER_ENGINE_EDIT_HEADER_H
#define FILTER_ENGINE_EDIT_HEADER_H

#include "filter/engine/attachment/attachment_action.h"
#include "filter/engine/evaluate.h"

enum {
	EDIT_HEADER_WAITING_MAX = 256,             /* edits; then they are made */
	EDIT_HEADER_ROUNDS_MAX = 1000,             /* times that edits are made in one run */
	EDIT_HEADER_VALUE_MAX = 65536,             /* bytes of one value */
	EDIT_HEADER_BLOCK_MAX = 128 * 1024 * 1024, /* bytes of the new header */
};

struct edit_header {
	struct arena arena; /* of what waits */
	struct header_edit *waiting;
	size_t count;
	struct place place; /* of the first that waits */
	unsigned rounds;
};

/* Notes what the statement asks for. */
bool edit_header_note(struct evaluator *evaluator, const struct statement *statement);
/* Makes the edits that wait. False: evaluator->error is set, with its place, and they still wait. */
bool edit_header_make(struct evaluator *evaluator);
/* Gives back what the edits hold. */
void edit_header_close(struct evaluator *evaluator);

/* Whoever is about to look at the message calls this. What waits of its attachments is made too: it
 * comes first, since it was asked of the message as it is. */
static inline bool
edit_header_settle(struct evaluator *evaluator)
{
	if (evaluator->attachments != NULL && !attachment_action_settle(evaluator))
		return false;
	return evaluator->edits == NULL || evaluator->edits->count == 0 ||
	       edit_header_make(evaluator);
}

/* A text with variables may ask for SIZE or LINES, which waiting edits change. */
static inline bool
edit_header_is_asked_for(const struct evaluator *evaluator, struct text source)
{
	return ((evaluator->edits != NULL && evaluator->edits->count > 0) ||
		   evaluator->attachments != NULL) &&
	       (text_find(source, 0, TEXT("SIZE")) < source.size ||
		   text_find(source, 0, TEXT("LINES")) < source.size);
}

#endif
