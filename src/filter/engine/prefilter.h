/*
 * What can be said about a pattern without PCRE2: that it cannot match a line. The analyser reads
 * only the plain subset of pattern syntax that it understands completely; a pattern that is outside
 * of it, and so every pattern that does not compile, is not `understood` and must be compiled.
 * Within the subset its answer "no" is exact.
 */
#ifndef FILTER_ENGINE_PREFILTER_H
#define FILTER_ENGINE_PREFILTER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"

struct prefilter {
	bool understood;
	bool case_sensitive;
	struct text field; /* the pattern begins with ^field: so only fields of that name can match;
			      or empty */
	struct text literal; /* every match holds these bytes; in lower case unless case_sensitive;
				or empty */
	size_t rare;         /* index of the literal's byte that mail has least of */
};

/* Reads the pattern; literal and field are borrowed from the source or made in the arena. */
struct prefilter prefilter_analyse(struct arena *arena, struct text source, bool case_sensitive);
/* The index of the byte that mail headers have least of; 0 for the empty text. */
size_t prefilter_rarest(struct text literal);
/*
 * False: the literal is not in the line. For a caseless pattern `line` must be in lower case
 * (prefilter_fold) and all ASCII: other letters may fold into ASCII ones.
 */
bool prefilter_may_match(const struct prefilter *prefilter, struct text line);
/*
 * Looks for the literal in many lines at once, as they stand: the first place at or after `from` that
 * a matching line must hold, or the region's size when no line behind `from` can match. The literal
 * must not be empty.
 */
size_t prefilter_find(const struct prefilter *prefilter, struct text region, size_t from);
/* Writes the line in lower case to `out` (line.size bytes); false when it holds a byte that is not
 * ASCII. */
bool prefilter_fold(struct text line, char *out);

#endif
