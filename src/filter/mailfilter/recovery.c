/*
 * Going on after an error; see recovery.h. The lexer is asked again behind what it could not read;
 * a brace at the end of a line is always seen, so that blocks stay balanced.
 */
#include "filter/mailfilter/recovery.h"

#include "base/utf8.h"

/* A condition that goes on in the next line is looked for in so many bytes. */
enum { RECOVERY_CONDITION_MAX = 4096, RECOVERY_ADVICE_MIN = 12 };

/* Where the text in round brackets begins that a message ends with, or the message's size. */
static size_t
recovery_find_advice(struct text what)
{
	size_t at = what.size, depth = 0;

	if (what.size == 0 || what.data[what.size - 1] != ')')
		return what.size;
	while (at > 0) {
		at--;
		if (what.data[at] == ')')
			depth++;
		else if (what.data[at] == '(' && --depth == 0)
			break;
	}
	return at > 0 && what.data[at - 1] == ' ' && what.size - at >= RECOVERY_ADVICE_MIN
		   ? at
		   : what.size;
}

static void
recovery_add(struct parser *parser, uint32_t offset, uint32_t size, struct text what)
{
	size_t advice = recovery_find_advice(what);
	struct text message = text_slice(what, 0, advice == what.size ? advice : advice - 1);
	struct diagnostic *added = diagnostics_add(
	    parser->diagnostics, DIAGNOSTIC_SYNTAX, offset, size, "%.*s", TEXT_ARGUMENTS(message));

	if (advice < what.size) {
		what = text_slice(what, advice + 1, what.size - 1);
		diagnostic_advise(parser->diagnostics, added, "%.*s", TEXT_ARGUMENTS(what));
	}
}

/* The file ends with the line of the last error: that something is missing at the end is its
 * consequence. */
static bool
recovery_was_last_line(const struct parser *parser)
{
	const struct diagnostics *list = parser->diagnostics;
	struct text source = parser->lexer.source;

	if (list->count == 0)
		return false;
	size_t end = text_find_byte(source, list->items[list->count - 1].offset, '\n');
	return text_trim(text_slice(source, end, source.size)).size == 0;
}

void
recovery_note(struct parser *parser, uint32_t offset, struct text what)
{
	const struct token *token = &parser->token;
	uint32_t size = 0;

	if (token->kind == TOKEN_END && offset == token->start && recovery_was_last_line(parser))
		return;
	if (offset == token->start && token->kind != TOKEN_NEWLINE)
		size = token->end - token->start;
	recovery_add(parser, offset, size, what);
}

/* Is this the start of a pattern behind `=`, where a slash begins a path? */
static bool
recovery_is_assigned_pattern(struct text source, size_t at)
{
	if (at < 2 || source.data[at - 1] != '/')
		return false;
	at--;
	while (at > 0 && (source.data[at - 1] == ' ' || source.data[at - 1] == '\t'))
		at--;
	return at > 0 && source.data[at - 1] == '=';
}

void
recovery_note_token(struct parser *parser)
{
	struct lexer *lexer = &parser->lexer;
	struct text source = lexer->source;
	size_t start = lexer->error_offset, end = lexer->position;

	if (end <= start || end > source.size) {
		end = start < source.size ? start + 1 : source.size;
		size_t length = utf8_sequence_length(source, start);
		if (start < source.size && length > 1)
			end = start + length;
	}
	lexer->position = end;
	if (recovery_is_assigned_pattern(source, start)) {
		recovery_add(parser, (uint32_t)start - 1, 1,
		    TEXT("behind = a slash begins a path, not a pattern (a pattern whose value is "
			 "wanted stands in parentheses: NAME = (/pattern/))"));
		return;
	}
	recovery_add(
	    parser, (uint32_t)start, (uint32_t)(end - start), text_from_string(lexer->error->text));
}

/* The lexer goes on behind what it could not read; a { that ends the line counts. */
static void
recovery_resume(struct parser *parser)
{
	struct lexer *lexer = &parser->lexer;
	struct text source = lexer->source;
	size_t start = lexer->error_offset, at = lexer->position;

	if (at <= start)
		at = start < source.size ? start + 1 : source.size;
	if (at > source.size)
		at = source.size;
	size_t last = at;
	while (last > start && text_is_space(source.data[last - 1]))
		last--;
	if (last > start + 1 && source.data[last - 1] == '{')
		at = last - 1;
	lexer->position = at;
	lexer->slash_is_word = false;
}

