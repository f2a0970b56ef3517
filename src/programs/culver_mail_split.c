/*
 * culver mail split and culver mail join: options, and one call of split_command_run() or
 * split_command_join().
 */
#include <stddef.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/number.h"
#include "handle/split_command.h"
#include "programs/culver.h"
#include "programs/culver_mail.h"
#include "programs/culver_mail_line.h"
#include "system/signals.h"

enum culver_split_option {
	CULVER_SPLIT_FILES = 256,
	CULVER_SPLIT_TO_MAILDIR,
	CULVER_SPLIT_EXEC,
	CULVER_SPLIT_KEEP_MBOX,
	CULVER_SPLIT_SKIP,
	CULVER_SPLIT_TOTAL,
	CULVER_SPLIT_NUMBER,
	CULVER_SPLIT_CREATE,
};

static const struct option culver_split_options[] = {
    {"files", required_argument, NULL, CULVER_SPLIT_FILES},
    {"to-maildir", required_argument, NULL, CULVER_SPLIT_TO_MAILDIR},
    {"exec", required_argument, NULL, CULVER_SPLIT_EXEC},
    {"keep-mbox", no_argument, NULL, CULVER_SPLIT_KEEP_MBOX},
    {"skip", required_argument, NULL, CULVER_SPLIT_SKIP},
    {"total", required_argument, NULL, CULVER_SPLIT_TOTAL},
    {"number", required_argument, NULL, CULVER_SPLIT_NUMBER},
    {"create", no_argument, NULL, CULVER_SPLIT_CREATE},
    CULVER_MAIL_LINE_OPTIONS,
};

static const char culver_split_help[] =
    "usage: culver mail split --files PREFIX [options] [MBOX|MAILDIR ...]\n"
    "       culver mail split --to-maildir MAILDIR [options] [MBOX|MAILDIR ...]\n"
    "       culver mail split --exec COMMAND [options] [MBOX|MAILDIR ...]\n"
    "\n"
    "Takes an mbox (standard input) apart into messages.\n"
    "\n"
    "      --files PREFIX        to files PREFIX000001.eml, ...; none is written over\n"
    "      --to-maildir MAILDIR  into a Maildir\n"
    "      --create              make it if it is missing\n"
    "      --exec COMMAND        to a shell command for each, with its number in FILENO\n"
    "      --keep-mbox           with From_ line and quoting: each file is an mbox (.mbox)\n"
    "      --skip N              leave out the first N messages\n"
    "      --total N             then take at most N\n"
    "      --number N            of the first message; 001: three digits\n" CULVER_MAIL_LINE_HELP
    "\n"
    "Exit status: 0 done, 1 a command failed, 64 usage, 66 cannot read, 73 a file is there "
    "already,\n"
    "74 cannot write, 75 later.\n";

static const char culver_join_help[] =
    "usage: culver mail join [options] FILE|MAILDIR ... >MBOX\n"
    "       culver mail join --to-maildir MAILDIR [options] FILE|MAILDIR ...\n"
    "\n"
    "Puts messages together into an mbox (mboxrd) on standard output, or into a Maildir.\n"
    "\n"
    "      --to-maildir MAILDIR  into this Maildir\n"
    "      --create              make it if it is missing\n" CULVER_MAIL_LINE_HELP "\n"
    "Exit status: 0 done, 64 usage, 66 cannot read, 74 cannot write, 75 later.\n";

struct culver_split {
	struct culver_mail_line line;
	struct split_request request;
	struct settings_source *settings;
};

static bool
culver_split_take_number(const char *value, uint64_t *number_out, struct error *error)
{
	return number_parse_unsigned(text_from_string(value), INT64_MAX, number_out) ||
	       error_set(error, ERROR_INPUT, "\"%s\" is no number", value);
}

static bool
culver_split_take(struct culver_split *split, int option, const char *value, struct error *error)
{
	struct split_request *request = &split->request;
	uint64_t number;

	switch (option) {
	case CULVER_SPLIT_FILES:
		request->prefix = value;
		return true;
	case CULVER_SPLIT_TO_MAILDIR:
		request->maildir = value;
		return true;
	case CULVER_SPLIT_EXEC:
		request->command = value;
		return true;
	case CULVER_SPLIT_KEEP_MBOX:
		request->keeps_mbox = true;
		return true;
	case CULVER_SPLIT_CREATE:
		return settings_set(split->settings, TEXT("create_folders"), TEXT("yes"), error);
	case CULVER_SPLIT_SKIP:
		return culver_split_take_number(value, &request->skip, error);
	case CULVER_SPLIT_TOTAL:
		return culver_split_take_number(value, &request->total, error) &&
		       (request->total > 0 ||
			   error_set(error, ERROR_INPUT, "--total 0: give a number from 1"));
	case CULVER_SPLIT_NUMBER:
		request->number = text_from_string(value);
		return culver_split_take_number(value, &number, error);
	default:
		return culver_mail_line_take(&split->line, option, value, error);
	}
}

static int
culver_split_run(struct culver_split *split, struct arena *arena, int count, char **arguments)
{
	struct split_request *request = &split->request;
	int targets =
	    (request->prefix != NULL) + (request->maildir != NULL) + (request->command != NULL);

	if (targets != 1)
		return culver_mail_line_refuse(
		    &split->line, "give one of --files, --to-maildir and --exec", NULL);
	request->paths = (const char *const *)arguments + optind;
	request->path_count = (size_t)(count - optind);
	request->source = split->line.source;
	request->is_quiet = split->line.is_quiet;
	request->settings = settings_values(split->settings);
	request->environment = (const char *const *)environ;
	signals_install(0);
	return split_command_run(arena, request);
}

static int
culver_split_join(struct culver_split *split, struct arena *arena, int count, char **arguments)
{
	const struct join_request request = {.paths = (const char *const *)arguments + optind,
	    .path_count = (size_t)(count - optind),
	    .source = split->line.source,
	    .is_quiet = split->line.is_quiet,
	    .settings = settings_values(split->settings),
	    .maildir = split->request.maildir};

	return split_command_join(arena, &request);
}

static int
culver_split_main(const char *name, int count, char **arguments)
{
	bool is_join = name[0] == 'j';
	struct arena arena;
	struct culver_split split = {.line = culver_mail_line_begin(name)};
	struct error error;
	int option, status = EX_OK;

	arena_init(&arena, NULL, 0);
	split.settings = settings_new(&arena);
	opterr = 0;
	while (status == EX_OK &&
	       (option = getopt_long(count, arguments, "qh", culver_split_options, NULL)) != -1) {
		bool is_known = !is_join || option >= CULVER_MAIL_LINE_MESSAGE ||
				option == CULVER_SPLIT_TO_MAILDIR ||
				option == CULVER_SPLIT_CREATE || option == 'q' || option == 'h';
		if (!is_known)
			error_set(&error, ERROR_INPUT, "not an option of join");
		if (!is_known || !culver_split_take(&split, option, optarg, &error))
			status =
			    culver_mail_line_refuse(&split.line, error.text, arguments[optind - 1]);
	}
	if (status == EX_OK && split.line.ends_here)
		status = is_join ? culver_print(TEXT(culver_join_help))
				 : culver_print(TEXT(culver_split_help));
	else if (status == EX_OK)
		status = is_join ? culver_split_join(&split, &arena, count, arguments)
				 : culver_split_run(&split, &arena, count, arguments);
	arena_clear(&arena);
	return status;
}

int
culver_mail_split(int count, char **arguments)
{
	return culver_split_main("split", count, arguments);
}

int
culver_mail_join(int count, char **arguments)
{
	return culver_split_main("join", count, arguments);
}
