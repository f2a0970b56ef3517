/*
 * Observations as JSON; see explain_json.h. A member that says nothing for its kind is left out.
 */
#include "rehearse/explain_json.h"

#include "rehearse/explain_text.h"

enum { EXPLAIN_JSON_NAME_MAX = 32 };

void
explain_json_begin(
    struct explain_json *json, struct buffer *out, const struct rehearsal_host *host, bool is_full)
{
	*json = (struct explain_json){.out = out, .host = host, .is_full = is_full};
}

void
explain_json_member(struct json_writer *writer, const char *name, struct text value, bool is_full)
{
	struct text shown = explain_text_cut(value, is_full ? 0 : EXPLAIN_JSON_TEXT_MAX);
	char memory[EXPLAIN_JSON_NAME_MAX];
	struct buffer long_name;

	json_member_text(writer, name, shown);
	if (shown.size == value.size)
		return;
	buffer_init_lent(&long_name, memory, sizeof memory, sizeof memory);
	buffer_append_format(&long_name, "%s_bytes", name);
	buffer_append_byte(&long_name, '\0');
	json_member_integer(writer, long_name.data, (int64_t)value.size);
	buffer_clear(&long_name);
}

void
explain_json_place(struct json_writer *writer, struct place place)
{
	json_member_text(writer, "file", place.file);
	json_member_integer(writer, "line", place.line);
	json_member_integer(writer, "column", place.column);
}

static void
explain_json_groups(const struct explain_json *json, struct json_writer *writer,
    const struct observation *observation)
{
	json_name(writer, "groups");
	json_begin_array(writer);
	for (unsigned i = 0; i < observation->group_count; i++)
		json_text(writer, explain_text_cut(observation->groups[i],
				      json->is_full ? 0 : EXPLAIN_JSON_TEXT_MAX));
	json_end_array(writer);
}

static void
explain_json_pattern(const struct explain_json *json, struct json_writer *writer,
    const struct observation *observation)
{
	static const struct text answers[] = {
	    [OBSERVATION_NO] = TEXT("no"),
	    [OBSERVATION_YES] = TEXT("yes"),
	    [OBSERVATION_NO_ANSWER] = TEXT("undecided"),
	};

	explain_json_member(writer, "pattern", observation->source, json->is_full);
	json_member_text(writer, "where", observation->name);
	if (observation->before.size > 0)
		json_member_text(writer, "field", observation->before);
	json_member_text(writer, "answer", answers[observation->answer]);
	json_member_text(writer, "value", observation->value);
	if (text_is_equal(observation->name, TEXT("text"))) {
		explain_json_member(writer, "subject", observation->subject, json->is_full);
	} else {
		json_member_integer(writer, "lines", (int64_t)observation->lines);
		json_member_integer(writer, "tried", (int64_t)observation->tried);
	}
	json_member_integer(writer, "matches", (int64_t)json->hits);
}

static void
explain_json_match(const struct explain_json *json, struct json_writer *writer,
    const struct observation *observation)
{
	explain_json_member(writer, "pattern", observation->source, json->is_full);
	explain_json_member(writer, "subject", observation->subject, json->is_full);
	json_member_integer(writer, "from", (int64_t)observation->from);
	json_member_integer(writer, "to", (int64_t)observation->to);
	explain_json_groups(json, writer, observation);
}

static void
explain_json_command(const struct explain_json *json, struct json_writer *writer,
    const struct observation *observation)
{
	const struct rehearsal_note *note = &json->host->notes[json->host->plan.count - 1];

	json_member_text(writer, "use", observation->name);
	explain_json_member(writer, "command", observation->value, json->is_full);
	json_member_text(
	    writer, "source", text_from_string(rehearsal_host_source_word(note->source)));
	if (observation->answer == OBSERVATION_NO_ANSWER)
		json_member_null(writer, "status");
	else
		json_member_integer(writer, "status", (int64_t)observation->number);
	explain_json_member(writer, "printed", observation->subject, json->is_full);
}

static void
explain_json_delivery(const struct explain_json *json, struct json_writer *writer,
    const struct observation *observation)
{
	explain_json_member(writer, "destination", observation->value, json->is_full);
	json_member_bool(writer, "copy", observation->request->copy);
	json_member_text(writer, "outcome", text_from_string(outcome_word(observation->outcome)));
}

static void
explain_json_variable(const struct explain_json *json, struct json_writer *writer,
    const struct observation *observation)
{
	json_member_text(writer, "by", observation->source);
	explain_json_member(writer, "name", observation->name, json->is_full);
	if (observation->truth)
		json_member_text(writer, "before",
		    explain_text_cut(
			observation->before, json->is_full ? 0 : EXPLAIN_JSON_TEXT_MAX));
	else
		json_member_null(writer, "before");
	if (!text_is_equal(observation->source, TEXT("unset")))
		explain_json_member(writer, "value", observation->value, json->is_full);
}

static void
explain_json_end(struct json_writer *writer, const struct observation *observation)
{
	json_member_text(
	    writer, "end", text_from_string(filter_end_word(observation->result->end)));
	json_member_text(writer, "decision", observation->result->decision);
	if (observation->outcome->reason != NULL)
		json_member_text(writer, "reason", text_from_string(observation->outcome->reason));
}