bool
recovery_skip(struct parser *parser)
{
	struct token *token = &parser->token;

	if (parser->diagnostics == NULL || parser->is_hopeless)
		return false;
	parser->failed = false;
	for (;;) {
		if (token->kind == TOKEN_NEWLINE || token->kind == TOKEN_END ||
		    token->kind == TOKEN_OPEN_BRACE || token->kind == TOKEN_CLOSE_BRACE)
			return true;
		if (token->kind == TOKEN_ERROR)
			recovery_resume(parser);
		lexer_next(&parser->lexer, token);
	}
}

/* Can no condition go on with this token? */
static bool
recovery_ends_condition(const struct token *token)
{
	if (token->kind == TOKEN_RESERVED)
		return token->reserved <= RESERVED_CC;
	return token->kind == TOKEN_END || token->kind == TOKEN_OPEN_BRACE ||
	       token->kind == TOKEN_CLOSE_BRACE || token->kind == TOKEN_ERROR;
}

/* The line ended inside of parentheses: goes on behind the one that closes the condition, if it is
 * near. */
static void
recovery_close_parenthesis(struct parser *parser, uint32_t start)
{
	struct lexer lexer = parser->lexer;
	struct error ignored;
	struct token token;
	unsigned depth = 0;
	uint32_t stopped = parser->token.start;

	lexer.error = &ignored;
	lexer.position = start;
	lexer.slash_is_word = false;
	do {
		lexer_next(&lexer, &token);
		if (token.kind == TOKEN_ERROR || token.kind == TOKEN_END ||
		    token.start > stopped + RECOVERY_CONDITION_MAX ||
		    (token.start > stopped && recovery_ends_condition(&token)))
			return;
		if (token.kind == TOKEN_OPEN_PARENTHESIS)
			depth++;
		if (token.kind == TOKEN_CLOSE_PARENTHESIS && depth > 0 && --depth == 0 &&
		    token.start > stopped) {
			lexer.error = parser->lexer.error;
			parser->lexer = lexer;
			lexer_next(&parser->lexer, &parser->token);
			struct diagnostics *list = parser->diagnostics;
			if (list->count > 0)
				diagnostic_advise(list, &list->items[list->count - 1],
				    "a condition that goes on in the next line needs a \\ at the "
				    "end of this one");
			return;
		}
	} while (token.start < stopped || depth > 0);
}

struct expression *
recovery_skip_condition(struct parser *parser, uint32_t start)
{
	if (parser->diagnostics == NULL || parser->is_hopeless)
		return NULL;
	if (parser->token.kind == TOKEN_NEWLINE)
		recovery_close_parenthesis(parser, start);
	if (!recovery_skip(parser))
		return NULL;
	struct expression *unknown = arena_alloc(parser->arena, sizeof *unknown);
	unknown->kind = EXPRESSION_CONCATENATION;
	unknown->offset = start;
	return unknown;
}

void
recovery_note_empty_branch(struct parser *parser, uint32_t line_end)
{
	struct lexer lexer = parser->lexer;
	struct text source = lexer.source;
	struct error ignored;
	struct token token;
	uint32_t start = line_end, end;

	lexer.error = &ignored;
	do
		lexer_next(&lexer, &token);
	while (token.kind == TOKEN_NEWLINE);
	if (token.kind == TOKEN_END || token.kind == TOKEN_CLOSE_BRACE ||
	    token.kind == TOKEN_ERROR ||
	    (token.kind == TOKEN_RESERVED &&
		(token.reserved == RESERVED_ELSE || token.reserved == RESERVED_ELSIF)))
		return;
	while (start > 0 && source.data[start - 1] != '\n' && source.data[start - 1] != '\r')
		start--;
	while (start < line_end && (source.data[start] == ' ' || source.data[start] == '\t'))
		start++;
	for (end = start; end < line_end && text_is_alpha(source.data[end]);)
		end++;
	const char *what = source.data[parser->token.start] == ';' ||
				   (line_end < source.size && source.data[line_end] == ';')
			       ? "the ;"
			       : "the empty or comment line";
	struct diagnostic *added =
	    diagnostics_add(parser->diagnostics, DIAGNOSTIC_EMPTY_BRANCH, start, end - start,
		"%s behind this is its whole branch: what follows is run in any case", what);
	diagnostic_advise(parser->diagnostics, added,
	    "start the { or the statement in the very next line (for a branch that is meant to be "
	    "empty write { and } on lines of their own)");
}
