/*
 * Quantified patterns; see field_list.h. The values are those that header patterns see, without
 * "Name: ".
 */
#include "filter/engine/field_list.h"

#include "filter/engine/edit_header.h"
#include "filter/engine/match.h"
#include "mail/header_edit.h"

enum { FIELD_LIST_VALUES_BETWEEN_QUESTIONS = 1024 };

struct field_list {
	struct evaluator *evaluator;
	const struct program_pattern *pattern;
	enum pattern_answer deciding; /* the first such answer is the end */
	size_t values;
};

/* Tries the values of one name's fields; PATTERN_FAILED or the last answer. */
static enum pattern_answer
field_list_try(struct field_list *list, struct text name, enum pattern_answer answer)
{
	struct evaluator *evaluator = list->evaluator;
	struct scope_cursor cursor;
	struct text value;

	scope_begin(&cursor, evaluator->scope,
	    PATTERN_SCOPE_TOP_HEADER | (list->pattern->scope & PATTERN_SCOPE_RAW), name);
	while (answer != list->deciding && answer != PATTERN_FAILED &&
	       scope_next_value(&cursor, &value)) {
		if (++list->values % FIELD_LIST_VALUES_BETWEEN_QUESTIONS == 0 &&
		    evaluate_is_interrupted(evaluator, list->pattern->offset))
			return PATTERN_FAILED;
		answer = match_value(evaluator, list->pattern, value, cursor.is_damaged);
		cursor.is_damaged = false;
	}
	/* There are fields that nobody has seen. */
	if (answer != list->deciding && answer != PATTERN_FAILED && cursor.is_damaged)
		answer = match_undecodable(evaluator, list->pattern->offset);
	return answer;
}

bool
field_list_evaluate(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	bool is_any = expression->function == FUNCTION_ANY;
	struct field_list list = {
	    evaluator, expression->pattern, is_any ? PATTERN_YES : PATTERN_NO, 0};
	/* Without a value neither holds. */
	enum pattern_answer answer = is_any ? PATTERN_NO : PATTERN_YES;

	for (const struct expression *name = expression->operands;
	     name != NULL && answer != PATTERN_FAILED; name = name->next) {
		struct text field;
		if (!evaluate(evaluator, name, &field))
			return false;
		if (!header_edit_is_name(field))
			return evaluate_fail(evaluator, ERROR_INPUT, name->offset,
			    "this is no name of a header field");
		if (!edit_header_settle(evaluator))
			return false;
		answer = field_list_try(&list, field, answer);
	}
	*value_out = answer == PATTERN_YES && list.values > 0 ? TEXT("1") : TEXT("0");
	return answer != PATTERN_FAILED;
}
