/*
 * The story of a run as text: a line for each statement with its place, and below it what was
 * looked at, what was found, and what changed. Depth is shown by indentation.
 */
#ifndef REHEARSE_EXPLAIN_REPORT_H
#define REHEARSE_EXPLAIN_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "filter/engine/filter.h"
#include "filter/engine/observer.h"
#include "rehearse/rehearsal_host.h"
#include "system/terminal.h"

enum {
	EXPLAIN_REPORT_VALUE_MAX = 160, /* bytes of a value that are shown */
	EXPLAIN_REPORT_HITS_MAX = 3,    /* lines that a weighted pattern found */
	EXPLAIN_REPORT_SEEN_MAX = 128 * 1024 * 1024,
};

/* What the story is about. */
struct explain_subject {
	const struct user *user;
	const struct envelope *envelope;
	size_t size; /* of the message */
};

struct explain_report {
	struct buffer *out;
	const struct terminal *terminal;
	const struct rehearsal_host *host; /* says where the ends of commands come from */
	bool is_full;                      /* nothing is cut or left out */
	/* Its own: */
	struct buffer seen; /* what patterns found, until it is known which pattern it was */
	uint64_t hits;
	unsigned depth;                          /* of the statement, in its file */
	unsigned file;                           /* files above this one */
	unsigned bases[FILTER_INCLUDES_MAX + 1]; /* the depth that each file begins at */
};

void explain_report_begin(struct explain_report *report);
void explain_report_subject(struct explain_report *report, const struct explain_subject *subject);
void explain_report_tell(struct explain_report *report, const struct observation *observation);
/* Rounds of a loop that were not told, and how many variables they set. */
void explain_report_collapse(struct explain_report *report, uint64_t rounds, uint64_t changes);
void explain_report_end(struct explain_report *report);

#endif
