/*
 * culver mail parts: lists the parts of messages, or writes the bytes of those that are chosen.
 */
#ifndef HANDLE_PARTS_H
#define HANDLE_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "handle/mail_output.h"
#include "handle/mail_source.h"

enum { PARTS_NUMBERS_MAX = 256, PARTS_NO_PART = 1 };

struct parts_request {
	struct mail_source *source;
	struct mail_output *output;
	/* Which parts: those that fit all that is given. */
	const char *numbers[PARTS_NUMBERS_MAX]; /* one of these; none: all */
	size_t number_count;
	const char *type, *name; /* patterns of fnmatch(3), without case; NULL: all */
	bool only_attachments;
	/* What to do with them. */
	bool extracts;         /* else they are listed */
	const char *directory; /* where to; NULL: one part, to standard output */
	bool is_raw;           /* as they stand in the message, not decoded */
	bool with_header;      /* the part's own header in front, or alone */
	bool with_body;
	bool with_members; /* of archives, in the list */
	bool detects;
	bool is_json, is_quiet;
};

/* EX_OK; PARTS_NO_PART when no part fits; EX_USAGE when several fit and no directory is given;
 * EX_CANTCREAT, EX_NOINPUT. */
int parts_run(const struct parts_request *request);

#endif
