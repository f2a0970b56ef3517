/*
 * culver mail make: options, and one call of make_command_run().
 */
#include <stddef.h>
#include <sysexits.h>

#include "base/vector.h"
#include "handle/make_command.h"
#include "programs/culver.h"
#include "programs/culver_mail.h"
#include "programs/culver_mail_line.h"

enum culver_make_option {
	CULVER_MAKE_PART = 256, /* and enum make_part_kind */
	CULVER_MAKE_HEADER = 270,
	CULVER_MAKE_ADD_TO,
	CULVER_MAKE_NO_DEFAULTS,
	CULVER_MAKE_FIELD = 280, /* and the place in culver_make_fields */
};

static const char *const culver_make_fields[] = {
    "From", "To", "Cc", "Bcc", "Reply-To", "Subject", "Date"};

static const struct option culver_make_options[] = {
    {"from", required_argument, NULL, CULVER_MAKE_FIELD},
    {"to", required_argument, NULL, CULVER_MAKE_FIELD + 1},
    {"cc", required_argument, NULL, CULVER_MAKE_FIELD + 2},
    {"bcc", required_argument, NULL, CULVER_MAKE_FIELD + 3},
    {"reply-to", required_argument, NULL, CULVER_MAKE_FIELD + 4},
    {"subject", required_argument, NULL, CULVER_MAKE_FIELD + 5},
    {"date", required_argument, NULL, CULVER_MAKE_FIELD + 6},
    {"header", required_argument, NULL, CULVER_MAKE_HEADER},
    {"text", required_argument, NULL, CULVER_MAKE_PART + MAKE_TEXT},
    {"html", required_argument, NULL, CULVER_MAKE_PART + MAKE_HTML},
    {"inline", required_argument, NULL, CULVER_MAKE_PART + MAKE_INLINE},
    {"attach", required_argument, NULL, CULVER_MAKE_PART + MAKE_ATTACHMENT},
    {"add-to", required_argument, NULL, CULVER_MAKE_ADD_TO},
    {"no-defaults", no_argument, NULL, CULVER_MAKE_NO_DEFAULTS},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char culver_make_help[] =
    "usage: culver mail make [--from ADDRESS] [--to ADDRESS] [--subject TEXT] PART ...\n"
    "       culver mail make --add-to MESSAGE PART ...\n"
    "\n"
    "Writes a new message, or one with parts added, to standard output.\n"
    "\n"
    "      --from ADDRESSES    \"Name <local@domain>, ...\", in UTF-8\n"
    "      --to ADDRESSES\n"
    "      --cc ADDRESSES\n"
    "      --bcc ADDRESSES\n"
    "      --reply-to ADDRESSES\n"
    "      --subject TEXT      in UTF-8\n"
    "      --date DATE         else now\n"
    "      --header 'N: V'     one more header field; repeatable\n"
    "      --text FILE         text to be read; \"-\": standard input\n"
    "      --html FILE         the same as HTML\n"
    "      --inline FILE       shown with it: <img src=\"cid:NAME@inline\">\n"
    "      --attach FILE       an attachment\n"
    "                          of each: FILE,type=TYPE,name=NAME,id=ID,charset=CHARSET,\n"
    "                          description=TEXT (\"\\,\" for a comma)\n"
    "      --add-to MESSAGE    add the parts to the message in this file (\"-\")\n"
    "      --no-defaults       no Date and no Message-ID that were not given\n"
    "  -h, --help              this text\n"
    "\n"
    "Exit status: 0 done, 64 usage, or a value that no valid message can hold, 66 cannot read,\n"
    "74 cannot write.\n";

struct culver_make {
	struct culver_mail_line line;
	struct make_request request;
	struct arena *arena;
	struct make_part *parts;
	struct make_field *fields;
	size_t part_capacity, field_capacity;
};

static bool
culver_make_add_part(
    struct culver_make *make, enum make_part_kind kind, const char *value, struct error *error)
{
	struct make_request *request = &make->request;

	if (request->part_count == MAKE_PARTS_MAX)
		return error_set(error, ERROR_LIMIT, "more than %d parts", MAKE_PARTS_MAX);
	make->parts = vector_grow(make->arena, make->parts, request->part_count,
	    &make->part_capacity, sizeof *make->parts);
	struct make_part *part = &make->parts[request->part_count++];
	*part = (struct make_part){.kind = kind};
	return make_part_take(make->arena, part, value, error);
}

static bool
culver_make_add_field(struct culver_make *make, struct text name, struct text value)
{
	struct make_request *request = &make->request;

	make->fields = vector_grow(make->arena, make->fields, request->field_count,
	    &make->field_capacity, sizeof *make->fields);
	make->fields[request->field_count++] = (struct make_field){name, text_trim(value)};
	return true;
}

static bool
culver_make_take(struct culver_make *make, int option, const char *value, struct error *error)
{
	struct text rest = text_from_string(value);

	if (option >= CULVER_MAKE_FIELD)
		return culver_make_add_field(
		    make, text_from_string(culver_make_fields[option - CULVER_MAKE_FIELD]), rest);
	if (option >= CULVER_MAKE_PART && option <= CULVER_MAKE_PART + (int)MAKE_ATTACHMENT)
		return culver_make_add_part(
		    make, (enum make_part_kind)(option - CULVER_MAKE_PART), value, error);
	if (option == CULVER_MAKE_HEADER) {
		struct text name = text_split(&rest, ':');
		return culver_make_add_field(make, text_trim(name), rest);
	}
	if (option == CULVER_MAKE_ADD_TO)
		make->request.add_to = value;
	else if (option == CULVER_MAKE_NO_DEFAULTS)
		make->request.has_no_defaults = true;
	else if (option == 'h')
		make->line.ends_here = true;
	else
		return error_set(error, ERROR_INPUT, "unknown or incomplete option");
	return true;
}

int
culver_mail_make(int count, char **arguments)
{
	struct arena arena;
	struct culver_make make = {.line = culver_mail_line_begin("make"), .arena = &arena};
	struct error error;
	int option, status = EX_OK;

	arena_init(&arena, NULL, 0);
	opterr = 0;
	while (status == EX_OK &&
	       (option = getopt_long(count, arguments, "h", culver_make_options, NULL)) != -1)
		if (!culver_make_take(&make, option, optarg, &error))
			status = culver_mail_line_refuse(
			    &make.line, error.text, option == '?' ? arguments[optind - 1] : NULL);
	if (status == EX_OK && make.line.ends_here)
		status = culver_print(TEXT(culver_make_help));
	else if (status == EX_OK && optind < count)
		status = culver_mail_line_refuse(
		    &make.line, "a file is given with --text or --attach:", arguments[optind]);
	else if (status == EX_OK) {
		make.request.parts = make.parts;
		make.request.fields = make.fields;
		status = make_command_run(&arena, &make.request);
	}
	arena_clear(&arena);
	return status;
}
