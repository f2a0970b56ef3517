/*
 * Where messages are written that were split or edited: a descriptor, a count, or nowhere. Writes are
 * gathered; large ones go through without a copy. A failure is remembered and later writes do nothing.
 */
#ifndef HANDLE_COMPAT_MESSAGE_SINK_H
#define HANDLE_COMPAT_MESSAGE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { MESSAGE_SINK_MEMORY = 16 * 1024 };

struct message_sink {
	int descriptor;  /* -1: nothing is written */
	bool is_counted; /* bytes are only counted, but for message_sink_print() */
	uint64_t count;
	int failure; /* errno; 0: none */
	size_t used;
	char memory[MESSAGE_SINK_MEMORY];
};

void message_sink_init(struct message_sink *sink, int descriptor, bool is_counted);
/* Bytes of the message. */
void message_sink_write(struct message_sink *sink, struct text bytes);
/* Bytes about the message: written also where the message is only counted. */
void message_sink_print(struct message_sink *sink, struct text bytes);
/* False: not all was written; `failure` says why. */
bool message_sink_flush(struct message_sink *sink);

#endif
