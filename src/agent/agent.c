/*
 * The delivery of one message; see agent.h. The order matters: first the user's identity, then the
 * message, then the rules, then acting; everything of the user's is touched only as the user.
 */
#include "agent/agent.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "agent/agent_host.h"
#include "agent/envelope_sources.h"
#include "agent/rules_environment.h"
#include "agent/rules_file.h"
#include "base/clock.h"
#include "deliver/destination.h"
#include "filter/engine/filter.h"
#include "filter/mailfilter/mailfilter.h"
#include "system/rights.h"
#include "system/signals.h"

/* One run. */
struct agent {
	struct arena *arena;
	const struct agent_request *request;
	struct user user;
	struct envelope envelope;
	struct agent_host host;
	struct variables *variables; /* NULL until rules are found */
	bool is_in_home;
};

/* An id without an account (a container, a virtual user of the MTA): what the MTA's environment says, as long as the
 * home passes the checks that every home must pass. */
static bool
agent_find_in_environment(struct agent *agent)
{
	const char *const *environment = agent->request->environment;
	const char *name = envelope_sources_variable(environment, "USER");
	const char *home = envelope_sources_variable(environment, "HOME");

	if (name == NULL)
		name = envelope_sources_variable(environment, "LOGNAME");
	if (name == NULL || name[0] == '\0' || home == NULL || home[0] != '/')
		return false;
	agent->user = (struct user){
	    .name = name, .uid = rights_caller(), .gid = getgid(), .home = home, .shell = ""};
	return true;
}

/* Who it is for, and becoming that user. */
static struct outcome
agent_become_user(struct agent *agent)
{
	const char *name = agent->request->user;
	struct error error;
	enum user_answer answer =
	    name != NULL ? user_find_name(agent->arena, name, &agent->user, &error)
			 : user_find_uid(agent->arena, rights_caller(), &agent->user, &error);

	if (answer == USER_LATER)
		return outcome_later_error(agent->arena, &error);
	if (answer == USER_UNKNOWN && name != NULL)
		return outcome_never(agent->arena, STATUS_NO_MAILBOX, EX_NOUSER,
		    "there is no user \"%s\" here", name);
	if (answer == USER_UNKNOWN && !agent_find_in_environment(agent))
		return outcome_later(agent->arena, STATUS_SYSTEM_CONFIGURATION,
		    "the caller's user id %ld has no account, and USER and HOME do not stand in "
		    "for one",
		    (long)rights_caller());
	if (!rights_become(&agent->user, &error))
		return outcome_later(agent->arena, STATUS_SYSTEM_CONFIGURATION, "%s", error.text);
	return outcome_done("");
}

/* Delivery and embedded mode work in a home that can be trusted. */
static struct outcome
agent_check_home(struct agent *agent)
{
	struct error error;

	if (agent->request->mode == AGENT_MODE_MANUAL ||
	    rules_file_check_home(agent->user.home, agent->user.uid, &error))
		return outcome_done("");
	return outcome_later(agent->arena, STATUS_SYSTEM_CONFIGURATION, "%s", error.text);
}

/* Relative paths and commands begin in the home, but in manual mode. Entered only when there are
 * such. */
static struct outcome
agent_enter_home(struct agent *agent)
{
	struct error error;

	if (agent->request->mode == AGENT_MODE_MANUAL || agent->is_in_home)
		return outcome_done("");
	agent->is_in_home = true;
	if (chdir(agent->user.home) < 0) {
		error_set_errno(&error, "cannot enter the home directory %s", agent->user.home);
		return outcome_later_error(agent->arena, &error);
	}
	return outcome_done("");
}

static size_t
agent_skip_from_line(void *self, struct text start)
{
	struct agent *agent = self;

	return envelope_sources_skip_from_line(&agent->envelope, start, agent->arena);
}

/* Where a large message is kept while the rules run: on the default mailbox's file system if
 * possible, so that delivering it is a link. */
