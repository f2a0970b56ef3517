/*
 * What is wrong with the header of a message or part, as a part of mail/structure_check.h: lines that
 * are no fields, bytes that do not belong there, fields that are missing or doubled, and fields whose
 * value cannot be read.
 */
#ifndef MAIL_STRUCTURE_FIELDS_H
#define MAIL_STRUCTURE_FIELDS_H

#include "mail/mime_tree.h"
#include "mail/structure_list.h"

/* Adds what is found. `is_message`: the part is a message, not a part of a multipart. */
void structure_fields_check(
    struct structure_list *list, const struct mime_part *part, bool is_message);

#endif
