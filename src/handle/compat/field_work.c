/*
 * formail's edits; see field_work.h. The order of the steps, and which of several options that name one
 * field wins, is what formail 3.22 does.
 */
#include "handle/compat/field_work.h"

#include "base/table.h"

/* What was met of the fields of one name. */
struct field_unique {
	struct field *first, *last;
};

struct field_uniques {
	struct arena *arena;
	struct table table; /* by the name in lower case */
};

static struct field_unique *
field_uniques_find(struct field_uniques *uniques, const struct field *field)
{
	struct text name = field_get_name(field);
	char *lower = arena_alloc(uniques->arena, name.size);

	for (size_t i = 0; i < name.size; i++)
		lower[i] = text_lower(name.data[i]);
	struct text key = {lower, name.size};
	struct field_unique *found = table_find(&uniques->table, key);
	if (found == NULL) {
		found = arena_alloc(uniques->arena, sizeof *found);
		table_set(&uniques->table, key, found);
	}
	return found;
}

static void
field_remove(struct field *field)
{
	field->bytes.size = 0;
}

static bool
field_has_value(const struct field *option)
{
	return option->bytes.size > option->name_size + 1;
}

/* -u and -U: of several fields of a name the first, the last, or (with both) these two stay. */
static void
field_work_keep_unique(
    const struct field_work *work, struct field_uniques *uniques, struct field *field)
{
	struct text name = field_get_name(field);
	bool is_first_unique = field_list_match(&work->first_unique, name) != NULL;
	bool is_last_unique = field_list_match(&work->last_unique, name) != NULL;

	if (!is_first_unique && !is_last_unique)
		return;
	struct field_unique *unique = field_uniques_find(uniques, field);
	if (is_first_unique && unique->first == NULL) {
		unique->first = field;
	} else if (is_last_unique) {
		if (unique->last != NULL)
			field_remove(unique->last);
		unique->last = field;
	} else {
		field_remove(field);
	}
}

/* -i, -I and -R, of which only the first that names the field is done. False: the field is gone. */
static bool
field_work_replace(
    struct arena *arena, const struct field_work *work, bool is_reply, struct field *field)
{
	struct text name = field_get_name(field);
	const struct field *option;

	option = is_reply ? NULL : field_list_match(&work->keep_old, name);
	if (option != NULL && !(work->replies && !field_has_value(option))) {
		field_rename(arena, field, 0, TEXT("Old-"));
		return true;
	}
	option = field_list_match(&work->replace, name);
	if (option != NULL && !(is_reply && field_has_value(option))) {
		field_remove(field);
		return false;
	}
	option = field_list_match(&work->rename, name);
	if (option != NULL)
		field_rename(arena, field, option->name_size, option->other_name);
	return true;
}

void
field_work_change(
    struct arena *arena, const struct field_work *work, bool is_reply, struct field_list *fields)
{
	struct field_uniques uniques = {.arena = arena};

	table_init(&uniques.table, arena);
	for (size_t i = 0; i < fields->count; i++)
		if (field_work_replace(arena, work, is_reply, &fields->fields[i]))
			field_work_keep_unique(work, &uniques, &fields->fields[i]);
	field_list_compact(fields);
}

/* -z of one field. */
static void
field_work_zap(struct arena *arena, struct field *field)
{
	size_t name_size = field->name_size, size = field->bytes.size;

	if (name_size == 0 || field->bytes.data[name_size - 1] != ':')
		return;
	char after = field->bytes.data[name_size];
	if (after != ' ' && after != '\t' && size > name_size + 1) {
		struct text value = field_get_value(field);
		field->bytes = arena_format(arena, "%.*s ", TEXT_ARGUMENTS(field_get_name(field)));
		field->bytes = field_join(arena, field->bytes, value);
	} else if (size <= name_size + 2) {
		field_remove(field);
	}
}

void
field_work_tidy(struct arena *arena, const struct field_work *work, struct field_list *fields)
{
	for (size_t i = 0; i < fields->count; i++) {
		if (work->tidies)
			field_work_zap(arena, &fields->fields[i]);
		if (work->unfolds && fields->fields[i].bytes.size > 0)
			field_unfold(arena, &fields->fields[i]);
	}
	field_list_compact(fields);
}

void
field_work_find_missing(struct arena *arena, const struct field_work *work,
    const struct field_list *fields, struct text id, struct field_list *missing_out)
{
	*missing_out = (struct field_list){.count = 0};
	for (size_t i = 0; i < work->add_missing.count; i++) {
		struct field field = work->add_missing.fields[i];
		if (field_list_match(fields, field_get_name(&field)) != NULL)
			continue;
		if (!field_has_value(&field) &&
		    (field_is_named(&field, TEXT("Message-ID:")) ||
			field_is_named(&field, TEXT("Resent-Message-ID:"))))
			field.bytes = arena_format(arena, "%.*s <%zu.%.*s>\n",
			    TEXT_ARGUMENTS(field_get_name(&field)), i, TEXT_ARGUMENTS(id));
		field_list_add(arena, missing_out, field);
	}
}

bool
field_work_extracts(const struct field_work *work)
{
	return work->extract_value.count > 0 || work->extract_field.count > 0;
}

/* One field: as it is, or what is to be extracted of it. */
static void
field_work_write_field(
    const struct field_work *work, const struct field *field, struct message_sink *sink)
{
	struct text name = field_get_name(field);
	struct text value = text_slice(field->bytes, field->name_size, field->bytes.size - 1);

	if (field_list_match(&work->extract_value, name) != NULL) {
		while (
		    work->tidies && value.size > 0 && (*value.data == ' ' || *value.data == '\t'))
			value = text_slice(value, 1, value.size);
		while (work->tidies && value.size > 0 &&
		       (value.data[value.size - 1] == ' ' || value.data[value.size - 1] == '\t'))
			value.size--;
		message_sink_print(sink, value);
		message_sink_print(sink, TEXT("\n"));
	} else if (!field_work_extracts(work) ||
		   field_list_match(&work->extract_field, name) != NULL) {
		message_sink_write(sink, field->bytes);
	}
}

void
field_work_write(const struct field_work *work, const struct field_list *fields, struct text rest,
    const struct field_list *missing, struct message_sink *sink)
{
	const struct field_list *const added[] = {&work->add, &work->keep_old, &work->replace};

	for (size_t i = 0; i < fields->count; i++)
		field_work_write_field(work, &fields->fields[i], sink);
	if (!field_work_extracts(work))
		message_sink_write(sink, rest);
	for (size_t i = 0; i < missing->count; i++)
		field_work_write_field(work, &missing->fields[i], sink);
	for (size_t i = 0; i < sizeof added / sizeof *added; i++)
		for (size_t j = 0; j < added[i]->count; j++)
			if (field_has_value(&added[i]->fields[j]))
				field_work_write_field(work, &added[i]->fields[j], sink);
}
