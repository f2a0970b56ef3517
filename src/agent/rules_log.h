/*
 * The log that rules write themselves (`logfile`, `log`): lines of the rules' text and, for each
 * delivery, the five lines that maildrop writes, so that programs which read such logs go on
 * working. The delivery log that answers "why" is record/delivery_log.h.
 */
#ifndef AGENT_RULES_LOG_H
#define AGENT_RULES_LOG_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "mail/message.h"

struct rules_log {
	int descriptor; /* -1: none open */
};

void rules_log_init(struct rules_log *log);
/* Opens for appending, created with mode 0600; a log open before is closed. */
bool rules_log_open(struct rules_log *log, const char *path, struct error *error);
void rules_log_close(struct rules_log *log);

/* One line, its line end added; nothing when no log is open. */
bool rules_log_write_line(struct rules_log *log, struct text line, struct error *error);
/* The record of one delivery, in maildrop's form. */
void rules_log_write_delivery(struct rules_log *log, struct arena *arena,
    const struct message *message, struct text destination, bool delivered);

#endif
