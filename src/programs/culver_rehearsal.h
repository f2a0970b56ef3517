/*
 * What the commands have in common that rehearse rules for a message (explain, refile): options, which
 * rules are meant, the settings, and where the answer goes.
 */
#ifndef PROGRAMS_CULVER_REHEARSAL_H
#define PROGRAMS_CULVER_REHEARSAL_H

#include <stdbool.h>

#include "agent/agent.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "config/settings.h"
#include "rehearse/command_answers.h"
#include "system/terminal.h"

/* Codes of the long options that both have; -d and -o are their letters. */
enum culver_rehearsal_option {
	CULVER_REHEARSAL_RULES = 512,
	CULVER_REHEARSAL_RECIPIENT,
	CULVER_REHEARSAL_CONFIG,
	CULVER_REHEARSAL_ANSWER,
	CULVER_REHEARSAL_RUN_COMMANDS,
	CULVER_REHEARSAL_COLOUR,
};

struct culver_rehearsal {
	const char *command; /* its name, for what is said on standard error */
	struct arena *arena;
	struct agent_request agent;
	struct command_answers answers;
	struct settings_source *settings;
	enum terminal_colour colour;
	const char *rules, *config; /* files; NULL: not given */
	bool runs_commands;
	bool write_failed;
};

struct culver_rehearsal culver_rehearsal_begin(const char *command, struct arena *arena);
/* Takes one of the common options; false with the error, also for an option that is none of them. */
bool culver_rehearsal_take(
    struct culver_rehearsal *line, int option, const char *value, struct error *error);
/*
 * Behind the options: finds out which rules are meant, unless the mode is AGENT_MODE_EMBEDDED already,
 * and reads the settings. EX_OK, or the exit status, and what is wrong was said.
 */
int culver_rehearsal_prepare(struct culver_rehearsal *line);
/* The `write` of a request, to standard output; self: the struct culver_rehearsal. */
void culver_rehearsal_write(void *self, struct text bytes);
/* The exit status, with what became of the writing. */
int culver_rehearsal_end(const struct culver_rehearsal *line, int status);
/* Says the error and returns the status. */
int culver_rehearsal_refuse(
    const struct culver_rehearsal *line, int status, const struct error *error);

#endif
