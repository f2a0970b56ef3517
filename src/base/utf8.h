/*
 * UTF-8 (RFC 3629) as bytes: what is a well-formed sequence.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

#include "base/text.h"

/* Length (1 to 4) of the well-formed sequence at `position`, or 0 when there is none: overlong
 * forms, surrogates and values past U+10FFFF are not well-formed. */
size_t utf8_sequence_length(struct text bytes, size_t position);
bool utf8_is_valid(struct text bytes);

#endif
