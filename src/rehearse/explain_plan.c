/*
 * What would happen, and why; see explain_plan.h.
 */
#include "rehearse/explain_plan.h"

#include "base/json.h"
#include "rehearse/explain_error.h"
#include "rehearse/explain_json.h"
#include "rehearse/explain_text.h"

enum { EXPLAIN_PLAN_VALUE_MAX = 400, EXPLAIN_PLAN_WHY_MAX = 4096 };

static size_t
explain_plan_maximum(const struct explain_plan *plan)
{
	return plan->is_full ? 0 : EXPLAIN_PLAN_VALUE_MAX;
}

/* The ends of locks and limits need no line of their own. */
static bool
explain_plan_is_shown(const struct plan_item *item)
{
	return item->kind != PLAN_UNLOCK && item->kind != PLAN_TIMEOUT &&
	       item->kind != PLAN_END_TIMEOUT;
}

static void
explain_plan_place(struct buffer *out, struct place place)
{
	buffer_append_format(
	    out, "%.*s:%u:%u", TEXT_ARGUMENTS(place.file), place.line, place.column);
}

static void
explain_plan_sentence(const struct explain_plan *plan, enum plan_kind kind, bool is_default)
{
	static const char *const sentences[] = {
	    [PLAN_TO] = "deliver to ",
	    [PLAN_CC] = "copy to ",
	    [PLAN_ECHO] = "print ",
	    [PLAN_LOGFILE] = "log to the file ",
	    [PLAN_LOG] = "log ",
	    [PLAN_COMMAND] = "run and take what it prints: ",
	    [PLAN_SYSTEM] = "run ",
	    [PLAN_XFILTER] = "send the message through ",
	    [PLAN_DOTLOCK] = "hold the lock file ",
	    [PLAN_FLOCK] = "hold the lock on ",
	    [PLAN_STORE] = "keep in a data base ",
	    [PLAN_MAILBOX] = "deliver to the folder ",
	    [PLAN_CC_MAILBOX] = "copy to the folder ",
	    [PLAN_PIPE] = "deliver to the command ",
	    [PLAN_CC_PIPE] = "copy to the command ",
	    [PLAN_HEADER] = "change the header: ",
	    [PLAN_STRIP] = "take out the attachment ",
	    [PLAN_REPLACE] = "put a notice in the place of the attachment ",
	    [PLAN_SAVE] = "save an attachment as ",
	};
	const char *sentence =
	    (size_t)kind < sizeof sentences / sizeof *sentences ? sentences[kind] : NULL;

	if (is_default)
		sentence = "deliver to the default mailbox ";
	if (sentence != NULL)
		buffer_append(plan->out, text_from_string(sentence));
	else
		buffer_append_format(plan->out, "%s ", plan_kind_word(kind));
}

static void
explain_plan_note(
    const struct explain_plan *plan, enum plan_kind kind, const struct rehearsal_note *note)
{
	struct buffer *out = plan->out;

	if (note->flags.size > 0) {
		buffer_append(out, TEXT(", flags "));
		explain_text_quote(out, plan->terminal, note->flags, explain_plan_maximum(plan));
	}
	if (note->keywords.size > 0) {
		buffer_append(out, TEXT(", keywords "));
		explain_text_quote(out, plan->terminal, note->keywords, explain_plan_maximum(plan));
	}
	if (kind != PLAN_COMMAND && kind != PLAN_SYSTEM && kind != PLAN_XFILTER)
		return;
	if (note->status < 0)
		buffer_append(out, TEXT(" (does not end"));
	else
		buffer_append_format(out, " (status %d", note->status);
	buffer_append_format(out, ", %s)", rehearsal_host_source_word(note->source));
}

