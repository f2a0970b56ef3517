/*
 * Files of patterns that rules name in lookup(): each line is judged at its own place.
 */
#ifndef REHEARSE_CHECK_LOOKUP_H
#define REHEARSE_CHECK_LOOKUP_H

#include "base/text.h"
#include "filter/engine/diagnostic.h"

/* `source` is the file's text. */
void check_lookup_source(struct text source, bool case_sensitive, struct diagnostics *diagnostics);

#endif
