/*
 * Scores: patterns with a weight that count the empty text, and sums of them that are asked as if
 * they were questions; see inspect.h.
 */
#include "filter/mailfilter/inspect.h"

enum { INSPECT_NEARLY_ALL = 250 /* of 256 bytes */ };

/* It is tried at the beginning of a line only, so that there is one match at most. */
static bool
inspect_is_anchored(const struct shape_node *node)
{
	while (node != NULL && (node->kind == SHAPE_SEQUENCE || node->kind == SHAPE_GROUP))
		node = node->children;
	return node == NULL || node->kind == SHAPE_START;
}

/* .* takes a line as a whole: that is meant. */
static bool
inspect_takes_all(const struct shape_node *node)
{
	unsigned count = 0;

	while ((node->kind == SHAPE_GROUP || node->kind == SHAPE_SEQUENCE) &&
	       node->children != NULL && node->children->next == NULL)
		node = node->children;
	if (node->kind != SHAPE_REPEAT || node->maximum != SHAPE_MANY ||
	    node->children->kind != SHAPE_SET)
		return false;
	for (unsigned byte = 0; byte < 256; byte++)
		count += byte_set_has(&node->children->set, (unsigned char)byte);
	return count >= INSPECT_NEARLY_ALL;
}

void
inspect_empty_match(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression, const struct pattern_shape *shape)
{
	const struct program_pattern *pattern = expression->pattern;
	bool is_round = site->statement->kind == STATEMENT_FOREACH && site->parent == NULL;

	if ((!is_round && !pattern->weighted) || shape->root == NULL ||
	    shape_node_width(shape->root) > 0 || inspect_is_anchored(shape->root) ||
	    inspect_takes_all(shape->root))
		return;
	const char *what =
	    is_round ? "there is a round of `foreach` for every line" : "every line counts";
	if (expression->kind == EXPRESSION_MATCH)
		what = is_round ? "between any two characters there is a round of `foreach`"
				: "every place in the text counts";
	struct diagnostic *added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_EMPTY_MATCH,
	    pattern->offset, (uint32_t)pattern->written.size,
	    "this pattern matches the empty text too: %s", what);
	diagnostic_advise(inspection->diagnostics, added,
	    "let something be there: + instead of *, nothing optional (?), no empty alternative");
}

/* The operand of the sum that makes it doubtful: below zero. */
static const struct expression *
inspect_find_negative(const struct expression *sum)
{
	bool is_score = false;
	const struct expression *negative = NULL;

	for (const struct expression *at = sum->operands; at != NULL; at = at->next) {
		bool is_weighted = at->pattern != NULL && at->pattern->weighted;
		is_score |= is_weighted;
		if (negative == NULL &&
		    (at->operation == OPERATOR_MINUS || (is_weighted && at->pattern->weight < 0)))
			negative = at;
	}
	return is_score ? negative : NULL;
}

void
inspect_score(struct inspection *inspection, const struct expression *condition)
{
	const struct program_pattern *pattern = condition->pattern;
	const struct expression *negative = NULL;
	struct diagnostic *added;

	if (condition->kind == EXPRESSION_OR || condition->kind == EXPRESSION_AND ||
	    condition->kind == EXPRESSION_NOT) {
		for (const struct expression *at = condition->operands; at != NULL; at = at->next)
			inspect_score(inspection, at);
		return;
	}
	if (condition->kind == EXPRESSION_ARITHMETIC)
		negative = inspect_find_negative(condition);
	else if (pattern != NULL && pattern->weighted && pattern->weight <= 0)
		negative = condition;
	if (negative == NULL)
		return;
	if (pattern != NULL && pattern->weight >= 0) {
		added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_SCORE_CONDITION,
		    pattern->offset, (uint32_t)pattern->written.size,
		    "a weight of 0 gives the score 0, and 0 is false: this is never true");
		diagnostic_advise(
		    inspection->diagnostics, added, "leave the weight away to ask for the pattern");
		return;
	}
	added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_SCORE_CONDITION,
	    negative->offset, inspect_size(inspection, negative),
	    "every score but 0 is true as a condition, one below 0 too");
	diagnostic_advise(inspection->diagnostics, added, "compare it: (...) > 0");
}
