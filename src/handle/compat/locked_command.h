/*
 * A command that runs while a mailbox is locked, as deliveries lock it: a dot-lock file beside it, and an
 * fcntl lock on it. The command has our standard streams and our process group.
 */
#ifndef HANDLE_COMPAT_LOCKED_COMMAND_H
#define HANDLE_COMPAT_LOCKED_COMMAND_H

#include <stdbool.h>

#include "base/arena.h"

struct locked_command {
	struct arena *arena;
	const char *name;       /* of the program, in messages */
	const char *mailbox;    /* made when it is missing */
	char *const *arguments; /* the command's, its name first, NULL at the end */
	char *const *environment;
	unsigned timeout;   /* seconds to wait for the locks; 0: one try */
	bool may_only_read; /* a mailbox that cannot be written is locked against writers */
};

/*
 * The exit status of the command; 75 when it was ended by a signal, when the locks could not be had or
 * when a signal asked for the end, which the command is then told; 1 when it cannot be started. The
 * locks are gone in each case.
 */
int locked_command_run(const struct locked_command *command);

#endif
