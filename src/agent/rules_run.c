/*
 * Which rules run, and what their end means; see rules_run.h.
 */
#include "agent/rules_run.h"

#include <string.h>
#include <unistd.h>

#include "agent/rules_environment.h"
#include "agent/rules_file.h"
#include "deliver/destination.h"
#include "filter/mailfilter/mailfilter.h"
#include "system/signals.h"

/* Relative paths and commands begin in the home, but in manual mode. Entered only when there are
 * such. */
static struct outcome
rules_run_enter_home(struct rules_run *run)
{
	struct error error;

	if (run->request->mode == AGENT_MODE_MANUAL || run->is_in_home)
		return outcome_done("");
	run->is_in_home = true;
	if (chdir(run->user->home) < 0) {
		error_set_errno(&error, "cannot enter the home directory %s", run->user->home);
		return outcome_later_error(run->arena, &error);
	}
	return outcome_done("");
}

static void
rules_run_log_end(struct rules_run *run, const struct filter_result *result, const char *action,
    const struct outcome *outcome)
{
	if (run->log_end != NULL)
		run->log_end(run->self, result, action, outcome);
}

/* Sets the variables up, unless they are: a delivery without rules and commands needs none. */
static void
rules_run_provide_variables(struct rules_run *run)
{
	const struct rules_start start = {
	    .request = run->request,
	    .settings = run->request->settings,
	    .user = run->user,
	    .envelope = run->envelope,
	    .message = run->message,
	};

	if (run->variables == NULL)
		run->variables = rules_environment_new(run->arena, &start);
}

/* The default mailbox: what the rules left in DEFAULT, or the setting's. */
static struct outcome
rules_run_deliver_by_default(struct rules_run *run)
{
	struct delivery_request request = {
	    .destination = run->variables != NULL
			       ? variables_get(run->variables, TEXT("DEFAULT"))
			       : rules_environment_default_mailbox(run->arena,
				     run->request->settings->default_mailbox, run->user),
	    .message = run->message,
	};

	if (!text_has_prefix(request.destination, TEXT("/"))) {
		struct outcome entered = rules_run_enter_home(run);
		if (entered.class != OUTCOME_DONE)
			return entered;
	}
	if (destination_runs_command(request.form, request.destination))
		rules_run_provide_variables(run);
	request.variables = run->variables;
	run->is_by_default = true;
	run->mailbox = request.destination;
	return run->deliver_by_default(run->self, &request);
}

/* A failure of the rules themselves (not of a delivery), by the admin's policy. */
static struct outcome
rules_run_fail(struct rules_run *run, const struct filter_result *result, struct outcome outcome)
{
	run->result = *result;
	run->result.end = FILTER_END_FAILED;
	run->result.failed_in_rules = true;
	run->result.outcome = outcome;
	run->has_failed = true;
	rules_run_log_end(run, result, "defer", &outcome);
	if (run->request->settings->rules_error != RULES_ERROR_DEFAULT_MAILBOX ||
	    run->request->mode != AGENT_MODE_DELIVERY)
		return outcome;
	if (signals_pending() != 0)
		return outcome;
	return rules_run_deliver_by_default(run);
}

/* `exit`, as the mail server hears it. Only rules whose caller asks for their answer (embedded
 * mode) may give a number of their own: from a delivery agent most mail servers would take it for
 * "never". */
static struct outcome
rules_run_exit(struct rules_run *run, const struct filter_result *result)
{
	struct outcome outcome = result->outcome;

	if (outcome.class == OUTCOME_LATER && run->request->mode != AGENT_MODE_EMBEDDED)
		outcome.exit_status = 0;
	rules_run_log_end(run, result,
	    outcome.class == OUTCOME_DONE    ? "discard"
	    : outcome.class == OUTCOME_NEVER ? "refuse"
					     : "defer",
	    &outcome);
	return outcome;
}

/* What the end of the rules means; *go_on_out: the next rules file, or default delivery, has its
 * turn. */
static struct outcome
rules_run_judge(struct rules_run *run, const struct filter_result *result, bool *go_on_out)
{
	*go_on_out = false;
	switch (result->end) {
	case FILTER_END_FALL_THROUGH:
		*go_on_out = true;
		break;
	case FILTER_END_DELIVERED:
		break;
	case FILTER_END_EXIT:
		return rules_run_exit(run, result);
	case FILTER_END_FAILED:
		/* A failed delivery has its log line already. */
		if (result->failed_in_rules)
			return rules_run_fail(run, result, result->outcome);
		break;
	case FILTER_ENDS: /* is none */
		break;
	}
	return result->outcome;
}

struct verdicts
rules_run_verdicts(const struct settings *settings)
{
	static const enum verdict verdicts[] = {[UNDECIDED_LATER] = VERDICT_LATER,
	    [UNDECIDED_OPEN] = VERDICT_OPEN,
	    [UNDECIDED_CLOSED] = VERDICT_CLOSED};

	return (struct verdicts){.limit = verdicts[settings->pattern_limit_verdict],
	    .undecodable = verdicts[settings->undecodable_verdict],
	    .timeout = verdicts[settings->command_timeout_verdict]};
}

/* The program that an earlier message left; NULL: there is none. */
static const struct program *
rules_run_find_kept(const struct rules_run *run, const char *path)
{
	for (unsigned i = 0; run->kept != NULL && i < run->kept->count; i++)
		if (strcmp(run->kept->files[i].path, path) == 0)
			return run->kept->files[i].program;
	return NULL;
}

