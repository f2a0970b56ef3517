/*
 * What the user reads of rule tests: friendly lines, or TAP (version 13) for programs.
 */
#ifndef REHEARSE_RULE_TEST_REPORT_H
#define REHEARSE_RULE_TEST_REPORT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "rehearse/rule_test.h"
#include "rehearse/rule_test_judge.h"
#include "system/terminal.h"

struct rule_test_report {
	struct buffer *out;
	struct terminal terminal;
	bool is_tap;
	bool is_verbose; /* friendly: name what passed too */
	unsigned passed, failed, recorded, files;
	unsigned errors; /* files that could not be read or parsed */
};

/* A file's tests come next. */
void rule_test_report_file(struct rule_test_report *report, struct text name);
/* A file with an error, or one that cannot be read. */
void rule_test_report_error(struct rule_test_report *report, struct text name, struct text what);
/* A test that has run; `result` NULL: it could not, and `problem` says why. */
void rule_test_report_test(struct rule_test_report *report, struct rule_test_stage *stage,
    struct arena *arena, const struct rule_test *test, const struct rule_test_result *result,
    const struct rule_test_verdict *verdict, struct text problem);
/* Lines that were written into the file. */
void rule_test_report_recorded(
    struct rule_test_report *report, const struct rule_test *test, struct text lines);
/* "12 passed, 1 failed in 3 files", or the plan of TAP. */
void rule_test_report_end(struct rule_test_report *report);

#endif