static void
explain_plan_item(const struct explain_plan *plan, size_t index, size_t number)
{
	const struct plan_item *item = &plan->host->plan.items[index];
	const struct rehearsal_note *note = &plan->host->notes[index];

	buffer_append_format(plan->out, "%4zu. ", number);
	explain_plan_sentence(plan, item->kind, note->is_default);
	/* The arguments of a command have their quotes already. */
	if (item->kind == PLAN_PIPE || item->kind == PLAN_CC_PIPE)
		explain_text_source(
		    plan->out, plan->terminal, item->text, explain_plan_maximum(plan));
	else
		explain_text_quote(plan->out, plan->terminal,
		    item->kind == PLAN_HEADER ? note->edits : item->text,
		    explain_plan_maximum(plan));
	explain_plan_note(plan, item->kind, note);
	if (note->doubt != NULL) {
		buffer_append_byte(plan->out, ' ');
		terminal_append(plan->out, plan->terminal, TERMINAL_WARN,
		    arena_format(plan->arena, "(%s: the delivery would fail)", note->doubt));
	}
	if (item->place.line > 0) {
		buffer_append(plan->out, TEXT("  ["));
		explain_plan_place(plan->out, item->place);
		buffer_append_byte(plan->out, ']');
	}
	buffer_append_byte(plan->out, '\n');
}

static void
explain_plan_items(const struct explain_plan *plan)
{
	const struct plan *written = &plan->host->plan;
	size_t number = 0;

	for (size_t i = 0; i < written->count; i++) {
		if (!explain_plan_is_shown(&written->items[i]))
			continue;
		if (++number <= EXPLAIN_PLAN_ITEMS_MAX || plan->is_full)
			explain_plan_item(plan, i, number);
	}
	if (number == 0)
		buffer_append(plan->out, TEXT("   nothing: no delivery, no command\n"));
	if (number > EXPLAIN_PLAN_ITEMS_MAX && !plan->is_full)
		buffer_append_format(plan->out, "      … %zu more (--full tells them)\n",
		    number - EXPLAIN_PLAN_ITEMS_MAX);
}

/* The condition that led there; true: it holds the pattern that matched last. */
static bool
explain_plan_why_condition(const struct explain_plan *plan, struct buffer *why)
{
	const struct explain_condition *condition = explain_reason_find(plan->reasons);
	const struct terminal plain = {.columns = 0};
	struct text pattern = plan->end->result.condition;

	if (condition == NULL) {
		buffer_append(why, TEXT(", on no condition"));
		return false;
	}
	struct text source = {condition->text, condition->size};
	buffer_append(why, TEXT(", because "));
	explain_text_source(why, &plain, source, 0);
	buffer_append_format(
	    why, " (line %u) was %s", condition->line, condition->truth ? "true" : "false");
	return condition->truth && pattern.size > 0 && text_find(source, 0, pattern) < source.size;
}

static void
explain_plan_why_matched(const struct explain_plan *plan, struct buffer *why)
{
	const struct filter_result *result = &plan->end->result;
	const struct terminal plain = {.columns = 0};

	if (!explain_plan_why_condition(plan, why))
		return;
	buffer_append(why, TEXT("; the last pattern that matched, "));
	explain_text_source(why, &plain, result->condition, EXPLAIN_PLAN_VALUE_MAX);
	buffer_append(why, TEXT(", found "));
	explain_text_quote(why, &plain, result->matched, EXPLAIN_PLAN_VALUE_MAX);
}

static void
explain_plan_why_default(const struct explain_plan *plan, struct buffer *why)
{
	const struct rehearsal_end *end = plan->end;
	bool has_run = false;

	for (unsigned i = 0; i < end->file_count; i++)
		has_run |= end->files[i].has_run;
	if (has_run)
		buffer_append(why, TEXT("no rule decided, so it is the default mailbox's"));
	else
		buffer_append(why, TEXT("there are no rules, so it is the default mailbox's"));
}

/* The answer to "why did my mail go there?", in one sentence. */
static void
explain_plan_why(const struct explain_plan *plan, struct buffer *why)
{
	const struct rehearsal_end *end = plan->end;
	const struct filter_result *result = &end->result;

	if (end->has_failed) {
		buffer_append(why, TEXT("the rules have an error"));
		buffer_append(
		    why, end->is_by_default
			     ? TEXT(", and the setting rules_error says: the default mailbox")
			     : TEXT(", so the message waits in the mail server's queue"));
	} else if (result->end == FILTER_END_FALL_THROUGH && end->is_by_default) {
		explain_plan_why_default(plan, why);
	} else if (result->end == FILTER_END_FALL_THROUGH) {
		buffer_append(
		    why, TEXT("the rules ran to their end, and EXITCODE is their answer"));
	} else {
		explain_plan_place(why, result->place);
		buffer_append(why, TEXT(" says: "));
		terminal_append(
		    why, &(struct terminal){.columns = 0}, TERMINAL_PLAIN, result->decision);
		explain_plan_why_matched(plan, why);
	}
}

