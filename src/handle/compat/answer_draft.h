/*
 * An answer that a person put into a folder with his mail reader: the newest message of a Maildir.
 */
#ifndef HANDLE_COMPAT_ANSWER_DRAFT_H
#define HANDLE_COMPAT_ANSWER_DRAFT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

/* Its content with the fields that tell what it is, as a part of a message. False with *is_empty_out: there
 * is no Maildir, or nothing in it. */
bool answer_draft_read(struct arena *arena, const char *maildir, struct text *part_out,
    bool *is_empty_out, struct error *error);

#endif
