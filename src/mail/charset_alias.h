/*
 * What the charset names of mail stand for (the IANA registry, and what is met besides): one table,
 * and the iconv name for each.
 */
#ifndef MAIL_CHARSET_ALIAS_H
#define MAIL_CHARSET_ALIAS_H

#include "base/text.h"

enum { CHARSET_ALIAS_KEY_SIZE = 32 };

/*
 * The iconv name (static), or NULL when the name is not in the table. The key is the name with only
 * its letters and digits, in lower case. "ASCII", "UTF-8", "WINDOWS-1252" and "HZ" are the names of
 * what is read without iconv; "" is a name that stands for no charset ("unknown-8bit").
 */
const char *charset_alias_find(struct text key);

#endif