static void
agent_plan_spool(struct agent *agent, struct spool_plan *plan)
{
	struct text mailbox = rules_environment_default_mailbox(
	    agent->arena, agent->request->settings->default_mailbox, &agent->user);
	size_t count = 0;

	if (text_has_suffix(mailbox, TEXT("/")))
		plan->directories[count++] =
		    arena_format(agent->arena, "%.*stmp", TEXT_ARGUMENTS(mailbox)).data;
	plan->directories[count++] =
	    agent->request->mode == AGENT_MODE_MANUAL ? "." : agent->user.home;
	plan->directories[count] = "/var/tmp";
}

static struct outcome
agent_take_message(struct agent *agent)
{
	struct spool_plan plan = {
	    .prefix = agent->request->extra_fields,
	    .skip = agent_skip_from_line,
	    .skip_self = agent,
	};
	struct error error;
	struct text bytes;

	agent_plan_spool(agent, &plan);
	agent->host.spool_plan = plan;
	if (!spool_receive(agent->arena, agent->request->input, &plan, &agent->host.spool, &error))
		return outcome_later_error(agent->arena, &error);
	if (spool_size(agent->host.spool) == agent->request->extra_fields.size)
		return outcome_later(agent->arena, STATUS_SYSTEM_OTHER,
		    "there was no message on standard input: nothing is delivered");
	if (!spool_map(agent->host.spool, &bytes, &error))
		return outcome_later_error(agent->arena, &error);
	agent->host.message = message_new(agent->arena, bytes);
	agent->host.received = agent->host.message;
	agent->host.received_spool = agent->host.spool;
	envelope_sources_ask_message(&agent->envelope, agent->host.message, agent->arena);
	return outcome_done("");
}

/* Sets the variables up, unless they are: a delivery without rules and commands needs none. */
static void
agent_provide_variables(struct agent *agent)
{
	const struct rules_start start = {
	    .request = agent->request,
	    .settings = agent->request->settings,
	    .user = &agent->user,
	    .envelope = &agent->envelope,
	    .message = agent->host.message,
	};

	if (agent->variables == NULL)
		agent->variables = rules_environment_new(agent->arena, &start);
}

/* The default mailbox: what the rules left in DEFAULT, or the setting's. */
static struct outcome
agent_deliver_by_default(struct agent *agent)
{
	struct delivery_request request = {
	    .destination = agent->variables != NULL
			       ? variables_get(agent->variables, TEXT("DEFAULT"))
			       : rules_environment_default_mailbox(agent->arena,
				     agent->request->settings->default_mailbox, &agent->user),
	    .message = agent->host.message,
	};

	if (!text_has_prefix(request.destination, TEXT("/"))) {
		struct outcome entered = agent_enter_home(agent);
		if (entered.class != OUTCOME_DONE)
			return entered;
	}
	if (destination_runs_command(request.form, request.destination))
		agent_provide_variables(agent);
	request.variables = agent->variables;
	return agent_host_deliver(&agent->host, &request, "default");
}

/* A failure of the rules themselves (not of a delivery), by the admin's policy. */
static struct outcome
agent_fail_rules(struct agent *agent, const struct filter_result *result, struct outcome outcome)
{
	agent_host_log_end(&agent->host, result, "defer", &outcome);
	if (agent->request->settings->rules_error != RULES_ERROR_DEFAULT_MAILBOX ||
	    agent->request->mode != AGENT_MODE_DELIVERY)
		return outcome;
	if (signals_pending() != 0)
		return outcome;
	return agent_deliver_by_default(agent);
}

/* `exit`, as the mail server hears it. Only rules whose caller asks for their answer (embedded
 * mode) may give a number of their own: from a delivery agent most mail servers would take it for
 * "never". */
static struct outcome
agent_exit(struct agent *agent, const struct filter_result *result)
{
	struct outcome outcome = result->outcome;

	if (outcome.class == OUTCOME_LATER && agent->request->mode != AGENT_MODE_EMBEDDED)
		outcome.exit_status = 0;
	agent_host_log_end(&agent->host, result,
	    outcome.class == OUTCOME_DONE    ? "discard"
	    : outcome.class == OUTCOME_NEVER ? "refuse"
					     : "defer",
	    &outcome);
	return outcome;
}

/* What the end of the rules means; *go_on_out: the next rules file, or default delivery, has its
 * turn. */
