/*
 * `envelope("sender")`: what travels beside the message, under the names of struct envelope.
 */
#ifndef FILTER_ENGINE_ENVELOPE_VALUE_H
#define FILTER_ENGINE_ENVELOPE_VALUE_H

#include "filter/engine/evaluate.h"

/* All names, for an error: "sender, recipient, ...". */
extern const char envelope_value_names[];
bool envelope_value_is_name(struct text name);
/* Gives it a value; false: there is no such name. */
bool envelope_value_set(struct envelope *envelope, struct text name, struct text value);
/* The value; empty when it is not known. */
bool envelope_value(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out);

#endif
