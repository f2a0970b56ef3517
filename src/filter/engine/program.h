/*
 * A rules program as a tree: what a language folder builds and the evaluator walks. Everything
 * lives in one arena and borrows from the source text, which must outlive it. Chains (a || b || c,
 * a + b - c, "x" "y") are lists of operands, not towers, so that the depth of the tree is the
 * nesting that its author wrote, at most PROGRAM_DEPTH_MAX.
 */
#ifndef FILTER_ENGINE_PROGRAM_H
#define FILTER_ENGINE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "filter/engine/expression.h"
#include "filter/engine/host.h"

enum { PROGRAM_DEPTH_MAX = 256 };

enum statement_kind {
	STATEMENT_EXPRESSION,
	STATEMENT_IF, /* `expression` and `body`, else `otherwise` (the next elsif's STATEMENT_IF,
			 or the else body) */
	STATEMENT_WHILE,
	STATEMENT_FOREACH,
	STATEMENT_BLOCK,
	STATEMENT_EXCEPTION,
	STATEMENT_TO,
	STATEMENT_CC,
	STATEMENT_EXIT,
	STATEMENT_ECHO,
	STATEMENT_LOG,
	STATEMENT_LOGFILE,
	STATEMENT_INCLUDE,
	STATEMENT_IMPORT,
	STATEMENT_UNSET,
	STATEMENT_SYSTEM,
	STATEMENT_XFILTER,
	STATEMENT_DOTLOCK, /* `expression` names the lock, held while `body` runs */
	STATEMENT_FLOCK,
	/* Words that maildrop does not have; `expression` holds their values, in an EXPRESSION_LIST
	 * where there may be several. `keep` is STATEMENT_TO "$DEFAULT". */
	STATEMENT_REJECT,
	STATEMENT_TEMPFAIL,
	STATEMENT_DISCARD,
	STATEMENT_ADDHEADER,
	STATEMENT_SETHEADER,
	STATEMENT_DELHEADER,
	STATEMENT_FLAG,
	STATEMENT_UNFLAG,
	STATEMENT_TIMEOUT,     /* `expression` is the number of seconds that `body` has */
	STATEMENT_ATTACHMENTS, /* `foreach attachment`: `body` for each that `expression` is true of;
				  NULL: for all */
	STATEMENT_STRIP,       /* of the current attachment, as the next two */
	STATEMENT_REPLACE,     /* `expression` is the text in its place; NULL: the usual notice */
	STATEMENT_SAVE,        /* `expression` is the directory */
};

struct statement {
	enum statement_kind kind;
	enum destination_form form; /* STATEMENT_TO, STATEMENT_CC */
	uint32_t offset;
	struct expression *expression;
	struct statement *body;      /* a list; NULL: nothing */
	struct statement *otherwise; /* STATEMENT_IF */
	bool otherwise_is_if;        /* the else branch is an elsif */
	unsigned short depth;        /* statements that this one stands in */
	/* Of what was written in its first line: the condition, the value, the word. */
	uint32_t end;
	struct statement *next;
};

struct program;

/* A language, as the evaluator needs it: to parse what `include` names. */
struct program_language {
	const char *name;
	bool (*parse)(struct arena *arena, struct text name, struct text source,
	    const struct program **program_out, struct error *error);
};

/* Something that stands in the rules; empty: it does not. */
struct program_mention {
	struct text what;
	uint32_t offset;
};

struct program {
	const struct program_language *language;
	struct text name;   /* of the rules file */
	struct text source; /* its text */
	struct statement *statements;
	struct program_pattern *patterns, **patterns_end;
	unsigned pattern_count;
	/* The first thing in it that acts on the world: embedded mode does not start it. */
	struct program_mention acting;
	bool mentions_lines; /* a string or pattern of it may ask for the variable LINES */
};

/* Line and column of a byte of the source. */
struct place program_place(const struct program *program, uint32_t offset);
/*
 * False, with "name:line:column: ... is not allowed in embedded mode", when the program cannot be
 * run. The place is in *place_out, which may be NULL.
 */
bool program_is_runnable(
    const struct program *program, bool is_embedded, struct place *place_out, struct error *error);

#endif
