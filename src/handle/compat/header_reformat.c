/*
 * reformail's edits; see header_reformat.h. What is done first, and where new fields stand, was found out
 * by running reformail 2.9.3.
 */
#include "handle/compat/header_reformat.h"

#include "handle/compat/fresh_id.h"
#include "mail/address.h"

enum { HEADER_REFORMAT_SENDER_MAX = 512, HEADER_REFORMAT_VALUE_MAX = 65536 };

struct text
header_reformat_line(struct text input, size_t *from)
{
	size_t end = text_find_byte(input, *from, '\n');
	struct text line = text_slice(input, *from, end);

	*from = end < input.size ? end + 1 : end;
	if (text_has_suffix(line, TEXT("\r")))
		line.size--;
	return line;
}

struct text
header_reformat_skip_blanks(struct text line)
{
	size_t at = 0;

	while (at < line.size && text_is_space(line.data[at]))
		at++;
	return text_slice(line, at, line.size);
}

static bool
reformat_is_fold(struct text input, size_t at)
{
	return at < input.size && (input.data[at] == ' ' || input.data[at] == '\t');
}

/* The field that begins here, all its lines; its size 0: an empty line, or nothing. */
static struct field
reformat_read_field(struct text input, size_t *at)
{
	size_t start = *at;
	struct text line = header_reformat_line(input, at);
	struct field field = {.name_size = 0};

	if (line.size == 0)
		return field;
	while (reformat_is_fold(input, *at))
		header_reformat_line(input, at);
	size_t colon = text_find_byte(line, 0, ':');
	field.bytes = text_slice(input, start, *at);
	field.name_size = colon < line.size ? colon + 1 : 0;
	return field;
}

struct field_list
header_reformat_read(struct arena *arena, struct text input, size_t *at, struct text *rest_out)
{
	struct field_list fields = {.count = 0};
	size_t rest = *at, end = *at;

	while (*at < input.size) {
		struct field field = reformat_read_field(input, at);
		if (field.bytes.size == 0)
			break;
		end = *at;
		if (fields.count == FIELD_LIST_MAX)
			continue;
		field_list_add(arena, &fields, field);
		rest = end;
	}
	*rest_out = text_slice(input, rest, end);
	return fields;
}

/* The lines without their ends, "\n" between them. */
static struct text
reformat_join_lines(struct arena *arena, struct text lines)
{
	char *joined = arena_alloc_bytes(arena, lines.size + 1);
	size_t used = 0;

	for (size_t at = 0; at < lines.size;) {
		if (used > 0 || at > 0)
			joined[used++] = '\n';
		struct text line = header_reformat_line(lines, &at);
		memcpy(joined + used, line.data, line.size);
		used += line.size;
	}
	return (struct text){joined, used};
}

struct text
header_reformat_value(struct arena *arena, const struct field_list *fields, struct text name)
{
	for (size_t i = 0; i < fields->count; i++)
		if (field_is_named(&fields->fields[i], name))
			return text_trim(reformat_join_lines(
			    arena, text_slice(field_get_value(&fields->fields[i]), 0,
				       HEADER_REFORMAT_VALUE_MAX)));
	return TEXT("");
}

struct text
header_reformat_sender(struct arena *arena, const struct field_list *fields)
{
	char *memory = arena_alloc_bytes(arena, HEADER_REFORMAT_SENDER_MAX);
	const struct field *found = NULL;
	bool has_path = false;
	struct buffer spec;

	for (size_t i = 0; i < fields->count; i++) {
		const struct field *field = &fields->fields[i];
		bool is_path = field_is_named(field, TEXT("Errors-To:")) ||
			       field_is_named(field, TEXT("Return-Path:"));
		if (is_path || (!has_path && field_is_named(field, TEXT("From:"))))
			found = field;
		has_path = has_path || is_path;
	}
	if (found == NULL)
		return TEXT("root");
	struct address_list list = address_list_parse(arena, field_get_value(found), 1);
	buffer_init_lent(&spec, memory, HEADER_REFORMAT_SENDER_MAX, HEADER_REFORMAT_SENDER_MAX);
	if (list.count == 0 || list.items[0].local_part.size == 0)
		return TEXT("root");
	struct text sender = list.items[0].local_part;
	if (list.items[0].domain.size > 0)
		sender =
		    address_append_spec(&list.items[0], &spec) ? buffer_text(&spec) : TEXT("root");
	/* It becomes a word of a line. */
	for (size_t i = 0; i < sender.size; i++)
		if (sender.data[i] == '\n' || sender.data[i] == '\r' || sender.data[i] == '\0')
			return TEXT("root");
	return sender;
}

/* The first option of the list that has this name. */
static const struct field *
reformat_match(const struct field_list *list, struct text name)
{
	for (size_t i = 0; i < list->count && name.size > 0; i++)
		if (field_is_named(&list->fields[i], name))
			return &list->fields[i];
	return NULL;
}

static bool
reformat_has_value(const struct field *option)
{
	return option->bytes.size > option->name_size + 1;
}

static void
reformat_set_name(struct arena *arena, struct field *field, struct text name, size_t old_size)
{
	field->bytes =
	    field_join(arena, name, text_slice(field->bytes, old_size, field->bytes.size));
	field->name_size = field->name_size - old_size + name.size;
}

/* What was met of each option's fields. */
struct reformat_state {
	struct arena *arena;
	const struct field_work *work;
	bool *is_there;            /* of add_missing */
	bool *is_met;              /* of first_unique */
	const struct field **last; /* of last_unique */
	bool drops_return_path;
};

