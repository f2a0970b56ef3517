/*
 * Giving a message another header; see rules_header.h. The old message is left as it was until the
 * new one is whole.
 */
#include "agent/rules_header.h"

#include "agent/agent_host.h"

/* Gives back the version before the last: nobody reads it any more. */
static struct rules_header_version *
rules_header_take_place(struct agent_host *host)
{
	struct rules_header_versions *versions = &host->header_versions;
	struct rules_header_version *version = &versions->made[versions->count % 2];

	if (version->spool != NULL) {
		arena_clear(&version->arena);
		spool_close(version->spool);
	}
	if (version->replaced != NULL)
		spool_close(version->replaced);
	*version = (struct rules_header_version){.spool = NULL};
	arena_init(&version->arena, NULL, 0);
	return version;
}

/* The message behind the new header: the empty line and the body. */
static struct spool_parts
rules_header_parts(const struct agent_host *host, const struct message *message, struct text header)
{
	struct text bytes = message_bytes(message);
	size_t skipped = message_header_block(message).size;
	bool is_current = message == host->message;

	return (struct spool_parts){
	    .start = header,
	    .rest = text_slice(bytes, skipped, bytes.size),
	    .rest_descriptor = is_current ? spool_descriptor(host->spool) : -1,
	    .rest_offset = skipped,
	};
}

/* Makes these parts the message. */
static bool
rules_header_take(struct agent_host *host, const struct spool_parts *parts,
    const struct message **edited_out, struct error *error)
{
	struct spool *spool;
	struct text bytes;

	if (parts->start.size + parts->rest.size == 0)
		return error_set(error, ERROR_INPUT, "nothing would be left of the message");
	if (host->header_versions.count == RULES_HEADER_EDITS_MAX)
		return error_set(error, ERROR_LIMIT, "the message was changed %d times already",
		    RULES_HEADER_EDITS_MAX);
	if (!spool_compose(host->arena, &host->spool_plan, parts, &spool, error))
		return false;
	if (!spool_map(spool, &bytes, error)) {
		spool_close(spool);
		return false;
	}
	const struct rules_header_versions *versions = &host->header_versions;
	bool is_own = host->spool == host->received_spool ||
		      host->spool == versions->made[0].spool ||
		      host->spool == versions->made[1].spool;
	struct rules_header_version *version = rules_header_take_place(host);
	version->spool = spool;
	version->replaced = is_own ? NULL : host->spool;
	host->header_versions.count++;
	host->spool = spool;
	host->message = message_new(&version->arena, bytes);
	host->imports = NULL; /* the old message's SIZE is among them */
	*edited_out = host->message;
	return true;
}

bool
rules_header_replace(struct agent_host *host, const struct message *message, struct text header,
    const struct message **edited_out, struct error *error)
{
	struct spool_parts parts = rules_header_parts(host, message, header);

	/* What would stand behind it would become a part of it. */
	if (parts.rest.size > 0 && header.size > 0 && header.data[header.size - 1] != '\n')
		return error_set(error, ERROR_INPUT, "the last header field has no line end");
	return rules_header_take(host, &parts, edited_out, error);
}

bool
rules_header_replace_all(struct agent_host *host, struct text bytes,
    const struct message **edited_out, struct error *error)
{
	const struct spool_parts parts = {.start = bytes, .rest_descriptor = -1};

	return rules_header_take(host, &parts, edited_out, error);
}

void
rules_header_clear(struct rules_header_versions *versions)
{
	for (size_t i = 0; i < sizeof versions->made / sizeof *versions->made; i++)
		if (versions->made[i].spool != NULL)
			arena_clear(&versions->made[i].arena);
}
