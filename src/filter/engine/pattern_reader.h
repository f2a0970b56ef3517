/*
 * Reads a pattern into the tree that pattern_shape.h answers questions about.
 */
#ifndef FILTER_ENGINE_PATTERN_READER_H
#define FILTER_ENGINE_PATTERN_READER_H

#include <stdbool.h>

#include "base/arena.h"
#include "filter/engine/pattern_shape.h"

/* Adds the tree and the groups of the shape's source. False: it has something in it that is not
 * known here, or is nested too deep. */
bool pattern_reader_read(struct arena *arena, bool case_sensitive, struct pattern_shape *shape);

#endif
