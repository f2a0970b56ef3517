/*
 * All that `culver test` was called for: finds the files, runs their tests, reports, records.
 */
#ifndef REHEARSE_RULE_TEST_SUITE_H
#define REHEARSE_RULE_TEST_SUITE_H

#include <stdbool.h>

#include "base/text.h"
#include "system/terminal.h"

enum rule_test_record_mode {
	RULE_TEST_RECORD_NOTHING,
	RULE_TEST_RECORD_FIRST, /* where nothing is expected */
	RULE_TEST_RECORD_ALL,   /* in place of what is expected */
};

/* In place of running: what the one test has that is meant. */
enum rule_test_print { RULE_TEST_PRINT_NOTHING, RULE_TEST_PRINT_MESSAGE, RULE_TEST_PRINT_RULES };

struct rule_test_suite {
	const char *const *paths; /* files and directories */
	size_t count;
	struct text filter; /* tests whose name holds it; empty: all */
	enum rule_test_record_mode record;
	enum rule_test_print print;
	bool is_tap, is_verbose;
	struct terminal terminal;
	/* Takes what is to be read, a piece at a time; false ends the run. */
	bool (*write)(struct text bytes);
};

/* The exit status: 0, 1, 64 when the filter leaves nothing, 65, 66, 74. */
int rule_test_suite_run(const struct rule_test_suite *suite);

#endif
