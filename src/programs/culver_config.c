/*
 * culver config: what the settings are, where each comes from, and whether a configuration file can
 * be read. Exit status: 0, 64 for a command line that makes no sense, 74 when the answer cannot be
 * written, 78 for settings with an error.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "config/settings.h"
#include "config/settings_report.h"
#include "programs/culver.h"

enum { CULVER_CONFIG_ARENA_SIZE = 32 * 1024 };

enum culver_config_option { CULVER_CONFIG_JSON = 256, CULVER_CONFIG_FILE };

static const char culver_config_help[] =
    "usage: culver config show [--json] [--config FILE] [-o NAME=VALUE] [NAME...]\n"
    "       culver config check [FILE]\n"
    "       culver config example\n"
    "\n"
    "  config show     the settings in force, and where each comes from\n"
    "  config check    reads the settings as a delivery would, and says what is wrong\n"
    "  config example  a configuration file with every setting and its default\n"
    "\n"
    "      --config FILE     settings from FILE instead of culver.conf\n"
    "  -o, --set NAME=VALUE  one setting, as if a delivery had been given this option\n"
    "      --json            one JSON array, for programs\n"
    "  -h, --help            this text\n"
    "\n"
    "Exit status: 0 done, 64 usage, 74 cannot write, 78 settings. See culver(1), culver.conf(5).\n";

static int
culver_config_refuse(const struct error *error)
{
	fprintf(stderr, "culver: %s\n", error->text);
	return EX_CONFIG;
}

static int
culver_config_show(int count, char **arguments, struct arena *arena, struct buffer *report)
{
	static const struct option options[] = {{"json", no_argument, NULL, CULVER_CONFIG_JSON},
	    {"config", required_argument, NULL, CULVER_CONFIG_FILE},
	    {"file", required_argument, NULL, CULVER_CONFIG_FILE},
	    {"set", required_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0}};
	struct settings_source *source = settings_new(arena);
	struct error error = {0};
	const char *file = NULL;
	bool is_json = false;
	int option;

	opterr = 0;
	while ((option = getopt_long(count, arguments, "ho:", options, NULL)) != -1) {
		if (option == 'h')
			return culver_print(TEXT(culver_config_help));
		if (option == CULVER_CONFIG_JSON)
			is_json = true;
		else if (option == CULVER_CONFIG_FILE)
			file = optarg;
		else if (option != 'o')
			return culver_refuse_usage(
			    "config show: unknown or incomplete option:", arguments[optind - 1]);
		else if (!settings_set_pair(source, optarg, &error))
			return culver_config_refuse(&error);
	}
	if (!settings_read_file(
		source, file != NULL ? file : settings_default_path, file != NULL, &error))
		return culver_config_refuse(&error);
	const char *const *names = (const char *const *)(arguments + optind);
	size_t name_count = (size_t)(count - optind);
	if (!(is_json ? settings_report_json : settings_report_lines)(
		source, arena, names, name_count, report, &error))
		return culver_config_refuse(&error);
	return culver_print(buffer_text(report));
}

static int
culver_config_check(int count, char **arguments, struct arena *arena, struct buffer *report)
{
	struct settings_source *source = settings_new(arena);
	const char *file = count > 1 ? arguments[1] : settings_default_path;
	struct error error = {0};

	if (count > 2)
		return culver_refuse_usage("config check: more than one file:", arguments[2]);
	if (!settings_read_file(source, file, count > 1, &error))
		return culver_config_refuse(&error);
	buffer_append_format(report, "%s: no errors\n", file);
	return culver_print(buffer_text(report));
}

static int
culver_config_choose(int count, char **arguments, struct arena *arena, struct buffer *report)
{
	if (count > 1 && strcmp(arguments[1], "show") == 0)
		return culver_config_show(count - 1, arguments + 1, arena, report);
	if (count > 1 && culver_is_help(arguments[count - 1]))
		return culver_print(TEXT(culver_config_help));
	if (count > 1 && strcmp(arguments[1], "check") == 0)
		return culver_config_check(count - 1, arguments + 1, arena, report);
	if (count == 2 && strcmp(arguments[1], "example") == 0) {
		settings_report_example(arena, report);
		return culver_print(buffer_text(report));
	}
	return culver_refuse_usage("config: expected show, check or example", NULL);
}

int
culver_config(int count, char **arguments)
{
	char first[CULVER_CONFIG_ARENA_SIZE];
	struct arena arena;
	struct buffer report;

	arena_init(&arena, first, sizeof first);
	buffer_init(&report, SETTINGS_REPORT_MAX);
	int status = culver_config_choose(count, arguments, &arena, &report);
	buffer_clear(&report);
	arena_clear(&arena);
	return status;
}
