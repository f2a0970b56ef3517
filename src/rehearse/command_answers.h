/*
 * How the commands of rules end when they are not run: answers that somebody gives beforehand, as
 *
 *	PATTERN=ANSWER
 *
 * PATTERN is the command's first word, its last path component is enough, or the whole command; in it
 * "\=" is a "=". ANSWER is what the command prints, or "@FILE": what that file holds; in front may
 * stand "status:N:" (how it ends, 0 to 255) or "timeout" alone (it does not end in time). In what is
 * printed \n \t and \\ are a line end, a tab and a backslash. The first that fits counts.
 */
#ifndef REHEARSE_COMMAND_ANSWERS_H
#define REHEARSE_COMMAND_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "filter/engine/plan.h"

enum { COMMAND_ANSWERS_FILE_MAX = 64 * 1024 * 1024 };

struct command_answer {
	struct text pattern;
	struct plan_answer answer;
};

struct command_answers {
	struct command_answer *items;
	size_t count, capacity;
};

/* Adds one; everything is copied to the arena. */
bool command_answers_add(
    struct command_answers *answers, struct arena *arena, struct text written, struct error *error);
/* The part behind "PATTERN=". */
bool command_answers_parse(
    struct arena *arena, struct text written, struct plan_answer *answer_out, struct error *error);
/* NULL: nobody said. */
struct plan_answer *command_answers_find(
    const struct command_answers *answers, struct text command);

#endif
