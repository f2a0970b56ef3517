/*
 * The number of a MIME part, as IMAP (RFC 9051, section 6.4.5) counts parts: "1", "1.2", "1.2.1". It is
 * how people, rules and commands name a part, and it stays the same while the parts before it do.
 */
#ifndef MAIL_PART_NUMBER_H
#define MAIL_PART_NUMBER_H

#include "base/arena.h"
#include "base/text.h"
#include "mail/mime_tree.h"

/* The message itself is "" when it is a multipart and "1" when it is a single part. An embedded message
 * that is a multipart has the number of the message/rfc822 part around it. The text is in the arena. */
struct text part_number_format(struct arena *arena, const struct mime_part *part);
/* The part of that number (the outer one of two), or NULL; "" is the message itself. */
const struct mime_part *part_number_find(const struct mime_tree *tree, struct text number);

#endif
