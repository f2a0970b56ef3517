/*
 * Values of expressions; see evaluate.h. Each kind of node has its function; only backticks
 * act on the world (run_command.c).
 */
#include "filter/engine/evaluate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "filter/engine/attachment/attachment_value.h"
#include "filter/engine/database.h"
#include "filter/engine/edit_header.h"
#include "filter/engine/envelope_value.h"
#include "filter/engine/field_list.h"
#include "filter/engine/lookup.h"
#include "filter/engine/match.h"
#include "filter/engine/message_value.h"
#include "filter/engine/observe.h"
#include "filter/engine/recipients.h"
#include "filter/engine/run_command.h"
#include "filter/engine/value.h"

bool
evaluate_fail_at(struct evaluator *evaluator, uint32_t offset)
{
	struct place place = program_place(evaluator->program, offset);

	error_prefix(&evaluator->error, "%.*s:%u:%u: ", TEXT_ARGUMENTS(place.file), place.line,
	    place.column);
	return false;
}

bool
evaluate_fail(
    struct evaluator *evaluator, enum error_kind kind, uint32_t offset, const char *format, ...)
{
	va_list arguments;
	char what[ERROR_TEXT_MAX];

	va_start(arguments, format);
	vsnprintf(what, sizeof what, format, arguments);
	va_end(arguments);
	error_set(&evaluator->error, kind, "%s", what);
	return evaluate_fail_at(evaluator, offset);
}

enum verdict
evaluate_undecided(
    struct evaluator *evaluator, enum verdict verdict, uint32_t offset, struct text kind)
{
	/* Many rules may ask the same of a message: only the first, and an error, is told. */
	if (verdict == VERDICT_LATER || evaluator->undecided.size == 0)
		evaluate_fail_at(evaluator, offset);
	if (evaluator->undecided.size == 0)
		evaluator->undecided =
		    arena_copy_text(evaluator->arena, text_from_string(evaluator->error.text));
	if (observe_is_on(evaluator))
		observe_undecided(evaluator, verdict, offset, kind);
	variables_set(evaluator->input->variables, TEXT("UNDECIDED"), kind);
	return verdict;
}

void
evaluate_begin(struct evaluator *evaluator)
{
	if (evaluator->scratch.blocks != NULL)
		arena_clear(&evaluator->scratch);
	arena_init(&evaluator->scratch, evaluator->scratch_first, sizeof evaluator->scratch_first);
	evaluator->scratch_used = 0;
}

void
evaluate_set_number(struct evaluator *evaluator, struct text name, uint64_t number)
{
	char digits[NUMBER_DIGITS_MAX];

	variables_set(evaluator->input->variables, name, number_format_unsigned(number, digits));
}

static void
evaluate_set_lines(struct evaluator *evaluator)
{
	evaluate_set_number(evaluator, TEXT("LINES"), message_line_end_count(evaluator->message));
}

void
evaluate_count_lines(struct evaluator *evaluator)
{
	if (!variables_is_set(evaluator->input->variables, TEXT("LINES")))
		evaluate_set_lines(evaluator);
}

void
evaluate_take_message(struct evaluator *evaluator, const struct message *message)
{
	evaluator->message = message;
	if (evaluator->attachments != NULL)
		attachment_value_renew(evaluator);
	scope_close(evaluator->scope);
	evaluator->scope = scope_new(evaluator->arena, message);
	evaluate_set_number(evaluator, TEXT("SIZE"), message_bytes(message).size);
	evaluate_set_lines(evaluator);
}

bool
evaluate_is_interrupted(struct evaluator *evaluator, uint32_t offset)
{
	const struct filter_input *input = evaluator->input;

	if (input->host->is_interrupted == NULL || !input->host->is_interrupted(input->host_self))
		return false;
	evaluator->is_interrupted = true;
	evaluate_fail(
	    evaluator, ERROR_LIMIT, offset, "the rules were stopped: their time was over");
	return true;
}

/* Accounts for a value of that size in this statement. */
static bool
evaluate_reserve(struct evaluator *evaluator, uint32_t offset, size_t size)
{
	if (size <= VARIABLE_VALUE_MAX && size <= EVALUATE_SCRATCH_MAX - evaluator->scratch_used) {
		evaluator->scratch_used += size;
		return true;
	}
	return evaluate_fail(evaluator, ERROR_LIMIT, offset, "a value is larger than %d MiB",
	    (int)(VARIABLE_VALUE_MAX / 1024 / 1024));
}

