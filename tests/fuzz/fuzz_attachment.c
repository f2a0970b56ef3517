/*
 * Any bytes as a message: every question is asked of every attachment, twice. Checked: an answer stays the
 * same, the bounds hold, what is read has the size that was told.
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/bug.h"
#include "base/utf8.h"
#include "filter/engine/attachment/attachment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct answers {
	struct text type, why;
	uint64_t size;
	struct attachment_class class;
	bool is_encrypted, is_damaged, is_cut, is_mismatch;
};

static bool
count_bytes(void *self, struct text piece)
{
	*(uint64_t *)self += piece.size;
	return true;
}

static struct answers
ask(struct attachment_list *list, struct attachment *attachment, bool backwards)
{
	struct answers answers = {0};
	struct error error = {0};

	if (backwards)
		REQUIRE(attachment_is_damaged(list, attachment, &answers.is_damaged, &error));
	REQUIRE(attachment_type(list, attachment, &answers.type, &error));
	answers.size = attachment_size(list, attachment);
	REQUIRE(attachment_class(list, attachment, &answers.class, &error));
	REQUIRE(attachment_is_encrypted(list, attachment, &answers.is_encrypted, &error));
	REQUIRE(attachment_is_damaged(list, attachment, &answers.is_damaged, &error));
	REQUIRE(attachment_is_cut(list, attachment, &answers.is_cut, &error));
	REQUIRE(
	    attachment_is_mismatch(list, attachment, &answers.is_mismatch, &answers.why, &error));
	REQUIRE(answers.is_mismatch == (answers.why.size > 0));
	REQUIRE(answers.class.own != 0);
	return answers;
}

static void
check_same(const struct answers *a, const struct answers *b)
{
	REQUIRE(text_is_equal(a->type, b->type) && text_is_equal(a->why, b->why));
	REQUIRE(a->size == b->size && a->class.own == b->class.own &&
		a->class.inside == b->class.inside);
	REQUIRE(a->is_encrypted == b->is_encrypted && a->is_damaged == b->is_damaged &&
		a->is_cut == b->is_cut);
}

static void
check_attachment(struct attachment_list *list, struct attachment *attachment, bool backwards)
{
	struct attachment *members;
	struct error error = {0};
	uint64_t bytes = 0;
	size_t count;

	struct answers first = ask(list, attachment, backwards);
	struct answers again = ask(list, attachment, !backwards);
	check_same(&first, &again);
	REQUIRE(utf8_is_valid(attachment->facts.name));
	REQUIRE(attachment_read(list, attachment, count_bytes, &bytes));
	REQUIRE(bytes == first.size);
	REQUIRE(attachment_members(list, attachment, &members, &count, &error));
	for (size_t i = 0; i < count; i++) {
		struct answers member = ask(list, &members[i], backwards);
		REQUIRE(members[i].archive == attachment && members[i].depth > attachment->depth);
		REQUIRE(!attachment_read(list, &members[i], count_bytes, &bytes));
		(void)member;
	}
}

/* One for all inputs: loading libmagic's database takes longer than asking it. */
static struct sniffer *
shared_sniffer(void)
{
	static struct arena arena;
	static struct sniffer *sniffer;

	if (sniffer == NULL)
		sniffer = sniff_new(&arena);
	return sniffer;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct attachment *attachment;
	struct arena arena;
	size_t number = 0;

	arena_init(&arena, NULL, 0);
	struct attachment_list *list =
	    attachment_list_new(&arena, shared_sniffer(), (struct text){(const char *)data, size});
	while ((attachment = attachment_at(list, number)) != NULL)
		check_attachment(list, attachment, number++ % 2 == 0);
	REQUIRE(number == attachment_count(list) && number <= ATTACHMENT_MAX);
	attachment_list_close(list);
	arena_clear(&arena);
	return 0;
}
