/*
 * The words beyond maildrop where case files cannot reach: values of the envelope, bytes that a case
 * file cannot hold, what a delivery request says, and limits.
 */
#include <stdint.h>

#include "filter/engine/edit_header.h"
#include "filter/engine/envelope_value.h"
#include "filter/engine/filter.h"
#include "filter/engine/plan.h"
#include "filter/mailfilter/mailfilter.h"
#include "support/tap.h"

static struct arena arena;
static struct plan plan;
static struct variables *variables;
static struct envelope envelope;

/* Runs the rules on the message. */
static struct filter_result
run(struct text rules, struct text message, const struct filter_host *host)
{
	struct text source = exact_copy(rules), bytes = exact_copy(message);
	const struct program *program;
	struct error error;

	plan_init(&plan, &arena);
	plan.statements_left = 100000;
	variables = variables_new(&arena);
	struct filter_result result = {.end = FILTER_END_FAILED};
	bool parsed = mailfilter_parse(&arena, TEXT("r"), source, &program, &error);
	check_text(text_from_string(parsed ? "" : error.text), TEXT(""));
	if (parsed) {
		struct filter_input input = {
		    .program = program,
		    .message = message_new(&arena, bytes),
		    .variables = variables,
		    .envelope = &envelope,
		    .host = host,
		    .host_self = &plan,
		};
		result = filter_run(&arena, &input);
		result.place.file = TEXT("");
	}
	free((void *)(uintptr_t)source.data);
	free((void *)(uintptr_t)bytes.data);
	return result;
}

static void
all_envelope_values(void)
{
	struct text names = text_from_string(envelope_value_names);
	struct text *const values[] = {&envelope.sender, &envelope.recipient,
	    &envelope.original_recipient, &envelope.extension, &envelope.local_part,
	    &envelope.domain, &envelope.queue_id, &envelope.client_address, &envelope.client_name,
	    &envelope.client_helo, &envelope.client_protocol, &envelope.sasl_user,
	    &envelope.sasl_method, &envelope.sasl_sender};
	size_t count = 0;

	/* Each value is its own name. */
	for (; names.size > 0; count++) {
		struct text name = text_trim(text_split(&names, ','));
		if (count < sizeof values / sizeof *values)
			*values[count] = name;
		check(envelope_value_is_name(name));
	}
	check_number((long long)count, sizeof values / sizeof *values);
	for (size_t i = 0; i < count; i++) {
		struct text rules =
		    arena_format(&arena, "X=envelope(\"%.*s\")\n", TEXT_ARGUMENTS(*values[i]));
		check(run(rules, TEXT("\n"), &plan_host).end == FILTER_END_FALL_THROUGH);
		check_text(variables_get(variables, TEXT("X")), *values[i]);
	}
	envelope = (struct envelope){.has_sender = true};
	check(!envelope_value_is_name(TEXT("")));
	check(!envelope_value_is_name(TEXT("Sender")));
	check(!envelope_value_is_name(TEXT("from_line_date")));
}

static void
bytes_of_arguments(void)
{
	struct filter_result result = run(
	    TEXT("if (/^X: (.*)/)\n pipe \"p\", \"$MATCH1\"\n"), TEXT("X: a\0b\n\n"), &plan_host);

	check(result.end == FILTER_END_FAILED && result.failed_in_rules);
	check(strstr(result.outcome.reason, "cannot hold a NUL") != NULL);
	check_number((long long)plan.count, 0);
	/* Anything else is an argument as it stands. */
	result = run(TEXT("if (/^X: (.*)/)\n pipe \"p\", \"$MATCH1\"\n"),
	    TEXT("X: '$(rm) \xc3\xbc`|\"\n\n"), &plan_host);
	check(result.end == FILTER_END_DELIVERED);
	check_text(plan.items[0].text, TEXT("\"p\", \"'$(rm) \xc3\xbc`|\"\""));
}

static struct delivery_request seen;

static struct outcome
see_delivery(void *self, const struct delivery_request *request)
{
	(void)self;
	seen = *request;
	seen.destination = arena_copy_text(&arena, request->destination);
	struct text *arguments =
	    arena_alloc_array(&arena, request->argument_count, sizeof *arguments);
	for (size_t i = 0; i < request->argument_count; i++)
		arguments[i] = arena_copy_text(&arena, request->arguments[i]);
	seen.arguments = arguments;
	return outcome_done("seen");
}

static void
requests_are_whole(void)
{
	struct filter_host host = plan_host;

	host.deliver = see_delivery;
	check_text(run(TEXT("pipe \"a b\", \"c\"\n"), TEXT("A: 1\n\n"), &host).decision,
	    TEXT("pipe \"|a b c\""));
	check(seen.form == DESTINATION_ARGUMENTS && !seen.copy);
	check_number((long long)seen.argument_count, 2);
	check_text(seen.arguments[0], TEXT("a b"));
	check_text(seen.arguments[1], TEXT("c"));
	check_text(seen.destination, TEXT("|a b c"));
	check_number(seen.place.line, 1);
	check_text(
	    run(TEXT("addheader X,y\n\nto mailbox \"W/\xc3\xbc\"\n"), TEXT("A: 1\n\nb"), &host)
		.decision,
	    TEXT("mailbox \"W/\xc3\xbc\""));
	check(seen.form == DESTINATION_MAILBOX && seen.argument_count == 0);
	check_text(message_bytes(seen.message), TEXT("X: y\nA: 1\n\nb"));
	check_number(seen.place.line, 3);
	run(TEXT("cc mailbox \"W\"\n"), TEXT("\n"), &host);
	check(seen.form == DESTINATION_MAILBOX && seen.copy);
	run(TEXT("to \"./W/\"\n"), TEXT("\n"), &host);
	check(seen.form == DESTINATION_WRITTEN && !seen.copy);
}

