/*
 * HTML as the text that its reader sees, well enough to match and to summarise: tags go, block
 * elements become lines, white space is collapsed, character references (all named ones of HTML 5, with
 * and without the semicolon, and numeric ones) become characters; scripts, styles, comments, the head
 * but its title, and what is hidden (hidden, display:none, visibility:hidden, font-size:0, zero-size)
 * are left out; the address of a link stands behind its text in angle brackets, the alt text of an
 * image in its place. Piece by piece in constant memory, in time linear in the input; nothing in it is
 * ever fetched or run. Input and output are UTF-8.
 *
 * It never fails: what is not HTML is text. Nesting deeper than HTML_TEXT_DEPTH_MAX, names and
 * attribute values longer than HTML_TEXT_NAME_MAX and HTML_TEXT_VALUE_MAX are read as doc/tolerance.md
 * says (html-*).
 */
#ifndef MAIL_HTML_HTML_TEXT_H
#define MAIL_HTML_HTML_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

enum {
	HTML_TEXT_DEPTH_MAX = 512,
	HTML_TEXT_NAME_MAX = 64,
	HTML_TEXT_VALUE_MAX = 2048,
	HTML_TEXT_OUT_MIN = 8192,
};

struct html_text_facts {
	bool hides_text; /* some text was left out because it is hidden: a mark of spam */
	bool truncated;  /* a bound was reached */
	uint32_t links;
};

struct html_text;

/* The arena holds the state: less than 64 KiB. */
struct html_text *html_text_new(struct arena *arena);
/* As transfer_decoder_take(); `size` is at least HTML_TEXT_OUT_MIN. */
size_t html_text_take(
    struct html_text *html, struct text *input, bool is_last, char *out, size_t size);
struct html_text_facts html_text_facts(const struct html_text *html);

#endif
