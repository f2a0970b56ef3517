/*
 * `any(From, Reply-To) =~ /pattern/` and `all(Received) =~ /pattern/`: a pattern on the values of the
 * header fields of these names.
 */
#ifndef FILTER_ENGINE_FIELD_LIST_H
#define FILTER_ENGINE_FIELD_LIST_H

#include "filter/engine/evaluate.h"

bool field_list_evaluate(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out);

#endif
