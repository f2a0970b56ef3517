/*
 * A delivery without its acts; see rehearsal.h.
 */
#include "rehearse/rehearsal.h"

#include <string.h>

#include "agent/envelope_sources.h"

static struct text
rehearsal_join(struct arena *arena, struct text front, struct text rest)
{
	char *bytes = arena_alloc_bytes(arena, front.size + rest.size);

	memcpy(bytes, front.data, front.size);
	if (rest.size > 0)
		memcpy(bytes + front.size, rest.data, rest.size);
	return (struct text){bytes, front.size + rest.size};
}

const struct message *
rehearsal_take_message(struct arena *arena, const struct agent_request *request, struct text bytes,
    struct envelope *envelope_out)
{
	*envelope_out = envelope_sources_begin(request);
	size_t skipped = envelope_sources_skip_from_line(envelope_out, bytes, arena);
	bytes = text_slice(bytes, skipped, bytes.size);
	if (request->extra_fields.size > 0)
		bytes = rehearsal_join(arena, request->extra_fields, bytes);
	const struct message *message = message_new(arena, bytes);
	envelope_sources_ask_message(envelope_out, message, arena);
	return message;
}

static struct outcome
rehearsal_deliver_by_default(void *self, const struct delivery_request *request)
{
	const struct rehearsal *rehearsal = self;

	return rehearsal->host->deliver(rehearsal->host_self, request);
}

struct rehearsal_end
rehearsal_run(struct arena *arena, const struct rehearsal *rehearsal)
{
	struct rehearsal copy = *rehearsal; /* the callbacks' `self` is not const */
	struct rules_run run = {
	    .arena = arena,
	    .request = rehearsal->request,
	    .user = rehearsal->user,
	    .envelope = rehearsal->envelope,
	    .message = rehearsal->message,
	    .source = rehearsal->source,
	    .kept = rehearsal->kept,
	    .host = rehearsal->host,
	    .host_self = rehearsal->host_self,
	    .observer = rehearsal->observer,
	    .deliver_by_default = rehearsal_deliver_by_default,
	    .self = &copy,
	};
	struct rehearsal_end end = {.outcome = rules_run(&run)};

	end.exit_status = outcome_exit_status(&end.outcome);
	end.result = run.result;
	end.has_failed = run.has_failed;
	end.is_by_default = run.is_by_default;
	end.mailbox = run.mailbox;
	end.message = run.message;
	end.variables = run.variables;
	end.file_count = run.file_count;
	for (unsigned i = 0; i < run.file_count; i++)
		end.files[i] = run.files[i];
	return end;
}
