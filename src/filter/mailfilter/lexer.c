/*
 * The lexer of the mailfilter language; see lexer.h. Strings and patterns borrow from the source
 * unless a quoted character or a joined line makes a copy necessary. The table of character classes
 * decides what a token can be by its first byte.
 */
#include "filter/mailfilter/lexer.h"

#include <string.h>

#include "filter/engine/program.h"

struct reserved {
	struct text name;
	enum reserved_word word;
};

/* In the order of the first letter; lexer_find_reserved() stops at a greater one. */
static const struct reserved reserved_words[] = {
    {TEXT("cc"), RESERVED_CC},
    {TEXT("dotlock"), RESERVED_DOTLOCK},
    {TEXT("echo"), RESERVED_ECHO},
    {TEXT("else"), RESERVED_ELSE},
    {TEXT("elsif"), RESERVED_ELSIF},
    {TEXT("escape"), RESERVED_ESCAPE},
    {TEXT("exception"), RESERVED_EXCEPTION},
    {TEXT("exit"), RESERVED_EXIT},
    {TEXT("flock"), RESERVED_FLOCK},
    {TEXT("foreach"), RESERVED_FOREACH},
    {TEXT("gdbmclose"), RESERVED_DBMCLOSE},
    {TEXT("gdbmfetch"), RESERVED_DBMFETCH},
    {TEXT("gdbmopen"), RESERVED_DBMOPEN},
    {TEXT("gdbmstore"), RESERVED_DBMSTORE},
    {TEXT("getaddr"), RESERVED_GETADDR},
    {TEXT("hasaddr"), RESERVED_HASADDR},
    {TEXT("if"), RESERVED_IF},
    {TEXT("import"), RESERVED_IMPORT},
    {TEXT("include"), RESERVED_INCLUDE},
    {TEXT("length"), RESERVED_LENGTH},
    {TEXT("log"), RESERVED_LOG},
    {TEXT("logfile"), RESERVED_LOGFILE},
    {TEXT("lookup"), RESERVED_LOOKUP},
    {TEXT("substr"), RESERVED_SUBSTR},
    {TEXT("system"), RESERVED_SYSTEM},
    {TEXT("time"), RESERVED_TIME},
    {TEXT("to"), RESERVED_TO},
    {TEXT("tolower"), RESERVED_TOLOWER},
    {TEXT("toupper"), RESERVED_TOUPPER},
    {TEXT("unset"), RESERVED_UNSET},
    {TEXT("while"), RESERVED_WHILE},
    {TEXT("xfilter"), RESERVED_XFILTER},
};

struct word_operator {
	char name[2];
	enum expression_operator operation;
};

static const struct word_operator word_operators[] = {
    {{'l', 't'}, OPERATOR_TEXT_LESS},
    {{'l', 'e'}, OPERATOR_TEXT_LESS_EQUAL},
    {{'g', 't'}, OPERATOR_TEXT_GREATER},
    {{'g', 'e'}, OPERATOR_TEXT_GREATER_EQUAL},
    {{'e', 'q'}, OPERATOR_TEXT_EQUAL},
    {{'n', 'e'}, OPERATOR_TEXT_NOT_EQUAL},
};

struct symbol {
	char bytes[3];
	enum token_kind kind;
	enum expression_operator operation;
};

