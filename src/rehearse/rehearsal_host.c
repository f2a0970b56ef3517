/*
 * Writing down instead of doing; see rehearsal_host.h.
 */
#include "rehearse/rehearsal_host.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/rules_command.h"
#include "agent/rules_environment.h"
#include "agent/rules_file.h"
#include "base/clock.h"
#include "base/vector.h"
#include "deliver/destination.h"
#include "filter/engine/attachment/attachment_host.h"
#include "filter/engine/database_host.h"
#include "filter/engine/variable.h"
#include "system/signals.h"

enum { REHEARSAL_HOST_STATEMENTS = 64, REHEARSAL_HOST_EDITS_MAX = 1000 /* bytes shown */ };

const char *
rehearsal_host_source_word(enum command_source source)
{
	static const char *const words[] = {"assumed", "answered", "run"};

	_Static_assert(sizeof words / sizeof *words == COMMAND_SOURCES, "one word for each");
	return words[source];
}

/* The note of the item with that number. */
static struct rehearsal_note *
rehearsal_host_add_note(struct rehearsal_host *host, size_t item)
{
	host->notes =
	    vector_grow(host->arena, host->notes, item, &host->note_capacity, sizeof *host->notes);
	host->notes[item] = (struct rehearsal_note){.status = 0};
	return &host->notes[item];
}

/* The note of the item that was written down last. */
static struct rehearsal_note *
rehearsal_host_note(struct rehearsal_host *host)
{
	return rehearsal_host_add_note(host, host->plan.count - 1);
}

static void
rehearsal_host_note_store(void *self, struct text key, struct text value)
{
	struct rehearsal_host *host = self;

	plan_note_store(&host->plan, key, value);
	rehearsal_host_note(host);
}

void
rehearsal_host_begin(struct rehearsal_host *host)
{
	plan_init(&host->plan, host->arena);
	rehearsal_store_begin(&host->stores, host->arena, rehearsal_host_note_store, host);
	/* What xfilter prints is kept in files without a name. */
	host->runner = (struct agent_host){
	    .arena = host->arena,
	    .request = host->request,
	    .settings = host->request->settings,
	    .user = host->user,
	    .envelope = host->envelope,
	    .spool_plan = {.directories = {"/tmp", "/var/tmp"}},
	};
}

void
rehearsal_host_end(struct rehearsal_host *host)
{
	rehearsal_store_end(&host->stores);
}

static struct text
rehearsal_host_variable(
    struct rehearsal_host *host, const struct variables *variables, struct text name)
{
	if (variables == NULL)
		return TEXT("");
	return arena_copy_text(host->arena, variables_get(variables, name));
}

/* What can be seen beforehand without touching anything: a Maildir that is not there. */
static const char *
rehearsal_host_doubt(struct rehearsal_host *host, const struct delivery_request *request)
{
	struct text path = request->destination;
	struct stat status;

	if (request->form != DESTINATION_WRITTEN || !text_has_suffix(path, TEXT("/")) ||
	    text_has_prefix(path, TEXT("|")) || text_has_prefix(path, TEXT("!")))
		return NULL;
	if (text_has_prefix(path, TEXT("~/")))
		path = arena_format(host->arena, "%s%.*s", host->user->home,
		    TEXT_ARGUMENTS(text_slice(path, 1, path.size)));
	if (stat(arena_copy_string(host->arena, path), &status) == 0)
		return S_ISDIR(status.st_mode) ? NULL : "this is not a directory";
	if (errno == ENOENT && host->request->settings->create_folders)
		return NULL;
	return errno == ENOENT ? "this Maildir does not exist" : "this Maildir cannot be reached";
}

/* What a delivery would say of the destination itself, before it touches anything. */
static bool
rehearsal_host_has_destination(struct rehearsal_host *host, const struct delivery_request *request,
    struct outcome *outcome_out)
{
	struct delivery delivery = {
	    .arena = host->arena,
	    .settings = host->request->settings,
	    .form = request->form,
	    .destination = request->destination,
	    .mailbox_root = text_from_string(host->user->home),
	};

	return destination_find(&delivery, text_from_string(host->user->home), outcome_out) != NULL;
}

static struct outcome
rehearsal_host_deliver(void *self, const struct delivery_request *request)
{
	struct rehearsal_host *host = self;
	struct outcome outcome = plan_host.deliver(&host->plan, request);
	struct rehearsal_note *note = rehearsal_host_note(host);

	note->is_default = request->place.line == 0;
	note->doubt = rehearsal_host_has_destination(host, request, &outcome)
			  ? rehearsal_host_doubt(host, request)
			  : outcome.reason;
	note->flags = rehearsal_host_variable(host, request->variables, TEXT("FLAGS"));
	note->keywords = rehearsal_host_variable(host, request->variables, TEXT("KEYWORDS"));
	note->condition = arena_copy_text(host->arena, request->condition);
	note->matched = arena_copy_text(host->arena, request->matched);
	return outcome;
}

