/*
 * Quantified patterns; see field_list.h. The values are those that header patterns see, without
 * "Name: ".
 */
#include "filter/engine/field_list.h"

#include "filter/engine/address_value.h"
#include "filter/engine/edit_header.h"
#include "filter/engine/match.h"
#include "mail/header_edit.h"

enum { FIELD_LIST_VALUES_BETWEEN_QUESTIONS = 1024 };

struct field_list {
	struct evaluator *evaluator;
	const struct program_pattern *pattern;
	enum address_part part;       /* of the name that is looked at now */
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

/* One of the values of an address is enough. */
static enum pattern_answer
field_list_try_address(struct field_list *list, const struct address *address, struct arena *arena,
    enum pattern_answer answer)
{
	struct evaluator *evaluator = list->evaluator;
	struct text delimiters = evaluator->input->recipient_delimiter, values[2];
	unsigned count = address_value_get(arena, address, list->part, delimiters, values);

	for (unsigned i = 0; i < count && (i == 0 || answer == PATTERN_NO); i++) {
		if (++list->values % FIELD_LIST_VALUES_BETWEEN_QUESTIONS == 0 &&
		    evaluate_is_interrupted(evaluator, list->pattern->offset))
			return PATTERN_FAILED;
		answer = match_value(evaluator, list->pattern, values[i], false);
	}
	return answer;
}

/* The same as field_list_try() for a part of the addresses in the fields. */
static enum pattern_answer
field_list_try_addresses(struct field_list *list, struct text name, enum pattern_answer answer)
{
	const struct header *header = message_header(list->evaluator->message);

	for (size_t i = 0; i < header->count; i++) {
		struct arena arena;
		if (!text_is_equal_nocase(header->fields[i].name, name))
			continue;
		arena_init(&arena, NULL, 0);
		struct address_list addresses =
		    address_list_parse(&arena, header->fields[i].body, ADDRESS_COUNT_MAX);
		for (size_t j = 0;
		     j < addresses.count && answer != list->deciding && answer != PATTERN_FAILED;
		     j++)
			answer = field_list_try_address(list, &addresses.items[j], &arena, answer);
		bool is_cut = addresses.truncated;
		arena_clear(&arena);
		if (answer == list->deciding || answer == PATTERN_FAILED)
			break;
		if (is_cut)
			return match_undecodable(list->evaluator, list->pattern->offset);
	}
	return answer;
}

bool
field_list_evaluate(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	bool is_any = expression->function == FUNCTION_ANY;
	struct field_list list = {evaluator, expression->pattern, ADDRESS_PART_NONE,
	    is_any ? PATTERN_YES : PATTERN_NO, 0};
	/* Without a value neither holds. */
	enum pattern_answer answer = is_any ? PATTERN_NO : PATTERN_YES;

	for (const struct expression *name = expression->operands;
	     name != NULL && answer != PATTERN_FAILED; name = name->next) {
		struct text word, field;
		if (!evaluate(evaluator, name, &word))
			return false;
		list.part = address_value_parse(word, &field);
		if (list.part == ADDRESS_PART_UNKNOWN)
			return evaluate_fail(evaluator, ERROR_INPUT, name->offset,
			    "an address has no such part: it has %s", address_value_parts);
		if (!header_edit_is_name(field))
			return evaluate_fail(evaluator, ERROR_INPUT, name->offset,
			    "this is no name of a header field");
		if (!edit_header_settle(evaluator))
			return false;
		answer = list.part == ADDRESS_PART_NONE
			     ? field_list_try(&list, field, answer)
			     : field_list_try_addresses(&list, field, answer);
	}
	*value_out = answer == PATTERN_YES && list.values > 0 ? TEXT("1") : TEXT("0");
	return answer != PATTERN_FAILED;
}
