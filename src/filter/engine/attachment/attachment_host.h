/*
 * The part of the host (filter/engine/host.h) that acts on attachments: it keeps the message that rules
 * have taken some out of, and writes attachments to files.
 */
#ifndef FILTER_ENGINE_ATTACHMENT_ATTACHMENT_HOST_H
#define FILTER_ENGINE_ATTACHMENT_ATTACHMENT_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "filter/engine/host.h"

/* What a rule did to an attachment, for the log and for people. */
struct attachment_edit_note {
	const char *word; /* "strip", "replace" */
	struct text name; /* of the attachment, in one line; may be empty */
	struct text type; /* as detected, else as declared */
	uint64_t size;    /* decoded */
	struct text
	    condition; /* the pattern that matched last, as the rule writes it; may be empty */
	struct text matched;
	struct place place;
};

struct message_replacement {
	const struct message *message; /* the old one */
	struct text bytes;             /* of the new one */
	const struct attachment_edit_note *notes;
	size_t note_count;
};

struct attachment_request {
	struct text directory; /* as the rule says it */
	struct attachment_edit_note note;
	struct text
	    file_name; /* of the attachment, as its sender gave it: in UTF-8, else any bytes */
	/* Hands the decoded bytes to `write`, piece by piece; false when that said so. */
	bool (*read)(void *reader, bool (*write)(void *self, struct text piece), void *self);
	void *reader;
	const struct message *message;
	const struct variables *variables;
};

/* `self` is the host's. */
struct attachment_host {
	/*
	 * `strip` and `replace`: the message with some of its parts exchanged or left out, all bytes of
	 * it. It is the message from now on; false: nothing has changed.
	 */
	bool (*replace_message)(void *self, const struct message_replacement *replacement,
	    const struct message **edited_out, struct error *error);
	/*
	 * `save`: the attachment as a new file of the directory, under a name made from its own
	 * that harms nobody and is not taken. True: it is safe there, at *path_out; false: nothing of
	 * it is.
	 */
	bool (*save_attachment)(void *self, const struct attachment_request *request,
	    struct text *path_out, struct error *error);
};

#endif
