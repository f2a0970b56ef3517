/*
 * culver mail show: options, and one call of show_run().
 */
#include <sysexits.h>

#include "base/number.h"
#include "handle/show.h"
#include "programs/culver.h"
#include "programs/culver_mail.h"
#include "programs/culver_mail_line.h"

enum { CULVER_MAIL_SHOW_LINES = 10, CULVER_MAIL_SHOW_LINES_MAX = 100000 };

enum culver_mail_show_option {
	CULVER_MAIL_SHOW_FULL = 256,
	CULVER_MAIL_SHOW_LINE,
	CULVER_MAIL_SHOW_TEXT,
	CULVER_MAIL_SHOW_MEMBERS,
	CULVER_MAIL_SHOW_NO_DETECT,
};

static const struct option culver_mail_show_options[] = {
    {"full", no_argument, NULL, CULVER_MAIL_SHOW_FULL},
    {"lines", no_argument, NULL, CULVER_MAIL_SHOW_LINE},
    {"text", required_argument, NULL, CULVER_MAIL_SHOW_TEXT},
    {"members", no_argument, NULL, CULVER_MAIL_SHOW_MEMBERS},
    {"no-detect", no_argument, NULL, CULVER_MAIL_SHOW_NO_DETECT},
    CULVER_MAIL_LINE_OPTIONS,
};

static const char culver_mail_show_help[] =
    "usage: culver mail show [options] [FILE|MBOX|MAILDIR ...]\n"
    "\n"
    "Shows messages: who, about what, their parts as a tree, the beginning of their text;\n"
    "of an mbox or a Maildir a line for each message.\n"
    "\n"
    "      --full              all of each message, also of an mbox or a Maildir\n"
    "      --lines             a line for each message, also of a single one\n"
    "      --text N            so many lines of the text (10; 0: none; with --json 0)\n"
    "      --members           look into archives, too\n"
    "      --no-detect         declared types only, without libmagic\n" CULVER_MAIL_LINE_HELP "\n"
    "Exit status: 0 done, 64 usage, 66 something could not be read, 74 cannot write.\n";

struct culver_mail_show {
	struct culver_mail_line line;
	struct show_request request;
	bool has_text;
};

static bool
culver_mail_show_take(
    struct culver_mail_show *show, int option, const char *value, struct error *error)
{
	uint64_t lines;

	switch (option) {
	case CULVER_MAIL_SHOW_FULL:
		show->request.form = SHOW_FULL;
		return true;
	case CULVER_MAIL_SHOW_LINE:
		show->request.form = SHOW_LINE;
		return true;
	case CULVER_MAIL_SHOW_TEXT:
		if (!number_parse_unsigned(
			text_from_string(value), CULVER_MAIL_SHOW_LINES_MAX, &lines))
			return error_set(error, ERROR_INPUT,
			    "--text %s: give a number of lines, at most %d", value,
			    (int)CULVER_MAIL_SHOW_LINES_MAX);
		show->request.text_lines = (size_t)lines;
		show->has_text = true;
		return true;
	case CULVER_MAIL_SHOW_MEMBERS:
		show->request.with_members = true;
		return true;
	case CULVER_MAIL_SHOW_NO_DETECT:
		show->request.detects = false;
		return true;
	default:
		return culver_mail_line_take(&show->line, option, value, error);
	}
}

int
culver_mail_show(int count, char **arguments)
{
	struct culver_mail_show show = {
	    .line = culver_mail_line_begin("show"), .request.detects = true};
	struct mail_output output;
	struct arena arena;
	struct error error;
	int option;

	opterr = 0;
	while (
	    (option = getopt_long(count, arguments, "qh", culver_mail_show_options, NULL)) != -1) {
		if (option == '?')
			return culver_mail_line_refuse(
			    &show.line, "unknown or incomplete option:", arguments[optind - 1]);
		if (!culver_mail_show_take(&show, option, optarg, &error))
			return culver_mail_line_refuse(&show.line, error.text, NULL);
	}
	if (show.line.ends_here)
		return culver_print(TEXT(culver_mail_show_help));
	if (show.line.is_json)
		show.request.form = SHOW_JSON;
	if (!show.has_text && !show.line.is_json)
		show.request.text_lines = CULVER_MAIL_SHOW_LINES;
	show.request.is_quiet = show.line.is_quiet;
	show.request.output = &output;
	mail_output_init(&output, "show", show.line.colour);
	arena_init(&arena, NULL, 0);
	show.request.source = mail_source_open(&arena, (const char *const *)arguments + optind,
	    (size_t)(count - optind), &show.line.source);
	int status = mail_output_end(&output, show_run(&show.request));
	mail_source_close(show.request.source);
	arena_clear(&arena);
	return status;
}
