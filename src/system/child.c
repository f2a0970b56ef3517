/*
 * Running commands; see child.h. posix_spawn() shares memory with the child until it executes, so
 * the cost does not grow with ours. The leader of the group is reaped last: as long as it is there,
 * its number cannot become somebody else's group, so a signal to the group never hits a stranger.
 */
#include "system/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/file.h"
#include "system/signals.h"

enum {
	CHILD_GRACE = 2000,      /* milliseconds between SIGTERM and SIGKILL */
	CHILD_GRACE_GROUP = 100, /* for the rest of the group once its leader has gone */
	CHILD_SECOND = 1000,
	CHILD_LOOK = 20, /* milliseconds between looks where there is no pidfd */
	CHILD_READ = 32 * 1024,
};

struct child {
	const struct child_request *request;
	struct child_result *result;
	pid_t pid;
	int process;      /* pidfd; -1: the kernel or the limits do not give one */
	int input_child;  /* what becomes descriptor 0 */
	int input_write;  /* our end of its pipe; -1: nothing (more) to feed */
	int input_seen;   /* kept to see at the end what was not read; -1: not known */
	int output_child; /* what becomes descriptor 1; -1: ours */
	int output_read;
	uint64_t written;    /* bytes of output in the request's file */
	int64_t next_second; /* when each_second() is due */
	size_t fed;          /* bytes of prefix and input that are in the pipe */
	bool ended;          /* the leader has; it is not reaped yet */
	bool is_stopping;    /* the group is being ended: requests to stop say nothing new */
	int64_t deadline;
	sigset_t mask_waiting; /* the caller's, with SIGPIPE added */
};

static void
child_close(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
}

/* A descriptor above 2: the low ones are about to be replaced in the child, also where ours are
 * closed. */
static bool
child_raise(int *descriptor)
{
	if (*descriptor > STDERR_FILENO)
		return true;
	int raised = fcntl(*descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (raised < 0)
		return false;
	close(*descriptor);
	*descriptor = raised;
	return true;
}

static bool
child_open_pipe(int *read_out, int *write_out)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	*read_out = ends[0];
	*write_out = ends[1];
	return child_raise(read_out) && child_raise(write_out);
}

/* Puts as much of prefix and input into the pipe as it takes now. False: nobody reads it any more.
 */
static bool
child_feed(struct child *child)
{
	const struct text *prefix = &child->request->prefix, *input = &child->request->input;
	size_t total = prefix->size + input->size;

	while (child->fed < total) {
		struct text first = text_slice(*prefix, child->fed, prefix->size);
		size_t done = child->fed > prefix->size ? child->fed - prefix->size : 0;
		struct text second = text_slice(*input, done, input->size);
		/* writev() takes the bytes from where they are; that they are const is lost in its
		 * type. */
		struct iovec parts[2];
		memcpy(&parts[0].iov_base, &first.data, sizeof first.data);
		memcpy(&parts[1].iov_base, &second.data, sizeof second.data);
		parts[0].iov_len = first.size;
		parts[1].iov_len = second.size;
		ssize_t written = writev(child->input_write, parts, 2);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return errno == EAGAIN;
		child->fed += (size_t)written;
	}
	return true;
}

/* A file of its own description where the request gives one, otherwise a pipe, filled as far as it
 * goes. */
static bool
child_open_input(struct child *child)
{
	const struct child_request *request = child->request;

	if (request->input_descriptor >= 0 && request->prefix.size == 0) {
		char path[sizeof "/proc/self/fd/" + 3 * sizeof(int)];
		snprintf(path, sizeof path, "/proc/self/fd/%d", request->input_descriptor);
		child->input_child = open(path, O_RDONLY | O_CLOEXEC);
		if (child->input_child >= 0)
			return child_raise(&child->input_child);
	}
	if (!child_open_pipe(&child->input_child, &child->input_write))
		return false;
	if (fcntl(child->input_write, F_SETFL, O_NONBLOCK) < 0 || !child_feed(child))
		return false;
	if (child->fed == request->prefix.size + request->input.size)
		child_close(&child->input_write);
	return true;
}

