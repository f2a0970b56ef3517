/*
 * Mistakes in conditions and comparisons: `=` for `==`, a name without its $, texts compared as
 * numbers and the other way round, values of matches compared with a number; see inspect.h.
 */
#include "filter/engine/value.h"
#include "filter/mailfilter/inspect.h"

static bool
inspect_is_test(const struct inspect_site *site)
{
	return (site->statement->kind == STATEMENT_IF ||
		   site->statement->kind == STATEMENT_WHILE) &&
	       site->parent == NULL;
}

/* if ((X = ...)): the second pair of parentheses says that it is meant. */
static bool
inspect_has_double_parenthesis(const struct inspection *inspection, uint32_t offset)
{
	struct text source = inspection->program->source;
	unsigned opened = 0;

	for (size_t at = offset; at < source.size; at++) {
		if (source.data[at] == '(')
			opened++;
		else if (!text_is_space(source.data[at]) &&
			 (opened > 0 || !text_is_alpha(source.data[at])))
			break;
	}
	return opened > 1;
}

static void
inspect_assignment_test(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression)
{
	struct text name = expression->text, value;
	bool is_number = inspect_literal(expression->operands, &value) && inspect_is_number(value);

	if (!inspect_is_test(site) ||
	    inspect_has_double_parenthesis(inspection, site->statement->offset))
		return;
	struct diagnostic *added = diagnostics_add(inspection->diagnostics,
	    DIAGNOSTIC_ASSIGNMENT_IN_CONDITION, expression->offset, 1,
	    "this = sets the variable %.*s, it compares nothing", TEXT_ARGUMENTS(name));
	bool has_dollar = name.size > 0 && name.data[0] == '$';
	diagnostic_advise(inspection->diagnostics, added,
	    "write \"%s%.*s\" %s ... to compare %s; if it is meant to be set here, double the "
	    "parentheses: ((...))",
	    has_dollar ? "" : "$", TEXT_ARGUMENTS(name), is_number ? "==" : "eq",
	    is_number ? "numbers" : "texts (== is for numbers)");
}

static void
inspect_assignment(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression)
{
	struct text name = expression->text;

	inspect_assignment_test(inspection, site, expression);
	if (name.size < 2 || name.data[0] != '$')
		return;
	struct diagnostic *added =
	    diagnostics_add(inspection->diagnostics, DIAGNOSTIC_DOLLAR_ASSIGNMENT,
		inspect_name_offset(inspection, expression), (uint32_t)name.size,
		"this sets a variable that is called %.*s, dollar included", TEXT_ARGUMENTS(name));
	name = text_slice(name, 1, name.size);
	diagnostic_advise(inspection->diagnostics, added,
	    "a variable is set without the $: %.*s = ...", TEXT_ARGUMENTS(name));
}

static const char *
inspect_operator_name(enum expression_operator operation)
{
	static const char *const names[] = {
	    [OPERATOR_LESS] = "<",
	    [OPERATOR_LESS_EQUAL] = "<=",
	    [OPERATOR_GREATER] = ">",
	    [OPERATOR_GREATER_EQUAL] = ">=",
	    [OPERATOR_EQUAL] = "==",
	    [OPERATOR_NOT_EQUAL] = "!=",
	    [OPERATOR_TEXT_LESS] = "lt",
	    [OPERATOR_TEXT_LESS_EQUAL] = "le",
	    [OPERATOR_TEXT_GREATER] = "gt",
	    [OPERATOR_TEXT_GREATER_EQUAL] = "ge",
	    [OPERATOR_TEXT_EQUAL] = "eq",
	    [OPERATOR_TEXT_NOT_EQUAL] = "ne",
	};

	return names[operation];
}

/* A text that counts as 0 whatever its variables hold. */
static bool
inspect_is_words(const struct expression *expression)
{
	if (expression->kind != EXPRESSION_STRING)
		return false;
	struct text text = text_trim(expression->text);
	if (!expression->expands)
		return text.size == 0 ||
		       (!inspect_is_number(text) && !text_is_digit(text.data[0]) &&
			   text.data[0] != '.' && text.data[0] != '-' && text.data[0] != '+');
	return text_is_alpha(text.data[0]) && !text_has_prefix_nocase(text, TEXT("inf")) &&
	       !text_has_prefix_nocase(text, TEXT("nan"));
}

static bool
inspect_is_numeric(const struct inspection *inspection, const struct expression *expression)
{
	struct text text;

	switch (expression->kind) {
	case EXPRESSION_ARITHMETIC:
	case EXPRESSION_COMPLEMENT:
		return true;
	case EXPRESSION_FUNCTION:
		return expression->function == FUNCTION_LENGTH ||
		       expression->function == FUNCTION_TIME;
	case EXPRESSION_STRING:
		if (inspect_literal(expression, &text))
			return inspect_is_number(text);
		if (!inspect_is_variable(expression, &text))
			return false;
		const struct inspect_variable *variable = table_find(&inspection->variables, text);
		return variable != NULL && variable->is_numeric;
	default:
		return false;
	}
}

static void
inspect_match_compared(
    struct inspection *inspection, const struct expression *match, const struct expression *other)
{
	struct text text;

