/*
 * What parts say of themselves: names as they are met, containers after RFC 8551, RFC 3156 and MS-OXTNEF.
 */
#include "mail/part_facts.h"
#include "mail/part_number.h"
#include "support/tap.h"

#include <stdint.h>

static struct arena arena;
static struct text copied;

/* The facts of the part with that number; forget() gives the bytes back. */
static struct part_facts
facts_of(struct text bytes, struct text number)
{
	copied = exact_copy(bytes);
	struct mime_tree tree = mime_tree_parse(&arena, copied, MIME_LIMITS_DEFAULT);
	const struct mime_part *part = part_number_find(&tree, number);

	if (part == NULL)
		abort();
	return part_facts_parse(&arena, part, 1000);
}

static void
forget(void)
{
	free((void *)(uintptr_t)copied.data);
	arena_clear(&arena);
}

static void
check_name_at(struct text fields, struct text name, struct text extension, bool is_odd, int line)
{
	struct part_facts facts = facts_of(fields, TEXT("1"));

	check_text_at(facts.name, name, __FILE__, line);
	check_text_at(facts.extension, extension, __FILE__, line);
	check_number_at(facts.has_odd_name, is_odd, "has_odd_name", __FILE__, line);
	forget();
}

#define check_name(fields, name, extension)                                                        \
	check_name_at(TEXT(fields "\n\nx"), TEXT(name), TEXT(extension), false, __LINE__)
#define check_odd_name(fields, name, extension)                                                    \
	check_name_at(TEXT(fields "\n\nx"), TEXT(name), TEXT(extension), true, __LINE__)
#define FILENAME "Content-Disposition: attachment; filename="

static void
names_and_extensions(void)
{
	check_name("A: b", "", "");
	check_name(FILENAME "Report.PDF", "Report.PDF", "pdf");
	check_name("Content-Type: image/png; name=a.png", "a.png", "png");
	check_name("Content-Type: image/png; name=a.png\n" FILENAME "b.jpg", "b.jpg", "jpg");
	check_name(FILENAME "\"\"\nContent-Type: image/png; name=a.png", "a.png", "png");
	check_name(FILENAME "no-extension", "no-extension", "");
	check_name(FILENAME "\"a.exe::$DATA\"", "a.exe::$DATA", "exe");
	check_name(FILENAME "\"a.exe:x.txt\"", "a.exe:x.txt", "exe");
	check_name(FILENAME "\"C:a.exe\"", "C:a.exe", "exe");
	check_name(FILENAME ".profile", ".profile", "profile");
	check_name(FILENAME "a.tar.gz", "a.tar.gz", "gz");
	check_name("Content-Disposition: attachment; filename*=utf-8''%C3%84.%C3%84%D0%96%CE%A9",
	    "\xC3\x84.\xC3\x84\xD0\x96\xCE\xA9", "\xC3\xA4\xD0\xB6\xCF\x89");
	check_name("Content-Disposition: attachment; filename*=utf-8''a.%EF%BC%A5xE",
	    "a.\xEF\xBC\xA5xE", "\xEF\xBD\x85xe");
}

static void
tricks_with_names(void)
{
	check_name(FILENAME "\"evil.exe.\"", "evil.exe.", "exe");
	check_name(FILENAME "\"evil.exe . .\"", "evil.exe . .", "exe");
	check_name(FILENAME "\"/etc/passwd\"", "passwd", "");
	check_name(FILENAME "\"C:\\\\dir\\\\a.exe\"", "a.exe", "exe");
	check_name(FILENAME "\"../../a.sh\"", "a.sh", "sh");
	check_name(FILENAME "\"dir/\"\nContent-Type: a/b; name=c.d", "c.d", "d");
	check_odd_name("Content-Disposition: attachment; filename*=utf-8''ann%E2%80%AEtxt.exe",
	    "ann\xE2\x80\xAEtxt.exe", "exe");
	check_odd_name(
	    "Content-Disposition: attachment; filename*=utf-8''a.exe%00.txt", "a.exe\0.txt", "txt");
	check_odd_name(
	    "Content-Disposition: attachment; filename*=utf-8''a%0D%0Ab.c", "a\r\nb.c", "c");
	check_name("Content-Disposition: attachment; name=a.b", "a.b", "b");
	check_name("Content-Type: a/b; filename=a.b", "a.b", "b");
}

