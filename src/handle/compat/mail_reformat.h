/*
 * What reformail(1) does with its standard input: a message gets another header, other line ends or a
 * From_ line; or its identifier is looked up; or each message of a mailbox is given to a program. The
 * results are those of reformail 2.9.3; where that would lose mail the register of tolerances says what
 * is done instead.
 */
#ifndef HANDLE_COMPAT_MAIL_REFORMAT_H
#define HANDLE_COMPAT_MAIL_REFORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "handle/compat/field_work.h"
#include "handle/compat/split_program.h"

enum mail_reformat_from_line {
	MAIL_REFORMAT_FROM_LINE_KEEP,
	MAIL_REFORMAT_FROM_LINE_TO_RETURN_PATH, /* -f0 */
	MAIL_REFORMAT_FROM_LINE_ADD,            /* -f1 */
};

struct mail_reformat_request {
	struct field_work work;
	enum mail_reformat_from_line from_line;
	struct text line_end; /* "\n" or "\r\n" */
	const char *memory;   /* -D; NULL: none */
	uint64_t memory_size;
	bool splits;                  /* -s */
	struct split_program program; /* with -s */
};

/* Reads standard input. The exit status; what went wrong is on standard error. */
int mail_reformat_run(struct arena *arena, struct mail_reformat_request *request);

#endif