static void
codes_of_decisions(void)
{
	char code[OUTCOME_CODE_SIZE];
	struct filter_result result = run(TEXT("reject \"a\\n b\"\n"), TEXT("\n"), &plan_host);

	check(result.end == FILTER_END_EXIT && !result.failed_in_rules);
	check_text(outcome_format_code(&result.outcome, code), TEXT("5.7.1"));
	check_text(result.decision, TEXT("reject"));
	result = run(TEXT("tempfail x\n"), TEXT("\n"), &plan_host);
	check_text(outcome_format_code(&result.outcome, code), TEXT("4.7.1"));
	check_text(result.decision, TEXT("tempfail"));
	result = run(TEXT("discard\n"), TEXT("\n"), &plan_host);
	check(result.outcome.class == OUTCOME_DONE);
	check_text(result.decision, TEXT("discard"));
	/* Much text of the message, and a NUL in it. */
	struct buffer message;
	buffer_init(&message, 10000);
	buffer_append(&message, TEXT("X: "));
	for (unsigned i = 0; i < 5000; i++)
		buffer_append_byte(&message, 'x');
	buffer_append(&message, TEXT("\nY: a\0b\n\n"));
	struct text bytes = arena_copy_text(&arena, buffer_text(&message));
	buffer_clear(&message);
	result = run(TEXT("/^X: (.*)/\nreject $MATCH1\n"), bytes, &plan_host);
	check_number((long long)strlen(result.outcome.reason), FILTER_REASON_MAX);
	result = run(TEXT("/^Y: (.*)/\nreject $MATCH1\n"), bytes, &plan_host);
	check_text(text_from_string(result.outcome.reason), TEXT("a"));
}

static void
edits_are_bounded(void)
{
	/* More edits than wait at once: all of them are made. */
	struct filter_result result =
	    run(TEXT("I=0\nwhile ($I < 600)\n{\n I=$I + 1\n addheader X, \"$I\"\n}\n"
		     "to \"x\"\n"),
		TEXT("A: 1\n\nb"), &plan_host);
	check(result.end == FILTER_END_DELIVERED);
	check_number((long long)plan.count, 4); /* three changes of the header and the delivery */
	check(text_has_prefix(plan.items[2].text, TEXT("X: 600\nX: 599\n")));
	check(text_has_suffix(plan.items[2].text, TEXT("X: 2\nX: 1\nA: 1\n")));
	/* Changes without end. */
	result = run(
	    TEXT("while (1)\n{\n setheader X, \"1\"\n /^X/\n}\n"), TEXT("A: 1\n\nb"), &plan_host);
	check(result.end == FILTER_END_FAILED);
	check(strstr(result.outcome.reason, "it was changed 1000 times already") != NULL);
	/* A value without measure. */
	struct buffer message;
	buffer_init(&message, 100000);
	buffer_append(&message, TEXT("X: "));
	for (unsigned i = 0; i <= EDIT_HEADER_VALUE_MAX; i++)
		buffer_append_byte(&message, 'x');
	buffer_append(&message, TEXT("\n\n"));
	struct text bytes = arena_copy_text(&arena, buffer_text(&message));
	buffer_clear(&message);
	result = run(TEXT("/^X: (.*)/\naddheader Y, \"$MATCH1\"\n"), bytes, &plan_host);
	check(result.end == FILTER_END_FAILED);
	check(
	    strstr(result.outcome.reason, "r:2:14: the value of a header field is larger") != NULL);
}

static void
keywords_are_bounded(void)
{
	struct filter_result result = run(
	    TEXT("I=0\nwhile (1)\n{\n I=$I + 1\n flag \"keyword$I\"\n}\n"), TEXT("\n"), &plan_host);

	check(result.end == FILTER_END_FAILED);
	check(strstr(result.outcome.reason, "the keywords are longer than 8192 bytes") != NULL);
	check(variables_get(variables, TEXT("KEYWORDS")).size <= 8192);
}

static bool
never_trusted(void *self)
{
	(void)self;
	return false;
}

static void
trust_is_the_hosts(void)
{
	struct filter_host host = plan_host;
	struct text more = TEXT("log \"x\"\n");
	struct text rules = TEXT("include \"/etc/maildroprcs/a\"\n");
	const struct program *program;
	struct error error;

	for (unsigned round = 0; round < 3; round++) {
		plan_init(&plan, &arena);
		table_set(&plan.rules, TEXT("/etc/maildroprcs/a"), &more);
		host.is_trusted = round == 0   ? plan_host.is_trusted
				  : round == 1 ? never_trusted
					       : NULL;
		check(mailfilter_parse(&arena, TEXT("r"), rules, &program, &error));
		struct filter_input input = {
		    .program = program,
		    .message = message_new(&arena, TEXT("\n")),
		    .variables = variables_new(&arena),
		    .host = &host,
		    .host_self = &plan,
		    .is_embedded = true,
		};
		check((filter_run(&arena, &input).end == FILTER_END_FALL_THROUGH) == (round == 0));
	}
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test("every value of the envelope is given under its name", all_envelope_values);
	test("an argument of `pipe` is any bytes but NUL", bytes_of_arguments);
	test("a delivery request says all that the rule says", requests_are_whole);
	test("decisions have their status codes, and a reason that is short", codes_of_decisions);
	test("edits of the header are bounded, and none is lost", edits_are_bounded);
	test("keywords are bounded", keywords_are_bounded);
	test("whether a file is the administrator's is the host's to say", trust_is_the_hosts);
	arena_clear(&arena);
	return tests_end();
}
