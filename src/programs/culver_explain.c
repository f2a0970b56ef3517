/*
 * culver explain: options, the message, and one call of explain_run(). The options of a delivery
 * mean what they mean there (culver-deliver(1)).
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/number.h"
#include "programs/culver.h"
#include "programs/culver_rehearsal.h"
#include "rehearse/explain.h"
#include "system/spool.h"

enum { CULVER_EXPLAIN_ARENA_SIZE = 32 * 1024 };

enum culver_explain_option {
	CULVER_EXPLAIN_MESSAGE = 256,
	CULVER_EXPLAIN_ORIGINAL_RECIPIENT,
	CULVER_EXPLAIN_EXTENSION,
	CULVER_EXPLAIN_QUEUE_ID,
	CULVER_EXPLAIN_ASK,
	CULVER_EXPLAIN_TIME,
	CULVER_EXPLAIN_JSON,
	CULVER_EXPLAIN_FULL,
};

static const struct option culver_explain_options[] = {
    {"rules", required_argument, NULL, CULVER_REHEARSAL_RULES},
    {"message", required_argument, NULL, CULVER_EXPLAIN_MESSAGE},
    {"user", required_argument, NULL, 'd'},
    {"embedded", no_argument, NULL, 'm'},
    {"embedded-name", required_argument, NULL, 'M'},
    {"sender", required_argument, NULL, 'f'},
    {"recipient", required_argument, NULL, CULVER_REHEARSAL_RECIPIENT},
    {"original-recipient", required_argument, NULL, CULVER_EXPLAIN_ORIGINAL_RECIPIENT},
    {"extension", required_argument, NULL, CULVER_EXPLAIN_EXTENSION},
    {"queue-id", required_argument, NULL, CULVER_EXPLAIN_QUEUE_ID},
    {"config", required_argument, NULL, CULVER_REHEARSAL_CONFIG},
    {"set", required_argument, NULL, 'o'},
    {"answer", required_argument, NULL, CULVER_REHEARSAL_ANSWER},
    {"run-commands", no_argument, NULL, CULVER_REHEARSAL_RUN_COMMANDS},
    {"ask", no_argument, NULL, CULVER_EXPLAIN_ASK},
    {"time", required_argument, NULL, CULVER_EXPLAIN_TIME},
    {"json", no_argument, NULL, CULVER_EXPLAIN_JSON},
    {"quiet", no_argument, NULL, 'q'},
    {"full", no_argument, NULL, CULVER_EXPLAIN_FULL},
    {"color", required_argument, NULL, CULVER_REHEARSAL_COLOUR},
    {"colour", required_argument, NULL, CULVER_REHEARSAL_COLOUR},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char culver_explain_help[] =
    "usage: culver explain [options] [argument ...] < message\n"
    "\n"
    "Runs the rules for a message without doing anything, and tells the story.\n"
    "\n"
    "      --rules FILE             these rules; else the system's and the user's, as a delivery\n"
    "      --message FILE           the message; else standard input\n"
    "  -d, --user USER              as for this user (as root, or as that user)\n"
    "  -m, --embedded               as embedded rules, with --rules\n"
    "  -M, --embedded-name NAME     the same, with ~/.mailfilters/NAME\n"
    "  -f, --sender ADDRESS         envelope sender; empty or <> is the null sender\n"
    "      --recipient ADDRESS      envelope recipient\n"
    "      --original-recipient ADDRESS  the same before aliases\n"
    "      --extension TEXT         what follows the delimiter in the local part\n"
    "      --queue-id ID            the mail server's name for the message\n"
    "      --config FILE            settings from FILE instead of culver.conf\n"
    "  -o, --set NAME=VALUE         one setting\n"
    "      --answer COMMAND=ANSWER  how a command ends, instead of running it; repeatable\n"
    "      --run-commands           run the commands of the rules\n"
    "      --ask                    ask for each command, on the terminal\n"
    "      --time SECONDS           the time that the rules see, in Unix seconds\n"
    "      --json                   JSON Lines, for programs\n"
    "  -q, --quiet                  only what would happen\n"
    "      --full                   cut nothing, leave nothing out\n"
    "      --color WHEN             auto, always or never\n"
    "  -h, --help                   this text\n"
    "\n"
    "Exit status: 0 the rules ran, 1 they have an error, 64 usage, 66 no message or rules file,\n"
    "67 no such user, 74 cannot write, 77 may not become that user, 78 settings.\n";

struct culver_explain_line {
	struct culver_rehearsal common;
	struct explain_request request;
	const char *message; /* file; NULL: standard input */
	bool embedded, ends_here;
};

static bool
culver_explain_take_envelope(struct culver_explain_line *line, int option, const char *value)
{
	struct agent_request *agent = &line->common.agent;

	switch (option) {
	case 'f':
		agent->has_sender = true;
		agent->sender = text_from_string(value);
		return true;
	case CULVER_EXPLAIN_ORIGINAL_RECIPIENT:
		agent->original_recipient = text_from_string(value);
		return true;
	case CULVER_EXPLAIN_EXTENSION:
		agent->extension = text_from_string(value);
		return true;
	case CULVER_EXPLAIN_QUEUE_ID:
		agent->queue_id = text_from_string(value);
		return true;
	default:
		return false;
	}
}