bool
evaluate_take_work(struct evaluator *evaluator, uint32_t offset, struct text *value_out)
{
	struct text value = buffer_text(&evaluator->work);

	if (buffer_is_overfull(&evaluator->work))
		value.size = SIZE_MAX;
	if (!evaluate_reserve(evaluator, offset, value.size))
		return false;
	*value_out = arena_copy_text(&evaluator->scratch, value);
	return true;
}

static struct text
evaluate_find_variable(const void *self, struct text name)
{
	return variables_get(self, name);
}

bool
evaluate_text(struct evaluator *evaluator, struct text source, bool expands, uint32_t offset,
    struct text *value_out)
{
	if (!expands) {
		*value_out = source;
		return true;
	}
	if (edit_header_is_asked_for(evaluator, source) && !edit_header_settle(evaluator))
		return false;
	buffer_reset(&evaluator->work);
	value_expand(source, evaluate_find_variable, evaluator->input->variables, &evaluator->work);
	return evaluate_take_work(evaluator, offset, value_out);
}

static struct text
evaluate_truth(bool truth)
{
	return truth ? TEXT("1") : TEXT("0");
}

static bool
evaluate_number(
    struct evaluator *evaluator, const struct expression *expression, double *number_out)
{
	struct text value;

	if (!evaluate(evaluator, expression, &value))
		return false;
	*number_out = value_number(value);
	return true;
}

static bool
evaluate_concatenation(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	size_t count = 0, size = 0;

	for (const struct expression *part = expression->operands; part != NULL; part = part->next)
		count++;
	struct text *parts = arena_alloc_array(&evaluator->scratch, count, sizeof *parts);
	count = 0;
	for (const struct expression *part = expression->operands; part != NULL;
	     part = part->next) {
		if (!evaluate(evaluator, part, &parts[count]))
			return false;
		size += parts[count++].size;
	}
	if (!evaluate_reserve(evaluator, expression->offset, size))
		return false;
	char *joined = arena_alloc(&evaluator->scratch, size);
	*value_out = (struct text){joined, size};
	for (size_t i = 0; i < count; i++) {
		if (parts[i].size > 0)
			memcpy(joined, parts[i].data, parts[i].size);
		joined += parts[i].size;
	}
	return true;
}

static bool
evaluate_logical(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	bool deciding = expression->kind == EXPRESSION_OR;

	for (const struct expression *operand = expression->operands; operand != NULL;
	     operand = operand->next) {
		if (!evaluate(evaluator, operand, value_out))
			return false;
		if (value_is_true(*value_out) == deciding) {
			if (observe_is_on(evaluator))
				observe_skipped(evaluator, expression, operand);
			break;
		}
	}
	return true;
}

static bool
evaluate_arithmetic(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	const struct expression *operand = expression->operands;
	double result;

	if (!evaluate_number(evaluator, operand, &result))
		return false;
	while ((operand = operand->next) != NULL) {
		double right;
		if (!evaluate_number(evaluator, operand, &right))
			return false;
		result = value_compute(operand->operation, result, right);
	}
	*value_out = value_format_number(&evaluator->scratch, result);
	return true;
}

static bool
evaluate_comparison(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	struct text left, right;
	const struct expression *operands = expression->operands;

	if (!evaluate(evaluator, operands, &left) || !evaluate(evaluator, operands->next, &right))
		return false;
	*value_out = evaluate_truth(value_compare(operands->next->operation, left, right));
	if (observe_is_on(evaluator))
		observe_comparison(evaluator, expression, left, right, *value_out);
	return true;
}

static bool
evaluate_substr(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	const struct expression *start = expression->operands->next;
	double from, count = 0;

	if (!evaluate(evaluator, expression->operands, value_out) ||
	    !evaluate_number(evaluator, start, &from))
		return false;
	if (start->next != NULL && !evaluate_number(evaluator, start->next, &count))
		return false;
	*value_out = value_substr(*value_out, from, start->next != NULL, count);
	return true;
}

static bool
evaluate_letters(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	struct text value;

	if (!evaluate(evaluator, expression->operands, &value) ||
	    !evaluate_reserve(evaluator, expression->offset, value.size))
		return false;
	char *changed = arena_alloc(&evaluator->scratch, value.size);
	for (size_t i = 0; i < value.size; i++)
		changed[i] = expression->function == FUNCTION_TOLOWER ? text_lower(value.data[i])
								      : text_upper(value.data[i]);
	*value_out = (struct text){changed, value.size};
	return true;
}

