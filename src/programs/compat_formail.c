/*
 * culver as formail: its options, and one call of mail_format_run(). Options may be joined ("-czx To:"),
 * numbers need no letter ("+1 -5"), and everything behind -s is the program.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/number.h"
#include "handle/compat/mail_format.h"
#include "programs/compat_name.h"
#include "programs/culver.h"

enum { COMPAT_FORMAIL_ARENA_SIZE = 32 * 1024, COMPAT_FORMAIL_FIELDS = 2 /* -m's default */ };

static const char compat_formail_help[] =
    "usage: formail [+SKIP] [-TOTAL] [-bczfrktedqBY] [-p PREFIX] [-D SIZE FILE] [-l FOLDER]\n"
    "               [-xXaAiIuU FIELD] [-R OLD NEW] [-n [MAXIMUM]] [-m FIELDS]\n"
    "               [-s [PROGRAM [ARGUMENT ...]]]\n"
    "       formail -v | -h\n"
    "\n"
    "This is culver, called as formail; see culver-compat(7). New scripts use \"culver mail\".\n"
    "\n"
    "  -b           leave \"From \" at the start of lines as it is\n"
    "  -p PREFIX    quote with this instead of \">\"\n"
    "  -Y           do not believe Content-Length\n"
    "  -c           unfold the fields of the header\n"
    "  -z           a blank behind each name; no empty fields; -x without blanks around\n"
    "  -f           add no From_ line\n"
    "  -r           make the header of a reply; fields to be kept are named with -i\n"
    "  -k           keep the body, with -r, -x and -X\n"
    "  -t           reply to whom the header names\n"
    "  -l FOLDER    a summary as procmail logs it\n"
    "  -D SIZE FILE exit status 0: seen before; with -s leave out what was\n"
    "  -x FIELD     write the values of these fields only\n"
    "  -X FIELD     write these fields only\n"
    "  -a FIELD     add it if there is none\n"
    "  -A FIELD     add it\n"
    "  -i FIELD     add it and rename those that are there to Old-...\n"
    "  -I FIELD     add it and remove those that are there\n"
    "  -u FIELD     keep the first\n"
    "  -U FIELD     keep the last\n"
    "  -R OLD NEW   rename\n"
    "  -s [PROGRAM] split, and give each message to the program; the last option\n"
    "  +SKIP -TOTAL with -s: leave out the first SKIP, write at most TOTAL\n"
    "  -n [MAXIMUM] with -s: so many programs at a time\n"
    "  -e           with -s: a message may begin behind any line\n"
    "  -d           with -s: digests and articles, too\n"
    "  -m FIELDS    with -s: so many fields make a header; else 2\n"
    "  -B           with -s: the input is a BABYL file\n"
    "  -q[-]        be quiet, which is the default; -q- is not\n"
    "  -v -h        version; this text\n"
    "\n"
    "Exit status: 0 done, or seen before; 1 new; 64 usage; 67 nobody to reply to; 69 no program;\n"
    "73 the memory of -D cannot be used; 74 cannot write; 75 later; that of a program.\n";

struct compat_formail {
	struct arena *arena;
	struct mail_format_request request;
	char **arguments; /* the next one */
	uint64_t fields;  /* -m */
	bool asks_resent; /* -a Resent- */
	bool trusts;      /* -t */
	bool is_parallel;
};

/* What stands behind an option's letter: the rest of its argument, or the next one. */
static const char *
compat_formail_value(struct compat_formail *formail, const char *rest)
{
	if (*rest != '\0')
		return rest;
	return *formail->arguments != NULL ? *formail->arguments++ : NULL;
}

static int
compat_formail_refuse(const char *what, const char *argument)
{
	fprintf(stderr,
	    "formail: %s \"%s\"; \"formail -h\" shows the options; \"culver mail header\", "
	    "\"culver "
	    "mail split\" and \"culver mail reply\" have more\n",
	    what, argument);
	return EX_USAGE;
}

/* The field of an option: one with its colon, or only the beginning of a name where that is allowed. */
static bool
compat_formail_parse_field(
    struct compat_formail *formail, char option, const char *value, struct field *field_out)
{
	struct field_name name = field_name_parse(text_from_string(value));

