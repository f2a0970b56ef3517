/*
 * Fuzz target: a script of edits ("+Name: value", "=Name: value", "-Name", a line each, up to an
 * empty line) and any bytes behind it as the header block. Checked: a deleted name is gone, a set
 * one is there once, a value stays in its field, and all other fields stay as they are, in order.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bug.h"
#include "mail/header.h"
#include "mail/header_edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_EDITS_MAX = 20, FUZZ_SIZE_MAX = 65536 };

struct fuzz_edits {
	struct header_edit list[FUZZ_EDITS_MAX];
	size_t count;
};

static void
read_edits(struct text *rest, struct fuzz_edits *edits)
{
	while (rest->size > 0 && edits->count < FUZZ_EDITS_MAX) {
		struct text line = text_split(rest, '\n');
		if (line.size == 0)
			return;
		struct text value = text_slice(line, 1, line.size), name = text_split(&value, ':');
		if (!header_edit_is_name(name))
			continue;
		edits->list[edits->count++] = (struct header_edit){
		    .kind = line.data[0] == '+'   ? HEADER_EDIT_ADD
			    : line.data[0] == '=' ? HEADER_EDIT_SET
						  : HEADER_EDIT_DELETE,
		    .name = name,
		    .value = value,
		};
	}
}

static bool
is_edited(const struct fuzz_edits *edits, struct text name)
{
	for (size_t i = 0; i < edits->count; i++)
		if (text_is_equal_nocase(edits->list[i].name, name))
			return true;
	return false;
}

static size_t
count_fields(struct text rest, struct text name)
{
	struct header_field field;
	size_t count = 0;

	while (header_next(&rest, &field))
		count += text_is_equal_nocase(field.name, name);
	return count;
}

/* How many fields of that name the edits must come to. */
static size_t
expected_fields(const struct fuzz_edits *edits, struct text block, struct text name)
{
	size_t count = count_fields(block, name);

	for (size_t i = 0; i < edits->count; i++) {
		if (!text_is_equal_nocase(edits->list[i].name, name))
			continue;
		if (edits->list[i].kind == HEADER_EDIT_ADD)
			count++;
		else
			count = edits->list[i].kind == HEADER_EDIT_SET;
	}
	return count;
}

/* The next field that no edit names. */
static bool
next_other(const struct fuzz_edits *edits, struct text *rest, struct text *raw_out)
{
	struct header_field field;

	while (header_next(rest, &field))
		if (!is_edited(edits, field.name)) {
			*raw_out = field.raw;
			return true;
		}
	return false;
}

static void
check_others(const struct fuzz_edits *edits, struct text before, struct text after)
{
	struct text old, new;

	while (next_other(edits, &before, &old)) {
		REQUIRE(next_other(edits, &after, &new));
		/* An unended stray line in front gets a line end. */
		REQUIRE(text_is_equal(old, new) || (before.size == 0 && text_has_prefix(new, old) &&
						       new.size <= old.size + 2));
	}
	REQUIRE(!next_other(edits, &after, &new));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text block = {(const char *)data, size};
	struct fuzz_edits edits = {.count = 0};
	size_t header_size, body_start;
	struct buffer out;

	if (size > FUZZ_SIZE_MAX)
		return 0;
	read_edits(&block, &edits);
	header_find_end(block, &header_size, &body_start);
	block = text_slice(block, 0, header_size);
	buffer_init(&out, 64 * FUZZ_SIZE_MAX);
	REQUIRE(
	    header_edit_apply(block, header_edit_line_end(block), edits.list, edits.count, &out));
	struct text result = buffer_text(&out);
	header_find_end(result, &header_size, &body_start);
	REQUIRE(header_size == result.size);
	for (size_t i = 0; i < edits.count; i++)
		REQUIRE(count_fields(result, edits.list[i].name) ==
			expected_fields(&edits, block, edits.list[i].name));
	check_others(&edits, block, result);
	buffer_clear(&out);
	return 0;
}
