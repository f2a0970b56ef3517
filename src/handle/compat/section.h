/*
 * The sections of a message as reformime numbers them: "1" is the message, "1.2" its second part, and the
 * message inside of a message/rfc822 section is a section of its own, one level deeper (which IMAP's
 * numbers, mail/part_facts.h, leave out).
 */
#ifndef HANDLE_COMPAT_SECTION_H
#define HANDLE_COMPAT_SECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"
#include "handle/compat/message_sink.h"
#include "mail/mime_tree.h"
#include "mail/transfer_encoding.h"

enum { SECTION_FIELDS_MAX = 1000 /* of a header that are looked at */ };

struct text section_number(struct arena *arena, const struct mime_part *part);
/* NULL: there is none of that number. */
const struct mime_part *section_find(const struct mime_tree *tree, struct text number);

/* The body of the part's first field of that name on one line; empty: none. */
struct text section_field(struct arena *arena, const struct mime_part *part, struct text name);
/* "base64", in lower case, without comments; empty: none is named. */
struct text section_encoding_name(struct arena *arena, const struct mime_part *part);
enum transfer_encoding section_encoding(struct arena *arena, const struct mime_part *part);
/* "text/plain", in lower case. */
struct text section_type(struct arena *arena, const struct mime_part *part);
/* A parameter of the Content-Type, in UTF-8; empty: none. */
struct text section_parameter(
    struct arena *arena, const struct mime_part *part, struct text field, struct text name);

/* The body; the line end in front of an outer boundary belongs to a container and to a message inside of
 * another, and the one at the end of a message whose last boundary is missing does not to its last part. */
struct text section_body(const struct mime_part *part);
/* Writes the body, decoded; that of a container as it stands. */
void section_write_content(
    struct arena *arena, const struct mime_part *part, struct message_sink *sink);
struct text section_lower(struct arena *arena, struct text source);

#endif