/* False: the field does not stay where it is. */
static bool
reformat_edit_field(struct reformat_state *state, const struct field *original, struct field *field)
{
	const struct field_work *work = state->work;
	struct text name = field_get_name(original);
	const struct field *option;

	if (reformat_match(&work->keep_old, name) != NULL) {
		reformat_set_name(state->arena, field, TEXT("Old-"), 0);
		return true;
	}
	if (reformat_match(&work->replace, name) != NULL ||
	    (state->drops_return_path && text_is_equal_nocase(name, TEXT("Return-Path:"))))
		return false;
	for (size_t i = 0; i < work->add_missing.count; i++)
		if (field_is_named(&work->add_missing.fields[i], name))
			state->is_there[i] = true;
	option = reformat_match(&work->rename, name);
	if (option != NULL) {
		reformat_set_name(state->arena, field, option->other_name, field->name_size);
		return true;
	}
	option = reformat_match(&work->first_unique, name);
	if (option != NULL) {
		bool *is_met = &state->is_met[option - work->first_unique.fields];
		bool is_first = !*is_met;
		*is_met = true;
		return is_first;
	}
	option = reformat_match(&work->last_unique, name);
	if (option == NULL)
		return true;
	state->last[option - work->last_unique.fields] = original;
	return false;
}

/* -a and -A give a Message-ID without a value a new one. tolerance: reformail-resent-id */
static void
reformat_add_filled(struct arena *arena, struct field_list *list, struct field field)
{
	if (!reformat_has_value(&field) && (field_is_named(&field, TEXT("Message-ID:")) ||
					       field_is_named(&field, TEXT("Resent-Message-ID:"))))
		field.bytes = arena_format(arena, "%.*s <%.*s>\n",
		    TEXT_ARGUMENTS(field_get_name(&field)), TEXT_ARGUMENTS(fresh_id_format(arena)));
	field_list_add(arena, list, field);
}

static void
reformat_add_new(const struct reformat_state *state, const struct field_list *fields,
    struct text return_path, struct field_list *list)
{
	const struct field_work *work = state->work;
	const struct field_list *const valued[] = {&work->keep_old, &work->replace};

	for (size_t i = 0; i < work->add_missing.count; i++)
		if (!state->is_there[i])
			reformat_add_filled(state->arena, list, work->add_missing.fields[i]);
	for (size_t i = 0; i < work->add.count; i++)
		reformat_add_filled(state->arena, list, work->add.fields[i]);
	for (size_t i = 0; i < sizeof valued / sizeof *valued; i++)
		for (size_t j = 0; j < valued[i]->count; j++)
			if (reformat_has_value(&valued[i]->fields[j]))
				field_list_add(state->arena, list, valued[i]->fields[j]);
	if (return_path.data != NULL)
		field_list_add(state->arena, list,
		    (struct field){
			.bytes = arena_format(
			    state->arena, "Return-Path: <%.*s>\n", TEXT_ARGUMENTS(return_path)),
			.name_size = sizeof "Return-Path:" - 1,
		    });
	for (size_t i = 0; i < fields->count && work->last_unique.count > 0; i++) {
		const struct field *original = &fields->fields[i], *option;
		option = reformat_match(&work->last_unique, field_get_name(original));
		if (option != NULL && state->last[option - work->last_unique.fields] == original)
			field_list_add(state->arena, list, *original);
	}
}

struct field_list
header_reformat_edit(struct arena *arena, const struct field_work *work,
    const struct field_list *fields, struct text return_path)
{
	struct reformat_state state = {
	    .arena = arena,
	    .work = work,
	    .is_there = arena_alloc(arena, work->add_missing.count + 1),
	    .is_met = arena_alloc(arena, work->first_unique.count + 1),
	    .last = arena_alloc_array(arena, work->last_unique.count + 1, sizeof *state.last),
	    .drops_return_path = return_path.data != NULL,
	};
	struct field_list edited = {.count = 0};

	for (size_t i = 0; i < fields->count; i++) {
		struct field field = fields->fields[i];
		if (reformat_edit_field(&state, &fields->fields[i], &field))
			field_list_add(arena, &edited, field);
	}
	reformat_add_new(&state, fields, return_path, &edited);
	return edited;
}

/* Lines as one: a blank in the place of a line end and the blanks behind it. */
static void
reformat_write_unfolded(struct text lines, struct message_sink *sink)
{
	bool is_first = true;

	for (size_t at = 0; at < lines.size;) {
		struct text line = header_reformat_line(lines, &at);
		if (!is_first)
			line = header_reformat_skip_blanks(line);
		if (!is_first && line.size > 0)
			message_sink_print(sink, TEXT(" "));
		message_sink_print(sink, line);
		is_first = false;
	}
}

void
header_reformat_write(const struct field_work *work, const struct field *field,
    struct text line_end, struct message_sink *sink)
{
	struct text name = field_get_name(field), lines = field->bytes;
	bool is_value = reformat_match(&work->extract_value, name) != NULL;
	bool is_folded = !work->unfolds && !field_work_extracts(work);

	if (field_work_extracts(work) && !is_value &&
	    reformat_match(&work->extract_field, name) == NULL)
		return;
	if (is_value)
		lines = header_reformat_skip_blanks(field_get_value(field));
	if (!is_folded)
		reformat_write_unfolded(lines, sink);
	for (size_t at = 0; is_folded && at < lines.size;) {
		message_sink_print(sink, header_reformat_line(lines, &at));
		if (at < lines.size)
			message_sink_print(sink, line_end);
	}
	message_sink_print(sink, line_end);
}
