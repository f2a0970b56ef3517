/*
 * Destinations as rules write them; see target.h.
 */
#include "filter/engine/target.h"

const char *
target_word(const struct delivery_request *request)
{
	static const char *const words[][2] = {
	    [DESTINATION_WRITTEN] = {"to", "cc"},
	    [DESTINATION_MAILBOX] = {"mailbox", "cc mailbox"},
	    [DESTINATION_ARGUMENTS] = {"pipe", "cc pipe"},
	};

	return words[request->form][request->copy];
}

/* The program and its arguments, each one value. */
static bool
target_evaluate_arguments(
    struct evaluator *evaluator, const struct expression *list, struct delivery_request *request)
{
	size_t count = 0;

	for (const struct expression *value = list->operands; value != NULL; value = value->next)
		count++;
	struct text *arguments = arena_alloc_array(&evaluator->scratch, count, sizeof *arguments);
	for (const struct expression *value = list->operands; value != NULL; value = value->next) {
		struct text *argument = &arguments[request->argument_count++];
		if (!evaluate(evaluator, value, argument))
			return false;
		if (text_find_byte(*argument, 0, '\0') < argument->size)
			return evaluate_fail(evaluator, ERROR_INPUT, value->offset,
			    "an argument of `pipe` cannot hold a NUL");
	}
	request->arguments = arguments;
	if (arguments[0].size == 0)
		return evaluate_fail(
		    evaluator, ERROR_INPUT, list->operands->offset, "`pipe` names no program");
	return true;
}

/* "|program argument ...", for people. */
static bool
target_describe(struct evaluator *evaluator, uint32_t offset, struct delivery_request *request)
{
	buffer_reset(&evaluator->work);
	for (size_t i = 0; i < request->argument_count; i++) {
		buffer_append_byte(&evaluator->work, i == 0 ? '|' : ' ');
		buffer_append(&evaluator->work, request->arguments[i]);
	}
	return evaluate_take_work(evaluator, offset, &request->destination);
}

bool
target_evaluate(struct evaluator *evaluator, const struct statement *statement,
    struct delivery_request *request)
{
	request->form = statement->form;
	if (statement->form != DESTINATION_ARGUMENTS)
		return evaluate(evaluator, statement->expression, &request->destination);
	return target_evaluate_arguments(evaluator, statement->expression, request) &&
	       target_describe(evaluator, statement->offset, request);
}
