/*
 * culver mail header: options, and one call of header_command_run().
 */
#include <stddef.h>
#include <string.h>
#include <sysexits.h>

#include "base/vector.h"
#include "handle/header_command.h"
#include "mail/header_edit.h"
#include "programs/culver.h"
#include "programs/culver_mail.h"
#include "programs/culver_mail_line.h"

enum culver_header_option {
	CULVER_HEADER_EDIT = 256, /* and enum header_work_kind */
	CULVER_HEADER_GET = 300,
	CULVER_HEADER_FORM,         /* and enum header_form */
	CULVER_HEADER_CHOICE = 310, /* and enum header_choice */
	CULVER_HEADER_NAMES = 320,
	CULVER_HEADER_IN_PLACE,
};

static const struct option culver_header_options[] = {
    {"get", required_argument, NULL, CULVER_HEADER_GET},
    {"raw", no_argument, NULL, CULVER_HEADER_FORM + HEADER_FORM_RAW},
    {"unfolded", no_argument, NULL, CULVER_HEADER_FORM + HEADER_FORM_UNFOLDED},
    {"decoded", no_argument, NULL, CULVER_HEADER_FORM + HEADER_FORM_DECODED},
    {"first", no_argument, NULL, CULVER_HEADER_CHOICE + HEADER_CHOICE_FIRST},
    {"last", no_argument, NULL, CULVER_HEADER_CHOICE + HEADER_CHOICE_LAST},
    {"names", no_argument, NULL, CULVER_HEADER_NAMES},
    {"add", required_argument, NULL, CULVER_HEADER_EDIT + HEADER_WORK_ADD},
    {"append", required_argument, NULL, CULVER_HEADER_EDIT + HEADER_WORK_APPEND},
    {"add-missing", required_argument, NULL, CULVER_HEADER_EDIT + HEADER_WORK_ADD_MISSING},
    {"set", required_argument, NULL, CULVER_HEADER_EDIT + HEADER_WORK_SET},
    {"set-keep-old", required_argument, NULL, CULVER_HEADER_EDIT + HEADER_WORK_KEEP_OLD},
    {"delete", required_argument, NULL, CULVER_HEADER_EDIT + HEADER_WORK_DELETE},
    {"rename", required_argument, NULL, CULVER_HEADER_EDIT + HEADER_WORK_RENAME},
    {"keep-first", required_argument, NULL, CULVER_HEADER_EDIT + HEADER_WORK_KEEP_FIRST},
    {"keep-last", required_argument, NULL, CULVER_HEADER_EDIT + HEADER_WORK_KEEP_LAST},
    {"unfold", required_argument, NULL, CULVER_HEADER_EDIT + HEADER_WORK_UNFOLD},
    {"decode", required_argument, NULL, CULVER_HEADER_EDIT + HEADER_WORK_DECODE},
    {"in-place", no_argument, NULL, CULVER_HEADER_IN_PLACE},
    CULVER_MAIL_LINE_OPTIONS,
};

static const char culver_header_help[] =
    "usage: culver mail header --get NAME ... [options] [FILE|MAILDIR ...]\n"
    "       culver mail header EDIT ... [--in-place] [options] [FILE|MAILDIR ...]\n"
    "\n"
    "Prints fields of headers, or writes messages with their headers edited.\n"
    "A NAME may end with \"*\": all that begin so.\n"
    "\n"
    "      --get NAME          print this field; repeatable\n"
    "      --decoded           its value on one line, encoded words read (the default)\n"
    "      --unfolded          its value on one line, else as it is\n"
    "      --raw               the field's bytes\n"
    "      --first             of several fields of one name the first\n"
    "      --last              or the last\n"
    "      --names             \"Name: value\" also of one name\n"
    "      --add 'NAME: VALUE'          in front of all fields\n"
    "      --append 'NAME: VALUE'       behind all fields\n"
    "      --add-missing 'NAME: VALUE'  where there is no such field\n"
    "      --set 'NAME: VALUE'          in the place of those that are there\n"
    "      --set-keep-old 'NAME: VALUE' those that are there become Old-NAME\n"
    "      --delete NAME       all of that name\n"
    "      --rename OLD:NEW    give them another name\n"
    "      --keep-first NAME   only the first of that name stays\n"
    "      --keep-last NAME    only the last\n"
    "      --unfold NAME       on one line\n"
    "      --decode NAME       on one line, encoded words as UTF-8\n"
    "      --in-place          change the files of messages and Maildirs; else the result goes\n"
    "                          to standard output\n" CULVER_MAIL_LINE_HELP "\n"
    "Exit status: 0 done, 1 no such field, 64 usage, 66 cannot read, 74 cannot write, 75 later.\n";

struct culver_header {
	struct culver_mail_line line;
	struct header_request request;
	struct arena *arena;
	struct text *names;
	size_t name_count, name_capacity;
	struct header_work_edit *edits;
	size_t edit_count, edit_capacity;
};