static struct outcome
agent_judge(struct agent *agent, const struct filter_result *result, bool *go_on_out)
{
	*go_on_out = false;
	switch (result->end) {
	case FILTER_END_FALL_THROUGH:
		*go_on_out = true;
		break;
	case FILTER_END_DELIVERED:
		break;
	case FILTER_END_EXIT:
		return agent_exit(agent, result);
	case FILTER_END_FAILED:
		/* A failed delivery has its log line already. */
		if (result->failed_in_rules)
			return agent_fail_rules(agent, result, result->outcome);
		break;
	}
	return result->outcome;
}

static struct verdicts
agent_verdicts(const struct settings *settings)
{
	static const enum verdict verdicts[] = {[UNDECIDED_LATER] = VERDICT_LATER,
	    [UNDECIDED_OPEN] = VERDICT_OPEN,
	    [UNDECIDED_CLOSED] = VERDICT_CLOSED};

	return (struct verdicts){.limit = verdicts[settings->pattern_limit_verdict],
	    .undecodable = verdicts[settings->undecodable_verdict],
	    .timeout = verdicts[settings->command_timeout_verdict]};
}

/* Runs one rules file. */
static struct outcome
agent_run_rules(struct agent *agent, const char *path, struct text source, bool *go_on_out)
{
	const struct program *program;
	struct filter_result result = {.place.file = text_from_string(path)};
	struct error error;

	*go_on_out = false;
	struct outcome entered = agent_enter_home(agent);
	if (entered.class != OUTCOME_DONE)
		return agent_fail_rules(agent, &result, entered);
	agent_provide_variables(agent);
	if (!mailfilter_parse(agent->arena, result.place.file, source, &program, &error))
		return agent_fail_rules(agent, &result,
		    outcome_later(agent->arena, STATUS_SYSTEM_CONFIGURATION, "%s", error.text));
	variables_set(agent->variables, TEXT("MAILFILTER"), result.place.file);
	struct filter_input input = {
	    .program = program,
	    .message = agent->host.message,
	    .variables = agent->variables,
	    .envelope = &agent->envelope,
	    .host = &agent_host_functions,
	    .host_self = &agent->host,
	    .is_embedded = agent->request->mode == AGENT_MODE_EMBEDDED,
	    .verdicts = agent_verdicts(agent->request->settings),
	    .match_limit = (uint32_t)agent->request->settings->pattern_limit,
	};
	result = filter_run(agent->arena, &input);
	agent_host_note_undecided(&agent->host, result.undecided);
	return agent_judge(agent, &result, go_on_out);
}

/* Reads and runs one rules file; a missing one is no rules unless `required`. */
static struct outcome
agent_follow_rules(
    struct agent *agent, const char *path, uid_t owner, bool required, bool *go_on_out)
{
	struct filter_result nowhere = {.place.file = text_from_string(path)};
	enum rules_safety safety =
	    owner == 0 ? RULES_SAFETY_NOT_WORLD_WRITABLE : agent->request->settings->rules_safety;
	struct error error;
	struct text source;

	*go_on_out = true;
	switch (rules_file_read(agent->arena, path, owner, safety, &source, &error)) {
	case RULES_FILE_READ:
		return agent_run_rules(agent, path, source, go_on_out);
	case RULES_FILE_MISSING:
		if (!required)
			return outcome_done("");
		error_set(&error, ERROR_INPUT, "there is no rules file %s", path);
		break;
	case RULES_FILE_REFUSED:
		break;
	}
	*go_on_out = false;
	return agent_fail_rules(agent, &nowhere,
	    outcome_later(agent->arena, STATUS_SYSTEM_CONFIGURATION, "%s", error.text));
}

/* The user's rules file; the home is not entered yet. */
static const char *
agent_user_rules(struct agent *agent)
{
	struct text name = agent->request->settings->user_rules;

	if (name.data[0] == '/')
		return arena_copy_string(agent->arena, name);
	return arena_format(agent->arena, "%s/%.*s", agent->user.home, TEXT_ARGUMENTS(name)).data;
}

