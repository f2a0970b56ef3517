/*
 * What the command lines of culver mail have in common; see culver_mail_line.h.
 */
#include "programs/culver_mail_line.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

struct culver_mail_line
culver_mail_line_begin(const char *command)
{
	return (struct culver_mail_line){.command = command, .source.from_rule = FROM_DATED};
}

static bool
culver_mail_line_take_from(struct culver_mail_line *line, const char *value, struct error *error)
{
	static const char *const words[] = {
	    [FROM_STRICT] = "strict", [FROM_DATED] = "dated", [FROM_LENIENT] = "lenient"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(value, words[i]) != 0)
			continue;
		line->source.from_rule = (enum from_rule)i;
		return true;
	}
	return error_set(error, ERROR_INPUT, "--from %s: give strict, dated or lenient", value);
}

bool
culver_mail_line_take(
    struct culver_mail_line *line, int option, const char *value, struct error *error)
{
	switch (option) {
	case CULVER_MAIL_LINE_MESSAGE:
		line->source.kind = MAIL_SOURCE_MESSAGE;
		return true;
	case CULVER_MAIL_LINE_MBOX:
		line->source.kind = MAIL_SOURCE_MBOX;
		return true;
	case CULVER_MAIL_LINE_MAILDIR:
		line->source.kind = MAIL_SOURCE_MAILDIR;
		return true;
	case CULVER_MAIL_LINE_FROM:
		return culver_mail_line_take_from(line, value, error);
	case CULVER_MAIL_LINE_JSON:
		line->is_json = true;
		return true;
	case 'q':
		line->is_quiet = true;
		return true;
	case 'h':
		line->ends_here = true;
		return true;
	case CULVER_MAIL_LINE_COLOUR:
		return terminal_parse_colour(text_from_string(value), &line->colour) ||
		       error_set(
			   error, ERROR_INPUT, "--color %s: give auto, always or never", value);
	default:
		return error_set(error, ERROR_INPUT, "unknown or incomplete option");
	}
}

int
culver_mail_line_refuse(const struct culver_mail_line *line, const char *what, const char *argument)
{
	fprintf(stderr, "culver: mail %s: %s%s%s; \"culver mail %s --help\" shows how it is used\n",
	    line->command, what, argument != NULL ? " " : "", argument != NULL ? argument : "",
	    line->command);
	return EX_USAGE;
}