/* Parses the rules, and keeps them for the next message where there may be one. */
static bool
rules_run_parse(struct rules_run *run, const char *path, struct text source,
    const struct program **program_out, struct error *error)
{
	struct rules_kept *kept = run->kept;

	*program_out = rules_run_find_kept(run, path);
	if (*program_out != NULL)
		return true;
	if (kept == NULL)
		return mailfilter_parse(
		    run->arena, text_from_string(path), source, program_out, error);
	path = arena_copy_string(kept->arena, text_from_string(path));
	if (!mailfilter_parse(kept->arena, text_from_string(path), source, program_out, error))
		return false;
	if (kept->count < RULES_RUN_FILES_MAX) {
		kept->files[kept->count].path = path;
		kept->files[kept->count++].program = *program_out;
	}
	return true;
}

/* Runs one rules file. */
static struct outcome
rules_run_file(struct rules_run *run, const char *path, struct text source, bool *go_on_out)
{
	const struct program *program;
	struct filter_result result = {.place.file = text_from_string(path)};
	struct error error;

	*go_on_out = false;
	struct outcome entered = rules_run_enter_home(run);
	if (entered.class != OUTCOME_DONE)
		return rules_run_fail(run, &result, entered);
	rules_run_provide_variables(run);
	if (!rules_run_parse(run, path, source, &program, &error))
		return rules_run_fail(run, &result,
		    outcome_later(run->arena, STATUS_SYSTEM_CONFIGURATION, "%s", error.text));
	variables_set(run->variables, TEXT("MAILFILTER"), result.place.file);
	struct filter_input input = {
	    .program = program,
	    .message = run->message,
	    .variables = run->variables,
	    .envelope = run->envelope,
	    .observer = run->observer,
	    .host = run->host,
	    .host_self = run->host_self,
	    .is_embedded = run->request->mode == AGENT_MODE_EMBEDDED,
	    .verdicts = rules_run_verdicts(run->request->settings),
	    .match_limit = (uint32_t)run->request->settings->pattern_limit,
	    .recipient_delimiter = run->request->settings->recipient_delimiter,
	};
	run->files[run->file_count - 1].has_run = true;
	signals_guard(RULES_RUN_GRACE);
	result = filter_run(run->arena, &input);
	run->result = result;
	run->message = result.message;
	if (run->note_undecided != NULL)
		run->note_undecided(run->self, result.undecided);
	return rules_run_judge(run, &result, go_on_out);
}

/* Reads and runs one rules file; a missing one is no rules unless `required`. */
static struct outcome
rules_run_follow(
    struct rules_run *run, const char *path, uid_t owner, bool required, bool *go_on_out)
{
	struct filter_result nowhere = {.place.file = text_from_string(path)};
	enum rules_safety safety =
	    owner == 0 ? RULES_SAFETY_NOT_WORLD_WRITABLE : run->request->settings->rules_safety;
	struct error error;
	struct text source;

	*go_on_out = true;
	run->files[run->file_count++].path = path;
	if (run->source.data != NULL || rules_run_find_kept(run, path) != NULL)
		return rules_run_file(run, path, run->source, go_on_out);
	switch (rules_file_read(run->kept != NULL ? run->kept->arena : run->arena, path, owner,
	    safety, &source, &error)) {
	case RULES_FILE_READ:
		return rules_run_file(run, path, source, go_on_out);
	case RULES_FILE_MISSING:
		if (!required)
			return outcome_done("");
		error_set(&error, ERROR_INPUT, "there is no rules file %s", path);
		break;
	case RULES_FILE_REFUSED:
		break;
	}
	*go_on_out = false;
	return rules_run_fail(run, &nowhere,
	    outcome_later(run->arena, STATUS_SYSTEM_CONFIGURATION, "%s", error.text));
}

/* The user's rules file; the home is not entered yet. */
static const char *
rules_run_user_rules(struct rules_run *run)
{
	struct text name = run->request->settings->user_rules;

	if (name.data[0] == '/')
		return arena_copy_string(run->arena, name);
	return arena_format(run->arena, "%s/%.*s", run->user->home, TEXT_ARGUMENTS(name)).data;
}

static struct outcome
rules_run_delivery_mode(struct rules_run *run)
{
	const struct settings *settings = run->request->settings;
	struct outcome outcome = outcome_done("");
	bool go_on = true;

	if (settings->system_rules.size > 0)
		outcome = rules_run_follow(
		    run, arena_copy_string(run->arena, settings->system_rules), 0, false, &go_on);
	if (go_on && settings->user_rules.size > 0)
		outcome =
		    rules_run_follow(run, rules_run_user_rules(run), run->user->uid, false, &go_on);
	return go_on ? rules_run_deliver_by_default(run) : outcome;
}

static struct outcome
rules_run_embedded_mode(struct rules_run *run)
{
	const char *path = run->request->rules_file;
	struct error error;
	bool go_on;

	if (run->request->embedded_name != NULL)
		path = rules_file_find_embedded(
		    run->arena, run->user->home, run->request->embedded_name, &error);
	if (path == NULL)
		return outcome_later(run->arena, STATUS_SYSTEM_CONFIGURATION, "%s", error.text);
	struct outcome outcome = rules_run_follow(run, path, run->user->uid, true, &go_on);
	if (go_on)
		outcome = filter_exit_outcome(run->arena, run->variables);
	return outcome;
}

struct outcome
rules_run(struct rules_run *run)
{
	bool go_on;

	switch (run->request->mode) {
	case AGENT_MODE_EMBEDDED:
		return rules_run_embedded_mode(run);
	case AGENT_MODE_MANUAL: {
		struct outcome outcome =
		    rules_run_follow(run, run->request->rules_file, run->user->uid, true, &go_on);
		return go_on ? rules_run_deliver_by_default(run) : outcome;
	}
	case AGENT_MODE_DELIVERY:
		break;
	}
	return rules_run_delivery_mode(run);
}
