/*
 * One `expect` line of a rule test (culver-test(1)): what follows the word, read and written.
 */
#ifndef REHEARSE_RULE_TEST_EXPECTED_H
#define REHEARSE_RULE_TEST_EXPECTED_H

#include "rehearse/rule_test_file.h"
#include "rehearse/rule_test_line.h"

/* Parses what stands behind `expect`. */
bool rule_test_expected_parse(
    struct rule_test_line *line, struct rule_test_expected *expected_out, struct error *error);

/* "Name: value" and "NAME=VALUE", to the end of the line; the whole field, or the value, may be in
 * quotes. */
bool rule_test_expected_parse_field(struct rule_test_line *line, const char *what,
    struct text *name_out, struct text *value_out, struct error *error);
bool rule_test_expected_parse_pair(struct rule_test_line *line, struct text *name_out,
    struct text *value_out, struct error *error);

/* Nothing need stand behind this word for something asked. */
bool rule_test_expected_may_be_empty(struct text word);

/* The same back: "to ./Junk/", "header Subject: hello". */
void rule_test_expected_append(struct buffer *out, const struct rule_test_expected *expected);

#endif