static void
simple_facts(void)
{
	struct part_facts facts = facts_of(
	    TEXT("Content-Type: IMAGE/Png; x=y\nContent-Disposition: InLine\nContent-ID: <a@b>\n"
		 "Content-Description: =?utf-8?Q?caf=C3=A9?=\n  two\n\nx"),
	    TEXT("1"));

	check_text(facts.type, TEXT("image/png"));
	check_text(facts.disposition, TEXT("inline"));
	check_text(facts.content_id, TEXT("a@b"));
	check(text_has_prefix(facts.description, TEXT("caf\xC3\xA9")));
	check(text_has_suffix(facts.description, TEXT("two")));
	check(facts.has_type && !facts.malformed && !facts.is_encrypted);
	forget();
	facts =
	    facts_of(TEXT("Content-Type: nonsense\nContent-Description: plain\n\nx"), TEXT("1"));
	check_text(facts.type, TEXT("text/plain"));
	check_text(facts.description, TEXT("plain"));
	check(!facts.has_type && facts.malformed);
	forget();
	facts = facts_of(
	    TEXT("Content-Type: multipart/digest; boundary=b\n\n--b\n\nS: x\n\ny\n--b--\n"),
	    TEXT("1"));
	check_text(facts.type, TEXT("message/rfc822"));
	forget();
}

static void
check_container_at(
    struct text bytes, struct text number, const char *word, bool is_encrypted, int line)
{
	struct part_facts facts = facts_of(bytes, number);

	check_text_at(text_from_string(part_container_word(facts.container)),
	    text_from_string(word), __FILE__, line);
	check_number_at(facts.is_encrypted, is_encrypted, "is_encrypted", __FILE__, line);
	forget();
}

#define check_container(bytes, number, word, is_encrypted)                                         \
	check_container_at(TEXT(bytes), TEXT(number), word, is_encrypted, __LINE__)
#define PKCS7  "Content-Type: application/pkcs7-mime; name=smime.p7m"
#define SIGNED "Content-Type: multipart/signed; boundary=b"
#define TWO    "\n\n--b\n\nx\n--b\nContent-Type: application/pgp-signature\n\ny\n--b--\n"

static void
containers_are_recognised(void)
{
	check_container("\nplain\n", "1", "", false);
	check_container("Content-Type: application/ms-tnef\n\nx", "1", "tnef", false);
	check_container("Content-Type: a/b; name=WinMail.DAT\n\nx", "1", "tnef", false);
	check_container(
	    "Content-Type: application/octet-stream\n\n\x78\x9F\x3E\x22\x01", "1", "tnef", false);
	check_container("Content-Transfer-Encoding: base64\nContent-Type: a/b\n\neJ8+IgEA\n", "1",
	    "tnef", false);
	check_container(PKCS7 "; smime-type=enveloped-data\n\nx", "1", "smime-encrypted", true);
	check_container(PKCS7 "; smime-type=authEnveloped-data\n\nx", "1", "smime-encrypted", true);
	check_container(PKCS7 "; smime-type=signed-data\n\nx", "1", "smime-signed", false);
	check_container(PKCS7 "; smime-type=compressed-data\n\nx", "1", "smime", false);
	check_container("Content-Type: application/x-pkcs7-mime; smime-type=certs-only\n\nx", "1",
	    "smime", false);
	check_container(PKCS7 "\n\nx", "1", "smime-encrypted", true);
	/* ContentInfo of RFC 5652: SEQUENCE, OBJECT IDENTIFIER 1.2.840.113549.1.7.2 and .3. */
	check_container(PKCS7 "\n\n\x30\x80\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02\xA0", "1",
	    "smime-signed", false);
	check_container(PKCS7 "\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHA6CA\n", "1",
	    "smime-encrypted", true);
	check_container("Content-Type: application/octet-stream; name=a.p7m\n\n"
			"\x30\x80\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02\xA0",
	    "1", "smime-signed", false);
	check_container(
	    SIGNED "; protocol=\"application/pkcs7-signature\"" TWO, "", "smime-signed", false);
	check_container(
	    SIGNED "; protocol=\"application/pgp-signature\"" TWO, "", "pgp-signed", false);
	check_container(SIGNED TWO, "", "pgp-signed", false);
	check_container(SIGNED TWO, "1", "", false);
	check_container("Content-Type: multipart/encrypted; boundary=b; "
			"protocol=\"application/pgp-encrypted\"" TWO,
	    "", "pgp-encrypted", true);
}

