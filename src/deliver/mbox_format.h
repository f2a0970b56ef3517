/*
 * An mbox message as bytes (mboxrd; RFC 4155 describes the family): a "From sender date" line, the
 * message with one ">" more on every line that matches "^>*From ", a final line end where it has
 * none, and one empty line. The bytes come as slices of the message, so nothing is copied.
 */
#ifndef DELIVER_MBOX_FORMAT_H
#define DELIVER_MBOX_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "mail/envelope.h"

/* A longer sender is cut: the line is a separator, not a record. */
enum { MBOX_FORMAT_SENDER_MAX = 320, MBOX_FORMAT_LEAD_MAX = 400, MBOX_FORMAT_DATE_SIZE = 24 };

/*
 * What is written in front of the message: line ends that complete what the mailbox ends with, and
 * the From_ line. No sender or the null sender is MAILER-DAEMON; blanks and control characters
 * become
 * "_". The date is the one that a leading From_ line brought, if it is in asctime's form, else
 * `now`. `tail`: the last bytes of the mailbox, at least 3 where it has them.
 */
struct text mbox_format_lead(
    struct arena *arena, const struct envelope *envelope, struct timestamp now, struct text tail);

/* Is this "Www Mmm dd hh:mm:ss yyyy"? */
bool mbox_format_is_date(struct text source);
/* Does it begin with "Www Mmm dd hh:mm:ss"? */
bool mbox_format_has_date_prefix(struct text source);

/* An iterator over the slices; valid as long as lead and message are. */
struct mbox_format {
	struct text lead;
	struct text message;
	size_t position; /* first byte of the message that was not given yet */
	size_t search;   /* where the search for the next line to quote goes on */
	int stage;
};

void mbox_format_init(struct mbox_format *format, struct text lead, struct text message);
/* False behind the last slice. No slice is empty. */
bool mbox_format_next(struct mbox_format *format, struct text *slice_out);

/* Bytes of all slices. */
uint64_t mbox_format_size(struct text lead, struct text message);

/* The way back: the place of the first ">" that was added, at or behind `from`; the text's size: none. */
size_t mbox_format_find_quote(struct text message, size_t from);
/* The first one behind the line of that one. */
size_t mbox_format_next_quote(struct text message, size_t quote);
/* The message without any of them; itself if there is none, else a copy in the arena. */
struct text mbox_format_unquote(struct arena *arena, struct text message);

#endif