	field_out->bytes = arena_format(formail->arena, "%s\n", value);
	field_out->name_size = name.size;
	if (name.is_complete || option == 'R')
		return true;
	return option != 'A' && option != 'a' && name.size == strlen(value);
}

/* -R: the new name behind the old one, in the same argument or in the next. */
static bool
compat_formail_parse_rename(struct compat_formail *formail, struct field *field)
{
	bool is_complete = field_name_parse(field->bytes).is_complete;
	struct text rest = text_trim(field_get_value(field));
	bool is_own = rest.size == 0;

	if (is_own && *formail->arguments == NULL)
		return false;
	if (is_own)
		rest = text_from_string(*formail->arguments++);
	struct field_name name = field_name_parse(rest);
	field->other_name = text_slice(rest, 0, name.size);
	return (name.is_complete || !is_complete) && (name.size > 0 || (is_own && rest.size == 0));
}

static bool
compat_formail_take_field(struct compat_formail *formail, char option, const char *rest)
{
	struct field_work *work = &formail->request.work;
	const struct {
		char option;
		struct field_list *list;
	} lists[] = {
	    {'x', &work->extract_value},
	    {'X', &work->extract_field},
	    {'a', &work->add_missing},
	    {'A', &work->add},
	    {'i', &work->keep_old},
	    {'I', &work->replace},
	    {'u', &work->first_unique},
	    {'U', &work->last_unique},
	    {'R', &work->rename},
	};
	const char *value = compat_formail_value(formail, rest);
	struct field field = {.name_size = 0};

	if (value == NULL)
		return false;
	if (option == 'a' && text_is_equal_nocase(text_from_string(value), TEXT("Resent-"))) {
		formail->asks_resent = true;
		return true;
	}
	if (!compat_formail_parse_field(formail, option, value, &field) ||
	    (option == 'R' && !compat_formail_parse_rename(formail, &field)))
		return false;
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (lists[i].option == option)
			field_list_add(formail->arena, lists[i].list, field);
	return true;
}

/* The digits in front; false: none, or too many. */
static bool
compat_formail_take_number(const char **rest, uint64_t *number_out)
{
	size_t digits = strspn(*rest, "0123456789");
	struct text number = {*rest, digits};

	*rest += digits;
	return number_parse_unsigned(number, INT32_MAX, number_out);
}

/* Options with a value of their own kind. False: the value is missing or wrong. */
static bool
compat_formail_take_value(struct compat_formail *formail, char option, const char **rest)
{
	struct mail_format_request *request = &formail->request;
	uint64_t number = 0;
	const char *value;

	if (option == 'n') {
		formail->is_parallel = true;
		if (**rest == '\0' && *formail->arguments != NULL &&
		    strspn(*formail->arguments, "0123456789") > 0)
			*rest = *formail->arguments++;
		if (!text_is_digit(**rest))
			return true;
		if (!compat_formail_take_number(rest, &number))
			return false;
		request->program.maximum = (unsigned)number;
		return true;
	}
	value = compat_formail_value(formail, *rest);
	*rest = "";
	if (value == NULL)
		return false;
	switch (option) {
	case 'p':
		request->quote = text_from_string(value);
		return true;
	case 'l':
		request->log_name =
		    arena_format(formail->arena, "%.*s", (int)MAIL_FORMAT_LOG_NAME_MAX, value).data;
		return true;
	case 'm':
		*rest = value;
		return compat_formail_take_number(rest, &formail->fields);
	default: /* 'D' */
		if (!compat_formail_take_number(&value, &request->memory_size))
			return false;
		request->memory = compat_formail_value(formail, value);
		return request->memory != NULL;
	}
}

static bool
compat_formail_take_flag(struct compat_formail *formail, char option, const char **rest)
{
	struct mail_format_request *request = &formail->request;
	const struct {
		char option;
		bool *flag;
	} flags[] = {
	    {'b', &request->keeps_from},
	    {'Y', &request->ignores_length},
	    {'c', &request->work.unfolds},
	    {'z', &request->work.tidies},
	    {'f', &request->keeps_form},
	    {'r', &request->work.replies},
	    {'k', &request->keeps_body},
	    {'t', &formail->trusts},
	    {'e', &request->boundary.any_line},
	    {'d', &request->boundary.digest},
	    {'B', &request->is_babyl},
	};

	if (option == 'q') {
		request->is_loud = **rest == '-';
		*rest += request->is_loud;
		return true;
	}
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (flags[i].option != option)
			continue;
		*flags[i].flag = true;
		if (option == 'B')
			request->boundary.any_line = request->boundary.digest = true;
		return true;
	}
	return false;
}

