/*
 * Acting for the rules; see agent_host.h.
 */
#include "agent/agent_host.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/attachment_save.h"
#include "agent/report_line.h"
#include "agent/rules_command.h"
#include "agent/rules_environment.h"
#include "agent/rules_file.h"
#include "agent/rules_header.h"
#include "agent/rules_store.h"
#include "base/clock.h"
#include "base/number.h"
#include "deliver/destination.h"
#include "filter/engine/attachment/attachment_host.h"
#include "filter/engine/variable.h"
#include "system/file.h"
#include "system/signals.h"

enum { AGENT_HOST_STATEMENTS = 64, AGENT_HOST_ATTACHMENTS_LOGGED_MAX = 50 };

/* Says a decision on standard error, for -V. */
static void
agent_host_say(const struct agent_host *host, const struct delivery_event *event)
{
	char code[OUTCOME_CODE_SIZE];
	struct text place = TEXT(""), condition = TEXT(""), undecided = TEXT("");

	if (host->request->verbosity == 0)
		return;
	if (event->rules_line > 0)
		place = arena_format(host->arena, ", decided by %.*s:%u",
		    TEXT_ARGUMENTS(event->rules_file), event->rules_line);
	if (event->condition.size > 0)
		condition = arena_format(host->arena, ", %.*s matched \"%.*s\"",
		    TEXT_ARGUMENTS(event->condition), TEXT_ARGUMENTS(event->matched));
	if (event->undecided.size > 0)
		undecided = arena_format(
		    host->arena, "; undecided: %.*s", TEXT_ARGUMENTS(event->undecided));
	struct text line = arena_format(host->arena, "culver: %s %.*s: %s (%.*s %s)%.*s%.*s%.*s",
	    event->action, TEXT_ARGUMENTS(event->destination), outcome_word(event->outcome),
	    TEXT_ARGUMENTS(outcome_format_code(event->outcome, code)), event->outcome->reason,
	    TEXT_ARGUMENTS(place), TEXT_ARGUMENTS(condition), TEXT_ARGUMENTS(undecided));
	fprintf(stderr, "%.*s\n", TEXT_ARGUMENTS(report_line_clean(host->arena, line)));
}

/* Completes the event with what is the same for every event of the message, writes and says it. */
static void
agent_host_log(struct agent_host *host, struct delivery_event *event)
{
	event->time = clock_now();
	event->envelope = host->envelope;
	event->user = host->user->name != NULL ? host->user->name : host->request->user;
	if (host->message != NULL) {
		const struct header_field *field =
		    message_find_field(host->received, TEXT("Message-ID"));
		event->message_id =
		    field == NULL ? TEXT("") : header_unfold(host->arena, field->body);
		event->size = message_bytes(host->message).size;
		event->is_truncated = message_is_truncated(host->message);
	}
	event->undecided = host->undecided;
	event->milliseconds = clock_monotonic_milliseconds() - host->started;
	/* A lost line must not lose mail; the admin hears of it on standard error with -V. */
	struct error error;
	if (!delivery_log_write(host->log, event, &error) && host->request->verbosity > 0)
		fprintf(stderr, "culver: %s\n", error.text);
	agent_host_say(host, event);
}

void
agent_host_log_end(struct agent_host *host, const struct filter_result *result, const char *action,
    const struct outcome *outcome)
{
	struct delivery_event event = {
	    .rules_file = result->place.file,
	    .rules_line = result->place.line,
	    .condition = result->condition,
	    .matched = result->matched,
	    .action = action,
	    .outcome = outcome,
	};

	agent_host_log(host, &event);
}

struct delivery_log *
agent_host_open_log(
    struct arena *arena, const struct settings *settings, const struct user *user, pid_t process)
{
	static const enum delivery_log_target targets[] = {
	    [LOG_TARGET_SYSLOG] = DELIVERY_LOG_SYSLOG,
	    [LOG_TARGET_FILE] = DELIVERY_LOG_FILE,
	    [LOG_TARGET_OFF] = DELIVERY_LOG_OFF,
	};
	const struct delivery_log_plan plan = {
	    .target = targets[settings->log],
	    .file = settings->log_file,
	    .user_file = settings->log_user_file,
	    .home = user->home,
	    .process = process,
	};

