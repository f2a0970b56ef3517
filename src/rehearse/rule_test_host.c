/*
 * The host of rule tests; see rule_test_host.h. What the plan does not know is put in front of its functions.
 */
#include "rehearse/rule_test_host.h"

#include "base/vector.h"
#include "filter/engine/variable.h"
#include "rehearse/rule_test_line.h"

enum { RULE_TEST_ARGUMENTS_MAX = 1024 * 1024 };

/* Rules that say ever more are ended before they fill the memory. */
static void
rule_test_host_keep(struct rule_test_host *host, size_t size)
{
	host->kept += size;
	if (host->kept > RULE_TEST_KEPT_MAX)
		host->plan.statements_left = 1;
}

static void
rule_test_host_echo(void *self, struct text bytes)
{
	rule_test_host_keep(self, bytes.size);
	plan_host.echo(self, bytes);
}

static bool
rule_test_host_log(void *self, struct text line, struct error *error)
{
	rule_test_host_keep(self, line.size);
	return plan_host.log(self, line, error);
}

/* How `expect` calls this delivery. */
static struct text
rule_test_host_word(const struct delivery_request *request)
{
	if (request->place.line == 0)
		return TEXT("keep");
	switch (request->form) {
	case DESTINATION_WRITTEN:
		break;
	case DESTINATION_MAILBOX:
		return request->copy ? TEXT("cc-mailbox") : TEXT("mailbox");
	case DESTINATION_ARGUMENTS:
		return request->copy ? TEXT("cc-pipe") : TEXT("pipe");
	}
	return request->copy ? TEXT("cc") : TEXT("to");
}

/* "program argument", each in quotes where it has to be. */
static struct text
rule_test_host_join(struct arena *arena, const struct delivery_request *request)
{
	struct buffer joined;

	buffer_init(&joined, RULE_TEST_ARGUMENTS_MAX);
	for (size_t i = 0; i < request->argument_count; i++) {
		if (i > 0)
			buffer_append_byte(&joined, ' ');
		rule_test_line_append_word(&joined, request->arguments[i]);
	}
	struct text text = arena_copy_text(arena, buffer_text(&joined));
	buffer_clear(&joined);
	return text;
}

static struct outcome
rule_test_host_deliver(void *self, const struct delivery_request *request)
{
	struct rule_test_host *host = self;
	struct arena *arena = host->plan.arena;
	struct rule_test_host_delivery delivery = {
	    .item = host->plan.count,
	    .word = rule_test_host_word(request),
	    .is_default = request->place.line == 0,
	};

	/* `keep`, and `to "$DEFAULT"`, which is the same. */
	if (request->variables != NULL && !request->copy && request->destination.size > 0)
		delivery.is_default |= text_is_equal(
		    request->destination, variables_get(request->variables, TEXT("DEFAULT")));

	delivery.text = request->form == DESTINATION_ARGUMENTS
			    ? rule_test_host_join(arena, request)
			    : arena_copy_text(arena, request->destination);
	rule_test_host_keep(host, 2 * delivery.text.size);
	host->deliveries = vector_grow(
	    arena, host->deliveries, host->count, &host->capacity, sizeof *host->deliveries);
	host->deliveries[host->count++] = delivery;
	struct outcome outcome = plan_host.deliver(self, request);
	if (outcome.class != OUTCOME_DONE)
		return outcome;
	host->delivered = request->message;
	host->flags = host->keywords = TEXT("");
	if (request->variables != NULL) {
		host->flags =
		    arena_copy_text(arena, variables_get(request->variables, TEXT("FLAGS")));
		host->keywords =
		    arena_copy_text(arena, variables_get(request->variables, TEXT("KEYWORDS")));
	}
	return outcome;
}

/* A header field in front of the message, as commands that judge mail add it. */
static struct text
rule_test_host_add_field(struct arena *arena, struct text field, const struct message *message)
{
	struct text bytes = message_bytes(message);
	struct buffer joined;

	buffer_init(&joined, field.size + 1 + bytes.size);
	buffer_append(&joined, field);
	if (!text_has_suffix(field, TEXT("\n")))
		buffer_append_byte(&joined, '\n');
	buffer_append(&joined, bytes);
	struct text text = arena_copy_text(arena, buffer_text(&joined));
	buffer_clear(&joined);
	return text;
}

static bool
rule_test_host_run(void *self, const struct command_request *request,
    struct command_result *result_out, struct error *error)
{
	struct rule_test_host *host = self;
	struct arena *arena = host->plan.arena;
	const struct rule_test_given *given = table_find(&host->answers, request->command);

