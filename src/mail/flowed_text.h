/*
 * text/plain; format=flowed (RFC 3676): lines that end in a blank are joined with the next one of the
 * same quote depth, so that a pattern meets the sentence that the reader sees. Piece by piece, in
 * constant memory. Input is UTF-8 with LF or CRLF line ends. Space-stuffing goes, quote marks stay, the
 * signature separator "-- " is never joined.
 */
#ifndef MAIL_FLOWED_TEXT_H
#define MAIL_FLOWED_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct flowed_text {
	bool deletes_space; /* delsp=yes: the blank goes as well */
	/* The reader's own state follows. */
	unsigned state, depth, depth_before;
	size_t held;
};

void flowed_text_init(struct flowed_text *flowed, bool deletes_space);

/* As transfer_decoder_take() (mail/transfer_encoding.h): reads from the front of *input, writes at
 * most `size` bytes (at least FLOWED_TEXT_OUT_MIN), and does not depend on how the input is cut. */
enum { FLOWED_TEXT_OUT_MIN = 2048 };
size_t flowed_text_take(
    struct flowed_text *flowed, struct text *input, bool is_last, char *out, size_t size);

#endif
