/*
 * Content-Transfer-Encoding (RFC 2045, section 6): its names, and a decoder that takes bytes piece
 * by piece and gives bytes, in constant memory.
 *
 * Read as readers do (doc/tolerance.md), each with `malformed` set unless said otherwise.
 * Quoted-printable: blanks behind a soft break are padding and lower-case digits count (neither is
 * malformed), blanks at the end of a line stay (nor that), an '=' that begins no escape stays.
 * base64: bytes outside of the alphabet are skipped, padding may be missing, data may follow the
 * padding. uuencode: what stands around "begin" and "end" is text and stays (not malformed), and so
 * do lines between them that cannot be data; a line may be longer or shorter than its count.
 */
#ifndef MAIL_TRANSFER_ENCODING_H
#define MAIL_TRANSFER_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum transfer_encoding {
	TRANSFER_IDENTITY, /* 7bit, 8bit, binary, none */
	TRANSFER_QUOTED_PRINTABLE,
	TRANSFER_BASE64,
	TRANSFER_UUENCODE,
};

/*
 * The encoding that a field's body names, comments and quotes around it ignored. A name that nobody
 * knows reads as identity, and *is_unknown_out says so; an empty body is identity.
 */
enum transfer_encoding transfer_encoding_parse(struct text body, bool *is_unknown_out);

enum { TRANSFER_HELD_MAX = 1024 };

/* Holds no memory of its own: nothing to clear. */
struct transfer_decoder {
	enum transfer_encoding encoding;
	bool malformed;
	/* From here on: the decoder's own. */
	uint32_t bits;    /* base64: the digits of a quantum that is not complete, */
	unsigned count;   /* and their number */
	bool is_padded;   /* base64: padding was met, */
	unsigned due;     /* and so much of it is still to come */
	bool is_inside;   /* uuencode: behind "begin" */
	bool is_long;     /* uuencode: in a line that is too long to be data */
	size_t held_size; /* input that later bytes decide about */
	char held[TRANSFER_HELD_MAX];
};

void transfer_decoder_init(struct transfer_decoder *decoder, enum transfer_encoding encoding);

/*
 * Decodes from the front of *input, which then begins behind what was read, and writes at most
 * `size` bytes to `out`; returns their number. Goes on until the input is used up or `out` is too
 * full for the next step: size is at least TRANSFER_OUT_MIN, and with input left a call always makes
 * progress. `is_last`: no more input will come; call until input is empty and 0 is returned.
 * The result does not depend on how the input is cut.
 */
enum { TRANSFER_OUT_MIN = 2 * TRANSFER_HELD_MAX };
size_t transfer_decoder_take(
    struct transfer_decoder *decoder, struct text *input, bool is_last, char *out, size_t size);

#endif