static bool
culver_explain_take_flag(struct culver_explain_line *line, int option)
{
	switch (option) {
	case 'm':
		line->embedded = true;
		return true;
	case CULVER_EXPLAIN_ASK:
		line->request.asks = true;
		return true;
	case CULVER_EXPLAIN_JSON:
		line->request.is_json = true;
		return true;
	case 'q':
		line->request.is_quiet = true;
		return true;
	case CULVER_EXPLAIN_FULL:
		line->request.is_full = true;
		return true;
	default:
		return false;
	}
}

static bool
culver_explain_take_value(
    struct culver_explain_line *line, int option, const char *value, struct error *error)
{
	uint64_t seconds;

	switch (option) {
	case CULVER_EXPLAIN_MESSAGE:
		line->message = value;
		return true;
	case 'M':
		line->common.agent.embedded_name = value;
		return true;
	case CULVER_EXPLAIN_TIME:
		line->request.has_time = true;
		if (!number_parse_unsigned(text_from_string(value), INT64_MAX, &seconds))
			return error_set(error, ERROR_INPUT, "--time %s: give Unix seconds", value);
		line->request.time = (int64_t)seconds;
		return true;
	default:
		return culver_rehearsal_take(&line->common, option, value, error);
	}
}

/* EX_OK, or the exit status of a wrong command line. */
static int
culver_explain_parse(struct culver_explain_line *line, int count, char **arguments)
{
	struct error error;
	int option;

	opterr = 0;
	while ((option = getopt_long(
		    count, arguments, "+d:mM:f:o:qh", culver_explain_options, NULL)) != -1) {
		if (option == 'h') {
			line->ends_here = true;
			return EX_OK;
		}
		if (option == '?')
			return culver_refuse_usage(
			    "explain: unknown or incomplete option:", arguments[optind - 1]);
		if (!culver_explain_take_flag(line, option) &&
		    !culver_explain_take_envelope(line, option, optarg) &&
		    !culver_explain_take_value(line, option, optarg, &error))
			return culver_refuse_usage("explain:", error.text);
	}
	struct agent_request *agent = &line->common.agent;
	agent->arguments = (const char *const *)arguments + optind;
	if (line->embedded && line->common.rules == NULL && agent->embedded_name == NULL)
		return culver_refuse_usage("explain: -m needs --rules", NULL);
	if (line->embedded || agent->embedded_name != NULL)
		agent->mode = AGENT_MODE_EMBEDDED;
	return EX_OK;
}

/* Opens the file of the message, which may be a pipe; a device may have no end. */
static bool
culver_explain_open(const char *path, int *input_out, struct error *error)
{
	struct stat status;
	int input = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (input < 0)
		return error_set_errno(error, "%s", path);
	if (fstat(input, &status) == 0 && (S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode))) {
		*input_out = input;
		return true;
	}
	close(input);
	return error_set(error, ERROR_REFUSE, "%s is neither a file nor a pipe", path);
}

/* Standard input, or the file. */
static bool
culver_explain_read(struct culver_explain_line *line, struct error *error)
{
	const struct spool_plan plan = {.directories = {"/tmp", "/var/tmp"}};
	struct spool *spool;
	int input = STDIN_FILENO;

	if (line->message != NULL && !culver_explain_open(line->message, &input, error))
		return false;
	bool is_read = spool_receive(line->common.arena, input, &plan, &spool, error) &&
		       spool_map(spool, &line->request.message, error);
	if (line->message != NULL)
		close(input);
	if (is_read && line->request.message.size == 0)
		return error_set(error, ERROR_INPUT, "there is no message %s %s",
		    line->message != NULL ? "in" : "on",
		    line->message != NULL ? line->message : "standard input");
	return is_read;
}

static int
culver_explain_run(struct culver_explain_line *line)
{
	struct culver_rehearsal *common = &line->common;
	struct error error;
	int status = culver_rehearsal_prepare(common);

	if (status != EX_OK)
		return status;
	if (!culver_explain_read(line, &error))
		return culver_rehearsal_refuse(common, EX_NOINPUT, &error);
	line->request.agent = &common->agent;
	line->request.answers = &common->answers;
	line->request.runs_commands = common->runs_commands;
	line->request.terminal = terminal_look(STDOUT_FILENO, common->colour);
	line->request.write = culver_rehearsal_write;
	line->request.self = common;
	status = explain_run(common->arena, &line->request, &error);
	if (status == EX_NOUSER || status == EX_NOPERM)
		return culver_rehearsal_refuse(common, status, &error);
	return culver_rehearsal_end(common, status);
}

int
culver_explain(int count, char **arguments)
{
	char first[CULVER_EXPLAIN_ARENA_SIZE];
	struct arena arena;

	arena_init(&arena, first, sizeof first);
	struct culver_explain_line line = {.common = culver_rehearsal_begin("explain", &arena)};
	int status = culver_explain_parse(&line, count, arguments);
	if (status == EX_OK && line.ends_here)
		status = culver_print(TEXT(culver_explain_help));
	else if (status == EX_OK)
		status = culver_explain_run(&line);
	arena_clear(&arena);
	return status;
}
