/*
 * Statements and their layout rules, in which line ends decide: see statements.h and mailfilter(5),
 * GRAMMAR. An empty line after `if (...)` is an empty branch, as it has always been.
 */
#include "filter/mailfilter/statements.h"

#include "filter/mailfilter/actions.h"
#include "filter/mailfilter/attachment_words.h"
#include "filter/mailfilter/lexer.h"
#include "filter/mailfilter/recovery.h"

static struct statement *statements_one(struct parser *parser);

struct statement *
statements_new(struct parser *parser, enum statement_kind kind)
{
	struct statement *statement = arena_alloc(parser->arena, sizeof *statement);

	statement->kind = kind;
	statement->offset = parser->token.start;
	statement->end = parser->token.end;
	statement->depth = (unsigned short)(parser->depth - 1);
	return statement;
}

bool
statements_end_line(struct parser *parser)
{
	if (parser->token.kind == TOKEN_NEWLINE) {
		parser_advance(parser);
		return !parser->failed;
	}
	if (parser->token.kind == TOKEN_END)
		return true;
	if (parser->token.kind == TOKEN_CLOSE_BRACE)
		return parser_complain(parser, parser->token.start,
		    "a line end or ; must stand before } (write } on a line of its own)");
	if (parser->token.kind == TOKEN_OPEN_BRACE)
		return parser_complain(
		    parser, parser->token.start, "{ must start a line of its own");
	parser_fail(
	    parser, parser->token.start, "the statement is complete: a line end or ; is expected");
	return recovery_skip(parser);
}

bool
statements_read(struct parser *parser, struct statement **list)
{
	unsigned depth = parser->depth;

	while (!parser->failed && parser->token.kind != TOKEN_END &&
	       parser->token.kind != TOKEN_CLOSE_BRACE) {
		if (parser->token.kind == TOKEN_NEWLINE) {
			parser_advance(parser);
			continue;
		}
		struct statement *statement = statements_one(parser);
		if (statement == NULL) {
			if (!recovery_skip(parser))
				return false;
			parser->depth = depth;
			continue;
		}
		*list = statement;
		list = &statement->next;
	}
	return !parser->failed;
}

bool
statements_block(struct parser *parser, struct statement **body)
{
	uint32_t opened = parser->token.start;

	parser_advance(parser);
	if (!statements_read(parser, body))
		return false;
	if (parser->token.kind != TOKEN_CLOSE_BRACE) {
		if (parser->is_brace_unclosed)
			return true;
		parser->is_brace_unclosed = parser->diagnostics != NULL;
		return parser_complain(parser, opened, "this { has no closing }");
	}
	parser_advance(parser);
	if (parser_is_reserved(parser, RESERVED_ELSE) || parser_is_reserved(parser, RESERVED_ELSIF))
		return parser_complain(parser, parser->token.start,
		    "a line end must stand between } and `%s`",
		    lexer_reserved_name(parser->token.reserved));
	return statements_end_line(parser);
}

/* Something else stands where the line must end before a branch; false: that cannot be read. */
static bool
statements_refuse_branch(struct parser *parser, const char *after)
{
	if (parser->token.kind == TOKEN_OPEN_BRACE)
		return parser_complain(parser, parser->token.start,
		    "{ must start the next line: a line end follows %s", after);
	if (parser->token.kind == TOKEN_RESERVED && parser->token.reserved == RESERVED_IF)
		return parser_complain(parser, parser->token.start,
		    "a line end must follow %s (\"else if\" is written `elsif`)", after);
	parser_fail(parser, parser->token.start,
	    "a line end must follow %s: write the statement on the next line", after);
	if (parser->diagnostics == NULL)
		return false;
	if (parser->token.kind == TOKEN_WORD || parser->token.kind == TOKEN_RESERVED ||
	    parser->token.kind == TOKEN_COMMAND)
		parser->failed = false;
	else if (!recovery_skip(parser))
		return false;
	return true;
}

