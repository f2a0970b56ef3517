/*
 * `culver refile`: rules applied to mail that is stored already. Each message is rehearsed
 * (rehearse/rehearsal.h), which says where it would go now; where that is another Maildir or mbox, it
 * moves there. Without `applies` nothing is touched.
 *
 * No message is lost, and none is doubled, whatever ends the process: from Maildir to Maildir of one
 * file system a message is renamed, which is one step; every other move is written to a journal
 * (refile_journal.h) before its first step, and the next run finishes what was begun.
 */
#ifndef REFILE_REFILE_H
#define REFILE_REFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/agent.h"
#include "base/arena.h"
#include "rehearse/command_answers.h"
#include "system/terminal.h"

enum {
	REFILE_INCOMPLETE = 1,      /* exit status: a message could not be judged or moved */
	REFILE_NAMES_MAX = 2000000, /* messages of a folder in one run */
	REFILE_FOLDERS_MAX = 10000,
};

struct refile_request {
	const struct agent_request *agent; /* as for a delivery; `input` is not looked at */
	const char *const *folders;        /* Maildirs and mboxes, NULL at the end */
	const struct command_answers *answers;
	bool runs_commands;
	bool applies;          /* else nothing is touched */
	bool copies;           /* `cc` to a Maildir or mbox is made too */
	bool deletes;          /* `discard` and its like delete */
	bool uses_default;     /* what no rule places goes to the default mailbox */
	bool edits;            /* changes of the message are kept */
	bool is_recursive;     /* a Maildir's folders too */
	uint64_t limit;        /* messages looked at; 0: all */
	int64_t since, before; /* Unix seconds of their receipt; 0: no matter */
	bool is_json, is_quiet, is_verbose;
	struct terminal terminal, progress; /* of standard output, of standard error */
	/* Where the report goes. */
	void (*write)(void *self, struct text bytes);
	void *self;
};

/* The exit status: EX_OK, REFILE_INCOMPLETE, EX_NOINPUT, EX_TEMPFAIL, or as explain_run(). Becomes
 * the user. */
int refile_run(struct arena *arena, const struct refile_request *request);

#endif
