/*
 * The destination "|command". The command is a string for the user's shell, as the mailfilter
 * language has it. When the string is nothing but plain words, a shell would only split them: then
 * they are split here and the shell, which costs more than the rest of a delivery, is not started.
 * Also the statement `pipe`, whose program and arguments stand alone.
 */
#include <errno.h>
#include <string.h>

#include "deliver/backend.h"
#include "deliver/command.h"

enum { PIPE_COMMAND_WORDS_MAX = 64 };

/* Shells that do with plain words what is done here. A restricted shell, or a program that refuses
 * logins, must have its say; zsh reads a file of the user first. */
static const char *const pipe_command_plain_shells[] = {"sh", "ash", "bash", "dash", "ksh", "mksh"};

/* Words that are not (only) a program of that name in some of these shells. */
static const char *const pipe_command_shell_words[] = {".", "alias", "autoload", "bg", "bind",
    "break", "builtin", "caller", "case", "cd", "chdir", "command", "compgen", "complete",
    "compopt", "continue", "coproc", "declare", "dirs", "disown", "do", "done", "echo", "elif",
    "else", "enable", "esac", "eval", "exec", "exit", "export", "false", "fc", "fg", "fi", "float",
    "for", "function", "functions", "getopts", "global", "hash", "help", "hist", "history", "if",
    "in", "integer", "jobs", "kill", "let", "local", "login", "logout", "mapfile", "nameref",
    "newgrp", "popd", "print", "printf", "pushd", "pwd", "read", "readarray", "readonly",
    "redirect", "return", "select", "set", "shift", "shopt", "source", "stop", "suspend", "test",
    "then", "time", "times", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias",
    "unset", "until", "wait", "whence", "while"};

static bool
pipe_command_is_among(struct text word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (text_is_equal(word, text_from_string(words[i])))
			return true;
	}
	return false;
}

static bool
pipe_command_is_plain_byte(char byte)
{
	return text_is_alpha(byte) || text_is_digit(byte) ||
	       (byte != '\0' && strchr("_./:=@%+,-", byte) != NULL);
}

/* Could the shell see more in plain words than a program and its arguments? */
static bool
pipe_command_shell_matters(const struct delivery *delivery, struct text shell)
{
	size_t name = shell.size;

	while (name > 0 && shell.data[name - 1] != '/')
		name--;
	if (!pipe_command_is_among(text_slice(shell, name, shell.size), pipe_command_plain_shells,
		sizeof pipe_command_plain_shells / sizeof *pipe_command_plain_shells))
		return true;
	if (command_find_variable(delivery, "BASH_ENV") != NULL)
		return true;
	/* bash takes functions from the environment; one may have the program's name. */
	for (const char *const *variable = delivery->environment;
	     variable != NULL && *variable != NULL; variable++) {
		if (strncmp(*variable, "BASH_FUNC_", 10) == 0)
			return true;
	}
	return false;
}

/* Is the first word a program for every shell: no assignment, no builtin, no path relative to here?
 */
static bool
pipe_command_is_program(struct text word)
{
	if (text_find_byte(word, 0, '=') < word.size)
		return false;
	if (word.data[0] == '/')
		return true;
	return text_find_byte(word, 0, '/') == word.size &&
	       (text_is_alpha(word.data[0]) || text_is_digit(word.data[0])) &&
	       !pipe_command_is_among(word, pipe_command_shell_words,
		   sizeof pipe_command_shell_words / sizeof *pipe_command_shell_words);
}

/* Splits plain words; NULL when the command is more than that. */
static const char *const *
pipe_command_split(const struct delivery *delivery, struct text shell)
{
	const char **words =
	    arena_alloc_array(delivery->arena, PIPE_COMMAND_WORDS_MAX + 1, sizeof *words);
	struct text rest = text_trim(delivery->target);
	size_t count = 0;

	for (size_t i = 0; i < rest.size; i++) {
		if (!pipe_command_is_plain_byte(rest.data[i]) && rest.data[i] != ' ' &&
		    rest.data[i] != '\t')
			return NULL;
	}
	while (rest.size > 0) {
		size_t end = 0;
		while (end < rest.size && pipe_command_is_plain_byte(rest.data[end]))
			end++;
		struct text word = text_slice(rest, 0, end);
		if (count == PIPE_COMMAND_WORDS_MAX ||
		    (count == 0 && !pipe_command_is_program(word)))
			return NULL;
		words[count++] = arena_copy_string(delivery->arena, word);
		rest = text_trim(text_slice(rest, end, rest.size));
	}
	return count == 0 || pipe_command_shell_matters(delivery, shell) ? NULL : words;
}