/* What the mail server hears, with the number. */
static void
explain_plan_outcome(const struct explain_plan *plan)
{
	static const char *const words[] = {
	    [OUTCOME_LATER] = "try again later",
	    [OUTCOME_DONE] = "done",
	    [OUTCOME_NEVER] = "never: return it to its sender",
	};
	const struct rehearsal_end *end = plan->end;
	char code[OUTCOME_CODE_SIZE];

	buffer_append_format(plan->out, "The mail server would hear: exit status %d, %s",
	    end->exit_status, words[end->outcome.class]);
	if (end->outcome.class != OUTCOME_DONE) {
		buffer_append_format(
		    plan->out, " (%.*s ", TEXT_ARGUMENTS(outcome_format_code(&end->outcome, code)));
		terminal_append(plan->out, plan->terminal, TERMINAL_PLAIN,
		    text_from_string(end->outcome.reason));
		buffer_append_byte(plan->out, ')');
	}
	buffer_append_byte(plan->out, '\n');
}

/* The errors of a file that did not run at all: they have a place in it. */
static bool
explain_plan_draw_errors(const struct explain_plan *plan)
{
	const struct rehearsal_end *end = plan->end;

	if (end->file_count == 0 || end->files[end->file_count - 1].has_run)
		return false;
	return explain_error_draw(
	    plan->arena, plan->out, plan->terminal, end->files[end->file_count - 1].path);
}

static bool
explain_plan_has_doubt(const struct explain_plan *plan)
{
	for (size_t i = 0; i < plan->host->plan.count; i++)
		if (plan->host->notes[i].doubt != NULL)
			return true;
	return false;
}

/* What an error, a question without an answer or a home that is shut means. */
static void
explain_plan_troubles(const struct explain_plan *plan)
{
	const struct filter_result *result = &plan->end->result;

	if (plan->end->has_failed && explain_plan_draw_errors(plan))
		buffer_append(plan->out, TEXT("culver check looks for more than errors.\n"));
	else if (plan->end->has_failed && result->outcome.reason != NULL) {
		terminal_append(plan->out, plan->terminal, TERMINAL_BAD, TEXT("Error: "));
		terminal_append(plan->out, plan->terminal, TERMINAL_PLAIN,
		    text_from_string(result->outcome.reason));
		buffer_append_byte(plan->out, '\n');
	}
	if (explain_plan_has_doubt(plan))
		buffer_append(plan->out,
		    TEXT("That is if all of it succeeds, which it would not now: see above.\n"));
	for (unsigned i = 0; i < plan->end->file_count; i++)
		if (!plan->end->files[i].has_run && !plan->end->has_failed)
			buffer_append_format(
			    plan->out, "There is no rules file %s.\n", plan->end->files[i].path);
	if (result->undecided.size > 0) {
		terminal_append(plan->out, plan->terminal, TERMINAL_WARN, TEXT("Undecided: "));
		terminal_append(plan->out, plan->terminal, TERMINAL_PLAIN, result->undecided);
		buffer_append_byte(plan->out, '\n');
	}
	if (plan->home->class != OUTCOME_DONE) {
		terminal_append(plan->out, plan->terminal, TERMINAL_WARN,
		    TEXT("But now every delivery would wait: "));
		terminal_append(plan->out, plan->terminal, TERMINAL_PLAIN,
		    text_from_string(plan->home->reason));
		buffer_append_byte(plan->out, '\n');
	}
}

void
explain_plan_tell(const struct explain_plan *plan)
{
	char memory[EXPLAIN_PLAN_WHY_MAX];
	struct buffer why;

	if (!plan->is_quiet)
		buffer_append_byte(plan->out, '\n');
	terminal_append(plan->out, plan->terminal, TERMINAL_STRONG, TEXT("What would happen:"));
	buffer_append_byte(plan->out, '\n');
	explain_plan_items(plan);
	explain_plan_outcome(plan);
	explain_plan_troubles(plan);
	buffer_init_lent(&why, memory, sizeof memory, sizeof memory);
	explain_plan_why(plan, &why);
	terminal_append(plan->out, plan->terminal, TERMINAL_STRONG, TEXT("Why: "));
	buffer_append(plan->out, buffer_text(&why));
	buffer_append(plan->out, TEXT(".\n"));
	buffer_clear(&why);
}