	if (match->kind != EXPRESSION_SEARCH || match->pattern->weighted ||
	    !inspect_literal(other, &text) || !inspect_is_number(text) || value_number(text) == 0)
		return;
	struct diagnostic *added = diagnostics_add(inspection->diagnostics,
	    DIAGNOSTIC_MATCH_COMPARED, match->offset, inspect_size(inspection, match),
	    "a pattern that is found is 1 here, but 2 in maildrop 2.9 and 3.1");
	diagnostic_advise(inspection->diagnostics, added,
	    "leave the comparison away: the pattern itself is true or false");
}

/* A word that is the name of a variable. */
static bool
inspect_is_bare_name(const struct inspection *inspection, const struct expression *expression)
{
	struct text text = expression->text;

	if (expression->kind != EXPRESSION_STRING || expression->expands || text.size < 2 ||
	    !inspect_is_bare(inspection, expression) || text.data[0] < 'A' || text.data[0] > 'Z')
		return false;
	const struct inspect_variable *variable = table_find(&inspection->variables, text);
	return (variable != NULL && variable->assigned > 0) || inspect_is_special(text);
}

static void
inspect_comparison(struct inspection *inspection, const struct expression *expression)
{
	const struct expression *left = expression->operands, *right = left->next;
	enum expression_operator operation = right->operation;
	const struct expression *words = inspect_is_words(left) ? left : right;
	struct diagnostic *added;

	if (operation >= OPERATOR_LESS && operation <= OPERATOR_NOT_EQUAL) {
		const char *instead =
		    inspect_operator_name(operation - OPERATOR_LESS + OPERATOR_TEXT_LESS);
		inspect_match_compared(inspection, left, right);
		inspect_match_compared(inspection, right, left);
		if (!inspect_is_words(words) || inspect_is_bare_name(inspection, words))
			return;
		added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_NUMERIC_COMPARISON,
		    words->offset, inspect_size(inspection, words),
		    "%s compares numbers, and this text counts as 0",
		    inspect_operator_name(operation));
		diagnostic_advise(
		    inspection->diagnostics, added, "write %s to compare texts", instead);
		return;
	}
	if (operation < OPERATOR_TEXT_LESS || operation > OPERATOR_TEXT_GREATER_EQUAL ||
	    !inspect_is_numeric(inspection, left) || !inspect_is_numeric(inspection, right))
		return;
	added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_TEXT_COMPARISON,
	    expression->offset, inspect_size(inspection, expression),
	    "%s compares texts: \"10\" comes before \"9\"", inspect_operator_name(operation));
	diagnostic_advise(inspection->diagnostics, added, "write %s to compare numbers",
	    inspect_operator_name(operation - OPERATOR_TEXT_LESS + OPERATOR_LESS));
}

/* Is the operand one whose value decides something? */
static bool
inspect_is_asked(const struct inspect_site *site, const struct expression *expression)
{
	const struct expression *parent = site->parent;

	if (parent == NULL)
		return inspect_is_test(site);
	if (parent->kind == EXPRESSION_COMPARISON) {
		const struct expression *other =
		    parent->operands == expression ? expression->next : parent->operands;
		return !other->expands;
	}
	return parent->kind == EXPRESSION_NOT ||
	       (parent->kind == EXPRESSION_MATCH && parent->operands == expression) ||
	       parent->kind == EXPRESSION_OR || parent->kind == EXPRESSION_AND;
}

static void
inspect_bare_name(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression)
{
	struct text text = expression->text;

	if (!inspect_is_bare_name(inspection, expression) || !inspect_is_asked(site, expression))
		return;
	struct diagnostic *added = diagnostics_add(inspection->diagnostics,
	    DIAGNOSTIC_MISSING_DOLLAR, expression->offset, (uint32_t)text.size,
	    "this is the word \"%.*s\", not the value of the variable", TEXT_ARGUMENTS(text));
	diagnostic_advise(inspection->diagnostics, added, "write $%.*s", TEXT_ARGUMENTS(text));
}

/* $FROM asked for MAILER-DAEMON. */
static void
inspect_null_sender(struct inspection *inspection, const struct expression *expression)
{
	const struct expression *left = expression->operands;
	struct text name, wanted = {NULL, 0}, daemon = TEXT("MAILER-DAEMON");

	if (expression->kind == EXPRESSION_MATCH)
		wanted = expression->pattern->source;
	else if (!inspect_literal(left->next, &wanted))
		return;
	size_t at = 0;
	while (at < wanted.size &&
	       !text_has_prefix_nocase(text_slice(wanted, at, wanted.size), daemon))
		at++;
	if (at == wanted.size || !inspect_is_variable(left, &name) ||
	    !text_is_equal(name, TEXT("FROM")))
		return;
	struct diagnostic *added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_NULL_SENDER,
	    left->offset, inspect_size(inspection, left),
	    "the sender of a bounce is the empty text here, where maildrop says MAILER-DAEMON");
	diagnostic_advise(inspection->diagnostics, added, "ask for both: \"$FROM\" eq \"\" || ...");
}

void
inspect_condition(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression)
{
	if (expression->kind == EXPRESSION_ASSIGNMENT)
		inspect_assignment(inspection, site, expression);
	if (expression->kind == EXPRESSION_COMPARISON && expression->operands->next != NULL)
		inspect_comparison(inspection, expression);
	if (expression->kind == EXPRESSION_MATCH || expression->kind == EXPRESSION_COMPARISON)
		inspect_null_sender(inspection, expression);
	if (expression->kind == EXPRESSION_STRING)
		inspect_bare_name(inspection, site, expression);
	if (inspect_is_test(site))
		inspect_score(inspection, expression);
}
