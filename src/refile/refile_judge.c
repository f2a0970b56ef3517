/*
 * Judging one message; see refile_judge.h. The rules run as a rehearsal: nothing is done.
 */
#include "refile/refile_judge.h"

#include <sys/stat.h>

#include "agent/agent_host.h"
#include "base/clock.h"
#include "deliver/destination.h"
#include "rehearse/rehearsal.h"
#include "rehearse/rehearsal_host.h"
#include "system/signals.h"

/* One message under judgement. */
struct refile_trial {
	struct refile_session *session;
	struct arena *arena;
	const struct refile_message *stored;
	struct rehearsal_host host;
	struct rehearsal_end end;
	struct refile_verdict *verdict;
};

static bool
refile_judge_say(struct refile_trial *trial, enum refile_fate fate, struct text why)
{
	trial->verdict->fate = fate;
	trial->verdict->why = why;
	return fate == REFILE_MOVED;
}

/* The letters and those of the message, each once, in ASCII order. */
static struct text
refile_judge_join_flags(struct arena *arena, struct text a, struct text b)
{
	char *letters = arena_alloc(arena, 27);
	size_t count = 0;

	for (char letter = 'A'; letter <= 'Z'; letter++)
		if (text_find_byte(a, 0, letter) < a.size || text_find_byte(b, 0, letter) < b.size)
			letters[count++] = letter;
	return (struct text){letters, count};
}

static struct text
refile_judge_join_keywords(struct arena *arena, struct text a, struct text b)
{
	if (a.size == 0 || b.size == 0)
		return a.size == 0 ? b : a;
	return arena_format(arena, "%.*s,%.*s", TEXT_ARGUMENTS(a), TEXT_ARGUMENTS(b));
}

/* Fills in the target; false: it is no mailbox, and *why_out says what it is. */
static bool
refile_judge_resolve(struct refile_trial *trial, const struct delivery_request *request,
    const struct rehearsal_note *note, struct refile_target *target, struct text *why_out)
{
	struct refile_session *session = trial->session;
	struct arena *arena = trial->arena;
	struct agent_host *host = arena_alloc(arena, sizeof *host);
	struct outcome outcome;

	if (destination_runs_command(request->form, request->destination)) {
		*why_out = TEXT("goes to a command or an address, which refile does not do");
		return false;
	}
	*host = (struct agent_host){
	    .arena = arena,
	    .request = session->request->agent,
	    .settings = session->request->agent->settings,
	    .user = &session->user,
	    .envelope = &trial->verdict->envelope,
	};
	target->shown = request->destination;
	target->delivery = agent_host_delivery(host, request);
	target->delivery.flags = refile_judge_join_flags(arena, trial->stored->flags, note->flags);
	target->delivery.keywords =
	    refile_judge_join_keywords(arena, trial->stored->keywords, note->keywords);
	target->delivery.received = trial->stored->received;
	target->backend =
	    destination_find(&target->delivery, text_from_string(session->user.home), &outcome);
	if (target->backend == NULL) {
		*why_out = text_from_string(outcome.reason);
		return false;
	}
	target->is_mbox = target->backend == &mbox_backend;
	struct text path = target->delivery.target;
	while (path.size > 1 && path.data[path.size - 1] == '/')
		path.size--;
	target->path =
	    text_has_prefix(path, TEXT("/"))
		? arena_copy_string(arena, path)
		: arena_format(arena, "%s/%.*s", session->here, TEXT_ARGUMENTS(path)).data;
	if (target->backend == &maildir_backend || target->is_mbox)
		return true;
	*why_out = TEXT("is discarded");
	return false;
}

