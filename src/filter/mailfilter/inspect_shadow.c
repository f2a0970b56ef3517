/*
 * Rules one below the other: `if (/a/)` with a delivery, and later an `if` that asks for lines that
 * the first one took already; see inspect.h. What comes between must not change the message.
 */
#include "filter/mailfilter/inspect.h"

enum { INSPECT_SHADOWS_MAX = 64 };

/* The conditions above, in the same list, whose branches end the rules. */
struct inspect_shadow {
	struct inspection *inspection;
	const struct statement *asked[INSPECT_SHADOWS_MAX];
	size_t count; /* all that were; the array is a ring */
};

static bool
inspect_edits(const struct statement *list)
{
	for (; list != NULL; list = list->next) {
		if (list->kind == STATEMENT_XFILTER || list->kind == STATEMENT_INCLUDE ||
		    list->kind == STATEMENT_ADDHEADER || list->kind == STATEMENT_SETHEADER ||
		    list->kind == STATEMENT_DELHEADER || list->kind == STATEMENT_STRIP ||
		    list->kind == STATEMENT_REPLACE)
			return true;
		if (inspect_edits(list->body) || inspect_edits(list->otherwise))
			return true;
	}
	return false;
}

/* No way leads out of the list. */
static bool
inspect_ends(const struct statement *list)
{
	for (; list != NULL; list = list->next)
		if (list->kind == STATEMENT_TO || list->kind == STATEMENT_EXIT ||
		    list->kind == STATEMENT_REJECT || list->kind == STATEMENT_TEMPFAIL ||
		    list->kind == STATEMENT_DISCARD ||
		    (list->kind == STATEMENT_BLOCK && inspect_ends(list->body)))
			return true;
	return false;
}

/* The condition above is true for all that the pattern matches. */
static bool
inspect_took(const struct expression *above, const struct program_pattern *pattern)
{
	if (above->kind == EXPRESSION_SEARCH)
		return inspect_covers(above->pattern, pattern);
	if (above->kind != EXPRESSION_OR)
		return false;
	for (const struct expression *at = above->operands; at != NULL; at = at->next)
		if (at->kind == EXPRESSION_SEARCH && inspect_covers(at->pattern, pattern))
			return true;
	return false;
}

/* The statement above that took all that the expression asks for; NULL: none did. */
static const struct statement *
inspect_find_shadow(const struct inspect_shadow *shadow, const struct expression *expression)
{
	size_t first =
	    shadow->count > INSPECT_SHADOWS_MAX ? shadow->count - INSPECT_SHADOWS_MAX : 0;

	if (expression->kind == EXPRESSION_AND) {
		for (const struct expression *at = expression->operands; at != NULL;
		     at = at->next) {
			const struct statement *found =
			    at->kind == EXPRESSION_SEARCH ? inspect_find_shadow(shadow, at) : NULL;
			if (found != NULL)
				return found;
		}
	}
	if (expression->kind != EXPRESSION_SEARCH)
		return NULL;
	for (size_t i = first; i < shadow->count; i++) {
		const struct statement *above = shadow->asked[i % INSPECT_SHADOWS_MAX];
		if (inspect_took(above->expression, expression->pattern))
			return above;
	}
	return NULL;
}

static void
inspect_shadowed(struct inspect_shadow *shadow, const struct statement *statement)
{
	const struct expression *asked = statement->expression;
	const struct statement *above = inspect_find_shadow(shadow, asked);
	struct inspection *inspection = shadow->inspection;

	if (above == NULL)
		return;
	struct place place = program_place(inspection->program, above->offset);
	struct diagnostic *added = diagnostics_add(inspection->diagnostics,
	    DIAGNOSTIC_REPEATED_CONDITION, statement->offset,
	    (uint32_t)(statement->end - statement->offset),
	    "whatever this asks for was taken by the `if` in line %u, which ends the rules: this "
	    "branch is never taken",
	    place.line);
	diagnostic_advise(inspection->diagnostics, added, "ask for the more special pattern first");
}

static void
inspect_shadow_list(struct inspection *inspection, const struct statement *list)
{
	struct inspect_shadow shadow = {.inspection = inspection};

	for (; list != NULL; list = list->next) {
		const struct statement *at = list;
		if (at->kind == STATEMENT_IF && at->expression != NULL)
			inspect_shadowed(&shadow, at);
		for (;;) {
			inspect_shadow_list(inspection, at->body);
			if (!at->otherwise_is_if)
				break;
			at = at->otherwise;
		}
		inspect_shadow_list(inspection, at->otherwise);
		/* What a branch does that ends the rules is nobody's business behind it. */
		bool is_end = list->kind == STATEMENT_IF && inspect_ends(list->body);
		struct statement alone = *list;
		alone.next = NULL;
		if (is_end ? inspect_edits(list->otherwise) : inspect_edits(&alone))
			shadow.count = 0;
		else if (is_end)
			shadow.asked[shadow.count++ % INSPECT_SHADOWS_MAX] = list;
	}
}

void
inspect_shadows(struct inspection *inspection)
{
	inspect_shadow_list(inspection, inspection->program->statements);
}
