/*
 * The end of a story: what would happen, in which order, what the mail server would hear, and one
 * sentence that says why.
 */
#ifndef REHEARSE_EXPLAIN_PLAN_H
#define REHEARSE_EXPLAIN_PLAN_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "mail/outcome.h"
#include "rehearse/explain_reason.h"
#include "rehearse/rehearsal.h"
#include "rehearse/rehearsal_host.h"
#include "system/terminal.h"

enum { EXPLAIN_PLAN_ITEMS_MAX = 20 }; /* shown in text, without is_full */

struct explain_plan {
	struct arena *arena;
	struct buffer *out;
	const struct terminal *terminal;
	const struct rehearsal_host *host;
	const struct rehearsal_end *end;
	const struct explain_reasons *reasons;
	const struct outcome *home; /* DONE, or why every delivery would be put off */
	bool is_full, is_quiet;
};

void explain_plan_tell(const struct explain_plan *plan);
/* An object of kind "planned" an item, then one of kind "outcome". */
void explain_plan_json(const struct explain_plan *plan);

#endif
