/*
 * Statements of the mailfilter language: statements.c reads those that maildrop has, with the help
 * of actions.c for the others, and of parser.c for expressions.
 */
#ifndef FILTER_MAILFILTER_STATEMENTS_H
#define FILTER_MAILFILTER_STATEMENTS_H

#include "filter/mailfilter/parser.h"

/* { stmt | NL } up to a closing brace or the end, which is not taken. */
bool statements_read(struct parser *parser, struct statement **list);
struct statement *statements_new(struct parser *parser, enum statement_kind kind);
/* The line end behind a statement. */
bool statements_end_line(struct parser *parser);
/* The line end that a branch must begin behind, which `after` names, and the branch: a statement, or
 * nothing when the line is empty. */
bool statements_branch(struct parser *parser, const char *after, struct statement **body);
/* '{' { stmt | NL } '}' NL; the current token is the brace. */
bool statements_block(struct parser *parser, struct statement **body);

#endif
