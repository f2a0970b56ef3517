/*
 * What mailbot does: an answer to the message on standard input, or a forward or report of it, printed or
 * given to a program that mails it; none where a guard of RFC 3834 forbids it.
 */
#ifndef HANDLE_COMPAT_ANSWER_COMMAND_H
#define HANDLE_COMPAT_ANSWER_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

enum answer_format {
	ANSWER_REPLY,
	ANSWER_REPLY_ALL,
	ANSWER_REPLY_DSN,
	ANSWER_REPLY_DRAFT,
	ANSWER_FORWARD,
	ANSWER_FORWARD_ATTACHED,
	ANSWER_FEEDBACK,
	ANSWER_REPLY_FEEDBACK,
};

enum { ANSWER_TEXT_FILE_MAX = 16 * 1024 * 1024, ANSWER_FAILED = 1 };

struct answer_request {
	enum answer_format format;
	const char *text_path; /* of the answer; NULL: only with ANSWER_REPLY_DRAFT */
	bool text_has_header;  /* its file begins with MIME fields */
	struct text charset;   /* of the text */
	const char *draft;     /* the Maildir whose newest message is the answer */
	struct text fields;    /* more header fields, whole lines */
	struct text subject;   /* empty: that of the message */
	struct text recipient; /* empty: Reply-To or From */
	bool has_sender;       /* the envelope sender is known: */
	struct text sender;
	bool prefers_errors_to; /* to Errors-To or Return-Path, where there is one */
	struct text own;        /* addresses, one of which To or Cc must hold; empty: any */
	bool quotes, attaches_all;
	struct text salutation, separator;
	struct text report_recipient;
	struct text feedback_type, feedback_fields; /* fields: whole lines */
	struct text memory;                         /* of senders; empty: none */
	uint64_t days;
	bool prints;          /* else it is given to: */
	char *const *program; /* NULL at the end */
	struct text agent;    /* "culver/1.0" */
};

/* The exit status: 0 an answer was printed or given away, or a guard forbade it; 64 something cannot stand
 * in a header; 75 later; that of the program. */
int answer_command_run(struct arena *arena, const struct answer_request *request);

#endif
