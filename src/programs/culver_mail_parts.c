/*
 * culver mail parts: options, and one call of parts_run().
 */
#include "handle/parts.h"
#include "programs/culver.h"
#include "programs/culver_mail.h"
#include "programs/culver_mail_line.h"

enum culver_mail_parts_option {
	CULVER_MAIL_PARTS_TYPE = 256,
	CULVER_MAIL_PARTS_NAME,
	CULVER_MAIL_PARTS_ATTACHMENTS,
	CULVER_MAIL_PARTS_TO,
	CULVER_MAIL_PARTS_RAW,
	CULVER_MAIL_PARTS_HEADER,
	CULVER_MAIL_PARTS_MEMBERS,
	CULVER_MAIL_PARTS_NO_DETECT,
};

static const struct option culver_mail_parts_options[] = {
    {"part", required_argument, NULL, 'n'},
    {"type", required_argument, NULL, CULVER_MAIL_PARTS_TYPE},
    {"name", required_argument, NULL, CULVER_MAIL_PARTS_NAME},
    {"attachments", no_argument, NULL, CULVER_MAIL_PARTS_ATTACHMENTS},
    {"extract", no_argument, NULL, 'x'},
    {"to", required_argument, NULL, CULVER_MAIL_PARTS_TO},
    {"raw", no_argument, NULL, CULVER_MAIL_PARTS_RAW},
    {"header", no_argument, NULL, CULVER_MAIL_PARTS_HEADER},
    {"members", no_argument, NULL, CULVER_MAIL_PARTS_MEMBERS},
    {"no-detect", no_argument, NULL, CULVER_MAIL_PARTS_NO_DETECT},
    CULVER_MAIL_LINE_OPTIONS,
};

static const char culver_mail_parts_help[] =
    "usage: culver mail parts [options] [FILE|MBOX|MAILDIR ...]\n"
    "\n"
    "Lists the parts of messages, or writes those that fit.\n"
    "\n"
    "  -n, --part NUMBER       this part; repeatable\n"
    "      --type PATTERN      parts whose declared or detected type fits: 'image/*'\n"
    "      --name PATTERN      parts whose file name fits: '*.pdf'\n"
    "      --attachments       attachments only\n"
    "  -x, --extract           write the part to standard output, decoded\n"
    "      --to DIRECTORY      write each part to a new file in this directory\n"
    "      --raw               not decoded\n"
    "      --header            the part's header; with --raw the whole part\n"
    "      --members           list members of archives, too\n"
    "      --no-detect         declared types only, without libmagic\n" CULVER_MAIL_LINE_HELP "\n"
    "Exit status: 0 done, 1 no part fits, 64 usage, or several parts fit, 65 a part cannot be "
    "read,\n"
    "66 something could not be read, 73 cannot create a file, 74 cannot write.\n";

struct culver_mail_parts {
	struct culver_mail_line line;
	struct parts_request request;
};

static bool
culver_mail_parts_take(
    struct culver_mail_parts *parts, int option, const char *value, struct error *error)
{
	struct parts_request *request = &parts->request;

	switch (option) {
	case 'n':
		if (request->number_count >= PARTS_NUMBERS_MAX)
			return error_set(error, ERROR_INPUT, "--part: at most %d are taken",
			    (int)PARTS_NUMBERS_MAX);
		request->numbers[request->number_count++] = value;
		return true;
	case CULVER_MAIL_PARTS_TYPE:
		request->type = value;
		return true;
	case CULVER_MAIL_PARTS_NAME:
		request->name = value;
		return true;
	case CULVER_MAIL_PARTS_TO:
		request->directory = value;
		request->extracts = true;
		return true;
	case 'x':
		request->extracts = true;
		return true;
	case CULVER_MAIL_PARTS_ATTACHMENTS:
		request->only_attachments = true;
		return true;
	case CULVER_MAIL_PARTS_RAW:
		request->is_raw = true;
		return true;
	case CULVER_MAIL_PARTS_HEADER:
		request->with_header = true;
		return true;
	case CULVER_MAIL_PARTS_MEMBERS:
		request->with_members = true;
		return true;
	case CULVER_MAIL_PARTS_NO_DETECT:
		request->detects = false;
		return true;
	default:
		return culver_mail_line_take(&parts->line, option, value, error);
	}
}

int
culver_mail_parts(int count, char **arguments)
{
	struct culver_mail_parts parts = {
	    .line = culver_mail_line_begin("parts"), .request.detects = true};
	struct mail_output output;
	struct arena arena;
	struct error error;
	int option;

	opterr = 0;
	while ((option = getopt_long(count, arguments, "n:xqh", culver_mail_parts_options, NULL)) !=
	       -1) {
		if (option == '?')
			return culver_mail_line_refuse(
			    &parts.line, "unknown or incomplete option:", arguments[optind - 1]);
		if (!culver_mail_parts_take(&parts, option, optarg, &error))
			return culver_mail_line_refuse(&parts.line, error.text, NULL);
	}
	if (parts.line.ends_here)
		return culver_print(TEXT(culver_mail_parts_help));
	struct parts_request *request = &parts.request;
	if ((request->is_raw || request->with_header) && !request->extracts)
		return culver_mail_line_refuse(
		    &parts.line, "--raw and --header go with --extract or --to", NULL);
	if (parts.line.is_json && request->extracts && request->directory == NULL)
		return culver_mail_line_refuse(
		    &parts.line, "--json with --extract needs --to", NULL);
	request->with_body = !request->with_header || request->is_raw;
	request->is_json = parts.line.is_json;
	request->is_quiet = parts.line.is_quiet;
	request->output = &output;
	mail_output_init(&output, "parts", parts.line.colour);
	arena_init(&arena, NULL, 0);
	request->source = mail_source_open(&arena, (const char *const *)arguments + optind,
	    (size_t)(count - optind), &parts.line.source);
	int status = mail_output_end(&output, parts_run(request));
	mail_source_close(request->source);
	arena_clear(&arena);
	return status;
}