static bool
rehearsal_host_read_rules(
    void *self, struct arena *arena, struct text name, struct text *rules_out, struct error *error)
{
	struct rehearsal_host *host = self;

	return rules_file_read_named(arena, name, host->user->uid, host->request->settings,
	    rules_out, &host->is_trusted, error);
}

static bool
rehearsal_host_is_trusted(void *self)
{
	const struct rehearsal_host *host = self;

	return host->is_trusted;
}

static bool
rehearsal_host_open_log(void *self, struct text name, struct error *error)
{
	struct rehearsal_host *host = self;
	bool is_open = plan_host.open_log(&host->plan, name, error);

	rehearsal_host_note(host);
	return is_open;
}

static bool
rehearsal_host_log(void *self, struct text line, struct error *error)
{
	struct rehearsal_host *host = self;
	bool is_written = plan_host.log(&host->plan, line, error);

	rehearsal_host_note(host);
	return is_written;
}

static void
rehearsal_host_echo(void *self, struct text bytes)
{
	struct rehearsal_host *host = self;

	plan_host.echo(&host->plan, bytes);
	rehearsal_host_note(host);
}

/* Runs it as a delivery would, but for its standard output: that is the story's, so what `system`
 * prints goes where errors go. */
static bool
rehearsal_host_run_really(struct rehearsal_host *host, const struct command_request *request,
    struct command_result *result_out, struct error *error)
{
	int kept = dup(STDOUT_FILENO);

	if (kept < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
		error_set_errno(error, "cannot put standard output aside");
		if (kept >= 0)
			close(kept);
		return false;
	}
	bool known = rules_command_run(&host->runner, request, result_out, error);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	return known;
}

/* How this command ends, if somebody says so or lets it run. */
static enum command_source
rehearsal_host_find_source(
    struct rehearsal_host *host, struct text command, struct plan_answer **answer_out)
{
	struct plan_answer *asked = arena_alloc(host->arena, sizeof *asked);
	bool run = false;

	*answer_out = host->answers != NULL ? command_answers_find(host->answers, command) : NULL;
	if (*answer_out != NULL)
		return COMMAND_SOURCE_ANSWERED;
	if (host->runs_commands)
		return COMMAND_SOURCE_RUN;
	if (host->ask == NULL || !host->ask(host->ask_self, command, &run, asked))
		return COMMAND_SOURCE_ASSUMED;
	*answer_out = asked;
	return run ? COMMAND_SOURCE_RUN : COMMAND_SOURCE_ANSWERED;
}

static bool
rehearsal_host_run(void *self, const struct command_request *request,
    struct command_result *result_out, struct error *error)
{
	struct rehearsal_host *host = self;
	struct plan_answer *answer;
	enum command_source source = rehearsal_host_find_source(host, request->command, &answer);

	host->statements = 0; /* whatever asked the command to stop asks us too */
	table_init(&host->plan.answers, host->arena);
	if (source == COMMAND_SOURCE_ANSWERED)
		table_set(&host->plan.answers, request->command, answer);
	bool known = plan_host.run(&host->plan, request, result_out, error);
	if (source == COMMAND_SOURCE_RUN)
		known = rehearsal_host_run_really(host, request, result_out, error);
	struct rehearsal_note *note = rehearsal_host_note(host);
	/* A command that does not end takes all the time that its `timeout` gives. */
	if (answer != NULL && answer->status < 0 && host->deadline != 0)
		host->deadline = 1;
	note->source = source;
	note->status = known ? result_out->status : -1;
	return known;
}

static bool
rehearsal_host_lock(void *self, enum lock_kind kind, struct text name,
    const struct variables *variables, struct error *error)
{
	struct rehearsal_host *host = self;
	bool is_held = plan_host.lock(&host->plan, kind, name, variables, error);

	rehearsal_host_note(host);
	return is_held;
}

static void
rehearsal_host_unlock(void *self)
{
	struct rehearsal_host *host = self;

	plan_host.unlock(&host->plan);
	rehearsal_host_note(host);
}

static struct text
rehearsal_host_environment(void *self, struct text name)
{
	struct rehearsal_host *host = self;

	if (host->imports == NULL) {
		const struct rules_start start = {
		    .request = host->request,
		    .settings = host->request->settings,
		    .user = host->user,
		    .envelope = host->envelope,
		    .message = host->message,
		};
		host->imports = rules_environment_imports(host->arena, &start);
	}
	return variables_get(host->imports, name);
}

void
rehearsal_host_note_edit(
    struct rehearsal_host *host, struct text word, struct text field, struct text value)
{
	if (host->edits.size >= REHEARSAL_HOST_EDITS_MAX)
		return;
	host->edits = arena_format(host->arena, "%.*s%s%.*s %.*s%s%.*s",
	    TEXT_ARGUMENTS(host->edits), host->edits.size > 0 ? "; " : "", TEXT_ARGUMENTS(word),
	    TEXT_ARGUMENTS(field), value.size > 0 ? ": " : "",
	    TEXT_ARGUMENTS(text_slice(value, 0, REHEARSAL_HOST_EDITS_MAX)));
}