/* What a function on a data base asked it for. */
static void
explain_json_asked(const struct explain_json *json, struct json_writer *writer)
{
	const struct rehearsal_store_ask *ask = &json->host->stores.ask;

	if (ask->kind == REHEARSAL_STORE_NOTHING)
		return;
	explain_json_member(writer, "key",
	    ask->kind == REHEARSAL_STORE_ABSENT ? ask->first : ask->key, json->is_full);
	if (ask->kind == REHEARSAL_STORE_ABSENT)
		json_member_null(writer, "stored");
	else
		explain_json_member(writer, "stored", ask->value, json->is_full);
}

/* Source, name, value, truth: what the simple kinds have. */
static void
explain_json_simple(const struct explain_json *json, struct json_writer *writer,
    const struct observation *observation)
{
	if (observation->source.size > 0)
		explain_json_member(writer, "source", observation->source, json->is_full);
	if (observation->name.size > 0)
		json_member_text(writer, "name", observation->name);
	switch (observation->kind) {
	case OBSERVATION_STATEMENT:
	case OBSERVATION_FILE_ENTERED:
	case OBSERVATION_FILE_LEFT:
		json_member_integer(writer, "depth", observation->depth);
		break;
	case OBSERVATION_ROUND:
		json_member_integer(writer, "round", (int64_t)observation->number);
		if (observation->group_count > 0)
			explain_json_groups(json, writer, observation);
		break;
	case OBSERVATION_COMPARISON:
		explain_json_member(writer, "left", observation->before, json->is_full);
		explain_json_member(writer, "right", observation->value, json->is_full);
		json_member_bool(writer, "truth", observation->truth);
		break;
	case OBSERVATION_CONDITION:
	case OBSERVATION_LOCK:
		explain_json_member(writer, "value", observation->value, json->is_full);
		json_member_bool(writer, "truth", observation->truth);
		break;
	case OBSERVATION_EDIT:
		explain_json_member(writer, "field", observation->before, json->is_full);
		explain_json_member(writer, "value", observation->value, json->is_full);
		break;
	case OBSERVATION_ATTACHMENT:
		explain_json_member(writer, "attachment", observation->before, json->is_full);
		explain_json_member(writer, "value", observation->value, json->is_full);
		json_member_bool(writer, "truth", observation->truth);
		break;
	case OBSERVATION_LINE:
		explain_json_member(writer, "subject", observation->subject, json->is_full);
		break;
	case OBSERVATION_SKIPPED:
	case OBSERVATION_UNLOCK:
		break;
	case OBSERVATION_FUNCTION:
		explain_json_member(writer, "value", observation->value, json->is_full);
		explain_json_asked(json, writer);
		break;
	default:
		explain_json_member(writer, "value", observation->value, json->is_full);
		break;
	}
}

static void
explain_json_members(const struct explain_json *json, struct json_writer *writer,
    const struct observation *observation)
{
	switch (observation->kind) {
	case OBSERVATION_PATTERN:
		explain_json_pattern(json, writer, observation);
		break;
	case OBSERVATION_MATCH:
		explain_json_match(json, writer, observation);
		break;
	case OBSERVATION_COMMAND:
		explain_json_command(json, writer, observation);
		break;
	case OBSERVATION_DELIVERY:
		explain_json_delivery(json, writer, observation);
		break;
	case OBSERVATION_VARIABLE:
		explain_json_variable(json, writer, observation);
		break;
	case OBSERVATION_END:
		explain_json_end(writer, observation);
		break;
	default:
		explain_json_simple(json, writer, observation);
		break;
	}
}

void
explain_json_subject(struct explain_json *json, const struct explain_subject *subject)
{
	const struct envelope *envelope = subject->envelope;
	struct json_writer writer;

	json_init(&writer, json->out);
	json_begin_object(&writer);
	json_member_text(&writer, "kind", TEXT("subject"));
	json_member_text(&writer, "user", text_from_string(subject->user->name));
	json_member_text(&writer, "home", text_from_string(subject->user->home));
	if (envelope->has_sender)
		json_member_text(&writer, "sender", envelope->sender);
	if (envelope->recipient.size > 0)
		json_member_text(&writer, "recipient", envelope->recipient);
	json_member_integer(&writer, "size", (int64_t)subject->size);
	json_end_object(&writer);
	buffer_append_byte(json->out, '\n');
}

void
explain_json_tell(struct explain_json *json, const struct observation *observation)
{
	struct json_writer writer;
	bool has_place = observation->kind != OBSERVATION_FILE_ENTERED &&
			 observation->kind != OBSERVATION_FILE_LEFT &&
			 observation->kind != OBSERVATION_MATCH &&
			 observation->kind != OBSERVATION_END;

	if (observation->kind == OBSERVATION_MATCH && ++json->hits > EXPLAIN_JSON_HITS_MAX &&
	    !json->is_full)
		return;
	json_init(&writer, json->out);
	json_begin_object(&writer);
	json_member_text(&writer, "kind", text_from_string(observer_kind_word(observation->kind)));
	if (has_place)
		explain_json_place(
		    &writer, program_place(observation->program, observation->offset));
	explain_json_members(json, &writer, observation);
	json_end_object(&writer);
	buffer_append_byte(json->out, '\n');
	if (observation->kind != OBSERVATION_MATCH)
		json->hits = 0;
}

void
explain_json_collapse(struct explain_json *json, uint64_t rounds, uint64_t changes)
{
	struct json_writer writer;

	json_init(&writer, json->out);
	json_begin_object(&writer);
	json_member_text(&writer, "kind", TEXT("collapsed"));
	json_member_integer(&writer, "rounds", (int64_t)rounds);
	json_member_integer(&writer, "changes", (int64_t)changes);
	json_end_object(&writer);
	buffer_append_byte(json->out, '\n');
}
