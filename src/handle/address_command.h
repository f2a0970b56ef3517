/*
 * `culver mail address`: the addresses of header fields or of given texts, whole or in pieces; see
 * culver-mail(1).
 */
#ifndef HANDLE_ADDRESS_COMMAND_H
#define HANDLE_ADDRESS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "handle/mail_source.h"
#include "system/terminal.h"

enum address_piece {
	ADDRESS_PIECE_SPEC,       /* local@domain, quoted where it must be */
	ADDRESS_PIECE_NAME,       /* the display name, decoded */
	ADDRESS_PIECE_LOCAL,      /* the local part, unquoted */
	ADDRESS_PIECE_USER,       /* the local part in front of the delimiter */
	ADDRESS_PIECE_SUBADDRESS, /* and behind it */
	ADDRESS_PIECE_DOMAIN,     /* lower case */
	ADDRESS_PIECE_GROUP,      /* the name of its group, decoded */
	ADDRESS_PIECE_RAW,        /* as it was written */
	ADDRESS_PIECE_FIELD,      /* the field that it stands in */
};

enum { ADDRESS_PIECES_MAX = 16 };

struct address_request {
	const char *const *paths;
	size_t path_count;
	struct mail_source_options source;
	enum terminal_colour colour;
	bool is_json, is_quiet;

	const struct text *texts; /* lists of addresses to read instead of messages */
	size_t text_count;
	const struct text *fields; /* names; none: From, Sender, Reply-To, To, Cc, Bcc */
	size_t field_count;
	enum address_piece pieces[ADDRESS_PIECES_MAX]; /* of each line, tabs between */
	size_t piece_count;
	struct text delimiters; /* of subaddresses: any of these bytes */
	bool is_unique;         /* of equal addresses (compared without case) the first */
	bool is_sorted;         /* by domain, then local part */
};

/* "spec,name". */
bool address_request_take_pieces(
    struct address_request *request, const char *words, struct error *error);

/* The exit status: 0; 1 when there is no address, or one of `texts` is malformed; 66, 74. */
int address_command_run(struct arena *arena, const struct address_request *request);

#endif
