/*
 * The text of one part, read to its end in memory that is given back: for walks over messages with
 * thousands of text parts.
 */
#ifndef HANDLE_TEXT_READING_H
#define HANDLE_TEXT_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "mail/mime_tree.h"
#include "mail/part_text.h"

struct text_reading {
	struct part_text_facts facts;
	bool hides;    /* HTML with text that its reader does not see */
	uint64_t size; /* bytes that were given */
};

enum text_reading_form {
	TEXT_READING_READABLE, /* mail/readable_text.h */
	TEXT_READING_SOURCE,   /* mail/part_text.h: HTML as it is written */
};

/* Gives `write` the pieces until it says false, or `maximum` bytes are given. */
struct text_reading text_reading_part(const struct mime_part *part, enum text_reading_form form,
    uint64_t maximum, bool (*write)(void *self, struct text piece), void *self);

#endif
