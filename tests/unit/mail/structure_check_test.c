/*
 * Problems of structure: each kind by a message that has it, and the place that is told for it. The
 * sound messages are written after the standards and have none.
 */
#include "mail/structure_check.h"
#include "base/buffer.h"
#include "support/tap.h"

#include <stdint.h>

static struct arena arena;

#define HEAD                                                                                       \
	"Date: Sun, 22 Nov 2026 04:00:00 +0000\nFrom: a@x.test\nMessage-ID: <1@x.test>\n"          \
	"MIME-Version: 1.0\n"
#define MIXED HEAD "Content-Type: multipart/mixed; boundary=b\n\n"

/* "word@part:line word@part:line", with '?' behind remarks and '+' behind limits. */
static void
check_report_at(struct text bytes, struct mime_limits limits, struct text wanted, int line)
{
	struct text copy = exact_copy(bytes);
	struct structure_report report = structure_check(&arena, copy, limits);
	bool malformed, truncated;
	struct buffer out;

	buffer_init(&out, 1000000);
	for (size_t i = 0; i < report.count; i++) {
		const struct structure_problem *problem = &report.problems[i];
		static const char *const marks[] = {"?", "", "+"};
		buffer_append_format(&out, "%s%s%s@%.*s:%d", i > 0 ? " " : "", problem->word,
		    marks[problem->weight], TEXT_ARGUMENTS(problem->part), (int)problem->line);
		check_at(problem->sentence.size > 10, "there is a sentence", __FILE__, line);
		check_at(problem->offset <= copy.size, "the place is inside", __FILE__, line);
	}
	check_text_at(buffer_text(&out), wanted, __FILE__, line);
	check_number_at(report.total, (long long)report.count, "total", __FILE__, line);
	structure_check_facts(&arena, copy, limits, &malformed, &truncated);
	check_at(malformed == report.malformed, "the same fact: malformed", __FILE__, line);
	check_at(truncated == report.truncated, "the same fact: truncated", __FILE__, line);
	check_at(malformed == (text_find(wanted, 0, TEXT("-")) < wanted.size && malformed),
	    "malformed needs a problem", __FILE__, line);
	buffer_clear(&out);
	free((void *)(uintptr_t)copy.data);
	arena_clear(&arena);
}

#define check_report(bytes, wanted)                                                                \
	check_report_at(TEXT(bytes), MIME_LIMITS_DEFAULT, TEXT(wanted), __LINE__)
#define check_limits(bytes, wanted, ...)                                                           \
	check_report_at(TEXT(bytes), (struct mime_limits){__VA_ARGS__}, TEXT(wanted), __LINE__)

static void
sound_messages_have_no_problem(void)
{
	check_report(HEAD "\nbody\n", "");
	check_report(HEAD "Content-Type: text/plain; charset=utf-8\n"
			  "Content-Transfer-Encoding: quoted-printable\n\nca=C3=A9\n",
	    "");
	check_report(HEAD "Content-Type: text/plain; charset=utf-8\n"
			  "Content-Transfer-Encoding: 8bit\n\nca\xC3\xA9\n",
	    "");
	check_report(MIXED "--b\n\none\n--b\nContent-Type: image/png; name*=utf-8''%C3%A4.png\n"
			   "Content-Transfer-Encoding: base64\n\nAAAA\n--b--\n",
	    "");
	check_report(MIXED "preamble\n--b\nContent-Type: message/rfc822\n\n" HEAD "\nx\n"
			   "--b\n\ny\n--b--\nepilogue\n",
	    "");
	check_report("Date: Sun, 22 Nov 2026 04:00:00 +0000\r\nFrom: a@x.test\r\n"
		     "Message-ID: <1@x.test>\r\nSubject: =?utf-8?Q?=C3=A9?=\r\n\r\nbody\r\n",
	    "");
}

static void
missing_and_doubled_fields(void)
{
	check_report("", "no-date@1:1 no-from@1:1 no-message-id?@1:1");
	check_report("Subject: x\n\nbody\n", "no-date@1:1 no-from@1:1 no-message-id?@1:1");
	check_report(HEAD "Subject: a\nSUBJECT: b\n\nx\n", "duplicate-field@1:6");
	check_report(HEAD "Received: a\nReceived: b\n\nx\n", "");
	check_report("From: a@x.test, b@x.test\n" HEAD "\n", "no-sender@1:1 duplicate-field@1:3");
	check_report("Date: Sun, 22 Nov 2026 04:00:00 +0000\nFrom: a@x.test\n"
		     "Message-ID: <1@x>\nContent-Type: text/html\n\nx\n",
	    "no-mime-version?@1:1");
	check_report(MIXED "--b\nContent-Type: text/plain\nContent-Type: text/html\n\nx\n--b--\n",
	    "duplicate-field@1:9");
	check_report(MIXED "--b\nContent-Type: message/rfc822\n\nSubject: x\n\ny\n--b--\n",
	    "no-date@1.1:10 no-from@1.1:10 no-message-id?@1.1:10");
}

