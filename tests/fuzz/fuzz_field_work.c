/*
 * Any bytes as a message for the header edits of formail and reformail: the first byte chooses the edits.
 * Checked: fields joined are the header, views lie inside the bytes, edits name no field twice that is
 * unique, boundaries move on and lie at lines, what is extracted is no longer than the message.
 */
#include <stdint.h>

#include "base/bug.h"
#include "handle/compat/field_work.h"
#include "handle/compat/header_reformat.h"
#include "handle/compat/message_boundary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
add_option(struct arena *arena, struct field_list *list, const char *line, const char *other)
{
	struct text bytes = text_from_string(line);
	struct field field = {.bytes = bytes, .name_size = field_name_parse(bytes).size};

	field.other_name = text_from_string(other);
	field_list_add(arena, list, field);
}

static struct field_work
choose_work(struct arena *arena, unsigned choice)
{
	struct field_work work = {.unfolds = choice & 1, .tidies = (choice & 2) != 0};

	if (choice & 4)
		add_option(arena, &work.keep_old, "Subject: x\n", "");
	if (choice & 8)
		add_option(arena, &work.replace, "To:\n", "");
	if (choice & 16)
		add_option(arena, &work.first_unique, "A:\n", "");
	if (choice & 32)
		add_option(arena, &work.last_unique, "B:\n", "");
	if (choice & 64) {
		add_option(arena, &work.rename, "C:\n", "Longer:");
		add_option(arena, &work.rename, "From \n", "D:");
	}
	if (choice & 128)
		add_option(arena, &work.extract_value, "Subject:\n", "");
	add_option(arena, &work.add_missing, "Message-ID:\n", "");
	return work;
}

/* Reads as formail does. */
static struct field_list
read_fields(struct arena *arena, struct text bytes)
{
	struct field_list fields = {.count = 0};
	struct field field;
	size_t at = 0, skipped = 0;

	while (field_read(arena, bytes, &at, fields.count == 0, &field)) {
		REQUIRE(field.name_size > 0 && field.name_size < field.bytes.size);
		REQUIRE(field_skip_one(bytes, &skipped, fields.count == 0) && skipped == at);
		REQUIRE(text_has_suffix(field.bytes, TEXT("\n")));
		field_clean(arena, &field);
		field_list_add(arena, &fields, field);
	}
	REQUIRE(at <= bytes.size);
	return fields;
}

static size_t
count_named(const struct field_list *fields, struct text name)
{
	size_t count = 0;

	for (size_t i = 0; i < fields->count; i++)
		count += field_is_named(&fields->fields[i], name);
	return count;
}

static void
work_as_formail(struct arena *arena, const struct field_work *work, struct text bytes)
{
	struct field_list fields = read_fields(arena, bytes), missing;
	struct message_sink sink;

	field_work_change(arena, work, false, &fields);
	REQUIRE(work->first_unique.count == 0 || count_named(&fields, TEXT("A:")) <= 1);
	REQUIRE(work->last_unique.count == 0 || count_named(&fields, TEXT("B:")) <= 1);
	REQUIRE(work->replace.count == 0 || count_named(&fields, TEXT("To:")) == 0);
	field_work_tidy(arena, work, &fields);
	field_work_find_missing(arena, work, &fields, TEXT("1@host"), &missing);
	REQUIRE(missing.count + (count_named(&fields, TEXT("Message-ID:")) > 0) == 1);
	message_sink_init(&sink, -1, true);
	field_work_write(work, &fields, TEXT(""), &missing, &sink);
	REQUIRE(sink.count <= 8 * bytes.size + 200);
}

static void
work_as_reformail(struct arena *arena, const struct field_work *work, struct text bytes)
{
	struct text rest, path = work->unfolds ? TEXT("a@b") : (struct text){NULL, 0};
	size_t at = 0, joined = 0;
	struct field_list fields = header_reformat_read(arena, bytes, &at, &rest);
	struct message_sink sink;

	REQUIRE(at <= bytes.size && rest.size == 0);
	for (size_t i = 0; i < fields.count; i++) {
		REQUIRE(fields.fields[i].bytes.data == bytes.data + joined);
		REQUIRE(fields.fields[i].name_size <= fields.fields[i].bytes.size);
		joined += fields.fields[i].bytes.size;
	}
	REQUIRE(joined <= at && at - joined <= 2);
	struct text sender = header_reformat_sender(arena, &fields);
	REQUIRE(sender.size > 0 && text_find_byte(sender, 0, '\n') == sender.size);
	REQUIRE(header_reformat_value(arena, &fields, TEXT("Message-ID:")).size <= bytes.size);
	struct field_list edited = header_reformat_edit(arena, work, &fields, path);
	REQUIRE(work->last_unique.count == 0 || count_named(&edited, TEXT("B:")) <= 1);
	REQUIRE(count_named(&edited, TEXT("Message-ID:")) > 0);
	REQUIRE(path.data == NULL || count_named(&edited, TEXT("Return-Path:")) == 1);
	message_sink_init(&sink, -1, false);
	for (size_t i = 0; i < edited.count; i++)
		header_reformat_write(work, &edited.fields[i], TEXT("\r\n"), &sink);
}

static void
find_boundaries(struct text bytes, unsigned choice)
{
	struct message_boundary_rule rule = {
	    .any_line = choice & 1,
	    .digest = (choice & 2) != 0,
	    .fields = 1 + (choice >> 2) % 3,
	};
	bool is_first = true;

	for (size_t at = 0; at < bytes.size; is_first = false) {
		size_t from = at;
		if (!is_first)
			at = text_find_byte(bytes, at, '\n') + 1;
		if (at >= bytes.size)
			break;
		size_t found = message_boundary_find(bytes, at, is_first, &rule);
		REQUIRE(found >= at && found <= bytes.size);
		REQUIRE(found == bytes.size || found == 0 || bytes.data[found - 1] == '\n');
		at = found > from ? found : at;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;

	/* Boundaries of a hostile text are looked for line by line: small texts say as much. */
	if (size == 0 || size > 8192)
		return 0;
	struct text bytes = {(const char *)data + 1, size - 1};
	arena_init(&arena, NULL, 0);
	struct field_work work = choose_work(&arena, *data);
	work_as_formail(&arena, &work, bytes);
	work_as_reformail(&arena, &work, bytes);
	find_boundaries(bytes, *data);
	arena_clear(&arena);
	return 0;
}
