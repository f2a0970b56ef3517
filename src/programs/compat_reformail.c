/*
 * culver as reformail: its options, and one call of mail_reformat_run(). Each argument is one option, whose
 * value stands behind its letter or in the next argument; the first that is no option ends them.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/number.h"
#include "handle/compat/mail_reformat.h"
#include "programs/compat_name.h"
#include "programs/culver.h"

enum { COMPAT_REFORMAIL_ARENA_SIZE = 32 * 1024 };

static const char compat_reformail_help[] =
    "usage: reformail [-aAiI 'NAME: VALUE'] [-uUxX NAME:] [-R OLD: NEW:] [-c] [-d[0|1]] [-f 0|1]\n"
    "       reformail -D SIZE FILE\n"
    "       reformail -s PROGRAM [ARGUMENT ...]\n"
    "       reformail -h\n"
    "\n"
    "This is culver, called as reformail; see culver-compat(7). New scripts use \"culver mail\".\n"
    "\n"
    "  -a FIELD     add it if there is none; an empty Message-ID gets a value\n"
    "  -A FIELD     add it; an empty Message-ID gets a value\n"
    "  -i FIELD     add it and rename those that are there to Old-...\n"
    "  -I FIELD     add it, unless it is empty, and remove those that are there\n"
    "  -u NAME:     keep the first\n"
    "  -U NAME:     keep the last, at the end of the header\n"
    "  -R OLD: NEW: rename\n"
    "  -x NAME:     write the values of these fields only\n"
    "  -X NAME:     write these fields only\n"
    "  -c           unfold the fields of the header\n"
    "  -d1  -d0     lines end in CR LF; in LF, which is the default\n"
    "  -f0          a From_ line becomes a Return-Path field\n"
    "  -f1          add a From_ line if there is none, and quote those of the body\n"
    "  -D SIZE FILE exit status 0: the message's identifier was seen before; 1: it was not\n"
    "  -s PROGRAM   split a mailbox, and give each message to the program\n"
    "\n"
    "Exit status: 0 done, or seen before; 1 new; 64 usage; 69 no program; 74 cannot write; 75 "
    "later\n"
    "(with -D: the file cannot be used); with -s that of a program that failed.\n";

struct compat_reformail {
	struct arena *arena;
	struct mail_reformat_request request;
	char **arguments; /* the next one */
	bool is_at_end;   /* of the options */
	bool has_others;  /* than -D and -s */
};

static int
compat_reformail_refuse(const char *what, const char *argument)
{
	fprintf(stderr,
	    "reformail: %s \"%s\"; \"reformail -h\" shows the options; \"culver mail header\", "
	    "\"culver mail split\" and \"culver mail dedupe\" have more\n",
	    what, argument);
	return EX_USAGE;
}

static void
compat_reformail_warn(const char *what, const char *argument)
{
	fprintf(stderr, "reformail: %s \"%s\"\n", what, argument);
}

/* What stands behind an option's letter, or the next argument; NULL: nothing. */
static const char *
compat_reformail_value(struct compat_reformail *reformail, const char *rest)
{
	if (*rest == '\0' && *reformail->arguments != NULL)
		rest = *reformail->arguments++;
	return *rest != '\0' ? rest : NULL;
}

/* A field, whose name ends with its colon. */
static struct field
compat_reformail_parse_field(struct compat_reformail *reformail, const char *value)
{
	struct text text = text_from_string(value);
	size_t colon = text_find_byte(text, 0, ':');
	struct field field = {.bytes = arena_format(reformail->arena, "%s\n", value)};

	field.name_size = colon < text.size ? colon + 1 : 0;
	return field;
}

static bool
compat_reformail_take_field(struct compat_reformail *reformail, char option, const char *rest)
{
	struct field_work *work = &reformail->request.work;
	const struct {
		char option;
		bool is_name; /* only a name is asked for */
		struct field_list *list;
	} lists[] = {
	    {'x', true, &work->extract_value},
	    {'X', true, &work->extract_field},
	    {'u', true, &work->first_unique},
	    {'U', true, &work->last_unique},
	    {'a', false, &work->add_missing},
	    {'A', false, &work->add},
	    {'i', false, &work->keep_old},
	    {'I', false, &work->replace},
	    {'R', false, &work->rename},
	};
	const char *value = compat_reformail_value(reformail, rest);

	if (value == NULL)
		return false;
	struct field field = compat_reformail_parse_field(reformail, value);
	if (option == 'R') {
		struct text name =
		    text_from_string(*reformail->arguments != NULL ? *reformail->arguments++ : "");
		field.other_name = name;
		if (text_find_byte(name, 0, ':') + 1 != name.size ||
		    field.bytes.size != field.name_size + 1)
			return false;
	}
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		if (lists[i].option != option)
			continue;
		if (field.name_size == 0 && !lists[i].is_name)
			return false;
		if (field.name_size == 0)
			compat_reformail_warn("no field has a name without a colon:", value);
		field_list_add(reformail->arena, lists[i].list, field);
	}
	return true;
}

