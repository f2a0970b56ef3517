/*
 * The program that gets each message of a split mailbox on its standard input: one after the other, or
 * several at a time. The messages are numbered in the environment (FILENO), as formail and reformail do.
 */
#ifndef HANDLE_COMPAT_SPLIT_PROGRAM_H
#define HANDLE_COMPAT_SPLIT_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"

/* How many run at a time where no number is given. */
enum { SPLIT_PROGRAM_DEFAULT = 16, SPLIT_PROGRAM_NUMBER_WIDTH = 32 };

struct split_program {
	char *const *arguments; /* NULL at the end */
	bool is_parallel;
	unsigned maximum; /* at a time; 0: SPLIT_PROGRAM_DEFAULT */
	bool only_digits; /* FILENO is a number only if it has nothing else, as reformail has it */
	/* From here on its own. */
	char **environment;
	char *number_variable; /* "FILENO=000"; NULL: the messages are not numbered */
	int64_t number;
	int width;
	pid_t process; /* the one that is fed */
	unsigned running;
	int status; /* 0, or the first (in parallel the last) that was not 0; a signal is negative */
};

/* Looks at FILENO: its value is the first number, its width that of all; not a number: none. */
void split_program_init(
    struct arena *arena, struct split_program *program, char *const *environment);
/* Counts a message that no program gets. */
void split_program_pass(struct split_program *program);
/* Starts the next; *input_out is to be written to and closed. */
bool split_program_start(struct split_program *program, int *input_out, struct error *error);
/* The message is written. Waits for the program's end where they run one by one. */
void split_program_end_message(struct split_program *program);
/* Waits for all. The status: 0, a program's, or 69 for one that a signal ended. */
int split_program_finish(struct split_program *program);

#endif
