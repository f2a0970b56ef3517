/*
 * Addresses for the rules; see recipients.h. Reading them is mail/address.h's part; what it cannot
 * read as an address is given out word by word, since rules compare it as if it were one.
 */
#include "filter/engine/recipients.h"

#include "filter/engine/edit_header.h"
#include "mail/address.h"

enum { RECIPIENTS_SPEC_MAX = 4096, RECIPIENTS_MEMORY = 4096 };

/* Without a field name in front. */
static struct text
recipients_skip_name(struct text source)
{
	size_t colon = text_find_byte(source, 0, ':');
	struct text name = text_trim(text_slice(source, 0, colon));

	if (colon == source.size || name.size == 0)
		return source;
	for (size_t i = 0; i < name.size; i++)
		if (!text_is_alpha(name.data[i]) && !text_is_digit(name.data[i]) &&
		    name.data[i] != '-')
			return source;
	return text_slice(source, colon + 1, source.size);
}

static void
recipients_append_words(struct text rest, struct buffer *out)
{
	while ((rest = text_trim(rest)).size > 0) {
		size_t end = 0;
		while (end < rest.size && !text_is_space(rest.data[end]))
			end++;
		buffer_append(out, text_slice(rest, 0, end));
		buffer_append_byte(out, '\n');
		rest = text_slice(rest, end, rest.size);
	}
}

static void
recipients_append(const struct address *address, struct buffer *out)
{
	bool is_name = address->local_part.size == 0 && address->domain.size == 0 &&
		       text_find_byte(address->raw, 0, '<') == address->raw.size;

	if (is_name) {
		recipients_append_words(address->raw, out);
		return;
	}
	if (address->route.size > 0) {
		buffer_append(out, address->route);
		buffer_append_byte(out, ':');
	}
	address_append_spec(address, out);
	buffer_append_byte(out, '\n');
}

bool
recipients_list(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	struct text source;
	struct arena arena;

	if (!evaluate(evaluator, expression->operands, &source))
		return false;
	arena_init(&arena, NULL, 0);
	/* tolerance: address-list-limit */
	struct address_list list =
	    address_list_parse(&arena, recipients_skip_name(source), ADDRESS_COUNT_MAX);
	buffer_reset(&evaluator->work);
	for (size_t i = 0; i < list.count; i++)
		recipients_append(&list.items[i], &evaluator->work);
	arena_clear(&arena);
	return evaluate_take_work(evaluator, expression->offset, value_out);
}

static bool
recipients_is_field(struct text name)
{
	return text_is_equal_nocase(name, TEXT("To")) || text_is_equal_nocase(name, TEXT("Cc")) ||
	       text_is_equal_nocase(name, TEXT("Resent-To")) ||
	       text_is_equal_nocase(name, TEXT("Resent-Cc"));
}

/* Does the field name the address? */
static bool
recipients_field_has(struct text body, struct text wanted, bool *is_cut_out)
{
	char memory[RECIPIENTS_MEMORY], spec_memory[RECIPIENTS_SPEC_MAX];
	struct arena arena;
	struct buffer spec;
	bool found = false;

	arena_init(&arena, memory, sizeof memory);
	buffer_init_lent(&spec, spec_memory, sizeof spec_memory, sizeof spec_memory);
	struct address_list list = address_list_parse(&arena, body, ADDRESS_COUNT_MAX);
	for (size_t i = 0; i < list.count && !found; i++) {
		buffer_reset(&spec);
		found = address_append_spec(&list.items[i], &spec) && spec.size > 0 &&
			text_is_equal_nocase(buffer_text(&spec), wanted);
	}
	*is_cut_out |= list.truncated;
	buffer_clear(&spec);
	arena_clear(&arena);
	return found;
}

/* The address was not found, but there are recipients that nobody has looked at: the verdict decides. */
static bool
recipients_undecided(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	error_set(&evaluator->error, ERROR_INPUT,
	    "hasaddr did not find the address, but the message has more recipients than it sees");
	switch (evaluate_undecided(evaluator, evaluator->input->verdicts.undecodable,
	    expression->offset, TEXT("undecodable"))) {
	case VERDICT_OPEN:
		break;
	case VERDICT_CLOSED:
		*value_out = TEXT("1");
		break;
	case VERDICT_LATER:
		return false;
	}
	return true;
}

bool
recipients_search(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out)
{
	struct header_field field;
	struct text wanted;
	size_t fields = 0;
	bool is_cut = false;

	if (!evaluate(evaluator, expression->operands, &wanted) || !edit_header_settle(evaluator))
		return false;
	struct text rest = message_header_block(evaluator->message);
	*value_out = TEXT("0");
	while (fields++ < MESSAGE_FIELDS_MAX && header_next(&rest, &field)) {
		if (!recipients_is_field(field.name) ||
		    !recipients_field_has(field.body, wanted, &is_cut))
			continue;
		*value_out = TEXT("1");
		return true;
	}
	if (!is_cut && rest.size == 0)
		return true;
	return recipients_undecided(evaluator, expression, value_out);
}
