/*
 * culver refile: options, and one call of refile_run(). Those that a delivery and culver explain also
 * have mean what they mean there.
 */
#include <getopt.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/number.h"
#include "programs/culver.h"
#include "programs/culver_rehearsal.h"
#include "refile/refile.h"

enum { CULVER_REFILE_ARENA_SIZE = 32 * 1024 };

enum culver_refile_option {
	CULVER_REFILE_APPLY = 256,
	CULVER_REFILE_COPIES,
	CULVER_REFILE_DELETE,
	CULVER_REFILE_DEFAULT,
	CULVER_REFILE_EDIT,
	CULVER_REFILE_LIMIT,
	CULVER_REFILE_SINCE,
	CULVER_REFILE_BEFORE,
	CULVER_REFILE_JSON,
};

static const struct option culver_refile_options[] = {
    {"rules", required_argument, NULL, CULVER_REHEARSAL_RULES},
    {"user", required_argument, NULL, 'd'},
    {"apply", no_argument, NULL, CULVER_REFILE_APPLY},
    {"copies", no_argument, NULL, CULVER_REFILE_COPIES},
    {"delete", no_argument, NULL, CULVER_REFILE_DELETE},
    {"default", no_argument, NULL, CULVER_REFILE_DEFAULT},
    {"edit", no_argument, NULL, CULVER_REFILE_EDIT},
    {"recursive", no_argument, NULL, 'r'},
    {"limit", required_argument, NULL, CULVER_REFILE_LIMIT},
    {"since", required_argument, NULL, CULVER_REFILE_SINCE},
    {"before", required_argument, NULL, CULVER_REFILE_BEFORE},
    {"recipient", required_argument, NULL, CULVER_REHEARSAL_RECIPIENT},
    {"config", required_argument, NULL, CULVER_REHEARSAL_CONFIG},
    {"set", required_argument, NULL, 'o'},
    {"answer", required_argument, NULL, CULVER_REHEARSAL_ANSWER},
    {"run-commands", no_argument, NULL, CULVER_REHEARSAL_RUN_COMMANDS},
    {"json", no_argument, NULL, CULVER_REFILE_JSON},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"color", required_argument, NULL, CULVER_REHEARSAL_COLOUR},
    {"colour", required_argument, NULL, CULVER_REHEARSAL_COLOUR},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char culver_refile_help[] =
    "usage: culver refile [options] MAILDIR|MBOX ...\n"
    "\n"
    "Applies rules to stored mail: says what would move where, and moves it with --apply.\n"
    "\n"
    "      --rules FILE             these rules; else the system's and the user's, as a delivery\n"
    "  -d, --user USER              as this user (as root, or as that user)\n"
    "      --apply                  do it\n"
    "      --copies                 make the copies of cc, too\n"
    "      --delete                 delete what the rules discard\n"
    "      --default                move what no rule places to the default mailbox\n"
    "      --edit                   keep what the rules change in a message\n"
    "  -r, --recursive              the folders of a Maildir, too\n"
    "      --limit N                look at so many messages\n"
    "      --since DATE             received on this day or later: YYYY-MM-DD\n"
    "      --before DATE            received before this day\n"
    "      --recipient ADDRESS      envelope recipient; else the message's Delivered-To\n"
    "      --config FILE            settings from FILE instead of culver.conf\n"
    "  -o, --set NAME=VALUE         one setting\n"
    "      --answer COMMAND=ANSWER  how a command ends, instead of running it; repeatable\n"
    "      --run-commands           run the commands of the rules\n"
    "      --json                   JSON Lines, for programs\n"
    "  -q, --quiet                  only what fails\n"
    "  -v, --verbose                a line for each message\n"
    "      --color WHEN             auto, always or never\n"
    "  -h, --help                   this text\n"
    "\n"
    "Exit status: 0 done, 1 a message could not be judged or moved, 64 usage, 66 no folder or no\n"
    "usable rules, 67 no such user, 74 cannot write, 75 later, 77 may not become that user,\n"
    "78 settings.\n";

struct culver_refile_line {
	struct culver_rehearsal common;
	struct refile_request request;
	bool ends_here;
};

