/*
 * culver mail verify: options, and one call of verify_run().
 */
#include "handle/verify.h"
#include "programs/culver.h"
#include "programs/culver_mail.h"
#include "programs/culver_mail_line.h"

enum culver_mail_verify_option { CULVER_MAIL_VERIFY_STRICT = 256 };

static const struct option culver_mail_verify_options[] = {
    {"strict", no_argument, NULL, CULVER_MAIL_VERIFY_STRICT},
    CULVER_MAIL_LINE_OPTIONS,
};

static const char culver_mail_verify_help[] =
    "usage: culver mail verify [options] [FILE|MBOX|MAILDIR ...]\n"
    "\n"
    "Says what is wrong or doubtful with the structure of messages, and where.\n"
    "\n"
    "      --strict            remarks count, too\n" CULVER_MAIL_LINE_HELP "\n"
    "Quiet, only the exit status answers.\n"
    "\n"
    "Exit status: 0 nothing is wrong, 1 something is, 64 usage, 66 something could not be read,\n"
    "74 cannot write.\n";

int
culver_mail_verify(int count, char **arguments)
{
	struct culver_mail_line line = culver_mail_line_begin("verify");
	struct verify_request request = {0};
	struct mail_output output;
	struct arena arena;
	struct error error;
	int option;

	opterr = 0;
	while ((option = getopt_long(count, arguments, "qh", culver_mail_verify_options, NULL)) !=
	       -1) {
		if (option == '?')
			return culver_mail_line_refuse(
			    &line, "unknown or incomplete option:", arguments[optind - 1]);
		if (option == CULVER_MAIL_VERIFY_STRICT)
			request.is_strict = true;
		else if (!culver_mail_line_take(&line, option, optarg, &error))
			return culver_mail_line_refuse(&line, error.text, NULL);
	}
	if (line.ends_here)
		return culver_print(TEXT(culver_mail_verify_help));
	request.is_json = line.is_json;
	request.is_quiet = line.is_quiet;
	request.output = &output;
	mail_output_init(&output, "verify", line.colour);
	arena_init(&arena, NULL, 0);
	request.source = mail_source_open(&arena, (const char *const *)arguments + optind,
	    (size_t)(count - optind), &line.source);
	int status = mail_output_end(&output, verify_run(&request));
	mail_source_close(request.source);
	arena_clear(&arena);
	return status;
}
