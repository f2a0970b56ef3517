/*
 * `flag` and `unflag`: words in the variables FLAGS (letters of the Maildir flags) and KEYWORDS (IMAP
 * keywords, commas between). What becomes of them is the back end's part.
 */
#ifndef FILTER_ENGINE_FLAG_WORDS_H
#define FILTER_ENGINE_FLAG_WORDS_H

#include "filter/engine/evaluate.h"

enum { FLAG_WORDS_KEYWORD_MAX = 200, FLAG_WORDS_KEYWORDS_MAX = 8192 };

/* Is it a flag, or a keyword as IMAP has them (RFC 9051, flag-keyword)? Commas are excluded. The
 * error says what it is not. */
bool flag_words_check(struct text word, struct error *error);
/* Sets or removes all words of the statement. */
bool flag_words_change(struct evaluator *evaluator, const struct statement *statement);

#endif
