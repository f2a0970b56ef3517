/*
 * Fuzz target: a part described by the first line ("TYPE|NAME|DISPOSITION|DESCRIPTION|ENCODING") and
 * any bytes as its content, composed alone and in a multipart, then read again. Checked: what was
 * composed has the fields that were asked for and no other, no overlong line, no control characters in
 * the header, and the content comes back.
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/bug.h"
#include "mail/compose.h"
#include "mail/compose_field.h"
#include "mail/header.h"
#include "mail/mime_tree.h"
#include "mail/transfer_encoding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_SIZE_MAX = 65536 };

static void
check_header(struct text block)
{
	struct header_field field;
	size_t column = 0;

	for (size_t i = 0; i < block.size; i++) {
		unsigned char byte = (unsigned char)block.data[i];
		REQUIRE(byte == '\n' || byte == '\t' || (byte >= ' ' && byte < 127));
		column = byte == '\n' ? 0 : column + 1;
		REQUIRE(column <= 998);
	}
	while (header_next(&block, &field))
		REQUIRE(text_has_prefix(field.name, TEXT("Content-")) ||
			text_is_equal(field.name, TEXT("X-Value")) ||
			text_is_equal(field.name, TEXT("To")));
}

static struct text
decode(struct arena *arena, const struct mime_part *part)
{
	char piece[TRANSFER_OUT_MIN];
	struct transfer_decoder decoder;
	struct header_field field;
	struct text input = part->body;
	struct buffer out;
	size_t count;
	bool is_unknown;

	REQUIRE(header_find_in_bytes(part->header, TEXT("Content-Transfer-Encoding"), 100, &field));
	transfer_decoder_init(&decoder, transfer_encoding_parse(field.body, &is_unknown));
	REQUIRE(!is_unknown);
	buffer_init(&out, 16 * FUZZ_SIZE_MAX);
	do {
		count = transfer_decoder_take(&decoder, &input, true, piece, sizeof piece);
		REQUIRE(buffer_append(&out, (struct text){piece, count}));
	} while (count > 0 || input.size > 0);
	REQUIRE(!decoder.malformed);
	struct text copy = arena_copy_text(arena, buffer_text(&out));
	buffer_clear(&out);
	return copy;
}

/* Without any CR in front of LF: an encoded CR at the end of a line looks like a part of its end. */
static struct text
plain_lines(struct arena *arena, struct text bytes)
{
	char *plain = arena_alloc_bytes(arena, bytes.size);
	size_t size = 0;

	for (size_t i = 0; i < bytes.size; i++) {
		while (bytes.data[i] == '\n' && size > 0 && plain[size - 1] == '\r')
			size--;
		plain[size++] = bytes.data[i];
	}
	return (struct text){plain, size};
}

static void
check_part(struct arena *arena, const struct compose_part *part, const struct mime_part *read)
{
	struct text got = decode(arena, read);

	check_header(read->header);
	/* Of a message without an empty line the last line end is its header's, not the boundary's. */
	if (text_has_prefix_nocase(part->type, TEXT("message/"))) {
		struct text plain = plain_lines(arena, part->content);
		got = plain_lines(arena, got);
		REQUIRE(text_has_prefix(got, plain) && got.size <= plain.size + 1);
		return;
	}
	if (text_is_equal_nocase(part->disposition, TEXT("attachment")) &&
	    part->encoding == COMPOSE_AUTOMATIC &&
	    !text_has_prefix_nocase(part->type, TEXT("message/")))
		REQUIRE(text_is_equal(got, part->content));
	else
		REQUIRE(text_is_equal(plain_lines(arena, got), plain_lines(arena, part->content)));
}

static void
check_composed(struct arena *arena, const struct compose_part *part)
{
	const struct compose_part parts[] = {*part, {.content = TEXT("text\n")}};
	const struct compose_part both = {
	    .type = TEXT("multipart/mixed"), .children = parts, .count = 2};
	struct error error;
	struct buffer out;

	buffer_init(&out, 16 * FUZZ_SIZE_MAX);
	bool is_valid = compose_part_append(part, TEXT("\n"), TEXT("seed"), &out, &error);
	if (is_valid) {
		struct mime_tree tree =
		    mime_tree_parse(arena, buffer_text(&out), MIME_LIMITS_DEFAULT);
		check_part(arena, part, tree.root);
	} else {
		REQUIRE(out.size == 0 && error.kind == ERROR_INPUT && error.text[0] != '\0');
	}
	buffer_reset(&out);
	REQUIRE(compose_part_append(&both, TEXT("\n"), part->content, &out, &error) == is_valid);
	if (is_valid) {
		struct mime_tree tree =
		    mime_tree_parse(arena, buffer_text(&out), MIME_LIMITS_DEFAULT);
		REQUIRE(tree.root->is_closed && tree.root->first_child != NULL);
		check_part(arena, part, tree.root->first_child);
		REQUIRE(text_is_equal(tree.root->last_child->body, TEXT("text\n")));
	}
	buffer_clear(&out);
}

static void
check_field(struct text value)
{
	struct error error;
	struct buffer out;

	buffer_init(&out, 64 * FUZZ_SIZE_MAX);
	REQUIRE(compose_field_append(TEXT("X-Value"), value, TEXT("\n"), &out));
	check_header(buffer_text(&out));
	struct text rest = buffer_text(&out);
	struct header_field field;
	REQUIRE(header_next(&rest, &field) && rest.size == 0);
	buffer_reset(&out);
	if (text_is_ascii(value) &&
	    compose_field_append_addresses(TEXT("To"), value, TEXT("\n"), &out, &error)) {
		check_header(buffer_text(&out));
		rest = buffer_text(&out);
		REQUIRE(header_next(&rest, &field) && rest.size == 0);
	}
	buffer_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text rest = {(const char *)data, size};
	struct compose_part part = {0};
	struct arena arena;

	if (size > FUZZ_SIZE_MAX)
		return 0;
	arena_init(&arena, NULL, 0);
	struct text line = text_split(&rest, '\n');
	part.type = text_split(&line, '|');
	part.name = text_split(&line, '|');
	part.disposition = text_split(&line, '|');
	part.description = text_split(&line, '|');
	if (line.size > 0 && line.data[0] >= '0' && line.data[0] <= '4')
		part.encoding = (enum compose_encoding)(line.data[0] - '0');
	part.content = rest;
	check_composed(&arena, &part);
	check_field(rest);
	arena_clear(&arena);
	return 0;
}
