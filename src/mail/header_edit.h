/*
 * Changes to a header block: fields added in front, set in place, removed. The old block and a list
 * of edits make a new block; every field that no edit names is copied byte for byte, malformed
 * lines included. Memory does not depend on the number of fields.
 */
#ifndef MAIL_HEADER_EDIT_H
#define MAIL_HEADER_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

enum {
	HEADER_EDIT_NAME_MAX = 76,   /* bytes of a name that is written */
	HEADER_EDIT_LINE_WANTED = 78 /* RFC 5322, section 2.1.1; a longer word is not broken */
};

enum header_edit_kind {
	HEADER_EDIT_ADD, /* in front of all fields */
	HEADER_EDIT_SET, /* in the place of the first field of that name; the others of that name go.
			    As HEADER_EDIT_ADD when there is none */
	HEADER_EDIT_DELETE, /* all fields of that name */
};

struct header_edit {
	enum header_edit_kind kind;
	struct text name;  /* header_edit_is_name(); compared without case, written as it is here */
	struct text value; /* any bytes */
};

/* A field name (RFC 5322, section 3.6.8: ftext) of at most HEADER_EDIT_NAME_MAX bytes. */
bool header_edit_is_name(struct text name);
/* The same; false with an error (ERROR_INPUT) that says what such a name is. */
bool header_edit_check_name(struct text name, struct error *error);

/* The line end of the message: that of its first line; a message of one unended line has LF. */
struct text header_edit_line_end(struct text message_bytes);

/*
 * Appends "Name: value" and the line end: white space around the value goes; line ends, NUL and
 * other control bytes but tabs become blanks; words with bytes outside of ASCII become encoded words
 * (mail/encoded_word.h), all others stay as they are; long lines are folded at blanks.
 */
void header_edit_append_field(
    struct text name, struct text value, struct text line_end, struct buffer *out);

/*
 * Appends the block with the edits made, in their order. New fields stand in front, but behind
 * lines at the very beginning that would continue them. False when it does not fit into the buffer.
 */
bool header_edit_apply(struct text block, struct text line_end, const struct header_edit *edits,
    size_t count, struct buffer *out);

#endif
