/*
 * Splitting and joining; see split_command.h. Each message is safe where it goes before the next is
 * looked at, so what was done when the process ends is whole.
 */
#include "handle/split_command.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/number.h"
#include "base/vector.h"
#include "handle/maildir_drop.h"
#include "handle/mail_output.h"
#include "handle/mbox_writer.h"
#include "handle/progress.h"
#include "system/child.h"
#include "system/file.h"
#include "system/signals.h"

enum { SPLIT_COMMAND_FAILED = 1 };

struct split_command {
	const struct split_request *request;
	struct arena *arena; /* of the message */
	struct mail_source *source;
	struct mail_output output;
	struct progress progress;
	uint64_t number; /* of the next message */
	int status;
};

static void
split_fail(struct split_command *command, const struct error *error, int status)
{
	progress_clear(&command->progress);
	mail_output_complain(&command->output, error);
	if (command->status == EX_OK)
		command->status = status;
}

/* The message's number, with the leading zeros that the first one was given. */
static const char *
split_number(struct split_command *command)
{
	struct text first = command->request->number;
	int width = first.size > 0 && first.size <= NUMBER_DIGITS_MAX ? (int)first.size : 6;

	return arena_format(command->arena, "%0*llu", width, (unsigned long long)command->number)
	    .data;
}

/* What the file or the command gets: the message, or it and what the mbox adds, which lies around it. */
static struct text
split_bytes(const struct split_command *command, const struct mail_item *item)
{
	if (command->request->keeps_mbox && item->from_line.size > 0)
		return (struct text){item->from_line.data, item->size};
	return item->bytes;
}

static bool
split_to_file(struct split_command *command, const struct mail_item *item)
{
	const char *path = arena_format(command->arena, "%s%s.%s", command->request->prefix,
	    split_number(command), command->request->keeps_mbox ? "mbox" : "eml")
			       .data;
	mode_t mask = umask(0);
	struct error error;

	umask(mask);
	const struct file_replacement file = {
	    .bytes = split_bytes(command, item), .mode = 0666 & ~mask, .group = getegid()};
	if (access(path, F_OK) == 0) {
		error_set(
		    &error, ERROR_REFUSE, "%s is there already: nothing is written over", path);
		split_fail(command, &error, EX_CANTCREAT);
		return false;
	}
	if (file_replace(path, &file, &error))
		return true;
	split_fail(command, &error, error.kind == ERROR_AGAIN ? EX_TEMPFAIL : EX_IOERR);
	return false;
}

static bool
split_to_maildir(struct split_command *command, const struct mail_item *item)
{
	const struct maildir_drop drop = {
	    .settings = command->request->settings, .maildir = command->request->maildir};
	struct error error;

	if (maildir_drop_add(&drop, item, item->bytes, &error))
		return true;
	split_fail(command, &error, EX_TEMPFAIL);
	return false;
}

/* The caller's environment and FILENO. */
static const char *const *
split_environment(struct split_command *command)
{
	const char *const *given = command->request->environment;
	const char **environment = NULL;
	size_t count = 0, capacity = 0;

	for (; *given != NULL; given++) {
		if (strncmp(*given, "FILENO=", 7) == 0)
			continue;
		environment =
		    vector_grow(command->arena, environment, count, &capacity, sizeof *environment);
		environment[count++] = *given;
	}
	environment =
	    vector_grow(command->arena, environment, count, &capacity, sizeof *environment);
	environment[count++] =
	    arena_format(command->arena, "FILENO=%s", split_number(command)).data;
	environment =
	    vector_grow(command->arena, environment, count, &capacity, sizeof *environment);
	environment[count] = NULL;
	return environment;
}

/* A command that fails does not stop the others. */
static bool
split_to_command(struct split_command *command, const struct mail_item *item)
{
	const struct settings *settings = command->request->settings;
	const char *const arguments[] = {arena_copy_string(command->arena, settings->shell), "-c",
	    command->request->command, NULL};
	const struct child_request child = {.arguments = arguments,
	    .environment = split_environment(command),
	    .search_path = arena_copy_string(command->arena, settings->path),
	    .input = split_bytes(command, item),
	    .input_descriptor = -1,
	    .timeout =
		settings->command_limit > UINT_MAX ? UINT_MAX : (unsigned)settings->command_limit};
	struct child_result result;
	struct error error;

	if (!child_run(&child, &result, &error)) {
		split_fail(command, &error, EX_TEMPFAIL);
		return false;
	}
	if (result.interrupted != 0)
		return false;
	if (WIFEXITED(result.status) && WEXITSTATUS(result.status) == 0 && !result.timed_out)
		return true;
	error_set(&error, ERROR_AGAIN, "the command %s for message %s%s",
	    result.timed_out ? "ran out of time" : "failed", split_number(command),
	    WIFEXITED(result.status) ? "" : ": a signal ended it");
	split_fail(command, &error, SPLIT_COMMAND_FAILED);
	return true;
}

