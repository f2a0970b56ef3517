/*
 * The messages of an mbox as byte ranges, by one of three rules for what separates them
 * (handle/mail_source.h), and what an mbox adds to them: the From_ line, the empty line at the end, the
 * ">" in front of lines that would pass for a From_ line (mboxrd).
 *
 * The very first line separates also when it holds no date, so that no rule makes a field of it.
 * What stands in front of the first From_ line is a message without one, so that nothing is lost, unless
 * it is nothing but line ends.
 */
#ifndef HANDLE_MBOX_WALK_H
#define HANDLE_MBOX_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "handle/mail_source.h"

struct mbox_range {
	size_t start;          /* of its From_ line */
	size_t from_line_size; /* with the line end; 0: there is none */
	size_t size;           /* up to the next message */
};

/* Does it begin with a From_ line? */
bool mbox_walk_is_mbox(struct text bytes);

/* Finds the message at *position and moves *position behind it; false at the end. */
bool mbox_walk_next(
    struct text mbox, enum from_rule rule, size_t *position, struct mbox_range *range_out);

/* The message without its From_ line and without the empty line behind it; still quoted. */
struct text mbox_walk_message(struct text mbox, const struct mbox_range *range);

#endif