static bool
evaluate_function(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	struct text value;

	switch (expression->function) {
	case FUNCTION_LENGTH:
		if (!evaluate(evaluator, expression->operands, &value))
			return false;
		*value_out = value_format_number(&evaluator->scratch, (double)value.size);
		return true;
	case FUNCTION_SUBSTR:
		return evaluate_substr(evaluator, expression, value_out);
	case FUNCTION_TOLOWER:
	case FUNCTION_TOUPPER:
		return evaluate_letters(evaluator, expression, value_out);
	case FUNCTION_ESCAPE:
		if (!evaluate(evaluator, expression->operands, &value))
			return false;
		buffer_reset(&evaluator->work);
		value_append_escaped(value, &evaluator->work);
		return evaluate_take_work(evaluator, expression->offset, value_out);
	case FUNCTION_TIME:
		*value_out = value_format_number(&evaluator->scratch,
		    (double)evaluator->input->host->time(evaluator->input->host_self));
		return true;
	case FUNCTION_GETADDR:
		return recipients_list(evaluator, expression, value_out);
	case FUNCTION_HASADDR:
		return recipients_search(evaluator, expression, value_out);
	case FUNCTION_LOOKUP:
		return lookup_evaluate(evaluator, expression, value_out);
	case FUNCTION_DATABASE_OPEN:
	case FUNCTION_DATABASE_CLOSE:
	case FUNCTION_DATABASE_FETCH:
	case FUNCTION_DATABASE_STORE:
		return database_evaluate(evaluator, expression, value_out);
	case FUNCTION_ENVELOPE:
		return envelope_value(evaluator, expression, value_out);
	case FUNCTION_MESSAGE:
		return message_value(evaluator, expression, value_out);
	case FUNCTION_ATTACHMENT:
		return attachment_value(evaluator, expression, value_out);
	case FUNCTION_ANY:
	case FUNCTION_ALL:
		break;
	}
	return evaluate_fail(evaluator, ERROR_INPUT, expression->offset, "this has no value");
}

static bool
evaluate_assignment(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	if (!evaluate(evaluator, expression->operands, value_out))
		return false;
	if (observe_is_on(evaluator))
		observe_variable(
		    evaluator, expression->begin, TEXT("="), expression->text, *value_out);
	variables_set(evaluator->input->variables, expression->text, *value_out);
	return true;
}

bool
evaluate(struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{

	switch (expression->kind) {
	case EXPRESSION_STRING:
		return evaluate_text(evaluator, expression->text, expression->expands,
		    expression->offset, value_out);
	case EXPRESSION_CONCATENATION:
		return evaluate_concatenation(evaluator, expression, value_out);
	case EXPRESSION_ASSIGNMENT:
		return evaluate_assignment(evaluator, expression, value_out);
	case EXPRESSION_OR:
	case EXPRESSION_AND:
		return evaluate_logical(evaluator, expression, value_out);
	case EXPRESSION_COMPARISON:
		return evaluate_comparison(evaluator, expression, value_out);
	case EXPRESSION_ARITHMETIC:
		return evaluate_arithmetic(evaluator, expression, value_out);
	case EXPRESSION_NOT:
		if (!evaluate(evaluator, expression->operands, value_out))
			return false;
		*value_out = evaluate_truth(!value_is_true(*value_out));
		return true;
	case EXPRESSION_COMPLEMENT:
		if (!evaluate(evaluator, expression->operands, value_out))
			return false;
		*value_out = value_format_number(&evaluator->scratch, value_complement(*value_out));
		return true;
	case EXPRESSION_SEARCH:
	case EXPRESSION_MATCH:
		return match_evaluate(evaluator, expression, value_out);
	case EXPRESSION_FUNCTION:
		if (!evaluate_function(evaluator, expression, value_out))
			return false;
		if (observe_is_on(evaluator))
			observe_function(evaluator, expression, *value_out);
		return true;
	case EXPRESSION_COMMAND:
		return run_command_capture(evaluator, expression, value_out);
	case EXPRESSION_FIELDS:
		if (!field_list_evaluate(evaluator, expression, value_out))
			return false;
		if (observe_is_on(evaluator))
			observe_function(evaluator, expression, *value_out);
		return true;
	case EXPRESSION_ATTACHMENTS:
		if (!attachment_value_test(evaluator, expression, value_out))
			return false;
		if (observe_is_on(evaluator))
			observe_function(evaluator, expression, *value_out);
		return true;
	case EXPRESSION_LIST:
		break;
	}
	return evaluate_fail(evaluator, ERROR_INPUT, expression->offset, "this has no value");
}