static bool
explain_plan_is_delivery(enum plan_kind kind)
{
	return kind == PLAN_TO || kind == PLAN_CC || kind == PLAN_MAILBOX ||
	       kind == PLAN_CC_MAILBOX || kind == PLAN_PIPE || kind == PLAN_CC_PIPE;
}

static void
explain_plan_json_item(const struct explain_plan *plan, size_t index, size_t number)
{
	const struct plan_item *item = &plan->host->plan.items[index];
	const struct rehearsal_note *note = &plan->host->notes[index];
	struct json_writer json;

	json_init(&json, plan->out);
	json_begin_object(&json);
	json_member_text(&json, "kind", TEXT("planned"));
	json_member_integer(&json, "number", (int64_t)number);
	json_member_text(&json, "what", text_from_string(plan_kind_word(item->kind)));
	explain_json_member(&json, "text", item->text, plan->is_full);
	if (item->place.line > 0)
		explain_json_place(&json, item->place);
	if (item->kind == PLAN_HEADER)
		json_member_text(&json, "edits", note->edits);
	if (explain_plan_is_delivery(item->kind)) {
		json_member_bool(&json, "default", note->is_default);
		if (note->doubt != NULL)
			json_member_text(&json, "doubt", text_from_string(note->doubt));
		explain_json_member(&json, "flags", note->flags, plan->is_full);
		explain_json_member(&json, "keywords", note->keywords, plan->is_full);
		explain_json_member(&json, "condition", note->condition, plan->is_full);
		explain_json_member(&json, "matched", note->matched, plan->is_full);
	}
	if (item->kind == PLAN_COMMAND || item->kind == PLAN_SYSTEM || item->kind == PLAN_XFILTER) {
		json_member_text(
		    &json, "source", text_from_string(rehearsal_host_source_word(note->source)));
		if (note->status < 0)
			json_member_null(&json, "status");
		else
			json_member_integer(&json, "status", note->status);
	}
	json_end_object(&json);
	buffer_append_byte(plan->out, '\n');
}

static void
explain_plan_json_outcome(const struct explain_plan *plan)
{
	const struct rehearsal_end *end = plan->end;
	char code[OUTCOME_CODE_SIZE], memory[EXPLAIN_PLAN_WHY_MAX];
	struct json_writer json;
	struct buffer why;

	buffer_init_lent(&why, memory, sizeof memory, sizeof memory);
	explain_plan_why(plan, &why);
	json_init(&json, plan->out);
	json_begin_object(&json);
	json_member_text(&json, "kind", TEXT("outcome"));
	json_member_integer(&json, "exit_status", end->exit_status);
	json_member_text(&json, "outcome", text_from_string(outcome_word(&end->outcome)));
	json_member_text(&json, "code", outcome_format_code(&end->outcome, code));
	json_member_text(&json, "reason",
	    text_from_string(end->outcome.reason != NULL ? end->outcome.reason : ""));
	json_member_bool(&json, "failed", end->has_failed);
	json_member_bool(&json, "by_default", end->is_by_default);
	if (end->has_failed && end->result.outcome.reason != NULL)
		json_member_text(&json, "error", text_from_string(end->result.outcome.reason));
	if (end->result.undecided.size > 0)
		json_member_text(&json, "undecided", end->result.undecided);
	if (plan->home->class != OUTCOME_DONE)
		json_member_text(&json, "home", text_from_string(plan->home->reason));
	json_member_text(&json, "why", buffer_text(&why));
	json_end_object(&json);
	buffer_append_byte(plan->out, '\n');
	buffer_clear(&why);
}

void
explain_plan_json(const struct explain_plan *plan)
{
	const struct plan *written = &plan->host->plan;
	size_t number = 0;

	for (size_t i = 0; i < written->count; i++)
		if (explain_plan_is_shown(&written->items[i]))
			explain_plan_json_item(plan, i, ++number);
	explain_plan_json_outcome(plan);
}