	return delivery_log_new(arena, &plan);
}

/* A number that the rules may have set: "" and nonsense leave the setting as it is. */
static void
agent_host_adjust(
    const struct variables *variables, struct text name, uint64_t maximum, uint64_t *setting)
{
	number_parse_unsigned(variables_get(variables, name), maximum, setting);
}

const struct settings *
agent_host_settings(
    const struct agent_host *host, struct arena *arena, const struct variables *variables)
{
	struct settings *adjusted = arena_alloc(arena, sizeof *adjusted);
	uint64_t umask_bits;

	*adjusted = *host->settings;
	agent_host_adjust(variables, TEXT("LOCKTIMEOUT"), 86400, &adjusted->lock_stale_after);
	if (number_parse_octal(variables_get(variables, TEXT("UMASK")), 0777, &umask_bits))
		adjusted->umask = umask_bits;
	return adjusted;
}

/* The Maildir whose folders `mailbox` names: the setting's, the default mailbox where that is one,
 * else ~/Maildir. Relative to the home. */
static struct text
agent_host_mailbox_root(const struct agent_host *host)
{
	const struct settings *settings = host->settings;
	bool is_set = settings->mailbox_root.size > 0;
	struct text root = rules_environment_default_mailbox(
	    host->arena, is_set ? settings->mailbox_root : settings->default_mailbox, host->user);

	if (!is_set && !destination_is_maildir(host->arena, root))
		root = TEXT("Maildir");
	if (text_has_prefix(root, TEXT("/")))
		return root;
	return arena_format(host->arena, "%s/%.*s", host->user->home, TEXT_ARGUMENTS(root));
}

/* By what a destination is remembered between two tries: a folder and a file may have one name. */
static struct text
agent_host_memory_name(const struct agent_host *host, const struct delivery_request *request)
{
	if (request->form != DESTINATION_MAILBOX)
		return request->destination;
	return arena_format(host->arena, "mailbox %.*s", TEXT_ARGUMENTS(request->destination));
}

/* What a back end needs to know; variables NULL: the settings alone decide. */
struct delivery
agent_host_delivery(struct agent_host *host, const struct delivery_request *request)
{
	const struct variables *variables = request->variables;
	struct delivery delivery = {
	    .arena = host->arena,
	    .settings = host->settings,
	    .envelope = host->envelope,
	    .message = request->message,
	    .spool = request->message == host->message ? host->spool : NULL,
	    .destination = request->destination,
	    .form = request->form,
	    .arguments = request->arguments,
	    .argument_count = request->argument_count,
	    .process = host->process,
	    .user = host->user->name,
	    .shell = host->settings->shell,
	    .sendmail = host->settings->sendmail,
	    .quota_warning = host->request->quota_warning,
	    .quota_warning_percent = host->request->quota_warning_percent,
	};

	if (request->form == DESTINATION_MAILBOX)
		delivery.mailbox_root = agent_host_mailbox_root(host);
	if (variables == NULL)
		return delivery;
	delivery.settings = agent_host_settings(host, host->arena, variables);
	if (destination_runs_command(request->form, request->destination)) {
		/* Our own files get their mode from the back ends; a command's come from this. */
		umask((mode_t)delivery.settings->umask);
		if (host->locks != NULL) {
			delivery.each_second = rules_lock_refresh;
			delivery.each_second_self = host->locks;
		}
		delivery.environment =
		    rules_environment_export(host->arena, variables, request->message);
	}
	delivery.shell = variables_get(variables, TEXT("SHELL"));
	delivery.sendmail = variables_get(variables, TEXT("SENDMAIL"));
	delivery.flags = variables_get(variables, TEXT("FLAGS"));
	delivery.keywords = variables_get(variables, TEXT("KEYWORDS"));
	delivery.quota = variables_get(variables, TEXT("MAILDIRQUOTA"));
	return delivery;
}

struct outcome
agent_host_deliver(
    struct agent_host *host, const struct delivery_request *request, const char *action)
{
	struct delivery delivery = agent_host_delivery(host, request);
	const struct backend *backend = NULL;
	struct outcome outcome;

