/*
 * The destination "!address ...": the message goes to the sendmail-compatible command, without a
 * shell, under its own envelope sender. The arguments are those that Postfix, Exim, OpenSMTPD and
 * sendmail all take: -oi (a lone dot is text), -f with "<>" for the null sender, and -- before the
 * recipients.
 *
 * Loops: the copy gets a Delivered-To field with the address that we deliver for. When a message
 * has that field below a Received field, it was here before, left and came back. One above all
 * Received fields was added by the mail server for this very delivery.
 */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/vector.h"
#include "deliver/backend.h"
#include "deliver/command.h"

enum {
	FORWARD_ADDRESSES_MAX = 100,
	FORWARD_RECEIVED_MAX = 100, /* RFC 5321, section 6.3: at least 100 */
	FORWARD_HOST_SIZE = 256,
};

/* A growing argument list; NULL is put behind it at the end. */
struct forward_arguments {
	struct arena *arena;
	const char **items;
	size_t count, capacity;
};

/* What the header says about where the message has been. */
struct forward_trace {
	size_t received;
	bool is_marked; /* with the recipient, by this delivery */
	bool is_loop;
};

static void
forward_add(struct forward_arguments *arguments, const char *item)
{
	arguments->items = vector_grow(arguments->arena, arguments->items, arguments->count,
	    &arguments->capacity, sizeof *arguments->items);
	arguments->items[arguments->count++] = item;
}

static bool
forward_is_separator(char byte)
{
	return byte == ' ' || byte == '\t' || byte == ',' || byte == '\r' || byte == '\n';
}

/* The next run of bytes that are no separators; empty at the end. */
static struct text
forward_next_word(struct text *rest)
{
	size_t start = 0, end;

	while (start < rest->size && forward_is_separator(rest->data[start]))
		start++;
	for (end = start; end < rest->size && !forward_is_separator(rest->data[end]); end++)
		;
	struct text word = text_slice(*rest, start, end);
	*rest = text_slice(*rest, end, rest->size);
	return word;
}

static bool
forward_has_control(struct text address)
{
	for (size_t i = 0; i < address.size; i++) {
		if ((unsigned char)address.data[i] < ' ' || address.data[i] == 127)
			return true;
	}
	return false;
}

/* An address that is an option, a file or a command to the mail server, or half of a quoted one, is
 * not what the rule meant. */
static bool
forward_is_address(struct text word)
{
	size_t quotes = 0;

	for (size_t i = 0; i < word.size; i++)
		quotes += word.data[i] == '"';
	return !forward_has_control(word) && strchr("-|/:", word.data[0]) == NULL &&
	       quotes % 2 == 0;
}

static struct outcome
forward_collect_arguments(const struct delivery *delivery, struct forward_arguments *arguments)
{
	const struct envelope *envelope = delivery->envelope;
	struct arena *arena = delivery->arena;
	struct text sendmail =
	    delivery->sendmail.size > 0 ? delivery->sendmail : delivery->settings->sendmail;
	struct text rest = sendmail, word;

	while ((word = forward_next_word(&rest)).size > 0)
		forward_add(arguments, arena_copy_string(arena, word));
	if (arguments->count == 0)
		return outcome_later(arena, STATUS_SYSTEM_CONFIGURATION,
		    "no sendmail command is set: forwarding needs one");
	forward_add(arguments, "-oi");
	if (envelope->has_sender) {
		if (forward_has_control(envelope->sender))
			return outcome_later(arena, STATUS_SECURITY_OTHER,
			    "the envelope sender holds control characters: not forwarded");
		forward_add(arguments, "-f");
		forward_add(arguments,
		    envelope->sender.size > 0 ? arena_copy_string(arena, envelope->sender) : "<>");
	}
	forward_add(arguments, "--");
	size_t before = arguments->count;
	rest = delivery->target;
	while ((word = forward_next_word(&rest)).size > 0) {
		if (!forward_is_address(word))
			return outcome_later(arena, STATUS_SYSTEM_CONFIGURATION,
			    "\"%s\" is no address that a rule can forward to",
			    command_describe(arena, word).data);
		if (arguments->count - before == FORWARD_ADDRESSES_MAX)
			return outcome_later(arena, STATUS_SYSTEM_CONFIGURATION,
			    "a rule forwards to more than %d addresses", FORWARD_ADDRESSES_MAX);
		forward_add(arguments, arena_copy_string(arena, word));
	}
	if (arguments->count == before)
		return outcome_later(
		    arena, STATUS_SYSTEM_CONFIGURATION, "the destination \"!\" names no address");
	forward_add(arguments, NULL);
	return outcome_done("arguments are complete");
}

