/*
 * Fields as formail has them, its edits and reformail's, and the boundaries between messages.
 */
#include "handle/compat/field_work.h"
#include "handle/compat/header_reformat.h"
#include "handle/compat/message_boundary.h"

#include "support/tap.h"

static struct arena arena;

/* The fields of a header without a NUL, from a block of exactly its size, which is given back in *block_out. */
static struct field_list
read_fields(const char *header, struct text *block_out)
{
	struct text bytes = exact_copy(text_from_string(header));
	struct field_list fields = {.count = 0};
	struct field field;
	size_t at = 0;

	while (field_read(&arena, bytes, &at, fields.count == 0, &field)) {
		field_clean(&arena, &field);
		field_list_add(&arena, &fields, field);
	}
	*block_out = bytes;
	return fields;
}

static void
give_back(struct text block)
{
	free((void *)(uintptr_t)block.data);
	arena_clear(&arena);
}

static struct text
join(const struct field_list *fields)
{
	struct text all = TEXT("");

	for (size_t i = 0; i < fields->count; i++)
		all = field_join(&arena, all, fields->fields[i].bytes);
	return all;
}

static void
option(struct field_list *list, const char *line, const char *other)
{
	struct text bytes = text_from_string(line);
	struct field field = {.bytes = bytes, .name_size = field_name_parse(bytes).size};

	field.other_name = text_from_string(other);
	field_list_add(&arena, list, field);
}

static void
names(void)
{
	const struct {
		const char *line;
		size_t size;
		bool is_complete;
	} lines[] = {
	    {"Subject: a\n", 8, true},
	    {"Subject:", 8, true},
	    {"Subject \t: a\n", 10, true},
	    {"From a@b\n", 5, true},
	    {"From : a\n", 6, true},
	    {"Subject\n", 7, false},
	    {"Subject", 7, false},
	    {"Subject a: b\n", 8, false},
	    {": a\n", 0, false},
	    {"\n", 0, false},
	    {"", 0, false},
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct text line = exact_copy(text_from_string(lines[i].line));
		struct field_name name = field_name_parse(line);
		check_number(name.size, lines[i].size);
		check(name.is_complete == lines[i].is_complete);
		free((void *)(uintptr_t)line.data);
	}
}

static void
fields_are_read(void)
{
	struct text block;
	struct field_list fields =
	    read_fields("From a\n>From b\nA : 1\n 2\nFrom c\nB: 3\n", &block);

	check_number(fields.count, 2);
	check_text(fields.fields[0].bytes, TEXT("From a\n>From b\n"));
	check_text(field_get_name(&fields.fields[1]), TEXT("A:"));
	check_text(field_get_value(&fields.fields[1]), TEXT(" 1\n 2\n"));
	give_back(block);
	fields = read_fields("A: 1", &block);
	check_number(fields.count, 1);
	check_text(fields.fields[0].bytes, TEXT("A: 1\n"));
	give_back(block);
	fields = read_fields("", &block);
	check_number(fields.count, 0);
	give_back(block);
}

static void
formail_edits(void)
{
	struct text block;
	struct field_list fields =
	    read_fields("A: 1\nB: 2\na: 3\nB: 4\nC:5\n 6\nD: \nSubject: s\nTo: t\n", &block);
	struct field_work work = {.unfolds = true, .tidies = true};
	struct field_list missing;

	option(&work.first_unique, "A:\n", "");
	option(&work.last_unique, "B:\n", "");
	option(&work.rename, "C:\n", "Cc:");
	option(&work.keep_old, "Sub\n", "");
	option(&work.replace, "To:\n", "");
	option(&work.add_missing, "A: 9\n", "");
	option(&work.add_missing, "Message-ID:\n", "");
	field_work_change(&arena, &work, false, &fields);
	field_work_tidy(&arena, &work, &fields);
	check_text(join(&fields), TEXT("A: 1\nB: 4\nCc: 5  6\nOld-Subject: s\n"));
	field_work_find_missing(&arena, &work, &fields, TEXT("id@host"), &missing);
	check_text(join(&missing), TEXT("Message-ID: <1.id@host>\n"));
	check(!field_work_extracts(&work));
	give_back(block);
}

static void
reformail_edits(void)
{
	struct text block = exact_copy(TEXT("A: 1\nB: 2\na: 3\nSub: s\nB: 4\nC:5\r\n 6\nTo: t\n"
					    "Return-Path: r\n\r\nbody")),
		    rest;
	struct field_work work = {.unfolds = false};
	size_t at = 0;
	struct field_list fields = header_reformat_read(&arena, block, &at, &rest);

	check_number(fields.count, 8);
	check_text(text_slice(block, at, block.size), TEXT("body"));
	check_text(header_reformat_value(&arena, &fields, TEXT("c:")), TEXT("5\n 6"));
	check_text(header_reformat_value(&arena, &fields, TEXT("None:")), TEXT(""));
	check_text(header_reformat_sender(&arena, &fields), TEXT("r"));
	option(&work.first_unique, "A:\n", "");
	option(&work.last_unique, "B:\n", "");
	option(&work.rename, "C:\n", "Cc:");
	option(&work.keep_old, "Sub:\n", "");
	option(&work.replace, "To: u\n", "");
	option(&work.add_missing, "A: 9\n", "");
	option(&work.add, "A: 8\n", "");
	fields = header_reformat_edit(&arena, &work, &fields, TEXT("x@y"));
	check_text(join(&fields),
	    TEXT("A: 1\nOld-Sub: s\nCc:5\r\n 6\nA: 8\nTo: u\nReturn-Path: <x@y>\nB: 4\n"));
	give_back(block);
}

enum { NOWHERE = 1000 };

/* Where the next message begins. */
static size_t
boundary(const char *input, struct message_boundary_rule rule)
{
	struct text bytes = exact_copy(text_from_string(input));
	size_t found = message_boundary_find(bytes, 0, false, &rule);

	free((void *)(uintptr_t)bytes.data);
	return found == bytes.size ? NOWHERE : found;
}

static void
boundaries(void)
{
	const struct message_boundary_rule plain = {.fields = 2},
					   any = {.any_line = true, .fields = 2},
					   digest = {.digest = true, .fields = 2},
					   one = {.fields = 1};

	check_number(boundary("a\n\nFrom b c\nTo: d\n", plain), 3);
	check_number(boundary("aa\nFrom b c\nTo: d\n", plain), NOWHERE);
	check_number(boundary("aa\nFrom b c\nTo: d\n", any), 3);
	check_number(boundary("a\n\nFrom b\nTo: d\n", plain), NOWHERE);
	check_number(boundary("a\n\nFrom b c\nx", plain), NOWHERE);
	check_number(boundary("a\n\nFrom b c\nx", one), 3);
	check_number(boundary("a\n\nFrom: b\nTo: d\n", plain), NOWHERE);
	check_number(boundary("a\n\nFrom: b\nTo: d\n", digest), 3);
	check_number(boundary("a\n\nFrom: b\nNone-known: d\n", digest), NOWHERE);
	check_number(boundary("a\n\nFrom ", any), NOWHERE);
	check_number(boundary("", any), NOWHERE);
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test("a name ends with its colon, or is From_", names);
	test("fields are read with their folds", fields_are_read);
	test("formail's edits are made in one pass", formail_edits);
	test("reformail's edits put the new fields and the last ones at the end", reformail_edits);
	test("a message begins where its rule says", boundaries);
	return tests_end();
}