static bool
refile_judge_is_same(const char *a, const char *b)
{
	struct stat first, second;

	return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

static struct delivery_request
refile_judge_request(const struct refile_trial *trial, const struct plan_item *item)
{
	return (struct delivery_request){
	    .form = item->kind == PLAN_MAILBOX || item->kind == PLAN_CC_MAILBOX
			? DESTINATION_MAILBOX
		    : item->kind == PLAN_PIPE || item->kind == PLAN_CC_PIPE ? DESTINATION_ARGUMENTS
									    : DESTINATION_WRITTEN,
	    .destination = item->text,
	    .message = trial->end.message,
	    .variables = trial->end.variables,
	    .place = item->place,
	};
}

/* The copies that the rules ask for; what is no mailbox is left out. */
static void
refile_judge_copies(struct refile_trial *trial)
{
	const struct plan *plan = &trial->host.plan;
	struct refile_verdict *verdict = trial->verdict;
	struct text ignored;

	if (!trial->session->request->copies)
		return;
	verdict->copies = arena_alloc_array(trial->arena, plan->count + 1, sizeof *verdict->copies);
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_item *item = &plan->items[i];
		if (item->kind != PLAN_CC && item->kind != PLAN_CC_MAILBOX)
			continue;
		struct delivery_request request = refile_judge_request(trial, item);
		struct refile_target *copy = &verdict->copies[verdict->copy_count];
		if (refile_judge_resolve(trial, &request, &trial->host.notes[i], copy, &ignored) &&
		    !refile_judge_is_same(copy->path, trial->stored->place))
			verdict->copy_count++;
	}
}

static bool
refile_judge_is_final(enum plan_kind kind)
{
	return kind == PLAN_TO || kind == PLAN_MAILBOX || kind == PLAN_PIPE;
}

static bool
refile_judge_discard(struct refile_trial *trial, struct text why)
{
	if (trial->session->request->deletes)
		return refile_judge_say(trial, REFILE_DELETED, why);
	return refile_judge_say(trial, REFILE_STAYS,
	    arena_format(trial->arena, "%.*s (--delete deletes it)", TEXT_ARGUMENTS(why)));
}

/* The rules delivered it somewhere, or default delivery did. */
static bool
refile_judge_delivered(struct refile_trial *trial)
{
	const struct plan *plan = &trial->host.plan;
	struct refile_verdict *verdict = trial->verdict;
	const struct variables *variables = trial->end.variables;
	size_t last = plan->count;
	struct text why;

	while (last > 0 && !refile_judge_is_final(plan->items[last - 1].kind))
		last--;
	if (last == 0)
		return refile_judge_say(trial, REFILE_STAYS, TEXT("no rule places it"));
	const struct plan_item *item = &plan->items[last - 1];
	const struct rehearsal_note *note = &trial->host.notes[last - 1];
	bool is_default = trial->end.is_by_default ||
			  (item->kind == PLAN_TO && variables != NULL &&
			      text_is_equal(item->text, variables_get(variables, TEXT("DEFAULT"))));
	verdict->place = item->place;
	if (is_default && !trial->session->request->uses_default)
		return refile_judge_say(trial, REFILE_STAYS,
		    trial->end.is_by_default ? TEXT("no rule places it")
					     : TEXT("kept for the default mailbox"));
	struct delivery_request request = refile_judge_request(trial, item);
	if (refile_judge_resolve(trial, &request, note, &verdict->target, &why)) {
		if (refile_judge_is_same(verdict->target.path, trial->stored->place))
			return refile_judge_say(trial, REFILE_STAYS, TEXT("is there already"));
		return refile_judge_say(trial, REFILE_MOVED, TEXT(""));
	}
	if (verdict->target.backend == &discard_backend)
		return refile_judge_discard(trial, TEXT("goes to /dev/null"));
	return refile_judge_say(trial, REFILE_STAYS, why);
}

/* A command that was neither run nor answered decided, perhaps. */
static const struct plan_item *
refile_judge_find_assumed(const struct refile_trial *trial)
{
	const struct plan *plan = &trial->host.plan;

	for (size_t i = 0; i < plan->count; i++)
		if ((plan->items[i].kind == PLAN_COMMAND || plan->items[i].kind == PLAN_SYSTEM ||
			plan->items[i].kind == PLAN_XFILTER) &&
		    trial->host.notes[i].source == COMMAND_SOURCE_ASSUMED)
			return &plan->items[i];
	return NULL;
}

/* What is to be saved before the message goes is not. */
static bool
refile_judge_saves(const struct refile_trial *trial)
{
	const struct plan *plan = &trial->host.plan;

	for (size_t i = 0; i < plan->count; i++)
		if (plan->items[i].kind == PLAN_SAVE)
			return true;
	return false;
}

/* Rules that could not be read or parsed, or are not there: no message needs to be tried. */
static bool
refile_judge_has_rules(const struct rehearsal_end *end)
{
	for (unsigned i = 0; i < end->file_count; i++)
		if (end->files[i].has_run)
			return true;
	return false;
}

