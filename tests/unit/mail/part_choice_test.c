/*
 * Which parts are read: each leaf's body is a letter, and the letters that are read are wanted, for plain
 * text and for HTML.
 */
#include "mail/part_choice.h"
#include "mail/part_number.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "support/tap.h"

#include <stdint.h>

static struct arena arena;

static struct text
read_letters(const struct mime_tree *tree, enum part_preference preference, struct buffer *out)
{
	buffer_reset(out);
	for (const struct mime_part *part = part_choice_next(tree, NULL, preference); part != NULL;
	     part = part_choice_next(tree, part, preference))
		buffer_append(out, text_trim(part->body));
	return buffer_text(out);
}

static void
check_read_at(struct text bytes, struct text plain, struct text html, int line)
{
	struct text copy = exact_copy(bytes);
	struct mime_tree tree = mime_tree_parse(&arena, copy, MIME_LIMITS_DEFAULT);
	struct buffer out;

	buffer_init(&out, 10000);
	check_text_at(read_letters(&tree, PART_PREFERS_PLAIN, &out), plain, __FILE__, line);
	check_text_at(read_letters(&tree, PART_PREFERS_HTML, &out), html, __FILE__, line);
	buffer_clear(&out);
	free((void *)(uintptr_t)copy.data);
	arena_clear(&arena);
}

#define check_read(bytes, plain, html) check_read_at(TEXT(bytes), TEXT(plain), TEXT(html), __LINE__)
#define PART(type, body)               "--b\nContent-Type: " type "\n\n" body "\n"
#define MULTIPART(type, parts)         "Content-Type: multipart/" type "; boundary=b\n\n" parts "--b--\n"
#define INNER(type, letter, body)                                                                  \
	"--b\nContent-Type: multipart/" type "; boundary=" letter "\n\n" body "--" letter "--\n"
#define IN(letter, type, body) "--" letter "\nContent-Type: " type "\n\n" body "\n"

static void
one_alternative_is_read(void)
{
	check_read(
	    MULTIPART("alternative", PART("text/plain", "p") PART("text/html", "h")), "p", "h");
	check_read(
	    MULTIPART("alternative", PART("text/html", "h") PART("text/plain", "p")), "p", "h");
	check_read(
	    MULTIPART("alternative", PART("text/plain", "p") PART("text/plain", "q")), "q", "q");
	check_read(
	    MULTIPART("alternative", PART("text/html", "h") PART("text/enriched", "e")), "h", "h");
	check_read(
	    MULTIPART("alternative", PART("text/enriched", "e") PART("image/png", "i")), "e", "e");
	check_read(MULTIPART("alternative", PART("image/png", "i")), "", "");
	check_read(
	    MULTIPART("alternative", PART("text/plain", "p") INNER("related", "c",
					 IN("c", "text/html", "h") IN("c", "image/png", "i"))),
	    "p", "h");
	check_read(MULTIPART("alternative",
		       INNER("mixed", "c", IN("c", "text/plain", "p") IN("c", "text/html", "h"))
			   PART("text/html", "k")),
	    "ph", "k");
	check_read("Content-Type: multipart/alternative; boundary=b\n\n", "", "");
}

static void
attachments_are_left_out(void)
{
	check_read(MULTIPART("mixed", PART("text/plain", "p") PART("text/html", "h")), "ph", "ph");
	check_read(MULTIPART("mixed", PART("text/plain", "p")
					  PART("text/plain\nContent-Disposition: attachment", "q")),
	    "p", "p");
	check_read(MULTIPART("mixed", PART("text/plain", "p") PART("text/plain; name=x.txt", "q")),
	    "p", "p");
	check_read(MULTIPART("mixed",
		       PART("text/plain; name=x\nContent-Disposition: inline; filename=x", "p")),
	    "p", "p");
	check_read("Content-Type: text/plain; name=x\n\np\n", "p", "p");
	check_read("Content-Disposition: attachment\n\np\n", "", "");
	check_read("Content-Type: image/png\n\np\n", "", "");
	check_read("\np\n", "p", "p");
}

