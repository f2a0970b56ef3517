/*
 * The functions on a data base of the rules' own: gdbmopen, gdbmfetch, gdbmstore, gdbmclose. One is
 * open at a time in each rules file; an included file has its own.
 */
#ifndef FILTER_ENGINE_DATABASE_H
#define FILTER_ENGINE_DATABASE_H

#include <stdbool.h>

#include "filter/engine/evaluate.h"

/* The value of one of the functions. What the host could not do is noted (evaluate_undecided(), of
 * the kind "database"), and the rules go on with "-1" or the default. */
bool database_evaluate(
    struct evaluator *evaluator, const struct expression *expression, struct text *value_out);
/* Closes what the rules file that ends has open. */
void database_close(struct evaluator *evaluator);

#endif
