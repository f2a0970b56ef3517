/*
 * EXITCODE and RETURNCODE taken for one another, exit statuses that are none, and statements that do
 * nothing; see inspect.h.
 */
#include "base/number.h"
#include "filter/mailfilter/inspect.h"

enum { INSPECT_EXIT_MAX = 255 };

/* What the file has, wherever. */
struct inspect_census {
	bool has_command, has_copy, has_exit;
};

static bool
inspect_has_command(const struct expression *expression)
{
	for (const struct expression *at = expression->operands; at != NULL; at = at->next)
		if (inspect_has_command(at))
			return true;
	return expression->kind == EXPRESSION_COMMAND;
}

static void
inspect_count(struct inspect_census *census, const struct statement *list)
{
	for (; list != NULL; list = list->next) {
		const struct statement *at = list;
		for (;;) {
			census->has_exit |= at->kind == STATEMENT_EXIT;
			census->has_copy |= at->kind == STATEMENT_CC;
			census->has_command |=
			    at->kind == STATEMENT_SYSTEM || at->kind == STATEMENT_XFILTER ||
			    (at->expression != NULL && inspect_has_command(at->expression));
			inspect_count(census, at->body);
			if (!at->otherwise_is_if)
				break;
			at = at->otherwise;
		}
		inspect_count(census, at->otherwise);
	}
}

static void
inspect_exchanged(struct inspection *inspection)
{
	const struct inspect_variable *wanted =
	    table_find(&inspection->variables, TEXT("EXITCODE"));
	const struct inspect_variable *result =
	    table_find(&inspection->variables, TEXT("RETURNCODE"));
	struct inspect_census census = {false, false, false};
	struct diagnostic *added;

	inspect_count(&census, inspection->program->statements);
	/* After `cc` there is another tale to tell (inspect_flow.c). */
	if (wanted != NULL && wanted->read > 0 && wanted->assigned == 0 && census.has_command &&
	    !census.has_copy && !inspection->has_includes) {
		added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_STATUS_VARIABLE,
		    wanted->read_at, wanted->read_size,
		    "EXITCODE is what these rules ask for, and nothing sets it here: no command "
		    "does");
		diagnostic_advise(
		    inspection->diagnostics, added, "the status of a command is in $RETURNCODE");
	}
	if (result != NULL && result->assigned > 0 && result->read == 0 && census.has_exit &&
	    !inspection->has_includes) {
		added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_STATUS_VARIABLE,
		    result->assigned_at, (uint32_t)result->name.size,
		    "RETURNCODE is the status of the last command: `exit` does not look at it");
		diagnostic_advise(inspection->diagnostics, added,
		    "set EXITCODE for the exit status of the rules");
	}
}

static void
inspect_exit_code(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression)
{
	struct text value;
	uint64_t code;

	(void)site;
	if (expression->kind != EXPRESSION_ASSIGNMENT ||
	    !text_is_equal(expression->text, TEXT("EXITCODE")) ||
	    !inspect_literal(expression->operands, &value))
		return;
	value = text_trim(value);
	if (value.size == 0 || number_parse_unsigned(value, INSPECT_EXIT_MAX, &code))
		return;
	struct diagnostic *added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_EXIT_CODE,
	    expression->operands->offset, inspect_size(inspection, expression->operands),
	    "an exit status is a number from 0 to 255: `exit` defers the mail with this one");
	diagnostic_advise(inspection->diagnostics, added,
	    "75 defers, 77 refuses, 0 discards; or write tempfail \"...\", reject \"...\" or "
	    "discard");
}

static bool
inspect_is_words_only(const struct expression *expression)
{
	if (expression->kind == EXPRESSION_STRING)
		return true;
	if (expression->kind != EXPRESSION_CONCATENATION || expression->operands == NULL)
		return false;
	for (const struct expression *at = expression->operands; at != NULL; at = at->next)
		if (!inspect_is_words_only(at))
			return false;
	return true;
}

/* X == 1, "$X" eq "y", $X + 1: values of words, and nobody takes the result. */
static bool
inspect_is_idle_question(const struct expression *expression)
{
	if (expression->kind != EXPRESSION_COMPARISON && expression->kind != EXPRESSION_ARITHMETIC)
		return false;
	for (const struct expression *at = expression->operands; at != NULL; at = at->next)
		if (!inspect_is_words_only(at))
			return false;
	return expression->operands != NULL;
}

static void
inspect_no_effect(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression)
{
	struct diagnostic *added;

	if (site->parent != NULL || site->statement->kind != STATEMENT_EXPRESSION)
		return;
	if (inspect_is_words_only(expression)) {
		added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_NO_EFFECT,
		    expression->offset, inspect_size(inspection, expression),
		    "this line is a text, and does nothing");
		diagnostic_advise(inspection->diagnostics, added,
		    "a command stands in backticks: `...`; a mailbox behind `to`; a comment behind "
		    "#");
	} else if (inspect_is_idle_question(expression)) {
		added = diagnostics_add(inspection->diagnostics, DIAGNOSTIC_NO_EFFECT,
		    expression->offset, inspect_size(inspection, expression),
		    "this line calculates something that nobody takes");
		diagnostic_advise(inspection->diagnostics, added,
		    "a variable is set with one equals sign: NAME = ...; a question stands behind "
		    "`if`");
	}
}

void
inspect_status(struct inspection *inspection)
{
	const struct statement *statements = inspection->program->statements;

	inspect_exchanged(inspection);
	inspect_each(inspection, statements, inspect_exit_code);
	/* Around what could not be read, anything may look like a text. */
	for (size_t i = 0; i < inspection->diagnostics->count; i++)
		if (inspection->diagnostics->items[i].code == DIAGNOSTIC_SYNTAX)
			return;
	inspect_each(inspection, statements, inspect_no_effect);
}
