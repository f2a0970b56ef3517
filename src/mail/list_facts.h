/*
 * Is this message from a list, sent in bulk, or written by a program? From the header alone: List-Id
 * (RFC 2919), List-* (RFC 2369), Precedence, Auto-Submitted (RFC 3834), Feedback-ID, X-Auto-Response-
 * Suppress, the marks of list managers without a List-Id (Mailing-List, X-Mailing-List, X-BeenThere,
 * X-Loop, Sender "owner-", "-request", "-bounces"), null return paths and delivery reports.
 */
#ifndef MAIL_LIST_FACTS_H
#define MAIL_LIST_FACTS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "mail/message.h"

struct list_facts {
	struct text list_id;   /* without brackets, lower case; or empty */
	struct text list_name; /* the phrase in front of it, decoded; or empty */
	struct text list_post; /* the address to post to; or empty */
	struct text
	    auto_submitted; /* the keyword, lower case: "auto-replied", "auto-generated", "no"; or
				       empty */
	bool is_list;
	bool is_bulk; /* a list, or bulk, junk, list of Precedence, or List-Unsubscribe */
	bool is_auto; /* written by a program: automatic reply, report, notification */
	bool
	    is_report; /* a delivery status or disposition notification (RFC 3464, 8098), or a bounce */
};

/* Texts live in the arena or are borrowed. */
struct list_facts list_facts_parse(struct arena *arena, const struct message *message);

#endif
