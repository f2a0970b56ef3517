/*
 * Commands that rules run: backticks, `system` and `xfilter`. How a command ended is in the
 * variable RETURNCODE afterwards; where that is not known (the host could not start it, or had to
 * stop it), RETURNCODE is RUN_COMMAND_UNKNOWN, so that no older 0 is read as a success. What a
 * command means whose own time was over is struct verdicts' (filter.h): VERDICT_OPEN lets the rules
 * go on as after a failure, without output and with the old message.
 */
#ifndef FILTER_ENGINE_RUN_COMMAND_H
#define FILTER_ENGINE_RUN_COMMAND_H

#include "filter/engine/evaluate.h"

enum {
	RUN_COMMAND_OUTPUT_MAX = 1024 * 1024, /* bytes that a command in backticks may print */
	RUN_COMMAND_UNKNOWN = 75,
};

/* What the command printed, line ends as blanks, without white space around it; the empty text
 * when it ended with a failure. */
bool run_command_capture(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out);
/* Only a command whose end is not known is an error. */
bool run_command_system(struct evaluator *evaluator, uint32_t offset, struct text command);
/* Replaces the message by what the command prints, and sets SIZE and LINES. On an error the old
 * message stays. */
bool run_command_rewrite(struct evaluator *evaluator, uint32_t offset, struct text command);

#endif