	/* Only copies: what the message still lacks is never taken for one of them. */
	if (request->copy &&
	    partial_delivery_is_done(&host->partial, agent_host_memory_name(host, request)))
		outcome = outcome_done("was delivered there by an earlier try of this message");
	else
		outcome =
		    destination_deliver(&delivery, text_from_string(host->user->home), &backend);
	if (outcome.class == OUTCOME_DONE && request->copy)
		partial_delivery_note(
		    &host->partial, host->arena, agent_host_memory_name(host, request));
	rules_log_write_delivery(&host->rules_log, host->arena, request->message,
	    request->destination, outcome.class == OUTCOME_DONE);
	struct delivery_event event = {
	    .rules_file = request->place.file,
	    .rules_line = request->place.line,
	    .condition = request->condition,
	    .matched = request->matched,
	    .action = action,
	    .backend = backend == NULL ? NULL : backend->name,
	    .destination = request->destination,
	    .final_place = delivery.final_place,
	    .outcome = &outcome,
	};
	agent_host_log(host, &event);
	return outcome;
}

void
agent_host_note_undecided(struct agent_host *host, struct text undecided)
{
	if (host->undecided.size == 0)
		host->undecided = undecided;
}

static struct outcome
agent_host_on_deliver(void *self, const struct delivery_request *request)
{
	struct agent_host *host = self;

	agent_host_note_undecided(host, request->undecided);
	host->statements = 0; /* as in agent_host_on_run() */
	if (request->copy && host->copies++ == 0)
		partial_delivery_recall(&host->partial, host->arena, host->user->home,
		    host->envelope, message_bytes(host->received));
	return agent_host_deliver(host, request, request->copy ? "copy" : "deliver");
}

/* The system would take what is in front of a NUL, which may come from the message, for the name. */
static bool
agent_host_check_name(struct text name, struct error *error)
{
	if (text_find_byte(name, 0, '\0') == name.size)
		return true;
	return error_set(error, ERROR_INPUT, "the name of a file cannot hold a NUL");
}

static bool
agent_host_on_read_rules(
    void *self, struct arena *arena, struct text name, struct text *rules_out, struct error *error)
{
	struct agent_host *host = self;

	return rules_file_read_named(
	    arena, name, host->user->uid, host->settings, rules_out, &host->is_trusted, error);
}

static bool
agent_host_on_is_trusted(void *self)
{
	const struct agent_host *host = self;

	return host->is_trusted;
}

static bool
agent_host_on_open_log(void *self, struct text name, struct error *error)
{
	struct agent_host *host = self;

	return agent_host_check_name(name, error) &&
	       rules_log_open(&host->rules_log, arena_copy_string(host->arena, name), error);
}

static bool
agent_host_on_log(void *self, struct text line, struct error *error)
{
	struct agent_host *host = self;

	return rules_log_write_line(&host->rules_log, line, error);
}

static void
agent_host_on_echo(void *self, struct text bytes)
{
	struct error error;

	/* Whoever called us may have closed its end: no reason to lose mail. */
	(void)self;
	file_write(STDOUT_FILENO, bytes, "standard output", &error);
}

static struct text
agent_host_on_environment(void *self, struct text name)
{
	struct agent_host *host = self;

	if (host->imports == NULL) {
		const struct rules_start start = {
		    .request = host->request,
		    .settings = host->settings,
		    .user = host->user,
		    .envelope = host->envelope,
		    .message = host->message,
		};
		host->imports = rules_environment_imports(host->arena, &start);
	}
	return variables_get(host->imports, name);
}

static int64_t
agent_host_on_time(void *self)
{
	(void)self;
	return clock_now().seconds;
}

static bool
agent_host_on_run(void *self, const struct command_request *request,
    struct command_result *result_out, struct error *error)
{
	struct agent_host *host = self;

	/* Whatever asked the command to stop asks us too: the next statement looks. */
	host->statements = 0;
	return rules_command_run(host, request, result_out, error);
}

static bool
agent_host_on_lock(void *self, enum lock_kind kind, struct text name,
    const struct variables *variables, struct error *error)
{
	struct agent_host *host = self;

	host->statements = 0;
	return rules_lock_take(host->arena, &host->locks, kind,
	    &(struct rules_lock_request){name, host->settings, variables}, error);
}

static void
agent_host_on_unlock(void *self)
{
	struct agent_host *host = self;

	rules_lock_release(&host->locks);
}