static bool
split_one(struct split_command *command, const struct mail_item *item)
{
	const struct split_request *request = command->request;
	bool goes_on;

	if (!mail_source_is_whole(command->source))
		return true; /* asking for the next message says so */
	if (request->prefix != NULL)
		goes_on = split_to_file(command, item);
	else if (request->maildir != NULL)
		goes_on = split_to_maildir(command, item);
	else
		goes_on = split_to_command(command, item);
	command->number++;
	return goes_on;
}

int
split_command_run(struct arena *arena, const struct split_request *request)
{
	struct split_command command = {.request = request};
	struct mail_source_options options = request->source;
	struct arena of_message;
	struct mail_item item;
	struct error error;
	uint64_t seen = 0;
	bool goes_on = true;

	options.keeps_quoting = request->keeps_mbox && request->maildir == NULL;
	command.number = 1;
	number_parse_unsigned(request->number, UINT64_MAX / 2, &command.number);
	mail_output_init(&command.output, "split", TERMINAL_COLOUR_NEVER);
	progress_begin(&command.progress, "splitting", request->is_quiet, request->command != NULL);
	command.source = mail_source_open(arena, request->paths, request->path_count, &options);
	arena_init(&of_message, NULL, 0);
	command.arena = &of_message;
	while (goes_on && (request->total == 0 || seen < request->skip + request->total)) {
		if (mail_source_next(command.source, &item, &error)) {
			if (seen++ >= request->skip)
				goes_on = split_one(&command, &item);
			progress_step(&command.progress, command.source);
			arena_clear(&of_message);
		} else if (error.text[0] == '\0') {
			break;
		} else {
			split_fail(&command, &error, EX_NOINPUT);
		}
		if (goes_on && signals_pending() != 0) {
			error_set(&error, ERROR_AGAIN, "stopped by %s after %llu messages",
			    signals_describe(signals_pending()), (unsigned long long)seen);
			split_fail(&command, &error, EX_TEMPFAIL);
			goes_on = false;
		}
	}
	progress_clear(&command.progress);
	mail_source_close(command.source);
	arena_clear(&of_message);
	return mail_output_end(&command.output, command.status);
}

/* --- Joining ------------------------------------------------------------------------------------ */

static bool
split_join_one(const struct join_request *request, const struct mail_item *item,
    struct mbox_writer *writer, struct error *error)
{
	const struct maildir_drop drop = {
	    .settings = request->settings, .maildir = request->maildir};

	if (request->maildir == NULL)
		return mbox_writer_add(writer, item, error);
	return maildir_drop_add(&drop, item, item->bytes, error);
}

int
split_command_join(struct arena *arena, const struct join_request *request)
{
	struct mail_source_options options = request->source;
	struct mail_output output;
	struct mbox_writer writer;
	struct progress progress;
	struct mail_item item;
	struct error error;
	int status = EX_OK;

	options.keeps_quoting = request->maildir == NULL;
	mail_output_init(&output, "join", TERMINAL_COLOUR_NEVER);
	/* Mail as it stands would steer the terminal, and nobody wants an mbox there. */
	if (request->maildir == NULL && output.terminal.is_terminal) {
		fputs("culver: mail join: an mbox is not written to a terminal: write \"> FILE\" "
		      "behind it, "
		      "or give --to-maildir\n",
		    stderr);
		return mail_output_end(&output, EX_USAGE);
	}
	progress_begin(&progress, "joining", request->is_quiet, request->maildir == NULL);
	mbox_writer_init(&writer, STDOUT_FILENO, "the standard output");
	struct mail_source *source =
	    mail_source_open(arena, request->paths, request->path_count, &options);
	for (;;) {
		if (!mail_source_next(source, &item, &error)) {
			if (error.text[0] == '\0')
				break;
			progress_clear(&progress);
			mail_output_complain(&output, &error);
			status = EX_NOINPUT;
			continue;
		}
		if (!split_join_one(request, &item, &writer, &error)) {
			progress_clear(&progress);
			mail_output_complain(&output, &error);
			status = request->maildir != NULL ? EX_TEMPFAIL : EX_IOERR;
			break;
		}
		progress_step(&progress, source);
	}
	if (status != EX_IOERR && !mbox_writer_flush(&writer, &error)) {
		mail_output_complain(&output, &error);
		status = EX_IOERR;
	}
	progress_clear(&progress);
	mbox_writer_clear(&writer);
	mail_source_close(source);
	return mail_output_end(&output, status);
}
