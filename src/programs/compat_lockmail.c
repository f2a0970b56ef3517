/*
 * culver as lockmail: a command that runs while a mailbox is locked.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/number.h"
#include "handle/compat/locked_command.h"
#include "programs/compat_name.h"
#include "programs/culver.h"

enum {
	COMPAT_LOCKMAIL_ARENA_SIZE = 8 * 1024,
	COMPAT_LOCKMAIL_TIMEOUT = 180,
	COMPAT_LOCKMAIL_USAGE = 1,
};

static const char compat_lockmail_help[] =
    "usage: lockmail [-r] [-t SECONDS] MAILBOX PROGRAM [ARGUMENT ...]\n"
    "\n"
    "This is culver, called as lockmail; see culver-compat(7). Delivery rules lock by themselves;\n"
    "mailfilter(5) has dotlock and flock.\n"
    "\n"
    "  -r          a mailbox that cannot be written is locked for reading\n"
    "  -t SECONDS  give up after so long; else 180\n"
    "  -h          this text\n"
    "\n"
    "Exit status: that of the program; 1 usage, or no such program; 75 the mailbox stays locked, "
    "or\n"
    "a signal ended the program.\n";

static int
compat_lockmail_refuse(const char *what, const char *argument)
{
	fprintf(stderr,
	    "lockmail: %s%s%s; \"lockmail -h\" shows the options, and dotlock in mailfilter(5) "
	    "locks "
	    "in delivery rules\n",
	    what, *argument != '\0' ? " " : "", argument);
	return COMPAT_LOCKMAIL_USAGE;
}

/* The options; *next_out: what stands behind them. EX_OK, or the exit status. */
static int
compat_lockmail_take(struct locked_command *command, char **next, char ***next_out)
{
	uint64_t seconds;

	for (; *next != NULL && **next == '-' && (*next)[1] != '\0'; next++) {
		const char *rest = *next + 1;
		if (strcmp(rest, "-") == 0) {
			next++;
			break;
		}
		for (; *rest == 'r'; rest++)
			command->may_only_read = true;
		if (*rest == '\0')
			continue;
		if (*rest != 't')
			return compat_lockmail_refuse("unknown option", *next);
		const char *value = rest[1] != '\0' || next[1] == NULL ? rest + 1 : *++next;
		if (!number_parse_unsigned(text_from_string(value), INT32_MAX / 1000, &seconds))
			return compat_lockmail_refuse("seconds belong behind", "-t");
		command->timeout = (unsigned)seconds;
	}
	*next_out = next;
	return EX_OK;
}

int
compat_name_lockmail(int count, char **arguments)
{
	char first[COMPAT_LOCKMAIL_ARENA_SIZE];
	struct arena arena;
	char **next = arguments + 1;

	if (count == 2 && culver_is_help(arguments[1]))
		return culver_print(TEXT(compat_lockmail_help));
	arena_init(&arena, first, sizeof first);
	struct locked_command command = {
	    .arena = &arena,
	    .name = "lockmail",
	    .environment = environ,
	    .timeout = COMPAT_LOCKMAIL_TIMEOUT,
	};
	int status = compat_lockmail_take(&command, next, &next);
	if (status == EX_OK && (*next == NULL || next[1] == NULL))
		status = compat_lockmail_refuse("expected a mailbox and a program", "");
	if (status == EX_OK) {
		command.mailbox = next[0];
		command.arguments = next + 1;
		status = locked_command_run(&command);
	}
	arena_clear(&arena);
	return status;
}
