/*
 * The decoded bytes of an attachment as a stream, in constant memory: of a part, its transfer encoding
 * decoded; of a file embedded in text, its own coding decoded.
 */
#ifndef FILTER_ENGINE_ATTACHMENT_ATTACHMENT_SOURCE_H
#define FILTER_ENGINE_ATTACHMENT_ATTACHMENT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "mail/embedded_file.h"
#include "mail/mime_tree.h"
#include "mail/transfer_encoding.h"

enum { ATTACHMENT_PIECE = 16384 };

struct attachment_source {
	struct text input; /* not yet decoded */
	bool is_embedded;
	struct transfer_decoder transfer;
	struct embedded_decoder embedded;
	char *room; /* of ATTACHMENT_PIECE bytes */
};

/* `embedded`: NULL, or the file that is meant. `room` is written to by each take. */
void attachment_source_init(struct attachment_source *source, const struct mime_part *part,
    const struct embedded_file *embedded, char room[ATTACHMENT_PIECE]);
/* The next bytes, which hold until the next call; empty at the end. */
struct text attachment_source_take(struct attachment_source *source);
/* Of what was taken so far. */
bool attachment_source_is_malformed(const struct attachment_source *source);

#endif
