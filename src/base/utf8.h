/*
 * UTF-8 (RFC 3629) as bytes: what is a well-formed sequence.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* Length (1 to 4) of the well-formed sequence at `position`, or 0 when there is none: overlong
 * forms, surrogates and values past U+10FFFF are not well-formed. */
size_t utf8_sequence_length(struct text bytes, size_t position);
bool utf8_is_valid(struct text bytes);

/* Writes a character, which is none of the surrogates; returns the number of bytes. */
enum { UTF8_SEQUENCE_MAX = 4 };
size_t utf8_format(uint32_t character, char out[UTF8_SEQUENCE_MAX]);
/* The character of a well-formed sequence. */
uint32_t utf8_parse(struct text sequence);

#endif
