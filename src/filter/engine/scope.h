/*
 * The texts of a message that patterns are tried on, as the mailfilter language sees them: "Name:
 * body" for each header field (of the message, and of the parts of a MIME message), decoded, fields
 * of addresses in one form (mail/address_line.h); and the lines of its text parts, or these parts as
 * a whole (filter/engine/body_text.h). Raw: the fields unfolded only, and all of the body as it
 * stands. Nothing is looked at before a pattern asks for it: rules about the header of a plain
 * message never walk its body.
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
#include "filter/engine/body_text.h"
#include "mail/message.h"

struct scope;
struct prefilter;

enum { SCOPE_PART_FIELDS_MAX = 10000, SCOPE_LINE_MAX = 1048576, SCOPE_CACHE_MAX = 1048576 };

struct scope *scope_new(struct arena *arena, const struct message *message);
void scope_close(struct scope *scope);

struct scope_line {
	struct text text;
	/* In lower case, when it is known and the line is all ASCII; else NULL data. */
	struct text folded;
	bool is_whole; /* not a line, but a text that may hold many */
};

/* The fields of one hash bucket, as far as a walk has come. */
struct scope_chain {
	unsigned bucket;
	size_t candidate; /* number of the next field that fits; 0: to be looked for */
	size_t last;      /* number of the last field looked at; 0: none */
};

/* A walk over lines. Of one scope only the walk that was begun last may go on. */
struct scope_cursor {
	struct scope *scope;
	unsigned kinds;    /* of enum pattern_scope; kinds of lines: still to come */
	struct text field; /* only fields of this name, and those without a name; empty: all */
	size_t next;       /* without a name: the number of the last field */
	struct scope_chain named, nameless; /* with one */
	/* Lines of the body that it excludes are left out; NULL: none. */
	const struct prefilter *prefilter;
	struct body_text_cursor body;
	struct text raw; /* what is left of the body as it stands */
	bool in_raw;
	bool is_damaged; /* of a text that was given or left out, bytes could not be decoded */
};

void scope_begin(
    struct scope_cursor *cursor, struct scope *scope, unsigned kinds, struct text field);
/* The next line, which holds until the next call for any cursor of this scope; false at the end. */
bool scope_next(struct scope_cursor *cursor, struct scope_line *line_out);
/* The next field of the message (not of its parts) that has the cursor's name: its line without
 * "Name: ". */
bool scope_next_value(struct scope_cursor *cursor, struct text *value_out);

#endif
