/*
 * An automatic reply; see reply_command.h. The memory of senders is held, locked, from the question
 * whether this sender had a reply until the reply is out, so that two messages at once get one reply;
 * what was sent is written down then.
 */
#include "handle/reply_command.h"

#include <stdio.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/number.h"
#include "base/vector.h"
#include "handle/mail_output.h"
#include "handle/shown_text.h"
#include "mail/address.h"
#include "mail/auto_reply.h"
#include "mail/compose.h"
#include "mail/encoded_word.h"
#include "mail/mail_date.h"
#include "mail/message_id.h"
#include "record/keyed_store.h"
#include "system/child.h"

enum {
	REPLY_NONE = 1, /* exit status */
	REPLY_LOCK_TIMEOUT = 60,
	REPLY_VALUE_MAX = 500, /* bytes of a substitution */
	REPLY_HOST_SIZE = 256,
	REPLY_ARGUMENTS_MAX = 100,
	REPLY_RECORDS_MAX = 100000,
};

struct reply_command {
	const struct reply_request *request;
	struct arena *arena;
	struct mail_output output;
	struct mail_item item;
	const struct message *message;
	struct auto_reply_answer answer;
	struct keyed_store *memory; /* NULL: none */
	struct timestamp now;
};

/* --- Substitutions ------------------------------------------------------------------------------ */

/* A value of the message on one line, decoded, safe to show, cut. */
static struct text
reply_show(struct arena *arena, struct text value)
{
	struct text body = header_unfold(arena, value);
	struct buffer decoded, shown;

	buffer_init(&decoded, 4 * body.size + 4096);
	encoded_word_decode(body, &decoded, NULL);
	buffer_init(&shown, 8 * decoded.size + 4096);
	shown_text_append(&shown, SHOWN_LINE, buffer_text(&decoded));
	size_t size = shown.size;
	if (size > REPLY_VALUE_MAX)
		for (size = REPLY_VALUE_MAX; ((unsigned char)shown.data[size] & 0xc0) == 0x80;)
			size--;
	struct text copy = arena_copy_text(arena, text_slice(buffer_text(&shown), 0, size));
	buffer_clear(&decoded);
	buffer_clear(&shown);
	return copy;
}

static struct text
reply_field(struct arena *arena, const struct message *message, const char *name)
{
	const struct header_field *field = message_find_field(message, text_from_string(name));

	return field != NULL ? reply_show(arena, field->body) : TEXT("");
}

/* The display name of the first author, or his address. */
static struct text
reply_author(struct arena *arena, const struct message *message)
{
	const struct header_field *field = message_find_field(message, TEXT("From"));

	if (field == NULL)
		return TEXT("");
	struct address_list list = address_list_parse(arena, field->body, ADDRESS_COUNT_MAX);
	if (list.count == 0 || list.items[0].display_name.size == 0)
		return reply_field(arena, message, "From");
	return reply_show(arena, list.items[0].display_name);
}

static bool
reply_find_value(struct arena *arena, const struct message *message, struct text sender,
    struct text word, struct text *value_out)
{
	static const char *const fields[][2] = {{"subject", "Subject"}, {"from", "From"},
	    {"to", "To"}, {"date", "Date"}, {"message-id", "Message-ID"}};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (!text_is_equal(word, text_from_string(fields[i][0])))
			continue;
		*value_out = reply_field(arena, message, fields[i][1]);
		return true;
	}
	if (text_is_equal(word, TEXT("from-name")))
		*value_out = reply_author(arena, message);
	else if (text_is_equal(word, TEXT("sender")))
		*value_out = sender;
	else
		return false;
	return true;
}

bool
reply_command_substitute(struct arena *arena, struct text message_bytes, struct text sender,
    struct text source, struct text *result_out, struct error *error)
{
	const struct message *message = message_new(arena, message_bytes);
	struct buffer result;
	struct text value;
	bool is_known = true;

