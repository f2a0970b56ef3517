/*
 * What was found in rules, for people and for programs. For people: the place, what is wrong and
 * its word; the line of the source with a caret or a line below the bytes that are meant; what to
 * write instead. Tabs, characters of more than a byte or a column, and lines longer than the
 * terminal do not move the caret.
 */
#ifndef REHEARSE_DIAGNOSTIC_REPORT_H
#define REHEARSE_DIAGNOSTIC_REPORT_H

#include "base/json.h"
#include "filter/engine/diagnostic.h"
#include "system/terminal.h"

/* Appends all of a file's list, which is sorted; without `has_notes` only errors and warnings. */
void diagnostic_report_text(struct buffer *out, const struct terminal *terminal, struct text name,
    struct text source, const struct diagnostics *list, bool has_notes);
/* The same as members of the JSON array that was begun. */
void diagnostic_report_json(struct json_writer *json, struct text name, struct text source,
    const struct diagnostics *list, bool has_notes);

#endif
