/*
 * The rounds of `foreach attachment`; see attachment_loop.h.
 */
#include "filter/engine/attachment/attachment_loop.h"

#include "filter/engine/edit_header.h"
#include "filter/engine/match.h"
#include "filter/engine/observe.h"
#include "filter/engine/value.h"

bool
attachment_loop_begin(struct evaluator *evaluator, const struct statement *statement)
{
	if (attachment_loop_is_running(evaluator))
		return evaluate_fail(evaluator, ERROR_INPUT, statement->offset,
		    "a `foreach attachment` cannot run in another one, in included rules neither");
	if (!edit_header_settle(evaluator) || !attachment_value_open(evaluator, statement->offset))
		return false;
	struct attachment_watch *watch = evaluator->attachments;
	watch->count = attachment_count(watch->list);
	if (attachment_is_truncated(watch->list)) {
		error_set(&evaluator->error, ERROR_LIMIT,
		    "the message has more parts or attachments than this loop goes over");
		if (match_unanswered(evaluator, statement->offset) == PATTERN_FAILED)
			return false;
	}
	watch->is_loop = true;
	watch->position = SIZE_MAX;
	watch->current = NULL;
	watch->gone = NULL;
	watch->gone_count = watch->gone_capacity = 0;
	return true;
}

enum pattern_answer
attachment_loop_next(struct evaluator *evaluator, const struct statement *statement)
{
	struct attachment_watch *watch = evaluator->attachments;
	const struct expression *condition = statement->expression;

	while (++watch->position < watch->count) {
		struct text value = TEXT("1");
		evaluate_begin(evaluator);
		if (evaluate_is_interrupted(evaluator, statement->offset))
			return PATTERN_FAILED;
		if (!watch->is_stale)
			watch->current =
			    attachment_at(watch->list, watch->position - watch->gone_count);
		else if (!attachment_value_open(evaluator, statement->offset))
			return PATTERN_FAILED;
		if (condition != NULL && !evaluate(evaluator, condition, &value))
			return PATTERN_FAILED;
		if (!value_is_true(value))
			continue;
		if (observe_is_on(evaluator))
			observe_round(evaluator, statement, watch->position + 1, NULL);
		return PATTERN_YES;
	}
	return PATTERN_NO;
}

void
attachment_loop_end(struct evaluator *evaluator)
{
	struct attachment_watch *watch = evaluator->attachments;

	watch->is_loop = false;
	watch->current = NULL;
	arena_clear(&watch->loop_arena);
}
