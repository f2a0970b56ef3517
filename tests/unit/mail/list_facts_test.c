/*
 * Lists, bulk mail and programs, by the fields that RFC 2369, 2919, 3464, 3834 and 8098 name and those
 * that list managers add.
 */
#include "mail/list_facts.h"
#include "support/tap.h"

#include <stdint.h>

static struct arena arena;

/* Of the flags: L list, B bulk, A auto, R report. */
static void
check_flags_at(struct text header, const char *wanted, int line)
{
	struct text copy = exact_copy(header);
	struct list_facts facts = list_facts_parse(&arena, message_new(&arena, copy));
	char flags[5];
	size_t size = 0;

	if (facts.is_list)
		flags[size++] = 'L';
	if (facts.is_bulk)
		flags[size++] = 'B';
	if (facts.is_auto)
		flags[size++] = 'A';
	if (facts.is_report)
		flags[size++] = 'R';
	check_text_at((struct text){flags, size}, text_from_string(wanted), __FILE__, line);
	free((void *)(uintptr_t)copy.data);
	arena_clear(&arena);
}

#define check_flags(header, wanted) check_flags_at(TEXT(header "\n\nbody\n"), wanted, __LINE__)

static void
ordinary_mail_has_no_flag(void)
{
	check_flags("From: a@x.test\nTo: b@x.test\nSubject: list", "");
	check_flags("Sender: request@x.test", "");
	check_flags("Auto-Submitted: no", "");
	check_flags("Precedence: first-class", "");
	check_flags("X-Auto-Response-Suppress: None", "");
	check_flags("Content-Type: multipart/report; report-type=feedback-report", "");
	check_flags("", "");
}

static void
lists_are_known_by_their_marks(void)
{
	check_flags("List-Id: <a.x.test>", "LB");
	check_flags("List-Post: <mailto:a@x.test>", "LB");
	check_flags("Mailing-List: contact a-help@x.test; run by ezmlm", "LB");
	check_flags("X-Mailing-List: <a@x.test>", "LB");
	check_flags("X-BeenThere: a@x.test", "LB");
	check_flags("X-Loop: a@x.test", "LB");
	check_flags("Precedence: List", "LB");
	check_flags("Sender: owner-a@x.test", "LB");
	check_flags("Sender: a-request@x.test", "LB");
	check_flags("Sender: \"A\" <a-bounces@x.test>", "LB");
	check_flags("Delivered-To: mailing list a@x.test", "LB");
}

static void
bulk_mail_need_not_be_a_list(void)
{
	check_flags("Precedence: bulk", "B");
	check_flags("Precedence: junk (really)", "B");
	check_flags("List-Unsubscribe: <https://x.test/>", "B");
	check_flags("Feedback-ID: 1:2:3", "B");
}

static void
programs_say_that_they_are(void)
{
	check_flags("Auto-Submitted: auto-replied", "A");
	check_flags("Auto-Submitted: (x) AUTO-Generated; owner-email=a@x", "A");
	check_flags("X-Auto-Response-Suppress: All", "A");
	check_flags("Precedence: auto_reply", "A");
	check_flags("X-Autoreply: yes", "A");
	check_flags("Return-Path: <>", "A");
	check_flags("Return-Path: <a@x>", "");
}

static void
reports_are_known(void)
{
	check_flags("Content-Type: multipart/report; report-type=delivery-status", "AR");
	check_flags(
	    "Content-Type: multipart/report; report-type=\"disposition-notification\"", "AR");
	check_flags("Content-Type: multipart/report", "AR");
	check_flags("Content-Type: message/delivery-status", "AR");
	check_flags("From: Mail Delivery System <MAILER-DAEMON@x.test>", "AR");
	check_flags("X-Failed-Recipients: a@x.test", "AR");
}

static void
check_id_at(struct text header, struct text id, struct text name, int line)
{
	struct text copy = exact_copy(header);
	struct list_facts facts = list_facts_parse(&arena, message_new(&arena, copy));

	check_text_at(facts.list_id, id, __FILE__, line);
	check_text_at(facts.list_name, name, __FILE__, line);
	free((void *)(uintptr_t)copy.data);
	arena_clear(&arena);
}

#define check_id(body, id, name)                                                                   \
	check_id_at(TEXT("List-Id: " body "\n\n"), TEXT(id), TEXT(name), __LINE__)

/* The examples of RFC 2919, section 3, and what is met besides. */
static void
list_ids_and_names(void)
{
	check_id("List Header Mailing List <list-header.nisto.com>", "list-header.nisto.com",
	    "List Header Mailing List");
	check_id(
	    "<commonspace-users.list-id.within.com>", "commonspace-users.list-id.within.com", "");
	check_id("\"Lena's Personal Joke List\"\n <lenas-jokes.da39efc25c530ad145d41b86f7420c3b."
		 "021999.localhost>",
	    "lenas-jokes.da39efc25c530ad145d41b86f7420c3b.021999.localhost",
	    "Lena's Personal Joke List");
	check_id("=?utf-8?Q?caf=C3=A9?= <A.X.test>", "a.x.test", "caf\xC3\xA9");
	check_id("a.X.test", "a.x.test", "");
	check_id("name <a.x.test", "a.x.test", "name");
	check_id("", "", "");
}

static void
the_address_to_post_to(void)
{
	static const struct {
		struct text header, wanted;
	} cases[] = {
	    {TEXT("List-Post: <mailto:a@x.test>\n\n"), TEXT("a@x.test")},
	    {TEXT("List-Post: <MAILTO:a@x.test?subject=x> (Use it)\n\n"), TEXT("a@x.test")},
	    {TEXT("List-Post: <https://x.test/>,\n <mailto:a%2Bb@x.test>\n\n"), TEXT("a+b@x.test")},
	    {TEXT("List-Post: <mailto:a%0Ab%@x.test>\n\n"), TEXT("a%0Ab%@x.test")},
	    {TEXT("List-Post: NO (closed)\n\n"), TEXT("")},
	    {TEXT("List-Post: <mailto:\n\n"), TEXT("")},
	    {TEXT("List-Post: <\n\n"), TEXT("")},
	    {TEXT("A: b\n\n"), TEXT("")},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct text copy = exact_copy(cases[i].header);
		struct list_facts facts = list_facts_parse(&arena, message_new(&arena, copy));
		check_text(facts.list_post, cases[i].wanted);
		free((void *)(uintptr_t)copy.data);
		arena_clear(&arena);
	}
}

static void
the_keyword_of_auto_submitted(void)
{
	struct list_facts facts = list_facts_parse(
	    &arena, message_new(&arena, TEXT("Auto-Submitted: Auto-Replied (vacation)\n\n")));

	check_text(facts.auto_submitted, TEXT("auto-replied"));
	arena_clear(&arena);
}

int
main(void)
{
	test("ordinary mail has no flag", ordinary_mail_has_no_flag);
	test("lists are known by their marks", lists_are_known_by_their_marks);
	test("bulk mail need not be of a list", bulk_mail_need_not_be_a_list);
	test("programs say that they are", programs_say_that_they_are);
	test("reports are known", reports_are_known);
	test("list ids and names are read", list_ids_and_names);
	test("the address to post to is read", the_address_to_post_to);
	test("the keyword of Auto-Submitted is read", the_keyword_of_auto_submitted);
	return tests_end();
}
