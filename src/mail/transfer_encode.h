/*
 * Writing the transfer encodings of RFC 2045, section 6: bytes in, lines of at most 76 characters out;
 * and what a content needs of them. Decoding is mail/transfer_encoding.h.
 */
#ifndef MAIL_TRANSFER_ENCODE_H
#define MAIL_TRANSFER_ENCODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"

/* RFC 5322, section 2.1.1, and RFC 5321, section 4.5.3.1.6: characters without the line end. */
enum { TRANSFER_ENCODE_LINE_MAX = 998, TRANSFER_ENCODE_WIDTH = 76 };

struct transfer_need {
	uint64_t high;        /* bytes above 127 */
	uint64_t escaped;     /* bytes that quoted-printable writes as three */
	bool has_nul;         /* neither 7bit nor 8bit carry it */
	bool has_bare_return; /* CR without LF: nor that */
	bool has_return;      /* CR at all: line ends are not the plain LF */
	bool has_control;     /* others than tab, LF, CR, FF */
	bool has_long_line;   /* more than TRANSFER_ENCODE_LINE_MAX */
};

/* One pass over the content. */
struct transfer_need transfer_encode_find_need(struct text content);
/* Bytes that each encoding comes to, about. */
uint64_t transfer_encode_quoted_size(struct text content, const struct transfer_need *need);
uint64_t transfer_encode_base64_size(struct text content);

/* Each returns false when it does not fit into the buffer; what was appended before stays. */

/* LF and CRLF become `line_end`; all else as it is (7bit, 8bit). */
bool transfer_encode_append_lines(struct text content, struct text line_end, struct buffer *out);
/* `is_text`: LF and CRLF are line breaks, written as `line_end`; else CR and LF are bytes like
 * others. A "From " and a lone dot at the beginning of a line are escaped: mail programs change
 * them. */
bool transfer_encode_append_quoted(
    struct text content, bool is_text, struct text line_end, struct buffer *out);
/* The last line has its line end. `is_text`: LF and CRLF are encoded as CRLF (RFC 2045, section 6.8). */
bool transfer_encode_append_base64(
    struct text content, bool is_text, struct text line_end, struct buffer *out);

#endif
