/*
 * Strict numbers: the whole text must be the number, nothing is guessed, overflow is an error.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* Decimal digits only. */
bool number_parse_unsigned(struct text source, uint64_t maximum, uint64_t *value_out);
/* Octal digits only, as file modes are written ("077", "0600"). */
bool number_parse_octal(struct text source, uint64_t maximum, uint64_t *value_out);
/* Bytes: digits and an optional K, M or G (1024-based, either case). */
bool number_parse_size(struct text source, uint64_t maximum, uint64_t *bytes_out);
/* Seconds: digits and an optional s, m, h or d. */
bool number_parse_duration(struct text source, uint64_t maximum, uint64_t *seconds_out);

enum { NUMBER_DIGITS_MAX = 21 };
/* Writes the decimal digits and a NUL to `digits`; returns them as a text. Cheaper than printf. */
struct text number_format_unsigned(uint64_t value, char digits[NUMBER_DIGITS_MAX]);

#endif
