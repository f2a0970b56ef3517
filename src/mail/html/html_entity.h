/*
 * Character references of HTML 5 (WHATWG HTML, sections 13.5 and 13.2.5.80): all 2231 names, that is
 * 2125 with a semicolon, of which 106 may stand without, and what numbers mean.
 */
#ifndef MAIL_HTML_HTML_ENTITY_H
#define MAIL_HTML_HTML_ENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum {
	HTML_ENTITY_NAME_MAX = 31,
	HTML_ENTITY_LEGACY_MAX = 6, /* the longest name that may stand without a semicolon */
};

struct html_entity {
	uint32_t characters[2]; /* the second one is 0 where there is only one */
	bool is_legacy;         /* may stand without its semicolon */
};

/* The name without '&' and ';', whose case counts. False: there is none. */
bool html_entity_find(struct text name, struct html_entity *entity_out);

/* The character of a numeric reference: 0x80 to 0x9F are those of windows-1252, what is no character
 * is U+FFFD. */
uint32_t html_entity_number(uint32_t number);

#endif
