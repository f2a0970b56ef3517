/*
 * `message(FACT)`: what a program knows of the message as a whole: its list (mail/list_facts.h) and
 * the state of its structure (mail/structure_check.h). Found out when it is first asked for, and kept as
 * long as the message is the same.
 */
#ifndef FILTER_ENGINE_MESSAGE_VALUE_H
#define FILTER_ENGINE_MESSAGE_VALUE_H

#include "filter/engine/evaluate.h"

/* "list, list_id, ...", for messages. */
extern const char message_value_names[];

bool message_value_is_name(struct text name);
/* Facts that are so or not so are "1" and "0"; the others are texts, empty where there is none. */
bool message_value(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out);

#endif
