/*
 * A failure that is not (yet) the fate of a message: what the caller does next, and a text for
 * people. Functions that can fail return bool and fill a `struct error *`, the last parameter; true
 * leaves it untouched. Text is prefixed on the way up ("/etc/culver.conf:3:1: ..."). The fate of
 * mail is mail/outcome.h.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum { ERROR_TEXT_MAX = 512 };

/* Named by what the caller does next. */
enum error_kind {
	ERROR_NONE,
	ERROR_AGAIN,  /* may work later: a lock, a full disk, a missing server */
	ERROR_REFUSE, /* will not be done: rights, a safety rule */
	ERROR_INPUT,  /* what was given is malformed; the text says where */
	ERROR_LIMIT,  /* a bound was reached */
	ERROR_SYSTEM, /* a system call failed in a way nobody expects */
};

struct error {
	enum error_kind kind;
	int number; /* errno where a system call failed, else 0 */
	char text[ERROR_TEXT_MAX];
};

/* Always returns false, so that a failing function can end with `return error_set(...)`. */
_Bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/*
 * For a failed system call: keeps errno in `number`, appends its text, and chooses the kind: AGAIN
 * for what passes (ENOSPC, EDQUOT, EAGAIN, EIO, ...), REFUSE for rights (EACCES, EPERM, EROFS),
 * else SYSTEM.
 */
_Bool error_set_errno(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Puts text in front of what is there. */
void error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
