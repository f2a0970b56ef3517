/*
 * The walk of a reader through the parts (see part_choice.h): some containers are entered by one
 * child only. Which child of a multipart/alternative it is, is found when it is entered, by looking at
 * what its children hold; a walk that comes back from a child goes on behind the container, so the
 * question is not asked again.
 */
#include "mail/part_choice.h"

#include "mail/content_type.h"
#include "mail/header.h"
#include "mail/message_id.h"

enum {
	/* Parts inside of one alternative that are looked at: time stays bounded when many are
	 * nested. */
	PART_CHOICE_LOOKED_AT = 64,
	PART_CHOICE_FIELDS = 1000
};

/* What there is to read, by its worth to the reader. */
enum part_worth { PART_WORTH_NOTHING, PART_WORTH_TEXT, PART_WORTH_OTHER, PART_WORTH_WANTED };

static bool
part_choice_is_alternative(const struct mime_part *part)
{
	return mime_part_is(part, TEXT("multipart"), TEXT("alternative"));
}

static bool
part_choice_is_related(const struct mime_part *part)
{
	return mime_part_is(part, TEXT("multipart"), TEXT("related"));
}

static bool
part_choice_is_signed(const struct mime_part *part)
{
	return mime_part_is(part, TEXT("multipart"), TEXT("signed"));
}

/* Has the field a parameter, in some spelling, that gives a file its name? */
static bool
part_choice_has_name(struct text body, struct text name)
{
	struct content_parameter_raw parameter;
	struct text type, subtype;
	bool malformed = false;

	body = text_slice(body, 0, CONTENT_TYPE_SIZE_MAX);
	content_type_take_value(&body, &type, &subtype);
	while (content_type_next(&body, &parameter, &malformed)) {
		struct text base =
		    text_slice(parameter.name, 0, text_find_byte(parameter.name, 0, '*'));
		if (text_is_equal_nocase(base, name) && parameter.value.size > 0)
			return true;
	}
	return false;
}

/* Is a text meant as a file? One without a disposition is, when it has a name and is not all of its
 * message. tolerance: choice-named-text */
static bool
part_choice_is_file(const struct mime_part *part)
{
	struct header_field field;
	struct text disposition, rest;

	if (header_find_in_bytes(
		part->header, TEXT("Content-Disposition"), PART_CHOICE_FIELDS, &field)) {
		struct text body = text_slice(field.body, 0, CONTENT_TYPE_SIZE_MAX);
		content_type_take_value(&body, &disposition, &rest);
		if (disposition.size > 0)
			return !text_is_equal_nocase(disposition, TEXT("inline"));
	}
	return part->parent != NULL && part->parent->kind == MIME_MULTIPART &&
	       header_find_in_bytes(
		   part->header, TEXT("Content-Type"), PART_CHOICE_FIELDS, &field) &&
	       part_choice_has_name(field.body, TEXT("name"));
}

static enum part_worth
part_choice_worth(const struct mime_part *part, enum part_preference preference)
{
	if (part->kind != MIME_LEAF || !mime_part_is(part, TEXT("text"), TEXT("")) ||
	    part_choice_is_file(part))
		return PART_WORTH_NOTHING;
	bool is_plain = mime_part_is(part, TEXT("text"), TEXT("plain"));
	bool is_html = mime_part_is(part, TEXT("text"), TEXT("html"));
	if (preference == PART_PREFERS_PLAIN ? is_plain : is_html)
		return PART_WORTH_WANTED;
	return is_plain || is_html ? PART_WORTH_OTHER : PART_WORTH_TEXT;
}

