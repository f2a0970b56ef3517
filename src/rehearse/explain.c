/*
 * The run behind `culver explain`; see explain.h. Loops are told for a few rounds and then counted,
 * so that neither rules nor a message can make a story without end.
 */
#include "rehearse/explain.h"

#include <sysexits.h>

#include "agent/account.h"
#include "base/buffer.h"
#include "filter/engine/observer.h"
#include "rehearse/explain_ask.h"
#include "rehearse/explain_json.h"
#include "rehearse/explain_plan.h"
#include "rehearse/explain_reason.h"
#include "rehearse/explain_report.h"
#include "rehearse/rehearsal.h"
#include "rehearse/rehearsal_host.h"
#include "system/signals.h"

/* A loop whose rounds are only counted. */
struct explain_loop {
	bool is_active;
	const struct program *program;
	uint32_t offset;
	unsigned depth;
	unsigned files; /* entered since */
	uint64_t rounds, changes;
};

struct explain {
	struct arena *arena;
	const struct explain_request *request;
	struct user user;
	struct envelope envelope;
	struct rehearsal_host host;
	struct buffer out;
	struct explain_report report;
	struct explain_json json;
	struct explain_loop loop;
	struct explain_reasons reasons;
};

static void
explain_flush(struct explain *explain)
{
	if (explain->out.size > 0)
		explain->request->write(explain->request->self, buffer_text(&explain->out));
	buffer_reset(&explain->out);
}

static void
explain_end_loop(struct explain *explain)
{
	struct explain_loop *loop = &explain->loop;

	loop->is_active = false;
	if (explain->request->is_json)
		explain_json_collapse(&explain->json, loop->rounds, loop->changes);
	else
		explain_report_collapse(&explain->report, loop->rounds, loop->changes);
}

/* Counts instead of telling; false: the loop is over. */
static bool
explain_is_in_loop(struct explain *explain, const struct observation *observation)
{
	struct explain_loop *loop = &explain->loop;
	bool is_here = loop->files == 0 && observation->program == loop->program;

	switch (observation->kind) {
	case OBSERVATION_ROUND:
		loop->rounds += is_here && observation->offset == loop->offset;
		return true;
	case OBSERVATION_VARIABLE:
		loop->changes++;
		return true;
	case OBSERVATION_FILE_ENTERED:
		loop->files++;
		return true;
	case OBSERVATION_FILE_LEFT:
		return loop->files > 0 && loop->files-- > 0;
	case OBSERVATION_STATEMENT:
		return !is_here || observation->depth > loop->depth;
	case OBSERVATION_CAUGHT:
		return is_here && observation->depth > loop->depth;
	case OBSERVATION_UNLOCK:
		return !is_here || observation->depth > loop->depth;
	case OBSERVATION_END:
		return false;
	default:
		return true;
	}
}

static void
explain_begin_loop(struct explain *explain, const struct observation *observation)
{
	explain->loop = (struct explain_loop){
	    .is_active = true,
	    .program = observation->program,
	    .offset = observation->offset,
	    .depth = observation->depth,
	    .rounds = 1,
	};
}

static void
explain_tell(struct explain *explain, const struct observation *observation)
{
	if (explain->request->is_quiet)
		return;
	if (explain->loop.is_active) {
		if (explain_is_in_loop(explain, observation))
			return;
		explain_end_loop(explain);
	}
	if (observation->kind == OBSERVATION_ROUND && !explain->request->is_full &&
	    observation->number > EXPLAIN_ROUNDS_MAX) {
		explain_begin_loop(explain, observation);
		return;
	}
	if (explain->request->is_json)
		explain_json_tell(&explain->json, observation);
	else
		explain_report_tell(&explain->report, observation);
	explain_flush(explain);
}

static void
explain_observe(void *self, const struct observation *observation)
{
	struct explain *explain = self;

	explain_reason_note(&explain->reasons, observation);
	if (observation->kind == OBSERVATION_EDIT)
		rehearsal_host_note_edit(
		    &explain->host, observation->name, observation->before, observation->value);
	explain_tell(explain, observation);
	if (observation->kind == OBSERVATION_FUNCTION)
		rehearsal_store_forget(&explain->host.stores);
}

