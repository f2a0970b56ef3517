/*
 * The fields of one header block (RFC 5322, section 2.2), in order, as views into it. Used for the
 * message's own header and for the headers of MIME parts alike.
 *
 * How malformed lines read (doc/tolerance.md): a line that begins with a blank or tab continues the
 * field before it (at the very start it is a field without a name); a line without a colon, or
 * whose name holds a blank or a byte outside 33..126, is a field without a name whose body is the
 * line. Nothing is dropped.
 */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/text.h"

/* What header_unfold() copies at most. */
enum { HEADER_UNFOLD_MAX = 262144 };

struct header_field {
	/* Without the colon and without blanks before it; empty: a malformed line. */
	struct text name;
	/* Behind the colon: raw, folds and leading blank included, last line end excluded. */
	struct text body;
	/* Name, colon, body and last line end: these bytes, joined, are the header block. */
	struct text raw;
};

struct header {
	struct header_field *fields;
	size_t count;
	bool truncated; /* there were more than the limit given to header_parse() */
};

/* Where the header block of a message or part ends and where its body begins (behind the empty
 * line). Without an empty line all bytes are header and the body is empty. A message that begins
 * with an empty line has no header. */
void header_find_end(struct text bytes, size_t *header_size_out, size_t *body_start_out);

/* Indexes the block's fields into the arena, at most `maximum` of them. Never fails. */
struct header header_parse(struct arena *arena, struct text block, size_t maximum);

/* Splits the first field off the front of *rest; false when nothing is left. */
bool header_next(struct text *rest, struct header_field *field_out);

/*
 * The first field of that name among the first `maximum` fields in front of the empty line, found
 * without an index. `bytes` may be a header block or a whole message: nothing behind the empty line
 * is looked at.
 */
bool header_find_in_bytes(
    struct text bytes, struct text name, size_t maximum, struct header_field *field_out);

/* First field of that name at or after index `from` (compared without case), or NULL. */
const struct header_field *header_find(const struct header *header, struct text name, size_t from);

/* The position behind the white space, folds and comments (RFC 5322, section 3.2.2) of a structured
 * body at `from`; a comment that is not closed runs to the end. */
size_t header_skip_blanks(struct text body, size_t from);

/*
 * The field's body on one line: line ends removed, and the body's leading and trailing white space.
 * Folds become what RFC 5322 says: the line end vanishes, its white space stays. Borrowed when
 * there is nothing to remove, else made in the arena; a copy ends after HEADER_UNFOLD_MAX bytes of
 * the body.
 */
struct text header_unfold(struct arena *arena, struct text body);

/*
 * Appends the line that rules match: "Name: body", unfolded as the mailfilter language sees it (a
 * fold is replaced by one blank and keeps its own white space; white space around the body goes; a
 * NUL stays a NUL). False, with nothing appended, when it does not fit into the buffer.
 */
bool header_append_match_line(const struct header_field *field, struct buffer *line);

#endif
