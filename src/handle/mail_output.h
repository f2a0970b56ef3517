/*
 * Standard output of the commands of `culver mail`: gathered, written in large pieces, its failure
 * remembered. Errors and remarks go to standard error at once.
 */
#ifndef HANDLE_MAIL_OUTPUT_H
#define HANDLE_MAIL_OUTPUT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"
#include "system/terminal.h"

enum { MAIL_OUTPUT_MAX = 64 * 1024 * 1024, MAIL_OUTPUT_PIECE = 64 * 1024 };

struct mail_output {
	struct buffer buffer; /* to append to; mail_output_step() writes it when it is large */
	struct terminal terminal;
	bool is_utf8; /* the locale's charset */
	bool is_failed;
	struct error error;
	const char *command; /* its name, for what is said on standard error */
};

void mail_output_init(struct mail_output *output, const char *command, enum terminal_colour colour);
/* Between two things of any size: writes what there is when it is enough. False: writing failed. */
bool mail_output_step(struct mail_output *output);
/* Writes all. */
bool mail_output_flush(struct mail_output *output);
/* Bytes as they are, past the buffer where they are many; on a terminal without what would steer it. */
bool mail_output_bytes(struct mail_output *output, struct text bytes);
/* A text of mail on one line, in a style. */
void mail_output_line(struct mail_output *output, enum terminal_style style, struct text text);
/* Says an error on standard error, behind what was written until then. */
void mail_output_complain(struct mail_output *output, const struct error *error);
/* Writes all, says what failed, gives the memory back: the exit status, EX_IOERR in place of `status`
 * when the output is not complete. */
int mail_output_end(struct mail_output *output, int status);

/* Do LC_ALL, LC_CTYPE or LANG, the first that is set, ask for UTF-8? */
bool mail_output_is_utf8_locale(void);

#endif
