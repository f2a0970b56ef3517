/*
 * The functions `getaddr` and `hasaddr`: addresses in a text, and whom a message names as
 * recipients (To, Cc, Resent-To, Resent-Cc of its own header; nothing else).
 */
#ifndef FILTER_ENGINE_RECIPIENTS_H
#define FILTER_ENGINE_RECIPIENTS_H

#include "filter/engine/evaluate.h"

/* The addresses of the text, a field name in front of them allowed, each with a line end. */
bool recipients_list(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out);
/* "1" when the message names the address, in whatever case; else "0". */
bool recipients_search(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out);

#endif
