/*
 * Where one message of a mailbox, a digest or a file of articles ends and the next begins, by the rules of
 * formail(1) -s: a line "From " with something that looks like an address and more behind it, then a
 * number of known fields; in a digest the known fields are enough.
 */
#ifndef HANDLE_COMPAT_MESSAGE_BOUNDARY_H
#define HANDLE_COMPAT_MESSAGE_BOUNDARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct message_boundary_rule {
	bool any_line; /* -e: also where no empty line stands before it */
	bool digest;   /* -d: also without a From_ line */
	size_t fields; /* -m: the From_ line counts as one; at least 1 */
};

/* "From ", a word, and something behind it. */
bool message_boundary_is_postmark(struct text line);
/* The first line of an article of Usenet: "Article ". */
bool message_boundary_is_article(struct text line);
/*
 * The position of the next message's first line; the input's size: there is none. `from` begins a line,
 * and `behind_empty` says whether the line in front of it is empty (or there is none).
 */
size_t message_boundary_find(
    struct text input, size_t from, bool behind_empty, const struct message_boundary_rule *rule);

#endif
