/*
 * Attributes (see html_tag.h). Of style only what decides whether text is seen is read, declaration by
 * declaration, the last one of a property counting as in CSS; comments in it are white space, since
 * they are used to hide what hides.
 */
#include "mail/html/html_tag.h"

#include <string.h>

struct html_attribute_name {
	char name[12];
	enum html_attribute attribute;
};

static const struct html_attribute_name html_tag_names[HTML_ATTRIBUTES] = {
    {"alt", HTML_ATTRIBUTE_ALT},
    {"charset", HTML_ATTRIBUTE_CHARSET},
    {"content", HTML_ATTRIBUTE_CONTENT},
    {"height", HTML_ATTRIBUTE_HEIGHT},
    {"hidden", HTML_ATTRIBUTE_HIDDEN},
    {"href", HTML_ATTRIBUTE_HREF},
    {"http-equiv", HTML_ATTRIBUTE_HTTP_EQUIV},
    {"open", HTML_ATTRIBUTE_OPEN},
    {"style", HTML_ATTRIBUTE_STYLE},
    {"type", HTML_ATTRIBUTE_TYPE},
    {"value", HTML_ATTRIBUTE_VALUE},
    {"width", HTML_ATTRIBUTE_WIDTH},
};

void
html_tag_begin(struct html_tag *tag, bool is_end)
{
	tag->id = HTML_ELEMENTS;
	tag->name_hash = 0;
	tag->is_end = is_end;
	tag->is_self_closing = tag->has_zero_width = tag->has_zero_height = false;
	tag->attributes = 0;
	tag->style = (struct html_style){0};
	tag->address.size = tag->label.size = 0;
	tag->type[0] = '\0';
}

void
html_tag_name(struct html_tag *tag, struct text name)
{
	unsigned hash = 2166136261U;

	for (size_t i = 0; i < name.size; i++)
		hash = (hash ^ (unsigned char)name.data[i]) * 16777619U;
	tag->name_hash = hash;
	tag->id = html_element_find(name);
}

/* --- Styles ------------------------------------------------------------------------------------- */

/* "0", ".0em", "-0%": a number that is zero, and perhaps its unit. */
static bool
html_tag_is_zero(struct text value)
{
	size_t i = value.size > 0 && (value.data[0] == '-' || value.data[0] == '+');
	bool has_digit = false;

	for (; i < value.size && (value.data[i] == '0' || value.data[i] == '.'); i++)
		has_digit |= value.data[i] == '0';
	return has_digit && (i == value.size || !text_is_digit(value.data[i]));
}

/* Sizes that are counted from the parent's: zero stays zero. */
static bool
html_tag_is_relative(struct text value)
{
	if (text_has_suffix(value, TEXT("rem")))
		return false;
	return text_has_suffix(value, TEXT("em")) || text_has_suffix(value, TEXT("ex")) ||
	       text_has_suffix(value, TEXT("ch")) || text_has_suffix(value, TEXT("%")) ||
	       text_is_equal(value, TEXT("larger")) || text_is_equal(value, TEXT("smaller")) ||
	       text_is_equal(value, TEXT("inherit"));
}

static enum html_setting
html_tag_setting(bool is_on)
{
	return is_on ? HTML_SETTING_ON : HTML_SETTING_OFF;
}

static void
html_tag_declare(struct html_style *style, struct text property, struct text value)
{
	bool is_zero = html_tag_is_zero(value);

	if (text_is_equal(property, TEXT("display")))
		style->is_not_displayed = text_is_equal(value, TEXT("none"));
	else if (text_is_equal(property, TEXT("opacity")))
		style->is_transparent = is_zero;
	else if (text_is_equal(property, TEXT("overflow")))
		style->is_clipped = value.size > 0 && !text_is_equal(value, TEXT("visible"));
	else if (text_is_equal(property, TEXT("height")) ||
		 text_is_equal(property, TEXT("width")) ||
		 text_is_equal(property, TEXT("max-height")) ||
		 text_is_equal(property, TEXT("max-width")))
		style->is_empty |= is_zero;
	else if (text_is_equal(property, TEXT("visibility")) &&
		 !text_is_equal(value, TEXT("inherit")))
		style->invisible = html_tag_setting(
		    text_is_equal(value, TEXT("hidden")) || text_is_equal(value, TEXT("collapse")));
	else if (text_is_equal(property, TEXT("font-size")) &&
		 (is_zero || !html_tag_is_relative(value)))
		style->zero_font = html_tag_setting(is_zero);
	else if (text_is_equal(property, TEXT("white-space")) &&
		 !text_is_equal(value, TEXT("inherit")))
		style->keeps_space = html_tag_setting(text_has_prefix(value, TEXT("pre")) ||
						      text_is_equal(value, TEXT("break-spaces")));
}

