/*
 * Addresses listed; see address_command.h. What is to be sorted or made unique is kept until the end;
 * all else is printed as it comes.
 */
#include "handle/address_command.h"

#include <stdlib.h>
#include <sysexits.h>

#include "base/json.h"
#include "base/table.h"
#include "base/vector.h"
#include "handle/mail_output.h"
#include "handle/progress.h"
#include "handle/shown_text.h"
#include "mail/address.h"
#include "mail/encoded_word.h"
#include "mail/header.h"

enum { ADDRESS_COMMAND_FIELDS_MAX = 20000, ADDRESS_COMMAND_FAILED = 1 };

static const char *const address_piece_words[] = {
    [ADDRESS_PIECE_SPEC] = "spec",
    [ADDRESS_PIECE_NAME] = "name",
    [ADDRESS_PIECE_LOCAL] = "local",
    [ADDRESS_PIECE_USER] = "user",
    [ADDRESS_PIECE_SUBADDRESS] = "subaddress",
    [ADDRESS_PIECE_DOMAIN] = "domain",
    [ADDRESS_PIECE_GROUP] = "group",
    [ADDRESS_PIECE_RAW] = "raw",
    [ADDRESS_PIECE_FIELD] = "field",
};
enum { ADDRESS_PIECE_COUNT = sizeof address_piece_words / sizeof *address_piece_words };

struct listed_address {
	struct text pieces[ADDRESS_PIECE_COUNT];
	bool malformed;
};

struct address_command {
	const struct address_request *request;
	struct arena *kept;   /* until the end */
	struct arena *passed; /* until the next message */
	struct mail_output output;
	struct progress progress;
	struct table seen;
	struct listed_address *list;
	size_t count, capacity;
	bool has_found, has_malformed;
	int status;
};

bool
address_request_take_pieces(struct address_request *request, const char *words, struct error *error)
{
	struct text rest = text_from_string(words);

	request->piece_count = 0;
	while (rest.size > 0) {
		struct text word = text_split(&rest, ',');
		size_t piece = 0;
		while (piece < ADDRESS_PIECE_COUNT &&
		       !text_is_equal(word, text_from_string(address_piece_words[piece])))
			piece++;
		if (piece == ADDRESS_PIECE_COUNT || request->piece_count == ADDRESS_PIECES_MAX)
			return error_set(error, ERROR_INPUT,
			    "--print %s: give spec, name, local, user, subaddress, domain, group, "
			    "raw "
			    "or field, commas between",
			    words);
		request->pieces[request->piece_count++] = (enum address_piece)piece;
	}
	return request->piece_count > 0 ||
	       error_set(error, ERROR_INPUT, "--print: give what to print");
}

static struct text
address_command_decode(struct arena *arena, struct text source)
{
	struct buffer decoded;

	buffer_init(&decoded, 4 * source.size + 4096);
	encoded_word_decode(source, &decoded, NULL);
	struct text copy = arena_copy_text(arena, buffer_text(&decoded));
	buffer_clear(&decoded);
	return copy;
}

static struct listed_address
address_command_take_apart(struct address_command *command, struct arena *arena,
    const struct address_list *list, const struct address *address, struct text field)
{
	struct listed_address listed = {.malformed = address->malformed};
	struct text local = arena_copy_text(arena, address->local_part);
	size_t delimiter = address_find_delimiter(local, command->request->delimiters);
	struct buffer spec;

	buffer_init(&spec, 4 * address->raw.size + 4096);
	address_append_spec(address, &spec);
	listed.pieces[ADDRESS_PIECE_SPEC] = arena_copy_text(arena, buffer_text(&spec));
	buffer_clear(&spec);
	listed.pieces[ADDRESS_PIECE_NAME] = address_command_decode(arena, address->display_name);
	listed.pieces[ADDRESS_PIECE_LOCAL] = local;
	listed.pieces[ADDRESS_PIECE_USER] = text_slice(local, 0, delimiter);
	listed.pieces[ADDRESS_PIECE_SUBADDRESS] = text_slice(local, delimiter + 1, local.size);
	listed.pieces[ADDRESS_PIECE_DOMAIN] = arena_copy_lower(arena, address->domain);
	if (address->group != ADDRESS_NO_GROUP)
		listed.pieces[ADDRESS_PIECE_GROUP] =
		    address_command_decode(arena, list->groups[address->group].name);
	listed.pieces[ADDRESS_PIECE_RAW] = arena_copy_text(arena, address->raw);
	listed.pieces[ADDRESS_PIECE_FIELD] = arena_copy_text(arena, field);
	return listed;
}

static void
address_command_print_json(struct address_command *command, const struct listed_address *listed)
{
	struct json_writer json;

	json_init(&json, &command->output.buffer);
	json_begin_object(&json);
	for (size_t i = 0; i < ADDRESS_PIECE_COUNT; i++)
		json_member_text(&json, address_piece_words[i], listed->pieces[i]);
	json_member_bool(&json, "malformed", listed->malformed);
	json_end_object(&json);
}