static bool
culver_refile_take_flag(struct culver_refile_line *line, int option)
{
	const struct {
		int option;
		bool *flag;
	} flags[] = {
	    {CULVER_REFILE_APPLY, &line->request.applies},
	    {CULVER_REFILE_COPIES, &line->request.copies},
	    {CULVER_REFILE_DELETE, &line->request.deletes},
	    {CULVER_REFILE_DEFAULT, &line->request.uses_default},
	    {CULVER_REFILE_EDIT, &line->request.edits},
	    {CULVER_REFILE_JSON, &line->request.is_json},
	    {'r', &line->request.is_recursive},
	    {'q', &line->request.is_quiet},
	    {'v', &line->request.is_verbose},
	};

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (flags[i].option != option)
			continue;
		*flags[i].flag = true;
		return true;
	}
	return false;
}

/* The beginning of a day, local time. */
static bool
culver_refile_parse_day(const char *value, int64_t *seconds_out, struct error *error)
{
	struct text rest = text_from_string(value);
	uint64_t year, month, day;
	bool is_day = number_parse_unsigned(text_split(&rest, '-'), 9999, &year) &&
		      number_parse_unsigned(text_split(&rest, '-'), 12, &month) &&
		      number_parse_unsigned(rest, 31, &day) && year >= 1970 && month > 0 && day > 0;

	if (!is_day)
		return error_set(
		    error, ERROR_INPUT, "\"%s\" is not a day: write YYYY-MM-DD", value);
	struct tm parts = {.tm_year = (int)year - 1900,
	    .tm_mon = (int)month - 1,
	    .tm_mday = (int)day,
	    .tm_isdst = -1};
	*seconds_out = mktime(&parts);
	if (parts.tm_mday != (int)day)
		return error_set(error, ERROR_INPUT, "there is no day %s", value);
	/* 0 stands for no limit. */
	*seconds_out += *seconds_out == 0;
	return true;
}

static bool
culver_refile_take_value(
    struct culver_refile_line *line, int option, const char *value, struct error *error)
{
	switch (option) {
	case CULVER_REFILE_LIMIT:
		return (number_parse_unsigned(
			    text_from_string(value), INT64_MAX, &line->request.limit) &&
			   line->request.limit > 0) ||
		       error_set(error, ERROR_INPUT, "--limit %s: give a number", value);
	case CULVER_REFILE_SINCE:
		return culver_refile_parse_day(value, &line->request.since, error);
	case CULVER_REFILE_BEFORE:
		return culver_refile_parse_day(value, &line->request.before, error);
	default:
		return culver_rehearsal_take(&line->common, option, value, error);
	}
}

/* EX_OK, or the exit status of a wrong command line. */
static int
culver_refile_parse(struct culver_refile_line *line, int count, char **arguments)
{
	struct error error;
	int option;

	opterr = 0;
	while ((option = getopt_long(count, arguments, "d:o:rqvh", culver_refile_options, NULL)) !=
	       -1) {
		if (option == 'h') {
			line->ends_here = true;
			return EX_OK;
		}
		if (option == '?')
			return culver_refuse_usage(
			    "refile: unknown or incomplete option:", arguments[optind - 1]);
		if (!culver_refile_take_flag(line, option) &&
		    !culver_refile_take_value(line, option, optarg, &error))
			return culver_refuse_usage("refile:", error.text);
	}
	line->request.folders = (const char *const *)arguments + optind;
	if (line->request.folders[0] == NULL)
		return culver_refuse_usage("refile: name a Maildir or an mbox", NULL);
	return EX_OK;
}

static int
culver_refile_run(struct culver_refile_line *line)
{
	struct culver_rehearsal *common = &line->common;
	int status = culver_rehearsal_prepare(common);

	if (status != EX_OK)
		return status;
	line->request.agent = &common->agent;
	line->request.answers = &common->answers;
	line->request.runs_commands = common->runs_commands;
	line->request.terminal = terminal_look(STDOUT_FILENO, common->colour);
	line->request.progress = terminal_look(STDERR_FILENO, common->colour);
	line->request.write = culver_rehearsal_write;
	line->request.self = common;
	return culver_rehearsal_end(common, refile_run(common->arena, &line->request));
}

int
culver_refile(int count, char **arguments)
{
	char first[CULVER_REFILE_ARENA_SIZE];
	struct arena arena;

	arena_init(&arena, first, sizeof first);
	struct culver_refile_line line = {.common = culver_rehearsal_begin("refile", &arena)};
	int status = culver_refile_parse(&line, count, arguments);
	if (status == EX_OK && line.ends_here)
		status = culver_print(TEXT(culver_refile_help));
	else if (status == EX_OK)
		status = culver_refile_run(&line);
	arena_clear(&arena);
	return status;
}