/* In lower case and with blanks for comments; `out` has room for the value. */
static struct text
html_tag_clean_style(struct text value, char *out)
{
	size_t used = 0;

	for (size_t i = 0; i < value.size; i++) {
		if (value.data[i] == '/' && i + 1 < value.size && value.data[i + 1] == '*') {
			struct text rest = text_slice(value, i + 2, value.size);
			i += 2 + text_find(rest, 0, TEXT("*/")) + 1;
			out[used++] = ' ';
		} else {
			out[used++] = text_lower(value.data[i]);
		}
	}
	return (struct text){out, used};
}

static void
html_tag_add_style(struct html_tag *tag, struct text value)
{
	char clean[HTML_TEXT_VALUE_MAX];
	struct text rest = html_tag_clean_style(text_slice(value, 0, sizeof clean), clean);

	while (rest.size > 0) {
		struct text declaration = text_split(&rest, ';');
		struct text property = text_trim(text_split(&declaration, ':'));
		/* "!important" and what else stands behind it. */
		struct text setting = text_trim(text_split(&declaration, '!'));
		html_tag_declare(&tag->style, property, setting);
	}
}

/* --- Attributes --------------------------------------------------------------------------------- */

static void
html_tag_keep(struct html_tag_text *kept, struct text value)
{
	kept->size = value.size < sizeof kept->bytes ? value.size : sizeof kept->bytes;
	if (kept->size > 0)
		memcpy(kept->bytes, value.data, kept->size);
}

static void
html_tag_keep_type(struct html_tag *tag, struct text value)
{
	value = text_slice(text_trim(value), 0, sizeof tag->type - 1);
	for (size_t i = 0; i < value.size; i++)
		tag->type[i] = text_lower(value.data[i]);
	tag->type[value.size] = '\0';
}

static void
html_tag_take(struct html_tag *tag, enum html_attribute attribute, struct text value)
{
	switch (attribute) {
	case HTML_ATTRIBUTE_HREF:
	case HTML_ATTRIBUTE_CONTENT:
		html_tag_keep(&tag->address, value);
		break;
	case HTML_ATTRIBUTE_ALT:
	case HTML_ATTRIBUTE_VALUE:
	case HTML_ATTRIBUTE_CHARSET:
		html_tag_keep(&tag->label, value);
		break;
	case HTML_ATTRIBUTE_HEIGHT:
		tag->has_zero_height = html_tag_is_zero(text_trim(value));
		break;
	case HTML_ATTRIBUTE_WIDTH:
		tag->has_zero_width = html_tag_is_zero(text_trim(value));
		break;
	case HTML_ATTRIBUTE_STYLE:
		html_tag_add_style(tag, value);
		break;
	case HTML_ATTRIBUTE_TYPE:
	case HTML_ATTRIBUTE_HTTP_EQUIV:
		html_tag_keep_type(tag, value);
		break;
	case HTML_ATTRIBUTE_HIDDEN:
	case HTML_ATTRIBUTE_OPEN:
	case HTML_ATTRIBUTES:
		break;
	}
}

bool
html_tag_add(struct html_tag *tag, struct text name, struct text value)
{
	for (size_t i = 0; i < HTML_ATTRIBUTES && !tag->is_end; i++) {
		const struct html_attribute_name *known = &html_tag_names[i];
		unsigned bit = 1U << known->attribute;
		if (!text_is_equal(name, text_from_string(known->name)))
			continue;
		if ((tag->attributes & bit) == 0)
			html_tag_take(tag, known->attribute, value);
		tag->attributes |= bit;
		return true;
	}
	return false;
}

bool
html_tag_has(const struct html_tag *tag, enum html_attribute attribute)
{
	return (tag->attributes & 1U << attribute) != 0;
}

struct text
html_tag_address(const struct html_tag *tag)
{
	return (struct text){tag->address.bytes, tag->address.size};
}

struct text
html_tag_label(const struct html_tag *tag)
{
	return (struct text){tag->label.bytes, tag->label.size};
}
