/*
 * A message with some of its parts exchanged or left out, every other byte as it was: the pieces of
 * the new message in order, each borrowed from the old one or from the caller, so that nothing large is
 * copied before it is written.
 *
 * A part that goes is replaced by one text/plain part (its notice), with its own Content-Type,
 * Content-Transfer-Encoding and Content-Disposition; or vanishes together with the boundary line in
 * front of it. A multipart keeps its boundaries, so it stays well formed; one that loses all of its
 * parts gets an empty text part. When the message itself is the part, its header keeps all but its
 * Content-* fields.
 */
#ifndef MAIL_PART_EDIT_H
#define MAIL_PART_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"
#include "mail/mime_tree.h"

struct part_edit {
	const struct mime_part
	    *part;          /* of the tree over the bytes; no part of another edit's part */
	bool is_removed;    /* it vanishes */
	bool keeps_header;  /* only `body` is exchanged, which is written as the old one was */
	struct text header; /* else: the Content-* fields of its replacement, with line ends */
	struct text body;   /* as it is to stand there: encoded already */
};

/* The fields and the body of a notice: UTF-8 text as text/plain, encoded so that it survives any
 * transport, line ends as `line_end`. In the arena. */
void part_edit_notice(
    struct arena *arena, struct text utf8, struct text line_end, struct part_edit *edit_out);

/* Appends the new message; edits in the order of their parts. False: it does not fit. */
bool part_edit_apply(struct text bytes, const struct mime_tree *tree, const struct part_edit *edits,
    size_t count, struct buffer *out);

#endif
