/*
 * A message that is only its bytes, for back ends that look at nothing else.
 */
#include "mail/message.h"

struct message {
	struct text bytes;
};

const struct message *
message_new(struct arena *arena, struct text bytes)
{
	struct message *message = arena_alloc(arena, sizeof *message);

	message->bytes = bytes;
	return message;
}

struct text
message_bytes(const struct message *message)
{
	return message->bytes;
}
