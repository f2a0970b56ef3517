/*
 * Address fields in the one form that rules match: "Name: display <local@domain>, ...", whatever
 * the sender wrote. A comment that is the only name of an address is its name, quotes that are not
 * needed vanish, groups are "name: a@b, c@d;", encoded words of names are decoded
 * (mail/encoded_word.h), folds and further comments go.
 *
 * It is the form of maildrop 2.9.3, so that its rules match the same; where maildrop loses text,
 * here it stays (doc/tolerance.md).
 */
#ifndef MAIL_ADDRESS_LINE_H
#define MAIL_ADDRESS_LINE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/text.h"

/* Is it the name of a field that holds addresses (From, To, Cc, Resent-To, ...)? Compared without
 * case. */
bool address_line_is_structured(struct text name);

/* Appends "Name: addresses" for the body of such a field, raw or unfolded; always valid UTF-8 on one
 * line. A NUL becomes a blank. False, with nothing appended, when it does not fit. */
bool address_line_append(struct text name, struct text body, struct buffer *line);

#endif
