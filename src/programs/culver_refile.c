/*
 * culver refile: options, and one call of refile_run(). Those that a delivery and culver explain also
 * have mean what they mean there.
 */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "agent/agent.h"
#include "base/arena.h"
#include "base/number.h"
#include "config/settings.h"
#include "programs/culver.h"
#include "refile/refile.h"

enum { CULVER_REFILE_ARENA_SIZE = 32 * 1024 };

enum culver_refile_option {
	REFILE_OPTION_RULES = 256,
	REFILE_OPTION_RECIPIENT,
	REFILE_OPTION_CONFIG,
	REFILE_OPTION_ANSWER,
	REFILE_OPTION_RUN_COMMANDS,
	REFILE_OPTION_APPLY,
	REFILE_OPTION_COPIES,
	REFILE_OPTION_DELETE,
	REFILE_OPTION_DEFAULT,
	REFILE_OPTION_EDIT,
	REFILE_OPTION_LIMIT,
	REFILE_OPTION_SINCE,
	REFILE_OPTION_BEFORE,
	REFILE_OPTION_JSON,
	REFILE_OPTION_COLOUR,
};

static const struct option culver_refile_options[] = {
    {"rules", required_argument, NULL, REFILE_OPTION_RULES},
    {"user", required_argument, NULL, 'd'},
    {"apply", no_argument, NULL, REFILE_OPTION_APPLY},
    {"copies", no_argument, NULL, REFILE_OPTION_COPIES},
    {"delete", no_argument, NULL, REFILE_OPTION_DELETE},
    {"default", no_argument, NULL, REFILE_OPTION_DEFAULT},
    {"edit", no_argument, NULL, REFILE_OPTION_EDIT},
    {"recursive", no_argument, NULL, 'r'},
    {"limit", required_argument, NULL, REFILE_OPTION_LIMIT},
    {"since", required_argument, NULL, REFILE_OPTION_SINCE},
    {"before", required_argument, NULL, REFILE_OPTION_BEFORE},
    {"recipient", required_argument, NULL, REFILE_OPTION_RECIPIENT},
    {"config", required_argument, NULL, REFILE_OPTION_CONFIG},
    {"set", required_argument, NULL, 'o'},
    {"answer", required_argument, NULL, REFILE_OPTION_ANSWER},
    {"run-commands", no_argument, NULL, REFILE_OPTION_RUN_COMMANDS},
    {"json", no_argument, NULL, REFILE_OPTION_JSON},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"color", required_argument, NULL, REFILE_OPTION_COLOUR},
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
    "  -h, --help\n";

struct culver_refile_line {
	struct arena *arena;
	struct agent_request agent;
	struct refile_request request;
	struct command_answers answers;
	struct settings_source *settings;
	enum terminal_colour colour;
	const char *rules, *config;
	bool ends_here, write_failed;
};

static bool
culver_refile_take_flag(struct culver_refile_line *line, int option)
{
	const struct {
		int option;
		bool *flag;
	} flags[] = {
	    {REFILE_OPTION_APPLY, &line->request.applies},
	    {REFILE_OPTION_COPIES, &line->request.copies},
	    {REFILE_OPTION_DELETE, &line->request.deletes},
	    {REFILE_OPTION_DEFAULT, &line->request.uses_default},
	    {REFILE_OPTION_EDIT, &line->request.edits},
	    {REFILE_OPTION_RUN_COMMANDS, &line->request.runs_commands},
	    {REFILE_OPTION_JSON, &line->request.is_json},
	    {'r', &line->request.is_recursive},
	    {'q', &line->request.is_quiet},
	    {'v', &line->request.is_verbose},
	    {'h', &line->ends_here},
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
culver_refile_set(struct culver_refile_line *line, const char *assignment, struct error *error)
{
	struct text value = text_from_string(assignment);
	struct text name = text_split(&value, '=');

	if (strchr(assignment, '=') == NULL)
		return error_set(error, ERROR_INPUT, "--set %s: write NAME=VALUE", assignment);
	return settings_set(line->settings, name, value, error);
}

static bool
culver_refile_take_value(
    struct culver_refile_line *line, int option, const char *value, struct error *error)
{
	switch (option) {
	case REFILE_OPTION_RULES:
		line->rules = value;
		return true;
	case 'd':
		line->agent.user = value;
		return value[0] != '\0' || error_set(error, ERROR_INPUT, "-d names no user");
	case REFILE_OPTION_LIMIT:
		return (number_parse_unsigned(
			    text_from_string(value), INT64_MAX, &line->request.limit) &&
			   line->request.limit > 0) ||
		       error_set(error, ERROR_INPUT, "--limit %s: give a number", value);
	case REFILE_OPTION_SINCE:
		return culver_refile_parse_day(value, &line->request.since, error);
	case REFILE_OPTION_BEFORE:
		return culver_refile_parse_day(value, &line->request.before, error);
	case REFILE_OPTION_RECIPIENT:
		line->agent.recipient = text_from_string(value);
		return true;
	case REFILE_OPTION_CONFIG:
		line->config = value;
		return true;
	case 'o':
		return culver_refile_set(line, value, error);
	case REFILE_OPTION_ANSWER:
		return command_answers_add(
		    &line->answers, line->arena, text_from_string(value), error);
	case REFILE_OPTION_COLOUR:
		return terminal_parse_colour(text_from_string(value), &line->colour) ||
		       error_set(error, ERROR_INPUT, "--color %s: auto, always or never", value);
	default:
		return error_set(error, ERROR_INPUT, "unknown or incomplete option");
	}
}

static bool
culver_refile_parse(
    struct culver_refile_line *line, int count, char **arguments, struct error *error)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(count, arguments, "d:o:rqvh", culver_refile_options, NULL)) !=
	       -1) {
		if (culver_refile_take_flag(line, option) ||
		    culver_refile_take_value(line, option, optarg, error))
			continue;
		if (option == '?')
			error_set(error, ERROR_INPUT, "unknown or incomplete option: %s",
			    arguments[optind - 1]);
		return false;
	}
	line->request.folders = (const char *const *)arguments + optind;
	if (line->ends_here || line->request.folders[0] != NULL)
		return true;
	return error_set(error, ERROR_INPUT, "name a Maildir or an mbox");
}

