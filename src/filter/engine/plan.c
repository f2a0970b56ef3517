/*
 * The recording host; see plan.h.
 */
#include "filter/engine/plan.h"

#include <string.h>

#include "base/bug.h"
#include "base/vector.h"
#include "filter/engine/attachment/attachment_host.h"
#include "filter/engine/database_host.h"
#include "filter/engine/variable.h"
#include "mail/safe_name.h"

void
plan_init(struct plan *plan, struct arena *arena)
{
	*plan = (struct plan){.arena = arena, .trusted_directory = TEXT("/etc/maildroprcs/")};
	table_init(&plan->rules, arena);
	table_init(&plan->failures, arena);
	table_init(&plan->answers, arena);
	table_init(&plan->databases, arena);
}

const char *
plan_kind_word(enum plan_kind kind)
{
	static const char *const words[] = {"to", "cc", "echo", "logfile", "log", "command",
	    "system", "xfilter", "dotlock", "flock", "unlock", "gdbmstore", "mailbox", "cc mailbox",
	    "pipe", "cc pipe", "header", "strip", "replace", "save", "timeout", "end-timeout"};

	_Static_assert(sizeof words / sizeof *words == PLAN_KINDS, "one word for each");
	return words[kind];
}

static void
plan_add(struct plan *plan, enum plan_kind kind, struct text text, struct place place)
{
	plan->items = vector_grow(
	    plan->arena, plan->items, plan->count, &plan->capacity, sizeof *plan->items);
	place.file = arena_copy_text(plan->arena, place.file);
	plan->items[plan->count++] =
	    (struct plan_item){kind, arena_copy_text(plan->arena, text), place};
}

static struct text
plan_format_arguments(struct plan *plan, const struct delivery_request *request)
{
	struct text joined = {NULL, 0};

	for (size_t i = 0; i < request->argument_count; i++)
		joined = arena_format(plan->arena, "%.*s%s\"%.*s\"", TEXT_ARGUMENTS(joined),
		    i > 0 ? ", " : "", TEXT_ARGUMENTS(request->arguments[i]));
	return joined;
}

static struct outcome
plan_deliver(void *self, const struct delivery_request *request)
{
	struct plan *plan = self;
	const struct outcome *failure = table_find(&plan->failures, request->destination);

	static const enum plan_kind kinds[][2] = {
	    [DESTINATION_WRITTEN] = {PLAN_TO, PLAN_CC},
	    [DESTINATION_MAILBOX] = {PLAN_MAILBOX, PLAN_CC_MAILBOX},
	    [DESTINATION_ARGUMENTS] = {PLAN_PIPE, PLAN_CC_PIPE},
	};
	struct text destination = request->form == DESTINATION_ARGUMENTS
				      ? plan_format_arguments(plan, request)
				      : request->destination;

	plan_add(plan, kinds[request->form][request->copy], destination, request->place);
	return failure != NULL ? *failure : outcome_done("planned");
}

static bool
plan_read_rules(
    void *self, struct arena *arena, struct text name, struct text *rules_out, struct error *error)
{
	struct plan *plan = self;
	const struct text *rules = table_find(&plan->rules, name);

	(void)arena;
	if (rules == NULL)
		return error_set(
		    error, ERROR_SYSTEM, "there is no rules file %.*s", TEXT_ARGUMENTS(name));
	*rules_out = *rules;
	plan->is_trusted = plan->trusted_directory.size > 0 &&
			   text_has_prefix(name, plan->trusted_directory) &&
			   text_find(name, 0, TEXT("..")) == name.size;
	return true;
}

static bool
plan_is_trusted(void *self)
{
	const struct plan *plan = self;

	return plan->is_trusted;
}

static bool
plan_open_log(void *self, struct text name, struct error *error)
{
	struct plan *plan = self;

	plan_add(plan, PLAN_LOGFILE, name, (struct place){{NULL, 0}, 0, 0});
	if (table_find(&plan->failures, name) != NULL)
		return error_set(
		    error, ERROR_AGAIN, "log file %.*s cannot be opened", TEXT_ARGUMENTS(name));
	return true;
}

static bool
plan_log(void *self, struct text line, struct error *error)
{
	struct plan *plan = self;

	plan_add(plan, PLAN_LOG, line, (struct place){{NULL, 0}, 0, 0});
	if (table_find(&plan->failures, line) != NULL)
		return error_set(error, ERROR_AGAIN, "the log cannot be written");
	return true;
}

static bool
plan_run(void *self, const struct command_request *request, struct command_result *result_out,
    struct error *error)
{
	static const enum plan_kind kinds[] = {
	    [COMMAND_CAPTURE] = PLAN_COMMAND,
	    [COMMAND_SYSTEM] = PLAN_SYSTEM,
	    [COMMAND_REWRITE] = PLAN_XFILTER,
	};
	struct plan *plan = self;
	const struct plan_answer *answer = table_find(&plan->answers, request->command);