static bool
child_open(struct child *child, struct error *error)
{
	if (!child_open_input(child))
		return error_set_errno(error, "cannot open the input of a command");
	if (child->request->output == NULL && child->request->output_descriptor <= 0)
		return true;
	if (!child_open_pipe(&child->output_read, &child->output_child))
		return error_set_errno(error, "cannot open the output of a command");
	if (fcntl(child->output_read, F_SETFL, O_NONBLOCK) < 0)
		return error_set_errno(error, "cannot open the output of a command");
	return true;
}

static void
child_close_all(struct child *child)
{
	child_close(&child->process);
	child_close(&child->input_child);
	child_close(&child->input_write);
	child_close(&child->input_seen);
	child_close(&child->output_child);
	child_close(&child->output_read);
}

/* Only for this attempt: 0 or an errno. */
static int
child_spawn_path(struct child *child, const char *path)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	/* The type of execve() loses const; nobody writes there. */
	char *const *arguments, *const *environment;

	memcpy(&arguments, &child->request->arguments, sizeof arguments);
	memcpy(&environment, &child->request->environment, sizeof environment);
	sigemptyset(&none);
	sigfillset(&all);
	int failure = posix_spawn_file_actions_init(&actions);
	if (failure != 0)
		return failure;
	failure = posix_spawnattr_init(&attributes);
	if (failure != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return failure;
	}
	posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setsigmask(&attributes, &none);
	failure = posix_spawn_file_actions_adddup2(&actions, child->input_child, STDIN_FILENO);
	if (failure == 0 && child->output_child >= 0)
		failure =
		    posix_spawn_file_actions_adddup2(&actions, child->output_child, STDOUT_FILENO);
	if (failure == 0)
		failure = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	if (failure == 0)
		failure =
		    posix_spawn(&child->pid, path, &actions, &attributes, arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return failure;
}

/* Tries the directories in their order, as a shell does: what may not be executed is passed over,
 * and remembered as the reason when nothing else is found. */
static int
child_spawn_search(struct child *child, const char *name, struct text search_path)
{
	char path[PATH_MAX];
	int failure = ENOENT;
	bool last = false;

	while (!last) {
		last = text_find_byte(search_path, 0, ':') == search_path.size;
		struct text directory = text_split(&search_path, ':');
		int length = directory.size == 0 ? snprintf(path, sizeof path, "./%s", name)
						 : snprintf(path, sizeof path, "%.*s/%s",
						       TEXT_ARGUMENTS(directory), name);
		if (length < 0 || (size_t)length >= sizeof path || access(path, F_OK) < 0)
			continue;
		int attempt = child_spawn_path(child, path);
		if (attempt != ENOENT && attempt != ENOTDIR && attempt != EACCES)
			return attempt;
		if (attempt == EACCES)
			failure = EACCES;
	}
	return failure;
}

static bool
child_spawn(struct child *child, struct error *error)
{
	const char *name = child->request->arguments[0];
	int failure = ENOENT;

	if (strchr(name, '/') != NULL)
		failure = child_spawn_path(child, name);
	else if (*name != '\0' && child->request->search_path != NULL)
		failure =
		    child_spawn_search(child, name, text_from_string(child->request->search_path));
	if (failure != 0) {
		errno = failure;
		return error_set_errno(error, "cannot start %s", name);
	}
	/* Through syscall(): the C library has a name for it only since glibc 2.36. */
	child->process = (int)syscall(SYS_pidfd_open, child->pid, 0);
	child->input_seen = child->input_write < 0 ? child->input_child : -1;
	if (child->input_seen >= 0)
		child->input_child = -1;
	child_close(&child->input_child);
	child_close(&child->output_child);
	return true;
}

/* Has the leader ended? It stays unreaped. */
static bool
child_has_ended(struct child *child)
{
	siginfo_t information = {.si_pid = 0};

	while (!child->ended) {
		if (waitid(P_PID, (id_t)child->pid, &information, WEXITED | WNOHANG | WNOWAIT) == 0)
			break;
		/* ECHILD: somebody ignores SIGCHLD, and the kernel has reaped it for us. */
		child->ended = errno != EINTR;
	}
	child->ended |= information.si_pid == child->pid;
	return child->ended;
}

