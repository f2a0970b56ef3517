/*
 * Options and beginnings of the commands that rehearse rules; see culver_rehearsal.h.
 */
#include "programs/culver_rehearsal.h"

#include <limits.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "programs/culver.h"

struct culver_rehearsal
culver_rehearsal_begin(const char *command, struct arena *arena)
{
	return (struct culver_rehearsal){
	    .command = command,
	    .arena = arena,
	    .agent = {.environment = (const char *const *)environ, .input = -1},
	    .settings = settings_new(arena),
	};
}

bool
culver_rehearsal_take(
    struct culver_rehearsal *line, int option, const char *value, struct error *error)
{
	switch (option) {
	case CULVER_REHEARSAL_RULES:
		line->rules = value;
		return true;
	case 'd':
		line->agent.user = value;
		return value[0] != '\0' || error_set(error, ERROR_INPUT, "-d names no user");
	case CULVER_REHEARSAL_RECIPIENT:
		line->agent.recipient = text_from_string(value);
		return true;
	case CULVER_REHEARSAL_CONFIG:
		line->config = value;
		return true;
	case 'o':
		return settings_set_pair(line->settings, value, error);
	case CULVER_REHEARSAL_ANSWER:
		return command_answers_add(
		    &line->answers, line->arena, text_from_string(value), error);
	case CULVER_REHEARSAL_RUN_COMMANDS:
		line->runs_commands = true;
		return true;
	case CULVER_REHEARSAL_COLOUR:
		return terminal_parse_colour(text_from_string(value), &line->colour) ||
		       error_set(error, ERROR_INPUT, "--color %s: auto, always or never", value);
	default:
		return error_set(error, ERROR_INPUT, "unknown option");
	}
}

/* Without a user the file is all there is; for a user it stands in the place of that user's rules, in
 * that user's home. */
static bool
culver_rehearsal_choose_rules(struct culver_rehearsal *line, struct error *error)
{
	char here[PATH_MAX];
	struct text path = text_from_string(line->rules);

	if (line->rules == NULL || line->agent.mode == AGENT_MODE_EMBEDDED)
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

int
culver_rehearsal_prepare(struct culver_rehearsal *line)
{
	const char *config = line->config != NULL ? line->config : settings_default_path;
	struct error error;

	if (line->rules != NULL && access(line->rules, R_OK) < 0) {
		error_set_errno(&error, "%s", line->rules);
		return culver_rehearsal_refuse(line, EX_NOINPUT, &error);
	}
	line->agent.rules_file = line->rules;
	if (!culver_rehearsal_choose_rules(line, &error) ||
	    !settings_read_file(line->settings, config, line->config != NULL, &error))
		return culver_rehearsal_refuse(line, EX_CONFIG, &error);
	line->agent.settings = settings_values(line->settings);
	return EX_OK;
}

void
culver_rehearsal_write(void *self, struct text bytes)
{
	struct culver_rehearsal *line = self;

	if (fwrite(bytes.data, 1, bytes.size, stdout) != bytes.size)
		line->write_failed = true;
}

int
culver_rehearsal_end(const struct culver_rehearsal *line, int status)
{
	int written = culver_print(TEXT(""));

	return line->write_failed || written != EX_OK ? EX_IOERR : status;
}

int
culver_rehearsal_refuse(const struct culver_rehearsal *line, int status, const struct error *error)
{
	fprintf(stderr, "culver: %s: %s\n", line->command, error->text);
	return status;
}