static void
inline_pgp_is_recognised(void)
{
	check_container("\n-----BEGIN PGP MESSAGE-----\n\nx\n", "1", "pgp-encrypted", true);
	check_container("\nHello,\n\n-----BEGIN PGP MESSAGE-----\n", "1", "pgp-encrypted", true);
	check_container("\n-----BEGIN PGP SIGNED MESSAGE-----\n", "1", "pgp-signed", false);
	check_container("\n> -----BEGIN PGP MESSAGE-----\n", "1", "", false);
	check_container(
	    "Content-Transfer-Encoding: quoted-printable\n\n=2D----BEGIN PGP MESSAGE=\n-----\n",
	    "1", "pgp-encrypted", true);
	check_container("Content-Type: image/png\n\n-----BEGIN PGP MESSAGE-----\n", "1", "", false);
}

static void
check_attachment_at(struct text bytes, struct text number, bool wanted, int line)
{
	struct part_facts facts = facts_of(bytes, number);

	check_number_at(facts.is_attachment, wanted, "is_attachment", __FILE__, line);
	forget();
}

#define check_attachment(bytes, number, wanted)                                                    \
	check_attachment_at(TEXT(bytes), TEXT(number), wanted, __LINE__)

static void
attachments(void)
{
	check_attachment("\ntext\n", "1", false);
	check_attachment("Content-Type: text/html\n\ntext\n", "1", false);
	check_attachment("Content-Disposition: attachment\n\ntext\n", "1", true);
	check_attachment("Content-Disposition: inline\n\ntext\n", "1", false);
	check_attachment("Content-Disposition: something\n\ntext\n", "1", true);
	check_attachment("Content-Disposition: inline; filename=a.txt\n\ntext\n", "1", true);
	check_attachment("Content-Type: text/plain; name=a.txt\n\ntext\n", "1", true);
	check_attachment("Content-Type: application/pdf\n\ntext\n", "1", true);
	check_attachment("Content-Type: image/png\n\ntext\n", "1", true);
	check_attachment(
	    "Content-Type: image/png\nContent-Disposition: inline\n\ntext\n", "1", false);
	check_attachment("Content-Type: multipart/related; boundary=b\n\n--b\n"
			 "Content-Type: image/png\nContent-ID: <a@b>\n\nx\n--b--\n",
	    "1", false);
	check_attachment("Content-Type: multipart/mixed; boundary=b\n\n--b\n"
			 "Content-Type: image/png\nContent-ID: <a@b>\n\nx\n--b--\n",
	    "1", true);
	check_attachment("Content-Type: message/delivery-status\n\nx\n", "1", false);
	check_attachment("Content-Type: message/rfc822\n\nS: x\n\ny\n", "1", false);
	check_attachment(
	    "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nUzogeAo=\n", "1",
	    true);
}

static void
check_size_at(struct text bytes, long long wanted, bool is_malformed, int line)
{
	struct text copy = exact_copy(bytes);
	struct mime_tree tree = mime_tree_parse(&arena, copy, MIME_LIMITS_DEFAULT);
	bool malformed;

	check_number_at((long long)part_facts_decoded_size(tree.root, 1000, &malformed), wanted,
	    "the size", __FILE__, line);
	check_number_at(malformed, is_malformed, "malformed", __FILE__, line);
	free((void *)(uintptr_t)copy.data);
	arena_clear(&arena);
}

static void
sizes_are_of_the_decoded_body(void)
{
	static const struct text head = TEXT("Content-Transfer-Encoding: base64\n\n");
	char *large = malloc(head.size + 8000000);

	check_size_at(TEXT("\nfive\n"), 5, false, __LINE__);
	check_size_at(
	    TEXT("Content-Transfer-Encoding: base64\n\nAAAA\nAA==\n"), 4, false, __LINE__);
	check_size_at(TEXT("Content-Transfer-Encoding: base64\n\nAA!AA\n"), 3, true, __LINE__);
	check_size_at(TEXT("Content-Transfer-Encoding: quoted-printable\n\na=C3=A9=\nb\n"), 5,
	    false, __LINE__);
	check_size_at(TEXT("Content-Transfer-Encoding: rot13\n\nabc"), 3, true, __LINE__);
	if (large == NULL)
		abort();
	memcpy(large, head.data, head.size);
	memset(large + head.size, 'A', 8000000);
	check_size_at((struct text){large, head.size + 8000000}, 6000000, false, __LINE__);
	free(large);
}

int
main(void)
{
	test("names and extensions are read", names_and_extensions);
	test("tricks with names are seen through", tricks_with_names);
	test("types, ids and descriptions are read", simple_facts);
	test("containers are recognised by type, parameters and first bytes",
	    containers_are_recognised);
	test("PGP in plain text is recognised", inline_pgp_is_recognised);
	test("attachments are what readers show as files", attachments);
	test("sizes are of the decoded body", sizes_are_of_the_decoded_body);
	return tests_end();
}
