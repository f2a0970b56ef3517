/*
 * The text of a message for programs that search it: the fields of each section, decoded, one a line,
 * and behind them its text in UTF-8; what is no text is left out.
 */
#ifndef HANDLE_COMPAT_SECTION_TEXT_H
#define HANDLE_COMPAT_SECTION_TEXT_H

#include "handle/compat/section.h"

void section_text_write(const struct mime_tree *tree, struct message_sink *sink);

#endif
