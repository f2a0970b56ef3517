/*
 * What sections a message has: their numbers, one a line, and all that reformime -i tells about each.
 */
#ifndef HANDLE_COMPAT_SECTION_LIST_H
#define HANDLE_COMPAT_SECTION_LIST_H

#include "handle/compat/section.h"

void section_list_numbers(
    struct arena *arena, const struct mime_tree *tree, struct message_sink *sink);
/* `charset` stands where the part names none. Offsets count from the message's first byte. */
void section_list_facts(struct arena *arena, const struct mime_tree *tree,
    const struct mime_part *part, struct text charset, struct message_sink *sink);
/* NULL, or what is wrong with the structure as a whole: it can be read in two ways, or not to its end. */
const char *section_list_check(struct arena *arena, const struct mime_tree *tree);

#endif