static void
related_parts_have_a_root(void)
{
	check_read(MULTIPART("related", PART("text/html", "h") PART("text/plain", "p")), "h", "h");
	check_read("Content-Type: multipart/related; boundary=b; start=\"<r@x>\"\n\n" PART(
		       "text/plain", "p") PART("text/html\nContent-ID: <r@x>", "h") "--b--\n",
	    "h", "h");
	check_read("Content-Type: multipart/related; boundary=b; start=\"r@x\"\n\n" PART(
		       "text/plain", "p") PART("text/html\nContent-ID: <r@x>", "h") "--b--\n",
	    "h", "h");
	check_read("Content-Type: multipart/related; boundary=b; start=\"<none@x>\"\n\n" PART(
		       "text/plain", "p") PART("text/html\nContent-ID: <r@x>", "h") "--b--\n",
	    "p", "p");
	check_read(MULTIPART("related", INNER("alternative", "c",
					    IN("c", "text/plain", "p") IN("c", "text/html", "h"))
					    PART("text/plain", "q")),
	    "p", "h");
}

static void
signed_and_embedded_mail_is_read(void)
{
	check_read(MULTIPART("signed", PART("text/plain", "p") PART("text/plain", "s")), "p", "p");
	check_read(MULTIPART("mixed", PART("text/plain", "p") PART("message/rfc822", "S: x\n\nq")
					  PART("text/plain", "r")),
	    "pqr", "pqr");
	check_read("Content-Type: message/rfc822\n\nS: x\n\nq\n", "q", "q");
	check_read(MULTIPART("digest", "--b\n\nS: x\n\np\n--b\n\nS: y\n\nq\n"), "pq", "pq");
}

static void
what_is_left_out_is_known(void)
{
	struct text bytes = TEXT(MULTIPART("alternative",
	    PART("text/plain", "p")
		INNER("related", "c", IN("c", "text/html", "h") IN("c", "image/png", "i"))));
	struct text copy = exact_copy(bytes);
	struct mime_tree tree = mime_tree_parse(&arena, copy, MIME_LIMITS_DEFAULT);
	const struct mime_part *plain = part_number_find(&tree, TEXT("1"));
	const struct mime_part *html = part_number_find(&tree, TEXT("2.1"));
	const struct mime_part *image = part_number_find(&tree, TEXT("2.2"));

	check(!part_choice_is_left_out(tree.root, PART_PREFERS_HTML));
	check(part_choice_is_left_out(plain, PART_PREFERS_HTML));
	check(!part_choice_is_left_out(plain, PART_PREFERS_PLAIN));
	check(part_choice_is_left_out(html, PART_PREFERS_PLAIN));
	check(part_choice_is_left_out(image, PART_PREFERS_PLAIN));
	check(!part_choice_is_left_out(image, PART_PREFERS_HTML));
	free((void *)(uintptr_t)copy.data);
	arena_clear(&arena);
}

/* A hundred alternatives in one another, the innermost with thousands of parts. */
static void
hostile_nesting_costs_little(void)
{
	struct buffer bytes;
	size_t count = 0, number = 0;

	buffer_init(&bytes, 10000000);
	for (int i = 0; i < 95; i++)
		buffer_append_format(&bytes,
		    "Content-Type: multipart/alternative; boundary=b%d\n\n--b%d\n"
		    "Content-Type: image/png\n\n\n--b%d\n",
		    i, i, i);
	buffer_append(&bytes, TEXT("Content-Type: multipart/mixed; boundary=x\n\n"));
	for (int i = 0; i < 9000; i++)
		buffer_append(&bytes, TEXT("--x\nContent-Type: image/png\n\n\n"));
	buffer_append(&bytes, TEXT("--x\n\np\n"));
	struct mime_tree tree = mime_tree_parse(&arena, buffer_text(&bytes), MIME_LIMITS_DEFAULT);
	check(tree.count > 9000);
	int64_t begin = clock_monotonic_milliseconds();
	for (const struct mime_part *part = tree.root; part != NULL; part = mime_tree_next(part))
		if (number++ % 16 == 0)
			count += part_choice_is_left_out(part, PART_PREFERS_HTML);
	check(count < tree.count);
	const struct mime_part *read = part_choice_next(&tree, NULL, PART_PREFERS_HTML);
	check(read != NULL);
	check(clock_monotonic_milliseconds() - begin < 10000);
	buffer_clear(&bytes);
	arena_clear(&arena);
}

int
main(void)
{
	test("one of several alternatives is read", one_alternative_is_read);
	test("attachments are left out", attachments_are_left_out);
	test("related parts have a root", related_parts_have_a_root);
	test("signed and embedded mail is read", signed_and_embedded_mail_is_read);
	test("what is left out is known", what_is_left_out_is_known);
	test("hostile nesting costs little", hostile_nesting_costs_little);
	return tests_end();
}
