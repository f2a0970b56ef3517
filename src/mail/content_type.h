/*
 * Content-Type and Content-Disposition bodies (RFC 2045, section 5.1; RFC 2183): a value and its
 * parameters. The structure only: pieces of RFC 2231 ("filename*0*=...") and encoded words stay as
 * they are written, under the name they are written with.
 *
 * Tolerated (doc/tolerance.md), each with `malformed` set: a missing subtype, a missing semicolon,
 * a quoted string that is not closed, unquoted values with blanks or special characters in them,
 * text behind a quoted value, a parameter without a value (skipped). An unquoted value ends at a
 * semicolon or comment, and at a blank that "name=" follows.
 */
#ifndef MAIL_CONTENT_TYPE_H
#define MAIL_CONTENT_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"

/* What lies behind the first CONTENT_TYPE_SIZE_MAX bytes of a body is not read. */
enum { CONTENT_TYPE_SIZE_MAX = 65536, CONTENT_TYPE_PARAMETERS_MAX = 200 };

struct content_parameter {
	struct text name;  /* as written */
	struct text value; /* without quotes, quoted-pairs and folds */
};

struct content_type {
	struct text type;    /* "text"; of a Content-Disposition: "attachment"; empty: none */
	struct text subtype; /* "plain"; empty: none, as a disposition has it */
	struct content_parameter *parameters;
	size_t count;
	bool malformed;
	bool truncated; /* a limit was reached: there may be more parameters */
};

/* Never fails. Values are borrowed from the body, or made in the arena where something had to be
 * removed. */
struct content_type content_type_parse(struct arena *arena, struct text body);

/* The value of the first parameter of that name (compared without case). */
bool content_type_find(const struct content_type *type, struct text name, struct text *value_out);

/*
 * The same without memory, for callers that walk many parts: the value's two words, and then the
 * parameters one by one. *rest begins as the body; false when no parameter is left.
 */
struct content_parameter_raw {
	struct text name;
	struct text value;   /* inside of the quotes, quoted-pairs and folds still in it */
	bool needs_cleaning; /* there are some: see content_type_clean() */
};
bool content_type_take_value(struct text *rest, struct text *type_out, struct text *subtype_out);
bool content_type_next(
    struct text *rest, struct content_parameter_raw *parameter_out, bool *malformed_out);
/* Writes the value without quoted-pairs and folds; `out` holds raw.size bytes. Returns the bytes
 * written. */
size_t content_type_clean(struct text raw, char *out);

#endif
