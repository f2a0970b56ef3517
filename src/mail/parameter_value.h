/*
 * The value of a parameter of a Content-Type or Content-Disposition as its author meant it, in UTF-8:
 * RFC 2231 continuations, charsets and percent escapes put together; encoded words (RFC 2047), which
 * many programs write there against the rules, decoded; bytes outside of ASCII read by guess.
 *
 * How it reads where several spellings of one name are there, and what broken ones mean, is in
 * doc/tolerance.md (parameter-*): the extended form wins over the plain one; pieces may come in any
 * order; the first of two equal pieces counts; what stands behind a missing number is left out.
 */
#ifndef MAIL_PARAMETER_VALUE_H
#define MAIL_PARAMETER_VALUE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/content_type.h"

enum { PARAMETER_VALUE_MAX = 65536 /* bytes of a value; what is longer is cut */ };

struct parameter_value {
	struct text
	    value; /* valid UTF-8, NUL and other control bytes possible; in the arena or borrowed */
	struct text language; /* of RFC 2231; may be empty */
	bool malformed;       /* read as well as it could be */
	bool truncated;       /* it was cut */
};

/* Compared without case. False: there is no such parameter in any spelling. */
bool parameter_value_find(struct arena *arena, const struct content_type *type, struct text name,
    struct parameter_value *value_out);

#endif
