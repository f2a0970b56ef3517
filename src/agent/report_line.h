/*
 * What is said on standard error or standard output, as one line that is safe to read. Reasons and
 * destinations may hold bytes of the message: none of them may begin a second line, which a mail
 * server would take for more of our words, or work on a terminal.
 */
#ifndef AGENT_REPORT_LINE_H
#define AGENT_REPORT_LINE_H

#include "base/arena.h"
#include "base/text.h"

/* Mail servers read a line or a few: Postfix keeps 2048 bytes of it. */
enum { REPORT_LINE_MAX = 1000 };

/* The text with each control byte as "?", cut to REPORT_LINE_MAX bytes; without a line end. A copy
 * in the arena. */
struct text report_line_clean(struct arena *arena, struct text line);

#endif
