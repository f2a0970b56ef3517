/*
 * What a rule test expects, held against what its run gave.
 */
#ifndef REHEARSE_RULE_TEST_JUDGE_H
#define REHEARSE_RULE_TEST_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "rehearse/rule_test.h"

/* One thing that was not as expected. */
struct rule_test_failure {
	unsigned line, column; /* in the test file */
	struct text expected;  /* as behind `expect`; empty: see got */
	struct text got;       /* lines, each without its line end; never empty */
};

struct rule_test_verdict {
	bool has_passed;
	struct rule_test_failure *failures; /* of the alternative that came nearest */
	size_t count, capacity;
};

/* The verdict lives in the arena. Bytes of messages that are expected come from the stage's files. */
struct rule_test_verdict rule_test_judge(struct rule_test_stage *stage, struct arena *arena,
    const struct rule_test *test, const struct rule_test_result *result);

/* "to ./Junk/", "keep /var/mail/bob" */
void rule_test_judge_append_ask(struct buffer *out, const struct rule_test_ask *ask);
/* "delivered", "keep", "discard", "reject TEXT", "later TEXT" */
void rule_test_judge_append_end(struct buffer *out, const struct rule_test_result *result);

#endif
