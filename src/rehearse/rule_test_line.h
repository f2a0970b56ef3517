/*
 * The lines of a file of rule tests, and how bytes are written in them (culver-test(1)): a word, an
 * argument to the end of the line or in double quotes, and the lines between <<WORD and WORD.
 * Nothing is copied but what had escapes.
 */
#ifndef REHEARSE_RULE_TEST_LINE_H
#define REHEARSE_RULE_TEST_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

/* Where the reading stands. `rest` is what is left of the current line, without its line end and
 * the blanks before it; `position` is the byte behind that line. */
struct rule_test_line {
	struct arena *arena;
	struct text file; /* its name, for errors */
	struct text source;
	size_t start, position; /* bytes */
	struct text rest;
	unsigned number; /* of the line, from 1 */
};

/* Bytes that a test brings, or the file that holds them. */
enum rule_test_source_form { RULE_TEST_SOURCE_NONE, RULE_TEST_SOURCE_BYTES, RULE_TEST_SOURCE_FILE };

struct rule_test_source {
	enum rule_test_source_form form;
	struct text text; /* the bytes; the name as it is written */
};

void rule_test_line_init(
    struct rule_test_line *line, struct arena *arena, struct text file, struct text source);

/* Goes to the next line that is neither empty nor a comment ("#" first); false at the end. */
bool rule_test_line_next(struct rule_test_line *line);

/* The column, from 1, at which `rest` begins. */
unsigned rule_test_line_column(const struct rule_test_line *line);
/* Fills the error with "FILE:LINE:COLUMN: what"; the column is that of `rest`. Always false. */
bool rule_test_line_refuse(const struct rule_test_line *line, struct error *error,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The bytes up to a blank; empty at the line's end. The blanks behind it are skipped. */
struct text rule_test_line_word(struct rule_test_line *line);
/* A word, or a text in double quotes with the escapes \n \r \t \\ \" \xHH. Empty only in quotes:
 * else an error that says "expected WHAT". */
bool rule_test_line_quoted_word(
    struct rule_test_line *line, const char *what, struct text *text_out, struct error *error);
/* All that is left of the line, or one text in double quotes with nothing behind it; an empty rest
 * is an error as above. */
bool rule_test_line_argument(
    struct rule_test_line *line, const char *what, struct text *text_out, struct error *error);
/* Nothing may be left of the line. */
bool rule_test_line_end(struct rule_test_line *line, struct error *error);
/* FILE, "<<WORD" or "escaped <<WORD" with the lines behind it, which are read too. */
bool rule_test_line_source(struct rule_test_line *line, const char *what,
    struct rule_test_source *source_out, struct error *error);

/* Appends the text as rule_test_line_argument() reads it: in quotes only where it has to be. */
void rule_test_line_append_argument(struct buffer *out, struct text text);
/* The same as rule_test_line_quoted_word() reads it. */
void rule_test_line_append_word(struct buffer *out, struct text text);

#endif
