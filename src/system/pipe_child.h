/*
 * Commands that are fed by hand, several at a time: a program with a pipe to its standard input, the
 * caller's other descriptors 1 and 2, its process group, default signals. For filters that hand message
 * after message to a program; a delivery uses system/child.h, which has limits and cleans up.
 */
#ifndef SYSTEM_PIPE_CHILD_H
#define SYSTEM_PIPE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Program and arguments, NULL at the end, searched in PATH; a script without a first line that names its
 * interpreter is given to /bin/sh. *input_out: where to write, closed in other children. With input_out
 * NULL it has the caller's standard input. False: it does not run; error->number is the errno.
 */
bool pipe_child_start(char *const *arguments, char *const *environment, int *input_out,
    pid_t *process_out, struct error *error);

/* Waits for the end of this one, or (0) of any. False: there is none. *status_out as waitpid() has it. */
bool pipe_child_wait(pid_t process, int *status_out);

#endif
