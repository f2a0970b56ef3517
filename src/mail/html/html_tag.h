/*
 * A tag of HTML with what counts of its attributes. The attributes of a start tag are read one by one,
 * and nothing is kept of those that mean nothing to a reader of text; of several with one name the
 * first counts, as HTML says.
 */
#ifndef MAIL_HTML_HTML_TAG_H
#define MAIL_HTML_HTML_TAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "mail/html/html_element.h"
#include "mail/html/html_text.h"

/* What a style says of a property that its children inherit. */
enum html_setting {
	HTML_SETTING_NONE,
	HTML_SETTING_ON,  /* font-size is zero, visibility is hidden, white space is kept */
	HTML_SETTING_OFF, /* it is not */
};

struct html_style {
	bool is_not_displayed; /* display:none */
	bool is_transparent;   /* opacity:0 */
	bool is_empty;         /* width, height or their maximum is zero */
	bool is_clipped;       /* overflow is not visible */
	enum html_setting zero_font, invisible, keeps_space;
};

enum html_attribute {
	HTML_ATTRIBUTE_ALT,
	HTML_ATTRIBUTE_CHARSET,
	HTML_ATTRIBUTE_CONTENT,
	HTML_ATTRIBUTE_HEIGHT,
	HTML_ATTRIBUTE_HIDDEN,
	HTML_ATTRIBUTE_HREF,
	HTML_ATTRIBUTE_HTTP_EQUIV,
	HTML_ATTRIBUTE_OPEN,
	HTML_ATTRIBUTE_STYLE,
	HTML_ATTRIBUTE_TYPE,
	HTML_ATTRIBUTE_VALUE,
	HTML_ATTRIBUTE_WIDTH,
	HTML_ATTRIBUTES,
};

enum { HTML_TAG_WORD_MAX = 128 };

/* A value that is kept, cut to its room. */
struct html_tag_text {
	size_t size;
	char bytes[HTML_TEXT_VALUE_MAX];
};

struct html_tag {
	enum html_element_id id;
	unsigned name_hash; /* tells unknown elements apart */
	bool is_end, is_self_closing;
	unsigned attributes; /* seen: bits of enum html_attribute */
	bool has_zero_width, has_zero_height;
	struct html_style style;
	struct html_tag_text address; /* href, content */
	struct html_tag_text label;   /* alt, value, charset */
	char type[HTML_TAG_WORD_MAX]; /* type, http-equiv; lower case, NUL-terminated */
};

void html_tag_begin(struct html_tag *tag, bool is_end);
/* When the name is whole; it is in lower case. */
void html_tag_name(struct html_tag *tag, struct text name);
/* The name is in lower case. Returns whether the attribute counts. */
bool html_tag_add(struct html_tag *tag, struct text name, struct text value);

bool html_tag_has(const struct html_tag *tag, enum html_attribute attribute);
struct text html_tag_address(const struct html_tag *tag);
struct text html_tag_label(const struct html_tag *tag);

#endif