/* A longer symbol stands before its own beginning. */
static const struct symbol symbols[] = {
    {"{", TOKEN_OPEN_BRACE, OPERATOR_NONE},
    {"}", TOKEN_CLOSE_BRACE, OPERATOR_NONE},
    {"(", TOKEN_OPEN_PARENTHESIS, OPERATOR_NONE},
    {")", TOKEN_CLOSE_PARENTHESIS, OPERATOR_NONE},
    {",", TOKEN_COMMA, OPERATOR_NONE},
    {";", TOKEN_NEWLINE, OPERATOR_NONE},
    {"==", TOKEN_OPERATOR, OPERATOR_EQUAL},
    {"=~", TOKEN_MATCHES, OPERATOR_NONE},
    {"=", TOKEN_ASSIGN, OPERATOR_NONE},
    {"!=", TOKEN_OPERATOR, OPERATOR_NOT_EQUAL},
    {"!", TOKEN_NOT, OPERATOR_NONE},
    {"~", TOKEN_COMPLEMENT, OPERATOR_NONE},
    {"||", TOKEN_OR, OPERATOR_NONE},
    {"|", TOKEN_OPERATOR, OPERATOR_BIT_OR},
    {"&&", TOKEN_AND, OPERATOR_NONE},
    {"&", TOKEN_OPERATOR, OPERATOR_BIT_AND},
    {"+", TOKEN_OPERATOR, OPERATOR_PLUS},
    {"*", TOKEN_OPERATOR, OPERATOR_TIMES},
    {"<=", TOKEN_OPERATOR, OPERATOR_LESS_EQUAL},
    {"<", TOKEN_OPERATOR, OPERATOR_LESS},
    {">=", TOKEN_OPERATOR, OPERATOR_GREATER_EQUAL},
    {">", TOKEN_OPERATOR, OPERATOR_GREATER},
};

enum { CLASS_OTHER, CLASS_WORD, CLASS_WORD_INSIDE, CLASS_LOWER };

/* CLASS_LOWER: a letter that a reserved word may begin with; CLASS_WORD_INSIDE: not at a word's
 * start. */
static const unsigned char classes[256] = {
    ['a' ... 'z'] = CLASS_LOWER,
    ['A' ... 'Z'] = CLASS_WORD,
    ['0' ... '9'] = CLASS_WORD,
    ['_'] = CLASS_WORD,
    ['-'] = CLASS_WORD,
    ['@'] = CLASS_WORD,
    ['.'] = CLASS_WORD,
    [':'] = CLASS_WORD,
    ['/'] = CLASS_WORD,
    ['$'] = CLASS_WORD,
    ['{'] = CLASS_WORD_INSIDE,
    ['}'] = CLASS_WORD_INSIDE,
};

void
lexer_init(struct lexer *lexer, struct arena *arena, struct text source, struct error *error)
{
	*lexer = (struct lexer){.arena = arena, .source = source, .error = error};
}

const char *
lexer_reserved_name(enum reserved_word word)
{
	for (size_t i = 0; i < sizeof reserved_words / sizeof reserved_words[0]; i++)
		if (reserved_words[i].word == word)
			return reserved_words[i].name.data;
	return "?";
}

static struct token
lexer_fail(struct lexer *lexer, size_t offset, const char *what)
{
	lexer->error_offset = offset;
	error_set(lexer->error, ERROR_INPUT, "%s", what);
	return (struct token){
	    .kind = TOKEN_ERROR, .start = (uint32_t)offset, .end = (uint32_t)offset};
}

static struct token
lexer_token(struct lexer *lexer, enum token_kind kind, size_t start, size_t end)
{
	lexer->position = end;
	return (struct token){.kind = kind, .start = (uint32_t)start, .end = (uint32_t)end};
}

/* Skips blanks, comments and continued lines up to the next token or line end; false: a stray
 * backslash. */
static bool
lexer_skip_blanks(struct lexer *lexer)
{
	struct text source = lexer->source;
	size_t at = lexer->position;

	while (at < source.size) {
		char byte = source.data[at];
		if (byte == ' ' || byte == '\t' || byte == '\v' || byte == '\f') {
			at++;
		} else if (byte == '#') {
			while (
			    at < source.size && source.data[at] != '\n' && source.data[at] != '\r')
				at++;
		} else if (byte == '\\') {
			if (at + 1 >= source.size || !text_is_space(source.data[at + 1]))
				break;
			at = text_find_byte(source, at, '\n');
			at += at < source.size;
		} else {
			break;
		}
	}
	lexer->position = at;
	return at >= source.size || source.data[at] != '\\';
}

/* Where a string goes on when the backslash at `at` ends its line (blanks or a comment may follow
 * it); else 0. */
