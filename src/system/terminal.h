/*
 * What a person looks at: whether a descriptor is a terminal, how wide, and whether it may be
 * coloured; texts in a style, safe to print. Bytes of mail and of rules never reach a terminal as
 * control characters.
 */
#ifndef SYSTEM_TERMINAL_H
#define SYSTEM_TERMINAL_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/text.h"

enum terminal_style {
	TERMINAL_PLAIN,
	TERMINAL_STRONG, /* bold: places, headings */
	TERMINAL_FAINT,  /* what is there for completeness */
	TERMINAL_BAD,    /* red: errors, failures, carets below them */
	TERMINAL_WARN,   /* magenta: warnings */
	TERMINAL_GOOD,   /* green: passed, done */
	TERMINAL_FOUND,  /* reversed: the matched bytes inside a text */
};

struct terminal {
	bool is_terminal;
	bool has_colour;  /* a terminal, TERM is not "dumb", NO_COLOR is empty or unset */
	unsigned columns; /* 80 when it is not known */
};

enum terminal_colour { TERMINAL_COLOUR_AUTO, TERMINAL_COLOUR_ALWAYS, TERMINAL_COLOUR_NEVER };

/* Looks at the descriptor and at the environment once. `colour` is what the user asked for. */
struct terminal terminal_look(int descriptor, enum terminal_colour colour);

/* "auto", "always", "never"; false for another word. */
bool terminal_parse_colour(struct text word, enum terminal_colour *colour_out);

/* Appends the text, control characters and bytes that are not UTF-8 as "?" (a tab as it is),
 * between the escape sequences of the style where the terminal has colour. */
void terminal_append(struct buffer *buffer, const struct terminal *terminal,
    enum terminal_style style, struct text text);

#endif
