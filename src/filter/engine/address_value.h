/*
 * Parts of the addresses in a header field, for any(From:domain) and all(To:local): which parts there
 * are, and their values. An address without the part (a display name, a subaddress) has no value. Of a
 * domain with two forms (mail/domain_name.h) both are values, and one of them is enough.
 */
#ifndef FILTER_ENGINE_ADDRESS_VALUE_H
#define FILTER_ENGINE_ADDRESS_VALUE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/address.h"

enum address_part {
	ADDRESS_PART_NONE,       /* the word is the field's name alone */
	ADDRESS_PART_ADDRESS,    /* local@domain */
	ADDRESS_PART_LOCAL,      /* in front of the '@', unquoted */
	ADDRESS_PART_USER,       /* the same without the subaddress */
	ADDRESS_PART_SUBADDRESS, /* what follows the delimiter in the local part (RFC 5233: detail) */
	ADDRESS_PART_DOMAIN,
	ADDRESS_PART_NAME,    /* display name, decoded */
	ADDRESS_PART_UNKNOWN, /* behind the colon stands another word */
};

/* "address, local, user, ...", for messages. */
extern const char address_value_parts[];

/* Splits "From:domain"; *field_out is what stands in front of the colon. */
enum address_part address_value_parse(struct text word, struct text *field_out);

/* The values of one address, at most two; returns their number. Texts are borrowed, or made in the
 * arena. `delimiters`: the bytes that may begin a subaddress. */
unsigned address_value_get(struct arena *arena, const struct address *address,
    enum address_part part, struct text delimiters, struct text values_out[2]);

#endif