static size_t
lexer_joined_line(struct text source, size_t at)
{
	at++;
	while (at < source.size && source.data[at] != '\n' && text_is_space(source.data[at]))
		at++;
	if (at < source.size && source.data[at] == '#')
		at = text_find_byte(source, at, '\n');
	if (at >= source.size || source.data[at] != '\n')
		return 0;
	while (at < source.size && text_is_space(source.data[at]))
		at++;
	return at;
}

/* Copies a string's content without the backslashes of its quoting. */
static struct text
lexer_unquote(struct lexer *lexer, size_t start, size_t end, char quote)
{
	struct text source = lexer->source;
	char *copy = arena_alloc(lexer->arena, end - start);
	size_t size = 0, at = start;

	while (at < end) {
		size_t joined;
		if (source.data[at] != '\\') {
			copy[size++] = source.data[at++];
		} else if (source.data[at + 1] == quote || source.data[at + 1] == '\\') {
			copy[size++] = source.data[at + 1];
			at += 2;
		} else if ((joined = lexer_joined_line(source, at)) != 0) {
			at = joined;
		} else {
			copy[size++] = source.data[at++];
			copy[size++] = source.data[at++];
		}
	}
	return (struct text){copy, size};
}

static struct token
lexer_string(struct lexer *lexer, size_t start, char quote, enum token_kind kind)
{
	struct text source = lexer->source;
	size_t at = start + 1;
	bool has_backslash = false;

	while (at < source.size && source.data[at] != quote) {
		size_t joined = 0;
		if (source.data[at] == '\n' || source.data[at] == '\r')
			break;
		if (source.data[at] != '\\') {
			at++;
			continue;
		}
		has_backslash = true;
		if (at + 1 < source.size && source.data[at + 1] != quote)
			joined = lexer_joined_line(source, at);
		at = joined != 0 ? joined : at + 2;
	}
	lexer->position = at;
	if (at >= source.size || source.data[at] != quote)
		return lexer_fail(lexer, start,
		    quote == '`' ? "this command has no closing ` on its line"
				 : "this string has no closing quote on its line (a \\ at the "
				   "line's end continues it)");
	struct token token = lexer_token(lexer, kind, start, at + 1);
	token.text = has_backslash ? lexer_unquote(lexer, start + 1, at, quote)
				   : text_slice(source, start + 1, at);
	return token;
}

static bool
lexer_is_flag(char byte)
{
	return text_is_alpha(byte) || text_is_digit(byte) || byte == '-' || byte == '+' ||
	       byte == '.' || byte == ',';
}

static struct token
lexer_pattern(struct lexer *lexer, size_t start)
{
	struct text source = lexer->source;
	size_t at = start + 1;

	while (at < source.size && source.data[at] != '/' && source.data[at] != '\n' &&
	       source.data[at] != '\r')
		at += source.data[at] == '\\' && at + 1 < source.size && source.data[at + 1] != '\n'
			  ? 2
			  : 1;
	lexer->position = at;
	if (at >= source.size || source.data[at] != '/')
		return lexer_fail(lexer, start,
		    "this pattern has no closing / on its line (a path is written in quotes; a "
		    "division has "
		    "blanks on both sides)");
	struct text text = text_slice(source, start + 1, at);
	size_t end = ++at;
	if (at < source.size && source.data[at] == ':') {
		end = at + 1;
		while (end < source.size && lexer_is_flag(source.data[end]))
			end++;
		at++;
	}
	struct token token = lexer_token(lexer, TOKEN_PATTERN, start, end);
	token.text = text;
	token.flags = text_slice(source, at, end);
	return token;
}

