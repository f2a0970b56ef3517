/*
 * Parsing the words beyond maildrop; see actions.h. One token of foresight decides whether a word is
 * meant.
 */
#include "filter/mailfilter/actions.h"

#include "filter/engine/envelope_value.h"
#include "filter/engine/flag_words.h"
#include "filter/mailfilter/attachment_words.h"
#include "filter/mailfilter/statements.h"
#include "mail/header_edit.h"

enum { ACTIONS_VALUES_MAX = 1000 };

struct contextual_word {
	struct text name;
	enum statement_kind kind;
	enum destination_form form;
	unsigned minimum, maximum; /* values */
	bool acts;                 /* embedded mode refuses it */
};

static const struct contextual_word contextual_words[] = {
    {TEXT("addheader"), STATEMENT_ADDHEADER, 0, 2, 2, true},
    {TEXT("delheader"), STATEMENT_DELHEADER, 0, 1, 1, true},
    {TEXT("discard"), STATEMENT_DISCARD, 0, 0, 0, false},
    {TEXT("flag"), STATEMENT_FLAG, 0, 1, ACTIONS_VALUES_MAX, false},
    {TEXT("keep"), STATEMENT_TO, DESTINATION_WRITTEN, 0, 0, true},
    {TEXT("mailbox"), STATEMENT_TO, DESTINATION_MAILBOX, 1, 1, true},
    {TEXT("pipe"), STATEMENT_TO, DESTINATION_ARGUMENTS, 1, ACTIONS_VALUES_MAX, true},
    {TEXT("reject"), STATEMENT_REJECT, 0, 1, 1, false},
    {TEXT("replace"), STATEMENT_REPLACE, 0, 0, 1, true},
    {TEXT("save"), STATEMENT_SAVE, 0, 1, 1, true},
    {TEXT("setheader"), STATEMENT_SETHEADER, 0, 2, 2, true},
    {TEXT("strip"), STATEMENT_STRIP, 0, 0, 0, true},
    {TEXT("tempfail"), STATEMENT_TEMPFAIL, 0, 1, 1, false},
    {TEXT("timeout"), STATEMENT_TIMEOUT, 0, 1, 1, false},
    {TEXT("unflag"), STATEMENT_UNFLAG, 0, 1, ACTIONS_VALUES_MAX, false},
};

struct contextual_function {
	struct text name;
	enum function function;
};

static const struct contextual_function contextual_functions[] = {
    {TEXT("all"), FUNCTION_ALL},
    {TEXT("any"), FUNCTION_ANY},
    {TEXT("attachment"), FUNCTION_ATTACHMENT},
    {TEXT("envelope"), FUNCTION_ENVELOPE},
};

struct token
actions_peek(const struct parser *parser)
{
	struct lexer ahead = parser->lexer;
	struct error ignored;
	struct token token;

	ahead.error = &ignored;
	lexer_next(&ahead, &token);
	return token;
}

static const struct contextual_word *
actions_find_word(const struct parser *parser)
{
	if (parser->token.kind != TOKEN_WORD)
		return NULL;
	for (size_t i = 0; i < sizeof contextual_words / sizeof *contextual_words; i++)
		if (text_is_equal(contextual_words[i].name, parser->token.text))
			return &contextual_words[i];
	return NULL;
}

static const struct contextual_function *
actions_find_function(const struct parser *parser)
{
	if (parser->token.kind != TOKEN_WORD)
		return NULL;
	for (size_t i = 0; i < sizeof contextual_functions / sizeof *contextual_functions; i++)
		if (text_is_equal(contextual_functions[i].name, parser->token.text))
			return &contextual_functions[i];
	return NULL;
}

bool
actions_begins_statement(const struct parser *parser)
{
	if (actions_find_word(parser) == NULL)
		return false;
	switch (actions_peek(parser).kind) {
	case TOKEN_ASSIGN:
	case TOKEN_OPERATOR:
	case TOKEN_MATCHES:
	case TOKEN_OR:
	case TOKEN_AND:
	case TOKEN_ERROR:
		return false;
	default:
		return true;
	}
}

bool
actions_begins_call(const struct parser *parser)
{
	return actions_find_function(parser) != NULL &&
	       actions_peek(parser).kind == TOKEN_OPEN_PARENTHESIS;
}

