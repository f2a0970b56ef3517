/*
 * The host of a rule test: the plan of filter/engine/plan.h, which does nothing and writes down
 * what it is asked, with the test's answers for commands, its files for `include` and `lookup`, and
 * what each delivery would have laid down. A command is never run: one that the test has no answer
 * for is a failure, and its name is kept.
 */
#ifndef REHEARSE_RULE_TEST_HOST_H
#define REHEARSE_RULE_TEST_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/table.h"
#include "filter/engine/host.h"
#include "filter/engine/plan.h"
#include "rehearse/rule_test_file.h"
#include "rehearse/rule_test_material.h"

/* Statements of the rules, and bytes written down, after which a run is ended as one that takes too
 * long. */
enum { RULE_TEST_STATEMENTS_MAX = 100000, RULE_TEST_KEPT_MAX = 256 * 1024 * 1024 };

/* One thing that was asked, as `expect` names it. */
struct rule_test_ask {
	struct text word; /* "to", "cc", "mailbox", "echo" ... */
	struct text text;
	bool is_delivery;
	bool is_default; /* the default mailbox */
};

struct rule_test_host {
	struct plan plan; /* the first member: plan_host's functions take this for their own */
	struct filter_host functions;
	struct rule_test_material *material; /* files on the disk; NULL: none */
	struct text rules_directory; /* where names in the rules begin, with a slash at its end */
	struct text home;
	struct table answers; /* command -> const struct rule_test_given * */
	const struct rule_test_given *any_answer;
	/* Of the deliveries, in the order of the plan's items. */
	struct rule_test_host_delivery {
		size_t item;
		struct text word, text;
		bool is_default;
	} * deliveries;
	size_t count, capacity;
	const struct message *delivered; /* the last; NULL: none */
	struct text flags, keywords;     /* of the last */
	size_t kept;                     /* bytes that were written down */
	struct text unanswered;          /* the first command without an answer; no data: none */
	enum command_use unanswered_use;
};

void rule_test_host_init(struct rule_test_host *host, struct arena *arena);
/* What a test gives for it: answers, failures and files with their bytes in place. */
void rule_test_host_give(struct rule_test_host *host, const struct rule_test_given *given);

/* All that was asked, in order; lives in the arena of the host. */
struct rule_test_ask *rule_test_host_asks(const struct rule_test_host *host, size_t *count_out);

#endif
