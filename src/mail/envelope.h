/*
 * What travels beside the message (RFC 5321, section 2.3.1): who sent it, whom it is for, and what
 * the MTA told us about its client. All texts are borrowed. A value and its absence differ: the
 * empty sender `<>` is a value.
 */
#ifndef MAIL_ENVELOPE_H
#define MAIL_ENVELOPE_H

#include <stdbool.h>

#include "base/text.h"

struct envelope {
	bool has_sender;
	struct text sender;    /* without angle brackets; empty with has_sender: the null sender */
	struct text recipient; /* the address that this delivery is for; empty: not told */
	struct text original_recipient; /* before aliases; empty: not told */
	struct text extension; /* subaddress: what follows the delimiter in the local part */
	struct text local_part;
	struct text domain;
	struct text queue_id;       /* the MTA's name for the message */
	struct text client_address; /* of the SMTP client, where the MTA tells it */
	struct text client_name;
	struct text client_helo;
	struct text client_protocol; /* SMTP, ESMTP */
	struct text sasl_user;       /* authenticated submitter */
	struct text sasl_method;
	struct text sasl_sender;
	/* The date of a leading From_ line, as it stood there; empty: none. */
	struct text from_line_date;
};

/* A longer first line is no separator, whatever it begins with: it stays in the message. */
enum { ENVELOPE_FROM_LINE_MAX = 4096 };

/*
 * Splits a leading "From sender date" line (mbox separator, as an MTA's `F` flag adds it) off the
 * bytes. Returns its length with the line end, or 0 when the bytes do not begin with one.
 * sender_out and date_out borrow from the bytes; a sender of "MAILER-DAEMON" or "<>" is returned as
 * the empty text, since that is what it stands for.
 */
size_t envelope_parse_from_line(struct text bytes, struct text *sender_out, struct text *date_out);

#endif
