/*
 * The names of the envelope's values; see envelope_value.h.
 */
#include "filter/engine/envelope_value.h"

#include <stddef.h>

struct envelope_name {
	struct text name;
	size_t offset; /* of its text in struct envelope */
};

#define ENVELOPE_NAME(name)                                                                        \
	{                                                                                          \
		TEXT(#name), offsetof(struct envelope, name)                                       \
	}

static const struct envelope_name envelope_names[] = {
    ENVELOPE_NAME(sender),
    ENVELOPE_NAME(recipient),
    ENVELOPE_NAME(original_recipient),
    ENVELOPE_NAME(extension),
    ENVELOPE_NAME(local_part),
    ENVELOPE_NAME(domain),
    ENVELOPE_NAME(queue_id),
    ENVELOPE_NAME(client_address),
    ENVELOPE_NAME(client_name),
    ENVELOPE_NAME(client_helo),
    ENVELOPE_NAME(client_protocol),
    ENVELOPE_NAME(sasl_user),
    ENVELOPE_NAME(sasl_method),
    ENVELOPE_NAME(sasl_sender),
};

const char envelope_value_names[] =
    "sender, recipient, original_recipient, extension, local_part, domain, queue_id, "
    "client_address, client_name, client_helo, client_protocol, sasl_user, sasl_method, "
    "sasl_sender";

static const struct envelope_name *
envelope_value_find(struct text name)
{
	for (size_t i = 0; i < sizeof envelope_names / sizeof *envelope_names; i++)
		if (text_is_equal(envelope_names[i].name, name))
			return &envelope_names[i];
	return NULL;
}

bool
envelope_value_is_name(struct text name)
{
	return envelope_value_find(name) != NULL;
}

bool
envelope_value_set(struct envelope *envelope, struct text name, struct text value)
{
	const struct envelope_name *found = envelope_value_find(name);

	if (found != NULL)
		*(struct text *)(void *)((char *)envelope + found->offset) = value;
	return found != NULL;
}

bool
envelope_value(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	const struct envelope *envelope = evaluator->input->envelope;
	struct text name;

	if (!evaluate(evaluator, expression->operands, &name))
		return false;
	const struct envelope_name *found = envelope_value_find(name);
	if (found == NULL)
		return evaluate_fail(evaluator, ERROR_INPUT, expression->operands->offset,
		    "the envelope has no such value: it has %s", envelope_value_names);
	*value_out = (struct text){NULL, 0};
	if (envelope != NULL)
		*value_out =
		    *(const struct text *)(const void *)((const char *)envelope + found->offset);
	return true;
}