bool
actions_begins_destination(const struct parser *parser)
{
	const struct contextual_word *word = actions_find_word(parser);
	struct text source = parser->program->source;
	size_t behind = parser->token.end;

	if (word == NULL || word->form == DESTINATION_WRITTEN || behind >= source.size ||
	    (source.data[behind] != ' ' && source.data[behind] != '\t'))
		return false;
	enum token_kind next = actions_peek(parser).kind;
	return next == TOKEN_QUOTED || next == TOKEN_LITERAL;
}

/* Is the value known now, and not only when it is evaluated? */
static bool
actions_is_literal(const struct expression *value)
{
	return value->kind == EXPRESSION_STRING && !value->expands;
}

/* What can be said of the values of a statement before it runs. */
static bool
actions_check(
    struct parser *parser, const struct contextual_word *word, const struct expression *value)
{
	struct error error;
	bool names_field = word->kind == STATEMENT_ADDHEADER || word->kind == STATEMENT_SETHEADER ||
			   word->kind == STATEMENT_DELHEADER;

	if (names_field && actions_is_literal(value) &&
	    !header_edit_check_name(value->text, &error))
		parser_fail(parser, value->offset, "%s", error.text);
	if (word->kind != STATEMENT_FLAG && word->kind != STATEMENT_UNFLAG)
		return !parser->failed;
	for (; value != NULL; value = value->next)
		if (actions_is_literal(value) && !flag_words_check(value->text, &error))
			parser_fail(parser, value->offset, "%s", error.text);
	return !parser->failed;
}

/* expr { ',' expr }; the current token is behind the word. */
static struct expression *
actions_values(struct parser *parser, const struct contextual_word *word)
{
	struct expression *list = parser_node(parser, EXPRESSION_LIST, parser->token.start);
	struct expression **end = &list->operands;
	unsigned count = 0;

	if (parser->token.kind == TOKEN_PATTERN) {
		parser_fail(parser, parser->token.start,
		    "a text is expected here (a path is written in quotes)");
		return NULL;
	}
	do {
		if (count > 0)
			parser_advance(parser);
		*end = parser_expression(parser);
		if (*end == NULL)
			return NULL;
		end = &(*end)->next;
		count++;
	} while (parser->token.kind == TOKEN_COMMA && count < ACTIONS_VALUES_MAX);
	if (count >= word->minimum && count <= word->maximum)
		return actions_check(parser, word, list->operands) ? list : NULL;
	parser_fail(parser, list->offset, "`%.*s` takes %u value%s, here %s %u",
	    TEXT_ARGUMENTS(word->name), word->maximum, word->maximum == 1 ? "" : "s",
	    count == 1 ? "is" : "are", count);
	return NULL;
}

static bool
actions_has_no_value(const struct parser *parser)
{
	return parser->token.kind == TOKEN_NEWLINE || parser->token.kind == TOKEN_END;
}

/* The values and the line end, or the block, behind the word. */
static bool
actions_operands(
    struct parser *parser, const struct contextual_word *word, struct statement *statement)
{
	if (word->maximum > 0 && !actions_has_no_value(parser)) {
		struct expression *list = actions_values(parser, word);
		if (list == NULL)
			return false;
		bool is_one = word->maximum == 1 && word->kind != STATEMENT_DELHEADER;
		statement->expression = is_one ? list->operands : list;
	}
	statement->end = parser->taken;
	if (word->kind != STATEMENT_TIMEOUT)
		return statements_end_line(parser);
	if (parser->token.kind == TOKEN_OPEN_BRACE)
		return statements_block(parser, &statement->body);
	parser_fail(parser, parser->token.start,
	    "{ must follow `timeout` and its seconds on the same line");
	return false;
}

/* `keep` is `to "$DEFAULT"`. */
static void
actions_keep(struct parser *parser, struct statement *statement)
{
	statement->expression = parser_node(parser, EXPRESSION_STRING, statement->offset);
	statement->expression->text = TEXT("$DEFAULT");
	statement->expression->expands = true;
}

/* Whether what follows the word can be its value; an error says what is wanted. */
static bool
actions_check_shape(struct parser *parser, const struct contextual_word *word)
{
	bool has_value = !actions_has_no_value(parser);

	if (has_value && word->kind == STATEMENT_STRIP && parser->token.kind != TOKEN_CLOSE_BRACE)
		parser_fail(parser, parser->token.start,
		    "`strip` takes no value: a text in the place of the attachment is left by "
		    "replace \"...\"");
	else if (has_value && word->maximum == 0 && parser->token.kind != TOKEN_CLOSE_BRACE)
		parser_fail(parser, parser->token.start, "`%.*s` takes no value",
		    TEXT_ARGUMENTS(word->name));
	else if (!has_value && word->minimum > 0)
		parser_fail(parser, parser->token.start,
		    "`%.*s` needs a value on its line (as text it needs quotes: \"%.*s\")",
		    TEXT_ARGUMENTS(word->name), TEXT_ARGUMENTS(word->name));
	return !parser->failed;
}

