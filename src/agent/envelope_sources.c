/*
 * Collecting the envelope; see envelope_sources.h.
 */
#include "agent/envelope_sources.h"

#include <string.h>

/* Sixteen times what a path may be long (RFC 5321, section 4.5.3.1.3). What a message says beyond
 * that is no path, and it would be copied into variables, the log and the arguments of commands. */
enum { ENVELOPE_SOURCES_PATH_MAX = 4096 };

const char *
envelope_sources_variable(const char *const *environment, const char *name)
{
	size_t length = strlen(name);

	for (; environment != NULL && *environment != NULL; environment++)
		if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
			return *environment + length + 1;
	return NULL;
}

/* Without the angle brackets that some MTAs leave on. */
static struct text
envelope_sources_strip(struct text address)
{
	address = text_trim(address);
	if (address.size >= 2 && address.data[0] == '<' && address.data[address.size - 1] == '>')
		address = text_slice(address, 1, address.size - 1);
	return address;
}

/* One pass over the environment: a delivery should not search it a dozen times. */
static void
envelope_sources_read_environment(struct envelope *envelope, const char *const *environment)
{
	const struct {
		struct text name;
		struct text *place;
	} known[] = {
	    {TEXT("RECIPIENT="), &envelope->recipient},
	    {TEXT("ORIGINAL_RECIPIENT="), &envelope->original_recipient},
	    {TEXT("EXTENSION="), &envelope->extension},
	    {TEXT("LOCAL="), &envelope->local_part},
	    {TEXT("DOMAIN="), &envelope->domain},
	    {TEXT("QUEUE_ID="), &envelope->queue_id},
	    {TEXT("CLIENT_ADDRESS="), &envelope->client_address},
	    {TEXT("CLIENT_HOSTNAME="), &envelope->client_name},
	    {TEXT("CLIENT_HELO="), &envelope->client_helo},
	    {TEXT("CLIENT_PROTOCOL="), &envelope->client_protocol},
	    {TEXT("SASL_USERNAME="), &envelope->sasl_user},
	    {TEXT("SASL_METHOD="), &envelope->sasl_method},
	    {TEXT("SASL_SENDER="), &envelope->sasl_sender},
	};

	for (; environment != NULL && *environment != NULL; environment++) {
		const char *entry = *environment;
		/* Most of an environment begins with none of these letters. */
		if (entry[0] == '\0' || strchr("SROELDQC", entry[0]) == NULL)
			continue;
		if (strncmp(entry, "SENDER=", 7) == 0) {
			envelope->has_sender = true;
			envelope->sender = envelope_sources_strip(text_from_string(entry + 7));
			continue;
		}
		for (size_t i = 0; i < sizeof known / sizeof *known; i++)
			if (strncmp(entry, known[i].name.data, known[i].name.size) == 0)
				*known[i].place = text_from_string(entry + known[i].name.size);
	}
}

static void
envelope_sources_override(struct text *place, struct text option)
{
	if (option.size > 0)
		*place = option;
}

struct envelope
envelope_sources_begin(const struct agent_request *request)
{
	struct envelope envelope = {.has_sender = false};

	envelope_sources_read_environment(&envelope, request->environment);
	if (request->has_sender) {
		envelope.has_sender = true;
		envelope.sender = envelope_sources_strip(request->sender);
	}
	envelope_sources_override(&envelope.recipient, request->recipient);
	envelope_sources_override(&envelope.original_recipient, request->original_recipient);
	envelope_sources_override(&envelope.extension, request->extension);
	envelope_sources_override(&envelope.queue_id, request->queue_id);
	return envelope;
}

size_t
envelope_sources_skip_from_line(struct envelope *envelope, struct text start, struct arena *arena)
{
	struct text sender, date;
	size_t length = envelope_parse_from_line(start, &sender, &date);

	if (length == 0)
		return 0;
	/* Copied: the bytes of the line are overwritten by what goes in front of the message. */
	envelope->from_line_date = arena_copy_text(arena, date);
	if (!envelope->has_sender) {
		envelope->has_sender = true;
		envelope->sender = arena_copy_text(arena, sender);
	}
	return length;
}

void
envelope_sources_ask_message(
    struct envelope *envelope, const struct message *message, struct arena *arena)
{
	if (envelope->has_sender)
		return;
	const struct header_field *field = message_find_field(message, TEXT("Return-Path"));
	if (field == NULL)
		return;
	struct text path = header_unfold(arena, field->body);
	/* A comment behind the path is allowed; the path itself is what the brackets hold. */
	size_t open = text_find_byte(path, 0, '<'), close = text_find_byte(path, open, '>');
	if (open < path.size && close < path.size)
		path = text_slice(path, open + 1, close);
	if (path.size > ENVELOPE_SOURCES_PATH_MAX)
		return;
	envelope->has_sender = true;
	envelope->sender = text_trim(path);
}
