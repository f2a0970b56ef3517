/*
 * Bytes of mail and of rules inside a story: quoted, safe for a terminal, and cut with a count.
 */
#ifndef REHEARSE_EXPLAIN_TEXT_H
#define REHEARSE_EXPLAIN_TEXT_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/text.h"
#include "system/terminal.h"

/* Appends the text in double quotes; a line end is shown as \n, a tab as \t. What is longer than
 * `maximum` bytes (0: no limit) is cut: "begin…" (123 more bytes). */
void explain_text_quote(
    struct buffer *out, const struct terminal *terminal, struct text text, size_t maximum);
/* The same with the bytes from..to marked: reversed in colour, >>so<< without. Cut around them. */
void explain_text_quote_match(struct buffer *out, const struct terminal *terminal, struct text text,
    size_t from, size_t to, size_t maximum);
/* Rules as they are written, in one line: continued lines joined, cut like the others. */
void explain_text_source(
    struct buffer *out, const struct terminal *terminal, struct text source, size_t maximum);

/* The text cut to at most `maximum` bytes (0: not at all) between two characters of UTF-8. */
struct text explain_text_cut(struct text text, size_t maximum);

#endif
