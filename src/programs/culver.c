/*
 * culver(1): the administrator's and the rule writer's command. Finds the command by its name; each
 * is a file of its own (programs/culver.h).
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "programs/compat_name.h"
#include "programs/culver.h"

static const struct culver_command {
	const char *name;
	int (*run)(int count, char **arguments);
	const char *usage;   /* what follows its name */
	const char *purpose; /* in a line */
} culver_commands[] = {
    {"check", culver_check, "[--strict] [-d USER] FILE...",
	"rules files: every error and likely mistake, with its place and what to write"},
    {"config", culver_config, "show|check|example ...",
	"the settings: which are in force, and where each comes from"},
    {"explain", culver_explain, "[--rules FILE] [-d USER] < message",
	"why a message goes where it goes: the rules, step by step, without acting"},
    {"mail", culver_mail, "show|header|parts|text|make|... [options] [FILE...]",
	"mail in the hands of scripts: shows, takes apart, edits and builds messages"},
    {"refile", culver_refile, "[--rules FILE] [--apply] MAILDIR|MBOX...",
	"applies rules to stored mail: what would move where, and moves it"},
    {"test", culver_test, "[--tap] [--record] FILE|DIRECTORY...",
	"tests of rules: whether they still do what they should"},
};

enum { CULVER_COMMANDS = sizeof culver_commands / sizeof *culver_commands };

int
culver_print(struct text bytes)
{
	if (fwrite(bytes.data, 1, bytes.size, stdout) == bytes.size && fflush(stdout) == 0)
		return EX_OK;
	fprintf(stderr, "culver: cannot write to the standard output\n");
	return EX_IOERR;
}

int
culver_refuse_usage(const char *what, const char *argument)
{
	fprintf(stderr, "culver: %s%s%s; \"culver --help\" shows how it is used\n", what,
	    argument != NULL ? " " : "", argument != NULL ? argument : "");
	return EX_USAGE;
}

bool
culver_is_help(const char *argument)
{
	return strcmp(argument, "-h") == 0 || strcmp(argument, "--help") == 0;
}

static int
culver_refuse_command(const char *name)
{
	fprintf(stderr, "culver: there is no command \"%s\", but there are", name);
	for (size_t i = 0; i < CULVER_COMMANDS; i++)
		fprintf(stderr, "%s %s", i > 0 ? "," : "", culver_commands[i].name);
	fprintf(stderr, "; \"culver --help\" says more\n");
	return EX_USAGE;
}

static int
culver_help(void)
{
	printf("usage: culver COMMAND ...\n"
	       "       culver -v | --version | -h | --help\n"
	       "\n");
	for (size_t i = 0; i < CULVER_COMMANDS; i++)
		printf("  culver %s %s\n        %s\n", culver_commands[i].name,
		    culver_commands[i].usage, culver_commands[i].purpose);
	printf("\n"
	       "culver COMMAND --help says more of one; see also culver(1).\n");
	return culver_print(TEXT(""));
}

int
main(int count, char **arguments)
{
	compat_run *compat = count > 0 ? compat_name_find(arguments[0]) : NULL;

	if (compat != NULL)
		return compat(count, arguments);
	if (count < 2)
		return culver_refuse_usage("expected a command", NULL);
	for (size_t i = 0; i < CULVER_COMMANDS; i++)
		if (strcmp(arguments[1], culver_commands[i].name) == 0)
			return culver_commands[i].run(count - 1, arguments + 1);
	if (count == 2 && culver_is_help(arguments[1]))
		return culver_help();
	if (count == 2 &&
	    (strcmp(arguments[1], "-v") == 0 || strcmp(arguments[1], "--version") == 0))
		return culver_print(TEXT("culver " CULVER_VERSION "\n"));
	if (arguments[1][0] != '-')
		return culver_refuse_command(arguments[1]);
	return culver_refuse_usage("unknown option", arguments[1]);
}