/* For another user the file stands in the place of that user's rules, in his home. */
static bool
culver_refile_choose_mode(struct culver_refile_line *line, struct error *error)
{
	char here[PATH_MAX];
	struct text path = text_from_string(line->rules);

	line->agent.mode = AGENT_MODE_DELIVERY;
	line->agent.rules_file = line->rules;
	if (line->rules == NULL)
		return true;
	if (line->agent.user == NULL) {
		line->agent.mode = AGENT_MODE_MANUAL;
		return true;
	}
	if (line->rules[0] != '/') {
		if (getcwd(here, sizeof here) == NULL)
			return error_set_errno(error, "the working directory");
		path = arena_format(line->arena, "%s/%s", here, line->rules);
	}
	return settings_set(line->settings, TEXT("system_rules"), TEXT(""), error) &&
	       settings_set(line->settings, TEXT("user_rules"), path, error);
}

static void
culver_refile_write(void *self, struct text bytes)
{
	struct culver_refile_line *line = self;

	if (fwrite(bytes.data, 1, bytes.size, stdout) != bytes.size)
		line->write_failed = true;
}

static int
culver_refile_refuse(int status, const struct error *error)
{
	fprintf(stderr, "culver: refile: %s\n", error->text);
	return status;
}

static int
culver_refile_run(struct culver_refile_line *line)
{
	const char *config = line->config != NULL ? line->config : settings_default_path;
	struct error error;

	if (line->rules != NULL && access(line->rules, R_OK) < 0) {
		error_set_errno(&error, "%s", line->rules);
		return culver_refile_refuse(EX_NOINPUT, &error);
	}
	if (!culver_refile_choose_mode(line, &error) ||
	    !settings_read_file(line->settings, config, line->config != NULL, &error))
		return culver_refile_refuse(EX_CONFIG, &error);
	line->agent.settings = settings_values(line->settings);
	line->request.agent = &line->agent;
	line->request.answers = &line->answers;
	line->request.terminal = terminal_look(STDOUT_FILENO, line->colour);
	line->request.progress = terminal_look(STDERR_FILENO, line->colour);
	line->request.write = culver_refile_write;
	line->request.self = line;
	int status = refile_run(line->arena, &line->request);
	int written = culver_print(TEXT(""));
	return line->write_failed || written != EX_OK ? EX_IOERR : status;
}

int
culver_refile(int count, char **arguments)
{
	char first[CULVER_REFILE_ARENA_SIZE];
	struct arena arena;
	struct error error;
	int status;

	arena_init(&arena, first, sizeof first);
	struct culver_refile_line line = {
	    .arena = &arena,
	    .agent = {.environment = (const char *const *)environ, .input = -1},
	    .settings = settings_new(&arena),
	};
	if (!culver_refile_parse(&line, count, arguments, &error))
		status = culver_refile_refuse(EX_USAGE, &error);
	else if (line.ends_here)
		status = culver_print(TEXT(culver_refile_help));
	else
		status = culver_refile_run(&line);
	arena_clear(&arena);
	return status;
}
