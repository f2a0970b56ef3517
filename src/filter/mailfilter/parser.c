/*
 * Expressions of the mailfilter language by recursive descent, one function a level of precedence,
 * loosest first:
 * =, ||, &&, comparison, |, &, + -, * /, =~, element. See parser.h.
 */
#include "filter/mailfilter/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/engine/value.h"
#include "filter/mailfilter/actions.h"
#include "filter/mailfilter/attachment_words.h"
#include "filter/mailfilter/pattern_flag.h"
#include "filter/mailfilter/recovery.h"

enum { FLAGS_TEXT_MAX = 64 };

void
parser_init(
    struct parser *parser, struct arena *arena, struct program *program, struct error *error)
{
	parser_init_collecting(parser, arena, program, error, NULL);
}

void
parser_init_collecting(struct parser *parser, struct arena *arena, struct program *program,
    struct error *error, struct diagnostics *diagnostics)
{
	*parser = (struct parser){
	    .arena = arena, .program = program, .error = error, .diagnostics = diagnostics};
	lexer_init(&parser->lexer, arena, program->source, error);
	parser_advance(parser);
}

void
parser_advance(struct parser *parser)
{
	if (parser->token.kind == TOKEN_ERROR)
		return;
	parser->taken = parser->token.end;
	lexer_next(&parser->lexer, &parser->token);
	if (parser->token.kind == TOKEN_ERROR) {
		if (parser->diagnostics != NULL) {
			recovery_note_token(parser);
			return;
		}
		struct place place =
		    program_place(parser->program, (uint32_t)parser->lexer.error_offset);
		error_prefix(parser->error, "%.*s:%u:%u: ", TEXT_ARGUMENTS(place.file), place.line,
		    place.column);
		parser->failed = true;
	}
}

static void parser_fail_list(struct parser *parser, uint32_t offset, const char *format,
    va_list arguments) __attribute__((format(printf, 3, 0)));

static void
parser_fail_list(struct parser *parser, uint32_t offset, const char *format, va_list arguments)
{
	char what[ERROR_TEXT_MAX];

	if (parser->failed)
		return;
	parser->failed = true;
	vsnprintf(what, sizeof what, format, arguments);
	if (parser->diagnostics != NULL) {
		/* Of a token that cannot be read all has been said. */
		if (parser->token.kind != TOKEN_ERROR)
			recovery_note(parser, offset, text_from_string(what));
		return;
	}
	struct place place = program_place(parser->program, offset);
	error_set(parser->error, ERROR_INPUT, "%.*s:%u:%u: %s", TEXT_ARGUMENTS(place.file),
	    place.line, place.column, what);
}

void
parser_fail(struct parser *parser, uint32_t offset, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	parser_fail_list(parser, offset, format, arguments);
	va_end(arguments);
}

bool
parser_complain(struct parser *parser, uint32_t offset, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	parser_fail_list(parser, offset, format, arguments);
	va_end(arguments);
	if (parser->diagnostics == NULL || parser->is_hopeless || parser->token.kind == TOKEN_ERROR)
		return false;
	parser->failed = false;
	return true;
}

bool
parser_enter(struct parser *parser)
{
	if (parser->depth >= PROGRAM_DEPTH_MAX) {
		parser_fail(parser, parser->token.start, "nested more than %d levels deep",
		    (int)PROGRAM_DEPTH_MAX);
		parser->is_hopeless = true;
		return false;
	}
	parser->depth++;
	return true;
}

void
parser_leave(struct parser *parser)
{
	parser->depth--;
}

bool
parser_is_reserved(const struct parser *parser, enum reserved_word word)
{
	return parser->token.kind == TOKEN_RESERVED && parser->token.reserved == word;
}

/* Notes the first thing of a kind. */
static void
parser_note(struct program_mention *mention, uint32_t offset, struct text what)
{
	if (mention->what.size == 0)
		*mention = (struct program_mention){what, offset};
}

void
parser_note_token(const struct parser *parser, struct program_mention *mention)
{
	const struct token *token = &parser->token;

	parser_note(
	    mention, token->start, text_slice(parser->program->source, token->start, token->end));
}

/* `$name` stands in the text: is one of the names worth knowing? */
static bool
parser_note_names(struct parser *parser, struct text text)
{
	if (!value_has_names(text))
		return false;
	if (text_find(text, 0, TEXT("LINES")) < text.size)
		parser->program->mentions_lines = true;
	return true;
}

