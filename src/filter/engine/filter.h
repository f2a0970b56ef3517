/*
 * One rule program, run against one message: what the agent, the checker and the tests call. A
 * language folder (filter/mailfilter) turns text into a program; this runs it.
 */
#ifndef FILTER_ENGINE_FILTER_H
#define FILTER_ENGINE_FILTER_H

#include <stdint.h>

#include "base/arena.h"
#include "filter/engine/host.h"
#include "filter/engine/variable.h"
#include "mail/envelope.h"
#include "mail/message.h"
#include "mail/outcome.h"

struct program;
struct filter_observer;

/* How the rules ended. */
enum filter_end {
	FILTER_END_FALL_THROUGH, /* the last statement was run: default delivery is the agent's */
	FILTER_END_DELIVERED,    /* `to`, `keep`, `mailbox` or `pipe`, successfully */
	FILTER_END_EXIT,   /* `exit`: the message is discarded (EXITCODE 0) or refused (EXITCODE);
			      `reject`, `tempfail`, `discard` */
	FILTER_END_FAILED, /* a delivery or the rules failed; `outcome` says how */
	FILTER_ENDS,       /* how many there are */
};

/* "fall-through", "delivered", "exit", "failed". */
const char *filter_end_word(enum filter_end end);

/*
 * What becomes of a question that has no answer: a pattern that reached its limit of work, a text
 * that could not be decoded, a command that did not end in time. Whatever is chosen, the first such
 * question is in filter_result.undecided, and the variable UNDECIDED says of the last what kind it
 * was ("limit", "undecodable", "timeout"; "database" for one that the rules always go on after).
 */
enum verdict {
	VERDICT_LATER, /* an error of the rules: the message is tried again, by the policy for those */
	VERDICT_OPEN,   /* the pattern did not match; the command failed. The rules go on */
	VERDICT_CLOSED, /* the pattern matched; for a command the message is refused */
};

struct verdicts {
	enum verdict limit, undecodable, timeout;
};

struct filter_result {
	enum filter_end end;
	bool failed_in_rules; /* FILTER_END_FAILED: the rules are at fault, not a delivery */
	struct outcome outcome;
	struct place place;   /* of the statement that decided */
	struct text decision; /* what decided, for the log: `to "./Junk/"`; empty on fall-through */
	struct text condition; /* the pattern that matched last before the decision, for the log;
				  may be empty */
	struct text matched;   /* what it matched, cut to FILTER_MATCHED_MAX bytes */
	struct text undecided; /* "file:line:column: what"; empty: every question had an answer */
	/* As the rules left it: `xfilter` and edits make a new one. */
	const struct message *message;
};

enum {
	FILTER_MATCHED_MAX = 200,
	FILTER_REASON_MAX = 400,
	FILTER_INCLUDES_MAX = 20, /* files that include each other, the first not counted */
};

struct filter_input {
	const struct program *program;
	const struct message *message;
	/* Set up by the caller (HOME, DEFAULT, FROM ...), changed by the rules. */
	struct variables *variables;
	const struct envelope *envelope; /* for `envelope "sender"`; NULL: nothing is known */
	const struct filter_host *host;
	void *host_self;
	const struct filter_observer *observer; /* of the run (engine/observer.h); NULL: nobody */
	struct verdicts verdicts;
	struct text recipient_delimiter; /* bytes that begin a subaddress */
	bool is_embedded;                /* rules that act on the world are refused */
	uint32_t match_limit;            /* backtracking steps of one pattern on one line; 0:
						PATTERN_MATCH_LIMIT_DEFAULT */
};

/*
 * Runs the program; all that the result points to lives in the arena. In embedded mode a program
 * that would act is refused before anything of it runs (program_is_runnable).
 */
struct filter_result filter_run(struct arena *arena, const struct filter_input *input);

/*
 * What the variable EXITCODE stands for at the end of rules that did not deliver: unset or 0 is
 * DONE (the message is discarded); a sysexits value that says "never" (65, 67, 68, 69, 76, 77) is
 * kept; any other number is "later" with that exit status.
 */
struct outcome filter_exit_outcome(struct arena *arena, const struct variables *variables);

#endif
