/*
 * Watching a run of rules: what was asked, what it saw, and what came of it, told in the order in
 * which it happens. `culver explain` makes a story of it. An observer changes nothing; a run
 * without one pays a comparison a statement and a condition.
 */
#ifndef FILTER_ENGINE_OBSERVER_H
#define FILTER_ENGINE_OBSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "filter/engine/filter.h"
#include "filter/engine/host.h"
#include "filter/engine/program.h"

enum observation_kind {
	OBSERVATION_FILE_ENTERED, /* name: the rules file that runs now; depth: files above it */
	OBSERVATION_FILE_LEFT,
	OBSERVATION_STATEMENT,  /* begins: source, depth */
	OBSERVATION_ROUND,      /* of `while` or `foreach`: number, from 1; foreach: groups too */
	OBSERVATION_CONDITION,  /* of if, elsif, while: source (without the parentheses), value,
				   truth */
	OBSERVATION_SKIPPED,    /* && or ||, which is `name`: source was not looked at */
	OBSERVATION_COMPARISON, /* source; before and value: what was compared; truth */
	OBSERVATION_MATCH, /* a pattern found something: source (the pattern), subject, from, to,
				   groups. Comes before the pattern's own observation; has no place */
	OBSERVATION_PATTERN, /* tried: source, name (where: "header", "body" ...; "text" for =~), lines,
				   tried, value, truth; answer */
	OBSERVATION_LINE, /* behind a pattern that found nothing: one of the first lines that it
				   looked at, in subject */
	OBSERVATION_VARIABLE, /* name, before (truth: it was set), value; source: the word that did it */
	OBSERVATION_FUNCTION, /* name, source, value */
	OBSERVATION_COMMAND,  /* name (the word, "`" for backticks), value: the command; number: its
				   status; NO_ANSWER: its end is not known; subject: what it printed */
	OBSERVATION_WRITE,    /* echo, log, logfile (name): value */
	OBSERVATION_LOCK,     /* dotlock, flock (name): value is the lock; truth: it is held */
	OBSERVATION_UNLOCK,
	OBSERVATION_EDIT,       /* of the header: name is the word, before the field, value */
	OBSERVATION_ATTACHMENT, /* strip, replace, save (name): before is the attachment's name, value
				   its type or the file; truth: it was saved, or noted */
	OBSERVATION_DELIVERY,   /* request, outcome */
	OBSERVATION_UNDECIDED, /* a question without an answer: value says what and where, name the
				   word for its kind, number the verdict */
	OBSERVATION_CAUGHT,    /* `exception` goes on after the failure in value */
	OBSERVATION_END,       /* result */
};

enum observation_answer { OBSERVATION_NO, OBSERVATION_YES, OBSERVATION_NO_ANSWER };

enum {
	OBSERVATION_GROUPS_MAX = 20, /* of more groups only the first are shown */
	OBSERVATION_LINES_MAX = 3,
};

/* Everything is borrowed for the call. */
struct observation {
	enum observation_kind kind;
	const struct program *program; /* program_place() makes a place of both */
	uint32_t offset;
	unsigned depth;     /* of statements: their nesting in the file, from 0 */
	struct text source; /* as it is written */
	struct text name, before, value;
	bool truth;
	enum observation_answer answer;
	uint64_t number;
	/* Of patterns: */
	struct text subject;       /* what was looked at */
	size_t from, to;           /* the match in it */
	const struct text *groups; /* the whole match first: MATCH, MATCH1 ... */
	unsigned group_count;
	size_t lines; /* how many came into question */
	size_t tried; /* how many of them could not be told from their bytes alone */
	/* Of deliveries and of the end: */
	const struct delivery_request *request;
	const struct outcome *outcome;
	const struct filter_result *result;
};

struct filter_observer {
	void (*observe)(void *self, const struct observation *observation);
	void *self;
};

/* "statement", "pattern" ...: the stable word for a kind. */
const char *observer_kind_word(enum observation_kind kind);

#endif
