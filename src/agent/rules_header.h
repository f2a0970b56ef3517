/*
 * Messages that rules have given another header (`addheader`, `setheader`, `delheader`), or taken
 * attachments out of.
 */
#ifndef AGENT_RULES_HEADER_H
#define AGENT_RULES_HEADER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "mail/message.h"
#include "system/spool.h"

struct agent_host;

enum { RULES_HEADER_EDITS_MAX = 10000 /* of one message: each writes it once more */ };

/* A version of the message that a change of its header made. */
struct rules_header_version {
	struct arena arena; /* of `message` */
	struct spool *spool;
	struct spool *replaced; /* what `xfilter` had made before it; NULL: nothing */
};

/* The last two: whoever asks for the next still reads the last one while it is made. */
struct rules_header_versions {
	struct rules_header_version made[2];
	unsigned count; /* so far */
};

/* The `replace_header` of struct filter_host. The new message becomes the host's. */
bool rules_header_replace(struct agent_host *host, const struct message *message,
    struct text header, const struct message **edited_out, struct error *error);

/* The same with a whole message (`strip`, `replace`). */
bool rules_header_replace_all(struct agent_host *host, struct text bytes,
    const struct message **edited_out, struct error *error);

/* Gives back what the versions hold: the message is not looked at any more. */
void rules_header_clear(struct rules_header_versions *versions);

#endif
