/*
 * Flags and keywords in the header of an mbox's messages.
 */
#include "refile/mailbox_fields.h"

#include <stdint.h>

#include "support/tap.h"

static struct arena arena;

static void
take(const char *stored, const char *message, const char *flags, const char *keywords)
{
	struct text bytes = exact_copy(text_from_string(stored));
	struct mailbox_fields fields;

	check_text(mailbox_fields_take(&arena, bytes, &fields), text_from_string(message));
	check_text(fields.flags, text_from_string(flags));
	check_text(fields.keywords, text_from_string(keywords));
	free((void *)(uintptr_t)bytes.data);
}

static void
fields_are_taken(void)
{
	take("A: b\n\nx\n", "A: b\n\nx\n", "", "");
	take("Status: RO\nA: b\n\nx\n", "A: b\n\nx\n", "S", "");
	take("A: b\nx-status: FA\nSTATUS: R\nC: d\n\nStatus: R\n", "A: b\nC: d\n\nStatus: R\n",
	    "RFS", "");
	take("X-Status: TDD\nX-UID: 4\nX-Keywords: One \n\t Two\nContent-Length: 3\nA: b\n",
	    "A: b\n", "DT", "One,Two");
	take("Status: RO", "", "S", "");
	take("Statuss: R\nX-Stat: A\n\n", "Statuss: R\nX-Stat: A\n\n", "", "");
	take("", "", "", "");
}

static void
what_was_seen_in_a_list_is_old(void)
{
	struct mailbox_fields fields;

	mailbox_fields_take(&arena, TEXT("Status: O\n\n"), &fields);
	check(fields.is_old && fields.flags.size == 0);
	mailbox_fields_take(&arena, TEXT("A: b\n\n"), &fields);
	check(!fields.is_old);
}

static void
notes_of_the_keeper_are_known(void)
{
	struct mailbox_fields fields;

	mailbox_fields_take(&arena,
	    TEXT("Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 1 2\n\nx"),
	    &fields);
	check(fields.is_internal);
	mailbox_fields_take(&arena,
	    TEXT("Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n\nx"), &fields);
	check(!fields.is_internal);
	mailbox_fields_take(&arena, TEXT("Subject: first\nX-IMAPbase: 1 2\n\nx"), &fields);
	check(!fields.is_internal);
}

static void
put(const char *flags, const char *keywords, bool is_old, const char *wanted)
{
	const struct mailbox_fields fields = {.flags = text_from_string(flags),
	    .keywords = text_from_string(keywords),
	    .is_old = is_old};

	check_text(
	    mailbox_fields_put(&arena, TEXT("A: b\n\nx\n"), &fields), text_from_string(wanted));
}

static void
fields_are_put(void)
{
	put("", "", false, "A: b\n\nx\n");
	put("", "", true, "Status: O\nA: b\n\nx\n");
	put("FRS", "One,Two,", true, "Status: RO\nX-Status: AF\nX-Keywords: One Two\nA: b\n\nx\n");
	put("DT", "", false, "X-Status: TD\nA: b\n\nx\n");
	put("P", "One", false, "X-Keywords: $Forwarded One\nA: b\n\nx\n");
}

static void
what_is_put_can_be_taken(void)
{
	const struct mailbox_fields fields = {
	    .flags = TEXT("DFRST"), .keywords = TEXT("One,Two"), .is_old = true};
	struct text message = TEXT("A: b\r\n\r\nx\r\n");
	struct mailbox_fields again;

	struct text stored = mailbox_fields_put(&arena, message, &fields);
	check(text_has_prefix(stored, TEXT("Status: RO\r\n")));
	check_text(mailbox_fields_take(&arena, stored, &again), message);
	check(again.flags.size == 5 && again.is_old);
	check_text(again.keywords, TEXT("One,Two"));
}

int
main(void)
{
	test("fields of the mailbox are taken off, and read", fields_are_taken);
	test("a message that was seen in a list is old, not read", what_was_seen_in_a_list_is_old);
	test("the keeper's own notes are told from mail", notes_of_the_keeper_are_known);
	test("flags and keywords become fields", fields_are_put);
	test("what is put can be taken", what_is_put_can_be_taken);
	arena_clear(&arena);
	return tests_end();
}
