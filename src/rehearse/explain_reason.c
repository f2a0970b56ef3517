/*
 * Keeping the conditions; see explain_reason.h. A statement forgets those at its own depth and
 * below: they belonged to statements that are over.
 */
#include "rehearse/explain_reason.h"

#include <string.h>

#include "rehearse/explain_text.h"

static void
explain_reason_statement(struct explain_reasons *reasons, const struct observation *observation)
{
	unsigned depth = reasons->bases[reasons->file] + observation->depth;

	for (unsigned i = depth; i < EXPLAIN_REASON_DEPTH_MAX; i++)
		reasons->conditions[i].is_set = false;
	reasons->depth = depth;
}

static void
explain_reason_condition(struct explain_reasons *reasons, const struct observation *observation)
{
	unsigned depth = reasons->bases[reasons->file] + observation->depth;

	if (depth >= EXPLAIN_REASON_DEPTH_MAX)
		return;
	struct explain_condition *condition = &reasons->conditions[depth];
	struct place place = program_place(observation->program, observation->offset);
	struct text source = explain_text_cut(observation->source, EXPLAIN_REASON_TEXT_MAX);
	condition->is_set = true;
	condition->truth = observation->truth;
	condition->line = place.line;
	condition->size = source.size;
	if (source.size > 0)
		memcpy(condition->text, source.data, source.size);
}

void
explain_reason_note(struct explain_reasons *reasons, const struct observation *observation)
{
	switch (observation->kind) {
	case OBSERVATION_FILE_ENTERED:
		if (observation->depth > 0 && observation->depth <= FILTER_INCLUDES_MAX)
			reasons->bases[observation->depth] = reasons->depth + 1;
		reasons->file = observation->depth <= FILTER_INCLUDES_MAX ? observation->depth : 0;
		if (observation->depth == 0)
			explain_reason_statement(reasons, observation);
		break;
	case OBSERVATION_FILE_LEFT:
		reasons->file = observation->depth > 0 ? observation->depth - 1 : 0;
		break;
	case OBSERVATION_STATEMENT:
		explain_reason_statement(reasons, observation);
		break;
	case OBSERVATION_CONDITION:
		explain_reason_condition(reasons, observation);
		break;
	default:
		break;
	}
}

const struct explain_condition *
explain_reason_find(const struct explain_reasons *reasons)
{
	unsigned depth =
	    reasons->depth < EXPLAIN_REASON_DEPTH_MAX ? reasons->depth : EXPLAIN_REASON_DEPTH_MAX;

	while (depth-- > 0)
		if (reasons->conditions[depth].is_set)
			return &reasons->conditions[depth];
	return NULL;
}
