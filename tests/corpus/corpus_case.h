/*
 * The files of reading cases (tests/corpus/reading/): messages with what a reader should see of them.
 *
 *	case NAME
 *	why: the section of a standard, or the program that does it
 *	|Subject: x			a line of the message
 *	*1000 |--b\#			a line that stands there a thousand times
 *	tree: text/plain		what is expected: WORD [ARGUMENT]: VALUE
 *
 * Escapes, in lines and values: \n \r \t \0 \s (a blank) \\ \xNN \uNNNN (in UTF-8); in lines also \c (at the
 * end: no line end), \# and \@ (the number of the repetition, from 1 and from 0). '#' begins a comment.
 */
#ifndef TESTS_CORPUS_CORPUS_CASE_H
#define TESTS_CORPUS_CORPUS_CASE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"

enum { CORPUS_EXPECTATIONS_MAX = 64, CORPUS_MESSAGE_MAX = 256 << 20 };

struct corpus_expectation {
	struct text word, argument; /* "part", "1.2 name"; the argument may be empty */
	struct text value;          /* escapes resolved */
};

struct corpus_case {
	struct text name, why, message;
	struct corpus_expectation expectations[CORPUS_EXPECTATIONS_MAX];
	size_t count;
};

/* The file, mapped for the life of the process; ends the program when it cannot be read. */
struct text corpus_file_read(const char *path);

/* Takes the next case from the front of *rest; false at the end. Ends the program, with the line, where a
 * file does not follow its form. */
bool corpus_case_next(struct arena *arena, struct text *rest, struct corpus_case *case_out);

#endif
