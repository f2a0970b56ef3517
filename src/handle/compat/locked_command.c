/*
 * Commands under a mailbox's locks; see locked_command.h. Both locks are tried in turn, and the first is
 * given back while the second is not free: programs that take them in the other order are not blocked
 * for ever. Signals are blocked, so that no end of this process but SIGKILL leaves a lock behind; what
 * that leaves names this process, and is removed by the next who asks.
 */
#include "handle/compat/locked_command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "system/lock.h"
#include "system/pipe_child.h"
#include "system/signals.h"

enum {
	LOCKED_COMMAND_PAUSE = 100, /* milliseconds between two tries */
	LOCKED_COMMAND_STALE = 300, /* seconds */
	LOCKED_COMMAND_REFRESH = 30 * 1000,
	LOCKED_COMMAND_LOOK = 20, /* milliseconds between looks where there is no pidfd */
	LOCKED_COMMAND_NOT_STARTED = 1,
};

struct locked_command_locks {
	struct dot_lock dot;
	int descriptor;
	bool is_read_only;
};

static bool
locked_command_open(
    const struct locked_command *command, struct locked_command_locks *locks, struct error *error)
{
	locks->descriptor = open(command->mailbox, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	if (locks->descriptor >= 0)
		return true;
	locks->is_read_only =
	    command->may_only_read && (errno == EACCES || errno == EPERM || errno == EROFS);
	if (locks->is_read_only)
		locks->descriptor = open(command->mailbox, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return locks->descriptor >= 0 || error_set_errno(error, "cannot open %s", command->mailbox);
}

static bool
locked_command_lock_file(const struct locked_command *command,
    const struct locked_command_locks *locks, struct error *error)
{
	struct flock whole = {.l_type = F_RDLCK, .l_whence = SEEK_SET};

	if (!locks->is_read_only)
		return lock_file(locks->descriptor, command->mailbox, 0, error);
	return fcntl(locks->descriptor, F_OFD_SETLK, &whole) == 0 ||
	       error_set_errno(error, "cannot lock %s", command->mailbox);
}

/* One try of both. */
static bool
locked_command_try(
    const struct locked_command *command, struct locked_command_locks *locks, struct error *error)
{
	const struct dot_lock_options options = {
	    .names_host = true, .stale_after = LOCKED_COMMAND_STALE};

	if (!dot_lock_acquire(command->arena, command->mailbox, &options, &locks->dot, error) &&
	    error->number != EACCES && error->number != EPERM && error->number != EROFS)
		return false;
	if (locked_command_lock_file(command, locks, error))
		return true;
	dot_lock_release(&locks->dot);
	return false;
}

static bool
locked_command_acquire(
    const struct locked_command *command, struct locked_command_locks *locks, struct error *error)
{
	int64_t deadline = clock_monotonic_milliseconds() + (int64_t)command->timeout * 1000;

	while (!locked_command_try(command, locks, error)) {
		bool is_held =
		    error->number == EEXIST || error->number == EAGAIN || error->number == EACCES;
		if (!is_held || clock_monotonic_milliseconds() >= deadline)
			return false;
		if (!lock_pause(LOCKED_COMMAND_PAUSE))
			return error_set(error, ERROR_AGAIN,
			    "asked to stop by %s while waiting for the lock of %s",
			    signals_describe(signals_pending()), command->mailbox);
	}
	return true;
}

/* Waits for the end of the command; a request to stop is handed on to it. */
static int
locked_command_attend(const struct locked_command_locks *locks, pid_t process, bool *stopped_out)
{
	/* Through syscall(): the C library has a name for it only since glibc 2.36. */
	int ended = (int)syscall(SYS_pidfd_open, process, 0);
	siginfo_t information = {.si_pid = 0};
	int status = 0;

	*stopped_out = false;
	for (;;) {
		struct pollfd waits[] = {
		    {.fd = ended, .events = POLLIN},
		    {.fd = *stopped_out ? -1 : signals_descriptor(), .events = POLLIN},
		};
		if (waitid(P_PID, (id_t)process, &information, WEXITED | WNOHANG | WNOWAIT) != 0 ||
		    information.si_pid == process)
			break;
		if (!*stopped_out && signals_pending() != 0) {
			*stopped_out = true;
			kill(process, SIGTERM);
			kill(process, SIGCONT);
		}
		if (poll(waits, sizeof waits / sizeof *waits,
			ended < 0 ? LOCKED_COMMAND_LOOK : LOCKED_COMMAND_REFRESH) == 0)
			dot_lock_refresh(&locks->dot);
	}
	if (ended >= 0)
		close(ended);
	if (!pipe_child_wait(process, &status))
		return -1;
	return status;
}

int
locked_command_run(const struct locked_command *command)
{
	struct locked_command_locks locks = {.descriptor = -1};
	struct error error = {.kind = ERROR_NONE};
	int result = EX_TEMPFAIL;
	bool was_stopped;
	pid_t process;

	signals_install(0);
	if (!locked_command_open(command, &locks, &error) ||
	    !locked_command_acquire(command, &locks, &error)) {
		fprintf(stderr, "%s: %s\n", command->name, error.text);
	} else if (!pipe_child_start(
		       command->arguments, command->environment, NULL, &process, &error)) {
		fprintf(stderr, "%s: %s\n", command->name, error.text);
		result = LOCKED_COMMAND_NOT_STARTED;
	} else {
		int status = locked_command_attend(&locks, process, &was_stopped);
		if (!was_stopped && status != -1 && WIFEXITED(status))
			result = WEXITSTATUS(status);
	}
	if (locks.descriptor >= 0)
		close(locks.descriptor);
	dot_lock_release(&locks.dot);
	return result;
}
