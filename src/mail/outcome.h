/*
 * The fate of a message, or of one copy of it, as a value that every stage returns: done, later or
 * never, with an enhanced status code (RFC 3463) and a reason for people. It is mapped to exit
 * codes, log lines and text for the MTA here and nowhere else. In doubt an outcome is "later": the
 * sender's server still has the mail.
 */
#ifndef MAIL_OUTCOME_H
#define MAIL_OUTCOME_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum outcome_class {
	OUTCOME_LATER, /* the zero value: a forgotten outcome is "try again" */
	OUTCOME_DONE,  /* stored and synced, or discarded because a rule said so */
	OUTCOME_NEVER, /* a rule or a permanent fact says that trying again is useless */
};

/* class.subject.detail, RFC 3463; the class follows from the outcome. */
struct status_code {
	unsigned char subject;
	unsigned short detail;
};

struct outcome {
	enum outcome_class class;
	struct status_code code;
	/*
	 * The exit status for the calling MTA where it is not the class's own (0, 75, 69): a
	 * sysexits value for OUTCOME_NEVER, or the EXITCODE that a rule asked for. 0 means "the
	 * class's own".
	 */
	int exit_status;
	const char *reason; /* one line, no status code in it; lives in the arena it was made with,
			       or is static */
};

/* Common codes; the names follow RFC 3463. */
#define STATUS_OTHER                ((struct status_code){0, 0})
#define STATUS_NO_MAILBOX           ((struct status_code){1, 1})
#define STATUS_MAILBOX_OTHER        ((struct status_code){2, 0})
#define STATUS_MAILBOX_FULL         ((struct status_code){2, 2})
#define STATUS_SYSTEM_OTHER         ((struct status_code){3, 0})
#define STATUS_SYSTEM_FULL          ((struct status_code){3, 1})
#define STATUS_SYSTEM_CONFIGURATION ((struct status_code){3, 5})
#define STATUS_ROUTING_LOOP         ((struct status_code){4, 6})
#define STATUS_MESSAGE_TOO_BIG      ((struct status_code){3, 4})
#define STATUS_REFUSED              ((struct status_code){7, 1})
#define STATUS_SECURITY_OTHER       ((struct status_code){7, 0})

struct outcome outcome_done(const char *reason);
struct outcome outcome_later(struct arena *arena, struct status_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* exit_status: a value of sysexits.h such as EX_NOUSER; 0 for EX_UNAVAILABLE (69). */
struct outcome outcome_never(struct arena *arena, struct status_code code, int exit_status,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* "Later", with a code chosen from the error's errno (ENOSPC: 4.3.1, EDQUOT: 4.2.2, EACCES: 4.3.5,
 * else 4.3.0). */
struct outcome outcome_later_error(struct arena *arena, const struct error *error);

/*
 * The fate that the end of a command stands for (its message on stdin). status is a waitpid()
 * status. 0 is done. EX_DATAERR, EX_NOUSER, EX_NOHOST, EX_UNAVAILABLE, EX_PROTOCOL and EX_NOPERM
 * are the command's "never", kept as exit status; everything else (EX_TEMPFAIL, any other number, a
 * signal) is doubt, so "later". `what` names the command in the reason.
 */
struct outcome outcome_from_wait_status(struct arena *arena, int status, struct text what);

/* The process's exit status: 0, 75 or the sysexits value of "never". */
int outcome_exit_status(const struct outcome *outcome);
/* "delivered", "deferred" or "failed": the word of the delivery log. */
const char *outcome_word(const struct outcome *outcome);

enum { OUTCOME_CODE_SIZE = 16 };
/* "2.0.0" */
struct text outcome_format_code(const struct outcome *outcome, char out[OUTCOME_CODE_SIZE]);

#endif
