/*
 * `culver mail dedupe`: finds messages that are stored more than once, and removes or moves the
 * copies; see culver-mail(1).
 *
 * Of equal messages the first stays, in the order in which the sources are given. A copy is only
 * touched when the one that stays is a file of its own that is still there and still the same, and when
 * the two differ in nothing but what each delivery writes anew (unless the caller trusts ids). So
 * the last copy of a message is never removed, and nothing is that is not somewhere else.
 */
#ifndef HANDLE_DEDUPE_COMMAND_H
#define HANDLE_DEDUPE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "config/settings.h"
#include "handle/mail_source.h"
#include "system/terminal.h"

struct dedupe_request {
	const char *const *paths;
	size_t path_count;
	struct mail_source_options source;
	enum terminal_colour colour;
	bool is_json, is_quiet;
	const struct settings *settings;

	bool by_content; /* by body and main fields also where there is a Message-ID */
	bool trusts_id;  /* touch copies also when only their Message-ID is the same */
	/* At most one; none: only list. */
	bool deletes;
	const char *move_to;  /* a Maildir */
	const char *new_mbox; /* all messages but the copies are written to this new file */
};

/* The exit status: 0; 66 a source cannot be read; 73 the new mbox is there already; 74, 75. */
int dedupe_command_run(struct arena *arena, const struct dedupe_request *request);

#endif
