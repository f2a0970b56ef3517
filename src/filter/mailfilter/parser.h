/*
 * The parser's state, shared by its three files: parser.c reads expressions, statements.c statements
 * (statements.h), and actions.c the words of both that maildrop does not have (actions.h).
 * The first error stays: it is set with its place, and every function above returns NULL.
 */
#ifndef FILTER_MAILFILTER_PARSER_H
#define FILTER_MAILFILTER_PARSER_H

#include "filter/engine/diagnostic.h"
#include "filter/engine/program.h"
#include "filter/mailfilter/lexer.h"

struct parser {
	struct lexer lexer;
	struct token token; /* the next one, not yet taken */
	uint32_t taken;     /* where the one before it ended */
	struct arena *arena;
	struct program *program;
	unsigned depth;
	/* An operand that was read to see whether anything follows it, and where it begins: the next
	 * one that is asked for. NULL: none. */
	struct expression *operand;
	uint32_t operand_begin;
	bool failed;
	struct error *error;
	/* Collects what is wrong, and the parser goes on (recovery.h); NULL: it stops at the first. */
	struct diagnostics *diagnostics;
	bool is_hopeless;       /* nested too deep to go on */
	bool is_brace_unclosed; /* that was said */
	bool is_in_attachments; /* in the body of `foreach attachment` */
};

void parser_init(
    struct parser *parser, struct arena *arena, struct program *program, struct error *error);
/* The same with a collector of errors. */
void parser_init_collecting(struct parser *parser, struct arena *arena, struct program *program,
    struct error *error, struct diagnostics *diagnostics);
/* Takes the current token; the next one is then in parser->token. */
void parser_advance(struct parser *parser);
/* Sets the error with the place of that byte, unless there is one. */
void parser_fail(struct parser *parser, uint32_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for what can be read in spite of it: true when there is a collector, and the parser goes
 * on as if nothing were wrong. */
bool parser_complain(struct parser *parser, uint32_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Enters one level of nesting; false when it is too deep. */
bool parser_enter(struct parser *parser);
void parser_leave(struct parser *parser);
bool parser_is_reserved(const struct parser *parser, enum reserved_word word);
/* Notes the current token as the first of its kind: what it is called, and where it stands. */
void parser_note_token(const struct parser *parser, struct program_mention *mention);

/* expr of the grammar; NULL after an error. */
struct expression *parser_expression(struct parser *parser);
struct expression *parser_node(struct parser *parser, enum expression_kind kind, uint32_t offset);
/* Takes the current token, a pattern. */
struct program_pattern *parser_pattern(struct parser *parser);
/* Takes a token of that kind; false with the error `what` when it is another. */
bool parser_expect(struct parser *parser, enum token_kind kind, const char *what);

#endif
