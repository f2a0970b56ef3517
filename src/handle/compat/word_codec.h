/*
 * Encoded words (RFC 2047) for scripts: a header's value decoded, and a text encoded for a header.
 */
#ifndef HANDLE_COMPAT_WORD_CODEC_H
#define HANDLE_COMPAT_WORD_CODEC_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "handle/compat/message_sink.h"

enum word_codec_job {
	WORD_CODEC_DECODE,           /* the value of a Subject and its like */
	WORD_CODEC_DECODE_ADDRESSES, /* one address a line */
	WORD_CODEC_ENCODE,
	WORD_CODEC_ENCODE_ADDRESSES,
};

/* `charset`: how the script's side is written; UTF-8 if empty. What is encoded names UTF-8 always.
 * False: nobody knows the charset, or the text is too large. */
bool word_codec_write(struct arena *arena, enum word_codec_job job, struct text source,
    struct text charset, struct message_sink *sink, struct error *error);

#endif