	if (given == NULL)
		given = host->any_answer;
	struct plan_answer *answer = arena_alloc(arena, sizeof *answer);
	rule_test_host_keep(host, request->command.size);
	if (given == NULL || given->how == RULE_TEST_HANGS)
		answer->status = -1;
	else if (given->how != RULE_TEST_SUCCEEDS || request->use != COMMAND_REWRITE)
		*answer = (struct plan_answer){(int)given->number, given->value};
	else
		answer->output = message_bytes(request->message);
	if (given != NULL && given->how == RULE_TEST_ADDS)
		rule_test_host_keep(host, message_bytes(request->message).size);
	if (given != NULL && given->how == RULE_TEST_ADDS)
		answer->output = rule_test_host_add_field(arena, given->value, request->message);
	table_set(&host->plan.answers, request->command, answer);
	bool is_known = plan_host.run(self, request, result_out, error);
	if (given != NULL)
		return is_known;
	if (host->unanswered.data == NULL) {
		host->unanswered = arena_copy_text(arena, request->command);
		host->unanswered_use = request->use;
	}
	return error_set(error, ERROR_AGAIN, "the test has no answer for this command");
}

/* The name as it lies on the disk: relative ones, and those below the home, begin where the rules file is. */
static bool
rule_test_host_read_rules(
    void *self, struct arena *arena, struct text name, struct text *rules_out, struct error *error)
{
	struct rule_test_host *host = self;

	if (table_find(&host->plan.rules, name) != NULL || host->material == NULL)
		return plan_host.read_rules(self, arena, name, rules_out, error);
	/* What lies beside the rules is the user's. */
	host->plan.is_trusted = false;
	struct text path = name;
	if (host->home.size > 0 && text_has_prefix(path, host->home) &&
	    path.size > host->home.size && path.data[host->home.size] == '/')
		path = text_slice(path, host->home.size + 1, path.size);
	if (!text_has_prefix(path, TEXT("/")))
		path = arena_format(
		    arena, "%.*s%.*s", TEXT_ARGUMENTS(host->rules_directory), TEXT_ARGUMENTS(path));
	return rule_test_material_read(host->material, path, rules_out, error);
}

void
rule_test_host_init(struct rule_test_host *host, struct arena *arena)
{
	*host = (struct rule_test_host){.functions = plan_host};
	plan_init(&host->plan, arena);
	table_init(&host->answers, arena);
	host->plan.statements_left = RULE_TEST_STATEMENTS_MAX;
	host->functions.deliver = rule_test_host_deliver;
	host->functions.run = rule_test_host_run;
	host->functions.echo = rule_test_host_echo;
	host->functions.log = rule_test_host_log;
	host->functions.read_rules = rule_test_host_read_rules;
}

static void
rule_test_host_give_failure(struct rule_test_host *host, const struct rule_test_given *given)
{
	struct arena *arena = host->plan.arena;
	struct outcome *outcome = arena_alloc(arena, sizeof *outcome);

	*outcome =
	    given->how == RULE_TEST_NEVER
		? outcome_never(arena, STATUS_NO_MAILBOX, 67, "%.*s", TEXT_ARGUMENTS(given->value))
		: outcome_later(arena, STATUS_SYSTEM_FULL, "%.*s", TEXT_ARGUMENTS(given->value));
	table_set(&host->plan.failures, given->name, outcome);
}

void
rule_test_host_give(struct rule_test_host *host, const struct rule_test_given *given)
{
	struct text *bytes;

	switch (given->kind) {
	case RULE_TEST_ANSWER:
		if (text_is_equal(given->name, TEXT("*")))
			host->any_answer = given;
		else
			table_set(&host->answers, given->name, (void *)(uintptr_t)given);
		break;
	case RULE_TEST_FAIL:
		rule_test_host_give_failure(host, given);
		break;
	case RULE_TEST_FILE:
		bytes = arena_alloc(host->plan.arena, sizeof *bytes);
		*bytes = given->source.text;
		table_set(&host->plan.rules, given->name, bytes);
		break;
	case RULE_TEST_DATABASE:
		plan_set_record(&host->plan, given->name, given->source.text, given->value);
		break;
	default:
		break;
	}
}

struct rule_test_ask *
rule_test_host_asks(const struct rule_test_host *host, size_t *count_out)
{
	const struct plan *plan = &host->plan;
	struct rule_test_ask *asks = arena_alloc_array(plan->arena, plan->count, sizeof *asks);
	size_t delivery = 0;

	*count_out = plan->count;
	for (size_t i = 0; i < plan->count; i++) {
		struct rule_test_ask *ask = &asks[i];
		ask->text = plan->items[i].text;
		ask->word = text_from_string(plan_kind_word(plan->items[i].kind));
		if (delivery < host->count && host->deliveries[delivery].item == i) {
			ask->word = host->deliveries[delivery].word;
			ask->text = host->deliveries[delivery].text;
			ask->is_default = host->deliveries[delivery++].is_default;
			ask->is_delivery = true;
		} else if (text_is_equal(ask->word, TEXT("header"))) {
			/* `expect header` is about the message. */
			ask->word = TEXT("edit");
		} else if (plan->items[i].kind == PLAN_ECHO &&
			   !text_has_suffix(ask->text, TEXT("\n"))) {
			ask->word = TEXT("echo-part");
		} else if (plan->items[i].kind == PLAN_ECHO) {
			ask->text.size--;
		}
	}
	return asks;
}
