/*
 * culver check: all that is wrong or doubtful with rules files. Exit status: 0 when there is
 * nothing or there are warnings only, 1 for errors (with --strict for warnings too), 64 for a
 * command line that makes no sense, 66 when a file cannot be read, 74 when the answer cannot be
 * written.
 */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/json.h"
#include "config/settings.h"
#include "filter/mailfilter/mailfilter.h"
#include "programs/culver.h"
#include "rehearse/check.h"
#include "rehearse/deviation_report.h"
#include "rehearse/diagnostic_report.h"
#include "system/terminal.h"
#include "system/user.h"

enum { CULVER_CHECK_REPORT_MAX = 256 * 1024 * 1024, CULVER_CHECK_ERRORS = 1 };

static const char culver_check_help[] =
    "usage: culver check [options] [--home DIR | -d USER] FILE...\n"
    "\n"
    "Rules files: every error and likely mistake, with its place and what to write.\n"
    "\n"
    "      --maildrop     what these rules do otherwise than under maildrop, for the move\n"
    "      --strict       warnings count as errors for the exit status\n"
    "      --no-includes  leave files alone that the rules include\n"
    "      --no-notes     leave out notes on where maildrop does something else\n"
    "      --home DIR     look for folders and files that the rules name from here\n"
    "  -d, --user USER    the same from this user's home\n"
    "      --config FILE  settings from FILE instead of culver.conf\n"
    "  -o, --set NAME=VALUE  one setting\n"
    "      --json         one JSON object, for programs\n"
    "      --color WHEN   auto (on a terminal), always or never\n"
    "  -h, --help         this text\n"
    "\n"
    "FILE may be - for the standard input. See culver-check(1) and mailfilter(5).\n"
    "\n"
    "Exit status: 0 no errors, 1 errors, 64 usage, 66 a file cannot be read, 67 no such user,\n"
    "74 cannot write.\n";

struct culver_check {
	struct settings_source *settings;
	bool is_json, is_strict, has_includes, has_notes, compares, ends_here;
	enum terminal_colour colour;
	const char *home, *user, *config;
	struct user account; /* whose home it is */
};

enum culver_check_option {
	CULVER_CHECK_JSON = 256,
	CULVER_CHECK_COLOUR,
	CULVER_CHECK_STRICT,
	CULVER_CHECK_NO_INCLUDES,
	CULVER_CHECK_NO_NOTES,
	CULVER_CHECK_HOME,
	CULVER_CHECK_MAILDROP,
	CULVER_CHECK_CONFIG,
};

/* Options without a value; false: it is none of them. */
static bool
culver_check_take_flag(struct culver_check *options, int option)
{
	switch (option) {
	case CULVER_CHECK_JSON:
		options->is_json = true;
		return true;
	case CULVER_CHECK_STRICT:
		options->is_strict = true;
		return true;
	case CULVER_CHECK_NO_INCLUDES:
		options->has_includes = false;
		return true;
	case CULVER_CHECK_NO_NOTES:
		options->has_notes = false;
		return true;
	case CULVER_CHECK_MAILDROP:
		options->compares = true;
		return true;
	default:
		return false;
	}
}

/* EX_OK, or the exit status of a wrong command line. */
static int
culver_check_take_value(struct culver_check *options, int option, const char *value)
{
	struct error error;

	switch (option) {
	case CULVER_CHECK_HOME:
		options->home = value;
		return EX_OK;
	case CULVER_CHECK_CONFIG:
		options->config = value;
		return EX_OK;
	case 'd':
		options->user = value;
		return EX_OK;
	case 'o':
		if (settings_set_pair(options->settings, value, &error))
			return EX_OK;
		return culver_refuse_usage("check:", error.text);
	case CULVER_CHECK_COLOUR:
		if (terminal_parse_colour(text_from_string(value), &options->colour))
			return EX_OK;
		return culver_refuse_usage("check: --color is auto, always or never, not", value);
	default:
		return EX_USAGE;
	}
}

