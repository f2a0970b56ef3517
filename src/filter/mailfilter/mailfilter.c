/*
 * A text of rules as a program, and what is wrong with it; see mailfilter.h. Statements are read by
 * statements.c.
 */
#include "filter/mailfilter/mailfilter.h"

#include "filter/engine/program.h"
#include "filter/mailfilter/inspect.h"
#include "filter/mailfilter/parser.h"
#include "filter/mailfilter/statements.h"

static const struct program_language mailfilter_language = {"mailfilter", mailfilter_parse};

static struct program *
mailfilter_new_program(struct arena *arena, struct text name, struct text source)
{
	struct program *program = arena_alloc(arena, sizeof *program);

	program->language = &mailfilter_language;
	program->name = name;
	program->source = source;
	program->patterns_end = &program->patterns;
	return program;
}

bool
mailfilter_parse(struct arena *arena, struct text name, struct text source,
    const struct program **program_out, struct error *error)
{
	struct parser parser;

	if (source.size > MAILFILTER_SOURCE_MAX)
		return error_set(error, ERROR_LIMIT, "%.*s: larger than %d MiB",
		    TEXT_ARGUMENTS(name), (int)(MAILFILTER_SOURCE_MAX / 1024 / 1024));
	struct program *program = mailfilter_new_program(arena, name, source);
	parser_init(&parser, arena, program, error);
	if (!statements_read(&parser, &program->statements) || parser.failed)
		return false;
	if (parser.token.kind == TOKEN_CLOSE_BRACE) {
		parser_fail(&parser, parser.token.start, "this } closes nothing");
		return false;
	}
	*program_out = program;
	return true;
}

const struct program *
mailfilter_check(
    struct arena *arena, struct text name, struct text source, struct diagnostics *diagnostics)
{
	struct program *program = mailfilter_new_program(arena, name, source);
	struct statement **end = &program->statements;
	struct parser parser;
	struct error error;
	bool is_said = false;

	parser_init_collecting(&parser, arena, program, &error, diagnostics);
	while (statements_read(&parser, end) && parser.token.kind == TOKEN_CLOSE_BRACE) {
		if (!is_said)
			parser_complain(&parser, parser.token.start, "this } closes nothing");
		is_said = true;
		while (*end != NULL)
			end = &(*end)->next;
		parser_advance(&parser);
	}
	inspect_program(arena, program, diagnostics);
	diagnostics_sort(diagnostics);
	return program;
}
