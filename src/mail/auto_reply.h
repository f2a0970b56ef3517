/*
 * Automatic replies (RFC 3834): may this message be answered by a program at all, to whom, and with
 * which header. The guards are all that the RFC and practice know; each has a word and a sentence, so
 * that "no reply was sent" can be explained. No memory of earlier replies here: the caller asks its
 * own.
 */
#ifndef MAIL_AUTO_REPLY_H
#define MAIL_AUTO_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/text.h"
#include "mail/envelope.h"
#include "mail/message.h"

struct auto_reply_request {
	const struct message *message;
	const struct envelope *envelope;
	const struct text *own_addresses; /* whom the mail may be addressed to */
	size_t own_count;
	bool needs_own_address; /* answer only when one of them is in To, Cc or Bcc (or Resent-) */
	bool trusts_header;     /* without an envelope sender: reply to Reply-To or From */
};

struct auto_reply_answer {
	bool may_reply;
	const char
	    *guard; /* stable word: "null-sender", "list", "auto-submitted", "own-address" ... */
	struct text sentence;  /* what was found, with the field's name and value, cut */
	struct text recipient; /* local@domain to send to; also the envelope recipient */
};

struct auto_reply_answer auto_reply_judge(
    struct arena *arena, const struct auto_reply_request *request);

struct auto_reply_header {
	struct text from;    /* "Name <address>", UTF-8; or empty */
	struct text subject; /* UTF-8; empty: "Auto: " and the subject answered (RFC 3834, 3.1.5) */
	struct text date;    /* as mail_date_format() writes it */
	struct text message_id; /* without brackets */
	struct text extra;      /* whole lines */
};

/* Appends To, From, Subject, Date, Message-ID, In-Reply-To, References (the old ones cut in their
 * middle to stay bounded) and Auto-Submitted: auto-replied; no Content-* fields, no empty line. */
bool auto_reply_append_header(struct arena *arena, const struct message *message,
    const struct auto_reply_answer *answer, const struct auto_reply_header *header,
    struct text line_end, struct buffer *out);

#endif