struct expression *
parser_node(struct parser *parser, enum expression_kind kind, uint32_t offset)
{
	struct expression *node = arena_alloc(parser->arena, sizeof *node);

	node->kind = kind;
	node->offset = offset;
	return node;
}

/* Keeps what was written, for explanations. */
static void
parser_span(const struct parser *parser, struct expression *node, uint32_t begin)
{
	node->begin = begin;
	node->end = parser->taken;
}

static bool
parser_begins_number(char byte)
{
	return text_is_digit(byte) || byte == '.' || byte == '-' || byte == '+';
}

/* "W" or "W,F": a factor that is not there is 1. */
static void
parser_weights(struct program_pattern *pattern, struct text flags)
{
	char copy[FLAGS_TEXT_MAX];
	struct text weight = text_split(&flags, ',');

	snprintf(copy, sizeof copy, "%.*s", TEXT_ARGUMENTS(weight));
	pattern->weighted = true;
	pattern->weight = strtod(copy, NULL);
	snprintf(copy, sizeof copy, "%.*s", TEXT_ARGUMENTS(flags));
	pattern->factor =
	    flags.size > 0 && parser_begins_number(flags.data[0]) ? strtod(copy, NULL) : 1;
}

static void
parser_flags(struct program_pattern *pattern, struct text flags)
{
	const unsigned forms = PATTERN_SCOPE_WHOLE | PATTERN_SCOPE_RAW;
	unsigned form = 0;
	bool whole = false;

	for (size_t i = 0; i < flags.size; i++) {
		const struct pattern_flag *flag = pattern_flag_find(flags.data[i]);
		if (flag == NULL) {
			if (parser_begins_number(flags.data[i]) && !pattern->weighted)
				parser_weights(pattern, text_slice(flags, i, flags.size));
			continue;
		}
		form |= flag->scope & forms;
		pattern->scope |= flag->scope & ~forms;
		whole |= flag->is_whole;
		pattern->case_sensitive |= flag->is_case_sensitive;
	}
	if ((form & PATTERN_SCOPE_WHOLE) != 0 && (!whole || pattern->scope != 0))
		pattern->scope |= PATTERN_SCOPE_BODY;
	if (pattern->scope == 0)
		pattern->scope =
		    whole ? PATTERN_SCOPE_HEADER | PATTERN_SCOPE_BODY : PATTERN_SCOPE_HEADER;
	if ((pattern->scope & PATTERN_SCOPE_HEADER) != 0)
		pattern->scope &= ~(unsigned)PATTERN_SCOPE_TOP_HEADER;
	pattern->scope |= form;
}

struct program_pattern *
parser_pattern(struct parser *parser)
{
	struct program_pattern *pattern = arena_alloc(parser->arena, sizeof *pattern);
	const struct token *token = &parser->token;
	struct program *program = parser->program;

	pattern->source = token->text;
	pattern->written = text_slice(program->source, token->start, token->end);
	pattern->expands = parser_note_names(parser, token->text);
	pattern->offset = token->start;
	pattern->index = program->pattern_count++;
	parser_flags(pattern, token->flags);
	*program->patterns_end = pattern;
	program->patterns_end = &pattern->next;
	parser_advance(parser);
	return pattern;
}

static bool
parser_is_string(enum token_kind kind)
{
	return kind == TOKEN_WORD || kind == TOKEN_QUOTED || kind == TOKEN_LITERAL ||
	       kind == TOKEN_COMMAND;
}

static struct expression *
parser_string(struct parser *parser)
{
	struct expression *first = NULL, **end = &first;
	unsigned count = 0;
	uint32_t offset = parser->token.start;

	while (parser_is_string(parser->token.kind)) {
		const struct token *token = &parser->token;
		bool is_command = token->kind == TOKEN_COMMAND;
		struct expression *node = parser_node(
		    parser, is_command ? EXPRESSION_COMMAND : EXPRESSION_STRING, token->start);
		node->text = token->text;
		node->is_name = token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED;
		node->expands = node->is_name && parser_note_names(parser, token->text);
		if (is_command)
			parser_note(
			    &parser->program->acting, token->start, TEXT("a command in backticks"));
		*end = node;
		end = &node->next;
		count++;
		parser_advance(parser);
	}
	if (count == 1)
		return first;
	struct expression *joined = parser_node(parser, EXPRESSION_CONCATENATION, offset);
	joined->operands = first;
	return joined;
}

