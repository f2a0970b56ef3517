/*
 * Fields printed and headers edited; see header_command.h. An edited message is the new block and the
 * old bytes behind it; of an mbox the From_ line, the quoting and the empty line stay as they are.
 */
#include "handle/header_command.h"

#include <sysexits.h>

#include "base/json.h"
#include "handle/mail_output.h"
#include "handle/message_rewrite.h"
#include "handle/progress.h"
#include "handle/shown_text.h"
#include "mail/encoded_word.h"
#include "mail/header.h"

enum { HEADER_COMMAND_GROWTH = 16, HEADER_COMMAND_ROOM = 65536, HEADER_COMMAND_FAILED = 1 };

struct header_command {
	const struct header_request *request;
	struct arena *arena; /* of the message */
	struct mail_source *source;
	struct mail_output output;
	struct progress progress;
	bool has_found;
	int status; /* the worst so far */
};

static void
header_command_fail(struct header_command *command, const struct error *error, int status)
{
	progress_clear(&command->progress);
	mail_output_complain(&command->output, error);
	if (command->status == EX_OK)
		command->status = status;
}

/* --- Printing ----------------------------------------------------------------------------------- */

static struct text
header_command_decode(struct header_command *command, struct text body)
{
	struct text line = header_unfold(command->arena, body);
	struct buffer decoded, shown;

	buffer_init(&decoded, 4 * line.size + HEADER_COMMAND_ROOM);
	encoded_word_decode(line, &decoded, NULL);
	buffer_init(&shown, 8 * decoded.size + HEADER_COMMAND_ROOM);
	shown_text_append(&shown, SHOWN_LINE, buffer_text(&decoded));
	struct text copy = arena_copy_text(command->arena, buffer_text(&shown));
	buffer_clear(&decoded);
	buffer_clear(&shown);
	return copy;
}

static void
header_command_print_text(struct header_command *command, struct text text, enum shown_form form)
{
	struct buffer *out = &command->output.buffer;

	/* The next program gets the bytes, a terminal nothing that moves its cursor. */
	if (command->output.terminal.is_terminal)
		shown_text_append(out, form, text);
	else
		buffer_append(out, text);
}

static void
header_command_print_field(struct header_command *command, const struct header_field *field)
{
	const struct header_request *request = command->request;
	struct buffer *out = &command->output.buffer;

	if (request->form == HEADER_FORM_RAW) {
		header_command_print_text(command, field->raw, SHOWN_TEXT);
		if (!text_has_suffix(field->raw, TEXT("\n")))
			buffer_append_byte(out, '\n');
		return;
	}
	if (request->shows_names) {
		header_command_print_text(command, field->name, SHOWN_LINE);
		buffer_append(out, TEXT(": "));
	}
	if (request->form == HEADER_FORM_DECODED)
		buffer_append(out, header_command_decode(command, field->body));
	else
		header_command_print_text(
		    command, header_unfold(command->arena, field->body), SHOWN_LINE);
	buffer_append_byte(out, '\n');
}

static void
header_command_print_json_field(
    struct header_command *command, const struct header_field *field, struct json_writer *json)
{
	json_begin_object(json);
	json_member_text(json, "name", field->name);
	json_member_text(json, "decoded", header_command_decode(command, field->body));
	json_member_text(json, "unfolded", header_unfold(command->arena, field->body));
	json_member_text(json, "raw", field->raw);
	json_end_object(json);
}

/* Is field number `at` the one that was chosen among those of its name that fit `wanted`? */
static bool
header_command_is_chosen(
    const struct header *header, size_t at, struct text wanted, enum header_choice choice)
{
	struct text name = header->fields[at].name;
	size_t first = 0, last = header->count;

	if (!header_work_is_named(name, wanted))
		return false;
	if (choice == HEADER_CHOICE_ALL || name.size == 0)
		return true;
	while (!text_is_equal_nocase(header->fields[first].name, name))
		first++;
	while (!text_is_equal_nocase(header->fields[last - 1].name, name))
		last--;
	return at == (choice == HEADER_CHOICE_FIRST ? first : last - 1);
}

static bool
header_command_is_wanted(struct header_command *command, const struct header *header, size_t at)
{
	const struct header_request *request = command->request;

	for (size_t i = 0; i < request->name_count; i++)
		if (header_command_is_chosen(header, at, request->names[i], request->choice))
			return true;
	return false;
}

