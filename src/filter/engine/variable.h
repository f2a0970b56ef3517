/*
 * The variables of a rules run: byte-string values under byte-string names, remembered in the order
 * of first assignment. What special ones mean (mailfilter(5), VARIABLES) is known to whoever sets or
 * reads them: agent/rules_environment.c at the start, the evaluator, the host.
 */
#ifndef FILTER_ENGINE_VARIABLE_H
#define FILTER_ENGINE_VARIABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"

enum { VARIABLE_VALUE_MAX = 16 * 1024 * 1024 }; /* bytes of one value */

struct variables;

struct variables *variables_new(struct arena *arena);
/* The value; an unknown name gives the empty text. */
struct text variables_get(const struct variables *variables, struct text name);
bool variables_is_set(const struct variables *variables, struct text name);
/* Copies name and value. */
void variables_set(struct variables *variables, struct text name, struct text value);
void variables_unset(struct variables *variables, struct text name);
/* Walks all set variables: start with *position = 0; false at the end. */
bool variables_next(const struct variables *variables, size_t *position, struct text *name_out,
    struct text *value_out);

#endif
