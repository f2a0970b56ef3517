/*
 * Internationalised domain names (RFC 5890, UTS 46) in their two forms: "bücher.example" for people,
 * "xn--bcher-kva.example" for machines. By libidn2, which is opened by the first name that has two
 * forms; where it is missing, such a name has only the one that it came with.
 */
#ifndef MAIL_DOMAIN_NAME_H
#define MAIL_DOMAIN_NAME_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"

enum { DOMAIN_NAME_MAX = 1024 /* bytes; a longer name has no other form */ };

/*
 * The other form of the name, made in the arena: of one with an "xn--" label the Unicode form, of one
 * that is not ASCII the ASCII form. False: there is none, or the name is not valid.
 */
bool domain_name_other_form(struct arena *arena, struct text name, struct text *other_out);

#endif
