/*
 * A rules program as a tree: what a language folder builds and the evaluator walks. Everything
 * lives in one arena and borrows from the source text, which must outlive it. Chains (a || b || c,
 * a + b - c, "x" "y") are lists of operands, not towers, so that the depth of the tree is the
 * nesting that its author wrote, at most PROGRAM_DEPTH_MAX.
 */
#ifndef FILTER_ENGINE_PROGRAM_H
#define FILTER_ENGINE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "filter/engine/host.h"

enum { PROGRAM_DEPTH_MAX = 256 };

enum expression_kind {
	EXPRESSION_STRING, /* text; `expands`: `$name` inside it is replaced when it is evaluated */
	EXPRESSION_CONCATENATION, /* operands joined */
	EXPRESSION_ASSIGNMENT,    /* text is the name; one operand */
	EXPRESSION_OR,            /* the first true operand, or the last */
	EXPRESSION_AND,           /* the first false operand, or the last */
	EXPRESSION_COMPARISON,    /* two operands, the second has the operation */
	EXPRESSION_ARITHMETIC,    /* operands from the left; each but the first has its operation */
	EXPRESSION_NOT,
	EXPRESSION_COMPLEMENT,
	EXPRESSION_SEARCH,   /* a pattern on its own: searches the message */
	EXPRESSION_MATCH,    /* operand =~ pattern */
	EXPRESSION_FUNCTION, /* function and its operands */
	EXPRESSION_COMMAND,  /* `command`: not available in this version */
};

enum expression_operator {
	OPERATOR_NONE,
	OPERATOR_BIT_OR,
	OPERATOR_BIT_AND,
	OPERATOR_PLUS,
	OPERATOR_MINUS,
	OPERATOR_TIMES,
	OPERATOR_DIVIDE,
	OPERATOR_LESS,
	OPERATOR_LESS_EQUAL,
	OPERATOR_GREATER,
	OPERATOR_GREATER_EQUAL,
	OPERATOR_EQUAL,
	OPERATOR_NOT_EQUAL,
	OPERATOR_TEXT_LESS,
	OPERATOR_TEXT_LESS_EQUAL,
	OPERATOR_TEXT_GREATER,
	OPERATOR_TEXT_GREATER_EQUAL,
	OPERATOR_TEXT_EQUAL,
	OPERATOR_TEXT_NOT_EQUAL,
};

enum function {
	FUNCTION_LENGTH,
	FUNCTION_SUBSTR,
	FUNCTION_TOLOWER,
	FUNCTION_TOUPPER,
	FUNCTION_ESCAPE,
	FUNCTION_TIME,
	/* Parsed, not available in this version: */
	FUNCTION_GETADDR,
	FUNCTION_HASADDR,
	FUNCTION_LOOKUP,
	FUNCTION_DBM,
};

/* Which lines of the message a pattern is tried on. */
enum pattern_scope {
	PATTERN_SCOPE_HEADER = 1,     /* header lines of the message and of every MIME part */
	PATTERN_SCOPE_TOP_HEADER = 2, /* header lines of the message only */
	PATTERN_SCOPE_BODY = 4,       /* lines of text parts */
};

struct program_pattern {
	struct text source;  /* between the slashes, as written */
	struct text written; /* slashes and flags included: how explanations call it */
	bool expands;        /* holds `$name` */
	bool case_sensitive;
	bool weighted;
	double weight, factor;
	unsigned scope; /* of enum pattern_scope */
	unsigned index; /* among the program's patterns */
	uint32_t offset;
	struct program_pattern *next; /* in the program */
};

struct expression {
	enum expression_kind kind;
	enum expression_operator operation; /* joins this operand to the one before it */
	enum function function;
	bool expands;
	bool is_name; /* one unquoted or double-quoted string: may stand left of `=` */
	uint32_t offset;
	struct text text;
	struct program_pattern *pattern;
	struct expression *operands; /* the first */
	struct expression *next;     /* the operand behind this one */
};

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
	STATEMENT_UNAVAILABLE, /* parsed, not available in this version: xfilter, system, dotlock,
				  flock */
};

struct statement {
	enum statement_kind kind;
	uint32_t offset;
	struct expression *expression;
	struct statement *body;      /* a list; NULL: nothing */
	struct statement *otherwise; /* STATEMENT_IF */
	bool otherwise_is_if;        /* the else branch is an elsif */
	struct statement *next;
};

struct program;

/* A language, as the evaluator needs it: to parse what `include` names. */
struct program_language {
	const char *name;
	bool (*parse)(struct arena *arena, struct text name, struct text source,
	    const struct program **program_out, struct error *error);
};

struct program {
	const struct program_language *language;
	struct text name;   /* of the rules file */
	struct text source; /* its text */
	struct statement *statements;
	struct program_pattern *patterns, **patterns_end;
	unsigned pattern_count;
	/* The first thing in it that this version cannot run; empty: none. Such a program is never
	 * started. */
	struct text unavailable;
	uint32_t unavailable_offset;
};

/* Line and column of a byte of the source. */
struct place program_place(const struct program *program, uint32_t offset);
/* False, with "name:line:column: ... is not available in this version", when the program cannot be
 * run. */
bool program_is_runnable(const struct program *program, struct error *error);

#endif
