/*
 * Do the declared type, the name and the detected type of an attachment contradict each other in a way
 * that hides what it is? What goes together is the table of attachment_kind.c; culver-attachments(7)
 * says it in words. What says nothing contradicts nothing: a type or extension that the table does not
 * know, "application/octet-stream", no name. Detected text, images, sound and fonts hide nothing: a
 * picture that is another picture is no mismatch, a picture that is HTML or a program is.
 */
#ifndef FILTER_ENGINE_ATTACHMENT_ATTACHMENT_MATCH_H
#define FILTER_ENGINE_ATTACHMENT_ATTACHMENT_MATCH_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"

struct attachment_claims {
	struct text declared;  /* empty: it was not declared */
	struct text name;      /* in UTF-8; or empty */
	struct text extension; /* lower case; or empty */
	struct text detected;  /* empty: not known */
	struct text other;     /* the extension of a second name of the header; or empty */
};

/* *why_out, when they do: a sentence in the arena or a constant; else empty. */
bool attachment_match_is_contradiction(
    struct arena *arena, const struct attachment_claims *claims, struct text *why_out);

#endif
