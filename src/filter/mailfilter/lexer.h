/*
 * The words of the mailfilter language (mailfilter(5), LEXICAL STRUCTURE): rules text in, one token
 * at a time out. What a slash means depends on the word before it, and the lexer keeps track of
 * that itself.
 */
#ifndef FILTER_MAILFILTER_LEXER_H
#define FILTER_MAILFILTER_LEXER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

enum token_kind {
	TOKEN_END, /* of the text */
	TOKEN_NEWLINE,
	TOKEN_WORD,    /* bare word */
	TOKEN_QUOTED,  /* "double" */
	TOKEN_LITERAL, /* 'single' */
	TOKEN_COMMAND, /* `backticks` */
	TOKEN_PATTERN,
	TOKEN_OPEN_BRACE,
	TOKEN_CLOSE_BRACE,
	TOKEN_OPEN_PARENTHESIS,
	TOKEN_CLOSE_PARENTHESIS,
	TOKEN_COMMA,
	TOKEN_ASSIGN,
	TOKEN_OR,
	TOKEN_AND,
	TOKEN_NOT,
	TOKEN_COMPLEMENT,
	TOKEN_MATCHES,  /* =~ */
	TOKEN_OPERATOR, /* between two operands: token.operation, of enum expression_operator */
	TOKEN_RESERVED, /* token.reserved */
	TOKEN_ERROR,    /* the error was set */
};

enum reserved_word {
	RESERVED_IF,
	RESERVED_ELSIF,
	RESERVED_ELSE,
	RESERVED_WHILE,
	RESERVED_FOREACH,
	RESERVED_EXCEPTION,
	RESERVED_ECHO,
	RESERVED_XFILTER,
	RESERVED_SYSTEM,
	RESERVED_DOTLOCK,
	RESERVED_FLOCK,
	RESERVED_LOGFILE,
	RESERVED_LOG,
	RESERVED_INCLUDE,
	RESERVED_EXIT,
	RESERVED_IMPORT,
	RESERVED_UNSET,
	RESERVED_TO,
	RESERVED_CC,
	RESERVED_LENGTH,
	RESERVED_SUBSTR,
	RESERVED_GETADDR,
	RESERVED_LOOKUP,
	RESERVED_ESCAPE,
	RESERVED_TOLOWER,
	RESERVED_TOUPPER,
	RESERVED_HASADDR,
	RESERVED_DBMOPEN,
	RESERVED_DBMCLOSE,
	RESERVED_DBMFETCH,
	RESERVED_DBMSTORE,
	RESERVED_TIME,
};

struct token {
	enum token_kind kind;
	unsigned char operation; /* TOKEN_OPERATOR */
	unsigned char reserved;  /* TOKEN_RESERVED */
	uint32_t start, end;     /* bytes of the source */
	struct text text;  /* a string's or pattern's content, backslashes of the quoting removed */
	struct text flags; /* of a pattern: what follows its colon */
};

struct lexer {
	struct arena *arena; /* for strings that are not a slice of the source */
	struct text source;
	size_t position;
	bool slash_is_word; /* the word before was `=`, `to` or `cc` */
	struct error *error;
	size_t error_offset;
};

void lexer_init(struct lexer *lexer, struct arena *arena, struct text source, struct error *error);
/* Makes *token the next one; of the members that its kind does not have nothing is said. After
 * TOKEN_ERROR (error and error_offset are set, without the place; `position` is as far as it
 * looked) the lexer is not asked again, unless its position is moved on. */
void lexer_next(struct lexer *lexer, struct token *token);
/* The spelling of a reserved word. */
const char *lexer_reserved_name(enum reserved_word word);

#endif
