/*
 * Attachments in rules: see attachment_words.h. A comparison or match of attachment(fact) is made a node
 * of its own here, so that the evaluation of all others stays what it is.
 */
#include "filter/mailfilter/attachment_words.h"

#include "filter/engine/attachment/attachment_fact.h"
#include "filter/mailfilter/actions.h"
#include "filter/mailfilter/statements.h"

static struct text
attachment_words_written(const struct parser *parser)
{
	const struct token *token = &parser->token;

	if (token->kind == TOKEN_QUOTED || token->kind == TOKEN_LITERAL)
		return token->text;
	return text_slice(parser->program->source, token->start, token->end);
}

bool
attachment_words_call(struct parser *parser, struct expression *call)
{
	enum attachment_fact fact;

	parser_advance(parser);
	struct text word = attachment_words_written(parser);
	if (!attachment_fact_find(word, &fact)) {
		struct text meant = attachment_fact_guess(word);
		if (meant.size > 0)
			parser_fail(parser, parser->token.start,
			    "an attachment has no such fact: write attachment(%.*s)",
			    TEXT_ARGUMENTS(meant));
		else
			parser_fail(parser, parser->token.start,
			    "an attachment has no such fact: it has %s", attachment_fact_names);
		return false;
	}
	call->fact = fact;
	parser_advance(parser);
	return parser_expect(parser, TOKEN_CLOSE_PARENTHESIS,
	    "a closing ) is expected here: attachment(...) takes one word");
}

bool
attachment_words_is_call(const struct expression *expression)
{
	return expression->kind == EXPRESSION_FUNCTION &&
	       expression->function == FUNCTION_ATTACHMENT &&
	       expression->fact != ATTACHMENT_FACT_COUNT;
}

bool
attachment_words_quantify(struct parser *parser, struct expression *expression)
{
	const struct expression *left = expression->operands, *right = left->next;

	expression->kind = EXPRESSION_ATTACHMENTS;
	if (expression->pattern != NULL) {
		expression->offset = left->offset;
		expression->begin = left->begin;
		expression->end = parser->taken;
		if (expression->pattern->weighted)
			parser_fail(parser, expression->pattern->offset,
			    "a pattern of `attachment` has no weight: its value is 1 or 0");
		return !parser->failed;
	}
	if (attachment_words_is_call(left) && attachment_fact_is_many(left->fact) &&
	    attachment_words_is_call(right) && attachment_fact_is_many(right->fact))
		parser_fail(parser, right->offset,
		    "the members of an archive cannot be compared with each other");
	return !parser->failed;
}

bool
attachment_words_begins_loop(const struct parser *parser)
{
	if (parser->token.kind != TOKEN_WORD ||
	    !text_is_equal(parser->token.text, TEXT("attachment")))
		return false;
	switch (actions_peek(parser).kind) {
	case TOKEN_NEWLINE:
	case TOKEN_OPEN_BRACE:
	case TOKEN_OPEN_PARENTHESIS:
		return true;
	default:
		return false;
	}
}

/* The block, on the same line or behind it. */
static bool
attachment_words_body(struct parser *parser, struct statement *statement)
{
	bool parsed;

	parser->is_in_attachments = true;
	if (parser->token.kind == TOKEN_OPEN_BRACE)
		parsed = statements_block(parser, &statement->body);
	else
		parsed = statements_branch(
		    parser, "`foreach attachment` and its condition", &statement->body);
	parser->is_in_attachments = false;
	return parsed;
}

struct statement *
attachment_words_loop(struct parser *parser, struct statement *statement)
{
	statement->kind = STATEMENT_ATTACHMENTS;
	if (actions_peek(parser).kind == TOKEN_OPEN_PARENTHESIS)
		statement->expression = parser_expression(parser);
	else
		parser_advance(parser);
	statement->end = parser->taken;
	if (parser->failed)
		return NULL;
	if (parser->is_in_attachments) {
		parser_fail(parser, statement->offset,
		    "a `foreach attachment` cannot stand in another one");
		return NULL;
	}
	return attachment_words_body(parser, statement) ? statement : NULL;
}

bool
attachment_words_check(struct parser *parser, const struct statement *statement, const char *word)
{
	bool acts_on_one = statement->kind == STATEMENT_STRIP ||
			   statement->kind == STATEMENT_REPLACE ||
			   statement->kind == STATEMENT_SAVE;

	if (acts_on_one && !parser->is_in_attachments)
		return parser_complain(parser, statement->offset,
		    "`%s` acts on one attachment: write it into foreach attachment { ... }, each "
		    "on "
		    "a line of its own (as text it needs quotes: \"%s\")",
		    word, word);
	if (statement->kind == STATEMENT_XFILTER && parser->is_in_attachments)
		return parser_complain(parser, statement->offset,
		    "`xfilter` cannot exchange the message while `foreach attachment` goes over "
		    "its "
		    "attachments: write it behind the loop");
	return true;
}
