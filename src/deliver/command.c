/*
 * Feeding a message to a command; see command.h. A spooled message is given as a file and not
 * copied through a pipe.
 */
#include "deliver/command.h"

#include <limits.h>
#include <string.h>

#include "system/child.h"
#include "system/signals.h"

enum { COMMAND_DESCRIPTION_MAX = 160 };

struct text
command_describe(struct arena *arena, struct text source)
{
	struct text shown = text_slice(source, 0, COMMAND_DESCRIPTION_MAX);
	struct text copy = arena_format(
	    arena, "%.*s%s", TEXT_ARGUMENTS(shown), shown.size < source.size ? "..." : "");
	char *bytes = arena_copy_string(arena, copy);

	for (size_t i = 0; i < copy.size; i++) {
		if (bytes[i] < ' ' || bytes[i] > '~')
			bytes[i] = '?';
	}
	return (struct text){bytes, copy.size};
}

const char *
command_find_variable(const struct delivery *delivery, const char *name)
{
	size_t size = strlen(name);

	if (delivery->environment == NULL)
		return NULL;
	for (const char *const *variable = delivery->environment; *variable != NULL; variable++) {
		if (strncmp(*variable, name, size) == 0 && (*variable)[size] == '=')
			return *variable + size + 1;
	}
	return NULL;
}

static struct outcome
command_decode(struct delivery *delivery, const struct child_result *result, struct text what)
{
	if (result->timed_out)
		return outcome_later(delivery->arena, STATUS_SYSTEM_OTHER,
		    "command \"%.*s\" did not end within %llu seconds and was ended",
		    TEXT_ARGUMENTS(what), (unsigned long long)delivery->settings->command_limit);
	if (result->interrupted != 0)
		return outcome_later(delivery->arena, STATUS_SYSTEM_OTHER,
		    "command \"%.*s\" was ended: the delivery was asked to stop by %s",
		    TEXT_ARGUMENTS(what), signals_describe(result->interrupted));
	/* A status of 0 counts also when it did not read everything: that is its own decision. */
	return outcome_from_wait_status(delivery->arena, result->status, what);
}

bool
command_run(struct delivery *delivery, const char *const *arguments, struct text prefix,
    struct text what, struct outcome *outcome_out, struct error *error)
{
	static const char *const no_environment[] = {NULL};
	const char *path = command_find_variable(delivery, "PATH");
	uint64_t limit = delivery->settings->command_limit;
	struct child_result result;
	struct child_request request = {
	    .arguments = arguments,
	    .environment = delivery->environment != NULL ? delivery->environment : no_environment,
	    .search_path =
		path != NULL ? path : arena_copy_string(delivery->arena, delivery->settings->path),
	    .prefix = prefix,
	    .input = message_bytes(delivery->message),
	    .input_descriptor = delivery->spool != NULL ? spool_descriptor(delivery->spool) : -1,
	    .timeout = limit > UINT_MAX ? UINT_MAX : (unsigned)limit,
	    .each_second = delivery->each_second,
	    .each_second_self = delivery->each_second_self,
	};

	if (!child_run(&request, &result, error))
		return false;
	*outcome_out = command_decode(delivery, &result, what);
	return true;
}
