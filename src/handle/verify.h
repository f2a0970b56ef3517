/*
 * culver mail verify: what is wrong or doubtful with the structure of messages, with its place, as a
 * compiler says it.
 */
#ifndef HANDLE_VERIFY_H
#define HANDLE_VERIFY_H

#include <stdbool.h>

#include "base/arena.h"
#include "handle/mail_output.h"
#include "handle/mail_source.h"

struct verify_request {
	struct mail_source *source;
	struct mail_output *output;
	bool is_json, is_strict, is_quiet;
};

enum { VERIFY_PROBLEMS = 1 };

/* EX_OK, VERIFY_PROBLEMS, or EX_NOINPUT when a source could not be read. */
int verify_run(const struct verify_request *request);

#endif
