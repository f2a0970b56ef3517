/*
 * What the command lines of culver mail have in common: which bytes are what kind of source, whether it
 * is JSON, quiet, in colour.
 */
#ifndef PROGRAMS_CULVER_MAIL_LINE_H
#define PROGRAMS_CULVER_MAIL_LINE_H

#include <getopt.h>
#include <stdbool.h>

#include "base/error.h"
#include "handle/mail_source.h"
#include "system/terminal.h"

enum culver_mail_line_option {
	CULVER_MAIL_LINE_MESSAGE = 1024,
	CULVER_MAIL_LINE_MBOX,
	CULVER_MAIL_LINE_MAILDIR,
	CULVER_MAIL_LINE_FROM,
	CULVER_MAIL_LINE_JSON,
	CULVER_MAIL_LINE_COLOUR,
};

/* The rows of a command's table, and the lines of its help. */
#define CULVER_MAIL_LINE_OPTIONS                                                                   \
	{"message", no_argument, NULL, CULVER_MAIL_LINE_MESSAGE},                                  \
	    {"mbox", no_argument, NULL, CULVER_MAIL_LINE_MBOX},                                    \
	    {"maildir", no_argument, NULL, CULVER_MAIL_LINE_MAILDIR},                              \
	    {"from", required_argument, NULL, CULVER_MAIL_LINE_FROM},                              \
	    {"json", no_argument, NULL, CULVER_MAIL_LINE_JSON}, {"quiet", no_argument, NULL, 'q'}, \
	    {"color", required_argument, NULL, CULVER_MAIL_LINE_COLOUR},                           \
	    {"colour", required_argument, NULL, CULVER_MAIL_LINE_COLOUR},                          \
	    {"help", no_argument, NULL, 'h'},                                                      \
	{                                                                                          \
		NULL, 0, NULL, 0                                                                   \
	}
#define CULVER_MAIL_LINE_HELP                                                                      \
	"      --message           each FILE is one message\n"                                     \
	"      --mbox              each FILE is an mbox\n"                                         \
	"      --maildir           each FILE is a Maildir\n"                                       \
	"      --from RULE         what separates messages of an mbox: strict, dated, lenient\n"   \
	"      --json              JSON, for programs\n"                                           \
	"  -q, --quiet             no progress bar\n"                                              \
	"      --color WHEN        auto, always or never\n"                                        \
	"  -h, --help              this text\n"

struct culver_mail_line {
	const char *command; /* "show" */
	struct mail_source_options source;
	enum terminal_colour colour;
	bool is_json, is_quiet;
	bool ends_here; /* --help */
};

struct culver_mail_line culver_mail_line_begin(const char *command);
/* Takes one of the common options; false with the error, also for what is none of them. */
bool culver_mail_line_take(
    struct culver_mail_line *line, int option, const char *value, struct error *error);
/* Says "mail COMMAND: what argument": the exit status. */
int culver_mail_line_refuse(
    const struct culver_mail_line *line, const char *what, const char *argument);

#endif
