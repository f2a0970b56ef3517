/*
 * Expressions of a rules program: nodes of a tree, made by a language folder and walked by the
 * evaluator. Chains (a || b || c, a + b - c, "x" "y") are lists of operands, not towers. Nodes
 * carry byte offsets into the source; program_place() makes lines and columns of them.
 */
#ifndef FILTER_ENGINE_EXPRESSION_H
#define FILTER_ENGINE_EXPRESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

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
	EXPRESSION_COMMAND,  /* `command`: what it printed */
	EXPRESSION_FIELDS,   /* any(names) =~ pattern, all(names) =~ pattern: function says which */
	EXPRESSION_ATTACHMENTS, /* attachment(fact) =~ pattern; or a comparison of two operands, of
				   which one is attachment(fact) or both are: true for any */
	EXPRESSION_LIST,        /* the values of a statement with several: has none of its own */
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
	FUNCTION_GETADDR,
	FUNCTION_HASADDR,
	FUNCTION_LOOKUP,
	FUNCTION_DATABASE_OPEN,
	FUNCTION_DATABASE_CLOSE,
	FUNCTION_DATABASE_FETCH,
	FUNCTION_DATABASE_STORE,
	FUNCTION_ENVELOPE,
	FUNCTION_ATTACHMENT, /* `fact` says what of it */
	FUNCTION_ANY,        /* of EXPRESSION_FIELDS */
	FUNCTION_ALL,
};

/* Which lines of the message a pattern is tried on, and in which form. */
enum pattern_scope {
	PATTERN_SCOPE_HEADER = 1,     /* header lines of the message and of every MIME part */
	PATTERN_SCOPE_TOP_HEADER = 2, /* header lines of the message only */
	PATTERN_SCOPE_BODY = 4,       /* lines of text parts */
	PATTERN_SCOPE_RAW = 8,        /* the header as it stands; all of the body as it stands */
	PATTERN_SCOPE_WHOLE = 16,     /* of the body: whole texts, not lines */
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
	enum function function : 8;
	unsigned fact : 8; /* FUNCTION_ATTACHMENT: of enum attachment_fact (attachment_fact.h) */
	bool expands;
	bool is_name; /* one unquoted or double-quoted string: may stand left of `=` */
	uint32_t offset;
	uint32_t begin, end; /* all that was written, of comparisons, functions, assignments and the
				operands of || and &&; else 0 */
	struct text text;
	struct program_pattern *pattern;
	struct expression *operands; /* the first */
	struct expression *next;     /* the operand behind this one */
};

#endif
