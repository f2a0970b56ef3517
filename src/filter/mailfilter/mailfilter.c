/*
 * Statements of the mailfilter language and its layout rules, in which line ends decide: see
 * mailfilter.h and mailfilter(5), GRAMMAR. An empty line after `if (...)` is an empty branch, as it
 * has always been.
 */
#include "filter/mailfilter/mailfilter.h"

#include "filter/engine/program.h"
#include "filter/mailfilter/actions.h"
#include "filter/mailfilter/lexer.h"
#include "filter/mailfilter/parser.h"

static const struct program_language mailfilter_language = {"mailfilter", mailfilter_parse};

static struct statement *parser_statement(struct parser *parser);

struct statement *
parser_new_statement(struct parser *parser, enum statement_kind kind)
{
	struct statement *statement = arena_alloc(parser->arena, sizeof *statement);

	statement->kind = kind;
	statement->offset = parser->token.start;
	return statement;
}

bool
parser_end_line(struct parser *parser)
{
	if (parser->token.kind == TOKEN_NEWLINE) {
		parser_advance(parser);
		return !parser->failed;
	}
	if (parser->token.kind == TOKEN_END)
		return true;
	if (parser->token.kind == TOKEN_CLOSE_BRACE)
		parser_fail(parser, parser->token.start,
		    "a line end or ; must stand before } (write } on a line of its own)");
	else if (parser->token.kind == TOKEN_OPEN_BRACE)
		parser_fail(parser, parser->token.start, "{ must start a line of its own");
	else
		parser_fail(parser, parser->token.start,
		    "the statement is complete: a line end or ; is expected");
	return false;
}

/* { stmt | NL } up to a closing brace or the end; not taken. */
static bool
parser_statements(struct parser *parser, struct statement **list)
{
	while (!parser->failed && parser->token.kind != TOKEN_END &&
	       parser->token.kind != TOKEN_CLOSE_BRACE) {
		if (parser->token.kind == TOKEN_NEWLINE) {
			parser_advance(parser);
			continue;
		}
		struct statement *statement = parser_statement(parser);
		if (statement == NULL)
			return false;
		*list = statement;
		list = &statement->next;
	}
	return !parser->failed;
}

bool
parser_block(struct parser *parser, struct statement **body)
{
	uint32_t opened = parser->token.start;

	parser_advance(parser);
	if (!parser_statements(parser, body))
		return false;
	if (parser->token.kind != TOKEN_CLOSE_BRACE) {
		parser_fail(parser, opened, "this { has no closing }");
		return false;
	}
	parser_advance(parser);
	if (parser_is_reserved(parser, RESERVED_ELSE) ||
	    parser_is_reserved(parser, RESERVED_ELSIF)) {
		parser_fail(parser, parser->token.start, "a line end must stand between } and `%s`",
		    lexer_reserved_name(parser->token.reserved));
		return false;
	}
	return parser_end_line(parser);
}

/* The line end that a branch must begin behind, and the branch: a statement, or nothing when the
 * line is empty. */
static bool
parser_branch(struct parser *parser, const char *after, struct statement **body)
{
	if (parser->token.kind == TOKEN_OPEN_BRACE) {
		parser_fail(parser, parser->token.start,
		    "{ must start the next line: a line end follows %s", after);
		return false;
	}
	if (parser->token.kind == TOKEN_RESERVED && parser->token.reserved == RESERVED_IF) {
		parser_fail(parser, parser->token.start,
		    "a line end must follow %s (\"else if\" is written `elsif`)", after);
		return false;
	}
	if (parser->token.kind != TOKEN_NEWLINE) {
		parser_fail(parser, parser->token.start,
		    "a line end must follow %s: write the statement on the next line", after);
		return false;
	}
	parser_advance(parser);
	if (parser->token.kind == TOKEN_NEWLINE) {
		parser_advance(parser);
		return !parser->failed;
	}
	*body = parser_statement(parser);
	return *body != NULL;
}

