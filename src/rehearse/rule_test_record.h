/*
 * First expectations: what a test's run gave, written into its file as `expect` lines.
 */
#ifndef REHEARSE_RULE_TEST_RECORD_H
#define REHEARSE_RULE_TEST_RECORD_H

#include "base/arena.h"
#include "base/error.h"
#include "rehearse/rule_test.h"

/* What is to be done to one file. */
struct rule_test_record {
	struct rule_test_record_change {
		const struct rule_test *test; /* whose `expect` and `or` lines go */
		struct text lines; /* that take their place, or stand at the test's end */
	} * changes;               /* in the order of the file */
	size_t count, capacity;
};

/* The lines for that result, each with its line end. */
struct text rule_test_record_lines(
    struct arena *arena, const struct rule_test_file *file, const struct rule_test_result *result);
void rule_test_record_add(struct rule_test_record *record, struct arena *arena,
    const struct rule_test *test, struct text lines);
/* The file's bytes with the changes. */
struct text rule_test_record_apply(
    const struct rule_test_record *record, struct arena *arena, const struct rule_test_file *file);
/* Writes them: a new file takes the old one's place and mode at once, or nothing has changed. */
bool rule_test_record_write(const struct rule_test_record *record, struct arena *arena,
    const struct rule_test_file *file, struct error *error);

#endif
