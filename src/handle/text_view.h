/*
 * culver mail text: what patterns of rules are tried on. The lines come from the engine itself
 * (filter/engine/scope.h), so that they are what rules see and not what they should see.
 */
#ifndef HANDLE_TEXT_VIEW_H
#define HANDLE_TEXT_VIEW_H

#include <stdbool.h>

#include "handle/mail_output.h"
#include "handle/mail_source.h"

enum text_view_form {
	TEXT_VIEW_BODY,   /* the lines of the body that patterns see */
	TEXT_VIEW_HEADER, /* those of the header */
	TEXT_VIEW_ALL,    /* every text part, also those that are left out */
	TEXT_VIEW_HTML,   /* the HTML parts as they are written, decoded */
};

struct text_view_request {
	struct mail_source *source;
	struct mail_output *output;
	enum text_view_form form;
	bool is_json, is_quiet;
};

/* EX_OK, or EX_NOINPUT when a source could not be read. */
int text_view_run(const struct text_view_request *request);

#endif
