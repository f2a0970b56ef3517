/*
 * New messages (RFC 5322, 2045, 2046, 2047, 2231): header fields from UTF-8, parts from bytes with the
 * smallest encoding that carries them, multiparts with a boundary that none of their parts holds, file
 * names as RFC 2231 with a plain fallback. What is composed is strictly valid, also from hostile
 * values: no line end gets from a value into the header, no line is longer than 998 bytes. No clock and
 * no randomness here: the caller gives the date and the seed.
 */
#ifndef MAIL_COMPOSE_H
#define MAIL_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

enum compose_encoding {
	COMPOSE_AUTOMATIC, /* 7bit where it fits, else the shorter of quoted-printable and base64 */
	COMPOSE_7BIT,
	COMPOSE_8BIT,
	COMPOSE_QUOTED_PRINTABLE,
	COMPOSE_BASE64,
};

struct compose_part {
	struct text type;        /* "image/png"; empty: text/plain or application/octet-stream */
	struct text charset;     /* of text; empty: utf-8, or us-ascii where that is enough */
	struct text name;        /* file name in UTF-8; or empty */
	struct text disposition; /* "attachment", "inline"; or empty */
	struct text description; /* UTF-8; or empty */
	struct text content_id;  /* without brackets; or empty */
	struct text extra;       /* more header fields, whole lines */
	enum compose_encoding encoding;
	struct text content; /* of a leaf: the bytes to be encoded */
	const struct compose_part
	    *children; /* of a multipart (type "multipart/..."), NULL: a leaf */
	size_t count;
};

/* Appends the Content-* fields, an empty line and the body. `seed` makes boundaries unique: a message
 * id, say. False when it does not fit or the part cannot be written as asked for (error says which). */
bool compose_part_append(const struct compose_part *part, struct text line_end, struct text seed,
    struct buffer *out, struct error *error);

/* Appends an address "Name <local@domain>" for a header field: the name encoded or quoted. */
bool compose_append_address(struct text display_name, struct text spec, struct buffer *out);

#endif