static void
header_command_print(struct header_command *command, const struct mail_item *item)
{
	size_t header_size, body_start;
	struct json_writer json;

	header_find_end(item->bytes, &header_size, &body_start);
	struct header header =
	    header_parse(command->arena, text_slice(item->bytes, 0, header_size), (size_t)-1);
	json_init(&json, &command->output.buffer);
	if (command->request->is_json) {
		json_begin_object(&json);
		json_member_text(&json, "place", item->place);
		json_member_integer(&json, "number", (int64_t)item->number);
		json_name(&json, "fields");
		json_begin_array(&json);
	}
	for (size_t i = 0; i < header.count; i++) {
		if (!header_command_is_wanted(command, &header, i))
			continue;
		command->has_found = true;
		if (command->request->is_json)
			header_command_print_json_field(command, &header.fields[i], &json);
		else
			header_command_print_field(command, &header.fields[i]);
	}
	if (command->request->is_json) {
		json_end_array(&json);
		json_end_object(&json);
		buffer_append_byte(&command->output.buffer, '\n');
	}
	mail_output_step(&command->output);
}

/* --- Editing ------------------------------------------------------------------------------------ */

/* What stands behind the header: the empty line and the body; of an mbox also the empty line that
 * separates messages. */
static struct text
header_command_rest(const struct mail_item *item, size_t header_size)
{
	struct text rest = text_slice(item->bytes, header_size, item->bytes.size);

	if (item->kind == MAIL_SOURCE_MBOX && item->bytes.data != NULL)
		rest.size = item->size - item->from_line.size - header_size;
	return rest;
}

static void
header_command_edit(struct header_command *command, const struct mail_item *item)
{
	const struct header_request *request = command->request;
	size_t header_size, body_start, maximum = HEADER_COMMAND_ROOM;
	struct error error;
	struct buffer block;

	header_find_end(item->bytes, &header_size, &body_start);
	for (size_t i = 0; i < request->edit_count; i++)
		maximum += HEADER_COMMAND_GROWTH * request->edits[i].value.size;
	buffer_init(&block, maximum + HEADER_COMMAND_GROWTH * header_size);
	if (!header_work_apply(item->bytes, request->edits, request->edit_count, &block)) {
		error_set(&error, ERROR_LIMIT, "%.*s: the header would be too large",
		    TEXT_ARGUMENTS(item->place));
		header_command_fail(command, &error, HEADER_COMMAND_FAILED);
	} else if (request->in_place) {
		struct text old = text_slice(item->bytes, 0, header_size);
		if (!text_is_equal(old, buffer_text(&block)) &&
		    !message_rewrite(command->arena, command->source, item, buffer_text(&block),
			header_command_rest(item, header_size), &error))
			header_command_fail(
			    command, &error, error.kind == ERROR_AGAIN ? EX_TEMPFAIL : EX_IOERR);
	} else {
		mail_output_bytes(&command->output, item->from_line);
		mail_output_bytes(&command->output, buffer_text(&block));
		mail_output_bytes(&command->output, header_command_rest(item, header_size));
	}
	buffer_clear(&block);
}

int
header_command_run(struct arena *arena, const struct header_request *request)
{
	struct header_command command = {.request = request};
	struct mail_source_options options = request->source;
	struct arena of_message;
	struct mail_item item;
	struct error error;

	options.keeps_quoting = true;
	mail_output_init(&command.output, "header", request->colour);
	progress_begin(&command.progress, request->edit_count > 0 ? "editing" : "reading",
	    request->is_quiet, !request->in_place);
	command.source = mail_source_open(arena, request->paths, request->path_count, &options);
	arena_init(&of_message, NULL, 0);
	command.arena = &of_message;
	for (;;) {
		if (!mail_source_next(command.source, &item, &error)) {
			if (error.text[0] == '\0')
				break;
			header_command_fail(&command, &error, EX_NOINPUT);
			continue;
		}
		if (request->edit_count > 0)
			header_command_edit(&command, &item);
		else
			header_command_print(&command, &item);
		progress_step(&command.progress, command.source);
		arena_clear(&of_message);
		if (command.output.is_failed)
			break;
	}
	mail_source_close(command.source);
	progress_clear(&command.progress);
	arena_clear(&of_message);
	if (command.status == EX_OK && request->edit_count == 0 && !command.has_found)
		command.status = HEADER_COMMAND_FAILED;
	return mail_output_end(&command.output, command.status);
}
