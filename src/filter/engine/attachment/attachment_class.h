/*
 * The classes of attachments that rules ask for: what a thing is for its reader, from what its bytes
 * are, its name, its declared type, and what was found in it. Words in culver-attachments(7). A thing may have
 * several, "document macro" say.
 */
#ifndef FILTER_ENGINE_ATTACHMENT_ATTACHMENT_CLASS_H
#define FILTER_ENGINE_ATTACHMENT_ATTACHMENT_CLASS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "filter/engine/attachment/attachment_match.h"

enum {
	CLASS_EXECUTABLE = 1 << 0,
	CLASS_SCRIPT = 1 << 1, /* shortcuts too */
	CLASS_ARCHIVE = 1 << 2,
	CLASS_DOCUMENT = 1 << 3,
	CLASS_MACRO = 1 << 4, /* a document with macros, a script or an object to be run in it */
	CLASS_IMAGE = 1 << 5,
	CLASS_AUDIO = 1 << 6,
	CLASS_VIDEO = 1 << 7,
	CLASS_TEXT = 1 << 8,
	CLASS_MESSAGE = 1 << 9,
	CLASS_OTHER = 1 << 10, /* none of these; nothing else is set then */
	CLASS_RUNS = CLASS_EXECUTABLE | CLASS_SCRIPT | CLASS_MACRO,
};

struct attachment_class {
	unsigned own;    /* never 0 */
	unsigned inside; /* of members, all depths: of CLASS_RUNS only */
};

/* has_macro: macros were found in it. */
unsigned attachment_class_of(const struct attachment_claims *claims, bool has_macro);
/* A member of that name makes an Office document one with macros. */
bool attachment_class_is_macro_member(struct text name);

/* "executable", "document macro", "archive with executable script". */
struct text attachment_class_format(struct arena *arena, struct attachment_class class);

#endif
