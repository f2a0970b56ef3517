/*
 * The lexer of the mailfilter language; see lexer.h. Strings and patterns borrow from the source
 * unless a quoted character or a joined line makes a copy necessary. The table of character classes
 * decides what a token can be by its first byte.
 */
#include "filter/mailfilter/lexer.h"

#include <string.h>

#include "filter/engine/expression.h"

struct reserved {
	struct text name;
	enum reserved_word word;
};

/* In the order of the first letter; reserved_starts says where each begins. */
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

/* By letter, a to z, and the end. The test of every reserved word sees an entry that is wrong. */
static const unsigned char reserved_starts['z' - 'a' + 2] = {
    0,
    0,
    0,
    1,
    2,
    8,
    10,
    15,
    16,
    19,
    19,
    19,
    23,
    23,
    23,
    23,
    23,
    23,
    23,
    25,
    29,
    30,
    30,
    31,
    32,
    32,
    32,
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

/* Where the scan of a pattern must look closer. */
static const bool pattern_stops[256] = {['/'] = true, ['\n'] = true, ['\r'] = true, ['\\'] = true};

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

static void
lexer_fail(struct lexer *lexer, struct token *token, size_t offset, const char *what)
{
	lexer->error_offset = offset;
	error_set(lexer->error, ERROR_INPUT, "%s", what);
	*token =
	    (struct token){.kind = TOKEN_ERROR, .start = (uint32_t)offset, .end = (uint32_t)offset};
}

/* What a kind of token does not have keeps the value of the token before. */
static void
lexer_set(struct lexer *lexer, struct token *token, enum token_kind kind, size_t start, size_t end)
{
	lexer->position = end;
	token->kind = kind;
	token->start = (uint32_t)start;
	token->end = (uint32_t)end;
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

static void
lexer_string(
    struct lexer *lexer, struct token *token, size_t start, char quote, enum token_kind kind)
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
	if (at >= source.size || source.data[at] != quote) {
		lexer_fail(lexer, token, start,
		    quote == '`' ? "this command has no closing ` on its line"
				 : "this string has no closing quote on its line (a \\ at the "
				   "line's end continues it)");
		return;
	}
	lexer_set(lexer, token, kind, start, at + 1);
	token->text = has_backslash ? lexer_unquote(lexer, start + 1, at, quote)
				    : text_slice(source, start + 1, at);
}

static bool
lexer_is_flag(char byte)
{
	return text_is_alpha(byte) || text_is_digit(byte) || byte == '-' || byte == '+' ||
	       byte == '.' || byte == ',';
}

static void
lexer_pattern(struct lexer *lexer, struct token *token, size_t start)
{
	struct text source = lexer->source;
	size_t at = start + 1;

	for (;;) {
		while (at < source.size && !pattern_stops[(unsigned char)source.data[at]])
			at++;
		if (at >= source.size || source.data[at] != '\\')
			break;
		at += at + 1 < source.size && source.data[at + 1] != '\n' ? 2 : 1;
	}
	lexer->position = at;
	if (at >= source.size || source.data[at] != '/') {
		lexer_fail(lexer, token, start,
		    "this pattern has no closing / on its line (a path is written in quotes; a "
		    "division has blanks on both sides)");
		return;
	}
	struct text text = text_slice(source, start + 1, at);
	size_t end = ++at;
	if (at < source.size && source.data[at] == ':') {
		end = at + 1;
		while (end < source.size && lexer_is_flag(source.data[end]))
			end++;
		at++;
	}
	lexer_set(lexer, token, TOKEN_PATTERN, start, end);
	token->text = text;
	token->flags = text_slice(source, at, end);
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
	const unsigned char *starts = &reserved_starts[word.data[0] - 'a'];
	for (size_t i = starts[0]; i < starts[1]; i++) {
		const struct reserved *reserved = &reserved_words[i];
		if (!text_is_equal(reserved->name, word))
			continue;
		token->kind = TOKEN_RESERVED;
		token->reserved = (unsigned char)reserved->word;
		lexer->slash_is_word =
		    reserved->word == RESERVED_TO || reserved->word == RESERVED_CC;
		return;
	}
}

static void
lexer_word(struct lexer *lexer, struct token *token, size_t start)
{
	struct text source = lexer->source;
	size_t end = start + 1;

	while (end < source.size && classes[(unsigned char)source.data[end]] != CLASS_OTHER)
		end++;
	lexer_set(lexer, token, TOKEN_WORD, start, end);
	token->text = text_slice(source, start, end);
	if (end - start == 1 && source.data[start] == '-') {
		token->kind = TOKEN_OPERATOR;
		token->operation = OPERATOR_MINUS;
	} else if (classes[(unsigned char)source.data[start]] == CLASS_LOWER && end - start >= 2 &&
		   end - start <= 9) {
		lexer_find_reserved(lexer, token);
	}
}

static void
lexer_symbol(struct lexer *lexer, struct token *token, size_t start)
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
		lexer_set(lexer, token, symbol->kind, start, start + size);
		token->operation = (unsigned char)symbol->operation;
		lexer->slash_is_word = symbol->kind == TOKEN_ASSIGN;
		return;
	}
	lexer_fail(lexer, token, start,
	    "this character means nothing here (text with such characters needs quotes)");
}

/* A slash: a path, a division or a pattern. */
static void
lexer_slash(struct lexer *lexer, struct token *token, size_t start, bool is_word)
{
	struct text source = lexer->source;

	if (is_word) {
		lexer_word(lexer, token, start);
	} else if (start + 1 >= source.size || text_is_space(source.data[start + 1])) {
		lexer_set(lexer, token, TOKEN_OPERATOR, start, start + 1);
		token->operation = OPERATOR_DIVIDE;
	} else {
		lexer_pattern(lexer, token, start);
	}
}

void
lexer_next(struct lexer *lexer, struct token *token)
{
	struct text source = lexer->source;
	bool slash_is_word = lexer->slash_is_word;

	if (!lexer_skip_blanks(lexer)) {
		lexer_fail(lexer, token, lexer->position,
		    "a \\ outside quotes continues the line and must be the last character on it");
		return;
	}
	lexer->slash_is_word = false;
	size_t start = lexer->position;
	if (start >= source.size) {
		lexer_set(lexer, token, TOKEN_END, start, start);
		return;
	}
	char byte = source.data[start];
	switch (byte) {
	case '\n':
		lexer_set(lexer, token, TOKEN_NEWLINE, start, start + 1);
		return;
	case '\r': {
		/* tolerance: rules-crlf */
		bool is_pair = start + 1 < source.size && source.data[start + 1] == '\n';
		lexer_set(lexer, token, TOKEN_NEWLINE, start, start + 1 + is_pair);
		return;
	}
	case '"':
		lexer_string(lexer, token, start, byte, TOKEN_QUOTED);
		return;
	case '\'':
		lexer_string(lexer, token, start, byte, TOKEN_LITERAL);
		return;
	case '`':
		lexer_string(lexer, token, start, byte, TOKEN_COMMAND);
		return;
	case '/':
		lexer_slash(lexer, token, start, slash_is_word);
		return;
	default:
		break;
	}
	unsigned char class = classes[(unsigned char)byte];
	if (class == CLASS_WORD || class == CLASS_LOWER)
		lexer_word(lexer, token, start);
	else
		lexer_symbol(lexer, token, start);
}
