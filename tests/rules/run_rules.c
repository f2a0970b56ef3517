/*
 * Runs a rules file on a message without doing what it asks for: run_rules RULES < message. What
 * the rules echo goes to standard output; each request, the end and the reason of a failure to
 * standard error, a line each. The exit status is what an MTA would get. Files named by `include`
 * are read. All of the environment is imported, as maildrop does in manual mode, and arguments
 * behind RULES become the variables 1, 2, ...
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "filter/engine/filter.h"
#include "filter/engine/plan.h"
#include "filter/mailfilter/mailfilter.h"

extern char **environ;

enum { RUN_INPUT_MAX = 64 * 1024 * 1024 };

static bool
run_read(struct arena *arena, FILE *file, struct text *bytes_out)
{
	struct buffer buffer;
	char block[8192];
	size_t size;

	if (file == NULL)
		return false;
	buffer_init(&buffer, RUN_INPUT_MAX);
	while ((size = fread(block, 1, sizeof block, file)) > 0)
		buffer_append(&buffer, (struct text){block, size});
	*bytes_out = arena_copy_text(arena, buffer_text(&buffer));
	buffer_clear(&buffer);
	return !ferror(file);
}

static bool
run_read_file(struct arena *arena, struct text name, struct text *bytes_out, struct error *error)
{
	FILE *file = fopen(arena_copy_string(arena, name), "re");
	bool read = run_read(arena, file, bytes_out);

	if (!read)
		error_set_errno(error, "%.*s", TEXT_ARGUMENTS(name));
	if (file != NULL)
		fclose(file);
	return read;
}

static bool
run_read_rules(
    void *self, struct arena *arena, struct text name, struct text *rules_out, struct error *error)
{
	(void)self;
	return run_read_file(arena, name, rules_out, error);
}

static void
run_import(struct variables *variables, int count, char **arguments)
{
	for (char **entry = environ; *entry != NULL; entry++) {
		struct text value = text_from_string(*entry);
		struct text name = text_split(&value, '=');
		variables_set(variables, name, value);
	}
	for (int i = 0; i < count; i++) {
		char name[16];
		snprintf(name, sizeof name, "%d", i + 1);
		variables_set(variables, text_from_string(name), text_from_string(arguments[i]));
	}
}

static void
run_print(const struct plan *plan, const struct filter_result *result)
{
	static const char *const ends[] = {"fall-through", "delivered", "exit", "failed"};

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_item *item = &plan->items[i];
		if (item->kind == PLAN_ECHO)
			fwrite(item->text.data, 1, item->text.size, stdout);
		else
			fprintf(stderr, "%s %.*s\n", plan_kind_word(item->kind),
			    TEXT_ARGUMENTS(item->text));
	}
	fprintf(stderr, "end %s\n", ends[result->end]);
	if (result->end == FILTER_END_FAILED)
		fprintf(stderr, "error %s\n", result->outcome.reason);
}

int
main(int argc, char **argv)
{
	const struct program *program;
	struct text rules, message;
	struct filter_host host = plan_host;
	struct arena arena;
	struct plan plan;
	struct error error;

	if (argc < 2) {
		fprintf(stderr, "usage: run_rules RULES [argument ...] < message\n");
		return 64;
	}
	arena_init(&arena, NULL, 0);
	plan_init(&plan, &arena);
	plan.time = time(NULL);
	plan.statements_left = 1000000;
	host.read_rules = run_read_rules;
	if (!run_read_file(&arena, text_from_string(argv[1]), &rules, &error) ||
	    !mailfilter_parse(&arena, text_from_string(argv[1]), rules, &program, &error)) {
		fprintf(stderr, "refused %s\n", error.text);
		arena_clear(&arena);
		return 75;
	}
	if (!run_read(&arena, stdin, &message))
		return 75;
	struct variables *variables = variables_new(&arena), *environment = variables_new(&arena);
	run_import(variables, argc - 2, argv + 2);
	run_import(environment, 0, NULL);
	plan.environment = environment;
	struct filter_input input = {
	    .program = program,
	    .message = message_new(&arena, message),
	    .variables = variables,
	    .host = &host,
	    .host_self = &plan,
	};
	struct filter_result result = filter_run(&arena, &input);
	run_print(&plan, &result);
	int status =
	    result.end == FILTER_END_FALL_THROUGH ? 0 : outcome_exit_status(&result.outcome);
	arena_clear(&arena);
	return status;
}
