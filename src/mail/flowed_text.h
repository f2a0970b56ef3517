/*
 * text/plain; format=flowed (RFC 3676): lines that end in a blank are joined with the next one of the
 * same quote depth, so that a pattern meets the sentence that the reader sees. Piece by piece, in
 * constant memory. Input is UTF-8 with LF or CRLF line ends. Space-stuffing goes; quote marks stay, with
 * a blank behind them; the signature separator "-- " is never joined, nor is an empty line; a line end
 * is written as the paragraph's last line has it.
 */
#ifndef MAIL_FLOWED_TEXT_H
#define MAIL_FLOWED_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum flowed_text_state {
	FLOWED_TEXT_MARKS,     /* counts quote marks */
	FLOWED_TEXT_STUFFED,   /* a blank here is stuffing */
	FLOWED_TEXT_HEAD,      /* may be a signature separator */
	FLOWED_TEXT_LINE,      /* the text of the line */
	FLOWED_TEXT_SEPARATOR, /* one is to be written */
	FLOWED_TEXT_ENDED,     /* the input is over */
};

struct flowed_text {
	bool deletes_space; /* delsp=yes: the blank goes as well */
	/* The reader's own state follows. */
	enum flowed_text_state state;
	size_t depth;        /* quote marks of this line */
	size_t depth_before; /* of the line that waits to be joined */
	size_t marks;        /* quote marks that are to be written */
	size_t head;         /* bytes of "-- " that were read */
	bool is_open;        /* a line waits to be joined */
	bool is_open_crlf;   /* it ended in CRLF */
	bool is_stuffed;     /* a blank was taken off this line */
	bool wants_blank;    /* behind the quote marks */
	bool has_blank;      /* read, not yet written */
	bool has_return;     /* the same, behind the blank */
};

void flowed_text_init(struct flowed_text *flowed, bool deletes_space);

/* As transfer_decoder_take() (mail/transfer_encoding.h): reads from the front of *input, writes at
 * most `size` bytes (at least FLOWED_TEXT_OUT_MIN), and does not depend on how the input is cut. */
enum { FLOWED_TEXT_OUT_MIN = 2048 };
size_t flowed_text_take(
    struct flowed_text *flowed, struct text *input, bool is_last, char *out, size_t size);

#endif
