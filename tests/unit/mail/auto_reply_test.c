/*
 * Whom a program may answer (RFC 3834, and what practice added), and the header of the answer. The
 * expected guards are what those documents ask for, one case a mark.
 */
#include <stdint.h>

#include "base/arena.h"
#include "mail/auto_reply.h"
#include "mail/mime_tree.h"
#include "support/tap.h"

enum { ROOM = 1024 * 1024 };

static struct arena arena;

static const struct text own[] = {{"me@here.test", 12}};

/* The guard, or "reply" and the recipient. `sender` NULL: no envelope sender. */
static struct text
judged(const char *sender, struct text header)
{
	struct text exact = exact_copy(header);
	const struct envelope envelope = {
	    .has_sender = sender != NULL, .sender = text_from_string(sender)};
	const struct auto_reply_request request = {.message = message_new(&arena, exact),
	    .envelope = &envelope,
	    .own_addresses = own,
	    .own_count = 1,
	    .needs_own_address = true};
	struct auto_reply_answer answer = auto_reply_judge(&arena, &request);
	struct text result = text_from_string(answer.guard);

	check(answer.sentence.size > 0);
	check(answer.may_reply == (answer.guard == NULL));
	if (answer.may_reply)
		result = arena_format(&arena, "reply %.*s", TEXT_ARGUMENTS(answer.recipient));
	result = arena_copy_text(&arena, result);
	free((void *)(uintptr_t)exact.data);
	return result;
}

/* A message from a person with one more field. */
static struct text
with(const char *field)
{
	return judged("joe@x.test",
	    arena_format(
		&arena, "%s\nFrom: Joe <joe@x.test>\nTo: me@here.test\nSubject: hi\n\n", field));
}

static struct text
from(const char *sender)
{
	return judged(sender, TEXT("To: me@here.test\n\n"));
}

static void
a_person_gets_a_reply(void)
{
	check_text(with("X-Other: 1"), TEXT("reply joe@x.test"));
	check_text(with("Auto-Submitted: no"), TEXT("reply joe@x.test"));
	check_text(with("Auto-Submitted: (really) NO; x=y"), TEXT("reply joe@x.test"));
	check_text(with("Precedence: first-class"), TEXT("reply joe@x.test"));
	check_text(with("X-Auto-Response-Suppress: DR, NRN"), TEXT("reply joe@x.test"));
	check_text(with("X-Spam-Status: No, score=1"), TEXT("reply joe@x.test"));
	check_text(with("X-Spamd-Result: default: False [1.0 / 15.0]"), TEXT("reply joe@x.test"));
	check_text(with("X-MS-Exchange-Organization-SCL: -1"), TEXT("reply joe@x.test"));
	check_text(with("X-Autoreply: no"), TEXT("reply joe@x.test"));
	check_text(
	    with("Content-Type: multipart/mixed; boundary=report"), TEXT("reply joe@x.test"));
	/* A subaddress scheme for bounces of a person's own mail is still that person. */
	check_text(from("prvs=1234=joe@x.test"), TEXT("reply prvs=1234=joe@x.test"));
	check_text(from("\"joe b\"@x.test"), TEXT("reply \"joe b\"@x.test"));
}

