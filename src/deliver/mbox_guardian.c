/*
 * The guardian; see mbox_guardian.h. Its whole life is one read() on a pipe: a byte means
 * "finished", the end means that the writer is gone. A session of its own keeps it out of the reach
 * of signals that are sent to the writer's group or terminal.
 */
#include "deliver/mbox_guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

static void
mbox_guardian_say(const char *reason)
{
	struct text parts[] = {TEXT("4.3.0 culver: "), text_from_string(reason), TEXT("\n")};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (write(STDERR_FILENO, parts[i].data, parts[i].size) < 0)
			return;
}

/* Closes everything but stderr, the mailbox and the pipe. */
static void
mbox_guardian_close_others(int mailbox, int pipe_end)
{
	unsigned low = (unsigned)(mailbox < pipe_end ? mailbox : pipe_end);
	unsigned high = (unsigned)(mailbox < pipe_end ? pipe_end : mailbox);

	close_range(0, STDERR_FILENO - 1, 0);
	if (low > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, low - 1, 0);
	if (high > low + 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}

static _Noreturn void
mbox_guardian_watch(const struct mbox_append *append, int pipe_end)
{
	struct dot_lock lock = append->lock;
	struct error error;
	ssize_t got;
	sigset_t all;
	char byte;

	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	mbox_guardian_close_others(append->descriptor, pipe_end);
	do
		got = read(pipe_end, &byte, 1);
	while (got < 0 && errno == EINTR);
	if (got == 1)
		_exit(0);
	dot_lock_take_over(&lock);
	bool undone = mbox_append_take_back(append, &error);
	if (!undone)
		mbox_guardian_say(error.text);
	dot_lock_release(&lock);
	_exit(undone ? 0 : 1);
}

bool
mbox_guardian_start(
    struct mbox_guardian *guardian_out, const struct mbox_append *append, struct error *error)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set_errno(error, "cannot guard the append to %s", append->path);
	pid_t process = fork();
	if (process == 0) {
		close(ends[1]);
		mbox_guardian_watch(append, ends[0]);
	}
	if (process < 0)
		error_set_errno(error, "cannot guard the append to %s", append->path);
	close(ends[0]);
	if (process < 0)
		close(ends[1]);
	*guardian_out = (struct mbox_guardian){process, ends[1]};
	return process > 0;
}

/* Its exit status; -1 when it was killed or cannot be waited for. */
static int
mbox_guardian_wait(struct mbox_guardian *guardian)
{
	int status = -1;

	close(guardian->pipe);
	while (waitpid(guardian->process, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void
mbox_guardian_dismiss(struct mbox_guardian *guardian)
{
	ssize_t written;

	do
		written = write(guardian->pipe, "", 1);
	while (written < 0 && errno == EINTR);
	/* Without the byte it would take the append back when the pipe closes. */
	if (written != 1)
		kill(guardian->process, SIGKILL);
	(void)mbox_guardian_wait(guardian);
}

bool
mbox_guardian_take_back(struct mbox_guardian *guardian)
{
	return mbox_guardian_wait(guardian) == 0;
}
