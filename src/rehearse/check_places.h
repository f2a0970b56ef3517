/*
 * What rules name on this machine: folders that they deliver to, files that they include or look
 * things up in. Only names that do not depend on a message are looked at: texts, and variables that
 * are set once to such a text.
 */
#ifndef REHEARSE_CHECK_PLACES_H
#define REHEARSE_CHECK_PLACES_H

#include "filter/engine/program.h"
#include "rehearse/check.h"

void check_places(
    struct check *check, const struct program *program, struct diagnostics *diagnostics);

#endif
