/*
 * A message (RFC 5322) as an immutable view over bytes that somebody else keeps: the header block,
 * its fields, the body. Nothing is copied; parsing splits the header into fields once, when the
 * first question about a field is asked. An edit makes a new message and leaves the old one as it
 * was.
 *
 * Tolerated, because mail on the wire has it (doc/tolerance.md): CRLF and bare LF line ends, also
 * mixed; no header, no body, no final newline; NUL and 8-bit bytes anywhere; a field name with a
 * blank before the colon; lines in the header that are not fields.
 *
 * Limits: MESSAGE_FIELDS_MAX fields are indexed; what follows stays part of the header block and is
 * delivered, but message_is_truncated() says that rules do not see it.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/header.h"

enum { MESSAGE_FIELDS_MAX = 20000 };

struct message;

/* A view of the bytes, which must outlive it. Never fails: every byte sequence is some message.
 * Costs nothing that depends on the size. */
const struct message *message_new(struct arena *arena, struct text bytes);

/* All bytes. */
struct text message_bytes(const struct message *message);
/* The header block with the line end of its last field, without the empty line behind it. Found on
 * first use. */
struct text message_header_block(const struct message *message);
/* Everything behind the empty line that ends the header; empty when there is none. */
struct text message_body(const struct message *message);

/* The top-level fields in order; indexed on first use and kept in the message's arena. */
const struct header *message_header(const struct message *message);
/* The first field of that name (compared without case), or NULL. */
const struct header_field *message_find_field(const struct message *message, struct text name);
/* There were more than MESSAGE_FIELDS_MAX fields. */
bool message_is_truncated(const struct message *message);

/* Line ends (LF) in the whole message, a last line without one counted too. Counted on first use.
 */
uint64_t message_line_count(const struct message *message);
/* The same without such a last line. */
uint64_t message_line_end_count(const struct message *message);

#endif
