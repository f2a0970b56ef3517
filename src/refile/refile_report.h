/*
 * What a run says: a line or an object a message where it is asked for, the progress on a terminal,
 * and the summary.
 */
#ifndef REFILE_REFILE_REPORT_H
#define REFILE_REFILE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/table.h"
#include "filter/engine/host.h"
#include "refile/refile.h"
#include "refile/refile_message.h"

enum {
	REFILE_REPORT_ROWS_MAX = 1000, /* destinations and reasons; what is more is one row */
	REFILE_REPORT_LINE_MAX = 1024 * 1024,
};

/* What became of a message, or would. */
enum refile_fate {
	REFILE_STAYS,
	REFILE_MOVED,
	REFILE_COPIED,
	REFILE_DELETED,
	REFILE_VANISHED, /* somebody else moved or removed it meanwhile */
	REFILE_FAILED,   /* it could not be judged or moved; it stays */
};

struct refile_line {
	const struct refile_message *message;
	enum refile_fate fate;
	struct text to;     /* destination; empty: none */
	struct text why;    /* a short word for the summary */
	struct text detail; /* more of it for this message; may be empty */
	struct place place; /* of the rule */
};

struct refile_report_row {
	uint64_t count, bytes;
	enum refile_fate fate;
};

struct refile_report {
	struct arena *arena;
	const struct refile_request *request;
	struct buffer out;
	struct table rows;
	uint64_t counts[REFILE_FAILED + 1];
	uint64_t messages, bytes; /* looked at */
	uint64_t complaints;
	int64_t started, shown; /* milliseconds */
	/* Of the folder that is being worked on: */
	struct text folder;
	uint64_t folder_done, folder_total; /* messages, or bytes of an mbox */
	bool has_progress;                  /* a line of it stands on the terminal */
};

void refile_report_begin(
    struct refile_report *report, struct arena *arena, const struct refile_request *request);
void refile_report_folder(struct refile_report *report, struct text folder, uint64_t total);
/* So much of the folder is done. */
void refile_report_step(struct refile_report *report, uint64_t done);
void refile_report_line(struct refile_report *report, const struct refile_line *line);
void refile_report_clear_progress(struct refile_report *report);
/* The summary. */
void refile_report_end(struct refile_report *report, bool is_stopped);
const char *refile_report_word(enum refile_fate fate, bool applies);

#endif
