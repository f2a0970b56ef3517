/*
 * The walk over a program, and what all inspectors need; see inspect.h.
 */
#include "filter/mailfilter/inspect.h"

#include <stdlib.h>
#include <string.h>

#include "filter/mailfilter/lexer.h"

enum { INSPECT_TRIALS_MAX = 1000, INSPECT_NUMBER_MAX = 63 };

static const struct text inspect_special_names[] = {
    TEXT("DEFAULT"),
    TEXT("EXITCODE"),
    TEXT("FLAGS"),
    TEXT("FROM"),
    TEXT("HOME"),
    TEXT("HOSTNAME"),
    TEXT("KEYWORDS"),
    TEXT("LINES"),
    TEXT("LOCKEXT"),
    TEXT("LOCKREFRESH"),
    TEXT("LOCKSLEEP"),
    TEXT("LOCKTIMEOUT"),
    TEXT("LOGNAME"),
    TEXT("MAILDIRQUOTA"),
    TEXT("MAILFILTER"),
    TEXT("MATCH"),
    TEXT("PATH"),
    TEXT("RETURNCODE"),
    TEXT("SAVED"),
    TEXT("SENDMAIL"),
    TEXT("SHELL"),
    TEXT("SIZE"),
    TEXT("UMASK"),
    TEXT("UNDECIDED"),
    TEXT("VERBOSE"),
};

bool
inspect_is_special(struct text name)
{
	for (size_t i = 0; i < sizeof inspect_special_names / sizeof *inspect_special_names; i++)
		if (text_is_equal(name, inspect_special_names[i]))
			return true;
	return false;
}

bool
inspect_is_bare(const struct inspection *inspection, const struct expression *string)
{
	char first = inspection->program->source.data[string->offset];

	return string->kind == EXPRESSION_STRING && first != '"' && first != '\'';
}

bool
inspect_next_name(struct text string, size_t *at, struct text *name_out, size_t *start_out)
{
	while (*at < string.size) {
		size_t start = *at, end = start + 1;
		if (string.data[start] != '$') {
			*at += string.data[start] == '\\' ? 2 : 1;
			continue;
		}
		while (end < string.size &&
		       (text_is_alpha(string.data[end]) || text_is_digit(string.data[end]) ||
			   string.data[end] == '_'))
			end++;
		*name_out = text_slice(string, start + 1, end);
		if (end == start + 1 && end < string.size && string.data[end] == '{') {
			end = text_find_byte(string, start, '}');
			*name_out = text_slice(string, start + 2, end);
			end += end < string.size;
		}
		*at = end;
		*start_out = start;
		if (name_out->size > 0)
			return true;
	}
	return false;
}

bool
inspect_literal(const struct expression *expression, struct text *text_out)
{
	if (expression == NULL || expression->kind != EXPRESSION_STRING || expression->expands)
		return false;
	*text_out = expression->text;
	return true;
}

bool
inspect_begins(const struct expression *expression, char byte)
{
	while (expression != NULL && expression->kind == EXPRESSION_CONCATENATION)
		expression = expression->operands;
	if (expression == NULL || expression->kind != EXPRESSION_STRING)
		return false;
	struct text text = text_trim(expression->text);
	return text.size > 0 && text.data[0] == byte;
}

bool
inspect_is_variable(const struct expression *expression, struct text *name_out)
{
	size_t at = 0, start;

	return expression != NULL && expression->kind == EXPRESSION_STRING && expression->expands &&
	       inspect_next_name(expression->text, &at, name_out, &start) && start == 0 &&
	       at == expression->text.size;
}

uint32_t
inspect_offset(const struct inspection *inspection, const struct expression *string, size_t index)
{
	struct text source = inspection->program->source;
	const char *start = string->text.data;

	/* A text with quoted characters was copied: its bytes stand elsewhere. */
	if (start < source.data || start >= source.data + source.size)
		return string->offset;
	return (uint32_t)((size_t)(start - source.data) + index);
}

uint32_t
inspect_name_offset(const struct inspection *inspection, const struct expression *assignment)
{
	struct text source = inspection->program->source;
	uint32_t at = assignment->offset;

	while (at > 0 && text_is_space(source.data[at - 1]))
		at--;
	at -= at > 0 && source.data[at - 1] == '"';
	return at >= assignment->text.size ? at - (uint32_t)assignment->text.size : 0;
}

uint32_t
inspect_size(const struct inspection *inspection, const struct expression *expression)
{
	struct lexer lexer;
	struct error ignored;

	if (expression->pattern != NULL && expression->kind == EXPRESSION_SEARCH)
		return (uint32_t)expression->pattern->written.size;
	if (expression->kind == EXPRESSION_STRING && inspect_is_bare(inspection, expression))
		return (uint32_t)expression->text.size;
	lexer_init(&lexer, inspection->arena, inspection->program->source, &ignored);
	lexer.position = expression->offset;
	struct token token;
	lexer_next(&lexer, &token);
	return token.kind == TOKEN_ERROR ? 1 : token.end - token.start;
}

bool
inspect_is_number(struct text text)
{
	char copy[INSPECT_NUMBER_MAX + 1], *end;

	text = text_trim(text);
	if (text.size == 0 || text.size > INSPECT_NUMBER_MAX)
		return false;
	memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	if (strpbrk(copy, "0123456789") == NULL)
		return false;
	(void)strtod(copy, &end);
	return *end == '\0' && end == copy + text.size;
}

static void
inspect_each_operand(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression, inspect_visit *visit)
{
	struct inspect_site inside = {site->statement, expression};

	visit(inspection, site, expression);
	for (const struct expression *at = expression->operands; at != NULL; at = at->next)
		inspect_each_operand(inspection, &inside, at, visit);
}

void
inspect_each(struct inspection *inspection, const struct statement *list, inspect_visit *visit)
{
	for (const struct statement *outer = list; outer != NULL; outer = outer->next) {
		const struct statement *statement = outer;
		for (;;) {
			struct inspect_site site = {statement, NULL};
			if (statement->expression != NULL)
				inspect_each_operand(
				    inspection, &site, statement->expression, visit);
			inspect_each(inspection, statement->body, visit);
			if (!statement->otherwise_is_if)
				break;
			statement = statement->otherwise;
		}
		inspect_each(inspection, statement->otherwise, visit);
	}
}

static void
inspect_expression(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression)
{
	inspect_condition(inspection, site, expression);
	inspect_arithmetic(inspection, site, expression);
	inspect_command(inspection, site, expression);
	if (expression->kind == EXPRESSION_ATTACHMENTS)
		inspect_attachment(inspection, expression);
	if (expression->pattern != NULL)
		inspect_pattern(inspection, site, expression);
}

void
inspect_program(struct arena *arena, const struct program *program, struct diagnostics *diagnostics)
{
	struct inspection inspection = {.arena = arena,
	    .program = program,
	    .diagnostics = diagnostics,
	    .engine = pattern_engine_new(arena, 0),
	    .trials = INSPECT_TRIALS_MAX};

	table_init(&inspection.variables, arena);
	inspect_collect_variables(&inspection);
	inspect_each(&inspection, program->statements, inspect_expression);
	inspect_variables(&inspection);
	inspect_status(&inspection);
	inspect_flow(&inspection);
	inspect_shadows(&inspection);
	inspect_taint(&inspection);
	pattern_engine_close(inspection.engine);
}
