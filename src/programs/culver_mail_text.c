/*
 * culver mail text: options, and one call of text_view_run().
 */
#include "handle/text_view.h"
#include "programs/culver.h"
#include "programs/culver_mail.h"
#include "programs/culver_mail_line.h"

enum culver_mail_text_option {
	CULVER_MAIL_TEXT_HEADER = 256,
	CULVER_MAIL_TEXT_ALL,
	CULVER_MAIL_TEXT_HTML,
};

static const struct option culver_mail_text_options[] = {
    {"header", no_argument, NULL, CULVER_MAIL_TEXT_HEADER},
    {"all", no_argument, NULL, CULVER_MAIL_TEXT_ALL},
    {"html", no_argument, NULL, CULVER_MAIL_TEXT_HTML},
    CULVER_MAIL_LINE_OPTIONS,
};

static const char culver_mail_text_help[] =
    "usage: culver mail text [options] [FILE|MBOX|MAILDIR ...]\n"
    "\n"
    "Shows the lines that patterns of rules are tried on: those of the body.\n"
    "\n"
    "      --header            those of the header\n"
    "      --all               all text parts, also what readers do not show\n"
    "      --html              the sources of HTML parts\n" CULVER_MAIL_LINE_HELP "\n"
    "Exit status: 0 done, 64 usage, 66 something could not be read, 74 cannot write.\n";

int
culver_mail_text(int count, char **arguments)
{
	struct culver_mail_line line = culver_mail_line_begin("text");
	struct text_view_request request = {0};
	struct mail_output output;
	struct arena arena;
	struct error error;
	int option;

	opterr = 0;
	while (
	    (option = getopt_long(count, arguments, "qh", culver_mail_text_options, NULL)) != -1) {
		if (option == '?')
			return culver_mail_line_refuse(
			    &line, "unknown or incomplete option:", arguments[optind - 1]);
		if (option == CULVER_MAIL_TEXT_HEADER)
			request.form = TEXT_VIEW_HEADER;
		else if (option == CULVER_MAIL_TEXT_ALL)
			request.form = TEXT_VIEW_ALL;
		else if (option == CULVER_MAIL_TEXT_HTML)
			request.form = TEXT_VIEW_HTML;
		else if (!culver_mail_line_take(&line, option, optarg, &error))
			return culver_mail_line_refuse(&line, error.text, NULL);
	}
	if (line.ends_here)
		return culver_print(TEXT(culver_mail_text_help));
	request.is_json = line.is_json;
	request.is_quiet = line.is_quiet;
	request.output = &output;
	mail_output_init(&output, "text", line.colour);
	arena_init(&arena, NULL, 0);
	request.source = mail_source_open(&arena, (const char *const *)arguments + optind,
	    (size_t)(count - optind), &line.source);
	int status = mail_output_end(&output, text_view_run(&request));
	mail_source_close(request.source);
	arena_clear(&arena);
	return status;
}