/* Puts output where it goes. False: it may not, or cannot, be kept. */
static bool
child_keep_output(struct child *child, struct text bytes)
{
	const struct child_request *request = child->request;
	struct error error = {.number = 0};

	if (request->output != NULL)
		return buffer_append(request->output, bytes);
	if (bytes.size > request->output_maximum - child->written)
		return false;
	child->written += bytes.size;
	if (file_write(request->output_descriptor, bytes, "output", &error))
		return true;
	child->result->output_failure = error.number != 0 ? error.number : EIO;
	return false;
}

/* Reads what is there. False: it is more than can be kept. */
static bool
child_read(struct child *child)
{
	char bytes[CHILD_READ];

	for (;;) {
		ssize_t got = read(child->output_read, bytes, sizeof bytes);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return true;
		if (got <= 0) {
			child_close(&child->output_read);
			return true;
		}
		if (!child_keep_output(child, (struct text){bytes, (size_t)got}))
			return false;
	}
}

/* Milliseconds that may be waited now: at most `maximum`, -1 for ever. */
static int
child_wait_time(const struct child *child, int64_t deadline)
{
	int64_t left = INT_MAX;

	if (deadline != INT64_MAX)
		left = deadline - clock_monotonic_milliseconds();
	int run_left = signals_time_left();
	if (run_left >= 0 && left > run_left)
		left = run_left;
	if (left < 0)
		left = 0;
	if (child->request->each_second != NULL && left > CHILD_SECOND)
		left = CHILD_SECOND;
	if (child->process < 0 && left > CHILD_LOOK)
		left = CHILD_LOOK;
	return left > INT_MAX ? INT_MAX : (int)left;
}

/* Waits until something can be done, a signal came, or the deadline is there; then does it. */
static bool
child_step(struct child *child, int64_t deadline)
{
	struct pollfd waits[] = {
	    {.fd = child->ended ? -1 : child->process, .events = POLLIN},
	    {.fd = child->input_write, .events = POLLOUT},
	    {.fd = child->output_read, .events = POLLIN},
	    {.fd = child->is_stopping ? -1 : signals_descriptor(), .events = POLLIN},
	};
	int milliseconds = child_wait_time(child, deadline);
	struct timespec timeout = {
	    .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};

	if (ppoll(waits, sizeof waits / sizeof *waits, &timeout, &child->mask_waiting) < 0)
		return true; /* EINTR; anything else is seen again, and bounded, by the deadline */
	if (waits[1].revents != 0) {
		size_t total = child->request->prefix.size + child->request->input.size;
		if (!child_feed(child) || child->fed == total)
			child_close(&child->input_write);
	}
	if (waits[2].revents != 0 && !child_read(child))
		return false;
	child_has_ended(child);
	return true;
}

/* Ends the group: see child.h. */
static void
child_stop(struct child *child)
{
	int64_t start = clock_monotonic_milliseconds();

	child->is_stopping = true;
	child_close(&child->input_write);
	child_close(&child->output_read);
	kill(-child->pid, SIGTERM);
	kill(-child->pid, SIGCONT);
	while (!child_has_ended(child) && clock_monotonic_milliseconds() < start + CHILD_GRACE)
		child_step(child, start + CHILD_GRACE);
	if (child->ended) {
		/* Whether others are left cannot be asked; they get a moment. */
		struct timespec moment = {.tv_nsec = CHILD_GRACE_GROUP * 1000000L};
		nanosleep(&moment, NULL);
	}
	kill(-child->pid, SIGKILL);
}

static void
child_call_each_second(struct child *child)
{
	if (child->request->each_second == NULL)
		return;
	int64_t now = clock_monotonic_milliseconds();
	if (now < child->next_second)
		return;
	child->next_second = now + CHILD_SECOND;
	child->request->each_second(child->request->each_second_self);
}

/* Feeds, reads and waits until the leader has ended, the output is at its end, and the input is
 * read or has no reader: what the leader left behind in the background gets the whole message too.
 */
