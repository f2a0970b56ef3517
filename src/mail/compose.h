/*
 * New messages (RFC 5322, 2045, 2046, 2047, 2231): header fields from UTF-8, parts from bytes with the
 * smallest encoding that carries them, multiparts with a boundary that none of their parts holds, file
 * names as RFC 2231 with a plain fallback. What is composed is strictly valid, also from hostile
 * values: no line end gets from a value into the header, no line is longer than 998 bytes. No clock and
 * no randomness here: the caller gives the date and the seed. Single fields: mail/compose_field.h.
 */
#ifndef MAIL_COMPOSE_H
#define MAIL_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

enum { COMPOSE_DEPTH_MAX = 50 };

enum compose_encoding {
	/* 7bit where it fits, else the shorter of quoted-printable and base64; of what is no text:
	 * base64. message/rfc822 and its like: 7bit or 8bit, since they must not be encoded. */
	COMPOSE_AUTOMATIC,
	COMPOSE_7BIT,
	COMPOSE_8BIT,
	COMPOSE_QUOTED_PRINTABLE,
	COMPOSE_BASE64,
};

struct compose_parameter {
	struct text name;  /* a token */
	struct text value; /* UTF-8 */
};

struct compose_part {
	struct text type; /* "image/png"; empty: text/plain, or application/octet-stream when the
			     content is no text */
	/* More parameters of the type: format=flowed, report-type. */
	const struct compose_parameter *parameters;
	size_t parameter_count;
	struct text charset;     /* of text; empty: utf-8, or us-ascii where that is enough */
	struct text name;        /* file name in UTF-8; or empty */
	struct text disposition; /* "attachment", "inline"; or empty */
	struct text description; /* UTF-8; or empty */
	struct text content_id;  /* without brackets; or empty */
	struct text extra;       /* more header fields, whole lines */
	enum compose_encoding encoding;
	/*
	 * Of a leaf: the bytes to be encoded. An attachment decodes to exactly these bytes; of other
	 * text, line ends are line ends, whatever they are made of.
	 */
	struct text content;
	const struct compose_part
	    *children; /* of a multipart (type "multipart/..."), NULL: a leaf */
	size_t count;
};

/* Appends the Content-* fields, an empty line and the body. `seed` makes boundaries unique: a message
 * id, say. False when it does not fit (ERROR_LIMIT) or the part cannot be written as asked for
 * (ERROR_INPUT: the text says which and why). */
bool compose_part_append(const struct compose_part *part, struct text line_end, struct text seed,
    struct buffer *out, struct error *error);

#endif
