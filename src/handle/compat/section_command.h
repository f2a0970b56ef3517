/*
 * What reformime does with the message on standard input.
 */
#ifndef HANDLE_COMPAT_SECTION_COMMAND_H
#define HANDLE_COMPAT_SECTION_COMMAND_H

#include "handle/compat/standard_form.h"

enum section_command_job {
	SECTION_COMMAND_NUMBERS,
	SECTION_COMMAND_FACTS,
	SECTION_COMMAND_CONTENT,
	SECTION_COMMAND_FILES,
	SECTION_COMMAND_PROGRAM,
	SECTION_COMMAND_REPORT,
	SECTION_COMMAND_ORIGINAL_REPORT,
	SECTION_COMMAND_CHECK,
	SECTION_COMMAND_STANDARD_FORM,
	SECTION_COMMAND_TEXT,
	SECTION_COMMAND_DIGEST,
	SECTION_COMMAND_WORD,
};

struct section_request {
	enum section_command_job job;
	struct text sections;   /* "1.1,1.3"; empty: all */
	const char *prefix;     /* of files; NULL: the terminal is asked */
	char *const *arguments; /* the program, or the digest's messages */
	struct standard_form form;
	int word_job; /* enum word_codec_job */
	struct text word, charset;
};

enum { SECTION_COMMAND_FAILED = 1 };

/* The exit status: 0; 1 there is no such section or report, or the structure is bad; 20 and more that of a
 * program; 74 cannot write. */
int section_command_run(struct arena *arena, const struct section_request *request);

#endif