	plan_add(plan, kinds[request->use], request->command, (struct place){{NULL, 0}, 0, 0});
	if (answer != NULL && answer->status < 0) {
		result_out->timed_out = plan->limit == 0;
		if (plan->limit > plan->questions)
			plan->questions = plan->limit;
		return error_set(error, ERROR_AGAIN, "the command did not end in time");
	}
	result_out->status = answer != NULL ? answer->status : 0;
	switch (request->use) {
	case COMMAND_CAPTURE:
		if (answer != NULL && !buffer_append(request->output, answer->output))
			return error_set(error, ERROR_LIMIT, "the command printed too much");
		break;
	case COMMAND_SYSTEM:
		break;
	case COMMAND_REWRITE:
		if (answer == NULL)
			result_out->rewritten = request->message;
		else if (answer->status == 0 && answer->output.size == 0)
			return error_set(error, ERROR_AGAIN, "the command printed nothing");
		else if (answer->status == 0)
			result_out->rewritten = message_new(plan->arena, answer->output);
		break;
	}
	return true;
}

static bool
plan_lock(void *self, enum lock_kind kind, struct text name, const struct variables *variables,
    struct error *error)
{
	struct plan *plan = self;

	(void)variables;
	plan_add(plan, kind == LOCK_DOT ? PLAN_DOTLOCK : PLAN_FLOCK, name,
	    (struct place){{NULL, 0}, 0, 0});
	if (table_find(&plan->failures, name) != NULL)
		return error_set(
		    error, ERROR_AGAIN, "the lock %.*s cannot be had", TEXT_ARGUMENTS(name));
	plan->locks++;
	return true;
}

static void
plan_unlock(void *self)
{
	struct plan *plan = self;

	REQUIRE(plan->locks > 0);
	plan->locks--;
	plan_add(plan, PLAN_UNLOCK, TEXT(""), (struct place){{NULL, 0}, 0, 0});
}

static void
plan_echo(void *self, struct text bytes)
{
	plan_add(self, PLAN_ECHO, bytes, (struct place){{NULL, 0}, 0, 0});
}

static struct text
plan_environment(void *self, struct text name)
{
	const struct plan *plan = self;

	return plan->environment != NULL ? variables_get(plan->environment, name)
					 : (struct text){NULL, 0};
}

static bool
plan_replace_header(void *self, const struct message *message, struct text header,
    const struct message **edited_out, struct error *error)
{
	struct plan *plan = self;
	size_t old = message_header_block(message).size;
	struct text bytes = message_bytes(message), rest = text_slice(bytes, old, bytes.size);

	plan_add(plan, PLAN_HEADER, header, (struct place){{NULL, 0}, 0, 0});
	if (table_find(&plan->failures, TEXT("header")) != NULL)
		return error_set(error, ERROR_AGAIN, "there is no room for the message");
	char *joined = arena_alloc_bytes(plan->arena, header.size + rest.size);
	if (header.size > 0)
		memcpy(joined, header.data, header.size);
	if (rest.size > 0)
		memcpy(joined + header.size, rest.data, rest.size);
	*edited_out = message_new(plan->arena, (struct text){joined, header.size + rest.size});
	return true;
}

static bool
plan_replace_message(void *self, const struct message_replacement *replacement,
    const struct message **edited_out, struct error *error)
{
	struct plan *plan = self;

	for (size_t i = 0; i < replacement->note_count; i++) {
		const struct attachment_edit_note *note = &replacement->notes[i];
		bool is_strip = text_is_equal(text_from_string(note->word), TEXT("strip"));
		struct text what = arena_format(plan->arena, "%.*s %.*s",
		    TEXT_ARGUMENTS(note->name), TEXT_ARGUMENTS(note->type));
		plan_add(plan, is_strip ? PLAN_STRIP : PLAN_REPLACE, what, note->place);
	}
	if (table_find(&plan->failures, TEXT("message")) != NULL)
		return error_set(error, ERROR_AGAIN, "there is no room for the message");
	*edited_out = message_new(plan->arena, arena_copy_text(plan->arena, replacement->bytes));
	return true;
}

static bool
plan_count_piece(void *self, struct text piece)
{
	uint64_t *size = self;

	*size += piece.size;
	return true;
}

static bool
plan_save_attachment(void *self, const struct attachment_request *request, struct text *path_out,
    struct error *error)
{
	struct plan *plan = self;
	struct text directory = request->directory;
	uint64_t size = 0;

	if (directory.size == 0)
		return error_set(error, ERROR_INPUT, "`save` names no directory");
	*path_out = arena_format(plan->arena, "%.*s%s%.*s", TEXT_ARGUMENTS(directory),
	    text_has_suffix(directory, TEXT("/")) ? "" : "/",
	    TEXT_ARGUMENTS(safe_name_file(plan->arena, request->file_name)));
	plan_add(plan, PLAN_SAVE, *path_out, request->note.place);
	if (table_find(&plan->failures, directory) != NULL)
		return error_set(
		    error, ERROR_AGAIN, "there is no room in %.*s", TEXT_ARGUMENTS(directory));
	/* Read as it would be: what cannot be is found out here. */
	return request->read(request->reader, plan_count_piece, &size);
}