/* EX_OK, or the exit status of a wrong command line; the files begin at optind. */
static int
culver_check_options(int count, char **arguments, struct culver_check *options)
{
	static const struct option names[] = {{"json", no_argument, NULL, CULVER_CHECK_JSON},
	    {"color", required_argument, NULL, CULVER_CHECK_COLOUR},
	    {"colour", required_argument, NULL, CULVER_CHECK_COLOUR},
	    {"config", required_argument, NULL, CULVER_CHECK_CONFIG},
	    {"maildrop", no_argument, NULL, CULVER_CHECK_MAILDROP},
	    {"set", required_argument, NULL, 'o'},
	    {"strict", no_argument, NULL, CULVER_CHECK_STRICT},
	    {"no-includes", no_argument, NULL, CULVER_CHECK_NO_INCLUDES},
	    {"no-notes", no_argument, NULL, CULVER_CHECK_NO_NOTES},
	    {"home", required_argument, NULL, CULVER_CHECK_HOME},
	    {"user", required_argument, NULL, 'd'}, {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0}};
	int option;

	opterr = 0;
	while ((option = getopt_long(count, arguments, "d:ho:", names, NULL)) != -1) {
		if (option == 'h') {
			options->ends_here = true;
			return EX_OK;
		}
		if (option == '?')
			return culver_refuse_usage(
			    "check: unknown or incomplete option:", arguments[optind - 1]);
		if (culver_check_take_flag(options, option))
			continue;
		int status = culver_check_take_value(options, option, optarg);
		if (status != EX_OK)
			return status;
	}
	if (optind == count)
		return culver_refuse_usage("check: expected a file", NULL);
	if (options->home != NULL && options->user != NULL)
		return culver_refuse_usage("check: --home and --user exclude each other", NULL);
	return EX_OK;
}

static int
culver_check_settings(struct culver_check *options)
{
	const char *path = options->config != NULL ? options->config : settings_default_path;
	struct error error;

	if (settings_read_file(options->settings, path, options->config != NULL, &error))
		return EX_OK;
	fprintf(stderr, "culver: check: %s\n", error.text);
	return EX_CONFIG;
}

/* Without --home and --user: the caller's home, when the file lies in it. */
static const char *
culver_check_default_home(struct arena *arena, const char *file)
{
	const char *home = getenv("HOME");
	char real_home[PATH_MAX], real_file[PATH_MAX];

	if (home == NULL || realpath(home, real_home) == NULL || realpath(file, real_file) == NULL)
		return NULL;
	size_t size = strlen(real_home);
	bool is_inside = strncmp(real_file, real_home, size) == 0 && real_file[size] == '/';
	return is_inside ? arena_copy_string(arena, text_from_string(real_home)) : NULL;
}

static int
culver_check_find_home(struct arena *arena, struct culver_check *options, const char *first_file)
{
	struct error error;

	options->account = (struct user){.name = "", .shell = ""};
	if (options->user != NULL) {
		enum user_answer answer =
		    user_find_name(arena, options->user, &options->account, &error);
		if (answer != USER_FOUND) {
			fprintf(stderr, "culver: check: %s: %s\n", options->user,
			    answer == USER_UNKNOWN ? "no such user" : error.text);
			return EX_NOUSER;
		}
		options->home = options->account.home;
	}
	if (options->home == NULL)
		options->home = culver_check_default_home(arena, first_file);
	options->account.home = options->home;
	return EX_OK;
}

/* The standard input, up to its end, however it comes. */
static bool
culver_check_input(struct arena *arena, struct text *source_out, struct error *error)
{
	struct buffer input;
	char bytes[65536];
	size_t got;

	buffer_init(&input, MAILFILTER_SOURCE_MAX);
	while ((got = fread(bytes, 1, sizeof bytes, stdin)) > 0)
		buffer_append(&input, (struct text){bytes, got});
	*source_out = arena_copy_text(arena, buffer_text(&input));
	bool is_overfull = buffer_is_overfull(&input);
	buffer_clear(&input);
	if (is_overfull)
		return error_set(error, ERROR_LIMIT, "(standard input): larger than %d MiB",
		    MAILFILTER_SOURCE_MAX / 1024 / 1024);
	if (ferror(stdin))
		return error_set_errno(error, "(standard input)");
	return true;
}

