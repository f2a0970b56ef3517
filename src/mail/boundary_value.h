/*
 * The boundary that the Content-Type of a multipart names (RFC 2046, section 5.1.1), as mail/mime_tree.h
 * follows it: the plain parameter, else the one that the pieces and escapes of RFC 2231 give, without blanks
 * at its end.
 */
#ifndef MAIL_BOUNDARY_VALUE_H
#define MAIL_BOUNDARY_VALUE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"

/*
 * `parameters`: what stands behind the type and subtype. False: there is no such parameter. The boundary is
 * borrowed, or stands in *copy: MIME_BOUNDARY_MAX bytes, which are made in the arena where it is NULL and they
 * are needed. *is_long_out: it has more bytes than that, and *boundary_out is empty.
 */
bool boundary_value_find(struct arena *arena, struct text parameters, char **copy,
    struct text *boundary_out, bool *is_long_out);

#endif
