/*
 * The text of a MIME leaf as a person reads it: mail/part_text.h, and behind it what the type asks for:
 * format=flowed joined (mail/flowed_text.h), HTML as text (mail/html/html_text.h), anything else as it is.
 * A stream in constant memory, with the limits and the facts of all of its stages.
 */
#ifndef MAIL_READABLE_TEXT_H
#define MAIL_READABLE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/part_text.h"

enum { READABLE_TEXT_MEMORY = 262144, READABLE_TEXT_READ_MIN = 8192 };

enum readable_kind { READABLE_PLAIN, READABLE_FLOWED, READABLE_HTML };

/* How the part of this header is to be read; a part without a usable type is plain. */
enum readable_kind readable_kind_parse(struct text header_block, size_t fields);

struct readable_text;

/* As part_text_open(). `is_mime` false: the header's type and charset do not count. To be closed. */
struct readable_text *readable_text_open(struct arena *arena, struct text header_block,
    struct text body, bool is_mime, uint64_t maximum);
/* Writes the next piece; 0 at the end. size: at least READABLE_TEXT_READ_MIN. */
size_t readable_text_read(struct readable_text *text, char *out, size_t size);
struct part_text_facts readable_text_facts(const struct readable_text *text);
bool readable_text_hides(const struct readable_text *text); /* HTML with hidden text, so far */
void readable_text_close(struct readable_text *text);

#endif
