/*
 * The bar; see progress.h.
 */
#include "handle/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { PROGRESS_BAR = 20 };

void
progress_begin(struct progress *progress, const char *verb, bool is_quiet, bool prints)
{
	const char *kind = getenv("TERM");

	*progress =
	    (struct progress){.terminal = terminal_look(STDERR_FILENO, TERMINAL_COLOUR_AUTO),
		.started = clock_monotonic_milliseconds(),
		.verb = verb};
	progress->is_off = is_quiet || !progress->terminal.is_terminal || kind == NULL ||
			   strcmp(kind, "dumb") == 0 || (prints && isatty(STDOUT_FILENO) == 1);
}

static void
progress_draw(struct progress *progress, const struct mail_source *source, int64_t elapsed)
{
	uint64_t done, all;
	char bar[PROGRESS_BAR + 1] = "", line[256];
	struct buffer shown;
	char memory[1024];

	mail_source_progress(source, &done, &all);
	double part = all > 0 ? (double)done / (double)all : 0;
	part = part > 1 ? 1 : part;
	for (int i = 0; i < PROGRESS_BAR; i++)
		bar[i] = i < (int)(part * PROGRESS_BAR) ? '#' : '.';
	unsigned left = part > 0 ? (unsigned)((double)elapsed / 1000 * (1 - part) / part) : 0;
	if (all > 0)
		snprintf(line, sizeof line, "%s [%s] %3.0f%%  %llu messages, %u:%02u left",
		    progress->verb, bar, part * 100, (unsigned long long)progress->messages,
		    left / 60, left % 60);
	else
		snprintf(line, sizeof line, "%s  %llu messages, %.1f MB", progress->verb,
		    (unsigned long long)progress->messages, (double)done / 1e6);
	struct text cut = text_slice(text_from_string(line), 0, progress->terminal.columns - 1);
	buffer_init_lent(&shown, memory, sizeof memory, sizeof memory);
	terminal_append(&shown, &progress->terminal, TERMINAL_FAINT, cut);
	fprintf(stderr, "\r%.*s\033[K", TEXT_ARGUMENTS(buffer_text(&shown)));
	fflush(stderr);
	buffer_clear(&shown);
	progress->is_shown = true;
}

void
progress_step(struct progress *progress, const struct mail_source *source)
{
	progress->messages++;
	if (progress->is_off)
		return;
	int64_t now = clock_monotonic_milliseconds();
	if (now - progress->started < PROGRESS_AFTER || now - progress->drawn < PROGRESS_PERIOD)
		return;
	progress->drawn = now;
	progress_draw(progress, source, now - progress->started);
}

void
progress_clear(struct progress *progress)
{
	if (progress->is_shown)
		fprintf(stderr, "\r\033[K");
	progress->is_shown = false;
}