static void
explain_prepare(struct explain *explain)
{
	const struct explain_request *request = explain->request;

	explain->host = (struct rehearsal_host){
	    .arena = explain->arena,
	    .request = request->agent,
	    .user = &explain->user,
	    .envelope = &explain->envelope,
	    .message = rehearsal_take_message(
		explain->arena, request->agent, request->message, &explain->envelope),
	    .answers = request->answers,
	    .runs_commands = request->runs_commands,
	    .ask = request->asks ? explain_ask : NULL,
	    .ask_self = explain->arena,
	    .has_time = request->has_time,
	    .time = request->time,
	};
	rehearsal_host_begin(&explain->host);
	explain->report = (struct explain_report){
	    .out = &explain->out,
	    .terminal = &request->terminal,
	    .host = &explain->host,
	    .is_full = request->is_full,
	};
	explain_report_begin(&explain->report);
	explain_json_begin(&explain->json, &explain->out, &explain->host, request->is_full);
}

/* Whose rules, and for which message. */
static void
explain_begin(struct explain *explain)
{
	const struct explain_subject subject = {
	    .user = &explain->user,
	    .envelope = &explain->envelope,
	    .size = message_bytes(explain->host.message).size,
	};

	if (explain->request->is_quiet)
		return;
	if (explain->request->is_json)
		explain_json_subject(&explain->json, &subject);
	else
		explain_report_subject(&explain->report, &subject);
	explain_flush(explain);
}

/* Tells what would happen, and returns the exit status. */
static int
explain_finish(struct explain *explain, const struct rehearsal_end *end, const struct outcome *home)
{
	struct explain_plan plan = {
	    .arena = explain->arena,
	    .out = &explain->out,
	    .terminal = &explain->request->terminal,
	    .host = &explain->host,
	    .end = end,
	    .reasons = &explain->reasons,
	    .home = home,
	    .is_full = explain->request->is_full,
	    .is_quiet = explain->request->is_quiet,
	};

	if (explain->loop.is_active)
		explain_end_loop(explain);
	if (explain->request->is_json)
		explain_plan_json(&plan);
	else
		explain_plan_tell(&plan);
	explain_flush(explain);
	return end->has_failed ? EXPLAIN_FAILED : EX_OK;
}

/* There is nobody whose rules could run. */
static int
explain_refuse(const struct outcome *outcome, struct error *error)
{
	error_set(error, ERROR_REFUSE, "%s", outcome->reason);
	return outcome->class == OUTCOME_NEVER ? EX_NOUSER : EX_NOPERM;
}

int
explain_run(struct arena *arena, const struct explain_request *request, struct error *error)
{
	struct explain explain = {.arena = arena, .request = request};
	struct outcome account = account_become(arena, request->agent, &explain.user);

	if (account.class != OUTCOME_DONE)
		return explain_refuse(&account, error);
	signals_install((unsigned)request->agent->settings->time_limit);
	struct outcome home = account_check_home(arena, request->agent, &explain.user);
	buffer_init(&explain.out, EXPLAIN_OUTPUT_MAX);
	explain_prepare(&explain);
	explain_begin(&explain);
	const struct filter_observer observer = {explain_observe, &explain};
	const struct rehearsal rehearsal = {
	    .request = request->agent,
	    .user = &explain.user,
	    .envelope = &explain.envelope,
	    .message = explain.host.message,
	    .host = &rehearsal_host_functions,
	    .host_self = &explain.host,
	    .observer = &observer,
	};
	struct rehearsal_end end = rehearsal_run(arena, &rehearsal);
	int status = explain_finish(&explain, &end, &home);
	explain_report_end(&explain.report);
	rehearsal_host_end(&explain.host);
	buffer_clear(&explain.out);
	return status;
}
