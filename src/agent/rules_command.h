/*
 * Running the commands of rules (backticks, `system`, `xfilter`): by the user's shell, with the
 * variables as environment and the setting command_limit as time limit.
 */
#ifndef AGENT_RULES_COMMAND_H
#define AGENT_RULES_COMMAND_H

#include <stdbool.h>

#include "base/error.h"
#include "filter/engine/host.h"

struct agent_host;

enum {
	/* What an `xfilter` command may print: four times the message, and this on top. */
	RULES_COMMAND_GROWTH_TIMES = 4,
	RULES_COMMAND_GROWTH_MAX = 64 * 1024 * 1024,
	/* Of a message of this size, all must be read by the command: a pipe would have held it. */
	RULES_COMMAND_UNREAD_MAX = 65536,
};

/* The `run` of struct filter_host. A message that `xfilter` made becomes the host's. */
bool rules_command_run(struct agent_host *host, const struct command_request *request,
    struct command_result *result_out, struct error *error);

#endif
