/*
 * A command as the place where a message goes: what the pipe and the forward back end share.
 */
#ifndef DELIVER_COMMAND_H
#define DELIVER_COMMAND_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "deliver/backend.h"
#include "mail/outcome.h"

/*
 * Runs the arguments with `prefix` and the message on standard input, and decodes the end: by
 * outcome_from_wait_status(), and "later" when the time limit or a signal ended it. `what` names
 * the command in the reason. False: it could not be started; `error` says why.
 */
bool command_run(struct delivery *delivery, const char *const *arguments, struct text prefix,
    struct text what, struct outcome *outcome_out, struct error *error);

/* The start of a command or address as it may stand in a reason: one line, printable. */
struct text command_describe(struct arena *arena, struct text source);

/* The value of a variable of the delivery's environment; NULL when it has none of that name. */
const char *command_find_variable(const struct delivery *delivery, const char *name);

#endif
