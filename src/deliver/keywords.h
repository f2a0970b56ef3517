/*
 * IMAP keywords of a message in a Maildir, as the IMAP servers keep them:
 *
 * Dovecot: the file "dovecot-keywords" in the Maildir gives each of at most 26 keywords a number
 * ("0 Name", a line each); a message has the letters a to z of its keywords among the flags of its
 * name. A keyword that has a number costs one read. One that has none is added while
 * dovecot-uidlist.lock is held, the lock that Dovecot itself changes this file under; the file is
 * replaced as a whole and its time grows, because Dovecot looks at nothing else.
 *
 * Courier: a file with the base name of the message in the directory "courierimapkeywords" of the
 * Maildir, a keyword a line, renamed there before the message appears.
 *
 * What cannot be kept is left out and said, and never a reason to keep the mail waiting: keywords
 * that are no IMAP atoms (RFC 3501 section 9, flag-keyword), too long or too many.
 */
#ifndef DELIVER_KEYWORDS_H
#define DELIVER_KEYWORDS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "config/settings.h"

enum {
	KEYWORDS_LETTERS_MAX = 26,
	KEYWORDS_BYTES_MAX = 50, /* of one: what Dovecot lets a client set */
	KEYWORDS_COUNT_MAX = 64, /* of one message */
};

struct keywords_request {
	struct arena *arena;
	const struct settings *settings;
	const char *maildir;
	struct text keywords; /* commas between */
};

struct keywords {
	struct text letters;  /* as Dovecot has it: for the name's flags, in their order */
	struct text lines;    /* as Courier has it: for keywords_write() */
	struct text left_out; /* what was, and why, for the log; empty: nothing */
};

/* False only when the Maildir is not there: error->number is ENOENT then. */
bool keywords_prepare(
    const struct keywords_request *request, struct keywords *keywords_out, struct error *error);

/* The keywords that a message of the Maildir has, commas between: those of the lower-case letters of
 * its name, and those of Courier's file for it. What cannot be read is left out. */
struct text keywords_find_names(
    const struct keywords_request *request, struct text letters, struct text base_name);

/* The keywords of the message that is about to have this base name, durably. */
bool keywords_write(const struct keywords_request *request, struct text lines,
    struct text base_name, struct error *error);
/* Takes them back: the message did not appear. */
void keywords_remove(const struct keywords_request *request, struct text base_name);

#endif
