/*
 * What rules do otherwise here than under maildrop, told to a person who moves, or to a program: each
 * deviation once, with its places in all files.
 */
#ifndef REHEARSE_DEVIATION_REPORT_H
#define REHEARSE_DEVIATION_REPORT_H

#include "base/buffer.h"
#include "base/json.h"
#include "rehearse/check.h"
#include "system/terminal.h"

void deviation_report_text(
    struct buffer *out, const struct terminal *terminal, const struct check *check);
/* The member "deviations" of the JSON object that was begun. */
void deviation_report_json(struct json_writer *json, const struct check *check);

#endif
