/*
 * Commands of rules; see rules_command.h. What `xfilter` makes is written to a spool file by this
 * process, never by the command itself: a process that it leaves behind cannot change the message
 * once it is taken.
 */
#include "agent/rules_command.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/agent_host.h"
#include "agent/rules_environment.h"
#include "deliver/command.h"
#include "mail/envelope.h"
#include "system/child.h"
#include "system/signals.h"

enum { RULES_COMMAND_SIGNAL = 128 };

/* One command. */
struct rules_command {
	struct agent_host *host;
	const struct command_request *request;
	const struct settings *settings;
	struct arena arena; /* gone with the command */
	struct child_result end;
};

/* What the end means that the command did not choose itself. */
static bool
rules_command_judge(struct rules_command *command, struct error *error)
{
	const struct child_result *end = &command->end;
	struct text what = command_describe(&command->arena, command->request->command);

	if (end->timed_out)
		return error_set(error, ERROR_AGAIN,
		    "command \"%.*s\" did not end within %llu seconds and was ended",
		    TEXT_ARGUMENTS(what), (unsigned long long)command->settings->command_limit);
	if (end->interrupted != 0)
		return error_set(error, ERROR_AGAIN,
		    "command \"%.*s\" was ended: the delivery was asked to stop by %s",
		    TEXT_ARGUMENTS(what), signals_describe(end->interrupted));
	if (end->output_overfull)
		return error_set(error, ERROR_LIMIT,
		    "command \"%.*s\" printed more than it may and was ended",
		    TEXT_ARGUMENTS(what));
	if (end->output_failure != 0)
		return error_set(error, ERROR_AGAIN,
		    "what command \"%.*s\" printed could not be stored: %s", TEXT_ARGUMENTS(what),
		    strerror(end->output_failure));
	return true;
}

/* Runs it with that standard input and output. */
static bool
rules_command_start(struct rules_command *command, int input, int output, struct error *error)
{
	const struct command_request *request = command->request;
	struct arena *arena = &command->arena;
	struct text shell = variables_get(request->variables, TEXT("SHELL"));
	uint64_t limit = command->settings->command_limit;

	if (shell.size == 0)
		shell = command->settings->shell;
	const char *const arguments[] = {arena_copy_string(arena, shell), "-c",
	    arena_copy_string(arena, request->command), NULL};
	struct child_request child = {
	    .arguments = arguments,
	    .environment = rules_environment_export(arena, request->variables, request->message),
	    .search_path =
		arena_copy_string(arena, variables_get(request->variables, TEXT("PATH"))),
	    .input = request->use == COMMAND_SYSTEM ? TEXT("") : message_bytes(request->message),
	    .input_descriptor = input,
	    .output = request->output,
	    .output_descriptor = output,
	    .output_maximum = message_bytes(request->message).size * RULES_COMMAND_GROWTH_TIMES +
			      RULES_COMMAND_GROWTH_MAX,
	    .timeout = limit > UINT_MAX ? UINT_MAX : (unsigned)limit,
	    .each_second = command->host->locks != NULL ? rules_lock_refresh : NULL,
	    .each_second_self = command->host->locks,
	};
	umask((mode_t)command->settings->umask);
	if (!child_run(&child, &command->end, error)) {
		error_prefix(error, "command \"%.*s\": ",
		    TEXT_ARGUMENTS(command_describe(arena, request->command)));
		return false;
	}
	return rules_command_judge(command, error);
}

/* `system`: nothing to read. */
static bool
rules_command_run_alone(struct rules_command *command, struct error *error)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (nothing < 0)
		return error_set_errno(error, "cannot open /dev/null");
	bool known = rules_command_start(command, nothing, 0, error);
	close(nothing);
	return known;
}

/* The descriptor of the message's file; -1: it is in memory. */
static int
rules_command_input(const struct rules_command *command)
{
	const struct agent_host *host = command->host;

	return command->request->message == host->message ? spool_descriptor(host->spool) : -1;
}

static size_t
rules_command_skip_from_line(void *self, struct text start)
{
	struct text sender, date;

	(void)self;
	/* tolerance: xfilter-from-line */
	return envelope_parse_from_line(start, &sender, &date);
}

/* Makes what is in the spool the message. */
static bool
rules_command_take(struct rules_command *command, struct spool *spool,
    const struct message **rewritten_out, struct error *error)
{
	struct agent_host *host = command->host;
	struct text bytes, what = command_describe(&command->arena, command->request->command);

	if (command->end.input_incomplete &&
	    message_bytes(command->request->message).size > RULES_COMMAND_UNREAD_MAX)
		return error_set(error, ERROR_AGAIN,
		    "command \"%.*s\" of xfilter did not read the whole message",
		    TEXT_ARGUMENTS(what));
	if (spool_size(spool) == 0)
		return error_set(error, ERROR_AGAIN, "command \"%.*s\" of xfilter printed nothing",
		    TEXT_ARGUMENTS(what));
	if (!spool_map(spool, &bytes, error))
		return false;
	if (host->spool != host->received_spool)
		spool_close(host->spool);
	host->spool = spool;
	host->message = message_new(host->arena, bytes);
	host->imports = NULL; /* the old message's SIZE is among them */
	*rewritten_out = host->message;
	return true;
}

static bool
rules_command_rewrite(
    struct rules_command *command, struct command_result *result_out, struct error *error)
{
	struct agent_host *host = command->host;
	struct spool_plan plan = host->spool_plan;
	struct spool *spool;

	plan.prefix = TEXT("");
	plan.skip = rules_command_skip_from_line;
	if (!spool_create(host->arena, &plan, &spool, error))
		return false;
	bool known = rules_command_start(
	    command, rules_command_input(command), spool_descriptor(spool), error);
	if (known && command->end.status == 0)
		known = spool_finish(spool, &plan, error) &&
			rules_command_take(command, spool, &result_out->rewritten, error);
	if (result_out->rewritten == NULL)
		spool_close(spool);
	return known;
}

bool
rules_command_run(struct agent_host *host, const struct command_request *request,
    struct command_result *result_out, struct error *error)
{
	struct rules_command command = {.host = host, .request = request};
	bool known;

	if (text_find_byte(request->command, 0, '\0') < request->command.size)
		return error_set(error, ERROR_INPUT, "a command cannot hold a NUL");
	result_out->rewritten = NULL;
	arena_init(&command.arena, NULL, 0);
	command.settings = agent_host_settings(host, &command.arena, request->variables);
	switch (request->use) {
	case COMMAND_SYSTEM:
		known = rules_command_run_alone(&command, error);
		break;
	case COMMAND_REWRITE:
		known = rules_command_rewrite(&command, result_out, error);
		break;
	default:
		known = rules_command_start(&command, rules_command_input(&command), 0, error);
		break;
	}
	arena_clear(&command.arena);
	result_out->timed_out = command.end.timed_out;
	if (WIFSIGNALED(command.end.status))
		result_out->status = RULES_COMMAND_SIGNAL + WTERMSIG(command.end.status);
	else
		result_out->status = WEXITSTATUS(command.end.status);
	return known;
}
