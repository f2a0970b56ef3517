/*
 * Stop requests; see signals.h. The mutable file-scope state of the tree lives here: signals and
 * time limits belong to the process, and every stage may ask. Blocking costs one system call where
 * handlers cost six.
 */
#include "system/signals.h"

#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"

static struct {
	int64_t run;      /* deadline of the run: clock_monotonic_milliseconds(); 0: none */
	int64_t deadline; /* the nearest: of the run or of a limit inside it; 0: none */
	int descriptor;   /* 0: not made yet */
} signals_state;

static const int signals_asking[] = {SIGTERM, SIGINT, SIGHUP};

static void
signals_fill(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < sizeof signals_asking / sizeof *signals_asking; i++)
		sigaddset(set, signals_asking[i]);
}

void
signals_install(unsigned seconds)
{
	sigset_t blocked;

	signals_fill(&blocked);
	sigaddset(&blocked, SIGPIPE);
	sigaddset(&blocked, SIGXFSZ);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	signals_state.run =
	    seconds == 0 ? 0 : clock_monotonic_milliseconds() + (int64_t)seconds * 1000;
	signals_state.deadline = signals_state.run;
}

static void
signals_give_up(int number)
{
	(void)number;
	_exit(EX_TEMPFAIL);
}

void
signals_guard(unsigned grace)
{
	const struct sigaction action = {.sa_handler = signals_give_up};
	int64_t left = signals_state.run - clock_monotonic_milliseconds();

	if (signals_state.run == 0 || sigaction(SIGALRM, &action, NULL) < 0)
		return;
	/* A whole second more: alarm(0) would be none. */
	alarm((unsigned)(left < 0 ? 0 : left / 1000) + grace + 1);
}

int64_t
signals_begin_limit(unsigned seconds)
{
	int64_t outer = signals_state.deadline;
	int64_t limit = clock_monotonic_milliseconds() + (int64_t)seconds * 1000;

	if (outer == 0 || limit < outer)
		signals_state.deadline = limit;
	return outer;
}

void
signals_end_limit(int64_t outer)
{
	signals_state.deadline = outer;
}

/* A deadline has passed: is it that of the run? */
static bool
signals_is_run_over(void)
{
	return signals_state.run != 0 && (signals_state.run == signals_state.deadline ||
					     signals_state.run <= clock_monotonic_milliseconds());
}

int
signals_pending(void)
{
	sigset_t pending;

	if (signals_time_left() == 0)
		return signals_is_run_over() ? SIGNALS_DEADLINE : SIGNALS_LIMIT;
	if (sigpending(&pending) < 0)
		return 0;
	for (size_t i = 0; i < sizeof signals_asking / sizeof *signals_asking; i++)
		if (sigismember(&pending, signals_asking[i]) == 1)
			return signals_asking[i];
	return 0;
}

int
signals_descriptor(void)
{
	sigset_t asking;

	if (signals_state.descriptor == 0) {
		signals_fill(&asking);
		signals_state.descriptor = signalfd(-1, &asking, SFD_CLOEXEC | SFD_NONBLOCK);
	}
	return signals_state.descriptor;
}

int
signals_time_left(void)
{
	if (signals_state.deadline == 0)
		return -1;
	int64_t left = signals_state.deadline - clock_monotonic_milliseconds();
	if (left <= 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

const char *
signals_describe(int pending)
{
	switch (pending) {
	case SIGNALS_DEADLINE:
		return "the time limit";
	case SIGNALS_LIMIT:
		return "the limit of a timeout block";
	case SIGTERM:
		return "SIGTERM";
	case SIGINT:
		return "SIGINT";
	case SIGHUP:
		return "SIGHUP";
	default:
		return "a signal";
	}
}
