/*
 * The table of elements (see html_element.h). Arrays instead of pointers: nothing has to be relocated
 * when a program starts.
 */
#include "mail/html/html_element.h"

#include <stdint.h>
#include <stdlib.h>

struct html_element_row {
	char name[14];
	uint16_t flags;
};

/* clang-format off */
static const struct html_element_row html_element_rows[HTML_ELEMENTS] = {
	{"a", HTML_IS_FORMATTING},
	{"address", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"applet", HTML_IS_SPECIAL | HTML_IS_SCOPE},
	{"area", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"article", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"aside", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"b", HTML_IS_FORMATTING},
	{"base", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"basefont", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"bgsound", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"big", HTML_IS_FORMATTING},
	{"blockquote", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"body", HTML_IS_SPECIAL | HTML_IS_LINE},
	{"br", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"button", HTML_IS_SPECIAL},
	{"caption", HTML_IS_SPECIAL | HTML_IS_SCOPE | HTML_IS_TABLE_PART | HTML_IS_LINE},
	{"center", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"code", HTML_IS_FORMATTING},
	{"col", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"colgroup", HTML_IS_SPECIAL | HTML_IS_TABLE_PART},
	{"datalist", HTML_IS_LEFT_OUT},
	{"dd", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"details", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"dialog", HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"dir", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"div", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"dl", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"dt", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"em", HTML_IS_FORMATTING},
	{"embed", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"fieldset", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"figcaption", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"figure", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"font", HTML_IS_FORMATTING},
	{"footer", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"form", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"frame", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"frameset", HTML_IS_SPECIAL | HTML_IS_LINE},
	{"h1", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"h2", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"h3", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"h4", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"h5", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"h6", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"head", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"header", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"hgroup", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"hr", HTML_IS_SPECIAL | HTML_IS_VOID | HTML_IS_CLOSES_P},
	{"html", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"i", HTML_IS_FORMATTING},
	{"iframe", HTML_IS_SPECIAL | HTML_IS_LEFT_OUT | HTML_IS_RAW},
	{"img", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"input", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"keygen", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"legend", HTML_IS_LINE},
	{"li", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"link", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"listing", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P | HTML_IS_PRE},
	{"main", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"marquee", HTML_IS_SPECIAL | HTML_IS_SCOPE | HTML_IS_LINE},
	{"math", 0},
	{"menu", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"meta", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"nav", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"nobr", HTML_IS_FORMATTING},
	{"noembed", HTML_IS_SPECIAL | HTML_IS_LEFT_OUT | HTML_IS_RAW},
	{"noframes", HTML_IS_SPECIAL | HTML_IS_LEFT_OUT | HTML_IS_RAW},
	{"noscript", HTML_IS_SPECIAL | HTML_IS_LINE},
	{"object", HTML_IS_SPECIAL | HTML_IS_SCOPE},
	{"ol", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"optgroup", HTML_IS_LINE},
	{"option", HTML_IS_LINE},
	{"p", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"param", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"plaintext", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P | HTML_IS_PRE |
	    HTML_IS_RAW},
	{"pre", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P | HTML_IS_PRE},
	{"q", 0},
	{"s", HTML_IS_FORMATTING},
	{"script", HTML_IS_SPECIAL | HTML_IS_LEFT_OUT | HTML_IS_SCRIPT},
	{"search", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"section", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"select", HTML_IS_SPECIAL},
	{"small", HTML_IS_FORMATTING},
	{"source", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"span", 0},
	{"strike", HTML_IS_FORMATTING},
	{"strong", HTML_IS_FORMATTING},
	{"style", HTML_IS_SPECIAL | HTML_IS_LEFT_OUT | HTML_IS_RAW},
	{"summary", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"svg", 0},
	{"table", HTML_IS_SPECIAL | HTML_IS_SCOPE | HTML_IS_LINE | HTML_IS_CLOSES_P},
	{"tbody", HTML_IS_SPECIAL | HTML_IS_TABLE_PART | HTML_IS_LINE},
	{"td", HTML_IS_SPECIAL | HTML_IS_SCOPE | HTML_IS_TABLE_PART},
	{"template", HTML_IS_SPECIAL | HTML_IS_SCOPE | HTML_IS_LEFT_OUT},
	{"textarea", HTML_IS_SPECIAL | HTML_IS_LINE | HTML_IS_PRE | HTML_IS_REFERENCES},
	{"tfoot", HTML_IS_SPECIAL | HTML_IS_TABLE_PART | HTML_IS_LINE},
	{"th", HTML_IS_SPECIAL | HTML_IS_SCOPE | HTML_IS_TABLE_PART},
	{"thead", HTML_IS_SPECIAL | HTML_IS_TABLE_PART | HTML_IS_LINE},
	{"title", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_REFERENCES},
	{"tr", HTML_IS_SPECIAL | HTML_IS_TABLE_PART | HTML_IS_LINE},
	{"track", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"tt", HTML_IS_FORMATTING},
	{"u", HTML_IS_FORMATTING},
	{"ul", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P},
	{"wbr", HTML_IS_SPECIAL | HTML_IS_VOID},
	{"xmp", HTML_IS_SPECIAL | HTML_IS_PARAGRAPH | HTML_IS_CLOSES_P | HTML_IS_PRE |
	    HTML_IS_RAW},
};
/* clang-format on */

static int
html_element_compare(const void *key, const void *member)
{
	const struct html_element_row *row = member;

	return text_compare(*(const struct text *)key, text_from_string(row->name));
}

enum html_element_id
html_element_find(struct text name)
{
	const struct html_element_row *row = bsearch(&name, html_element_rows, HTML_ELEMENTS,
	    sizeof html_element_rows[0], html_element_compare);

	return row == NULL ? HTML_ELEMENTS : (enum html_element_id)(row - html_element_rows);
}

unsigned
html_element_flags(enum html_element_id id)
{
	return id < HTML_ELEMENTS ? html_element_rows[id].flags : 0;
}
