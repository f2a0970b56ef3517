/*
 * Looks at a program that was read, for the mistakes that the language lets through: shared by the
 * files inspect*.c, one family of mistakes each. What they say is in culver-check(1). Everything is
 * one walk or two over the tree.
 */
#ifndef FILTER_MAILFILTER_INSPECT_H
#define FILTER_MAILFILTER_INSPECT_H

#include "base/table.h"
#include "filter/engine/diagnostic.h"
#include "filter/engine/pattern.h"
#include "filter/engine/pattern_shape.h"
#include "filter/engine/program.h"

/* What the whole file does with a variable. */
struct inspect_variable {
	struct text name;
	unsigned assigned, read;
	uint32_t assigned_at, read_at; /* the first time */
	uint32_t read_size;
	bool is_numeric; /* so far as the assignments show */
	bool is_special; /* the language knows it */
};

struct inspection {
	struct arena *arena;
	const struct program *program;
	struct diagnostics *diagnostics;
	struct table variables; /* by name: struct inspect_variable */
	struct pattern_engine *engine;
	struct arena scratch; /* for one pattern */
	unsigned trials;      /* searches that the hunt for backtracking may still make */
	bool has_includes;
	bool has_forward; /* a note on `!` was given */
};

/* Where an expression stands. */
struct inspect_site {
	const struct statement *statement;
	const struct expression *parent; /* NULL: it is the statement's own */
};

void inspect_program(
    struct arena *arena, const struct program *program, struct diagnostics *diagnostics);

/* The families. */
void inspect_variables(struct inspection *inspection);
void inspect_collect_variables(struct inspection *inspection);
void inspect_condition(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression);
void inspect_command(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression);
void inspect_arithmetic(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression);
void inspect_pattern(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression);
/* Of header fields: the name without its colon and the like. */
void inspect_field(struct inspection *inspection, const struct expression *expression);
/* Of patterns that can match nothing, where each match counts. */
void inspect_empty_match(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression, const struct pattern_shape *shape);
/* Of scores that are asked as a condition. */
void inspect_score(struct inspection *inspection, const struct expression *condition);
/* Of EXITCODE, RETURNCODE, and statements that do nothing. */
void inspect_status(struct inspection *inspection);
/* Every line that the later pattern matches, the earlier one matches too. */
bool inspect_covers(const struct program_pattern *earlier, const struct program_pattern *later);
/* Of rules that a rule above them leaves nothing to do. */
void inspect_shadows(struct inspection *inspection);
void inspect_flow(struct inspection *inspection);
void inspect_taint(struct inspection *inspection);
/* Of questions about attachments that cannot be answered with yes. */
void inspect_attachment(struct inspection *inspection, const struct expression *expression);

/* Every expression of the statements, each before its operands. */
typedef void inspect_visit(struct inspection *inspection, const struct inspect_site *site,
    const struct expression *expression);
void inspect_each(
    struct inspection *inspection, const struct statement *list, inspect_visit *visit);

/* A string that stands without quotes. */
bool inspect_is_bare(const struct inspection *inspection, const struct expression *string);
/* The text of a string without variables in it; false: it is none. */
bool inspect_literal(const struct expression *expression, struct text *text_out);
/* The text of a string, or of the first that is joined, begins with that byte behind blanks. */
bool inspect_begins(const struct expression *expression, char byte);
/* The string is "$NAME" and nothing else. */
bool inspect_is_variable(const struct expression *expression, struct text *name_out);
/* The next $name in a string at or behind *at, which is moved behind it; *start_out is the dollar's
 * place in the string. */
bool inspect_next_name(struct text string, size_t *at, struct text *name_out, size_t *start_out);
/* Where a byte of a string's text stands in the source. */
uint32_t inspect_offset(
    const struct inspection *inspection, const struct expression *string, size_t index);
/* The bytes of the token that an expression begins with. */
uint32_t inspect_size(const struct inspection *inspection, const struct expression *expression);
/* Where the name left of an assignment stands. */
uint32_t inspect_name_offset(
    const struct inspection *inspection, const struct expression *assignment);
bool inspect_is_number(struct text text);
bool inspect_is_special(struct text name);

#endif