	buffer_init(&result, 16 * REPLY_TEXT_MAX);
	while (source.size > 0 && is_known) {
		bool has_percent = text_find_byte(source, 0, '%') < source.size;
		buffer_append(&result, text_split(&source, '%'));
		if (!has_percent)
			break;
		if (text_has_prefix(source, TEXT("%"))) {
			buffer_append_byte(&result, '%');
			source = text_slice(source, 1, source.size);
			continue;
		}
		size_t end = text_find_byte(source, 0, '}');
		struct text word = text_slice(source, 1, end);
		is_known = text_has_prefix(source, TEXT("{")) && end < source.size &&
			   reply_find_value(arena, message, sender, word, &value);
		if (is_known)
			buffer_append(&result, value);
		source = text_slice(source, end + 1, source.size);
	}
	bool fits = !buffer_is_overfull(&result);
	*result_out = arena_copy_text(arena, buffer_text(&result));
	buffer_clear(&result);
	if (!fits)
		return error_set(error, ERROR_LIMIT, "the text of the reply is too large");
	return is_known || error_set(error, ERROR_INPUT,
			       "the text of the reply has a \"%%\" that is neither %%%% nor one of "
			       "%%{subject} %%{from} %%{from-name} %%{sender} %%{to} %%{date} "
			       "%%{message-id}");
}

/* --- The reply ---------------------------------------------------------------------------------- */

/* A new id: time, process, randomness, host. */
static struct text
reply_new_id(struct reply_command *command)
{
	char host[REPLY_HOST_SIZE] = "";
	uint64_t random = 0;

	if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
		random = (uint64_t)clock_monotonic_milliseconds();
	if (gethostname(host, sizeof host - 1) < 0 || host[0] == '\0')
		memcpy(host, "localhost", sizeof "localhost");
	for (char *byte = host; *byte != '\0'; byte++)
		if (!text_is_alpha(*byte) && !text_is_digit(*byte) && *byte != '.')
			*byte = '-';
	return arena_format(command->arena, "%lld.%ld.%016llx@%s", (long long)command->now.seconds,
	    (long)getpid(), (unsigned long long)random, host);
}

static bool
reply_append_body(struct reply_command *command, struct text text, struct text id,
    struct buffer *reply, struct error *error)
{
	const struct compose_part parts[] = {
	    {.content = text}, {.type = TEXT("message/rfc822"), .content = command->item.bytes}};
	const struct compose_part both = {
	    .type = TEXT("multipart/mixed"), .children = parts, .count = 2};
	const struct compose_part octets[] = {
	    {.content = text}, {.type = TEXT("application/octet-stream"),
				   .name = TEXT("message.eml"),
				   .disposition = TEXT("attachment"),
				   .content = command->item.bytes}};
	const struct compose_part fallback = {
	    .type = TEXT("multipart/mixed"), .children = octets, .count = 2};

	buffer_append(reply, TEXT("MIME-Version: 1.0\n"));
	if (!command->request->copies_original)
		return compose_part_append(&parts[0], TEXT("\n"), id, reply, error);
	/* A message with NUL or overlong lines cannot be a message/rfc822. */
	return compose_part_append(&both, TEXT("\n"), id, reply, error) ||
	       (error->kind == ERROR_INPUT &&
		   compose_part_append(&fallback, TEXT("\n"), id, reply, error));
}

static bool
reply_compose(struct reply_command *command, struct buffer *reply, struct error *error)
{
	const struct reply_request *request = command->request;
	struct text recipient = command->answer.recipient, text, subject;
	char date[MAIL_DATE_SIZE];
	const struct mail_date now = {.seconds = command->now.seconds, .has_zone = true};
	struct auto_reply_header header = {.from = request->from, .extra = request->extra};

	if (!reply_command_substitute(
		command->arena, command->item.bytes, recipient, request->text, &text, error) ||
	    !reply_command_substitute(
		command->arena, command->item.bytes, recipient, request->subject, &subject, error))
		return false;
	header.subject = subject;
	header.date = mail_date_format(now, date);
	header.message_id = reply_new_id(command);
	if (!auto_reply_append_header(
		command->arena, command->message, &command->answer, &header, TEXT("\n"), reply))
		return error_set(error, ERROR_INPUT,
		    "the reply's header cannot be written: --from must be addresses, --header "
		    "\"Name: value\"");
	return reply_append_body(command, text, header.message_id, reply, error);
}