/* '(' expr ')' of `if`, `elsif` and `while`; the current token is the word. */
static struct expression *
parser_condition(struct parser *parser)
{
	enum reserved_word word = parser->token.reserved;

	parser_advance(parser);
	if (parser->token.kind != TOKEN_OPEN_PARENTHESIS) {
		parser_fail(parser, parser->token.start, "( is expected after `%s`",
		    lexer_reserved_name(word));
		return NULL;
	}
	parser_advance(parser);
	struct expression *condition = parser_expression(parser);
	if (condition == NULL)
		return NULL;
	if (parser->token.kind != TOKEN_CLOSE_PARENTHESIS) {
		parser_fail(parser, parser->token.start,
		    "a closing ) is expected here (a condition that goes on in the next line needs "
		    "a \\ at the "
		    "line's end)");
		return NULL;
	}
	parser_advance(parser);
	return condition;
}

static struct statement *
parser_if(struct parser *parser)
{
	struct statement *first = NULL, **end = &first;

	do {
		struct statement *statement = parser_new_statement(parser, STATEMENT_IF);
		*end = statement;
		statement->expression = parser_condition(parser);
		if (statement->expression == NULL || !parser_branch(parser, ")", &statement->body))
			return NULL;
		end = &statement->otherwise;
		statement->otherwise_is_if = parser_is_reserved(parser, RESERVED_ELSIF);
	} while (parser_is_reserved(parser, RESERVED_ELSIF));
	if (parser_is_reserved(parser, RESERVED_ELSE)) {
		parser_advance(parser);
		if (!parser_branch(parser, "`else`", end))
			return NULL;
	}
	return parser->failed ? NULL : first;
}

static struct statement *
parser_while(struct parser *parser)
{
	struct statement *statement = parser_new_statement(parser, STATEMENT_WHILE);

	statement->expression = parser_condition(parser);
	if (statement->expression == NULL || !parser_branch(parser, ")", &statement->body))
		return NULL;
	return statement;
}

static struct statement *
parser_foreach(struct parser *parser)
{
	struct statement *statement = parser_new_statement(parser, STATEMENT_FOREACH);

	parser_advance(parser);
	statement->expression = parser_expression(parser);
	if (statement->expression == NULL)
		return NULL;
	if (statement->expression->kind != EXPRESSION_SEARCH &&
	    statement->expression->kind != EXPRESSION_MATCH) {
		parser_fail(parser, statement->offset,
		    "`foreach` goes over a pattern: foreach /pattern/ or foreach \"text\" =~ "
		    "/pattern/");
		return NULL;
	}
	if (!parser_branch(parser, "the pattern of `foreach`", &statement->body))
		return NULL;
	return statement;
}

/* exception, and dotlock and flock with their operand: the block opens on the same line. */
static struct statement *
parser_guarded(struct parser *parser, enum statement_kind kind)
{
	struct statement *statement = parser_new_statement(parser, kind);
	const char *name = lexer_reserved_name(parser->token.reserved);

	parser_advance(parser);
	if (kind != STATEMENT_EXCEPTION) {
		statement->expression = parser_expression(parser);
		if (statement->expression == NULL)
			return NULL;
	}
	if (parser->token.kind != TOKEN_OPEN_BRACE) {
		parser_fail(
		    parser, parser->token.start, "{ must follow `%s` on the same line", name);
		return NULL;
	}
	return parser_block(parser, &statement->body) ? statement : NULL;
}

/* A word with one operand, and the bare `exit`. */
static struct statement *
parser_simple(struct parser *parser, enum statement_kind kind)
{
	struct statement *statement = parser_new_statement(parser, kind);

	if (kind != STATEMENT_EXPRESSION)
		parser_advance(parser);
	if ((kind == STATEMENT_TO || kind == STATEMENT_CC) && actions_begins_destination(parser))
		return actions_destination(parser, statement) ? statement : NULL;
	if (kind != STATEMENT_EXIT) {
		statement->expression = parser_expression(parser);
		if (statement->expression == NULL)
			return NULL;
	}
	return parser_end_line(parser) ? statement : NULL;
}

/* The words with one operand, and `exit`; whether they act is what embedded mode asks. */
struct simple_statement {
	enum reserved_word word;
	enum statement_kind kind;
	bool acts;
};