bool
statements_branch(struct parser *parser, const char *after, struct statement **body)
{
	uint32_t line_end = parser->token.start;

	if (parser->token.kind != TOKEN_NEWLINE && !statements_refuse_branch(parser, after))
		return false;
	if (parser->token.kind == TOKEN_NEWLINE) {
		parser_advance(parser);
		if (parser->token.kind == TOKEN_NEWLINE) {
			if (parser->diagnostics != NULL)
				recovery_note_empty_branch(parser, line_end);
			parser_advance(parser);
			return !parser->failed;
		}
	}
	*body = statements_one(parser);
	return *body != NULL;
}

static struct expression *
statements_condition_inside(struct parser *parser)
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
		    "a \\ at the line's end)");
		return NULL;
	}
	parser_advance(parser);
	return condition;
}

/* '(' expr ')' of `if`, `elsif` and `while`; the current token is the word. */
static struct expression *
statements_condition(struct parser *parser)
{
	uint32_t start = parser->token.start;
	struct expression *condition = statements_condition_inside(parser);

	return condition != NULL ? condition : recovery_skip_condition(parser, start);
}

static struct statement *
statements_if(struct parser *parser)
{
	struct statement *first = NULL, **end = &first;

	do {
		struct statement *statement = statements_new(parser, STATEMENT_IF);
		*end = statement;
		statement->expression = statements_condition(parser);
		statement->end = parser->taken;
		if (statement->expression == NULL ||
		    !statements_branch(parser, ")", &statement->body))
			return NULL;
		end = &statement->otherwise;
		statement->otherwise_is_if = parser_is_reserved(parser, RESERVED_ELSIF);
	} while (parser_is_reserved(parser, RESERVED_ELSIF));
	if (parser_is_reserved(parser, RESERVED_ELSE)) {
		parser_advance(parser);
		if (!statements_branch(parser, "`else`", end))
			return NULL;
	}
	return parser->failed ? NULL : first;
}

static struct statement *
statements_while(struct parser *parser)
{
	struct statement *statement = statements_new(parser, STATEMENT_WHILE);

	statement->expression = statements_condition(parser);
	statement->end = parser->taken;
	if (statement->expression == NULL || !statements_branch(parser, ")", &statement->body))
		return NULL;
	return statement;
}

static struct statement *
statements_foreach(struct parser *parser)
{
	struct statement *statement = statements_new(parser, STATEMENT_FOREACH);

	parser_advance(parser);
	if (attachment_words_begins_loop(parser))
		return attachment_words_loop(parser, statement);
	statement->expression = parser_expression(parser);
	statement->end = parser->taken;
	if (statement->expression == NULL)
		return NULL;
	if (statement->expression->kind != EXPRESSION_SEARCH &&
	    statement->expression->kind != EXPRESSION_MATCH) {
		parser_fail(parser, statement->offset,
		    "`foreach` goes over a pattern: foreach /pattern/ or foreach \"text\" =~ "
		    "/pattern/ (or over the attachments: foreach attachment)");
		return NULL;
	}
	if (!statements_branch(parser, "the pattern of `foreach`", &statement->body))
		return NULL;
	return statement;
}

/* exception, and dotlock and flock with their operand: the block opens on the same line. */
static struct statement *
statements_guarded(struct parser *parser, enum statement_kind kind)
{
	struct statement *statement = statements_new(parser, kind);
	const char *name = lexer_reserved_name(parser->token.reserved);

	parser_advance(parser);
	if (kind != STATEMENT_EXCEPTION) {
		statement->expression = parser_expression(parser);
		if (statement->expression == NULL)
			return NULL;
	}
	statement->end = parser->taken;
	if (parser->token.kind != TOKEN_OPEN_BRACE) {
		parser_fail(
		    parser, parser->token.start, "{ must follow `%s` on the same line", name);
		return NULL;
	}
	return statements_block(parser, &statement->body) ? statement : NULL;
}