static struct expression *parser_element(struct parser *parser);

static struct expression *
parser_prefix(struct parser *parser, enum expression_kind kind, enum function function)
{
	struct expression *node = parser_node(parser, kind, parser->token.start);

	node->function = function;
	parser_advance(parser);
	node->operands = parser_element(parser);
	parser_span(parser, node, node->offset);
	return node->operands == NULL ? NULL : node;
}

bool
parser_expect(struct parser *parser, enum token_kind kind, const char *what)
{
	if (parser->token.kind != kind) {
		parser_fail(parser, parser->token.start, "%s", what);
		return false;
	}
	parser_advance(parser);
	return true;
}

/* name ( expr , ... ) with that many operands. */
static struct expression *
parser_call(struct parser *parser, enum function function, unsigned minimum, unsigned maximum)
{
	struct expression *node = parser_node(parser, EXPRESSION_FUNCTION, parser->token.start);
	struct expression **end = &node->operands;
	const char *name = lexer_reserved_name(parser->token.reserved);
	unsigned count = 0;

	node->function = function;
	parser_advance(parser);
	if (parser->token.kind != TOKEN_OPEN_PARENTHESIS) {
		parser_fail(parser, parser->token.start, "( is expected after `%s`", name);
		return NULL;
	}
	do {
		parser_advance(parser);
		*end = parser_expression(parser);
		if (*end == NULL)
			return NULL;
		end = &(*end)->next;
		count++;
	} while (parser->token.kind == TOKEN_COMMA);
	if (count < minimum || count > maximum) {
		parser_fail(parser, node->offset, "`%s` takes %u to %u values, here are %u", name,
		    minimum, maximum, count);
		return NULL;
	}
	if (!parser_expect(
		parser, TOKEN_CLOSE_PARENTHESIS, "a closing ) or a comma is expected here"))
		return NULL;
	parser_span(parser, node, node->offset);
	return node;
}

/* The functions on a data base. */
static struct expression *
parser_dbm(struct parser *parser)
{
	switch (parser->token.reserved) {
	case RESERVED_DBMOPEN:
		return parser_call(parser, FUNCTION_DATABASE_OPEN, 1, 2);
	case RESERVED_DBMFETCH:
		return parser_call(parser, FUNCTION_DATABASE_FETCH, 1, 3);
	default:
		return parser_call(parser, FUNCTION_DATABASE_STORE, 2, 2);
	}
}

/* A function without a value. */
static struct expression *
parser_bare(struct parser *parser, enum function function)
{
	struct expression *node = parser_node(parser, EXPRESSION_FUNCTION, parser->token.start);

	node->function = function;
	parser_advance(parser);
	parser_span(parser, node, node->offset);
	return node;
}

static struct expression *
parser_reserved(struct parser *parser)
{
	switch (parser->token.reserved) {
	case RESERVED_LENGTH:
		return parser_prefix(parser, EXPRESSION_FUNCTION, FUNCTION_LENGTH);
	case RESERVED_TOLOWER:
		return parser_prefix(parser, EXPRESSION_FUNCTION, FUNCTION_TOLOWER);
	case RESERVED_TOUPPER:
		return parser_prefix(parser, EXPRESSION_FUNCTION, FUNCTION_TOUPPER);
	case RESERVED_ESCAPE:
		return parser_prefix(parser, EXPRESSION_FUNCTION, FUNCTION_ESCAPE);
	case RESERVED_SUBSTR:
		return parser_call(parser, FUNCTION_SUBSTR, 2, 3);
	case RESERVED_TIME:
		return parser_bare(parser, FUNCTION_TIME);
	case RESERVED_GETADDR:
		return parser_prefix(parser, EXPRESSION_FUNCTION, FUNCTION_GETADDR);
	case RESERVED_HASADDR:
		return parser_prefix(parser, EXPRESSION_FUNCTION, FUNCTION_HASADDR);
	case RESERVED_LOOKUP:
		return parser_call(parser, FUNCTION_LOOKUP, 2, 3);
	case RESERVED_DBMCLOSE:
		return parser_bare(parser, FUNCTION_DATABASE_CLOSE);
	case RESERVED_DBMOPEN:
	case RESERVED_DBMFETCH:
	case RESERVED_DBMSTORE:
		return parser_dbm(parser);
	default:
		parser_fail(parser, parser->token.start,
		    "`%s` is a reserved word and cannot stand here; as text it needs quotes: "
		    "\"%s\"",
		    lexer_reserved_name(parser->token.reserved),
		    lexer_reserved_name(parser->token.reserved));
		return NULL;
	}
}

