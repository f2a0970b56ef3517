/*
 * What an answer says about the message it answers: the line in front of a quotation, the quotation, and
 * the text of a forwarded message. All of it is flowed text (RFC 3676, DelSp) in UTF-8.
 */
#ifndef HANDLE_COMPAT_ANSWER_TEXT_H
#define HANDLE_COMPAT_ANSWER_TEXT_H

#include "base/buffer.h"
#include "mail/message.h"
#include "mail/mime_tree.h"

enum { ANSWER_TEXT_MAX = 1024 * 1024 /* bytes of a message that are quoted */ };

/* A field's value, decoded, on one line; empty: there is none. */
struct text answer_text_field(struct arena *arena, const struct message *message, struct text name);
/* %F, %f, %S, %d, %{...}d, %i, %C, %N, %n and %% are replaced; other words stay. */
void answer_text_append_salutation(struct arena *arena, const struct message *message,
    struct text format, struct text sender, struct text sender_name, struct buffer *out);
/* The part that can be quoted: the first that is plain text; NULL: none. */
const struct mime_part *answer_text_find(const struct mime_tree *tree);
/* With "> " in front of its lines, or without. */
void answer_text_append_part(const struct mime_part *part, bool is_quoted, struct buffer *out);
/* The fields of a header that people read. */
void answer_text_append_header(
    struct arena *arena, const struct message *message, struct buffer *out);

#endif