static bool
culver_check_read(struct check *check, const char *path)
{
	struct error error;
	struct text source;

	if (strcmp(path, "-") != 0) {
		if (check_read(check, path, &error))
			return true;
	} else if (culver_check_input(check->arena, &source, &error)) {
		check_source(check, TEXT("(standard input)"), source);
		return true;
	}
	fprintf(stderr, "culver: check: %s\n", error.text);
	return false;
}

static void
culver_check_json(const struct check *check, bool has_notes, struct buffer *report)
{
	struct json_writer json;

	json_init(&json, report);
	json_begin_object(&json);
	json_name(&json, "diagnostics");
	json_begin_array(&json);
	for (const struct check_file *file = check->files; file != NULL; file = file->next)
		diagnostic_report_json(
		    &json, file->name, file->source, &file->diagnostics, has_notes);
	json_end_array(&json);
	if (check->compares)
		deviation_report_json(&json, check);
	json_member_integer(&json, "errors", (int64_t)check->errors);
	json_member_integer(&json, "warnings", (int64_t)check->warnings);
	json_member_integer(&json, "notes", (int64_t)check->notes);
	json_member_integer(&json, "files", check->file_count);
	json_end_object(&json);
	buffer_append_byte(report, '\n');
}

static void
culver_check_text(const struct check *check, const struct terminal *terminal, bool has_notes,
    struct buffer *report)
{
	for (const struct check_file *file = check->files; file != NULL; file = file->next)
		diagnostic_report_text(
		    report, terminal, file->name, file->source, &file->diagnostics, has_notes);
	terminal_append(report, terminal,
	    check->errors > 0     ? TERMINAL_BAD
	    : check->warnings > 0 ? TERMINAL_WARN
				  : TERMINAL_GOOD,
	    check_summary(check));
	buffer_append_byte(report, '\n');
}

static int
culver_check_files(int count, char **files, struct culver_check *options, struct arena *arena,
    struct buffer *report)
{
	struct check check;

	check_init(&check, arena, options->home, options->has_includes);
	check.settings = settings_values(options->settings);
	check.user = options->home != NULL ? &options->account : NULL;
	check.compares = options->compares;
	for (int i = 0; i < count; i++)
		check.is_partial |= !culver_check_read(&check, files[i]);
	struct terminal terminal = terminal_look(STDOUT_FILENO, options->colour);
	if (options->is_json)
		culver_check_json(&check, options->has_notes, report);
	else if (options->compares)
		deviation_report_text(report, &terminal, &check);
	else
		culver_check_text(&check, &terminal, options->has_notes, report);
	int status = culver_print(buffer_text(report));
	if (status != EX_OK)
		return status;
	if (check.is_partial)
		return EX_NOINPUT;
	return check.errors > 0 || (options->is_strict && check.warnings > 0) ? CULVER_CHECK_ERRORS
									      : EX_OK;
}

static int
culver_check_run(int count, char **files, struct culver_check *options, struct arena *arena,
    struct buffer *report)
{
	int status = culver_check_settings(options);

	if (status == EX_OK)
		status = culver_check_find_home(arena, options, files[0]);
	if (status == EX_OK)
		status = culver_check_files(count, files, options, arena, report);
	return status;
}

int
culver_check(int count, char **arguments)
{
	struct culver_check options = {.has_includes = true, .has_notes = true};
	struct arena arena;
	struct buffer report;

	arena_init(&arena, NULL, 0);
	buffer_init(&report, CULVER_CHECK_REPORT_MAX);
	options.settings = settings_new(&arena);
	int status = culver_check_options(count, arguments, &options);
	if (status == EX_OK && options.ends_here)
		status = culver_print(TEXT(culver_check_help));
	else if (status == EX_OK)
		status =
		    culver_check_run(count - optind, arguments + optind, &options, &arena, &report);
	buffer_clear(&report);
	arena_clear(&arena);
	return status;
}
