/*
 * Any bytes as a message, through all that is asked of its parts: facts, numbers, sizes, encoded
 * messages, what is read, what is wrong. Then some parts are exchanged and removed, chosen by the bytes,
 * and the new message is compared with the old one (tests/support/edited_tree.h).
 */
#include <stdint.h>
#include <stdio.h>

#include "base/bug.h"
#include "base/utf8.h"
#include "mail/encoded_message.h"
#include "mail/list_facts.h"
#include "mail/part_choice.h"
#include "mail/part_edit.h"
#include "mail/part_facts.h"
#include "mail/part_number.h"
#include "mail/structure_check.h"
#include "tests/support/edited_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EDITS_MAX = 64 };

static const struct mime_limits fuzz_limits = {20, 500, 200};

static void
check_part(struct arena *arena, const struct mime_tree *tree, const struct mime_part *part)
{
	struct part_facts facts = part_facts_parse(arena, part, fuzz_limits.fields);
	struct text number = part_number_format(arena, part);
	const struct mime_part *found = part_number_find(tree, number);
	struct encoded_message message;
	bool malformed;

	REQUIRE(utf8_is_valid(facts.name));
	REQUIRE(utf8_is_valid(facts.extension) && facts.extension.size <= facts.name.size);
	REQUIRE(utf8_is_valid(facts.description));
	REQUIRE(facts.container < PART_CONTAINERS);
	REQUIRE(part->kind == MIME_LEAF || !facts.is_attachment);
	REQUIRE(found == part || (found == part->parent && found->kind == MIME_MESSAGE));
	REQUIRE(part_facts_decoded_size(part, fuzz_limits.fields, &malformed) <=
		(part->body.size + 1) * 32);
	if (!encoded_message_open(arena, part, part->depth, fuzz_limits, &message))
		return;
	REQUIRE(message.bytes.size <= ENCODED_MESSAGE_MAX && message.depth <= fuzz_limits.depth);
	for (part = message.tree.root; part != NULL; part = mime_tree_next(part))
		REQUIRE(part->depth + message.depth <= fuzz_limits.depth);
}

static void
check_choice(const struct mime_tree *tree, enum part_preference preference)
{
	const struct mime_part *before = NULL, *part = part_choice_next(tree, NULL, preference);

	for (; part != NULL; part = part_choice_next(tree, part, preference)) {
		REQUIRE(part->kind == MIME_LEAF && mime_part_is(part, TEXT("text"), TEXT("")));
		REQUIRE(
		    before == NULL || part->header.data >= before->body.data + before->body.size);
		REQUIRE(!part_choice_is_left_out(part, preference));
		before = part;
	}
}

static bool
is_inside(const struct mime_part *part, const struct mime_part *outer)
{
	while (part != NULL && part != outer)
		part = part->parent;
	return part != NULL;
}

static void
check_edits(struct arena *arena, struct text bytes, const struct mime_tree *tree, uint32_t seed)
{
	struct part_edit edits[EDITS_MAX] = {{0}};
	const struct mime_part *part = tree->root;
	size_t count = 0;
	struct buffer out;

	while (part != NULL && count < EDITS_MAX) {
		const struct mime_part *next = mime_tree_next(part);
		seed = seed * 1103515245U + 12345U;
		if (seed >> 30 == 0) {
			part_edit_notice(arena, TEXT("--gone\n"), TEXT("\n"), &edits[count]);
			edits[count].part = part;
			edits[count].is_removed = (seed >> 29 & 1) != 0;
			count++;
			while (next != NULL && is_inside(next, part))
				next = mime_tree_next(next);
		}
		part = next;
	}
	buffer_init(&out, bytes.size * 2 + 100000);
	REQUIRE(part_edit_apply(bytes, tree, edits, count, &out));
	struct mime_tree after = mime_tree_parse(arena, buffer_text(&out), fuzz_limits);
	const char *wrong = edited_tree_check(tree, &after, edits, count);
	if (wrong != NULL)
		fprintf(stderr, "after the edits: %s\n", wrong);
	REQUIRE(wrong == NULL);
	buffer_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text bytes = {(const char *)data, size};
	bool malformed, truncated;
	struct arena arena;
	uint32_t seed = 1;

	arena_init(&arena, NULL, 0);
	struct mime_tree tree = mime_tree_parse(&arena, bytes, fuzz_limits);
	for (const struct mime_part *part = tree.root; part != NULL; part = mime_tree_next(part))
		check_part(&arena, &tree, part);
	check_choice(&tree, PART_PREFERS_PLAIN);
	check_choice(&tree, PART_PREFERS_HTML);
	list_facts_parse(&arena, message_new(&arena, bytes));
	struct structure_report report = structure_check(&arena, bytes, fuzz_limits);
	structure_check_facts(&arena, bytes, fuzz_limits, &malformed, &truncated);
	REQUIRE(report.malformed == malformed && report.truncated == truncated);
	REQUIRE(truncated || !tree.truncated);
	for (size_t i = 0; i < report.count; i++) {
		REQUIRE(report.problems[i].offset <= size && report.problems[i].line >= 1);
		REQUIRE(i == 0 || report.problems[i].offset >= report.problems[i - 1].offset);
	}
	for (size_t i = 0; i < size; i++)
		seed = seed * 31 + data[i];
	if (!tree.truncated)
		check_edits(&arena, bytes, &tree, seed);
	arena_clear(&arena);
	return 0;
}
