/*
 * From a rule's destination to a back end:
 *
 *	|command		pipe_command
 *	!address ...		forward
 *	/dev/null		discard
 *	PATH/			maildir, whether it exists or not
 *	PATH that is a directory maildir
 *	any other PATH		mbox
 *
 * A rule that names a folder (DESTINATION_MAILBOX) or a program with its arguments
 * (DESTINATION_ARGUMENTS) says so by the request's form; its text is not looked at for marks.
 *
 * A relative path is relative to the current directory, as the rules have it; "~/" is the
 * recipient's home.
 */
#ifndef DELIVER_DESTINATION_H
#define DELIVER_DESTINATION_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "deliver/backend.h"

/* Does this destination run a program, so that it needs an environment? */
bool destination_runs_command(enum destination_form form, struct text destination);

/* Is this written destination a Maildir: by the slash at its end, or because it is a directory? */
bool destination_is_maildir(struct arena *arena, struct text destination);

/* Who would do it: sets delivery->target, and delivery->folder where a folder is named. NULL: nobody,
 * and *outcome_out says why. */
const struct backend *destination_find(
    struct delivery *delivery, struct text home, struct outcome *outcome_out);

/* One delivery, start to end: finds the back end, sets delivery->target and calls it. `home`
 * replaces a leading "~/". backend_out: who did it, for the log; NULL: nobody. */
struct outcome destination_deliver(
    struct delivery *delivery, struct text home, const struct backend **backend_out);

#endif
