/*
 * Fuzz target: any bytes as a mailfilter rules file, parsed, and run for a bounded number of
 * statements with the host that only writes down what it is asked, and answers commands. What
 * follows a line "%%" is the message that they run on, where there is such a line.
 */
#include <stddef.h>
#include <stdint.h>

#include "filter/engine/filter.h"
#include "filter/engine/plan.h"
#include "filter/mailfilter/mailfilter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char fuzz_rules_message[] =
    "From: Joe <joe@example.com>\nSubject: Hello\n World\nMIME-Version: 1.0\n"
    "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nbody line\n\xff\xc3\n--x\nX-Y: "
    "z\n\nmore\n--x--\n";

/* Commands that do more than print nothing: "text" and "message" print, the others fail. */
static const struct {
	struct text command;
	struct plan_answer answer;
} fuzz_rules_answers[] = {
    {TEXT("text"), {0, TEXT(" a@b.c\n\xff\r\n(x) ")}},
    {TEXT("message"), {0, TEXT("To: a@b, \"c\" <d@e\nCc: g: h@i;\nSubject: x\n\nbody")}},
    {TEXT("fail"), {1, TEXT("ignored")}},
    {TEXT("empty"), {0, {NULL, 0}}},
    {TEXT("hang"), {-1, {NULL, 0}}},
};

enum { FUZZ_RULES_SIZE_MAX = 65536, FUZZ_RULES_STATEMENTS = 200, FUZZ_RULES_MATCH_LIMIT = 1000 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text source = {(const char *)data, size};
	struct text message = {fuzz_rules_message, sizeof fuzz_rules_message - 1};
	const struct text mark = TEXT("\n%%\n");
	const struct program *program;
	struct arena arena;
	struct plan plan;
	struct outcome busy = {.class = OUTCOME_LATER};
	struct plan_answer answers[sizeof fuzz_rules_answers / sizeof *fuzz_rules_answers];
	struct error error;

	if (size > FUZZ_RULES_SIZE_MAX)
		return 0;
	size_t end = text_find(source, 0, mark);
	if (end < source.size) {
		message = text_slice(source, end + mark.size, source.size);
		source = text_slice(source, 0, end + 1);
	}
	arena_init(&arena, NULL, 0);
	plan_init(&plan, &arena);
	plan.statements_left = FUZZ_RULES_STATEMENTS;
	table_set(&plan.rules, TEXT("self"), &source);
	table_set(&plan.failures, TEXT("busy"), &busy);
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		answers[i] = fuzz_rules_answers[i].answer;
		table_set(&plan.answers, fuzz_rules_answers[i].command, &answers[i]);
	}
	if (mailfilter_parse(&arena, TEXT("rules"), source, &program, &error)) {
		struct filter_input input = {
		    .program = program,
		    .message = message_new(&arena, message),
		    .variables = variables_new(&arena),
		    .host = &plan_host,
		    .host_self = &plan,
		    .match_limit = FUZZ_RULES_MATCH_LIMIT,
		    .verdicts = {VERDICT_OPEN, VERDICT_CLOSED, VERDICT_OPEN},
		    .is_embedded = size > 0 && data[size - 1] == 'e',
		};
		filter_run(&arena, &input);
	}
	arena_clear(&arena);
	return 0;
}
