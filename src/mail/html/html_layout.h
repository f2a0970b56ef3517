/*
 * Text as a reader meets it, set from pieces of HTML's text: white space collapsed, breaks and gaps
 * written when something follows them, characters that nobody sees left out. Which these are, and what
 * becomes of a no-break space or a zero-width joiner, is in doc/tolerance.md (html-invisible,
 * html-blank).
 */
#ifndef MAIL_HTML_HTML_LAYOUT_H
#define MAIL_HTML_HTML_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "base/utf8.h"
#include "mail/html/html_text.h"

enum { HTML_LAYOUT_MARKER_MAX = 16 };

enum html_gap { HTML_GAP_NONE, HTML_GAP_BLANK, HTML_GAP_CELL };

struct html_layout {
	/* Where the text goes; the caller sets it for each call, with room for three times the bytes
	 * given and 64 more. */
	char *out;
	size_t used;
	bool keeps_space; /* pre */
	bool is_hidden;   /* what comes is not seen */
	bool hides_text;  /* something that would have been seen was not */
	bool skips_line_end;
	/* The rest is its own. */
	bool is_begun;         /* something was written */
	bool has_return;       /* a CR, perhaps of CRLF */
	bool is_behind_wide;   /* the last character is of a script with joiners, or an emoji */
	bool is_recording;     /* the text of a link */
	bool is_record_cut;    /* it is longer than any address */
	unsigned lines, ended; /* line ends wanted, and line ends written last; 2: an empty line */
	enum html_gap gap;
	uint32_t joiner; /* waits for the character behind it; 0: none */
	size_t marker_size, held_size, record_size;
	char marker[HTML_LAYOUT_MARKER_MAX]; /* of a list */
	char held[UTF8_SEQUENCE_MAX];        /* the beginning of a character */
	char record[HTML_TEXT_VALUE_MAX];
};

void html_layout_init(struct html_layout *layout);
/* Text, in pieces that may end inside of a character; the last of them is followed by _end. */
void html_layout_put(struct html_layout *layout, struct text text);
void html_layout_end(struct html_layout *layout);
/* At least that many line ends: 1, a new line; 2, an empty one too. */
void html_layout_break(struct html_layout *layout, unsigned lines);
/* One line end more. */
void html_layout_line(struct html_layout *layout);
/* A new cell of a table's row. */
void html_layout_cell(struct html_layout *layout);
/* In front of the next text of the line; empty: nothing. */
void html_layout_mark(struct html_layout *layout, struct text marker);

void html_layout_begin_link(struct html_layout *layout);
/* Writes the address unless it is the text since the link began; up to HTML_TEXT_VALUE_MAX bytes of
 * it. */
void html_layout_end_link(struct html_layout *layout, struct text address);

/* At the end of all. */
void html_layout_finish(struct html_layout *layout);

#endif
