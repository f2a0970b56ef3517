/*
 * Values of the rules: every value is a text; numbers are texts that are read and printed by these
 * rules (strtod in, 22 significant digits out, as the mailfilter language has always printed them).
 */
#ifndef FILTER_ENGINE_VALUE_H
#define FILTER_ENGINE_VALUE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/text.h"
#include "filter/engine/expression.h"

/* The number at the front of the text: leading blanks, sign, decimals, exponent, hexadecimal, inf,
 * nan; else 0. */
double value_number(struct text value);
/* "%.22g" */
struct text value_format_number(struct arena *arena, double number);
/* False: empty, or a single 0 between blanks, or a dot and zeros only (".0"). */
bool value_is_true(struct text value);

/* left operation right, for | & + - * / */
double value_compute(enum expression_operator operation, double left, double right);
/* ~value: of the decimal digits at its front, behind blanks and a sign, as a signed 64-bit integer;
 * what is beyond its range is the nearest in it. */
double value_complement(struct text value);
bool value_compare(enum expression_operator operation, struct text left, struct text right);

/* Appends the text with `$name` and `${name}` replaced by find(); a backslash keeps the character
 * behind it. */
typedef struct text value_find(const void *self, struct text name);
bool value_expand(struct text source, value_find *find, const void *self, struct buffer *out);
/* There is something in the text that value_expand() would replace. */
bool value_has_names(struct text source);

/* Appends what `echo` writes: \n \r \t \f \v \ooo are made, a final \c stands for "no line end". */
bool value_append_echo(struct text source, struct buffer *out);
/* Appends the text with a backslash before every character that shells and patterns care about. */
bool value_append_escaped(struct text source, struct buffer *out);
/* count is not looked at when has_count is false or it is negative. */
struct text value_substr(struct text source, double start, bool has_count, double count);

#endif
