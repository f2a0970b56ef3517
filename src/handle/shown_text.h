/*
 * Text of mail made fit to be shown, on a terminal or to the next program: valid UTF-8 without control
 * characters. On one line blanks, tabs and line ends are one blank each. What turns the direction of
 * the text around it is shown by its number, "<U+202E>", so that nobody is deceived by a name.
 */
#ifndef HANDLE_SHOWN_TEXT_H
#define HANDLE_SHOWN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"

enum shown_form {
	SHOWN_LINE, /* line ends and tabs become blanks */
	SHOWN_TEXT, /* LF and tabs stay; a CR in front of LF goes */
};

/* Control characters and bytes that are no UTF-8 become "?". Stops when the buffer is full. */
void shown_text_append(struct buffer *out, enum shown_form form, struct text text);
/* At most so many columns of it, on one line; cut with "..." or, in UTF-8, with an ellipsis. Returns the
 * columns that it takes. */
size_t shown_text_append_cut(struct buffer *out, struct text text, size_t columns, bool is_utf8);
/* The columns that valid UTF-8 takes on a terminal: wide characters of East Asia and emoji are two, those
 * that combine are none. */
size_t shown_text_columns(struct text text);
/* "823 B", "12.3 KiB". */
void shown_text_append_size(struct buffer *out, uint64_t bytes);

#endif