static void
fields_that_cannot_be_read(void)
{
	check_report("Date: yesterday\nFrom: a@x.test\nMessage-ID: <1@x>\n\n", "bad-date@1:1");
	check_report(HEAD "To: a b c\n\n", "bad-address@1:5");
	check_report(HEAD "To: undisclosed-recipients:;\n\n", "");
	check_report("Date: Sun, 22 Nov 2026 04:00:00 +0000\nFrom: a@x.test\nMessage-ID: 1@x\n\n",
	    "bad-message-id@1:3");
	check_report("MIME-Version: two\nDate: Sun, 22 Nov 2026 04:00:00 +0000\nFrom: a@x.test\n"
		     "Message-ID: <1@x>\n\n",
	    "bad-mime-version@1:1");
	check_report(HEAD "Content-Type: nonsense\n\nx", "bad-content-type@1:5");
	check_report(HEAD "Content-Type: text/plain charset=utf-8\n\nx", "bad-parameters@1:5");
	check_report(HEAD "Content-Type: text/plain; charset=utf-8; charset=koi8-r\n\nx",
	    "duplicate-parameter@1:5");
	check_report(
	    HEAD "Content-Type: text/plain; charset=no-such-thing\n\nx", "unknown-charset@1:5");
	check_report(HEAD "Content-Disposition: attachment; filename*=utf-8''%zz\n\nx",
	    "bad-parameter-value@1:5");
	check_report(HEAD "Content-Disposition: attachment; filename*0=a; filename*2=b\n\nx",
	    "bad-parameter-value@1:5");
	check_report(HEAD "Content-Disposition: attachment; filename=a; filename*=utf-8''b\n\nx",
	    "two-spellings?@1:5");
	check_report(HEAD "Content-Disposition: attachment; filename=\"=?utf-8?Q?a?=\"\n\nx",
	    "encoded-word-in-parameter?@1:5");
	check_report(HEAD "Content-Transfer-Encoding: rot13\n\nx", "unknown-encoding@1:5");
	check_report(HEAD "Subject: =?utf-8?Q?a =?utf-8?Q?b?=\n\nx", "bad-encoded-word@1:5");
	check_report(HEAD "Subject: =?no-such-thing?Q?a=FF?=\n\nx", "unknown-charset@1:5");
	check_report(HEAD "Subject: =?utf-8?Q?a=FF?=\n\nx", "undecodable-text@1:5");
}

static void
bytes_and_lines_of_a_header(void)
{
	check_report(HEAD "no field at all\n\nx", "bad-header-line@1:5");
	check_report(HEAD "Subject : x\n\nx", "blank-before-colon?@1:5");
	check_report(HEAD "Subject: a\rb\n\nx", "bare-cr@1:5");
	check_report(HEAD "Subject: a\0b\n\nx", "nul-in-header@1:5");
	check_report(HEAD "Subject: a\x01\n\nx", "control-in-header?@1:5");
	check_report(HEAD "Subject: \xC3\xA9\n\nx", "utf8-in-header?@1:5");
	check_report(HEAD "Subject: \xE9\n\nx", "8bit-in-header@1:5");
	check_report(HEAD "Subject: a\n \t\n b\n\nx", "blank-fold?@1:5");
	check_report(HEAD "Subject: a\r\n\nx", "mixed-line-ends?@1:5");
	check_report(HEAD "Subject: a", "no-header-end?@1:5");
}

static void
long_lines_are_found(void)
{
	static char bytes[5000];
	int size = snprintf(
	    bytes, sizeof bytes, HEAD "Subject: %01000d\n\n%0998d\n%0999d\n%01000d\n", 0, 0, 0, 0);

	check_report_at((struct text){bytes, (size_t)size}, MIME_LIMITS_DEFAULT,
	    TEXT("long-line@1:5 long-line@1:8"), __LINE__);
}

static void
bodies_that_break_their_promise(void)
{
	check_report(HEAD "\ncaf\xE9\n", "8bit-in-7bit@1:6");
	check_report(HEAD "Content-Transfer-Encoding: 8bit\n\nx\ny\rz\n", "bare-cr@1:8");
	check_report(HEAD "\nx\ny\0z\n", "nul-in-body@1:7");
	check_report(HEAD "Content-Transfer-Encoding: binary\n\nx\ny\0z\r\xFF\n", "");
	check_report(
	    HEAD "Content-Transfer-Encoding: base64\n\nAAAA\nAA!A\nAAAA\n", "bad-encoding@1:8");
	check_report(HEAD "Content-Transfer-Encoding: quoted-printable\n\na=\nb\n=zz\nx\n",
	    "bad-encoding@1:9");
}

