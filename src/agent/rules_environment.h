/*
 * The variables that rules begin with, and what commands get of them. Values come from the account,
 * the settings and the envelope; in manual mode the caller's whole environment is imported first,
 * otherwise only its LANG, LANGUAGE and LC_* (as maildrop has it).
 */
#ifndef AGENT_RULES_ENVIRONMENT_H
#define AGENT_RULES_ENVIRONMENT_H

#include "agent/agent.h"
#include "base/arena.h"
#include "base/text.h"
#include "filter/engine/variable.h"
#include "mail/envelope.h"
#include "mail/message.h"
#include "system/user.h"

enum {
	RULES_ENVIRONMENT_ENTRY_MAX = 100 * 1024, /* bytes; execve() of Linux takes 128 KiB */
	RULES_ENVIRONMENT_MAX = 1024 * 1024,      /* in all */
};

struct rules_start {
	const struct agent_request *request;
	const struct settings *settings;
	const struct user *user;
	const struct envelope *envelope;
	const struct message *message;
};

struct variables *rules_environment_new(struct arena *arena, const struct rules_start *start);

/* All that `import` finds, in every mode: the language gives the rules nothing of the caller's
 * environment but what they ask for. */
struct variables *rules_environment_imports(struct arena *arena, const struct rules_start *start);

/* The default mailbox with $HOME, $LOGNAME, $USER and a leading ~/ replaced. */
struct text rules_environment_default_mailbox(
    struct arena *arena, struct text pattern, const struct user *user);

/* NAME=value for each variable whose name and value can be passed to a command, and LINES, which
 * is counted where the rules did not ask for it; NULL at the end. */
const char *const *rules_environment_export(
    struct arena *arena, const struct variables *variables, const struct message *message);

#endif
