/*
 * A file of rule tests (culver-test(1)) as values: its tests, what each gives the rules and what it expects. Text in,
 * values out; files that it names are not opened here.
 */
#ifndef REHEARSE_RULE_TEST_FILE_H
#define REHEARSE_RULE_TEST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "rehearse/rule_test_line.h"

enum {
	RULE_TEST_FILE_MAX = 64 * 1024 * 1024, /* bytes of a file of tests */
	RULE_TEST_FILE_TESTS_MAX = 100000,
	RULE_TEST_FILE_LINES_MAX =
	    10000, /* given, and expected, by one test or by the top of the file */
};

/* What a test gives. */
enum rule_test_given_kind {
	RULE_TEST_RULES,        /* source */
	RULE_TEST_SYSTEM_RULES, /* source */
	RULE_TEST_MESSAGE,      /* source */
	RULE_TEST_BODY,         /* source, of bytes */
	RULE_TEST_HEADER,       /* name, value */
	RULE_TEST_WITHOUT,      /* name of a header field */
	RULE_TEST_ENVELOPE,     /* name, value */
	RULE_TEST_TIME,         /* number: Unix seconds */
	RULE_TEST_USER,         /* name; value: the home */
	RULE_TEST_ARGUMENT,     /* value: $1, $2 ... */
	RULE_TEST_SETTING,      /* name, value */
	RULE_TEST_SET,          /* name, value: a variable */
	RULE_TEST_ENVIRONMENT,  /* name, value: what `import` finds */
	RULE_TEST_FILE,         /* name, source: what `include` and `lookup` find */
	RULE_TEST_ANSWER, /* name: the command, "*": any other; number: its status; how; value */
	RULE_TEST_FAIL,   /* name: of a destination, log or lock; how; value: the reason */
	RULE_TEST_DATABASE, /* name; source.text: the key; value: what gdbmopen() finds under that name */
	RULE_TEST_BARE,
	RULE_TEST_EMBEDDED,
};

enum rule_test_how {
	RULE_TEST_PRINTS,   /* ANSWER: value is what it prints */
	RULE_TEST_ADDS,     /* ANSWER: to xfilter, the message with the header field `value` */
	RULE_TEST_SUCCEEDS, /* ANSWER: prints nothing; to xfilter, the message as it was */
	RULE_TEST_HANGS,    /* ANSWER: does not end in time */
	RULE_TEST_LATER,    /* FAIL */
	RULE_TEST_NEVER,    /* FAIL */
};

struct rule_test_given {
	enum rule_test_given_kind kind;
	enum rule_test_how how;
	struct text name, value;
	struct rule_test_source source;
	int64_t number;
	unsigned line, column;
};

/* What a test expects. */
enum rule_test_aspect {
	RULE_TEST_ASK, /* word: "to", "echo" ...; value */
	RULE_TEST_DELIVERED,
	RULE_TEST_KEEP,    /* to the default mailbox */
	RULE_TEST_DISCARD, /* nowhere, and nobody hears of it */
	RULE_TEST_REJECT,  /* never; value: a part of the reason, or empty */
	RULE_TEST_DEFER,   /* later; the same */
	RULE_TEST_END,     /* value: how the rules ended; number: the exit status, or -1 */
	RULE_TEST_STATUS,  /* number: the exit status */
	RULE_TEST_REASON,  /* value: a part of it; so for UNDECIDED and REFUSED */
	RULE_TEST_PLACE,
	RULE_TEST_CONDITION,
	RULE_TEST_MATCHED,
	RULE_TEST_UNDECIDED,
	RULE_TEST_REFUSED,         /* the rules do not parse */
	RULE_TEST_VARIABLE,        /* name, value */
	RULE_TEST_FIELD,           /* a header field of what is delivered: name, value */
	RULE_TEST_FLAGS,           /* value: the letters, all of them */
	RULE_TEST_KEYWORD,         /* value: one of them */
	RULE_TEST_DELIVERED_BYTES, /* source */
	RULE_TEST_DELIVERED_BODY,  /* source */
	RULE_TEST_NOTHING_ELSE,
	RULE_TEST_NO_OTHER_DELIVERY,
};

struct rule_test_expected {
	enum rule_test_aspect aspect;
	bool is_negated; /* `expect no ...`; an empty value then stands for any */
	struct text word;
	struct text name, value;
	struct rule_test_source source;
	int number;
	unsigned alternative; /* from 0; `or` begins the next */
	unsigned line, column;
};

struct rule_test {
	struct text name;
	unsigned line;
	struct rule_test_given *given; /* those of the file's top not among them */
	size_t given_count, given_capacity;
	struct rule_test_expected *expected;
	size_t expected_count, expected_capacity;
	unsigned alternatives; /* at least 1 */
	/* Where its `expect` and `or` lines stand in the file, in order, and where more would be put: bytes. */
	struct rule_test_range {
		size_t start, end;
	} * ranges;
	size_t range_count, range_capacity;
	size_t end;
};

struct rule_test_file {
	struct text name; /* as it was called */
	struct text source;
	struct rule_test top; /* what all tests share */
	struct rule_test *tests;
	size_t count, capacity;
};

/* Parses a whole file; the result borrows from `source` and lives in the arena. On failure the error's text is
 * "name:line:column: what is wrong, and what to write". */
bool rule_test_file_parse(struct arena *arena, struct text name, struct text source,
    struct rule_test_file *file_out, struct error *error);

#endif
