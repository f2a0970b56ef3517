/*
 * Programs behind a pipe; see pipe_child.h.
 */
#include "system/pipe_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIPE_CHILD_ARGUMENTS_MAX = 4096 };

/* posix_spawnp() runs no script that does not name its interpreter; execvp() and shells do. */
static int
pipe_child_spawn_script(char *const *arguments, char *const *environment,
    const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
    pid_t *process_out)
{
	char program[] = "/bin/sh";
	char *shell[PIPE_CHILD_ARGUMENTS_MAX + 2] = {program};
	size_t count = 0;

	for (; arguments[count] != NULL; count++) {
		if (count == PIPE_CHILD_ARGUMENTS_MAX)
			return E2BIG;
		shell[count + 1] = arguments[count];
	}
	return posix_spawn(process_out, shell[0], actions, attributes, shell, environment);
}

static int
pipe_child_spawn(char *const *arguments, char *const *environment, int input, pid_t *process_out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	if (input >= 0)
		posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attributes, &signals);
	sigaddset(&signals, SIGPIPE);
	sigaddset(&signals, SIGXFSZ);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	int failure =
	    posix_spawnp(process_out, arguments[0], &actions, &attributes, arguments, environment);
	if (failure == ENOEXEC)
		failure = pipe_child_spawn_script(
		    arguments, environment, &actions, &attributes, process_out);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return failure;
}

bool
pipe_child_start(char *const *arguments, char *const *environment, int *input_out,
    pid_t *process_out, struct error *error)
{
	int ends[2] = {-1, -1};

	if (input_out != NULL && pipe2(ends, O_CLOEXEC) < 0)
		return error_set_errno(error, "cannot make a pipe");
	int failure = pipe_child_spawn(arguments, environment, ends[0], process_out);
	if (ends[0] >= 0)
		close(ends[0]);
	if (failure != 0) {
		if (ends[1] >= 0)
			close(ends[1]);
		errno = failure;
		return error_set_errno(error, "cannot run \"%s\"", arguments[0]);
	}
	if (input_out != NULL)
		*input_out = ends[1];
	return true;
}

bool
pipe_child_wait(pid_t process, int *status_out)
{
	pid_t ended;

	do
		ended = waitpid(process == 0 ? -1 : process, status_out, 0);
	while (ended < 0 && errno == EINTR);
	return ended > 0;
}