/* RFC 2387, section 3.2: the part that "start" names, else the first one. tolerance: related-start */
static const struct mime_part *
part_choice_root(const struct mime_part *related)
{
	char id_room[512], cleaned[512];
	struct content_parameter_raw parameter;
	struct header_field field;
	struct text type, subtype, wanted = {0};
	struct arena arena;
	bool malformed = false;

	if (!header_find_in_bytes(
		related->header, TEXT("Content-Type"), PART_CHOICE_FIELDS, &field))
		return related->first_child;
	struct text body = text_slice(field.body, 0, CONTENT_TYPE_SIZE_MAX);
	content_type_take_value(&body, &type, &subtype);
	while (wanted.size == 0 && content_type_next(&body, &parameter, &malformed))
		if (text_is_equal_nocase(parameter.name, TEXT("start")) &&
		    parameter.value.size <= sizeof cleaned)
			wanted =
			    (struct text){cleaned, content_type_clean(parameter.value, cleaned)};
	wanted = text_trim(wanted);
	if (wanted.size > 2 && wanted.data[0] == '<' && wanted.data[wanted.size - 1] == '>')
		wanted = text_slice(wanted, 1, wanted.size - 1);
	const struct mime_part *root = NULL;
	for (const struct mime_part *child = related->first_child;
	     wanted.size > 0 && child != NULL && root == NULL; child = child->next_sibling) {
		struct text id;
		arena_init(&arena, id_room, sizeof id_room);
		if (header_find_in_bytes(
			child->header, TEXT("Content-ID"), PART_CHOICE_FIELDS, &field) &&
		    message_id_parse(&arena, field.body, &id) && text_is_equal(id, wanted))
			root = child;
		arena_clear(&arena);
	}
	return root != NULL ? root : related->first_child;
}

/* Is only one child of the container read? */
static bool
part_choice_is_single(const struct mime_part *part, bool enters_alternatives)
{
	return (part_choice_is_alternative(part) && !enters_alternatives) ||
	       part_choice_is_related(part) || part_choice_is_signed(part);
}

/* The next part of a walk inside of `top` that looks at all alternatives. */
static const struct mime_part *
part_choice_look_on(const struct mime_part *part, const struct mime_part *top)
{
	if (part->first_child != NULL)
		return part_choice_is_related(part) ? part_choice_root(part) : part->first_child;
	while (part != top && (part->next_sibling == NULL || part->parent->kind != MIME_MULTIPART ||
				  part_choice_is_single(part->parent, true)))
		part = part->parent;
	return part == top ? NULL : part->next_sibling;
}

/* The child that is read: the last one of the greatest worth. */
static const struct mime_part *
part_choice_alternative(const struct mime_part *alternative, enum part_preference preference)
{
	const struct mime_part *chosen = alternative->first_child;
	enum part_worth best = PART_WORTH_NOTHING;

	for (const struct mime_part *child = alternative->first_child; child != NULL;
	     child = child->next_sibling) {
		enum part_worth worth = PART_WORTH_NOTHING;
		size_t count = 0;
		for (const struct mime_part *part = child;
		     part != NULL && worth < PART_WORTH_WANTED && count < PART_CHOICE_LOOKED_AT;
		     part = part_choice_look_on(part, child), count++) {
			enum part_worth found = part_choice_worth(part, preference);
			worth = found > worth ? found : worth;
		}
		if (worth >= best) {
			best = worth;
			chosen = child;
		}
	}
	return chosen;
}

static const struct mime_part *
part_choice_enter(const struct mime_part *part, enum part_preference preference)
{
	if (part->first_child == NULL)
		return NULL;
	if (part_choice_is_alternative(part))
		return part_choice_alternative(part, preference);
	return part_choice_is_related(part) ? part_choice_root(part) : part->first_child;
}

static const struct mime_part *
part_choice_step(const struct mime_part *part, enum part_preference preference)
{
	const struct mime_part *child = part_choice_enter(part, preference);

	if (child != NULL)
		return child;
	while (part->parent != NULL &&
	       (part->next_sibling == NULL || part_choice_is_single(part->parent, false)))
		part = part->parent;
	return part->parent == NULL ? NULL : part->next_sibling;
}

const struct mime_part *
part_choice_next(
    const struct mime_tree *tree, const struct mime_part *part, enum part_preference preference)
{
	part = part == NULL ? tree->root : part_choice_step(part, preference);
	while (part != NULL && part_choice_worth(part, preference) == PART_WORTH_NOTHING)
		part = part_choice_step(part, preference);
	return part;
}

bool
part_choice_is_left_out(const struct mime_part *part, enum part_preference preference)
{
	for (; part->parent != NULL; part = part->parent)
		if (part_choice_is_alternative(part->parent) &&
		    part_choice_alternative(part->parent, preference) != part)
			return true;
	return false;
}
