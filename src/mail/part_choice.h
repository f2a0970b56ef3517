/*
 * Which parts a person reads, in order: of a multipart/alternative the best that can be shown (the
 * last of text/plain and text/html and what holds them, RFC 2046, section 5.1.4; the caller says whether
 * plain text or HTML is preferred), of a multipart/related its root, of signed mail what is signed;
 * attachments are left out, embedded messages are entered.
 */
#ifndef MAIL_PART_CHOICE_H
#define MAIL_PART_CHOICE_H

#include <stdbool.h>

#include "mail/mime_tree.h"

enum part_preference { PART_PREFERS_PLAIN, PART_PREFERS_HTML };

/* The first (part NULL) or next text part to read, in the order of the bytes; NULL: there is none. */
const struct mime_part *part_choice_next(
    const struct mime_tree *tree, const struct mime_part *part, enum part_preference preference);

/* Is the part hidden from the reader because another alternative was chosen? */
bool part_choice_is_left_out(const struct mime_part *part, enum part_preference preference);

#endif