/* Whom this delivery is for, as the field says it. */
static struct text
forward_recipient(const struct delivery *delivery)
{
	struct text host = delivery->settings->hostname;
	char name[FORWARD_HOST_SIZE];

	if (delivery->envelope->recipient.size > 0)
		return delivery->envelope->recipient;
	if (host.size == 0 && gethostname(name, sizeof name - 1) == 0) {
		name[sizeof name - 1] = '\0';
		host = text_from_string(name);
	}
	return arena_format(delivery->arena, "%s@%.*s", delivery->user, TEXT_ARGUMENTS(host));
}

/* Does the field name the recipient, or, where no recipient was told, the bare user? */
static bool
forward_field_is_ours(
    const struct delivery *delivery, const struct header_field *field, struct text recipient)
{
	struct text address = text_trim(header_unfold(delivery->arena, field->body));

	/* tolerance: delivered-to-brackets */
	if (text_has_prefix(address, TEXT("<")) && text_has_suffix(address, TEXT(">")))
		address = text_slice(address, 1, address.size - 1);
	return text_is_equal_nocase(address, recipient) ||
	       (delivery->envelope->recipient.size == 0 &&
		   text_is_equal_nocase(address, text_from_string(delivery->user)));
}

static struct forward_trace
forward_look_at_header(const struct delivery *delivery, struct text recipient)
{
	const struct header *header = message_header(delivery->message);
	struct forward_trace trace = {.received = 0};

	for (size_t i = 0; i < header->count; i++) {
		const struct header_field *field = &header->fields[i];
		if (text_is_equal_nocase(field->name, TEXT("Received")))
			trace.received++;
		if (!text_is_equal_nocase(field->name, TEXT("Delivered-To")) ||
		    !forward_field_is_ours(delivery, field, recipient))
			continue;
		if (trace.received > 0)
			trace.is_loop = true;
		else
			trace.is_marked = true;
	}
	return trace;
}

/* The field in front of the copy; its line end is the message's own. */
static struct text
forward_mark(const struct delivery *delivery, struct text recipient)
{
	struct text bytes = message_bytes(delivery->message);
	size_t end = text_find_byte(bytes, 0, '\n');
	bool has_carriage_return = end > 0 && end < bytes.size && bytes.data[end - 1] == '\r';

	return arena_format(delivery->arena, "Delivered-To: %.*s%s", TEXT_ARGUMENTS(recipient),
	    has_carriage_return ? "\r\n" : "\n");
}

static struct outcome
forward_deliver(struct delivery *delivery)
{
	struct arena *arena = delivery->arena;
	struct forward_arguments arguments = {.arena = arena};
	struct text recipient = forward_recipient(delivery);
	struct text what = command_describe(
	    arena, arena_format(arena, "!%.*s", TEXT_ARGUMENTS(text_trim(delivery->target))));
	struct error error = {.kind = ERROR_NONE};
	struct outcome outcome = forward_collect_arguments(delivery, &arguments);

	if (outcome.class != OUTCOME_DONE)
		return outcome;
	if (forward_has_control(recipient))
		return outcome_later(arena, STATUS_SECURITY_OTHER,
		    "the envelope recipient holds control characters: not forwarded");
	struct forward_trace trace = forward_look_at_header(delivery, recipient);
	if (trace.is_loop)
		return outcome_never(arena, STATUS_ROUTING_LOOP, 0,
		    "mail loop: the message was already delivered to %s and came back",
		    command_describe(arena, recipient).data);
	if (trace.received > FORWARD_RECEIVED_MAX)
		return outcome_never(arena, STATUS_ROUTING_LOOP, 0,
		    "mail loop: the message has passed %zu servers", trace.received);
	struct text mark = trace.is_marked ? TEXT("") : forward_mark(delivery, recipient);
	if (!command_run(delivery, arguments.items, mark, what, &outcome, &error)) {
		error_prefix(&error, "forward to \"%s\": ", what.data);
		return outcome_later_error(arena, &error);
	}
	if (outcome.class == OUTCOME_DONE) {
		outcome = outcome_done("handed to the mail server");
		delivery->final_place = delivery->destination;
	}
	return outcome;
}

const struct backend forward_backend = {
    .name = "forward",
    .privilege = PRIVILEGE_EXECUTE,
    .deliver = forward_deliver,
};
