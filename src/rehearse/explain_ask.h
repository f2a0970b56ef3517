/*
 * Asking the person at the terminal what a command is to do. The message is on standard input, so
 * the question goes to /dev/tty.
 */
#ifndef REHEARSE_EXPLAIN_ASK_H
#define REHEARSE_EXPLAIN_ASK_H

#include <stdbool.h>

#include "base/text.h"
#include "filter/engine/plan.h"

/* self is the arena that the answer is made in. False: there is no terminal, or no answer. */
bool explain_ask(void *self, struct text command, bool *run_out, struct plan_answer *answer_out);

#endif
