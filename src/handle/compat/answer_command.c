/*
 * What mailbot does; see answer_command.h. The memory of senders is held, locked, until the answer is
 * out, so that two messages at once get one answer.
 */
#include "handle/compat/answer_command.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "handle/compat/answer_message.h"
#include "handle/compat/answer_text.h"
#include "handle/compat/message_sink.h"
#include "handle/compat/whole_input.h"
#include "mail/auto_reply.h"
#include "record/keyed_store.h"
#include "system/pipe_child.h"

enum {
	ANSWER_LOCK_TIMEOUT = 60,
	ANSWER_RECORDS_MAX = 100000,
	ANSWER_DAY = 86400,
	ANSWER_MAX = 1024 * 1024 * 1024,
};

struct answer_command {
	struct arena *arena;
	const struct answer_request *request;
	struct answer_message answer;
	struct keyed_store *memory;
};

static int
answer_say(const struct error *error, int status)
{
	fprintf(stderr, "mailbot: %s\n", error->text);
	return status;
}

/* --- To whom ------------------------------------------------------------------------------------ */

/* The first address of the value; false: there is none that can be written to. */
static bool
answer_take_address(struct answer_command *command, struct text value)
{
	struct address_list list = address_list_parse(command->arena, value, 1);
	struct buffer spec;

	if (list.count == 0 || list.items[0].local_part.size == 0 ||
	    list.items[0].domain.size == 0 || list.items[0].malformed)
		return false;
	buffer_init(&spec, value.size * 2 + 16);
	bool is_good = address_append_spec(&list.items[0], &spec);
	command->answer.recipient = arena_copy_text(command->arena, buffer_text(&spec));
	buffer_clear(&spec);
	command->answer.sender_name = list.items[0].display_name;
	return is_good;
}

static bool
answer_find_recipient(struct answer_command *command)
{
	static const char *const names[] = {"Errors-To", "Return-Path", "Reply-To", "From"};
	const struct answer_request *request = command->request;

	if (request->recipient.size > 0)
		return answer_take_address(command, request->recipient);
	for (size_t i = request->prefers_errors_to ? 0 : 2; i < sizeof names / sizeof *names; i++)
		if (answer_take_address(
			command, answer_text_field(command->arena, command->answer.message,
				     text_from_string(names[i]))))
			return true;
	return false;
}

/* NULL: an answer may go out; else why not. */
static const char *
answer_judge(struct answer_command *command)
{
	const struct answer_request *request = command->request;
	struct text own[ADDRESS_COUNT_MAX / 16], rest = request->own;
	const struct envelope envelope = {
	    .has_sender = request->has_sender, .sender = request->sender};
	struct auto_reply_request question = {.message = command->answer.message,
	    .envelope = &envelope,
	    .own_addresses = own,
	    .needs_own_address = request->own.size > 0,
	    .trusts_header = true};

	while (rest.size > 0 && question.own_count < sizeof own / sizeof *own)
		own[question.own_count++] = text_trim(text_split(&rest, ','));
	struct auto_reply_answer answer = auto_reply_judge(command->arena, &question);
	if (!answer.may_reply)
		return arena_format(
		    command->arena, "%s: %.*s", answer.guard, TEXT_ARGUMENTS(answer.sentence))
		    .data;
	return answer_find_recipient(command) ? NULL : "no address to answer to";
}

/* --- Once for each sender ----------------------------------------------------------------------- */

static struct text
answer_key(struct answer_command *command)
{
	struct text recipient = command->answer.recipient;
	char *key = arena_alloc_bytes(command->arena, recipient.size);

	for (size_t i = 0; i < recipient.size; i++)
		key[i] = text_lower(recipient.data[i]);
	return (struct text){key, recipient.size};
}

/* False: it cannot be found out. */
static bool
answer_ask_memory(struct answer_command *command, bool *had_one_out, struct error *error)
{
	const struct answer_request *request = command->request;
	const struct keyed_store_options options = {.mode = KEYED_STORE_CREATE,
	    .lock_timeout = ANSWER_LOCK_TIMEOUT,
	    .time = command->answer.now};
	struct keyed_record record;

	*had_one_out = false;
	if (request->memory.size == 0)
		return true;
	command->memory = keyed_store_open(request->memory, &options, error);
	if (command->memory == NULL)
		return false;
	enum keyed_store_answer found =
	    keyed_store_get(command->memory, answer_key(command), command->arena, &record, error);
	if (found == KEYED_STORE_FOUND)
		*had_one_out =
		    command->answer.now - record.time < (int64_t)(request->days * ANSWER_DAY) &&
		    command->answer.now >= record.time;
	return found != KEYED_STORE_FAILED;
}