static void
each_mark_has_its_guard(void)
{
	static const char *const cases[][2] = {
	    {"Auto-Submitted: auto-replied", "auto-submitted"},
	    {"Auto-Submitted: auto-generated (cron)", "auto-submitted"},
	    {"auto-submitted:\n\tAuto-Notified; owner-email=x", "auto-submitted"},
	    {"Auto-Submitted: (never closed", "auto-submitted"},
	    {"X-Auto-Response-Suppress: DR, OOF", "response-suppress"},
	    {"X-Auto-Response-Suppress: All", "response-suppress"},
	    {"List-Id: <a.b>", "list"},
	    {"List-Unsubscribe: <mailto:x@y>", "list"},
	    {"List-Post: NO", "list"},
	    {"Mailing-List: contact x", "list"},
	    {"X-Mailing-List: x", "list"},
	    {"X-BeenThere: x@y", "list"},
	    {"X-Mailman-Version: 2", "list"},
	    {"To: Multiple recipients of list X", "list"},
	    {"Precedence: bulk", "precedence"},
	    {"Precedence: JUNK", "precedence"},
	    {"Precedence : list", "precedence"},
	    {"Feedback-ID: 1:2:3", "bulk"},
	    {"X-CampaignID: 7", "bulk"},
	    {"X-Autoreply: yes", "auto-mark"},
	    {"X-Autoreply-From: x@y", "auto-mark"},
	    {"X-Autorespond: hello", "auto-mark"},
	    {"X-Autoresponder-Revision: 1", "auto-mark"},
	    {"X-FC-MachineGenerated: true", "auto-mark"},
	    {"X-Cron-Env: <SHELL=/bin/sh>", "auto-mark"},
	    {"Delivered-To: Autoresponder", "auto-mark"},
	    {"X-Loop: x@y.test", "loop"},
	    {"Return-Path: <>", "null-sender"},
	    {"Content-Type: multipart/report; report-type=delivery-status", "report"},
	    {"Content-Type: message/delivery-status", "report"},
	    {"X-Failed-Recipients: a@b", "report"},
	    {"X-Spam-Flag: YES", "spam"},
	    {"X-Spam-Status: Yes, score=9.1", "spam"},
	    {"X-Spam: Yes", "spam"},
	    {"X-Spamd-Result: default: True [16.0 / 15.0]", "spam"},
	    {"X-Rspamd-Action: add header", "spam"},
	    {"X-Bogosity: Spam, tests=bogofilter", "spam"},
	    {"X-MS-Exchange-Organization-SCL: 6", "spam"},
	    {"Sender: owner-list@x.test", "list-sender"},
	    {"Sender: noreply@x.test", "role-sender"},
	    {"From: other@x.test", "several-authors"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_text(with(cases[i][0]), text_from_string(cases[i][1]));
}

static void
senders_are_judged(void)
{
	static const char *const cases[][2] = {
	    {"", "null-sender"},
	    {"MAILER-DAEMON@x.test", "role-sender"},
	    {"postmaster@x.test", "role-sender"},
	    {"root@x.test", "role-sender"},
	    {"No-Reply@x.test", "role-sender"},
	    {"do_not_reply+7@x.test", "role-sender"},
	    {"team-noreply@x.test", "role-sender"},
	    {"owner-list@x.test", "list-sender"},
	    {"list-request@x.test", "list-sender"},
	    {"List-Owner@x.test", "list-sender"},
	    {"list-bounces+joe=x.test@y.test", "list-sender"},
	    {"list-return-17-joe=x.test@y.test", "list-sender"},
	    {"bounces+7@x.test", "role-sender"},
	    {"Me@Here.Test", "own-address"},
	    {"MAILER-DAEMON", "malformed-sender"},
	    {"joe", "malformed-sender"},
	    {"joe@x.test\nBcc: a@b", "malformed-sender"},
	    {"a@x.test, b@x.test", "several-senders"},
	    {"a@@x.test", "malformed-sender"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_text(from(cases[i][0]), text_from_string(cases[i][1]));
}

static void
authors_are_judged(void)
{
	check_text(judged("joe@x.test", TEXT("From: a@x.test, b@x.test\nTo: me@here.test\n\n")),
	    TEXT("several-authors"));
	check_text(judged("joe@x.test", TEXT("From: me@here.test\nTo: me@here.test\n\n")),
	    TEXT("own-address"));
	check_text(judged("joe@x.test", TEXT("From: nobody at all\nTo: me@here.test\n\n")),
	    TEXT("malformed-sender"));
	check_text(
	    judged("joe@x.test", TEXT("From:\nTo: me@here.test\n\n")), TEXT("malformed-sender"));
}

static void
mail_must_be_addressed_to_us(void)
{
	static const char *const names[] = {
	    "To", "Cc", "bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"};

	check_text(judged("joe@x.test", TEXT("To: all@here.test\n\n")), TEXT("not-addressed"));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		check_text(
		    judged("joe@x.test",
			arena_format(&arena, "%s: x@y.test, Group: ME@here.test;\n\n", names[i])),
		    TEXT("reply joe@x.test"));
}

static void
the_return_path_is_asked_before_the_header(void)
{
	struct text message = TEXT("Return-Path: <r@x.test>\nReply-To: <q@x.test>\n"
				   "From: joe@x.test\n\n");
	struct auto_reply_request request = {.message = message_new(&arena, message)};

	check_text(auto_reply_judge(&arena, &request).recipient, TEXT("r@x.test"));
	request.message = message_new(&arena, text_slice(message, 24, message.size));
	check_text(text_from_string(auto_reply_judge(&arena, &request).guard), TEXT("no-sender"));
	request.trusts_header = true;
	check_text(auto_reply_judge(&arena, &request).recipient, TEXT("q@x.test"));
	request.message = message_new(&arena, TEXT("From: Joe <joe@x.test>\n\n"));
	check_text(auto_reply_judge(&arena, &request).recipient, TEXT("joe@x.test"));
}

static void
a_loop_ends(void)
{
	struct buffer header;

	buffer_init(&header, ROOM);
	for (unsigned i = 0; i < 51; i++)
		buffer_append(&header, TEXT("Received: x\n"));
	buffer_append(&header, TEXT("To: me@here.test\n\n"));
	check_text(judged("joe@x.test", buffer_text(&header)), TEXT("loop"));
	check_text(judged("joe@x.test", text_slice(buffer_text(&header), 12, header.size)),
	    TEXT("reply joe@x.test"));
	buffer_clear(&header);
}

static struct text
answered(struct text original, const struct auto_reply_header *header)
{
	const struct auto_reply_answer answer = {.may_reply = true, .recipient = TEXT("j@x.test")};
	struct text exact = exact_copy(original);
	struct buffer out;

	buffer_init(&out, ROOM);
	if (!auto_reply_append_header(
		&arena, message_new(&arena, exact), &answer, header, TEXT("\n"), &out))
		buffer_reset(&out);
	struct text copy = arena_copy_text(&arena, buffer_text(&out));
	buffer_clear(&out);
	free((void *)(uintptr_t)exact.data);
	return copy;
}

static void
the_header_says_what_it_is(void)
{
	const struct auto_reply_header header = {.from = TEXT("J\xc3\xb6 <me@here.test>"),
	    .date = TEXT("Sun, 22 Nov 2026 04:00:00 +0000"),
	    .message_id = TEXT("n@here.test"),
	    .extra = TEXT("X-A: b\n")};

	check_text(answered(TEXT("Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\nMessage-ID: <m@x>\n"
				 "References: <a@x>\n <b@x>\n\n"),
		       &header),
	    TEXT("To: j@x.test\nFrom: =?UTF-8?B?SsO2?= <me@here.test>\n"
		 "Subject: Auto: =?UTF-8?B?R3LDvMOfZQ==?=\n"
		 "Date: Sun, 22 Nov 2026 04:00:00 +0000\nMessage-ID: <n@here.test>\n"
		 "In-Reply-To: <m@x>\nReferences: <a@x>\n <b@x>\n <m@x>\n"
		 "Auto-Submitted: auto-replied\nX-A: b\n"));
	check_text(answered(TEXT("\n"), &(struct auto_reply_header){.subject = TEXT("away")}),
	    TEXT("To: j@x.test\nSubject: away\nAuto-Submitted: auto-replied\n"));
	check_text(
	    answered(TEXT("\n"), &(struct auto_reply_header){.from = TEXT("nobody")}), TEXT(""));
	check_text(
	    answered(TEXT("\n"), &(struct auto_reply_header){.extra = TEXT("\nbody")}), TEXT(""));
}

static void
references_stay_bounded(void)
{
	struct buffer original;

	buffer_init(&original, ROOM);
	buffer_append(&original, TEXT("Message-ID: <own@x>\nReferences:"));
	for (unsigned i = 0; i < 1000; i++)
		buffer_append_format(&original, " <%u@x>", i);
	buffer_append(&original, TEXT("\n\n"));
	struct text got = answered(buffer_text(&original), &(struct auto_reply_header){0});
	check(text_find(got, 0, TEXT("References: <0@x>\n <981@x>\n <982@x>\n")) < got.size);
	check(text_find(got, 0, TEXT(" <999@x>\n <own@x>\nAuto-Submitted")) < got.size);
	buffer_clear(&original);
}

static void
a_hostile_message_adds_no_field(void)
{
	struct text got =
	    answered(TEXT("Subject: =?utf-8?q?x=0ABcc:=20a@b?=\nMessage-ID: <a\x7fzz:c>\n\n"),
		&(struct auto_reply_header){0});

	check_text(
	    got, TEXT("To: j@x.test\nSubject: Auto: x Bcc: a@b\nAuto-Submitted: auto-replied\n"));
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test("a person gets a reply", a_person_gets_a_reply);
	test("each mark of a program, a list or spam has its guard", each_mark_has_its_guard);
	test("senders that are nobody are not answered", senders_are_judged);
	test("authors are judged as the sender is", authors_are_judged);
	test("mail must be addressed to us", mail_must_be_addressed_to_us);
	test("the return path is asked before the header",
	    the_return_path_is_asked_before_the_header);
	test("a message that passed too many servers is a loop", a_loop_ends);
	test("the header of a reply says what it is", the_header_says_what_it_is);
	test("references stay bounded", references_stay_bounded);
	test("a hostile message adds no field", a_hostile_message_adds_no_field);
	arena_clear(&arena);
	return tests_end();
}
