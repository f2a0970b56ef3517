/*
 * The edits of a header that formail(1) has: each option adds a field to one of the lists below, and all
 * are made in one pass, in formail's order whatever the order of the options is: replacing and renaming
 * first, then what may be there only once, then white space; new fields stand at the end. A name without
 * its colon means all fields that begin so.
 */
#ifndef HANDLE_COMPAT_FIELD_WORK_H
#define HANDLE_COMPAT_FIELD_WORK_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "handle/compat/field_sequence.h"
#include "handle/compat/message_sink.h"

struct field_work {
	struct field_list add_missing;   /* where there is no such field */
	struct field_list add;           /* in any case */
	struct field_list keep_old;      /* those that are there get "Old-"; one is added */
	struct field_list replace;       /* those that are there go; one is added */
	struct field_list first_unique;  /* the first one stays */
	struct field_list last_unique;   /* the last one stays */
	struct field_list rename;        /* to other_name */
	struct field_list extract_value; /* only these are written, without their names */
	struct field_list extract_field; /* only these are written */
	bool unfolds;
	bool tidies;  /* a blank behind each name, empty fields go, values are trimmed */
	bool replies; /* the header will be that of a reply: fields with a value are for that */
};

/* Replaces, renames, removes. `is_reply`: these are the fields of the message answered, and only what
 * takes fields away is done. */
void field_work_change(
    struct arena *arena, const struct field_work *work, bool is_reply, struct field_list *fields);
/* -z and -c. */
void field_work_tidy(struct arena *arena, const struct field_work *work, struct field_list *fields);
/* The fields of add_missing that the header lacks, as they are to be written. `id` is for a Message-ID
 * that is asked for without a value: what stands in front of the "@", and the host. */
void field_work_find_missing(struct arena *arena, const struct field_work *work,
    const struct field_list *fields, struct text id, struct field_list *missing_out);
/* Are only fields written, instead of the message? */
bool field_work_extracts(const struct field_work *work);
/* Writes the header's fields, `rest` (lines that are only passed on), and the new ones. */
void field_work_write(const struct field_work *work, const struct field_list *fields,
    struct text rest, const struct field_list *missing, struct message_sink *sink);

#endif
