/*
 * Runs one rule test: with the variables, default delivery and ends that a delivery has
 * (rehearse/rehearsal.h), or, where it says `bare`, the rules and nothing else. No account is asked
 * for, no process started, nothing written; the only files that are read are those which the test
 * and its rules name.
 */
#ifndef REHEARSE_RULE_TEST_H
#define REHEARSE_RULE_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "filter/engine/filter.h"
#include "rehearse/rule_test_file.h"
#include "rehearse/rule_test_host.h"
#include "rehearse/rule_test_material.h"

enum { RULE_TEST_TIME_DEFAULT = 1700000000 }; /* Tue, 14 Nov 2023 22:13:20 UTC */

/* The tests of one file, while they run. */
struct rule_test_stage {
	struct arena *arena; /* for as long as the file */
	const struct rule_test_file *file;
	struct rule_test_material material;
	struct text parsed; /* the rules that were found to parse last */
};

struct rule_test_result {
	struct text refusal; /* why the rules do not parse; then nothing else is here */
	bool is_bare;
	struct rule_test_ask *asks;
	size_t count;
	struct filter_result rules;    /* how they ended */
	struct outcome outcome;        /* what the mail server hears */
	int status;                    /* the same as exit status */
	bool is_kept;                  /* the default mailbox had its turn */
	const struct message *message; /* as it was delivered last, or else as the rules left it */
	struct text flags, keywords;   /* with that delivery */
	const struct variables *variables; /* as the rules left them */
	/* The first command that the test has no answer for; no data: none. */
	struct text unanswered;
	enum command_use unanswered_use;
	unsigned locks_left; /* that nobody released */
};

/* Both must outlive the stage. */
void rule_test_stage_init(
    struct rule_test_stage *stage, struct arena *arena, const struct rule_test_file *file);

/* The result lives in the arena. False when the test cannot run: a file that it names cannot be
 * read, a setting is wrong; the error names the place. */
bool rule_test_run(struct rule_test_stage *stage, struct arena *arena, const struct rule_test *test,
    struct rule_test_result *result_out, struct error *error);

/* What the test gives, that of the file's top first; the lines are borrowed. */
const struct rule_test_given **rule_test_given_list(const struct rule_test_stage *stage,
    struct arena *arena, const struct rule_test *test, size_t *count_out);

/* The last line of a kind, which is the one that counts; NULL: there is none. */
const struct rule_test_given *rule_test_given_last(
    const struct rule_test_given *const *given, size_t count, enum rule_test_given_kind kind);

/* The rules that the test is about, and how places call them. */
bool rule_test_rules(struct rule_test_stage *stage, struct arena *arena,
    const struct rule_test *test, struct text *name_out, struct text *rules_out,
    struct error *error);
/* Its message. */
bool rule_test_message(struct rule_test_stage *stage, struct arena *arena,
    const struct rule_test *test, struct text *bytes_out, struct error *error);

#endif
