/*
 * What formail(1) does with its standard input: a message, or (splitting) each message of a mailbox, is
 * brought into mbox form, edited, reduced to some of its fields, answered, or left out because it was seen
 * before. The results are formail 3.22's byte for byte; where that would lose mail the register of
 * tolerances says what is done instead.
 */
#ifndef HANDLE_COMPAT_MAIL_FORMAT_H
#define HANDLE_COMPAT_MAIL_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "handle/compat/field_work.h"
#include "handle/compat/message_boundary.h"
#include "handle/compat/sender_choice.h"
#include "handle/compat/split_program.h"

enum { MAIL_FORMAT_LOG_NAME_MAX = 61, MAIL_FORMAT_SUBJECT_MAX = 78 };

struct mail_format_request {
	struct field_work work;
	bool keeps_form;     /* -f: no From_ line is added */
	bool keeps_from;     /* -b: "From " at the start of lines stays */
	struct text quote;   /* -p: what is written in front of them */
	bool ignores_length; /* -Y */
	bool keeps_body;     /* -k */
	bool is_loud;        /* -q-: says what is odd */
	enum sender_choice_rule sender;
	const char *log_name; /* -l; NULL: no summary */
	const char *memory;   /* -D; NULL: none */
	uint64_t memory_size;

	bool splits; /* -s */
	struct message_boundary_rule boundary;
	bool is_babyl;                /* -B */
	uint64_t skip, total;         /* messages; total UINT64_MAX: all */
	struct split_program program; /* its arguments[0] NULL: standard output */
};

/* Reads standard input. The exit status; what went wrong is on standard error. */
int mail_format_run(struct arena *arena, struct mail_format_request *request);

#endif
