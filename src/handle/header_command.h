/*
 * `culver mail header`: prints fields, or writes messages with their headers edited; see
 * culver-mail(1).
 */
#ifndef HANDLE_HEADER_COMMAND_H
#define HANDLE_HEADER_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "handle/header_work.h"
#include "handle/mail_source.h"
#include "system/terminal.h"

enum header_form {
	HEADER_FORM_DECODED,  /* on one line, encoded words as UTF-8, safe to show */
	HEADER_FORM_UNFOLDED, /* on one line, all else as it is */
	HEADER_FORM_RAW,      /* the field's bytes */
};

enum header_choice { HEADER_CHOICE_ALL, HEADER_CHOICE_FIRST, HEADER_CHOICE_LAST };

struct header_request {
	const char *const *paths;
	size_t path_count;
	struct mail_source_options source;
	enum terminal_colour colour;
	bool is_json, is_quiet;

	/* What to print: the fields of these names, as header_work_is_named() has it; or nothing. */
	const struct text *names;
	size_t name_count;
	enum header_form form;
	enum header_choice choice; /* of each name */
	bool shows_names;          /* "Name: value" also when one name was asked for */

	/* Or what to change. */
	const struct header_work_edit *edits;
	size_t edit_count;
	bool in_place;
};

/* The exit status: 0; 1 when fields were asked for and there is none; 66 when a source could not be
 * read, 74 and 75 when the result could not be written. */
int header_command_run(struct arena *arena, const struct header_request *request);

#endif
