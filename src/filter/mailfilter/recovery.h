/*
 * How the parser goes on after an error when somebody collects them (mailfilter_check): one mistake
 * is one message, and the next one is found too. A delivery never comes here: its parser has no
 * collector and stops at the first error.
 */
#ifndef FILTER_MAILFILTER_RECOVERY_H
#define FILTER_MAILFILTER_RECOVERY_H

#include "filter/mailfilter/parser.h"

/* Collects an error at that byte; a text in round brackets at the message's end is the advice. */
void recovery_note(struct parser *parser, uint32_t offset, struct text what);
/* The error of the lexer, whose token is TOKEN_ERROR now. */
void recovery_note_token(struct parser *parser);
/* After an error: stands again before the end of the line, a brace, or the end. False: there is no
 * collector, or no sense in going on. */
bool recovery_skip(struct parser *parser);
/* After an error in a condition that began at that byte: stands behind it, and returns an
 * expression about which nothing is known; NULL: as for recovery_skip(). */
struct expression *recovery_skip_condition(struct parser *parser, uint32_t start);
/* An empty line (the current token) is a branch: says so when a statement follows. `line_end`: where
 * the line before ended. */
void recovery_note_empty_branch(struct parser *parser, uint32_t line_end);

#endif