/* An argument with options; EX_OK, or the exit status. */
static int
compat_formail_take(struct compat_formail *formail, const char *argument)
{
	struct mail_format_request *request = &formail->request;
	const char *rest = argument + 1;

	if (*argument == '+')
		return compat_formail_take_number(&rest, &request->skip) && *rest == '\0'
			   ? EX_OK
			   : compat_formail_refuse("not a number behind", argument);
	while (*rest != '\0') {
		char option = *rest++;
		if (text_is_digit(option)) {
			rest--;
			if (!compat_formail_take_number(&rest, &request->total))
				return compat_formail_refuse("not a number in", argument);
		} else if (option == 's') {
			if (*rest != '\0')
				return compat_formail_refuse(
				    "-s is the last option; a blank belongs behind it:", argument);
			request->splits = true;
		} else if (strchr("nplmD", option) != NULL) {
			if (!compat_formail_take_value(formail, option, &rest))
				return compat_formail_refuse(
				    "a value is missing or wrong:", argument);
		} else if (strchr("xXaAiIuUR", option) != NULL) {
			if (!compat_formail_take_field(formail, option, rest))
				return compat_formail_refuse("Invalid field-name in", argument);
			break;
		} else if (!compat_formail_take_flag(formail, option, &rest)) {
			return compat_formail_refuse("unknown option", argument);
		}
	}
	return EX_OK;
}

/* What may not stand together. */
static int
compat_formail_finish(struct compat_formail *formail)
{
	struct mail_format_request *request = &formail->request;
	bool only_splits = request->skip > 0 || request->total != UINT64_MAX ||
			   formail->is_parallel || request->boundary.any_line ||
			   request->boundary.digest || formail->fields > 0;

	request->boundary.fields = formail->fields > 0 ? formail->fields : COMPAT_FORMAIL_FIELDS;
	request->program.is_parallel = formail->is_parallel;
	if (!request->splits && only_splits)
		return compat_formail_refuse("only together with -s:", "+N -N -n -e -d -m -B");
	if (field_work_extracts(&request->work) && request->log_name != NULL)
		return compat_formail_refuse("not together with -x or -X:", "-l");
	if (request->keeps_body && !request->work.replies && !field_work_extracts(&request->work))
		return compat_formail_refuse("only together with -r, -x or -X:", "-k");
	if (formail->asks_resent && !formail->trusts)
		return compat_formail_refuse("only together with -rt:", "-a Resent-");
	if (request->work.replies && formail->trusts)
		request->sender =
		    formail->asks_resent ? SENDER_CHOICE_RESENT : SENDER_CHOICE_HEADER;
	return EX_OK;
}

int
compat_name_formail(int count, char **arguments)
{
	char first[COMPAT_FORMAIL_ARENA_SIZE];
	struct arena arena;
	int status = EX_OK;

	(void)count;
	arena_init(&arena, first, sizeof first);
	struct compat_formail formail = {
	    .arena = &arena,
	    .arguments = arguments + 1,
	    .request = {.quote = TEXT(">"), .total = UINT64_MAX},
	};
	while (status == EX_OK && *formail.arguments != NULL && !formail.request.splits) {
		const char *argument = *formail.arguments++;
		if (strcmp(argument, "-v") == 0)
			return culver_print(TEXT("formail (culver " CULVER_VERSION ")\n"));
		if (strcmp(argument, "-?") == 0 || culver_is_help(argument))
			return culver_print(TEXT(compat_formail_help));
		status = *argument == '-' || *argument == '+'
			     ? compat_formail_take(&formail, argument)
			     : compat_formail_refuse("unexpected argument", argument);
	}
	if (status == EX_OK)
		status = compat_formail_finish(&formail);
	if (status == EX_OK) {
		compat_name_block_pipe_signal();
		formail.request.program.arguments = formail.arguments;
		split_program_init(&arena, &formail.request.program, environ);
		status = mail_format_run(&arena, &formail.request);
	}
	arena_clear(&arena);
	return status;
}
