/*
 * Exponential backtracking, shown and not guessed: a pattern in which something that repeats holds
 * something else that may take more or less is tried on short texts made for it ("pumped"), and is
 * named only when the search on such a text of a few dozen bytes reaches the limit of work.
 */
#ifndef FILTER_ENGINE_PATTERN_PUMP_H
#define FILTER_ENGINE_PATTERN_PUMP_H

#include "filter/engine/pattern.h"
#include "filter/engine/pattern_shape.h"

struct pattern_pump {
	uint32_t offset, size; /* of the part that repeats, in the pattern's source */
	struct text text;      /* on which the search does not end */
};

/* True: found, and *pump_out says where. `trials` counts searches down; at 0 nothing more is
 * tried. */
bool pattern_pump_find(struct arena *arena, struct pattern_engine *engine, struct pattern *compiled,
    const struct pattern_shape *shape, unsigned *trials, struct pattern_pump *pump_out);

#endif
