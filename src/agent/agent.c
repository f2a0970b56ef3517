/*
 * The delivery of one message; see agent.h. The order matters: first the user's identity, then the
 * message, then the rules, then acting; everything of the user's is touched only as the user.
 */
#include "agent/agent.h"

#include <unistd.h>

#include "agent/account.h"
#include "agent/agent_host.h"
#include "agent/envelope_sources.h"
#include "agent/rules_environment.h"
#include "agent/rules_run.h"
#include "base/clock.h"
#include "system/signals.h"

/* One run. */
struct agent {
	struct arena *arena;
	const struct agent_request *request;
	struct user user;
	struct envelope envelope;
	struct agent_host host;
};

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

static struct outcome
agent_deliver_by_default(void *self, const struct delivery_request *request)
{
	struct agent *agent = self;

	return agent_host_deliver(&agent->host, request, "default");
}

static void
agent_log_end(void *self, const struct filter_result *result, const char *action,
    const struct outcome *outcome)
{
	struct agent *agent = self;

	agent_host_log_end(&agent->host, result, action, outcome);
}

static void
agent_note_undecided(void *self, struct text undecided)
{
	struct agent *agent = self;

	agent_host_note_undecided(&agent->host, undecided);
}

static struct outcome
agent_follow_rules(struct agent *agent)
{
	struct rules_run run = {
	    .arena = agent->arena,
	    .request = agent->request,
	    .user = &agent->user,
	    .envelope = &agent->envelope,
	    .message = agent->host.message,
	    .host = &agent_host_functions,
	    .host_self = &agent->host,
	    .deliver_by_default = agent_deliver_by_default,
	    .note_undecided = agent_note_undecided,
	    .log_end = agent_log_end,
	    .self = agent,
	};

	return rules_run(&run);
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

struct outcome
agent_run(struct arena *arena, const struct agent_request *request)
{
	struct agent agent = {.arena = arena, .request = request};

	signals_install((unsigned)request->settings->time_limit);
	agent_begin(&agent);
	struct outcome outcome = account_become(arena, request, &agent.user);
	if (outcome.class == OUTCOME_DONE)
		outcome = account_check_home(arena, request, &agent.user);
	if (outcome.class == OUTCOME_DONE)
		outcome = agent_take_message(&agent);
	agent.host.log =
	    agent_host_open_log(arena, request->settings, &agent.user, agent.host.process);
	if (outcome.class == OUTCOME_DONE) {
		outcome = agent_follow_rules(&agent);
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
