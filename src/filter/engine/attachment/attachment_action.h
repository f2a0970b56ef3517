/*
 * `strip`, `replace` and `save` of the current attachment. What the first two ask for is noted, and made
 * into one new message when the loop ends or somebody is about to look at the message
 * (edit_header_settle()). Putting the message together is mail/part_edit.h's part, keeping it the host's.
 */
#ifndef FILTER_ENGINE_ATTACHMENT_ATTACHMENT_ACTION_H
#define FILTER_ENGINE_ATTACHMENT_ATTACHMENT_ACTION_H

#include "filter/engine/evaluate.h"

enum {
	ATTACHMENT_ACTION_TEXT_MAX = 65536,              /* bytes of the text of one `replace` */
	ATTACHMENT_ACTION_ROUNDS_MAX = 1000,             /* times that edits are made in one run */
	ATTACHMENT_ACTION_GROWTH_MAX = 64 * 1024 * 1024, /* bytes that notices may add */
};

/* What the statement asks of the current attachment. */
bool attachment_action_run(struct evaluator *evaluator, const struct statement *statement);
/* Makes the edits that wait. False: evaluator->error is set, with the place of the first, the message is
 * unchanged, and they still wait. */
bool attachment_action_settle(struct evaluator *evaluator);
bool attachment_action_has_waiting(const struct evaluator *evaluator);
/* Of the first that waits. */
const struct place *attachment_action_place(const struct evaluator *evaluator);

#endif
