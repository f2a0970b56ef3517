/*
 * From a folder's name, as rules and mail readers have it ("Work/Entwürfe", UTF-8, "/" between the
 * levels), to its directory below the root Maildir. Pure: nothing is looked at or made.
 *
 *	maildir++	ROOT/.Work.Entw&APw-rfe
 *	fs		ROOT/Work/Entw&APw-rfe
 *
 * A level is written in modified UTF-7 (RFC 3501 section 5.1.3), as IMAP servers do by default, or
 * left in UTF-8. "INBOX", in any case of letters, is the root itself; so is the first level of
 * "inbox/x" written "INBOX", as Dovecot does.
 *
 * Refused, because no server would show such a folder, or because the name would lead elsewhere: an
 * empty level (also a "/" at the start or end), "." and "..", control characters (C0, DEL, C1, line
 * and paragraph separators), what is not UTF-8, more levels or longer ones than the limits below,
 * "." inside a level under maildir++, and under fs the names that a Maildir's own files have.
 */
#ifndef DELIVER_MAILBOX_NAME_H
#define DELIVER_MAILBOX_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"
#include "config/settings.h"

enum { MAILBOX_NAME_LEVELS_MAX = 20, MAILBOX_NAME_BYTES_MAX = 255 /* of one directory's name */ };

struct mailbox_name {
	enum mailbox_layout layout;
	bool is_inbox; /* the root itself; no levels then */
	size_t level_count;
	struct text levels[MAILBOX_NAME_LEVELS_MAX]; /* encoded as in the file system */
};

/* False: such a folder cannot be; the error (ERROR_INPUT) says why and what to do. */
bool mailbox_name_parse(struct arena *arena, struct text name, enum mailbox_layout layout,
    enum mailbox_encoding encoding, struct mailbox_name *name_out, struct error *error);

/* The first `level_count` levels with the separator between them. */
struct text mailbox_name_join(
    struct arena *arena, const struct mailbox_name *name, size_t level_count, char separator);
/* The directory of the first `level_count` levels: of the folder itself with name->level_count. */
struct text mailbox_name_path(
    struct arena *arena, const struct mailbox_name *name, size_t level_count, struct text root);

/* Appends well-formed UTF-8 in modified UTF-7. */
void mailbox_name_append_utf7(struct buffer *buffer, struct text utf8);

#endif