static bool
refile_judge_end(struct refile_trial *trial)
{
	const struct rehearsal_end *end = &trial->end;
	struct refile_verdict *verdict = trial->verdict;
	const struct plan_item *assumed = refile_judge_find_assumed(trial);

	verdict->place = end->result.place;
	verdict->is_hopeless = !refile_judge_has_rules(end);
	if (end->has_failed) {
		const struct outcome *outcome =
		    end->result.end == FILTER_END_FAILED ? &end->result.outcome : &end->outcome;
		verdict->detail = text_from_string(outcome->reason);
		return refile_judge_say(trial, REFILE_FAILED, TEXT("the rules failed"));
	}
	if (verdict->is_hopeless)
		return refile_judge_say(trial, REFILE_FAILED, TEXT("there are no rules"));
	if (assumed != NULL) {
		verdict->detail = assumed->text;
		return refile_judge_say(trial, REFILE_STAYS,
		    TEXT("a command of the rules was not run (--run-commands, --answer)"));
	}
	if (refile_judge_saves(trial))
		return refile_judge_say(trial, REFILE_STAYS,
		    TEXT("has attachments that the rules save, which refile does not do"));
	if (end->result.end != FILTER_END_EXIT)
		return refile_judge_delivered(trial);
	verdict->detail = text_from_string(end->outcome.reason);
	if (end->outcome.class == OUTCOME_DONE)
		return refile_judge_discard(trial, TEXT("is discarded"));
	return refile_judge_say(trial, REFILE_STAYS,
	    end->outcome.class == OUTCOME_NEVER ? TEXT("is refused by the rules")
						: TEXT("is put off by the rules"));
}

/* Message and envelope as a delivery had them. */
static const struct message *
refile_judge_take(struct refile_trial *trial, struct agent_request *request)
{
	const struct refile_message *stored = trial->stored;
	struct envelope *envelope = &trial->verdict->envelope;
	char date[CLOCK_ASCTIME_SIZE];

	if (stored->has_sender) {
		request->has_sender = true;
		request->sender = stored->sender;
	}
	const struct message *message =
	    rehearsal_take_message(trial->arena, request, stored->bytes, envelope);
	const struct header_field *field = message_find_field(message, TEXT("Delivered-To"));
	if (request->recipient.size == 0 && field != NULL)
		envelope->recipient = header_unfold(trial->arena, field->body);
	envelope->from_line_date = stored->from_line_date;
	if (stored->from_line_date.size == 0)
		envelope->from_line_date = arena_copy_text(trial->arena,
		    clock_format_asctime((struct timestamp){.seconds = stored->received}, date));
	return message;
}

struct refile_verdict *
refile_judge(
    struct refile_session *session, struct arena *arena, const struct refile_message *message)
{
	struct agent_request request = *session->request->agent;
	struct refile_trial trial = {.session = session, .arena = arena, .stored = message};

	trial.verdict = arena_alloc(arena, sizeof *trial.verdict);
	const struct message *taken = refile_judge_take(&trial, &request);
	trial.host = (struct rehearsal_host){
	    .arena = arena,
	    .request = &request,
	    .user = &session->user,
	    .envelope = &trial.verdict->envelope,
	    .message = taken,
	    .answers = session->request->answers,
	    .runs_commands = session->request->runs_commands,
	};
	rehearsal_host_begin(&trial.host);
	const struct rehearsal rehearsal = {
	    .request = &request,
	    .user = &session->user,
	    .envelope = &trial.verdict->envelope,
	    .message = taken,
	    .kept = &session->kept,
	    .host = &rehearsal_host_functions,
	    .host_self = &trial.host,
	};
	int64_t outer = signals_begin_limit((unsigned)request.settings->time_limit);
	trial.end = rehearsal_run(arena, &rehearsal);
	signals_end_limit(outer);
	trial.verdict->is_edited = session->request->edits && trial.end.message != taken;
	trial.verdict->message = trial.verdict->is_edited ? trial.end.message : taken;
	/* Copied: what `xfilter` printed lies in a file that is closed here. */
	if (trial.verdict->is_edited)
		trial.verdict->message =
		    message_new(arena, arena_copy_text(arena, message_bytes(trial.end.message)));
	if (refile_judge_end(&trial))
		refile_judge_copies(&trial);
	if (trial.host.runner.spool != NULL)
		spool_close(trial.host.runner.spool);
	return trial.verdict;
}
