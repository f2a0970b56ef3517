/*
 * Telling the observer of a run (engine/observer.h): one function a hook, called only where
 * observe_is_on(). Nothing here changes the run.
 */
#ifndef FILTER_ENGINE_OBSERVE_H
#define FILTER_ENGINE_OBSERVE_H

#include "filter/engine/evaluate.h"
#include "filter/engine/match.h"
#include "filter/engine/observer.h"
#include "filter/engine/pattern.h"

static inline bool
observe_is_on(const struct evaluator *evaluator)
{
	return evaluator->input->observer != NULL;
}

void observe_file(struct evaluator *evaluator, bool is_entered);
void observe_statement(struct evaluator *evaluator, const struct statement *statement);
/* match: of `foreach`, else NULL. */
void observe_round(struct evaluator *evaluator, const struct statement *statement, uint64_t number,
    const struct match *match);
void observe_condition(
    struct evaluator *evaluator, const struct statement *statement, struct text value);
/* The operands of the chain behind `last` are not looked at. */
void observe_skipped(
    struct evaluator *evaluator, const struct expression *chain, const struct expression *last);
void observe_comparison(struct evaluator *evaluator, const struct expression *expression,
    struct text left, struct text right, struct text value);
/* The last match of the compiled pattern in the subject. */
void observe_match(struct evaluator *evaluator, struct text written, const struct pattern *compiled,
    struct text subject);

/* How a pattern was tried. */
struct observed_try {
	bool is_text; /* `=~`: on the text; else on lines of the message */
	struct text text;
	struct text field; /* only lines of this field came into question; empty: all */
	size_t lines, tried;
};

void observe_pattern(struct evaluator *evaluator, const struct program_pattern *pattern,
    const struct observed_try *tries, enum pattern_answer answer, struct text value);
/* Call before the variable is set. `word` did it: "=", "import", "unset". */
void observe_variable(struct evaluator *evaluator, uint32_t offset, struct text word,
    struct text name, struct text value);
void observe_function(
    struct evaluator *evaluator, const struct expression *expression, struct text value);
/* known: the command's end is. */
void observe_command(struct evaluator *evaluator, uint32_t offset,
    const struct command_request *request, int status, bool known);
/* A statement that hands one value to the world: echo, log, logfile, dotlock, flock. */
void observe_value(struct evaluator *evaluator, enum observation_kind kind,
    const struct statement *statement, struct text value, bool truth);
void observe_edit(struct evaluator *evaluator, const struct statement *statement, struct text field,
    struct text value);
/* `strip`, `replace` (detail: the type), `save` (detail: the file, or where it could not be). */
void observe_attachment(struct evaluator *evaluator, const struct statement *statement,
    struct text name, struct text detail, bool is_done);
void observe_delivery(struct evaluator *evaluator, const struct statement *statement,
    const struct delivery_request *request, const struct outcome *outcome);
void observe_undecided(
    struct evaluator *evaluator, enum verdict verdict, uint32_t offset, struct text kind);
/* `exception`: evaluator->result is the failure that it goes on after. */
void observe_caught(struct evaluator *evaluator, const struct statement *statement);
void observe_end(struct evaluator *evaluator, const struct filter_result *result);

#endif
