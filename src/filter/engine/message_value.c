/*
 * Facts of the whole message; see message_value.h.
 */
#include "filter/engine/message_value.h"

#include "filter/engine/edit_header.h"
#include "mail/list_facts.h"
#include "mail/structure_check.h"

enum message_fact {
	MESSAGE_FACT_LIST,
	MESSAGE_FACT_LIST_ID,
	MESSAGE_FACT_LIST_NAME,
	MESSAGE_FACT_LIST_POST,
	MESSAGE_FACT_BULK,
	MESSAGE_FACT_AUTOMATIC,
	MESSAGE_FACT_AUTO_SUBMITTED,
	MESSAGE_FACT_REPORT,
	MESSAGE_FACT_MALFORMED,
	MESSAGE_FACT_TRUNCATED,
};

static const struct message_fact_name {
	struct text name;
	enum message_fact fact;
} message_fact_names[] = {
    {TEXT("list"), MESSAGE_FACT_LIST},
    {TEXT("list_id"), MESSAGE_FACT_LIST_ID},
    {TEXT("list_name"), MESSAGE_FACT_LIST_NAME},
    {TEXT("list_post"), MESSAGE_FACT_LIST_POST},
    {TEXT("bulk"), MESSAGE_FACT_BULK},
    {TEXT("automatic"), MESSAGE_FACT_AUTOMATIC},
    {TEXT("auto_submitted"), MESSAGE_FACT_AUTO_SUBMITTED},
    {TEXT("report"), MESSAGE_FACT_REPORT},
    {TEXT("malformed"), MESSAGE_FACT_MALFORMED},
    {TEXT("truncated"), MESSAGE_FACT_TRUNCATED},
};

const char message_value_names[] = "list, list_id, list_name, list_post, bulk, automatic, "
				   "auto_submitted, report, malformed, truncated";

/* Of the message that was asked about last. */
struct message_value_memory {
	const struct message *message;
	bool has_list, has_structure;
	struct list_facts list;
	bool malformed, truncated;
};

static const struct message_fact_name *
message_value_find(struct text name)
{
	for (size_t i = 0; i < sizeof message_fact_names / sizeof *message_fact_names; i++)
		if (text_is_equal(message_fact_names[i].name, name))
			return &message_fact_names[i];
	return NULL;
}

bool
message_value_is_name(struct text name)
{
	return message_value_find(name) != NULL;
}

static struct message_value_memory *
message_value_remember(struct evaluator *evaluator)
{
	struct message_value_memory *memory = evaluator->message_facts;

	if (memory == NULL)
		memory = evaluator->message_facts = arena_alloc(evaluator->arena, sizeof *memory);
	if (memory->message != evaluator->message)
		*memory = (struct message_value_memory){.message = evaluator->message};
	return memory;
}

static struct text
message_value_truth(bool truth)
{
	return truth ? TEXT("1") : TEXT("0");
}

static struct text
message_value_of_list(const struct list_facts *facts, enum message_fact fact)
{
	switch (fact) {
	case MESSAGE_FACT_LIST:
		return message_value_truth(facts->is_list);
	case MESSAGE_FACT_LIST_ID:
		return facts->list_id;
	case MESSAGE_FACT_LIST_NAME:
		return facts->list_name;
	case MESSAGE_FACT_LIST_POST:
		return facts->list_post;
	case MESSAGE_FACT_BULK:
		return message_value_truth(facts->is_bulk);
	case MESSAGE_FACT_AUTOMATIC:
		return message_value_truth(facts->is_auto);
	case MESSAGE_FACT_AUTO_SUBMITTED:
		return facts->auto_submitted;
	default:
		return message_value_truth(facts->is_report);
	}
}

static struct text
message_value_of_structure(struct message_value_memory *memory, enum message_fact fact)
{
	if (!memory->has_structure) {
		struct arena arena;
		arena_init(&arena, NULL, 0);
		structure_check_facts(&arena, message_bytes(memory->message), MIME_LIMITS_DEFAULT,
		    &memory->malformed, &memory->truncated);
		arena_clear(&arena);
		memory->truncated |= message_is_truncated(memory->message);
		memory->has_structure = true;
	}
	return message_value_truth(
	    fact == MESSAGE_FACT_MALFORMED ? memory->malformed : memory->truncated);
}

bool
message_value(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	struct text name;

	if (!evaluate(evaluator, expression->operands, &name) || !edit_header_settle(evaluator))
		return false;
	const struct message_fact_name *found = message_value_find(name);
	if (found == NULL)
		return evaluate_fail(evaluator, ERROR_INPUT, expression->operands->offset,
		    "the message has no such fact: it has %s", message_value_names);
	struct message_value_memory *memory = message_value_remember(evaluator);
	if (found->fact == MESSAGE_FACT_MALFORMED || found->fact == MESSAGE_FACT_TRUNCATED) {
		*value_out = message_value_of_structure(memory, found->fact);
		return true;
	}
	if (!memory->has_list)
		memory->list = list_facts_parse(evaluator->arena, evaluator->message);
	memory->has_list = true;
	*value_out = message_value_of_list(&memory->list, found->fact);
	return true;
}
