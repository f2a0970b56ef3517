/*
 * A look into a message/rfc822 part that is base64 or quoted-printable against the rules (RFC 2046,
 * section 5.2.1), which mail/mime_tree.h leaves closed: the decoded message, in the arena, and its tree.
 * Readers show what is in it, so rules that look for files want to.
 *
 * Bounds: ENCODED_MESSAGE_MAX decoded bytes; levels and parts count on from the part and the tree that
 * it is in, so that no nesting of encoded messages escapes their limits.
 */
#ifndef MAIL_ENCODED_MESSAGE_H
#define MAIL_ENCODED_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/mime_tree.h"

enum { ENCODED_MESSAGE_MAX = 1048576 };

struct encoded_message {
	struct text bytes;     /* decoded */
	struct mime_tree tree; /* over them; the depth of its root is 0 */
	uint32_t depth;        /* of its root in the whole message: that of the part, and one */
	bool malformed;        /* the transfer encoding was */
	bool truncated;        /* a bound was reached: there may be more than is seen */
};

/* Is it such a part? */
bool encoded_message_is_part(const struct mime_part *part, uint32_t fields);

/*
 * Decodes and parses it. `depth`: the part's own in the whole message (part->depth in a plain tree).
 * `limits`: of the whole message; the caller takes the parts that it was given so far from `parts`, and
 * for messages inside of this one hands on message_out->depth + part->depth. False: it is no such part,
 * or no level or part is left (*truncated is set then).
 */
bool encoded_message_open(struct arena *arena, const struct mime_part *part, uint32_t depth,
    struct mime_limits limits, struct encoded_message *message_out);

#endif