static int64_t
plan_begin_limit(void *self, unsigned seconds)
{
	struct plan *plan = self;
	int64_t outer = plan->limit,
		limit = plan->questions + (int64_t)seconds * PLAN_STATEMENTS_A_SECOND;

	plan_add(plan, PLAN_TIMEOUT, arena_format(plan->arena, "%u", seconds),
	    (struct place){{NULL, 0}, 0, 0});
	plan->limits++;
	if (outer == 0 || limit < outer)
		plan->limit = limit;
	return outer;
}

static void
plan_end_limit(void *self, int64_t outer)
{
	struct plan *plan = self;

	REQUIRE(plan->limits > 0);
	plan->limits--;
	plan->limit = outer;
	plan_add(plan, PLAN_END_TIMEOUT, TEXT(""), (struct place){{NULL, 0}, 0, 0});
}

static int64_t
plan_time(void *self)
{
	const struct plan *plan = self;

	return plan->time;
}

static bool
plan_is_interrupted(void *self)
{
	struct plan *plan = self;

	plan->questions++;
	if (plan->statements_left > 0 && --plan->statements_left == 0)
		plan->is_over = true;
	return plan->is_over || (plan->limit > 0 && plan->questions >= plan->limit);
}

struct database {
	struct plan *plan;
	struct table records; /* key -> struct text * */
	bool is_writable;     /* as it was opened last */
};

static struct database *
plan_make_database(struct plan *plan, struct text name)
{
	struct database *database = arena_alloc(plan->arena, sizeof *database);

	database->plan = plan;
	table_init(&database->records, plan->arena);
	table_set(&plan->databases, name, database);
	return database;
}

static void
plan_set_value(struct database *database, struct text key, struct text value)
{
	struct text *kept = arena_alloc(database->plan->arena, sizeof *kept);

	*kept = arena_copy_text(database->plan->arena, value);
	table_set(&database->records, key, kept);
}

void
plan_set_record(struct plan *plan, struct text name, struct text key, struct text value)
{
	struct database *database = table_find(&plan->databases, name);

	plan_set_value(database != NULL ? database : plan_make_database(plan, name), key, value);
}

static struct database *
plan_open_database(void *self, struct text name, enum database_mode mode, struct error *error)
{
	struct plan *plan = self;
	struct database *database = table_find(&plan->databases, name);

	if (table_find(&plan->failures, name) != NULL) {
		error_set(error, ERROR_AGAIN, "%.*s cannot be opened", TEXT_ARGUMENTS(name));
		return NULL;
	}
	if (mode == DATABASE_TRUNCATE || (mode == DATABASE_CREATE && database == NULL))
		database = plan_make_database(plan, name);
	if (database == NULL)
		error_set(error, ERROR_INPUT, "there is no %.*s", TEXT_ARGUMENTS(name));
	else
		database->is_writable = mode != DATABASE_READ;
	return database;
}

static bool
plan_fetch(struct database *database, struct text key, struct arena *arena, bool *found_out,
    struct text *value_out, struct error *error)
{
	const struct text *value = table_find(&database->records, key);

	(void)arena;
	(void)error;
	*found_out = value != NULL;
	if (value != NULL)
		*value_out = *value;
	return true;
}

void
plan_note_store(struct plan *plan, struct text key, struct text value)
{
	plan_add(plan, PLAN_STORE,
	    arena_format(plan->arena, "%.*s %.*s", TEXT_ARGUMENTS(key), TEXT_ARGUMENTS(value)),
	    (struct place){{NULL, 0}, 0, 0});
}

static bool
plan_store(struct database *database, struct text key, struct text value, struct error *error)
{
	struct plan *plan = database->plan;

	if (!database->is_writable)
		return error_set(error, ERROR_REFUSE, "it was opened for reading only");
	plan_note_store(plan, key, value);
	if (table_find(&plan->failures, key) != NULL)
		return error_set(error, ERROR_AGAIN, "the disk is full");
	plan_set_value(database, key, value);
	return true;
}

static void
plan_close_database(void *self, struct database *database)
{
	(void)self;
	(void)database; /* its values stay */
}

static const struct database_host plan_databases = {
    .open = plan_open_database,
    .fetch = plan_fetch,
    .store = plan_store,
    .close = plan_close_database,
};

static const struct attachment_host plan_attachments = {
    .replace_message = plan_replace_message,
    .save_attachment = plan_save_attachment,
};

const struct filter_host plan_host = {
    .deliver = plan_deliver,
    .read_rules = plan_read_rules,
    .is_trusted = plan_is_trusted,
    .open_log = plan_open_log,
    .log = plan_log,
    .run = plan_run,
    .lock = plan_lock,
    .unlock = plan_unlock,
    .echo = plan_echo,
    .environment = plan_environment,
    .replace_header = plan_replace_header,
    .attachments = &plan_attachments,
    .begin_limit = plan_begin_limit,
    .end_limit = plan_end_limit,
    .time = plan_time,
    .is_interrupted = plan_is_interrupted,
    .databases = &plan_databases,
};
