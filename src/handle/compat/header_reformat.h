/*
 * The header edits of reformail(1). The options are those of handle/compat/field_work.h, but names are compared
 * whole, a field is touched by the first family that names it (-i, -I, -R, -u, -U), what -U keeps moves to
 * the end, and values are written without their folds.
 */
#ifndef HANDLE_COMPAT_HEADER_REFORMAT_H
#define HANDLE_COMPAT_HEADER_REFORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"
#include "handle/compat/field_work.h"

/* Behind `from`: the position behind this line; the line without its end, which may be CR LF. */
struct text header_reformat_line(struct text input, size_t *from);

/* Without the blanks and line ends in front. */
struct text header_reformat_skip_blanks(struct text line);

/* The fields in front of the first empty line, folds and line ends included; *at moves behind that line.
 * Header lines that are too many for the list are in *rest_out. Every line is one: those that are no
 * field have a name of no bytes. */
struct field_list header_reformat_read(
    struct arena *arena, struct text input, size_t *at, struct text *rest_out);

/* The value of the first field of this name without blanks around; its folds stay, with "\n". Of a
 * very long one the first 64 KiB. */
struct text header_reformat_value(
    struct arena *arena, const struct field_list *fields, struct text name);

/* Who sent it, for a From_ line: the last of Errors-To and Return-Path, else the last From; "root". */
struct text header_reformat_sender(struct arena *arena, const struct field_list *fields);

/*
 * The fields as they are to be written. `return_path`: an address that takes the place of the Return-Path
 * fields; its data is NULL: they stay.
 */
struct field_list header_reformat_edit(struct arena *arena, const struct field_work *work,
    const struct field_list *fields, struct text return_path);

/* Writes the field, or what is extracted of it, with this line end. */
void header_reformat_write(const struct field_work *work, const struct field *field,
    struct text line_end, struct message_sink *sink);

#endif
