/*
 * Edits of a header as people and scripts ask for them, one after the other, each seeing what those
 * before it made. What no edit touches stays byte for byte, malformed lines included; a renamed field
 * keeps everything behind its name.
 */
#ifndef HANDLE_HEADER_WORK_H
#define HANDLE_HEADER_WORK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/text.h"

enum header_work_kind {
	HEADER_WORK_ADD,         /* in front of all fields */
	HEADER_WORK_APPEND,      /* behind all fields */
	HEADER_WORK_ADD_MISSING, /* in front, when there is no such field */
	HEADER_WORK_SET,         /* in the place of the first; the others go; as ADD without one */
	HEADER_WORK_KEEP_OLD,    /* those that are there become Old-NAME; as SET then */
	HEADER_WORK_DELETE,      /* all of that name */
	HEADER_WORK_RENAME,      /* all of that name; `value` is the new name */
	HEADER_WORK_KEEP_FIRST,  /* the others of that name go */
	HEADER_WORK_KEEP_LAST,
	HEADER_WORK_UNFOLD, /* on one line, all else as it is */
	HEADER_WORK_DECODE, /* on one line, encoded words as UTF-8 (RFC 6532) */
};

struct header_work_edit {
	enum header_work_kind kind;
	/* header_edit_is_name(); where no field is added, "X-*" stands for all that begin so, and "*"
	 * for all. */
	struct text name;
	struct text value; /* written as mail/header_edit.h does it */
};

/* Does a field's name fit "Name", "X-*" or "*"? Compared without case; no name fits nothing but "*". */
bool header_work_is_named(struct text name, struct text wanted);

/* Appends the header block of the message after the edits. False when it does not fit. */
bool header_work_apply(struct text message_bytes, const struct header_work_edit *edits,
    size_t count, struct buffer *out);

#endif
