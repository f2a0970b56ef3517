/*
 * Parsing what rules say of attachments (mailfilter(5), ATTACHMENTS): attachment(fact), and the loop
 * `foreach attachment`. `attachment` is no reserved word: it counts in front of ( and behind `foreach`.
 */
#ifndef FILTER_MAILFILTER_ATTACHMENT_WORDS_H
#define FILTER_MAILFILTER_ATTACHMENT_WORDS_H

#include "filter/mailfilter/parser.h"

/* '(' fact ')'; the current token is the parenthesis. */
bool attachment_words_call(struct parser *parser, struct expression *call);
/* attachment(fact), and the fact is one of a single attachment: its matches and comparisons are true
 * when they are for any. */
bool attachment_words_is_call(const struct expression *expression);
/* Makes `any` of attachment(fact) =~ pattern, or of a comparison whose operands are complete; false
 * after an error. */
bool attachment_words_quantify(struct parser *parser, struct expression *expression);
/* Behind `foreach`, which was taken: does `attachment` follow? Then the second reads the loop. */
bool attachment_words_begins_loop(const struct parser *parser);
struct statement *attachment_words_loop(struct parser *parser, struct statement *statement);
/* What is wrong with a statement here: `strip` outside of a loop, `xfilter` inside; false: that was
 * said. */
bool attachment_words_check(
    struct parser *parser, const struct statement *statement, const char *word);

#endif
