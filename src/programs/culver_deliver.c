/*
 * culver-deliver(1): the delivery agent that an MTA calls. Options, one call of agent_run(), and
 * the one line that tells the MTA why. The options are a superset of maildrop(1)'s, so that its
 * configurations work with the name changed, or with this program installed under that name.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/report_line.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/number.h"
#include "config/settings.h"
#include "system/standard_streams.h"

enum { FIRST_BLOCK_SIZE = 24 * 1024 };

enum option_code {
	OPTION_RECIPIENT = 256,
	OPTION_ORIGINAL_RECIPIENT,
	OPTION_EXTENSION,
	OPTION_QUEUE_ID,
	OPTION_CONFIG,
};

static const struct option long_options[] = {
    {"user", required_argument, NULL, 'd'},
    {"sender", required_argument, NULL, 'f'},
    {"recipient", required_argument, NULL, OPTION_RECIPIENT},
    {"original-recipient", required_argument, NULL, OPTION_ORIGINAL_RECIPIENT},
    {"extension", required_argument, NULL, OPTION_EXTENSION},
    {"queue-id", required_argument, NULL, OPTION_QUEUE_ID},
    {"add-header", required_argument, NULL, 'A'},
    {"embedded", no_argument, NULL, 'm'},
    {"embedded-name", required_argument, NULL, 'M'},
    {"quota-warning", required_argument, NULL, 'w'},
    {"quota-warning-file", required_argument, NULL, 'W'},
    {"verbose", required_argument, NULL, 'V'},
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"set", required_argument, NULL, 'o'},
    {"authlib", no_argument, NULL, 'a'},
    {"auth-socket", required_argument, NULL, 't'},
    {"courier-ids", required_argument, NULL, 'D'},
    {"version", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char help[] =
    "usage: culver-deliver [options] [-d user [argument ...]]    deliver by the user's rules\n"
    "       culver-deliver [options] rules-file [argument ...]   deliver by these rules\n"
    "       culver-deliver [options] -m rules-file [argument ...]\n"
    "       culver-deliver [options] -M name [argument ...]      let rules answer, without "
    "delivering\n"
    "\n"
    "The message comes on standard input.\n"
    "\n"
    "  -d, --user USER              deliver for this user (as root, or as that user)\n"
    "  -f, --sender ADDRESS         envelope sender; empty or <> is the null sender\n"
    "      --recipient ADDRESS      envelope recipient\n"
    "      --original-recipient ADDRESS  the same before aliases\n"
    "      --extension TEXT         what follows the delimiter in the local part\n"
    "      --queue-id ID            the MTA's name for the message, for the log\n"
    "  -A, --add-header FIELD       put \"Name: value\" in front of the message; repeatable\n"
    "  -m, --embedded               the rules answer (echo, EXITCODE) and deliver nothing\n"
    "  -M, --embedded-name NAME     the same, with ~/.mailfilters/NAME\n"
    "  -w, --quota-warning PERCENT  warn the user when a Maildir is fuller than this\n"
    "  -W, --quota-warning-file FILE  the text of the warning\n"
    "  -V, --verbose LEVEL          say each decision on standard error\n"
    "      --config FILE            settings from FILE instead of culver.conf\n"
    "  -o, --set NAME=VALUE         one setting; --NAME=VALUE does the same\n"
    "  -a, --authlib                Courier's account library: not available, ends with 75\n"
    "  -t, --auth-socket PATH       Dovecot's account socket: not available, ends with 75\n"
    "  -D, --courier-ids UID/GID    Courier's own use: not available, ends with 75\n"
    "  -v, --version                version\n"
    "  -h, --help                   this text\n"
    "\n"
    "Exit status: 0 delivered and synced, or discarded by a rule; 67 no such user; 75 try again\n"
    "later; other values only where a rule or a permanent fact says \"never\".\n";

/* What the options say, until everything is known. */
struct command_line {
	struct arena *arena;
	struct agent_request request;
	struct settings_source *settings;
	const char *config_path; /* NULL: the default, which may be missing */
	bool embedded;
	bool ends_here; /* --help, --version */
};

/* Says an outcome as the MTA reads it: an enhanced status code, then the reason. */
static void
report(struct arena *arena, const struct outcome *outcome, enum report_stream stream)
{
	char code[OUTCOME_CODE_SIZE];

	if (outcome->class == OUTCOME_DONE || outcome->reason == NULL)
		return;
	struct text reason = report_line_clean(arena, text_from_string(outcome->reason));
	fprintf(stream == REPORT_STDOUT ? stdout : stderr, "%.*s %.*s\n",
	    TEXT_ARGUMENTS(outcome_format_code(outcome, code)), TEXT_ARGUMENTS(reason));
}

/* Appends "Name: value" and a line end to the fields that go in front. A line end inside would
 * begin another field, or the body: it becomes a blank. */
static void
add_field(struct command_line *line, const char *field)
{
	if (field[0] == '\0')
		return;
	char *safe = arena_copy_string(line->arena, text_from_string(field));
	for (char *byte = safe; *byte != '\0'; byte++)
		if (*byte == '\r' || *byte == '\n')
			*byte = ' ';
	line->request.extra_fields =
	    arena_format(line->arena, "%.*s%s\n", TEXT_ARGUMENTS(line->request.extra_fields), safe);
}

static bool
take_percent(struct command_line *line, const char *argument, struct error *error)
{
	uint64_t percent;

	if (!number_parse_unsigned(text_from_string(argument), 100, &percent))
		return error_set(
		    error, ERROR_INPUT, "-w %s: give a percentage from 0 to 100", argument);
	line->request.quota_warning_percent = (unsigned)percent;
	return true;
}