static bool
compat_reformail_take_memory(struct compat_reformail *reformail, const char *rest)
{
	struct mail_reformat_request *request = &reformail->request;
	const char *size = compat_reformail_value(reformail, rest);

	if (size == NULL || *reformail->arguments == NULL)
		return false;
	request->memory = *reformail->arguments++;
	return number_parse_unsigned(text_from_string(size), INT32_MAX, &request->memory_size);
}

/* An argument; EX_OK, or the exit status. */
static int
compat_reformail_take(struct compat_reformail *reformail, const char *argument)
{
	struct mail_reformat_request *request = &reformail->request;
	const char *rest = argument + 2, *value;
	char option = argument[1];

	reformail->has_others |= option != 'D' && option != 's';
	if (option != '\0' && strchr("xXuUaAiIR", option) != NULL)
		return compat_reformail_take_field(reformail, option, rest)
			   ? EX_OK
			   : compat_reformail_refuse("a name with its colon belongs to", argument);
	switch (option) {
	case 'c':
		request->work.unfolds = true;
		if (*rest != '\0')
			compat_reformail_warn("only its first letter counts:", argument);
		return EX_OK;
	case 'd':
		request->line_end = *rest == '0' ? TEXT("\n") : TEXT("\r\n");
		return EX_OK;
	case 'f':
		value = compat_reformail_value(reformail, rest);
		request->from_line = value == NULL || *value == '0'
					 ? MAIL_REFORMAT_FROM_LINE_TO_RETURN_PATH
					 : MAIL_REFORMAT_FROM_LINE_ADD;
		return EX_OK;
	case 'D':
		return compat_reformail_take_memory(reformail, rest)
			   ? EX_OK
			   : compat_reformail_refuse("a size and a file belong behind", argument);
	case 's':
		request->splits = reformail->is_at_end = true;
		return *rest == '\0' && *reformail->arguments != NULL
			   ? EX_OK
			   : compat_reformail_refuse("a program belongs behind", argument);
	default:
		return compat_reformail_refuse("unknown option", argument);
	}
}

static int
compat_reformail_parse(struct compat_reformail *reformail)
{
	int status = EX_OK;

	while (status == EX_OK && !reformail->is_at_end && *reformail->arguments != NULL) {
		const char *argument = *reformail->arguments;
		if (*argument != '-') {
			compat_reformail_warn("ignored from here on:", argument);
			break;
		}
		reformail->arguments++;
		status = compat_reformail_take(reformail, argument);
	}
	if (status == EX_OK && reformail->request.memory != NULL &&
	    (reformail->has_others || reformail->request.splits))
		status = compat_reformail_refuse("no other option stands with", "-D");
	return status;
}

int
compat_name_reformail(int count, char **arguments)
{
	char first[COMPAT_REFORMAIL_ARENA_SIZE];
	struct arena arena;

	(void)count;
	if (arguments[1] != NULL &&
	    (strcmp(arguments[1], "-h") == 0 || culver_is_help(arguments[1])))
		return culver_print(TEXT(compat_reformail_help));
	arena_init(&arena, first, sizeof first);
	struct compat_reformail reformail = {
	    .arena = &arena,
	    .arguments = arguments + 1,
	    .request = {.line_end = TEXT("\n"), .program = {.only_digits = true}},
	};
	int status = compat_reformail_parse(&reformail);
	if (status == EX_OK) {
		compat_name_block_pipe_signal();
		reformail.request.program.arguments = reformail.arguments;
		split_program_init(&arena, &reformail.request.program, environ);
		status = mail_reformat_run(&arena, &reformail.request);
	}
	arena_clear(&arena);
	return status;
}
