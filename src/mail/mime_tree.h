/*
 * The MIME structure of a message (RFC 2045, RFC 2046) as a tree of parts, each a view of the
 * bytes: its header block and its body, as they stand, not decoded. Made in one pass over the line
 * ends, whatever the nesting is.
 *
 * How odd structures read (doc/tolerance.md): a boundary line is the two dashes, the whole boundary
 * and nothing behind it but blanks (so one boundary may begin like another); of two equal
 * boundaries the inner one is meant; a missing end boundary ends with the enclosing part; a
 * multipart without a boundary, or with an empty one or one that no line could hold, has no
 * children; boundaries longer than 70 bytes are followed. A message/rfc822 part with a transfer
 * encoding (base64, quoted-printable, uuencode) is not entered: mail/encoded_message.h looks into
 * it. MIME-Version is not asked for: the caller knows whether it matters.
 *
 * Memory: about 150 bytes a part and nothing that depends on sizes.
 */
#ifndef MAIL_MIME_TREE_H
#define MAIL_MIME_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/header.h"

enum mime_kind {
	MIME_LEAF,      /* no children: anything else, or a container that could not be entered */
	MIME_MULTIPART, /* children between boundary lines */
	MIME_MESSAGE,   /* message/rfc822 or message/global: one child, the embedded message */
};

struct mime_part {
	struct mime_part *parent; /* NULL: the message itself */
	struct mime_part *first_child;
	struct mime_part *last_child;
	struct mime_part *next_sibling;
	/* The block with its last line end, without the empty line behind it. */
	struct text header;
	/* Behind the empty line; without the line end that belongs to the next boundary line. */
	struct text body;
	/* As written; "text" and "plain" without a usable Content-Type (RFC 2045, section 5.2), in
	 * a digest "message" and "rfc822". */
	struct text type, subtype;
	enum mime_kind kind;
	uint32_t depth; /* 0: the message itself */
	uint32_t field_count;
	bool is_closed;    /* a multipart whose end boundary was there */
	bool has_type;     /* a usable Content-Type was there */
	bool is_truncated; /* it has more than limits.fields fields: the rest is not seen */
};

struct mime_limits {
	uint32_t depth;  /* deepest level with parts in it; the message itself is level 0 */
	uint32_t parts;  /* of the whole tree */
	uint32_t fields; /* looked at in each header */
};

#define MIME_LIMITS_DEFAULT ((struct mime_limits){.depth = 100, .parts = 10000, .fields = 1000})
/* The longest boundary that is followed; a line of mail holds 998 bytes. */
enum { MIME_BOUNDARY_MAX = 996 };

struct mime_tree {
	struct mime_part *root; /* never NULL */
	size_t count;           /* parts, the root counted */
	bool truncated; /* a limit was reached: there may be parts that the tree does not show */
};

/* Never fails: every byte sequence has some structure, and the root is always there. The tree
 * borrows from the bytes. */
struct mime_tree mime_tree_parse(struct arena *arena, struct text bytes, struct mime_limits limits);

/* The next part in the order of the bytes (a part, then its children), or NULL. */
const struct mime_part *mime_tree_next(const struct mime_part *part);

/* Compared without case; an empty subtype matches every one. */
bool mime_part_is(const struct mime_part *part, struct text type, struct text subtype);

/* All bytes of the part: header, empty line, body. */
struct text mime_part_bytes(const struct mime_part *part);

#endif
