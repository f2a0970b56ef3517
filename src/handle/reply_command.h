/*
 * `culver mail reply`: an automatic reply to one message, if any may be sent at all; see
 * mail/auto_reply.h and culver-mail(1).
 */
#ifndef HANDLE_REPLY_COMMAND_H
#define HANDLE_REPLY_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "handle/mail_source.h"

enum { REPLY_TEXT_MAX = 1024 * 1024 };

struct reply_request {
	const char *path; /* of the message; NULL: standard input */
	struct mail_source_options source;
	bool has_sender; /* the envelope sender was told */
	struct text sender;
	const struct text *own_addresses;
	size_t own_count;
	bool needs_own_address, trusts_header;

	struct text from, subject; /* UTF-8; may be empty; subject: with substitutions */
	struct text extra;         /* more header fields */
	struct text text;          /* the body, with substitutions */
	bool copies_original;      /* the message answered comes with it, as message/rfc822 */

	struct text memory; /* of senders, as record/keyed_store.h names it; or empty */
	uint64_t days;      /* once in so many */

	bool sends;              /* else the reply is printed */
	struct text sendmail;    /* its command */
	const char *search_path; /* PATH */
	const char *const *environment;
	unsigned timeout; /* seconds for it */

	bool explains; /* says also why a reply is sent */
	bool is_json;  /* says it as JSON, and prints no reply */
};

/*
 * Replaces %{subject}, %{from}, %{from-name}, %{to}, %{date}, %{message-id} and %% by what the message has;
 * what stands there is on one line, decoded and safe. False for another word in braces, or a "%" that
 * begins nothing.
 */
bool reply_command_substitute(struct arena *arena, struct text message_bytes, struct text sender,
    struct text source, struct text *result_out, struct error *error);

/* The exit status: 0 a reply was printed or sent; 1 none may be sent, and standard error says why; 64 the
 * text cannot be used; 66 no message; 74, 75. */
int reply_command_run(struct arena *arena, const struct reply_request *request);

#endif