static bool
take_verbosity(struct command_line *line, const char *argument, struct error *error)
{
	uint64_t level;

	if (!number_parse_unsigned(text_from_string(argument), 9, &level))
		return error_set(error, ERROR_INPUT, "-V %s: give a level from 0 to 9", argument);
	line->request.verbosity = (unsigned)level;
	return true;
}

/* A long option that is not in the table is a setting by its name. */
static bool
take_unknown(struct command_line *line, char *const *arguments, struct error *error)
{
	const char *word = arguments[optind - 1];

	if (optopt == 0 && strncmp(word, "--", 2) == 0)
		return settings_set_pair(line->settings, word + 2, error);
	return error_set(error, ERROR_INPUT,
	    "option -%c is unknown or lacks its value: --help lists the options",
	    optopt != 0 ? optopt : '?');
}

static bool
take_envelope_option(struct command_line *line, int option, const char *value)
{
	struct agent_request *request = &line->request;

	switch (option) {
	case 'f':
		request->has_sender = true;
		request->sender = text_from_string(value);
		return true;
	case OPTION_RECIPIENT:
		request->recipient = text_from_string(value);
		return true;
	case OPTION_ORIGINAL_RECIPIENT:
		request->original_recipient = text_from_string(value);
		return true;
	case OPTION_EXTENSION:
		request->extension = text_from_string(value);
		return true;
	case OPTION_QUEUE_ID:
		request->queue_id = text_from_string(value);
		return true;
	default:
		return false;
	}
}

/* An empty name is a variable of the mail server that holds nothing: nobody is unknown for that. */
static bool
take_user(struct command_line *line, const char *name, struct error *error)
{
	line->request.user = name;
	return name[0] != '\0' || error_set(error, ERROR_INPUT, "-d names no user");
}

static bool
take_option(struct command_line *line, int option, char *const *arguments, struct error *error)
{
	switch (option) {
	case 'd':
		return take_user(line, optarg, error);
	case 'A':
		add_field(line, optarg);
		return true;
	case 'm':
		line->embedded = true;
		return true;
	case 'M':
		line->request.embedded_name = optarg;
		return true;
	case 'w':
		return take_percent(line, optarg, error);
	case 'W':
		line->request.quota_warning = text_from_string(optarg);
		return true;
	case 'V':
		return take_verbosity(line, optarg, error);
	case 'o':
		return settings_set_pair(line->settings, optarg, error);
	case OPTION_CONFIG:
		line->config_path = optarg;
		return true;
	case 'v':
		line->ends_here = true;
		return printf("culver-deliver " CULVER_VERSION "\n") > 0;
	case 'h':
		line->ends_here = true;
		return fputs(help, stdout) >= 0;
	case 'a':
	case 't':
	case 'D':
		return error_set(error, ERROR_INPUT,
		    "-%c asks for an account service that this program does not speak to: remove "
		    "the option, or use accounts of this host",
		    option);
	case '?':
	case ':':
		return take_unknown(line, arguments, error);
	default:
		return take_envelope_option(line, option, optarg);
	}
}

/* Options, then what is left: a rules file, or arguments for the rules. */
static bool
parse_command_line(
    struct command_line *line, int count, char *const *arguments, struct error *error)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(
		    count, arguments, "+:ad:f:mA:M:D:t:V:vw:W:ho:", long_options, NULL)) != -1)
		if (!take_option(line, option, arguments, error))
			return false;
	const char *const *rest = (const char *const *)arguments + optind;
	bool wants_file =
	    line->request.embedded_name == NULL && (line->embedded || line->request.user == NULL);
	if (wants_file && *rest != NULL) {
		line->request.rules_file = *rest++;
		line->request.mode = AGENT_MODE_MANUAL;
	}
	if (line->embedded && line->request.rules_file == NULL && !line->ends_here)
		return error_set(error, ERROR_INPUT, "-m needs a rules file");
	if (line->embedded || line->request.embedded_name != NULL)
		line->request.mode = AGENT_MODE_EMBEDDED;
	line->request.arguments = rest;
	return true;
}

/* Settings and options; false with the fate of the message when they cannot be understood. */
static bool
prepare(struct command_line *line, int count, char *const *arguments, struct outcome *outcome_out)
{
	struct error error;
	const char *path;

	line->settings = settings_new(line->arena);
	line->request.settings = settings_values(line->settings);
	bool is_understood = parse_command_line(line, count, arguments, &error);
	path = line->config_path != NULL ? line->config_path : settings_default_path;
	if (is_understood && !line->ends_here)
		is_understood =
		    settings_read_file(line->settings, path, line->config_path != NULL, &error);
	line->request.settings = settings_values(line->settings);
	if (!is_understood)
		*outcome_out =
		    outcome_later(line->arena, STATUS_SYSTEM_CONFIGURATION, "%s", error.text);
	return is_understood;
}

int
main(int count, char **arguments)
{
	char first[FIRST_BLOCK_SIZE];
	struct arena arena;
	struct outcome outcome;

	if (!standard_streams_complete()) {
		fputs("4.3.0 culver: a standard stream is closed, and /dev/null is not there\n",
		    stderr);
		return EX_TEMPFAIL;
	}
	arena_init(&arena, first, sizeof first);
	struct command_line line = {
	    .arena = &arena,
	    .request = {.quota_warning = TEXT(CULVER_SYSCONFDIR "/quotawarnmsg"),
		.environment = (const char *const *)environ,
		.input = STDIN_FILENO},
	};
	if (prepare(&line, count, arguments, &outcome) && !line.ends_here)
		outcome = agent_run(&arena, &line.request);
	else if (line.ends_here)
		outcome = outcome_done("");
	report(&arena, &outcome, line.request.settings->report);
	int status = outcome_exit_status(&outcome);
	arena_clear(&arena);
	return status;
}
