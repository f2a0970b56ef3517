/*
 * Names that senders chose, made harmless: for the names of files, and for people to read. Control
 * characters, characters that change the direction of writing or cannot be seen, and bytes that are no
 * UTF-8 do not survive; of the rest nothing is lost.
 */
#ifndef MAIL_SAFE_NAME_H
#define MAIL_SAFE_NAME_H

#include "base/arena.h"
#include "base/text.h"

enum { SAFE_NAME_MAX = 200, SAFE_NAME_EXTENSION_MAX = 32 /* bytes that are kept of a long name */ };

/* One line for people: each such character becomes "?". */
struct text safe_name_shown(struct arena *arena, struct text name);
/*
 * One component of a path: of what stands behind the last slash or backslash, without leading dots
 * and blanks and without dots and blanks at the end; at most SAFE_NAME_MAX bytes, whole characters, the
 * extension kept; "attachment" when nothing is left.
 */
struct text safe_name_file(struct arena *arena, struct text name);

#endif
