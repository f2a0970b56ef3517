/*
 * Fuzz target: any bytes as a file of rule tests. Every place lies in the file; an expectation that
 * is written back is read as the same; with recorded lines in place of all expectations the file
 * still parses, with as many tests; and messages are built from what stands in the file alone.
 */
#include <stdint.h>

#include "base/bug.h"
#include "rehearse/rule_test_expected.h"
#include "rehearse/rule_test_file.h"
#include "rehearse/rule_test_material.h"
#include "rehearse/rule_test_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_RULE_TEST_SIZE_MAX = 65536, FUZZ_RULE_TEST_LINE_MAX = 1 << 20 };

static void
fuzz_rule_test_expected(struct arena *arena, const struct rule_test_expected *expected)
{
	struct rule_test_expected again = {0};
	struct rule_test_line line;
	struct buffer first, second;
	struct error error;

	/* Blocks are not written back, and the value of a header field shows as it is. */
	if (expected->source.form != RULE_TEST_SOURCE_NONE || expected->aspect == RULE_TEST_FIELD)
		return;
	buffer_init(&first, FUZZ_RULE_TEST_LINE_MAX);
	buffer_init(&second, FUZZ_RULE_TEST_LINE_MAX);
	rule_test_expected_append(&first, expected);
	REQUIRE(text_find_byte(buffer_text(&first), 0, '\n') == first.size);
	rule_test_line_init(&line, arena, TEXT("again"), buffer_text(&first));
	REQUIRE(rule_test_line_next(&line));
	REQUIRE(rule_test_expected_parse(&line, &again, &error));
	rule_test_expected_append(&second, &again);
	REQUIRE(text_is_equal(buffer_text(&first), buffer_text(&second)));
	REQUIRE(text_is_equal(expected->value, again.value));
	buffer_clear(&first);
	buffer_clear(&second);
}

static void
fuzz_rule_test_message(
    struct rule_test_material *material, struct arena *arena, const struct rule_test *test)
{
	const struct rule_test_given **given =
	    arena_alloc_array(arena, test->given_count, sizeof *given);
	size_t count = 0;
	struct text bytes;
	struct error error;

	for (size_t i = 0; i < test->given_count; i++)
		if (test->given[i].source.form != RULE_TEST_SOURCE_FILE)
			given[count++] = &test->given[i];
	REQUIRE(rule_test_material_message(material, arena, given, count, &bytes, &error));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text source = {(const char *)data, size};
	struct rule_test_record record = {0};
	struct rule_test_file file, again;
	struct rule_test_material material;
	struct arena arena;
	struct error error;

	if (size > FUZZ_RULE_TEST_SIZE_MAX)
		return 0;
	arena_init(&arena, NULL, 0);
	if (!rule_test_file_parse(&arena, TEXT("t"), source, &file, &error)) {
		REQUIRE(text_has_prefix(text_from_string(error.text), TEXT("t:")));
		arena_clear(&arena);
		return 0;
	}
	rule_test_material_init(&material, &arena, file.name);
	for (size_t i = 0; i < file.count; i++) {
		const struct rule_test *test = &file.tests[i];
		REQUIRE(test->end <= size && test->line > 0);
		for (size_t j = 0; j < test->expected_count; j++)
			fuzz_rule_test_expected(&arena, &test->expected[j]);
		fuzz_rule_test_message(&material, &arena, test);
		rule_test_record_add(&record, &arena, test, TEXT("expect keep\n"));
	}
	struct text changed = rule_test_record_apply(&record, &arena, &file);
	REQUIRE(rule_test_file_parse(&arena, TEXT("t"), changed, &again, &error));
	REQUIRE(again.count == file.count);
	for (size_t i = 0; i < again.count; i++) {
		REQUIRE(again.tests[i].expected_count == 1);
		REQUIRE(again.tests[i].given_count == file.tests[i].given_count);
	}
	arena_clear(&arena);
	return 0;
}
