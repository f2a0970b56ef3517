/*
 * Patterns against the message and against texts: the values 0 and 1, weighted scores, the MATCH
 * variables, and the matches that `foreach` walks.
 */
#ifndef FILTER_ENGINE_MATCH_H
#define FILTER_ENGINE_MATCH_H

#include "filter/engine/evaluate.h"

/* The value of /pattern/ or text =~ /pattern/. */
bool match_evaluate(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out);

/* Tries a pattern without weight on one text; a match sets the variables. `is_damaged`: some of the
 * text could not be decoded, so that "no" is a question of the verdict. The error has its place. */
enum pattern_answer match_value(struct evaluator *evaluator, const struct program_pattern *pattern,
    struct text subject, bool is_damaged);

/* One match of `foreach`: its groups, the whole match first. */
struct match {
	struct text *groups;
	unsigned count;
};

struct match_list {
	struct match *items;
	size_t count, capacity;
	size_t groups; /* of all items */
};

/* All matches, made in the arena: one a line in the message, every one in a text. */
bool match_collect(struct evaluator *evaluator, const struct expression *expression,
    struct arena *arena, struct match_list *list);
/* Keeps a condition as it is written, and what it found, for the log. */
void match_remember(struct evaluator *evaluator, struct text written, struct text matched);
/* Sets the variables MATCH, MATCH1 ... from the compiled pattern's last match in the subject, and
 * remembers it for the log as what matched the pattern `written`. */
void match_take(struct evaluator *evaluator, struct text written, const struct pattern *compiled,
    struct text subject);
/* The same for a match that a verdict made: MATCH is empty. */
void match_take_closed(struct evaluator *evaluator, struct text written);
/* After a failure of pattern_next(): what becomes of it, by the verdict where a limit was reached.
 * PATTERN_FAILED: evaluator->error says why. */
enum pattern_answer match_failed(struct evaluator *evaluator, uint32_t offset);
/* The same for a pattern that did not match what could be decoded and seen of a text. */
enum pattern_answer match_undecodable(struct evaluator *evaluator, uint32_t offset);
/* The same for a question about something else, which evaluator->error says could not be answered. */
enum pattern_answer match_unanswered(struct evaluator *evaluator, uint32_t offset);
/* MATCH, MATCH1, MATCH2 ... */
void match_set_variables(struct evaluator *evaluator, const struct match *match);

#endif