static bool
rehearsal_host_replace_header(void *self, const struct message *message, struct text header,
    const struct message **edited_out, struct error *error)
{
	struct rehearsal_host *host = self;
	bool is_replaced =
	    plan_host.replace_header(&host->plan, message, header, edited_out, error);

	rehearsal_host_note(host)->edits = host->edits;
	host->edits = TEXT("");
	return is_replaced;
}

static bool
rehearsal_host_replace_message(void *self, const struct message_replacement *replacement,
    const struct message **edited_out, struct error *error)
{
	struct rehearsal_host *host = self;
	size_t first = host->plan.count;
	bool is_replaced =
	    plan_host.attachments->replace_message(&host->plan, replacement, edited_out, error);

	while (first < host->plan.count)
		rehearsal_host_add_note(host, first++);
	return is_replaced;
}

static bool
rehearsal_host_save_attachment(void *self, const struct attachment_request *request,
    struct text *path_out, struct error *error)
{
	struct rehearsal_host *host = self;
	size_t first = host->plan.count;
	bool is_saved =
	    plan_host.attachments->save_attachment(&host->plan, request, path_out, error);
	struct stat status;

	if (host->plan.count == first)
		return is_saved;
	struct rehearsal_note *note = rehearsal_host_note(host);
	struct text directory = request->directory;
	if (text_has_prefix(directory, TEXT("~/")))
		directory = arena_format(host->arena, "%s%.*s", host->user->home,
		    TEXT_ARGUMENTS(text_slice(directory, 1, directory.size)));
	if (stat(arena_copy_string(host->arena, directory), &status) == 0)
		note->doubt = S_ISDIR(status.st_mode) ? NULL : "this is not a directory";
	else if (errno != ENOENT || !host->request->settings->create_folders)
		note->doubt = errno == ENOENT ? "this directory does not exist"
					      : "this directory cannot be reached";
	return is_saved;
}

/* The real clock, unlike the plan's, which counts statements: its own limit stays off. */
static int64_t
rehearsal_host_begin_limit(void *self, unsigned seconds)
{
	struct rehearsal_host *host = self;
	int64_t outer = host->deadline;
	int64_t deadline = clock_monotonic_milliseconds() + (int64_t)seconds * 1000;

	plan_host.begin_limit(&host->plan, seconds);
	host->plan.limit = 0;
	rehearsal_host_note(host);
	if (outer == 0 || deadline < outer)
		host->deadline = deadline;
	return outer;
}

static void
rehearsal_host_end_limit(void *self, int64_t outer)
{
	struct rehearsal_host *host = self;

	plan_host.end_limit(&host->plan, 0);
	rehearsal_host_note(host);
	host->deadline = outer;
}

static int64_t
rehearsal_host_time(void *self)
{
	const struct rehearsal_host *host = self;

	return host->has_time ? host->time : clock_now().seconds;
}

static bool
rehearsal_host_is_interrupted(void *self)
{
	struct rehearsal_host *host = self;

	if (host->plan.count + host->stores.opened >= REHEARSAL_HOST_ITEMS_MAX)
		return true;
	if (host->deadline != 0 && clock_monotonic_milliseconds() >= host->deadline)
		return true;
	if (host->statements++ % REHEARSAL_HOST_STATEMENTS != 0)
		return signals_time_left() == 0;
	return signals_pending() != 0;
}

static struct database *
rehearsal_host_open_database(
    void *self, struct text name, enum database_mode mode, struct error *error)
{
	struct rehearsal_host *host = self;

	host->statements = 0; /* as for a command */
	return rehearsal_store_open(&host->stores, name, mode, error);
}

static void
rehearsal_host_close_database(void *self, struct database *database)
{
	(void)self;
	rehearsal_store_close(database);
}

static const struct database_host rehearsal_host_databases = {
    .open = rehearsal_host_open_database,
    .fetch = rehearsal_store_fetch,
    .store = rehearsal_store_put,
    .close = rehearsal_host_close_database,
};

static const struct attachment_host rehearsal_host_attachments = {
    .replace_message = rehearsal_host_replace_message,
    .save_attachment = rehearsal_host_save_attachment,
};

const struct filter_host rehearsal_host_functions = {
    .deliver = rehearsal_host_deliver,
    .read_rules = rehearsal_host_read_rules,
    .is_trusted = rehearsal_host_is_trusted,
    .open_log = rehearsal_host_open_log,
    .log = rehearsal_host_log,
    .run = rehearsal_host_run,
    .lock = rehearsal_host_lock,
    .unlock = rehearsal_host_unlock,
    .echo = rehearsal_host_echo,
    .environment = rehearsal_host_environment,
    .replace_header = rehearsal_host_replace_header,
    .attachments = &rehearsal_host_attachments,
    .begin_limit = rehearsal_host_begin_limit,
    .end_limit = rehearsal_host_end_limit,
    .time = rehearsal_host_time,
    .is_interrupted = rehearsal_host_is_interrupted,
    .databases = &rehearsal_host_databases,
};
