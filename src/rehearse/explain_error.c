/*
 * The errors among what a check finds; see explain_error.h. Warnings are `culver check`'s.
 */
#include "rehearse/explain_error.h"

#include "rehearse/check.h"
#include "rehearse/diagnostic_report.h"

bool
explain_error_draw(
    struct arena *arena, struct buffer *out, const struct terminal *terminal, const char *path)
{
	struct diagnostics errors;
	struct check check;
	struct error error;

	check_init(&check, arena, NULL, false);
	if (!check_read(&check, path, &error) || check.files == NULL)
		return false;
	const struct diagnostics *all = &check.files->diagnostics;
	diagnostics_init(&errors, arena);
	errors.items = arena_alloc_array(arena, EXPLAIN_ERROR_MAX, sizeof *errors.items);
	errors.capacity = EXPLAIN_ERROR_MAX;
	for (size_t i = 0; i < all->count && errors.count < EXPLAIN_ERROR_MAX; i++)
		if (all->items[i].code == DIAGNOSTIC_SYNTAX)
			errors.items[errors.count++] = all->items[i];
	if (errors.count > 0)
		diagnostic_report_text(
		    out, terminal, check.files->name, check.files->source, &errors, false);
	return errors.count > 0;
}