/* Turns a bare word into the reserved word or operation that it is, where it is one. */
static void
lexer_find_reserved(struct lexer *lexer, struct token *token)
{
	struct text word = token->text;

	if (word.size == 2)
		for (size_t i = 0; i < sizeof word_operators / sizeof word_operators[0]; i++)
			if (word_operators[i].name[0] == word.data[0] &&
			    word_operators[i].name[1] == word.data[1]) {
				token->kind = TOKEN_OPERATOR;
				token->operation = word_operators[i].operation;
				return;
			}
	for (size_t i = 0; i < sizeof reserved_words / sizeof reserved_words[0]; i++) {
		const struct reserved *reserved = &reserved_words[i];
		if (reserved->name.data[0] < word.data[0] || reserved->name.size != word.size)
			continue;
		if (reserved->name.data[0] > word.data[0])
			return;
		if (memcmp(reserved->name.data, word.data, word.size) != 0)
			continue;
		token->kind = TOKEN_RESERVED;
		token->reserved = (unsigned char)reserved->word;
		lexer->slash_is_word =
		    reserved->word == RESERVED_TO || reserved->word == RESERVED_CC;
		return;
	}
}

static struct token
lexer_word(struct lexer *lexer, size_t start)
{
	struct text source = lexer->source;
	size_t end = start + 1;

	while (end < source.size && classes[(unsigned char)source.data[end]] != CLASS_OTHER)
		end++;
	struct token token = lexer_token(lexer, TOKEN_WORD, start, end);
	token.text = text_slice(source, start, end);
	if (end - start == 1 && source.data[start] == '-') {
		token.kind = TOKEN_OPERATOR;
		token.operation = OPERATOR_MINUS;
	} else if (classes[(unsigned char)source.data[start]] == CLASS_LOWER && end - start >= 2 &&
		   end - start <= 9) {
		lexer_find_reserved(lexer, &token);
	}
	return token;
}

static struct token
lexer_symbol(struct lexer *lexer, size_t start)
{
	struct text source = lexer->source;

	for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
		const struct symbol *symbol = &symbols[i];
		size_t size = symbol->bytes[1] == '\0' ? 1 : 2;
		if (source.data[start] != symbol->bytes[0])
			continue;
		if (size == 2 &&
		    (start + 1 >= source.size || source.data[start + 1] != symbol->bytes[1]))
			continue;
		struct token token = lexer_token(lexer, symbol->kind, start, start + size);
		token.operation = (unsigned char)symbol->operation;
		lexer->slash_is_word = symbol->kind == TOKEN_ASSIGN;
		return token;
	}
	return lexer_fail(lexer, start,
	    "this character means nothing here (text with such characters needs quotes)");
}

struct token
lexer_next(struct lexer *lexer)
{
	struct text source = lexer->source;
	bool slash_is_word = lexer->slash_is_word;

	if (!lexer_skip_blanks(lexer))
		return lexer_fail(lexer, lexer->position,
		    "a \\ outside quotes continues the line and must be the last character on it");
	lexer->slash_is_word = false;
	size_t start = lexer->position;
	if (start >= source.size)
		return lexer_token(lexer, TOKEN_END, start, start);
	char byte = source.data[start];
	switch (byte) {
	case '\n':
		return lexer_token(lexer, TOKEN_NEWLINE, start, start + 1);
	case '\r':
		/* tolerance: rules-crlf */
		return lexer_token(lexer, TOKEN_NEWLINE, start,
		    start + 1 < source.size && source.data[start + 1] == '\n' ? start + 2
									      : start + 1);
	case '"':
		return lexer_string(lexer, start, byte, TOKEN_QUOTED);
	case '\'':
		return lexer_string(lexer, start, byte, TOKEN_LITERAL);
	case '`':
		return lexer_string(lexer, start, byte, TOKEN_COMMAND);
	case '/':
		if (slash_is_word)
			return lexer_word(lexer, start);
		if (start + 1 >= source.size || text_is_space(source.data[start + 1])) {
			struct token token = lexer_token(lexer, TOKEN_OPERATOR, start, start + 1);
			token.operation = OPERATOR_DIVIDE;
			return token;
		}
		return lexer_pattern(lexer, start);
	default:
		break;
	}
	unsigned char class = classes[(unsigned char)byte];
	if (class == CLASS_WORD || class == CLASS_LOWER)
		return lexer_word(lexer, start);
	return lexer_symbol(lexer, start);
}
