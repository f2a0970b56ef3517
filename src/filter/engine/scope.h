/*
 * The lines of a message that patterns are tried on, as the mailfilter language sees them: "Name:
 * body" for each header field (of the message, and of the parts of a MIME message), and the lines
 * of its text parts. Nothing is looked at before a pattern asks for it: rules about the header of a
 * plain message never walk its body.
 *
 * Limits: SCOPE_PART_FIELDS_MAX fields of parts are seen; of a header line longer than
 * SCOPE_LINE_MAX, when it is folded, the first part as it stands (doc/tolerance.md:
 * header-line-limit).
 */
#ifndef FILTER_ENGINE_SCOPE_H
#define FILTER_ENGINE_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/message.h"

struct scope;
struct mime_part;

enum { SCOPE_PART_FIELDS_MAX = 10000, SCOPE_LINE_MAX = 1048576, SCOPE_CACHE_MAX = 1048576 };

struct scope *scope_new(struct arena *arena, const struct message *message);
void scope_close(struct scope *scope);

struct scope_line {
	struct text text;
	struct text
	    folded; /* in lower case, when it is known and the line is all ASCII; else NULL data */
};

/* The fields of one hash bucket, as far as a walk has come. */
struct scope_chain {
	unsigned bucket;
	size_t candidate; /* number of the next field that fits; 0: to be looked for */
	size_t last;      /* number of the last field looked at; 0: none */
};

/* A walk over lines. */
struct scope_cursor {
	struct scope *scope;
	unsigned kinds;    /* of enum pattern_scope, still to come */
	struct text field; /* only fields of this name, and those without a name; empty: all */
	size_t next;       /* without a name: the number of the last field */
	struct scope_chain named, nameless; /* with one */
	const struct mime_part *part;
	struct text body; /* what is left of the part's text */
	bool in_body;
};

void scope_begin(
    struct scope_cursor *cursor, struct scope *scope, unsigned kinds, struct text field);
/* The next line, which holds until the next call for any cursor of this scope; false at the end. */
bool scope_next(struct scope_cursor *cursor, struct scope_line *line_out);
/* The next field of the message (not of its parts) that has the cursor's name: its line without
 * "Name: ". */
bool scope_next_value(struct scope_cursor *cursor, struct text *value_out);

#endif
