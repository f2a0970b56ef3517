/*
 * Everything that rules may ask of the world. The filter knows no files, processes or users: it
 * asks through this interface, and the host decides whether to act at once (agent/agent_host.c), to
 * collect, or only to write down what was asked (filter/engine/plan.c). Every call is synchronous.
 * Texts and messages are borrowed for the call; what a host returns lives in the arena that was
 * given to filter_run().
 */
#ifndef FILTER_ENGINE_HOST_H
#define FILTER_ENGINE_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"
#include "mail/message.h"
#include "mail/outcome.h"

struct variables;
struct attachment_host; /* filter/engine/attachment/attachment_host.h */
struct database_host;   /* filter/engine/database_host.h */

/* A place in a rules file: what an explanation and every error names. Lines and columns count from
 * 1, in bytes. */
struct place {
	struct text file;
	unsigned line;
	unsigned column;
};

/* How a rule names where a message goes. */
enum destination_form {
	DESTINATION_WRITTEN, /* `to "./Junk/"`: the text says it all */
	DESTINATION_MAILBOX, /* `mailbox "Work/Projects"`: a folder by its name, in UTF-8, "/" between
				  its levels, as a mail reader shows it; made when it is missing */
	DESTINATION_ARGUMENTS, /* `pipe "program", "argument"`: no shell */
};

struct delivery_request {
	enum destination_form form;
	/* As the rule says it: "./Maildir/", "|command", "!address"; the folder's name; for
	 * DESTINATION_ARGUMENTS "|" and the arguments with blanks between, for people. */
	struct text destination;
	const struct text *arguments; /* DESTINATION_ARGUMENTS: the program first */
	size_t argument_count;
	bool copy; /* cc: the rules go on afterwards */
	const struct message *message;
	/* At this moment; FLAGS, MAILDIRQUOTA, UMASK ... are the host's to read. */
	const struct variables *variables;
	struct place place;
	/* Why, for the log: the pattern that matched last, as the rule writes it, and what it
	 * matched. May be empty. */
	struct text condition;
	struct text matched;
	struct text undecided; /* the first question so far without an answer; may be empty */
};

/* What becomes of a command's standard output. */
enum command_use {
	COMMAND_CAPTURE, /* backticks: into `output`; the message is on standard input */
	COMMAND_SYSTEM,  /* `system`: to the caller's; standard input is empty */
	COMMAND_REWRITE, /* `xfilter`: it is the new message; the old one is on standard input */
};

struct command_request {
	enum command_use use;
	struct text command; /* for the shell, as it stands */
	const struct message *message;
	const struct variables *variables; /* the command's environment; SHELL says who runs it */
	struct buffer *output;             /* COMMAND_CAPTURE; what does not fit is a failure */
};

struct command_result {
	int status;     /* how it ended: 0 to 255, or 128 and the number of the signal */
	bool timed_out; /* run() was false because the command's own time was over */
	const struct message *rewritten; /* COMMAND_REWRITE with status 0: the new message */
};

/* What `dotlock` and `flock` hold around their block. */
enum lock_kind { LOCK_DOT, LOCK_FILE };

struct filter_host {
	/* Lay the message down. DONE means safe. */
	struct outcome (*deliver)(void *self, const struct delivery_request *request);
	/* The text of a file named by `include` or `lookup`, relative as the language has it. */
	bool (*read_rules)(void *self, struct arena *arena, struct text name,
	    struct text *rules_out, struct error *error);
	/* Is what read_rules() gave last a file of the administrator's (setting maildroprcs), which
	 * the bans of embedded mode do not bind? May be NULL: never. */
	bool (*is_trusted)(void *self);
	/* `logfile NAME` and `log TEXT`: the rules' own log. A failure is the caller's to judge. */
	bool (*open_log)(void *self, struct text name, struct error *error);
	bool (*log)(void *self, struct text line, struct error *error);
	/*
	 * Runs a command to its end. False when nothing is known of its end or its output cannot be
	 * trusted: it could not be started, was stopped because its time was over, printed more
	 * than `output` holds, or nothing at all for COMMAND_REWRITE; for that, also when a
	 * part of a large message was left unread. Then nothing has changed.
	 */
	bool (*run)(void *self, const struct command_request *request,
	    struct command_result *result_out, struct error *error);
	/* Takes a lock; LOCKTIMEOUT, LOCKSLEEP and LOCKREFRESH are the host's to read. Locks are
	 * released in the opposite order, each exactly once, however the block between ended. */
	bool (*lock)(void *self, enum lock_kind kind, struct text name,
	    const struct variables *variables, struct error *error);
	void (*unlock)(void *self);
	/* `echo`: bytes for standard output, line end included where there is one. */
	void (*echo)(void *self, struct text bytes);
	/* `import NAME`: the value that the caller's environment or the envelope gives this name;
	 * empty when they do not know it. */
	struct text (*environment)(void *self, struct text name);
	/*
	 * `addheader`, `setheader`, `delheader`: the message with that header block (the line end of
	 * its last field included, the empty line behind it not) in front of its body. It is the
	 * message from now on, as after COMMAND_REWRITE; false: nothing has changed.
	 */
	bool (*replace_header)(void *self, const struct message *message, struct text header,
	    const struct message **edited_out, struct error *error);
	/*
	 * `timeout SECONDS { }`: brings the deadline nearer (never moves it away) until end_limit() is
	 * given what begin_limit() returned. Commands and locks that wait are ended by it, and
	 * is_interrupted() sees it.
	 */
	int64_t (*begin_limit)(void *self, unsigned seconds);
	void (*end_limit)(void *self, int64_t outer);
	/* Unix seconds. */
	int64_t (*time)(void *self);
	/* True when the deadline of the run has passed or the process was asked to stop: the
	 * evaluator then ends with "later". Called once a statement. */
	bool (*is_interrupted)(void *self);
	const struct attachment_host *attachments; /* `strip`, `replace`, `save` */
	const struct database_host *databases; /* `gdbmopen` and its kin; NULL: none are opened */
};

#endif
