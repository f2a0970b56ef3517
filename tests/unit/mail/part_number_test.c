/*
 * The numbers of parts, after RFC 9051, section 6.4.5, whose own example is the message here.
 */
#include "mail/part_number.h"
#include "support/tap.h"

#include <stdint.h>

static struct arena arena;

/* The example of RFC 9051, section 6.4.5.1. */
static const struct text nested =
    TEXT("Content-Type: multipart/mixed; boundary=a\n\n--a\n\none\n--a\nContent-Type: image/x\n\n"
	 "two\n--a\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=b\n\n"
	 "--b\n\n3.1\n--b\n\n3.2\n--b--\n--a\nContent-Type: multipart/mixed; boundary=c\n\n--c\n"
	 "Content-Type: image/gif\n\n4.1\n--c\nContent-Type: message/rfc822\n\n"
	 "Content-Type: multipart/mixed; boundary=d\n\n--d\n\n4.2.1\n--d\n"
	 "Content-Type: multipart/alternative; boundary=e\n\n--e\n\n4.2.2.1\n--e\n\n4.2.2.2\n"
	 "--e--\n--d--\n--c--\n--a\nContent-Type: message/rfc822\n\nS: single\n\n5.1\n--a--\n");

static void
numbers_are_those_of_imap(void)
{
	static const struct text leaves[] = {TEXT("3.1"), TEXT("3.2"), TEXT("4.1"), TEXT("4.2.1"),
	    TEXT("4.2.2.1"), TEXT("4.2.2.2"), TEXT("5.1")};
	static const struct text none[] = {TEXT("0"), TEXT("6"), TEXT("1.1"), TEXT("3.3"),
	    TEXT("01"), TEXT("4."), TEXT(".1"), TEXT("x"), TEXT("5.1.1"),
	    TEXT("99999999999999999999"), TEXT("1 ")};
	struct text copy = exact_copy(nested);
	struct mime_tree tree = mime_tree_parse(&arena, copy, MIME_LIMITS_DEFAULT);

	for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
		const struct mime_part *part = part_number_find(&tree, leaves[i]);
		check(part != NULL);
		if (part != NULL)
			check_text(part->body, leaves[i]);
	}
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		check(part_number_find(&tree, none[i]) == NULL);
	check(part_number_find(&tree, TEXT("")) == tree.root);
	/* Two parts may have one number; the outer one is found. */
	for (const struct mime_part *part = tree.root; part != NULL; part = mime_tree_next(part)) {
		const struct mime_part *found =
		    part_number_find(&tree, part_number_format(&arena, part));
		check(found == part || (found == part->parent && found->kind == MIME_MESSAGE));
	}
	free((void *)(uintptr_t)copy.data);
	arena_clear(&arena);
	tree = mime_tree_parse(&arena, TEXT("A: b\n\nsingle"), MIME_LIMITS_DEFAULT);
	check_text(part_number_format(&arena, tree.root), TEXT("1"));
	check(part_number_find(&tree, TEXT("1")) == tree.root);
	tree = mime_tree_parse(
	    &arena, TEXT("Content-Type: message/rfc822\n\nA: b\n\nsingle"), MIME_LIMITS_DEFAULT);
	check_text(part_number_format(&arena, tree.root->first_child), TEXT("1.1"));
	arena_clear(&arena);
}

int
main(void)
{
	test("parts are numbered as IMAP numbers them", numbers_are_those_of_imap);
	return tests_end();
}
