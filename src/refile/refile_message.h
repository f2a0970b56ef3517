/*
 * One stored message, as a source (maildir_source, mbox_source) hands it to be judged and moved.
 */
#ifndef REFILE_REFILE_MESSAGE_H
#define REFILE_REFILE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum { REFILE_MESSAGE_MAX = 1024 * 1024 * 1024 }; /* bytes of one; a larger one stays */

struct refile_message {
	const char *place;    /* of the folder: absolute */
	struct text folder;   /* the same as it is shown */
	struct text name;     /* in it: a file's, or the number in an mbox */
	struct text bytes;    /* without what an mbox adds */
	struct text flags;    /* as a Maildir has them: upper-case letters */
	struct text keywords; /* commas between */
	bool is_new;          /* no mail reader has seen it in a list yet */
	bool has_sender;      /* of an mbox's From_ line */
	struct text sender;
	struct text from_line_date;
	int64_t received; /* Unix seconds */
};

#endif
