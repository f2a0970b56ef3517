/*
 * The message that mailbot's answer is.
 */
#ifndef HANDLE_COMPAT_ANSWER_MESSAGE_H
#define HANDLE_COMPAT_ANSWER_MESSAGE_H

#include "base/buffer.h"
#include "base/error.h"
#include "handle/compat/answer_command.h"
#include "mail/address.h"
#include "mail/message.h"

struct answer_message {
	struct arena *arena;
	const struct answer_request *request;
	const struct message *message; /* that is answered */
	struct text sender_name;       /* in UTF-8; may be empty */
	struct text recipient;         /* local@domain */
	int64_t now;                   /* Unix seconds */
};

/* False: ERROR_INPUT, a text or field cannot stand in a message. *is_empty_out: there is no draft. */
bool answer_message_append(
    struct answer_message *answer, struct buffer *out, bool *is_empty_out, struct error *error);

#endif
