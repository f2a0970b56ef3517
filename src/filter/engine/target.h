/*
 * What `to`, `mailbox` and `pipe` name: the part of a delivery request that the rule writes.
 */
#ifndef FILTER_ENGINE_TARGET_H
#define FILTER_ENGINE_TARGET_H

#include "filter/engine/evaluate.h"

/* Fills in form, destination and arguments, in the scratch arena. */
bool target_evaluate(struct evaluator *evaluator, const struct statement *statement,
    struct delivery_request *request);
/* The word for the log: "to", "cc", "mailbox", "cc mailbox", "pipe", "cc pipe". */
const char *target_word(const struct delivery_request *request);

#endif
