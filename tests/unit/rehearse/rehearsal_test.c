/*
 * Rehearsals: the end of rules as data, with the host that writes down what it was asked.
 */
#include "rehearse/rehearsal.h"

#include <sysexits.h>

#include "filter/engine/plan.h"
#include "filter/engine/variable.h"
#include "support/tap.h"

static const char message_bytes_of_test[] = "From sender@example.org Thu Jan  1 00:00:00 2026\n"
					    "Return-Path: <other@example.org>\n"
					    "Subject: hello\n"
					    "\n"
					    "body\n";

static struct user user_of_test = {
    .name = "alice", .uid = 1000, .gid = 1000, .home = "/", .shell = ""};

struct stage {
	struct arena arena;
	struct settings_source *settings;
	struct agent_request request;
	struct plan plan;
	struct rehearsal rehearsal;
	struct envelope envelope;
};

static void
stage_init(struct stage *stage, struct text rules)
{
	struct error error;

	*stage = (struct stage){.request = {.mode = AGENT_MODE_MANUAL, .rules_file = "rules"}};
	arena_init(&stage->arena, NULL, 0);
	stage->settings = settings_new(&stage->arena);
	check(settings_set(stage->settings, TEXT("default_mailbox"), TEXT("/mail/$USER"), &error));
	stage->request.settings = settings_values(stage->settings);
	plan_init(&stage->plan, &stage->arena);
	stage->rehearsal = (struct rehearsal){
	    .request = &stage->request,
	    .user = &user_of_test,
	    .envelope = &stage->envelope,
	    .message = rehearsal_take_message(&stage->arena, &stage->request,
		text_from_string(message_bytes_of_test), &stage->envelope),
	    .source = rules,
	    .host = &plan_host,
	    .host_self = &stage->plan,
	};
}

static void
falling_through(void)
{
	struct stage stage;

	stage_init(&stage, TEXT("FLAGS=\"S\"\n"));
	struct rehearsal_end end = rehearsal_run(&stage.arena, &stage.rehearsal);
	check_number(end.exit_status, 0);
	check(end.is_by_default);
	check(!end.has_failed);
	check_text(end.mailbox, TEXT("/mail/alice"));
	check_text(variables_get(end.variables, TEXT("FLAGS")), TEXT("S"));
	check_number((long long)stage.plan.count, 1);
	check_text(stage.plan.items[0].text, TEXT("/mail/alice"));
	check_number(stage.plan.items[0].place.line, 0);
	arena_clear(&stage.arena);
}

static void
sender_of_from_line(void)
{
	struct stage stage;

	stage_init(&stage, TEXT("to \"$FROM-$SIZE\"\n"));
	struct rehearsal_end end = rehearsal_run(&stage.arena, &stage.rehearsal);
	check_number(end.result.end, FILTER_END_DELIVERED);
	check(!end.is_by_default);
	/* 33 + 15 + 1 + 5 bytes, the From_ line not among them */
	check_text(stage.plan.items[0].text, TEXT("sender@example.org-54"));
	arena_clear(&stage.arena);
}

static void
errors_are_later(void)
{
	struct stage stage;

	stage_init(&stage, TEXT("to \"./x\"\nif (\n"));
	struct rehearsal_end end = rehearsal_run(&stage.arena, &stage.rehearsal);
	check_number(end.exit_status, EX_TEMPFAIL);
	check(end.has_failed);
	check_number(end.result.end, FILTER_END_FAILED);
	check(text_has_prefix(text_from_string(end.outcome.reason), TEXT("rules:")));
	check_number((long long)stage.plan.count, 0);
	arena_clear(&stage.arena);
}

static void
refusals_have_their_status(void)
{
	struct stage stage;

	stage_init(&stage, TEXT("EXITCODE=67\nexit\n"));
	struct rehearsal_end end = rehearsal_run(&stage.arena, &stage.rehearsal);
	check_number(end.exit_status, EX_NOUSER);
	check_number(end.result.end, FILTER_END_EXIT);
	check_number((long long)stage.plan.count, 0);
	arena_clear(&stage.arena);
}

static void
rewritten_message_is_the_end(void)
{
	struct stage stage;
	struct plan_answer answer = {.output = TEXT("Subject: new\n\nx\n")};

	stage_init(&stage, TEXT("xfilter \"change\"\n"));
	table_set(&stage.plan.answers, TEXT("change"), &answer);
	struct rehearsal_end end = rehearsal_run(&stage.arena, &stage.rehearsal);
	check_text(message_bytes(end.message), TEXT("Subject: new\n\nx\n"));
	arena_clear(&stage.arena);
}

int
main(void)
{
	test("rules that fall through ask for the default mailbox", falling_through);
	test("a From_ line gives the sender and is no part of the message", sender_of_from_line);
	test("rules with an error end with 75, and nothing of them runs", errors_are_later);
	test("an exit that refuses has the exit status of the refusal", refusals_have_their_status);
	test("the end holds the message as the rules left it", rewritten_message_is_the_end);
	return tests_end();
}
