/*
 * Under which conditions the rules came to the statement that decided: what the observer told of
 * the enclosing `if`, `elsif`, `else` and `while`, kept for the sentence that says why.
 */
#ifndef REHEARSE_EXPLAIN_REASON_H
#define REHEARSE_EXPLAIN_REASON_H

#include <stdbool.h>

#include "filter/engine/filter.h"
#include "filter/engine/observer.h"

enum { EXPLAIN_REASON_DEPTH_MAX = 64, EXPLAIN_REASON_TEXT_MAX = 300 };

struct explain_condition {
	bool is_set, truth;
	unsigned line;
	size_t size; /* of the text as it was written, which may be cut */
	char text[EXPLAIN_REASON_TEXT_MAX];
};

struct explain_reasons {
	struct explain_condition conditions[EXPLAIN_REASON_DEPTH_MAX]; /* by depth */
	unsigned depth; /* of the last statement, files included */
	unsigned file;  /* files above the one that runs */
	unsigned bases[FILTER_INCLUDES_MAX + 1];
};

void explain_reason_note(struct explain_reasons *reasons, const struct observation *observation);
/* The condition that was looked at last on the way to the last statement; NULL: none. */
const struct explain_condition *explain_reason_find(const struct explain_reasons *reasons);

#endif
