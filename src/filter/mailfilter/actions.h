/*
 * The words that maildrop's language does not have (mailfilter(5), BEYOND MAILDROP). None is
 * reserved: a statement's word counts when a statement begins with it and no operator follows, a
 * function's when ( follows, and `to mailbox` and `to pipe` when a blank and a quoted string follow.
 * What files for maildrop say otherwise with these words they still say (doc/tolerance.md:
 * words-statement, words-destination, words-function).
 */
#ifndef FILTER_MAILFILTER_ACTIONS_H
#define FILTER_MAILFILTER_ACTIONS_H

#include "filter/mailfilter/parser.h"

/* The token behind the current one, which stays. */
struct token actions_peek(const struct parser *parser);
/* Does the current token, by what follows it, begin a statement, a value, or what stands behind `to`
 * and `cc` ("mailbox", "pipe") of this kind? Then the function below takes it. */
bool actions_begins_statement(const struct parser *parser);
bool actions_begins_call(const struct parser *parser);
bool actions_begins_destination(const struct parser *parser);
/* NULL or false after an error. */
struct statement *actions_statement(struct parser *parser);
struct expression *actions_call(struct parser *parser);
bool actions_destination(struct parser *parser, struct statement *statement);

#endif
