/*
 * Fuzz target: any bytes as a mailfilter rules file, parsed, and run for a bounded number of
 * statements with the host that only writes down what it is asked.
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

enum { FUZZ_RULES_SIZE_MAX = 65536, FUZZ_RULES_STATEMENTS = 200, FUZZ_RULES_MATCH_LIMIT = 1000 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text source = {(const char *)data, size};
	const struct program *program;
	struct arena arena;
	struct plan plan;
	struct error error;

	if (size > FUZZ_RULES_SIZE_MAX)
		return 0;
	arena_init(&arena, NULL, 0);
	plan_init(&plan, &arena);
	plan.statements_left = FUZZ_RULES_STATEMENTS;
	table_set(&plan.rules, TEXT("self"), &source);
	if (mailfilter_parse(&arena, TEXT("rules"), source, &program, &error)) {
		struct filter_problem *problems;
		struct filter_input input = {
		    .program = program,
		    .message = message_new(
			&arena, (struct text){fuzz_rules_message, sizeof fuzz_rules_message - 1}),
		    .variables = variables_new(&arena),
		    .host = &plan_host,
		    .host_self = &plan,
		    .match_limit = FUZZ_RULES_MATCH_LIMIT,
		};
		filter_run(&arena, &input);
		filter_check_patterns(&arena, program, &problems);
	}
	arena_clear(&arena);
	return 0;
}