static void
address_command_print(struct address_command *command, const struct listed_address *listed)
{
	const struct address_request *request = command->request;
	struct buffer *out = &command->output.buffer;

	if (request->is_json) {
		address_command_print_json(command, listed);
	} else {
		for (size_t i = 0; i < request->piece_count; i++) {
			if (i > 0)
				buffer_append_byte(out, '\t');
			shown_text_append(out, SHOWN_LINE, listed->pieces[request->pieces[i]]);
		}
	}
	buffer_append_byte(out, '\n');
	mail_output_step(&command->output);
}

static void
address_command_list(struct address_command *command, struct text body, struct text field)
{
	const struct address_request *request = command->request;
	struct address_list list = address_list_parse(command->passed, body, ADDRESS_COUNT_MAX);
	bool keeps = request->is_unique || request->is_sorted;

	command->has_malformed |= list.malformed || list.truncated;
	for (size_t i = 0; i < list.count; i++) {
		if (list.items[i].local_part.size == 0 && list.items[i].domain.size == 0)
			continue;
		struct listed_address listed = address_command_take_apart(
		    command, command->passed, &list, &list.items[i], field);
		struct text key =
		    arena_copy_lower(command->passed, listed.pieces[ADDRESS_PIECE_SPEC]);
		command->has_found = true;
		if (request->is_unique && table_find(&command->seen, key) != NULL)
			continue;
		if (request->is_unique)
			table_set(&command->seen, key, command);
		if (!keeps || !request->is_sorted) {
			address_command_print(command, &listed);
			continue;
		}
		command->list = vector_grow(command->kept, command->list, command->count,
		    &command->capacity, sizeof *command->list);
		command->list[command->count++] = address_command_take_apart(
		    command, command->kept, &list, &list.items[i], field);
	}
}

static bool
address_command_is_wanted(const struct address_request *request, struct text name)
{
	static const char *const names[] = {"From", "Sender", "Reply-To", "To", "Cc", "Bcc"};

	for (size_t i = 0; i < request->field_count; i++)
		if (text_is_equal_nocase(request->fields[i], name))
			return true;
	for (size_t i = 0; request->field_count == 0 && i < sizeof names / sizeof *names; i++)
		if (text_is_equal_nocase(text_from_string(names[i]), name))
			return true;
	return false;
}

static void
address_command_read(struct address_command *command, struct text bytes)
{
	size_t header_size, body_start, count = 0;
	struct header_field field;

	header_find_end(bytes, &header_size, &body_start);
	struct text rest = text_slice(bytes, 0, header_size);
	while (count++ < ADDRESS_COMMAND_FIELDS_MAX && header_next(&rest, &field))
		if (address_command_is_wanted(command->request, field.name))
			address_command_list(command, field.body, field.name);
}

static void
address_command_read_all(struct address_command *command, struct arena *arena)
{
	const struct address_request *request = command->request;
	struct mail_source *source =
	    mail_source_open(arena, request->paths, request->path_count, &request->source);
	struct mail_item item;
	struct error error;

	while (!command->output.is_failed) {
		if (mail_source_next(source, &item, &error)) {
			address_command_read(command, item.bytes);
			progress_step(&command->progress, source);
			arena_clear(command->passed);
		} else if (error.text[0] == '\0') {
			break;
		} else {
			progress_clear(&command->progress);
			mail_output_complain(&command->output, &error);
			command->status = EX_NOINPUT;
		}
	}
	mail_source_close(source);
}

static int
address_command_compare(const void *left, const void *right)
{
	const struct listed_address *a = left, *b = right;
	int order = text_compare(a->pieces[ADDRESS_PIECE_DOMAIN], b->pieces[ADDRESS_PIECE_DOMAIN]);

	return order != 0
		   ? order
		   : text_compare(a->pieces[ADDRESS_PIECE_SPEC], b->pieces[ADDRESS_PIECE_SPEC]);
}

int
address_command_run(struct arena *arena, const struct address_request *request)
{
	struct arena passed;
	struct address_command command = {.request = request, .kept = arena, .passed = &passed};

	arena_init(&passed, NULL, 0);
	table_init(&command.seen, arena);
	mail_output_init(&command.output, "address", request->colour);
	progress_begin(&command.progress, "reading", request->is_quiet, true);
	for (size_t i = 0; i < request->text_count; i++)
		address_command_list(&command, request->texts[i], TEXT(""));
	bool is_wrong = request->text_count > 0 && command.has_malformed;
	if (request->text_count == 0)
		address_command_read_all(&command, arena);
	if (command.count > 0)
		qsort(command.list, command.count, sizeof *command.list, address_command_compare);
	for (size_t i = 0; i < command.count; i++)
		address_command_print(&command, &command.list[i]);
	progress_clear(&command.progress);
	arena_clear(&passed);
	if (command.status == EX_OK && (is_wrong || !command.has_found))
		command.status = ADDRESS_COMMAND_FAILED;
	return mail_output_end(&command.output, command.status);
}