static void
child_attend(struct child *child)
{
	struct child_result *result = child->result;

	while (!child_has_ended(child) || child->output_read >= 0 || child->input_write >= 0) {
		result->interrupted = signals_pending();
		result->timed_out =
		    result->interrupted == 0 && clock_monotonic_milliseconds() >= child->deadline;
		if (result->interrupted == 0 && !result->timed_out &&
		    !child_step(child, child->deadline))
			result->output_overfull = result->output_failure == 0;
		child_call_each_second(child);
		if (result->interrupted != 0 || result->timed_out || result->output_overfull ||
		    result->output_failure != 0) {
			child_stop(child);
			return;
		}
	}
}

/* How much of the input the command left. */
static bool
child_left_input(const struct child *child)
{
	struct stat status;
	int unread = 0;

	if (child->fed < child->request->prefix.size + child->request->input.size &&
	    child->input_seen < 0)
		return true;
	if (child->input_seen < 0)
		return false;
	if (fstat(child->input_seen, &status) == 0 && S_ISREG(status.st_mode))
		return lseek(child->input_seen, 0, SEEK_CUR) < status.st_size;
	return ioctl(child->input_seen, FIONREAD, &unread) == 0 && unread > 0;
}

static void
child_reap(struct child *child)
{
	int status = 0;
	pid_t reaped;

	do
		reaped = waitpid(child->pid, &status, 0);
	while (reaped < 0 && errno == EINTR);
	/* Without a status nothing is known of the end: that is no success. */
	child->result->status = reaped == child->pid ? status : SIGKILL;
}

/* The caller's signal handling, to be put back. */
struct child_signals {
	sigset_t mask;
	struct sigaction child_action;
};

/* Blocks the signals that ask for the end, so that none is lost between a look and the wait, and
 * SIGPIPE. An ignored SIGCHLD, which may be inherited, would lose the status of the command. */
static void
child_take_signals(struct child *child, struct child_signals *before_out)
{
	struct sigaction by_default = {.sa_handler = SIG_DFL};
	sigset_t blocked;

	sigemptyset(&by_default.sa_mask);
	sigaction(SIGCHLD, &by_default, &before_out->child_action);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGHUP);
	sigaddset(&blocked, SIGALRM);
	sigaddset(&blocked, SIGPIPE);
	sigprocmask(SIG_BLOCK, &blocked, &before_out->mask);
	child->mask_waiting = before_out->mask;
	sigaddset(&child->mask_waiting, SIGPIPE);
}

static void
child_restore_signals(const struct child_signals *before)
{
	if (!sigismember(&before->mask, SIGPIPE)) {
		struct timespec none = {.tv_sec = 0};
		sigset_t broken_pipe;
		sigemptyset(&broken_pipe);
		sigaddset(&broken_pipe, SIGPIPE);
		while (sigtimedwait(&broken_pipe, NULL, &none) < 0 && errno == EINTR)
			;
	}
	sigprocmask(SIG_SETMASK, &before->mask, NULL);
	sigaction(SIGCHLD, &before->child_action, NULL);
}

bool
child_run(const struct child_request *request, struct child_result *result_out, struct error *error)
{
	struct child child = {
	    .request = request,
	    .result = result_out,
	    .process = -1,
	    .input_child = -1,
	    .input_write = -1,
	    .input_seen = -1,
	    .output_child = -1,
	    .output_read = -1,
	    .deadline = INT64_MAX,
	};
	struct child_signals before;

	*result_out = (struct child_result){.status = 0};
	/* Started now, it would be cut in the middle of its first step. */
	int pending = signals_pending();
	if (pending != 0)
		return error_set(error, ERROR_AGAIN, "cannot start %s: asked to stop by %s",
		    request->arguments[0], signals_describe(pending));
	if (request->timeout > 0)
		child.deadline = clock_monotonic_milliseconds() + (int64_t)request->timeout * 1000;
	child_take_signals(&child, &before);
	bool started = child_open(&child, error) && child_spawn(&child, error);
	if (started) {
		child_attend(&child);
		child_reap(&child);
		result_out->input_incomplete = child_left_input(&child);
	}
	child_close_all(&child);
	child_restore_signals(&before);
	return started;
}
