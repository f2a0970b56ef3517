/*
 * `culver mail split` and `culver mail join`: an mbox into messages, messages into an mbox; see
 * culver-mail(1). Split into files that are mboxes themselves, and joined again, an mbox comes back
 * byte for byte.
 */
#ifndef HANDLE_SPLIT_COMMAND_H
#define HANDLE_SPLIT_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "config/settings.h"
#include "handle/mail_source.h"

struct split_request {
	const char *const *paths;
	size_t path_count;
	struct mail_source_options source;
	bool is_quiet;
	const struct settings *settings; /* of the Maildir and of commands */

	/* Where the messages go: one of the three. */
	const char *prefix;  /* of files: PREFIX000001.eml; none is ever written over */
	const char *maildir; /* of these none is made unless settings->create_folders */
	const char *command; /* for the shell, once for each message on its standard input */

	bool keeps_mbox;    /* files and commands get From_ line and quoting, too */
	uint64_t skip;      /* so many messages first */
	uint64_t total;     /* then at most so many; 0: all */
	struct text number; /* of the first, with leading zeros for the width: "001" */
	const char *const *environment;
};

struct join_request {
	const char *const *paths;
	size_t path_count;
	struct mail_source_options source;
	bool is_quiet;
	const struct settings *settings;
	const char *maildir; /* else the mbox goes to standard output */
};

/* The exit status: 0; 1 a command failed; 66 a source cannot be read; 73 a file is there already; 74, 75
 * cannot write. */
int split_command_run(struct arena *arena, const struct split_request *request);
int split_command_join(struct arena *arena, const struct join_request *request);

#endif