static struct outcome
pipe_command_deliver(struct delivery *delivery)
{
	struct arena *arena = delivery->arena;
	struct text command = text_trim(delivery->target);
	struct text shell = delivery->shell.size > 0 ? delivery->shell : delivery->settings->shell;
	struct text what = command_describe(arena, command);
	const char *const in_shell[] = {
	    arena_copy_string(arena, shell), "-c", arena_copy_string(arena, command), NULL};
	struct error error = {.kind = ERROR_NONE};
	struct outcome outcome;

	if (command.size == 0 || text_find_byte(command, 0, '\0') < command.size)
		return outcome_later(arena, STATUS_SYSTEM_CONFIGURATION,
		    "the destination \"|%.*s\" holds no command that can be run",
		    TEXT_ARGUMENTS(what));
	const char *const *plain = pipe_command_split(delivery, shell);
	bool started =
	    plain != NULL && command_run(delivery, plain, TEXT(""), what, &outcome, &error);
	/* A script without a "#!" line is the shell's to run. */
	if (plain == NULL || (!started && error.number == ENOEXEC))
		started = command_run(delivery, in_shell, TEXT(""), what, &outcome, &error);
	if (!started) {
		error_prefix(&error, "command \"%.*s\": ", TEXT_ARGUMENTS(what));
		return outcome_later_error(arena, &error);
	}
	if (outcome.class == OUTCOME_DONE)
		delivery->final_place = command;
	return outcome;
}

/* The arguments as strings; NULL: one holds a NUL, which would end it early. */
static const char *const *
pipe_command_copy_arguments(const struct delivery *delivery)
{
	const char **strings =
	    arena_alloc_array(delivery->arena, delivery->argument_count + 1, sizeof *strings);

	for (size_t i = 0; i < delivery->argument_count; i++) {
		struct text argument = delivery->arguments[i];
		if (text_find_byte(argument, 0, '\0') < argument.size)
			return NULL;
		strings[i] = arena_copy_string(delivery->arena, argument);
	}
	return strings;
}

/* `pipe "program", "argument"`: what the rules wrote, byte for byte, and nobody in between. */
static struct outcome
pipe_program_deliver(struct delivery *delivery)
{
	struct arena *arena = delivery->arena;
	struct text what = command_describe(arena, text_trim(delivery->destination));
	struct error error = {.kind = ERROR_NONE};
	struct outcome outcome;

	if (delivery->argument_count == 0 || delivery->arguments[0].size == 0)
		return outcome_later(arena, STATUS_SYSTEM_CONFIGURATION,
		    "pipe \"%.*s\" names no program", TEXT_ARGUMENTS(what));
	const char *const *arguments = pipe_command_copy_arguments(delivery);
	if (arguments == NULL)
		return outcome_later(arena, STATUS_SYSTEM_CONFIGURATION,
		    "an argument of pipe \"%.*s\" holds a NUL: no program can be given that",
		    TEXT_ARGUMENTS(what));
	if (!command_run(delivery, arguments, TEXT(""), what, &outcome, &error)) {
		error_prefix(&error, "pipe \"%.*s\": ", TEXT_ARGUMENTS(what));
		return outcome_later_error(arena, &error);
	}
	if (outcome.class == OUTCOME_DONE)
		delivery->final_place = what;
	return outcome;
}

const struct backend pipe_program_backend = {
    .name = "pipe",
    .privilege = PRIVILEGE_EXECUTE,
    .deliver = pipe_program_deliver,
};

const struct backend pipe_command_backend = {
    .name = "pipe",
    .privilege = PRIVILEGE_EXECUTE,
    .deliver = pipe_command_deliver,
};
