/*
 * HTML cut into tags and text, after the tokenization of HTML 5 (WHATWG HTML, section 13.2.5): piece by
 * piece, in constant memory, each byte looked at a fixed number of times. Comments, declarations,
 * scripts and styles give nothing; character references are text, where they count. What is cut off by
 * the end of the input inside of a tag or a comment is left out, as browsers do.
 */
#ifndef MAIL_HTML_HTML_TOKEN_H
#define MAIL_HTML_HTML_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "mail/html/html_entity.h"
#include "mail/html/html_tag.h"
#include "mail/html/html_text.h"

enum html_token {
	HTML_TOKEN_NONE, /* all input is used up */
	HTML_TOKEN_TEXT, /* some bytes of text, at most HTML_TOKEN_TEXT_MAX */
	HTML_TOKEN_TAG,
};

enum { HTML_TOKEN_TEXT_MAX = 512, HTML_TOKEN_GIVEN_MAX = 48 };

enum html_state {
	HTML_STATE_DATA,
	HTML_STATE_TAG_OPEN,     /* behind "<" */
	HTML_STATE_END_TAG_OPEN, /* behind "</" */
	HTML_STATE_TAG_NAME,
	HTML_STATE_BEFORE_NAME, /* of an attribute */
	HTML_STATE_NAME,
	HTML_STATE_AFTER_NAME,
	HTML_STATE_BEFORE_VALUE,
	HTML_STATE_VALUE, /* up to `quote`, 0: not quoted */
	HTML_STATE_AFTER_VALUE,
	HTML_STATE_SELF_CLOSING,
	HTML_STATE_MARKUP,      /* behind "<!" */
	HTML_STATE_MARKUP_DASH, /* behind "<!-" */
	HTML_STATE_BOGUS,       /* ends with the next ">" */
	HTML_STATE_COMMENT_START,
	HTML_STATE_COMMENT_START_DASH,
	HTML_STATE_COMMENT,
	HTML_STATE_COMMENT_DASH,
	HTML_STATE_COMMENT_END,
	HTML_STATE_COMMENT_BANG,
	HTML_STATE_RAW,     /* inside of script, style, title ... */
	HTML_STATE_RAW_TAG, /* there, behind "<" */
	HTML_STATE_REFERENCE,
	HTML_STATE_NUMBER,
};

/* Where a script is (HTML 5, "script data escaped state"). */
enum html_script { HTML_SCRIPT_PLAIN, HTML_SCRIPT_ESCAPED, HTML_SCRIPT_TWICE };

struct html_tokenizer {
	struct html_tag tag; /* of HTML_TOKEN_TAG, until the next call */
	bool truncated;      /* a name or a value that counts was longer than its bound */
	/* The rest is the tokenizer's own. */
	enum html_state state, return_state; /* where a reference goes back to */
	enum html_element_id raw;            /* HTML_ELEMENTS: the content is markup */
	enum html_script script;
	unsigned dashes; /* in a script, just read; at most 2 */
	char quote;
	bool is_raw_end; /* the tag in raw text is an end tag */
	bool is_number_hex, has_digit;
	uint32_t number;
	size_t held_size, name_size, value_size, given_size;
	bool is_name_cut, is_value_cut;
	char held[HTML_TOKEN_GIVEN_MAX];  /* what may begin a reference or a tag */
	char given[HTML_TOKEN_GIVEN_MAX]; /* text that is no piece of the input */
	char name[HTML_TEXT_NAME_MAX];    /* of the tag, then of the attribute */
	char value[HTML_TEXT_VALUE_MAX];
};

/* All zero but what this sets. */
void html_tokenizer_init(struct html_tokenizer *tokenizer);

/* The next token. Text is borrowed from the input or the tokenizer, until the next call, and may end
 * in the middle of a character. Reads from the front of *input; `is_last`: no more will come. */
enum html_token html_token_next(
    struct html_tokenizer *tokenizer, struct text *input, bool is_last, struct text *text_out);

#endif