static struct expression *
parser_parenthesis(struct parser *parser)
{
	parser_advance(parser);
	struct expression *inside = parser_expression(parser);
	if (inside == NULL ||
	    !parser_expect(parser, TOKEN_CLOSE_PARENTHESIS,
		"a closing ) is expected here (an expression that goes on in the next line "
		"needs a \\ at the line's end)"))
		return NULL;
	return inside;
}

static struct expression *
parser_element_inside(struct parser *parser)
{
	switch (parser->token.kind) {
	case TOKEN_PATTERN: {
		struct expression *node =
		    parser_node(parser, EXPRESSION_SEARCH, parser->token.start);
		node->pattern = parser_pattern(parser);
		return node;
	}
	case TOKEN_WORD:
		if (actions_begins_call(parser))
			return actions_call(parser);
		return parser_string(parser);
	case TOKEN_QUOTED:
	case TOKEN_LITERAL:
	case TOKEN_COMMAND:
		return parser_string(parser);
	case TOKEN_OPEN_PARENTHESIS:
		return parser_parenthesis(parser);
	case TOKEN_NOT:
		return parser_prefix(parser, EXPRESSION_NOT, 0);
	case TOKEN_COMPLEMENT:
		return parser_prefix(parser, EXPRESSION_COMPLEMENT, 0);
	case TOKEN_RESERVED:
		return parser_reserved(parser);
	case TOKEN_NEWLINE:
	case TOKEN_END:
		parser_fail(
		    parser, parser->token.start, "a value is expected before the line ends");
		return NULL;
	default:
		parser_fail(parser, parser->token.start, "a value is expected here");
		return NULL;
	}
}

static struct expression *
parser_element(struct parser *parser)
{
	if (!parser_enter(parser))
		return NULL;
	struct expression *element = parser_element_inside(parser);
	parser_leave(parser);
	return element;
}

static struct expression *
parser_match(struct parser *parser)
{
	struct expression *left = parser->operand;
	unsigned levels = 0;

	parser->operand = NULL;
	if (left != NULL)
		return left;
	left = parser_element(parser);
	while (left != NULL && parser->token.kind == TOKEN_MATCHES && parser_enter(parser)) {
		struct expression *match =
		    parser_node(parser, EXPRESSION_MATCH, parser->token.start);
		levels++;
		parser_advance(parser);
		if (parser->token.kind != TOKEN_PATTERN) {
			parser_fail(
			    parser, parser->token.start, "a /pattern/ is expected after =~");
			return NULL;
		}
		match->operands = left;
		match->pattern = parser_pattern(parser);
		if (attachment_words_is_call(left) && !attachment_words_quantify(parser, match))
			return NULL;
		left = match;
	}
	parser->depth -= levels;
	return parser->failed ? NULL : left;
}

/* The four levels of arithmetic operators, loosest first; the last reads its first operand with
 * parser_match(). */
static const enum expression_operator levels[][2] = {
    {OPERATOR_BIT_OR, OPERATOR_BIT_OR},
    {OPERATOR_BIT_AND, OPERATOR_BIT_AND},
    {OPERATOR_PLUS, OPERATOR_MINUS},
    {OPERATOR_TIMES, OPERATOR_DIVIDE},
};
enum { LEVEL_FACTOR = 3 };

static bool
parser_is_operator(
    const struct parser *parser, enum expression_operator first, enum expression_operator last)
{
	return parser->token.kind == TOKEN_OPERATOR && parser->token.operation >= first &&
	       parser->token.operation <= last;
}

