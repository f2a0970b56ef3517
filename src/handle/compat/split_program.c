/*
 * Programs for the parts of a mailbox; see split_program.h.
 */
#include "handle/compat/split_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "base/number.h"
#include "system/pipe_child.h"

static const char split_variable[] = "FILENO=";

/* The number that a value is; false: none. */
static bool
split_program_parse_number(const char *value, int64_t *number_out)
{
	struct text digits = text_trim(text_from_string(value));
	bool is_negative = digits.size > 0 && *digits.data == '-';
	uint64_t number = 0;

	digits = text_slice(digits, is_negative || text_has_prefix(digits, TEXT("+")), digits.size);
	if (*value != '\0' && !number_parse_unsigned(digits, INT32_MAX, &number))
		return false;
	*number_out = is_negative ? -(int64_t)number : (int64_t)number;
	return true;
}

void
split_program_init(struct arena *arena, struct split_program *program, char *const *environment)
{
	const char *value = "000";
	size_t count = 0, others = 0;

	if (program->maximum == 0)
		program->maximum = program->is_parallel ? SPLIT_PROGRAM_DEFAULT : 1;
	while (environment[count] != NULL)
		count++;
	program->environment = arena_alloc_array(arena, count + 2, sizeof *program->environment);
	for (size_t i = 0; i < count; i++) {
		if (strncmp(environment[i], split_variable, sizeof split_variable - 1) == 0)
			value = environment[i] + sizeof split_variable - 1;
		else
			program->environment[others++] = environment[i];
	}
	program->environment[others] =
	    arena_copy_string(arena, arena_format(arena, "%s%s", split_variable, value));
	bool is_plain = *value != '\0' && value[strspn(value, "0123456789")] == '\0';
	if ((program->only_digits && !is_plain) ||
	    !split_program_parse_number(value, &program->number))
		return;
	program->width = (int)strnlen(value, SPLIT_PROGRAM_NUMBER_WIDTH);
	program->number_variable = arena_alloc(
	    arena, sizeof split_variable + SPLIT_PROGRAM_NUMBER_WIDTH + NUMBER_DIGITS_MAX);
	program->environment[others] = program->number_variable;
}

static void
split_program_reap(struct split_program *program, pid_t process)
{
	int status;

	if (!pipe_child_wait(process, &status))
		return;
	program->running--;
	status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	if (status != 0 && (program->status == 0 || program->is_parallel))
		program->status = status;
}

void
split_program_pass(struct split_program *program)
{
	program->number++;
}

bool
split_program_start(struct split_program *program, int *input_out, struct error *error)
{
	while (program->running > 0 && program->running >= program->maximum)
		split_program_reap(program, 0);
	if (program->number_variable != NULL)
		snprintf(program->number_variable,
		    sizeof split_variable + SPLIT_PROGRAM_NUMBER_WIDTH + NUMBER_DIGITS_MAX,
		    "%s%0*lld", split_variable, program->width, (long long)program->number);
	program->number++;
	if (!pipe_child_start(
		program->arguments, program->environment, input_out, &program->process, error))
		return false;
	program->running++;
	return true;
}

void
split_program_end_message(struct split_program *program)
{
	if (!program->is_parallel && program->running > 0)
		split_program_reap(program, program->process);
}

int
split_program_finish(struct split_program *program)
{
	while (program->running > 0)
		split_program_reap(program, 0);
	return program->status < 0 ? EX_UNAVAILABLE : program->status;
}
