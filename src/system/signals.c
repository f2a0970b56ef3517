/*
 * Stop requests as a flag; see signals.h. The one mutable file-scope variable of the tree lives
 * here, because a signal handler has no other way to leave a word.
 */
#include "system/signals.h"

#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t signals_received;

static void
signals_note(int number)
{
	signals_received = number;
}

static void
signals_handle(int number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	/* No SA_RESTART: a read that waits for the message must return. sigaction() fails only for
	 * bad numbers. */
	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

void
signals_install(unsigned seconds)
{
	signals_handle(SIGTERM, signals_note);
	signals_handle(SIGINT, signals_note);
	signals_handle(SIGHUP, signals_note);
	signals_handle(SIGPIPE, SIG_IGN);
	signals_handle(SIGXFSZ, SIG_IGN);
	if (seconds > 0) {
		/* Again every second: the first one may come just before a call that waits. */
		struct itimerval timer = {
		    .it_value.tv_sec = (time_t)seconds, .it_interval.tv_sec = 1};
		signals_handle(SIGALRM, signals_note);
		setitimer(ITIMER_REAL, &timer, NULL);
	}
}

int
signals_pending(void)
{
	return signals_received;
}
