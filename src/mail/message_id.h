/*
 * The ids of Message-ID, References and In-Reply-To (RFC 5322, section 3.6.4), without their angle
 * brackets. Letter case is kept: ids differ by it.
 *
 * Tolerated (doc/tolerance.md): missing brackets, blanks and folds inside an id (removed), a
 * bracket that is not closed, phrases and comments between ids (skipped). What is longer than
 * MESSAGE_ID_SIZE_MAX is not an id.
 */
#ifndef MAIL_MESSAGE_ID_H
#define MAIL_MESSAGE_ID_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"

enum { MESSAGE_ID_SIZE_MAX = 4096 };

/* A walk over the ids of one field. */
struct message_id_walk {
	struct text rest;
	bool is_bracketed; /* some id stands in brackets: words outside of brackets are not ids */
	bool has_open_comment; /* a parenthesis that is never closed was met */
};

/*
 * The id of a Message-ID field's body: the first one in brackets, else the first word. False when
 * there is none. Borrowed from the body, or made in the arena where blanks had to be removed.
 */
bool message_id_parse(struct arena *arena, struct text body, struct text *id_out);

/* Walks the ids of a References or In-Reply-To body in order. Without brackets, words that hold an
 * '@' are ids. */
struct message_id_walk message_id_walk_init(struct text body);
bool message_id_next(struct arena *arena, struct message_id_walk *walk, struct text *id_out);

#endif