static bool
answer_remember(struct answer_command *command, struct error *error)
{
	size_t removed;
	const struct keyed_store_bounds bounds = {
	    .oldest = command->answer.now - (int64_t)(command->request->days * ANSWER_DAY),
	    .records_max = ANSWER_RECORDS_MAX};

	return command->memory == NULL ||
	       (keyed_store_put(command->memory, answer_key(command), TEXT("1"), error) &&
		   keyed_store_expire(command->memory, &bounds, &removed, error) &&
		   keyed_store_commit(command->memory, error));
}

/* --- Out ---------------------------------------------------------------------------------------- */

static int
answer_print(struct answer_command *command, struct text bytes, struct error *error)
{
	struct message_sink *sink = arena_alloc(command->arena, sizeof *sink);

	message_sink_init(sink, STDOUT_FILENO, false);
	message_sink_write(sink, bytes);
	if (message_sink_flush(sink))
		return EX_OK;
	error_set(error, ERROR_SYSTEM, "cannot write the standard output");
	return answer_say(error, EX_IOERR);
}

static int
answer_send(struct answer_command *command, struct text bytes, struct error *error)
{
	struct message_sink *sink = arena_alloc(command->arena, sizeof *sink);
	int input, status = 0;
	pid_t process;

	if (!pipe_child_start(command->request->program, environ, &input, &process, error))
		return answer_say(error, EX_TEMPFAIL);
	message_sink_init(sink, input, false);
	message_sink_write(sink, bytes);
	message_sink_flush(sink);
	close(input);
	if (!pipe_child_wait(process, &status) || !WIFEXITED(status)) {
		error_set(error, ERROR_AGAIN, "%s did not end well", command->request->program[0]);
		return answer_say(error, EX_TEMPFAIL);
	}
	return WEXITSTATUS(status);
}

static int
answer_make(struct answer_command *command, struct error *error)
{
	struct buffer bytes;
	bool is_empty;
	int status = EX_OK;

	buffer_init(&bytes, ANSWER_MAX);
	if (!answer_message_append(&command->answer, &bytes, &is_empty, error))
		status = is_empty ? EX_OK
				  : answer_say(
					error, error->kind == ERROR_INPUT ? EX_USAGE : EX_TEMPFAIL);
	else if (command->request->prints)
		status = answer_print(command, buffer_text(&bytes), error);
	else {
		status = answer_send(command, buffer_text(&bytes), error);
		/* Sent is sent: a memory that fails now costs one answer too many, no more. */
		if (status == EX_OK && !answer_remember(command, error))
			answer_say(error, EX_OK);
	}
	buffer_clear(&bytes);
	return status;
}

static int
answer_take(struct answer_command *command, struct text bytes, struct error *error)
{
	const char *reason;
	bool had_one = false;

	command->answer.message = message_new(command->arena, bytes);
	reason = answer_judge(command);
	if (reason == NULL && !answer_ask_memory(command, &had_one, error))
		return answer_say(error, EX_TEMPFAIL);
	if (had_one)
		reason = "the sender had an answer in the last days";
	if (reason == NULL)
		return answer_make(command, error);
	/* Rules call it for every message: only who looks hears about it. */
	if (command->request->prints)
		fprintf(stderr, "mailbot: no answer: %s\n", reason);
	return EX_OK;
}

int
answer_command_run(struct arena *arena, const struct answer_request *request)
{
	struct answer_command command = {.arena = arena, .request = request};
	struct whole_input input;
	struct error error = {.kind = ERROR_NONE};

	command.answer =
	    (struct answer_message){.arena = arena, .request = request, .now = clock_now().seconds};
	if (!whole_input_read(arena, &input, &error))
		return answer_say(&error, EX_TEMPFAIL);
	int status = answer_take(&command, input.bytes, &error);
	keyed_store_close(command.memory);
	whole_input_close(&input);
	return status;
}