/* A word with one operand, and the bare `exit`. */
static struct statement *
statements_simple(struct parser *parser, enum statement_kind kind)
{
	struct statement *statement = statements_new(parser, kind);

	if (kind != STATEMENT_EXPRESSION)
		parser_advance(parser);
	if ((kind == STATEMENT_TO || kind == STATEMENT_CC) && actions_begins_destination(parser))
		return actions_destination(parser, statement) ? statement : NULL;
	if (kind != STATEMENT_EXIT) {
		statement->expression = parser_expression(parser);
		if (statement->expression == NULL)
			return NULL;
	}
	statement->end = parser->taken;
	return statements_end_line(parser) ? statement : NULL;
}

/* The words with one operand, and `exit`; whether they act is what embedded mode asks. */
struct simple_statement {
	enum reserved_word word;
	enum statement_kind kind;
	bool acts;
};

static const struct simple_statement statements_simple_words[] = {
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
statements_simple_word(struct parser *parser)
{
	for (size_t i = 0; i < sizeof statements_simple_words / sizeof *statements_simple_words;
	     i++) {
		const struct simple_statement *simple = &statements_simple_words[i];
		if (simple->word != (enum reserved_word)parser->token.reserved)
			continue;
		if (simple->acts)
			parser_note_token(parser, &parser->program->acting);
		struct statement *statement = statements_simple(parser, simple->kind);
		if (statement != NULL &&
		    !attachment_words_check(parser, statement, lexer_reserved_name(simple->word)))
			return NULL;
		return statement;
	}
	return statements_simple(parser, STATEMENT_EXPRESSION);
}

/* `else` or `elsif` without its `if`. */
static struct statement *
statements_orphan(struct parser *parser)
{
	enum reserved_word word = parser->token.reserved;

	if (!parser_complain(parser, parser->token.start,
		"`%s` must start the line right behind its `if` branch (no empty or comment "
		"line between)",
		lexer_reserved_name(word)))
		return NULL;
	if (word == RESERVED_ELSIF)
		return statements_if(parser);
	struct statement *statement = statements_new(parser, STATEMENT_EXCEPTION);
	parser_advance(parser);
	return statements_branch(parser, "`else`", &statement->body) ? statement : NULL;
}

static struct statement *
statements_reserved(struct parser *parser)
{
	enum reserved_word word = parser->token.reserved;

	switch (word) {
	case RESERVED_IF:
		return statements_if(parser);
	case RESERVED_WHILE:
		return statements_while(parser);
	case RESERVED_FOREACH:
		return statements_foreach(parser);
	case RESERVED_EXCEPTION:
		return statements_guarded(parser, STATEMENT_EXCEPTION);
	case RESERVED_DOTLOCK:
	case RESERVED_FLOCK:
		parser_note_token(parser, &parser->program->acting);
		return statements_guarded(
		    parser, word == RESERVED_DOTLOCK ? STATEMENT_DOTLOCK : STATEMENT_FLOCK);
	case RESERVED_ELSE:
	case RESERVED_ELSIF:
		return statements_orphan(parser);
	default:
		return statements_simple_word(parser);
	}
}

static struct statement *
statements_one(struct parser *parser)
{
	struct statement *statement;

	if (!parser_enter(parser))
		return NULL;
	if (parser->token.kind == TOKEN_OPEN_BRACE) {
		statement = statements_new(parser, STATEMENT_BLOCK);
		if (!statements_block(parser, &statement->body))
			statement = NULL;
	} else if (parser->token.kind == TOKEN_RESERVED) {
		statement = statements_reserved(parser);
	} else if (actions_begins_statement(parser)) {
		statement = actions_statement(parser);
	} else {
		statement = statements_simple(parser, STATEMENT_EXPRESSION);
	}
	parser_leave(parser);
	return parser->failed ? NULL : statement;
}
