/*
 * culver mail: finds the command by its name; each is a file of its own (programs/culver_mail.h).
 */
#include "programs/culver_mail.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "programs/culver.h"

static const struct mail_command {
	const char *name;
	int (*run)(int count, char **arguments);
	const char *usage;   /* what follows its name */
	const char *purpose; /* in a line */
} mail_commands[] = {
    {"show", culver_mail_show, "[--full] [--json] [FILE...]",
	"what a message is: its fields, its parts as a tree with their true types, its text"},
    {"parts", culver_mail_parts, "[--part N] [--extract|--to DIRECTORY] [FILE...]",
	"the parts of messages: lists them, takes them out"},
    {"text", culver_mail_text, "[--header|--all|--html] [FILE...]",
	"the lines that patterns of rules are tried on"},
    {"verify", culver_mail_verify, "[--strict] [FILE...]",
	"what is wrong with the structure of messages, and where"},
    {"header", culver_mail_header, "--get NAME|EDIT ... [--in-place] [FILE...]",
	"prints header fields, or writes messages with their headers edited"},
    {"address", culver_mail_address, "[--field NAME] [--print WORDS] [FILE...]",
	"lists addresses, whole or in pieces"},
    {"make", culver_mail_make, "[--from ADDRESS] [--to ADDRESS] [--text FILE] [--attach FILE] ...",
	"writes a new message, or one with parts added"},
    {"reply", culver_mail_reply, "--own ADDRESS --text FILE [--send] [FILE]",
	"an automatic reply, unless a guard of RFC 3834 forbids it"},
    {"split", culver_mail_split, "--files PREFIX|--to-maildir MAILDIR|--exec COMMAND [FILE...]",
	"takes an mbox apart into messages"},
    {"join", culver_mail_join, "[--to-maildir MAILDIR] FILE|MAILDIR ...",
	"puts messages together into an mbox or a Maildir"},
    {"dedupe", culver_mail_dedupe, "[--delete|--move MAILDIR|--to FILE] MAILDIR|MBOX ...",
	"finds, removes or moves messages that are stored more than once"},
    {NULL, NULL, NULL, NULL},
};

static int
mail_refuse_command(const char *name)
{
	fprintf(stderr, "culver: there is no command \"mail %s\", but there are", name);
	for (const struct mail_command *command = mail_commands; command->name != NULL; command++)
		fprintf(stderr, "%s %s", command > mail_commands ? "," : "", command->name);
	fprintf(stderr, "; \"culver mail --help\" says more\n");
	return EX_USAGE;
}

static int
mail_help(void)
{
	printf("usage: culver mail COMMAND ...\n"
	       "       culver mail -h | --help\n"
	       "\n");
	for (const struct mail_command *command = mail_commands; command->name != NULL; command++)
		printf("  culver mail %s %s\n        %s\n", command->name, command->usage,
		    command->purpose);
	printf("\n"
	       "culver mail COMMAND --help says more of one; see also culver-mail(1).\n");
	return culver_print(TEXT(""));
}

int
culver_mail(int count, char **arguments)
{
	if (count < 2)
		return culver_refuse_usage("expected a command behind", "mail");
	for (const struct mail_command *command = mail_commands; command->name != NULL; command++)
		if (strcmp(arguments[1], command->name) == 0)
			return command->run(count - 1, arguments + 1);
	if (culver_is_help(arguments[1]))
		return mail_help();
	if (arguments[1][0] != '-')
		return mail_refuse_command(arguments[1]);
	return culver_refuse_usage("unknown option", arguments[1]);
}