static struct expression *
parser_arithmetic(struct parser *parser, unsigned level)
{
	struct expression *first =
	    level == LEVEL_FACTOR ? parser_match(parser) : parser_arithmetic(parser, level + 1);

	if (first == NULL || !parser_is_operator(parser, levels[level][0], levels[level][1]))
		return first;
	struct expression *chain = parser_node(parser, EXPRESSION_ARITHMETIC, parser->token.start);
	chain->operands = first;
	for (struct expression *last = first;
	     parser_is_operator(parser, levels[level][0], levels[level][1]); last = last->next) {
		enum expression_operator operation = parser->token.operation;
		parser_advance(parser);
		last->next = level == LEVEL_FACTOR ? parser_element(parser)
						   : parser_arithmetic(parser, level + 1);
		if (last->next == NULL)
			return NULL;
		last->next->operation = operation;
	}
	return chain;
}

/* Where the next operand begins. */
static uint32_t
parser_begin(const struct parser *parser)
{
	return parser->operand != NULL ? parser->operand_begin : parser->token.start;
}

static struct expression *
parser_comparison(struct parser *parser)
{
	uint32_t begin = parser_begin(parser);
	struct expression *left = parser_arithmetic(parser, 0);

	if (left == NULL || !parser_is_operator(parser, OPERATOR_LESS, OPERATOR_TEXT_NOT_EQUAL))
		return left;
	struct expression *comparison =
	    parser_node(parser, EXPRESSION_COMPARISON, parser->token.start);
	enum expression_operator operation = parser->token.operation;
	parser_advance(parser);
	comparison->operands = left;
	left->next = parser_arithmetic(parser, 0);
	if (left->next == NULL)
		return NULL;
	left->next->operation = operation;
	parser_span(parser, comparison, begin);
	if ((attachment_words_is_call(left) || attachment_words_is_call(left->next)) &&
	    !attachment_words_quantify(parser, comparison))
		return NULL;
	if (parser_is_operator(parser, OPERATOR_LESS, OPERATOR_TEXT_NOT_EQUAL)) {
		parser_fail(parser, parser->token.start,
		    "two comparisons in a row need parentheses: (a < b) < c");
		return NULL;
	}
	return comparison;
}

static struct expression *
parser_logical(struct parser *parser, enum expression_kind kind)
{
	enum token_kind token = kind == EXPRESSION_OR ? TOKEN_OR : TOKEN_AND;
	uint32_t begin = parser_begin(parser);
	struct expression *first = kind == EXPRESSION_OR ? parser_logical(parser, EXPRESSION_AND)
							 : parser_comparison(parser);

	if (first == NULL || parser->token.kind != token)
		return first;
	parser_span(parser, first, begin);
	struct expression *chain = parser_node(parser, kind, parser->token.start);
	chain->operands = first;
	for (struct expression *last = first; parser->token.kind == token; last = last->next) {
		parser_advance(parser);
		begin = parser->token.start;
		last->next = kind == EXPRESSION_OR ? parser_logical(parser, EXPRESSION_AND)
						   : parser_comparison(parser);
		if (last->next == NULL)
			return NULL;
		parser_span(parser, last->next, begin);
	}
	return chain;
}

/* Most expressions are one operand: no level of operators needs to look at those. */
static bool
parser_operand_is_all(const struct parser *parser)
{
	switch (parser->token.kind) {
	case TOKEN_OPERATOR:
	case TOKEN_OR:
	case TOKEN_AND:
	case TOKEN_ASSIGN:
		return false;
	default:
		return true;
	}
}

struct expression *
parser_expression(struct parser *parser)
{
	uint32_t begin = parser->token.start;
	struct expression *left = parser_match(parser);

	if (left == NULL || parser_operand_is_all(parser))
		return left;
	parser->operand = left;
	parser->operand_begin = begin;
	left = parser_logical(parser, EXPRESSION_OR);
	while (left != NULL && parser->token.kind == TOKEN_ASSIGN) {
		if (!left->is_name) {
			parser_fail(parser, parser->token.start,
			    "left of = stands one name, bare or in double quotes (a comparison is "
			    "written ==)");
			return NULL;
		}
		struct expression *assignment =
		    parser_node(parser, EXPRESSION_ASSIGNMENT, parser->token.start);
		assignment->text = left->text;
		parser_advance(parser);
		assignment->operands = parser_logical(parser, EXPRESSION_OR);
		if (assignment->operands == NULL)
			return NULL;
		parser_span(parser, assignment, begin);
		left = assignment;
	}
	return left;
}
