/*
 * The story of a run for programs: JSON Lines, an object an observation. culver-explain(1) has the
 * members; they are only ever added to.
 */
#ifndef REHEARSE_EXPLAIN_JSON_H
#define REHEARSE_EXPLAIN_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/json.h"
#include "filter/engine/observer.h"
#include "rehearse/explain_report.h"
#include "rehearse/rehearsal_host.h"

enum { EXPLAIN_JSON_TEXT_MAX = 10000, EXPLAIN_JSON_HITS_MAX = 3 };

struct explain_json {
	struct buffer *out;
	const struct rehearsal_host *host;
	bool is_full;
	uint64_t hits; /* of the pattern that is being tried */
};

void explain_json_begin(
    struct explain_json *json, struct buffer *out, const struct rehearsal_host *host, bool is_full);
void explain_json_subject(struct explain_json *json, const struct explain_subject *subject);
void explain_json_tell(struct explain_json *json, const struct observation *observation);
void explain_json_collapse(struct explain_json *json, uint64_t rounds, uint64_t changes);

/* A member whose text is cut unless is_full; then NAME_bytes is its whole size. */
void explain_json_member(
    struct json_writer *writer, const char *name, struct text value, bool is_full);
void explain_json_place(struct json_writer *writer, struct place place);

#endif