/* --- Once for each sender ----------------------------------------------------------------------- */

static struct text
reply_key(struct reply_command *command)
{
	struct text recipient = command->answer.recipient;
	char *key = arena_alloc_bytes(command->arena, recipient.size);

	for (size_t i = 0; i < recipient.size; i++)
		key[i] = text_lower(recipient.data[i]);
	return (struct text){key, recipient.size};
}

/* Takes the answer back when the sender had a reply already. False: that cannot be found out. */
static bool
reply_ask_memory(struct reply_command *command, struct error *error)
{
	const struct reply_request *request = command->request;
	const struct keyed_store_options options = {.mode = KEYED_STORE_CREATE,
	    .lock_timeout = REPLY_LOCK_TIMEOUT,
	    .time = command->now.seconds};
	struct keyed_record record;

	if (request->memory.size == 0)
		return true;
	command->memory = keyed_store_open(request->memory, &options, error);
	if (command->memory == NULL)
		return false;
	switch (
	    keyed_store_get(command->memory, reply_key(command), command->arena, &record, error)) {
	case KEYED_STORE_FAILED:
		return false;
	case KEYED_STORE_ABSENT:
		return true;
	case KEYED_STORE_FOUND:
		break;
	}
	int64_t age = command->now.seconds - record.time;
	if (age < 0 || (uint64_t)age >= request->days * 86400)
		return true;
	command->answer.may_reply = false;
	command->answer.guard = "once";
	command->answer.sentence = arena_format(command->arena, "%.*s had a reply %lld hours ago",
	    TEXT_ARGUMENTS(command->answer.recipient), (long long)(age / 3600));
	return true;
}

static bool
reply_remember(struct reply_command *command, struct error *error)
{
	size_t removed;
	const struct keyed_store_bounds bounds = {
	    .oldest = command->now.seconds - (int64_t)(command->request->days * 86400),
	    .records_max = REPLY_RECORDS_MAX};

	return command->memory == NULL ||
	       (keyed_store_put(command->memory, reply_key(command), TEXT("1"), error) &&
		   keyed_store_expire(command->memory, &bounds, &removed, error) &&
		   keyed_store_commit(command->memory, error));
}

/* --- Sending ------------------------------------------------------------------------------------ */

/* The null sender (RFC 3834, section 3.3): nothing may ever answer the reply. */
static bool
reply_send(struct reply_command *command, struct text reply, struct error *error)
{
	const struct reply_request *request = command->request;
	const char *arguments[REPLY_ARGUMENTS_MAX + 6];
	struct child_result result;
	struct text rest = request->sendmail;
	size_t count = 0;

	while (rest.size > 0 && count < REPLY_ARGUMENTS_MAX) {
		struct text word = text_split(&rest, ' ');
		if (word.size > 0)
			arguments[count++] = arena_copy_string(command->arena, word);
	}
	arguments[count++] = "-oi";
	arguments[count++] = "-f";
	arguments[count++] = "<>";
	arguments[count++] = "--";
	arguments[count++] = arena_copy_string(command->arena, command->answer.recipient);
	arguments[count] = NULL;
	const struct child_request child = {.arguments = arguments,
	    .environment = request->environment,
	    .search_path = request->search_path,
	    .input = reply,
	    .input_descriptor = -1,
	    .timeout = request->timeout};
	if (!child_run(&child, &result, error)) {
		error_prefix(error, "cannot run %s: ", arguments[0]);
		return false;
	}
	if (result.timed_out || result.interrupted != 0 || !WIFEXITED(result.status) ||
	    WEXITSTATUS(result.status) != 0)
		return error_set(error, ERROR_AGAIN, "%s did not take the reply: %s %d",
		    arguments[0], result.timed_out ? "it ran out of time, status" : "status",
		    WIFEXITED(result.status) ? WEXITSTATUS(result.status) : result.status);
	return true;
}

