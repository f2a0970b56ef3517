/*
 * `foreach attachment`: goes over the attachments of the message as it is when the loop begins, in the
 * order of the bytes; with a condition, over those that it is true of. Rules may change the message
 * meanwhile, as long as the attachments that come stay what they are.
 */
#ifndef FILTER_ENGINE_ATTACHMENT_ATTACHMENT_LOOP_H
#define FILTER_ENGINE_ATTACHMENT_ATTACHMENT_LOOP_H

#include "filter/engine/attachment/attachment_value.h"

/* False: evaluator->error is set, with its place, and no loop has begun. */
bool attachment_loop_begin(struct evaluator *evaluator, const struct statement *statement);
/* The next attachment is the current one; PATTERN_NO: there is none. */
enum pattern_answer attachment_loop_next(
    struct evaluator *evaluator, const struct statement *statement);
void attachment_loop_end(struct evaluator *evaluator);

static inline bool
attachment_loop_is_running(const struct evaluator *evaluator)
{
	return evaluator->attachments != NULL && evaluator->attachments->is_loop;
}

#endif