static const struct simple_statement simple_statements[] = {
    {RESERVED_TO, STATEMENT_TO, true},
    {RESERVED_CC, STATEMENT_CC, true},
    {RESERVED_XFILTER, STATEMENT_XFILTER, true},
    {RESERVED_SYSTEM, STATEMENT_SYSTEM, true},
    {RESERVED_LOG, STATEMENT_LOG, true},
    {RESERVED_LOGFILE, STATEMENT_LOGFILE, true},
    {RESERVED_EXIT, STATEMENT_EXIT, false},
    {RESERVED_ECHO, STATEMENT_ECHO, false},
    {RESERVED_INCLUDE, STATEMENT_INCLUDE, false},
    {RESERVED_IMPORT, STATEMENT_IMPORT, false},
    {RESERVED_UNSET, STATEMENT_UNSET, false},
};

static struct statement *
parser_simple_word(struct parser *parser)
{
	for (size_t i = 0; i < sizeof simple_statements / sizeof *simple_statements; i++) {
		const struct simple_statement *simple = &simple_statements[i];
		if (simple->word != (enum reserved_word)parser->token.reserved)
			continue;
		if (simple->acts)
			parser_note_token(parser, &parser->program->acting);
		return parser_simple(parser, simple->kind);
	}
	return parser_simple(parser, STATEMENT_EXPRESSION);
}

static struct statement *
parser_reserved_statement(struct parser *parser)
{
	enum reserved_word word = parser->token.reserved;

	switch (word) {
	case RESERVED_IF:
		return parser_if(parser);
	case RESERVED_WHILE:
		return parser_while(parser);
	case RESERVED_FOREACH:
		return parser_foreach(parser);
	case RESERVED_EXCEPTION:
		return parser_guarded(parser, STATEMENT_EXCEPTION);
	case RESERVED_DOTLOCK:
	case RESERVED_FLOCK:
		parser_note_token(parser, &parser->program->acting);
		return parser_guarded(
		    parser, word == RESERVED_DOTLOCK ? STATEMENT_DOTLOCK : STATEMENT_FLOCK);
	case RESERVED_ELSE:
	case RESERVED_ELSIF:
		parser_fail(parser, parser->token.start,
		    "`%s` must start the line right behind its `if` branch (no empty or comment "
		    "line between)",
		    lexer_reserved_name(word));
		return NULL;
	default:
		return parser_simple_word(parser);
	}
}

static struct statement *
parser_statement(struct parser *parser)
{
	struct statement *statement;

	if (!parser_enter(parser))
		return NULL;
	if (parser->token.kind == TOKEN_OPEN_BRACE) {
		statement = parser_new_statement(parser, STATEMENT_BLOCK);
		if (!parser_block(parser, &statement->body))
			statement = NULL;
	} else if (parser->token.kind == TOKEN_RESERVED) {
		statement = parser_reserved_statement(parser);
	} else if (actions_begins_statement(parser)) {
		statement = actions_statement(parser);
	} else {
		statement = parser_simple(parser, STATEMENT_EXPRESSION);
	}
	parser_leave(parser);
	return parser->failed ? NULL : statement;
}

bool
mailfilter_parse(struct arena *arena, struct text name, struct text source,
    const struct program **program_out, struct error *error)
{
	struct program *program = arena_alloc(arena, sizeof *program);
	struct parser parser;

	if (source.size > MAILFILTER_SOURCE_MAX)
		return error_set(error, ERROR_LIMIT, "%.*s: larger than %d MiB",
		    TEXT_ARGUMENTS(name), (int)(MAILFILTER_SOURCE_MAX / 1024 / 1024));
	program->language = &mailfilter_language;
	program->name = name;
	program->source = source;
	program->patterns_end = &program->patterns;
	parser_init(&parser, arena, program, error);
	if (!parser_statements(&parser, &program->statements) || parser.failed)
		return false;
	if (parser.token.kind == TOKEN_CLOSE_BRACE) {
		parser_fail(&parser, parser.token.start, "this } closes nothing");
		return false;
	}
	*program_out = program;
	return true;
}