static int64_t
agent_host_on_begin_limit(void *self, unsigned seconds)
{
	(void)self;
	return signals_begin_limit(seconds);
}

static void
agent_host_on_end_limit(void *self, int64_t outer)
{
	struct agent_host *host = self;

	/* What asked for the end may have been a signal too: the next question looks. */
	host->statements = 0;
	signals_end_limit(outer);
}

static bool
agent_host_on_replace_header(void *self, const struct message *message, struct text header,
    const struct message **edited_out, struct error *error)
{
	return rules_header_replace(self, message, header, edited_out, error);
}

/* A log line for what a rule did to an attachment. */
static void
agent_host_log_attachment(struct agent_host *host, const struct attachment_edit_note *note,
    struct text path, const struct outcome *outcome)
{
	struct delivery_event event = {
	    .rules_file = note->place.file,
	    .rules_line = note->place.line,
	    .condition = note->condition,
	    .matched = note->matched,
	    .action = note->word,
	    .destination = note->name,
	    .final_place = path,
	    .outcome = outcome,
	};

	agent_host_log(host, &event);
}

static bool
agent_host_on_replace_message(void *self, const struct message_replacement *replacement,
    const struct message **edited_out, struct error *error)
{
	struct agent_host *host = self;
	size_t logged = replacement->note_count < AGENT_HOST_ATTACHMENTS_LOGGED_MAX
			    ? replacement->note_count
			    : AGENT_HOST_ATTACHMENTS_LOGGED_MAX;

	if (!rules_header_replace_all(host, replacement->bytes, edited_out, error))
		return false;
	struct outcome outcome = outcome_done("taken out of the message");
	for (size_t i = 0; i < logged; i++) {
		const struct attachment_edit_note *note = &replacement->notes[i];
		if (i + 1 == AGENT_HOST_ATTACHMENTS_LOGGED_MAX && logged < replacement->note_count)
			outcome.reason =
			    arena_format(host->arena, "taken out of the message, and %zu more",
				replacement->note_count - logged)
				.data;
		agent_host_log_attachment(host, note, TEXT(""), &outcome);
	}
	return true;
}

static bool
agent_host_on_save_attachment(void *self, const struct attachment_request *request,
    struct text *path_out, struct error *error)
{
	struct agent_host *host = self;
	const struct attachment_place place = {
	    .settings = agent_host_settings(host, host->arena, request->variables),
	    .home = host->user->home,
	    .process = host->process,
	};

	if (!agent_host_check_name(request->directory, error) ||
	    !attachment_save(host->arena, &place, request, path_out, error)) {
		struct outcome failure = outcome_later_error(host->arena, error);
		agent_host_log_attachment(host, &request->note, TEXT(""), &failure);
		return false;
	}
	struct outcome outcome = outcome_done("saved");
	agent_host_log_attachment(host, &request->note, *path_out, &outcome);
	return true;
}

static bool
agent_host_on_is_interrupted(void *self)
{
	struct agent_host *host = self;

	if (host->locks != NULL)
		rules_lock_refresh(host->locks);
	/* Asked before each statement: only now and then is it worth a system call. */
	if (host->statements++ % AGENT_HOST_STATEMENTS != 0)
		return signals_time_left() == 0;
	return signals_pending() != 0;
}

static const struct attachment_host agent_host_attachments = {
    .replace_message = agent_host_on_replace_message,
    .save_attachment = agent_host_on_save_attachment,
};

const struct filter_host agent_host_functions = {
    .deliver = agent_host_on_deliver,
    .read_rules = agent_host_on_read_rules,
    .is_trusted = agent_host_on_is_trusted,
    .open_log = agent_host_on_open_log,
    .log = agent_host_on_log,
    .run = agent_host_on_run,
    .lock = agent_host_on_lock,
    .unlock = agent_host_on_unlock,
    .echo = agent_host_on_echo,
    .environment = agent_host_on_environment,
    .replace_header = agent_host_on_replace_header,
    .attachments = &agent_host_attachments,
    .begin_limit = agent_host_on_begin_limit,
    .end_limit = agent_host_on_end_limit,
    .time = agent_host_on_time,
    .is_interrupted = agent_host_on_is_interrupted,
    .databases = &rules_store_functions,
};
