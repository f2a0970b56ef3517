/*
 * Files and messages of rule tests; see rule_test_material.h.
 */
#include "rehearse/rule_test_material.h"

#include "base/buffer.h"
#include "mail/header.h"
#include "system/file.h"

static const char rule_test_material_default[] = "From: Alice <alice@example.com>\n"
						 "To: Bob <bob@example.org>\n"
						 "Subject: Hello\n"
						 "Date: Tue, 14 Nov 2023 22:13:20 +0000\n"
						 "Message-ID: <1@example.com>\n"
						 "\n"
						 "Hello Bob.\n";

void
rule_test_material_init(
    struct rule_test_material *material, struct arena *arena, struct text test_file)
{
	*material = (struct rule_test_material){
	    .arena = arena, .directory = rule_test_material_directory(test_file)};
	table_init(&material->files, arena);
}

struct text
rule_test_material_directory(struct text path)
{
	while (path.size > 0 && path.data[path.size - 1] != '/')
		path.size--;
	return path;
}

struct text
rule_test_material_path(struct rule_test_material *material, struct arena *arena, struct text name)
{
	if (text_has_prefix(name, TEXT("/")))
		return name;
	return arena_format(
	    arena, "%.*s%.*s", TEXT_ARGUMENTS(material->directory), TEXT_ARGUMENTS(name));
}

bool
rule_test_material_read(struct rule_test_material *material, struct text path,
    struct text *bytes_out, struct error *error)
{
	struct text *bytes = table_find(&material->files, path);

	if (bytes != NULL) {
		*bytes_out = *bytes;
		return true;
	}
	if (text_find_byte(path, 0, '\0') < path.size)
		return error_set(error, ERROR_INPUT, "a file's name holds no NUL");
	bytes = arena_alloc(material->arena, sizeof *bytes);
	if (!file_read(material->arena, arena_copy_string(material->arena, path),
		RULE_TEST_MATERIAL_MAX, bytes, error))
		return false;
	table_set(&material->files, path, bytes);
	*bytes_out = *bytes;
	return true;
}

bool
rule_test_material_source(struct rule_test_material *material,
    const struct rule_test_source *source, struct text *bytes_out, struct error *error)
{
	*bytes_out = source->text;
	return source->form != RULE_TEST_SOURCE_FILE ||
	       rule_test_material_read(material,
		   rule_test_material_path(material, material->arena, source->text), bytes_out,
		   error);
}

/* The field is one that the test replaces or takes away. */
static bool
rule_test_material_is_replaced(
    const struct rule_test_given *const *given, size_t count, struct text name)
{
	for (size_t i = 0; i < count; i++)
		if ((given[i]->kind == RULE_TEST_HEADER || given[i]->kind == RULE_TEST_WITHOUT) &&
		    text_is_equal_nocase(given[i]->name, name))
			return true;
	return false;
}

static void
rule_test_material_edit(
    struct buffer *out, const struct rule_test_given *const *given, size_t count, struct text bytes)
{
	const struct rule_test_given *body = NULL;
	struct header_field field;
	size_t header_size, body_start;

	header_find_end(bytes, &header_size, &body_start);
	struct text rest = text_slice(bytes, 0, header_size);
	struct text end = text_find(rest, 0, TEXT("\r\n")) < rest.size ? TEXT("\r\n") : TEXT("\n");
	while (header_next(&rest, &field)) {
		if (rule_test_material_is_replaced(given, count, field.name))
			continue;
		buffer_append(out, field.raw);
		if (!text_has_suffix(field.raw, TEXT("\n")))
			buffer_append(out, end);
	}
	for (size_t i = 0; i < count; i++) {
		if (given[i]->kind == RULE_TEST_BODY)
			body = given[i];
		if (given[i]->kind != RULE_TEST_HEADER)
			continue;
		buffer_append(out, given[i]->name);
		buffer_append(out, TEXT(": "));
		buffer_append(out, given[i]->value);
		buffer_append(out, end);
	}
	if (body_start > header_size || body != NULL)
		buffer_append(out, end);
	buffer_append(
	    out, body != NULL ? body->source.text : text_slice(bytes, body_start, bytes.size));
}

bool
rule_test_material_message(struct rule_test_material *material, struct arena *arena,
    const struct rule_test_given *const *given, size_t count, struct text *bytes_out,
    struct error *error)
{
	const struct rule_test_given *message = NULL;
	bool is_edited = false, fits = true;

	for (size_t i = 0; i < count; i++) {
		if (given[i]->kind == RULE_TEST_MESSAGE)
			message = given[i];
		is_edited |= given[i]->kind == RULE_TEST_HEADER ||
			     given[i]->kind == RULE_TEST_WITHOUT ||
			     given[i]->kind == RULE_TEST_BODY;
	}
	*bytes_out =
	    (struct text){rule_test_material_default, sizeof rule_test_material_default - 1};
	if (message != NULL &&
	    !rule_test_material_source(material, &message->source, bytes_out, error)) {
		error_prefix(error, "%u:%u: ", message->line, message->column);
		return false;
	}
	if (is_edited) {
		struct buffer edited;
		buffer_init(&edited, RULE_TEST_MATERIAL_MAX);
		rule_test_material_edit(&edited, given, count, *bytes_out);
		*bytes_out = arena_copy_text(arena, buffer_text(&edited));
		fits = !buffer_is_overfull(&edited);
		buffer_clear(&edited);
	}
	return fits || error_set(error, ERROR_LIMIT, "the message of a test has at most %d bytes",
			   RULE_TEST_MATERIAL_MAX);
}