static struct outcome
agent_run_delivery_mode(struct agent *agent)
{
	const struct settings *settings = agent->request->settings;
	struct outcome outcome = outcome_done("");
	bool go_on = true;

	if (settings->system_rules.size > 0)
		outcome = agent_follow_rules(agent,
		    arena_copy_string(agent->arena, settings->system_rules), 0, false, &go_on);
	if (go_on && settings->user_rules.size > 0)
		outcome = agent_follow_rules(
		    agent, agent_user_rules(agent), agent->user.uid, false, &go_on);
	return go_on ? agent_deliver_by_default(agent) : outcome;
}

static struct outcome
agent_run_embedded_mode(struct agent *agent)
{
	const char *path = agent->request->rules_file;
	struct error error;
	bool go_on;

	if (agent->request->embedded_name != NULL)
		path = rules_file_find_embedded(
		    agent->arena, agent->user.home, agent->request->embedded_name, &error);
	if (path == NULL)
		return outcome_later(agent->arena, STATUS_SYSTEM_CONFIGURATION, "%s", error.text);
	struct outcome outcome = agent_follow_rules(agent, path, agent->user.uid, true, &go_on);
	if (go_on)
		outcome = filter_exit_outcome(agent->arena, agent->variables);
	return outcome;
}

static struct outcome
agent_run_mode(struct agent *agent)
{
	bool go_on;

	switch (agent->request->mode) {
	case AGENT_MODE_EMBEDDED:
		return agent_run_embedded_mode(agent);
	case AGENT_MODE_MANUAL: {
		struct outcome outcome = agent_follow_rules(
		    agent, agent->request->rules_file, agent->user.uid, true, &go_on);
		return go_on ? agent_deliver_by_default(agent) : outcome;
	}
	case AGENT_MODE_DELIVERY:
		break;
	}
	return agent_run_delivery_mode(agent);
}

static void
agent_begin(struct agent *agent)
{
	const struct agent_request *request = agent->request;

	agent->envelope = envelope_sources_begin(request);
	agent->host = (struct agent_host){
	    .arena = agent->arena,
	    .request = request,
	    .settings = request->settings,
	    .user = &agent->user,
	    .envelope = &agent->envelope,
	    .process = getpid(),
	    .started = clock_monotonic_milliseconds(),
	};
	rules_log_init(&agent->host.rules_log);
}

/* The log that the settings ask for. */
static struct delivery_log *
agent_open_log(struct agent *agent)
{
	static const enum delivery_log_target targets[] = {
	    [LOG_TARGET_SYSLOG] = DELIVERY_LOG_SYSLOG,
	    [LOG_TARGET_FILE] = DELIVERY_LOG_FILE,
	    [LOG_TARGET_OFF] = DELIVERY_LOG_OFF,
	};
	const struct settings *settings = agent->request->settings;
	const struct delivery_log_plan plan = {
	    .target = targets[settings->log],
	    .file = settings->log_file,
	    .user_file = settings->log_user_file,
	    .home = agent->user.home,
	    .process = agent->host.process,
	};

	return delivery_log_new(agent->arena, &plan);
}

struct outcome
agent_run(struct arena *arena, const struct agent_request *request)
{
	struct agent agent = {.arena = arena, .request = request};

	signals_install((unsigned)request->settings->time_limit);
	agent_begin(&agent);
	struct outcome outcome = agent_become_user(&agent);
	if (outcome.class == OUTCOME_DONE)
		outcome = agent_check_home(&agent);
	if (outcome.class == OUTCOME_DONE)
		outcome = agent_take_message(&agent);
	agent.host.log = agent_open_log(&agent);
	if (outcome.class == OUTCOME_DONE) {
		outcome = agent_run_mode(&agent);
		partial_delivery_end(&agent.host.partial, arena, agent.user.home, &agent.envelope,
		    message_bytes(agent.host.received), outcome.class == OUTCOME_LATER);
	} else {
		struct filter_result nowhere = {.end = FILTER_END_FAILED};
		agent_host_log_end(&agent.host, &nowhere,
		    outcome.class == OUTCOME_NEVER ? "refuse" : "defer", &outcome);
	}
	/* Descriptors and mappings go with the process, which ends now: closing them one by one is
	 * work that no message needs. */
	return outcome;
}
