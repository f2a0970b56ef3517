/*
 * The grammar of culver.conf, without the meaning of names:
 *
 *	file	= { blanks [ name blanks "=" blanks value ] blanks [ "#" comment ] line-end }
 *	name	= letter { letter | digit | "_" }		(lower case)
 *	value	= bare | quoted
 *	bare	= bytes to the end of the line or to a "#" with a blank before it, without blanks
 *		  around; no quote in it, no "#" without a blank before it
 *	quoted	= """ { byte | \" | \\ | \n } """
 *
 * Bytes are UTF-8 without NUL and without control characters but tab and line ends.
 */
#ifndef CONFIG_SETTINGS_FILE_H
#define CONFIG_SETTINGS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

struct settings_file {
	struct arena *arena;
	const char *path;
	struct text bytes;
	size_t position;   /* the next byte */
	size_t line_start; /* of the current line */
	unsigned line;     /* its number, from 1 */
	bool failed;
};

/* One "name = value". */
struct settings_file_entry {
	struct text name;
	struct text value; /* without its quotes; borrows from the bytes, or lives in the arena */
	unsigned line;
	size_t name_position, value_position; /* for settings_file_fail() */
};

/* Checks the bytes as a whole. On an error (`failed` is set) there are no entries. */
bool settings_file_init(struct settings_file *file, struct arena *arena, const char *path,
    struct text bytes, struct error *error);
/* The next entry; false at the end, and with `failed` set and an error where the grammar is broken.
 */
bool settings_file_next(
    struct settings_file *file, struct settings_file_entry *entry_out, struct error *error);
/* Puts "path:line:column: " in front of the error, for a place on the current line. Returns false.
 * A column is a character, counted from 1. */
bool settings_file_fail(struct settings_file *file, size_t position, struct error *error);

/* Appends the value as the file has it: bare where that reads back as the same value, else in
 * quotes. */
void settings_file_format(struct buffer *buffer, struct text value);

#endif