static void
multiparts_without_a_sound_boundary(void)
{
	check_report(HEAD "Content-Type: multipart/mixed\n\nx\n", "no-boundary@1:1");
	check_report(
	    HEAD "Content-Type: multipart/mixed; boundary=\"\"\n\nx\n", "bad-boundary@1:5");
	check_report(HEAD
	    "Content-Type: multipart/mixed; boundary=\"a*b\"\n\n--a*b\n\nx\n--a*b--\n",
	    "boundary-characters@:5");
	check_report(HEAD
	    "Content-Type: multipart/mixed; boundary=\"0123456789012345678901234567890"
	    "1234567890123456789012345678901234567890\"\n\n--01234567890123456789012"
	    "345678901234567890123456789012345678901234567890\n\nx\n--01234567890123"
	    "456789012345678901234567890123456789012345678901234567890--\n",
	    "long-boundary@:5");
	check_report(MIXED "--b\n\none\n", "no-end-boundary@:10");
	check_report(MIXED "nothing\n", "no-parts@:7 no-end-boundary@:8");
	check_report(MIXED "--b--\n", "no-parts@:7");
	check_report(MIXED
	    "--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n--b--\n",
	    "same-boundary@1:8");
	check_report(MIXED
	    "--b\nContent-Type: multipart/mixed; boundary=bc\n\n--bc\n\nx\n--bc--\n--b--\n",
	    "similar-boundary?@1:8");
	check_report(
	    MIXED "--b\n\nx\n--b--\nepilogue\n--b\n\ny\n--b--\n", "boundary-after-end@:12");
	check_report(MIXED "--b\n\nx\n--bx\n--b--x\n--b--\n", "almost-boundary?@1:10");
	check_report(MIXED "--x\nContent-Type: text/html\n\ny\n--b\n\nx\n--b--\n",
	    "looks-like-boundary?@:7");
	check_report(
	    HEAD "\n--x\nContent-Type: text/html\n\ny\n--x--\n", "looks-like-boundary?@1:6");
	check_report(HEAD "\n-- \nJoe\n--\n", "");
}

static void
encodings_of_containers(void)
{
	check_report(HEAD "Content-Type: multipart/mixed; boundary=b\n"
			  "Content-Transfer-Encoding: base64\n\n--b\n\nx\n--b--\n",
	    "encoded-multipart@:1");
	check_report(HEAD "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
			  "U3ViamVjdDogeAoKeQo=\n",
	    "encoded-message@1:1");
	check_report(HEAD "Content-Type: message/global\nContent-Transfer-Encoding: base64\n\n"
			  "U3ViamVjdDogeAoKeQo=\n",
	    "");
	check_report(HEAD "Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\n" HEAD
			  "\nx\n",
	    "");
}

static void
containers_with_wrong_parts(void)
{
	check_report(HEAD "Content-Type: multipart/signed; boundary=b\n\n--b\n\nx\n--b--\n",
	    "not-two-parts@:7");
	check_report(HEAD "Content-Type: multipart/related; boundary=b; start=\"<no@x>\"\n\n"
			  "--b\nContent-ID: <yes@x>\n\nx\n--b--\n",
	    "start-not-found@:5");
	check_report(HEAD "Content-Type: multipart/related; boundary=b; start=\"<yes@x>\"\n\n"
			  "--b\nContent-ID: <yes@x>\n\nx\n--b--\n",
	    "");
	check_report(MIXED "--b\nContent-Type: image/png\n--b\n\nx\n--b--\n", "no-header-end?@1:9");
}

static void
limits_are_told(void)
{
	check_limits(MIXED "--b\n\nx\n--b\n\ny\n--b--\n", "too-many-parts+@:1", 100, 2, 1000);
	check_limits(HEAD "A: b\nC: d\n\nx", "too-many-fields+@1:6", 100, 100, 5);
	check_limits(MIXED
	    "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--\n--b--\n",
	    "too-deep+@1:10", 1, 100, 1000);
	check_report(HEAD
	    "Content-Transfer-Encoding: uuencode\n\nbegin 644 x\n_\n_\n_\n_\n_\n_\n`\nend\n",
	    "decoded-ratio+@1:7");
}

static void
many_problems_are_counted(void)
{
	struct buffer bytes;
	struct text copy;

	buffer_init(&bytes, 100000);
	buffer_append(&bytes, TEXT(HEAD));
	for (int i = 0; i < 900; i++)
		buffer_append(&bytes, TEXT("no field \xE9\n"));
	copy = exact_copy(buffer_text(&bytes));
	struct structure_report report = structure_check(&arena, copy, MIME_LIMITS_DEFAULT);
	check_number(report.count, STRUCTURE_PROBLEMS_MAX);
	check_number(report.total, 1801);
	check(report.malformed && !report.truncated);
	free((void *)(uintptr_t)copy.data);
	buffer_clear(&bytes);
	arena_clear(&arena);
}

int
main(void)
{
	test("sound messages have no problem", sound_messages_have_no_problem);
	test("missing and doubled fields are found", missing_and_doubled_fields);
	test("fields that cannot be read are found", fields_that_cannot_be_read);
	test("bytes and lines of a header are judged", bytes_and_lines_of_a_header);
	test("long lines are found", long_lines_are_found);
	test("bodies that break their promise are found", bodies_that_break_their_promise);
	test("multiparts without a sound boundary are found", multiparts_without_a_sound_boundary);
	test("containers must not be encoded", encodings_of_containers);
	test("containers with wrong parts are found", containers_with_wrong_parts);
	test("limits are told", limits_are_told);
	test("many problems are counted", many_problems_are_counted);
	return tests_end();
}
