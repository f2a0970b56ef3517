/*
 * The state of one run, and the values of expressions; used by filter.c (statements) and match.c
 * (patterns). Values are borrowed from the program or live in the scratch arena, which is emptied
 * before each statement.
 */
#ifndef FILTER_ENGINE_EVALUATE_H
#define FILTER_ENGINE_EVALUATE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "filter/engine/filter.h"
#include "filter/engine/pattern.h"
#include "filter/engine/prefilter.h"
#include "filter/engine/program.h"
#include "filter/engine/scope.h"

enum {
	EVALUATE_SCRATCH_MAX = 4 * VARIABLE_VALUE_MAX, /* bytes of values in one statement */
	EVALUATE_SCRATCH_FIRST = 2048,
	EVALUATE_FOREACH_MAX = 100000,         /* matches */
	EVALUATE_FOREACH_GROUPS_MAX = 1000000, /* of all matches together */
};

/* What is remembered of one pattern of the program. */
struct pattern_state {
	struct pattern *compiled; /* NULL: not needed so far */
	bool is_analysed;
	struct prefilter prefilter;
	struct pattern_budget budget; /* of its work on this message */
};

struct attachment_watch;
struct edit_header;

struct evaluator {
	struct arena *arena; /* of the run */
	const struct filter_input *input;
	const struct message *message; /* as it is now: `xfilter` replaces it */
	struct scope *scope;
	struct pattern_engine *engine;
	/* Of the rules file that runs now: */
	const struct program *program;
	struct arena *program_arena;
	struct pattern_state *states;
	unsigned includes;         /* files above this one */
	struct database *database; /* that `gdbmopen` opened; NULL: none */
	bool is_embedded;          /* what acts is refused: not in files of the administrator's */
	/* Of the statement that runs now: */
	struct arena scratch;
	size_t scratch_used;
	char scratch_first[EVALUATE_SCRATCH_FIRST];
	struct buffer work; /* where a value is put together */
	/* The last match, for the log: */
	struct text condition;
	char condition_kept[FILTER_MATCHED_MAX];
	char matched[FILTER_MATCHED_MAX];
	size_t matched_size;
	struct attachment_watch *attachments; /* attachment_value.h; NULL: nobody asked so far */
	struct edit_header *edits; /* of the header, that wait (edit_header.h); NULL: none so far */
	struct text undecided;     /* the first question without an answer; empty: none */
	bool is_interrupted;
	/* A command that must look at the message did not end in time (VERDICT_CLOSED): the failure
	 * under way refuses it. */
	bool is_refused;
	struct error error; /* of the failure that is under way; its text begins with its place */
	struct filter_result result;
};

/* The value; false after an error. */
bool evaluate(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out);
/* Sets evaluator->error with a place; returns false. */
bool evaluate_fail(struct evaluator *evaluator, enum error_kind kind, uint32_t offset,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Puts the place in front of the error that is there; returns false. */
bool evaluate_fail_at(struct evaluator *evaluator, uint32_t offset);
/*
 * A question without an answer (filter.h, enum verdict): evaluator->error says what happened, without
 * its place, and `kind` is the word for the variable UNDECIDED. Notes it, puts the place in front of
 * the error, and returns the verdict; after VERDICT_LATER the caller fails with that error.
 */
enum verdict evaluate_undecided(
    struct evaluator *evaluator, enum verdict verdict, uint32_t offset, struct text kind);
/* Empties the scratch arena. */
void evaluate_begin(struct evaluator *evaluator);
/* Copies the work buffer to the scratch arena. */
bool evaluate_take_work(struct evaluator *evaluator, uint32_t offset, struct text *value_out);
/* The text with its variables replaced, when `expands`. */
bool evaluate_text(struct evaluator *evaluator, struct text source, bool expands, uint32_t offset,
    struct text *value_out);
/* Sets a variable to a number. */
void evaluate_set_number(struct evaluator *evaluator, struct text name, uint64_t number);
/* The message is this one from now on: sets SIZE and LINES. */
void evaluate_take_message(struct evaluator *evaluator, const struct message *message);
/* Sets LINES, unless it is set. */
void evaluate_count_lines(struct evaluator *evaluator);
/* The deadline has passed or the process was asked to stop; then evaluator->error is set. */
bool evaluate_is_interrupted(struct evaluator *evaluator, uint32_t offset);

#endif
