/*
 * culver as reformime: its options, and one call of section_command_run().
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "handle/mail_output.h"
#include "handle/compat/section_command.h"
#include "handle/compat/word_codec.h"
#include "programs/compat_name.h"
#include "programs/culver.h"

enum { COMPAT_REFORMIME_ARENA_SIZE = 64 * 1024 };

static const char compat_reformime_help[] =
    "usage: reformime [-i] [-s SECTION,...] [-e | -x[PREFIX] | -X PROGRAM [ARGUMENT ...]]\n"
    "       reformime -d | -D | -V | -u | -r | -r7 | -r8 | -rU | -m [FILE ...]\n"
    "       reformime [-c CHARSET] -h HEADER | -H HEADER | -o TEXT | -O TEXT\n"
    "\n"
    "This is culver, called as reformime; see culver-compat(7). New scripts use \"culver mail\".\n"
    "\n"
    "  -i           what each section is and where it stands; else only the numbers\n"
    "  -s SECTION   only these sections: 1.1,1.2\n"
    "  -e           write the decoded content of the sections named by -s\n"
    "  -x[PREFIX]   save sections as PREFIX and their names; without PREFIX ask\n"
    "  -X PROGRAM   give each section to the program; the last option\n"
    "  -d -D        status and final (-D original) recipients of a delivery report\n"
    "  -V           check the structure: exit status 1 when it is bad\n"
    "  -u           fields and text in UTF-8, for searching\n"
    "  -r -rU       complete the MIME fields\n"
    "  -r7 -r8      the same, and recode to quoted-printable or to 8bit\n"
    "  -m [FILE]    a digest of the files, or of those named on standard input\n"
    "  -c CHARSET   where none is named; of -h and -H, of the text of -o and -O\n"
    "  -h -H        decode a header, a list of addresses\n"
    "  -o -O        encode a text, a list of addresses for a header\n"
    "\n"
    "Exit status: 0 done; 1 no such section, no report, a bad structure; 20 and more: that of a\n"
    "program; 64 usage; 74 cannot write; 75 later.\n";

struct compat_reformime {
	struct section_request request;
	char **arguments; /* the next one */
	bool ends;        /* what follows belongs to -X or -m */
};

static int
compat_reformime_refuse(const char *what, const char *argument)
{
	fprintf(stderr,
	    "reformime: %s \"%s\"; \"reformime --help\" shows the options; use \"culver mail "
	    "show\" "
	    "to list, \"culver mail parts --extract\" to extract, \"culver mail header\" and "
	    "\"culver mail text\" to decode\n",
	    what, argument);
	return EX_USAGE;
}

/* The rest of the argument, or the next one. */
static const char *
compat_reformime_value(struct compat_reformime *reformime, const char *rest)
{
	if (*rest != '\0')
		return rest;
	return *reformime->arguments != NULL ? *reformime->arguments++ : NULL;
}

static bool
compat_reformime_take_value(struct compat_reformime *reformime, char option, const char *rest)
{
	static const char word_options[] = "hHoO"; /* in the order of enum word_codec_job */
	struct section_request *request = &reformime->request;
	const char *value = compat_reformime_value(reformime, rest);

	if (value == NULL)
		return false;
	if (option == 's') {
		request->sections = text_from_string(value);
		return request->sections.size > 0;
	}
	if (option == 'c') {
		request->charset = text_from_string(value);
		return request->charset.size > 0;
	}
	request->job = SECTION_COMMAND_WORD;
	request->word_job = (int)(strchr(word_options, option) - word_options);
	request->word = text_from_string(value);
	return true;
}

static bool
compat_reformime_take_form(struct section_request *request, const char *rest)
{
	request->job = SECTION_COMMAND_STANDARD_FORM;
	if (strcmp(rest, "7") == 0)
		request->form.way = STANDARD_FORM_7BIT;
	else if (strcmp(rest, "8") == 0)
		request->form.way = STANDARD_FORM_8BIT;
	else if (*rest != '\0' && strcmp(rest, "U") != 0)
		return false;
	return true;
}

/* -i beats -e, as it always did. */
static void
compat_reformime_set_job(struct compat_reformime *reformime, enum section_command_job job)
{
	if (reformime->request.job != SECTION_COMMAND_FACTS)
		reformime->request.job = job;
}

static bool
compat_reformime_take_option(struct compat_reformime *reformime, const char *argument)
{
	static const struct {
		char option;
		enum section_command_job job;
	} jobs[] = {
	    {'i', SECTION_COMMAND_FACTS},
	    {'e', SECTION_COMMAND_CONTENT},
	    {'d', SECTION_COMMAND_REPORT},
	    {'D', SECTION_COMMAND_ORIGINAL_REPORT},
	    {'V', SECTION_COMMAND_CHECK},
	    {'u', SECTION_COMMAND_TEXT},
	};
	const char *rest = argument + 2;
	char option = argument[1];

	if (option != '\0' && strchr("schHoO", option) != NULL)
		return compat_reformime_take_value(reformime, option, rest);
	switch (option) {
	case 'r':
		return compat_reformime_take_form(&reformime->request, rest);
	case 'x':
		reformime->request.job = SECTION_COMMAND_FILES;
		reformime->request.prefix = *rest != '\0' ? rest : NULL;
		return true;
	case 'X':
	case 'm':
		reformime->request.job =
		    option == 'X' ? SECTION_COMMAND_PROGRAM : SECTION_COMMAND_DIGEST;
		reformime->request.arguments = reformime->arguments;
		reformime->ends = true;
		return *rest == '\0' && (option == 'm' || *reformime->arguments != NULL);
	default:
		break;
	}
	for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
		if (jobs[i].option != option)
			continue;
		compat_reformime_set_job(reformime, jobs[i].job);
		/* Options without a value may be joined: "-es1.2". */
		if (*rest == '\0')
			return true;
		return compat_reformime_take_option(reformime, rest - 1);
	}
	return false;
}

int
compat_name_reformime(int count, char **arguments)
{
	char first[COMPAT_REFORMIME_ARENA_SIZE];
	struct arena arena;
	int status = EX_OK;
	struct compat_reformime reformime = {.arguments = arguments + 1};
	struct section_request *request = &reformime.request;

	(void)count;
	while (status == EX_OK && *reformime.arguments != NULL && !reformime.ends) {
		const char *argument = *reformime.arguments++;
		if (strcmp(argument, "--help") == 0)
			return culver_print(TEXT(compat_reformime_help));
		if (*argument != '-')
			status = compat_reformime_refuse("unexpected argument", argument);
		else if (!compat_reformime_take_option(&reformime, argument))
			status = compat_reformime_refuse("unknown or incomplete option", argument);
	}
	if (status == EX_OK && request->job == SECTION_COMMAND_CONTENT &&
	    request->sections.size == 0)
		status = compat_reformime_refuse("name the sections with -s, for", "-e");
	if (status != EX_OK)
		return status;
	if (request->charset.size == 0)
		request->charset = mail_output_is_utf8_locale() ? TEXT("UTF-8") : TEXT("US-ASCII");
	request->form.charset = request->charset;
	request->form.program = TEXT("reformime (culver " CULVER_VERSION ")");
	compat_name_block_pipe_signal();
	arena_init(&arena, first, sizeof first);
	status = section_command_run(&arena, request);
	arena_clear(&arena);
	return status;
}
