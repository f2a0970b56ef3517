/*
 * Address lists (RFC 5322, sections 3.4 and 4.4): mailboxes and groups, as From, To, Cc and their
 * like hold them. Comments, quoted strings, quoted-pairs, domain literals, folds, route addresses
 * and the obsolete spellings are read; encoded words stay as they are. Addresses may hold UTF-8
 * (RFC 6532) and any other byte.
 *
 * Malformed input gives its usable part, and `malformed` is set (doc/tolerance.md): semicolons
 * between addresses, missing commas, brackets, quotes or comments that are not closed, several '@'
 * (the last one counts), words around an address without brackets (they are its name), an address
 * without a domain, text without an address (it is a name). Nothing is dropped: `raw` holds every
 * address as it was written.
 *
 * Limits: the first ADDRESS_SOURCE_MAX bytes and `maximum` addresses and groups; `truncated` says
 * that there was more.
 */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/text.h"

enum { ADDRESS_SOURCE_MAX = 524288, ADDRESS_COUNT_MAX = 4096 };

struct address {
	/* The phrase, unquoted, its words joined by one blank; else the comment; empty: none. */
	struct text display_name;
	struct text local_part; /* unquoted: may hold blanks and any byte */
	struct text domain; /* without blanks and comments; a literal keeps its square brackets */
	struct text route;  /* "@a,@b" of an obsolete route address, as written */
	struct text raw;    /* the bytes of the source that this address was read from */
	size_t group;       /* number of its group in the list, or ADDRESS_NO_GROUP */
	bool malformed;
};

#define ADDRESS_NO_GROUP ((size_t)-1)

struct address_group {
	struct text name; /* unquoted */
	size_t count;     /* addresses in it; none for "undisclosed-recipients:;" */
};

struct address_list {
	struct address *items; /* in order */
	size_t count;
	struct address_group *groups;
	size_t group_count;
	bool malformed; /* of the list or of an address in it */
	bool truncated;
};

/*
 * Reads a field's body. Never fails. `maximum`: at most ADDRESS_COUNT_MAX is meant. The list and
 * its texts live in the arena (at most the source's size); `raw` and `route` are borrowed. "<>" is
 * an address with an empty local part and domain.
 */
struct address_list address_list_parse(struct arena *arena, struct text source, size_t maximum);

/* Appends "local@domain", the local part quoted where it has to be. False, with nothing
 * appended, when it does not fit. */
bool address_append_spec(const struct address *address, struct buffer *out);

/* Same mailbox, both parts compared without case (which is how rules mean it). */
bool address_is_equal(const struct address *a, const struct address *b);

/* Where one of the delimiters stands that begin a subaddress, or the size. At the beginning it is none
 * (as of "+tag@x"). */
size_t address_find_delimiter(struct text local_part, struct text delimiters);

#endif