/* --- The command -------------------------------------------------------------------------------- */

static void
reply_explain(struct reply_command *command)
{
	const struct auto_reply_answer *answer = &command->answer;
	struct json_writer json;

	if (!command->request->is_json) {
		if (answer->may_reply && !command->request->explains)
			return;
		fprintf(stderr, "culver: mail reply: %s%s%s%.*s\n",
		    answer->may_reply ? "" : "no reply: ", answer->may_reply ? "" : answer->guard,
		    answer->may_reply ? "" : ": ", TEXT_ARGUMENTS(answer->sentence));
		return;
	}
	json_init(&json, &command->output.buffer);
	json_begin_object(&json);
	json_member_bool(&json, "reply", answer->may_reply);
	json_name(&json, "guard");
	if (answer->guard != NULL)
		json_text(&json, text_from_string(answer->guard));
	else
		json_null(&json);
	json_member_text(&json, "why", answer->sentence);
	json_member_text(&json, "recipient", answer->recipient);
	json_end_object(&json);
	buffer_append_byte(&command->output.buffer, '\n');
}

static int
reply_answer(struct reply_command *command, struct error *error)
{
	const struct reply_request *request = command->request;
	struct buffer reply;
	int status = EX_OK;

	if (request->is_json && !request->sends)
		return EX_OK;
	buffer_init(&reply, MAIL_OUTPUT_MAX);
	if (!reply_compose(command, &reply, error))
		status = EX_USAGE;
	else if (request->sends && !reply_send(command, buffer_text(&reply), error))
		status = EX_TEMPFAIL;
	else if (!request->sends)
		mail_output_bytes(&command->output, buffer_text(&reply));
	/* Sent is sent: a memory that fails now costs one reply too many, no more. */
	if (status == EX_OK && mail_output_flush(&command->output) &&
	    !reply_remember(command, error))
		mail_output_complain(&command->output, error);
	buffer_clear(&reply);
	return status;
}

static int
reply_judge(struct reply_command *command, struct error *error)
{
	const struct reply_request *request = command->request;
	const struct envelope envelope = {
	    .has_sender = request->has_sender, .sender = request->sender};
	const struct auto_reply_request question = {.message = command->message,
	    .envelope = &envelope,
	    .own_addresses = request->own_addresses,
	    .own_count = request->own_count,
	    .needs_own_address = request->needs_own_address,
	    .trusts_header = request->trusts_header};

	command->answer = auto_reply_judge(command->arena, &question);
	if (command->answer.may_reply && !reply_ask_memory(command, error))
		return EX_TEMPFAIL;
	reply_explain(command);
	return command->answer.may_reply ? reply_answer(command, error) : REPLY_NONE;
}

int
reply_command_run(struct arena *arena, const struct reply_request *request)
{
	struct reply_command command = {.request = request, .arena = arena, .now = clock_now()};
	struct error error = {.kind = ERROR_NONE};
	int status = EX_NOINPUT;

	mail_output_init(&command.output, "reply", TERMINAL_COLOUR_NEVER);
	struct mail_source *source = mail_source_open(
	    arena, &request->path, request->path != NULL ? 1 : 0, &request->source);
	if (mail_source_next(source, &command.item, &error)) {
		command.message = message_new(arena, command.item.bytes);
		status = reply_judge(&command, &error);
	} else if (error.text[0] == '\0') {
		error_set(&error, ERROR_INPUT, "there is no message");
	}
	if (status != EX_OK && status != REPLY_NONE)
		mail_output_complain(&command.output, &error);
	keyed_store_close(command.memory);
	mail_source_close(source);
	return mail_output_end(&command.output, status);
}