static bool
culver_header_is_pattern(struct text name)
{
	if (name.size > 1 && name.data[name.size - 1] == '*')
		name.size--;
	return header_edit_is_name(name);
}

/* "NAME: VALUE", "OLD:NEW" or "NAME". */
static bool
culver_header_take_edit(struct culver_header *header, enum header_work_kind kind, const char *value,
    struct error *error)
{
	struct text rest = text_from_string(value);
	bool has_value = kind <= HEADER_WORK_KEEP_OLD || kind == HEADER_WORK_RENAME;
	bool has_colon = text_find_byte(rest, 0, ':') < rest.size;
	struct text name = has_value ? text_split(&rest, ':') : rest;
	bool is_name = has_value ? header_edit_is_name(name) : culver_header_is_pattern(name);

	if (has_value && !has_colon)
		return error_set(error, ERROR_INPUT, "\"%s\": write %s", value,
		    kind == HEADER_WORK_RENAME ? "OLD:NEW" : "NAME: VALUE");
	if (!is_name || (kind == HEADER_WORK_RENAME && !header_edit_is_name(text_trim(rest)))) {
		header_edit_check_name(TEXT(""), error);
		error_prefix(error, "\"%s\": ", value);
		return false;
	}
	header->edits = vector_grow(header->arena, header->edits, header->edit_count,
	    &header->edit_capacity, sizeof *header->edits);
	header->edits[header->edit_count++] =
	    (struct header_work_edit){.kind = kind, .name = name, .value = text_trim(rest)};
	return true;
}

static bool
culver_header_take_name(struct culver_header *header, const char *value, struct error *error)
{
	struct text name = text_from_string(value);

	if (text_has_suffix(name, TEXT(":")))
		name.size--;
	if (!culver_header_is_pattern(name)) {
		header_edit_check_name(TEXT(""), error);
		error_prefix(error, "--get \"%s\": ", value);
		return false;
	}
	header->names = vector_grow(header->arena, header->names, header->name_count,
	    &header->name_capacity, sizeof *header->names);
	header->request.shows_names |= header->name_count > 0 || name.data[name.size - 1] == '*';
	header->names[header->name_count++] = name;
	return true;
}

static bool
culver_header_take(struct culver_header *header, int option, const char *value, struct error *error)
{
	if (option >= CULVER_HEADER_EDIT && option <= CULVER_HEADER_EDIT + (int)HEADER_WORK_DECODE)
		return culver_header_take_edit(
		    header, (enum header_work_kind)(option - CULVER_HEADER_EDIT), value, error);
	if (option == CULVER_HEADER_GET)
		return culver_header_take_name(header, value, error);
	if (option >= CULVER_HEADER_FORM && option <= CULVER_HEADER_FORM + (int)HEADER_FORM_RAW)
		header->request.form = (enum header_form)(option - CULVER_HEADER_FORM);
	else if (option >= CULVER_HEADER_CHOICE &&
		 option <= CULVER_HEADER_CHOICE + (int)HEADER_CHOICE_LAST)
		header->request.choice = (enum header_choice)(option - CULVER_HEADER_CHOICE);
	else if (option == CULVER_HEADER_NAMES)
		header->request.shows_names = true;
	else if (option == CULVER_HEADER_IN_PLACE)
		header->request.in_place = true;
	else
		return culver_mail_line_take(&header->line, option, value, error);
	return true;
}

static int
culver_header_run(struct culver_header *header, int count, char **arguments)
{
	struct header_request *request = &header->request;

	if ((header->name_count == 0) == (header->edit_count == 0))
		return culver_mail_line_refuse(
		    &header->line, "give --get NAME, or an edit such as --set", NULL);
	if (request->in_place && (header->edit_count == 0 || optind == count))
		return culver_mail_line_refuse(
		    &header->line, "--in-place is for edits of files and Maildirs", NULL);
	request->paths = (const char *const *)arguments + optind;
	request->path_count = (size_t)(count - optind);
	request->source = header->line.source;
	request->colour = header->line.colour;
	request->is_json = header->line.is_json;
	request->is_quiet = header->line.is_quiet;
	request->names = header->names;
	request->name_count = header->name_count;
	request->edits = header->edits;
	request->edit_count = header->edit_count;
	return header_command_run(header->arena, request);
}

int
culver_mail_header(int count, char **arguments)
{
	struct arena arena;
	struct culver_header header = {.line = culver_mail_line_begin("header"), .arena = &arena};
	struct error error;
	int option, status = EX_OK;

	arena_init(&arena, NULL, 0);
	opterr = 0;
	while (status == EX_OK &&
	       (option = getopt_long(count, arguments, "qh", culver_header_options, NULL)) != -1)
		if (!culver_header_take(&header, option, optarg, &error))
			status = culver_mail_line_refuse(
			    &header.line, error.text, option == '?' ? arguments[optind - 1] : NULL);
	if (status == EX_OK && header.line.ends_here)
		status = culver_print(TEXT(culver_header_help));
	else if (status == EX_OK)
		status = culver_header_run(&header, count, arguments);
	arena_clear(&arena);
	return status;
}
