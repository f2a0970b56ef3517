/*
 * `culver mail make`: a new message from texts and files, or parts added to one that is there; see
 * mail/compose.h and culver-mail(1).
 */
#ifndef HANDLE_MAKE_COMMAND_H
#define HANDLE_MAKE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum { MAKE_FILE_MAX = 1024 * 1024 * 1024, MAKE_PARTS_MAX = 1000 };

enum make_part_kind { MAKE_TEXT, MAKE_HTML, MAKE_INLINE, MAKE_ATTACHMENT };

/* A file that becomes a part; empty texts are found out. */
struct make_part {
	enum make_part_kind kind;
	const char *path; /* "-": standard input */
	struct text type, name, charset, content_id, description;
};

/* A header field in the order in which it was asked for. */
struct make_field {
	struct text name, value; /* UTF-8 */
};

struct make_request {
	const struct make_part *parts;
	size_t part_count;
	const struct make_field *fields;
	size_t field_count;
	const char *add_to;   /* a message that the parts are added to; NULL: a new one */
	bool has_no_defaults; /* no Date and no Message-ID */
};

/* "FILE,type=image/png,name=a.png,id=x@y,charset=koi8-r,description=Words": a comma in the file's name is
 * written "\,". */
bool make_part_take(
    struct arena *arena, struct make_part *part, const char *value, struct error *error);

/* The type that a file's name stands for, or an empty text. */
struct text make_part_type(struct text name);

/* The exit status: 0; 64 a value that no valid message can hold; 66 a file cannot be read; 74. */
int make_command_run(struct arena *arena, const struct make_request *request);

#endif