struct statement *
actions_statement(struct parser *parser)
{
	const struct contextual_word *word = actions_find_word(parser);
	struct statement *statement = statements_new(parser, word->kind);

	if (word->acts)
		parser_note_token(parser, &parser->program->acting);
	statement->form = word->form;
	parser_advance(parser);
	if (!attachment_words_check(parser, statement, word->name.data) ||
	    !actions_check_shape(parser, word) || !actions_operands(parser, word, statement))
		return NULL;
	if (word->kind == STATEMENT_TO && word->maximum == 0)
		actions_keep(parser, statement);
	return statement;
}

bool
actions_destination(struct parser *parser, struct statement *statement)
{
	const struct contextual_word *word = actions_find_word(parser);

	statement->form = word->form;
	parser_advance(parser);
	return actions_operands(parser, word, statement);
}

/* The names of any(...) and all(...); words that are reserved elsewhere are names here. */
static struct expression *
actions_field_name(struct parser *parser)
{
	const struct token *token = &parser->token;

	if (token->kind != TOKEN_RESERVED)
		return parser_expression(parser);
	struct expression *name = parser_node(parser, EXPRESSION_STRING, token->start);
	name->text = text_slice(parser->program->source, token->start, token->end);
	parser_advance(parser);
	return name;
}

/* '(' name { ',' name } ')' '=~' pattern; the current token is the parenthesis. */
static bool
actions_fields(
    struct parser *parser, const struct contextual_function *word, struct expression *fields)
{
	struct expression **end = &fields->operands;

	do {
		parser_advance(parser);
		struct expression *name = actions_field_name(parser);
		if (name == NULL)
			return false;
		if (actions_is_literal(name) && !header_edit_is_name(name->text)) {
			parser_fail(parser, name->offset, "this is no name of a header field");
			return false;
		}
		*end = name;
		end = &name->next;
	} while (parser->token.kind == TOKEN_COMMA);
	if (!parser_expect(
		parser, TOKEN_CLOSE_PARENTHESIS, "a closing ) or a comma is expected here") ||
	    parser->failed)
		return false;
	if (parser->token.kind == TOKEN_MATCHES)
		parser_advance(parser);
	else
		parser_fail(parser, parser->token.start,
		    "=~ and a /pattern/ must follow `%.*s(...)`", TEXT_ARGUMENTS(word->name));
	if (parser->failed)
		return false;
	if (parser->token.kind != TOKEN_PATTERN) {
		parser_fail(parser, parser->token.start, "a /pattern/ is expected after =~");
		return false;
	}
	fields->pattern = parser_pattern(parser);
	if (fields->pattern->weighted)
		parser_fail(parser, fields->pattern->offset,
		    "a pattern of `%.*s` has no weight: its value is 1 or 0",
		    TEXT_ARGUMENTS(word->name));
	return !parser->failed;
}

/* '(' expr ')'; the current token is the parenthesis. */
static bool
actions_envelope(struct parser *parser, struct expression *call)
{
	parser_advance(parser);
	struct expression *name = parser_expression(parser);
	if (name == NULL)
		return false;
	call->operands = name;
	if (actions_is_literal(name) && !envelope_value_is_name(name->text)) {
		parser_fail(parser, name->offset, "the envelope has no such value: it has %s",
		    envelope_value_names);
		return false;
	}
	return parser_expect(parser, TOKEN_CLOSE_PARENTHESIS, "a closing ) is expected here");
}

static bool
actions_call_inside(
    struct parser *parser, const struct contextual_function *word, struct expression *call)
{
	switch (word->function) {
	case FUNCTION_ENVELOPE:
		return actions_envelope(parser, call);
	case FUNCTION_ATTACHMENT:
		return attachment_words_call(parser, call);
	default:
		call->kind = EXPRESSION_FIELDS;
		return actions_fields(parser, word, call);
	}
}

struct expression *
actions_call(struct parser *parser)
{
	const struct contextual_function *word = actions_find_function(parser);
	struct expression *call = parser_node(parser, EXPRESSION_FUNCTION, parser->token.start);

	call->function = word->function;
	parser_advance(parser);
	bool parsed = actions_call_inside(parser, word, call);
	call->begin = call->offset;
	call->end = parser->taken;
	return parsed ? call : NULL;
}
