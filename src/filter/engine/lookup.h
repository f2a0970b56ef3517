/*
 * The function `lookup`: a text against a file of patterns, one a line. Lines that are empty or
 * begin with # are no patterns; blanks in front of one do not count, those behind it do. Nothing is
 * expanded. The first pattern that matches decides, and sets MATCH and its groups.
 */
#ifndef FILTER_ENGINE_LOOKUP_H
#define FILTER_ENGINE_LOOKUP_H

#include "filter/engine/evaluate.h"

/* "1" or "0". A file that cannot be read and a pattern that does not compile are errors. */
bool lookup_evaluate(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out);

#endif
