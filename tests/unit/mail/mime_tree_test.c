/*
 * MIME structures: each tree is written down as "type/subtype{body}(children)", an end boundary as
 * '.'.
 */
#include "base/buffer.h"
#include "base/clock.h"
#include "mail/mime_tree.h"
#include "support/tap.h"

#include <malloc.h>
#include <stdint.h>

static struct arena arena;

static void
describe(const struct mime_part *part, struct buffer *out)
{
	buffer_append(out, part->subtype);
	if (part->kind == MIME_LEAF) {
		buffer_append_byte(out, '{');
		buffer_append(out, part->body);
		buffer_append_byte(out, '}');
		return;
	}
	buffer_append_byte(out, '(');
	for (const struct mime_part *child = part->first_child; child != NULL;
	     child = child->next_sibling)
		describe(child, out);
	buffer_append(out, part->is_closed ? TEXT(".)") : TEXT(")"));
}

static void
check_nesting(const struct mime_tree *tree, struct text bytes)
{
	size_t count = 0;

	check(mime_part_bytes(tree->root).data == bytes.data || bytes.data == NULL);
	check_number(mime_part_bytes(tree->root).size, bytes.size);
	for (const struct mime_part *part = tree->root; part != NULL; part = mime_tree_next(part)) {
		count++;
		if (part->parent == NULL)
			continue;
		check_number(part->depth, part->parent->depth + 1);
		check(part->header.data >= part->parent->body.data);
		check(part->body.data >= part->header.data + part->header.size);
		check(part->body.data + part->body.size <=
		      part->parent->body.data + part->parent->body.size);
		if (part->next_sibling != NULL)
			check(part->next_sibling->header.data >= part->body.data + part->body.size);
	}
	check_number(count, tree->count);
}

static struct mime_tree
check_tree_at(struct text bytes, struct mime_limits limits, struct text wanted, int line)
{
	struct text copy = exact_copy(bytes);
	struct mime_tree tree = mime_tree_parse(&arena, copy, limits);
	struct buffer out;

	buffer_init(&out, 10000);
	describe(tree.root, &out);
	check_text_at(buffer_text(&out), wanted, __FILE__, line);
	check_nesting(&tree, copy);
	buffer_clear(&out);
	free((void *)(uintptr_t)copy.data);
	return tree; /* for its numbers only: the bytes are gone */
}

#define check_tree(bytes, wanted)                                                                  \
	check(!check_tree_at(TEXT(bytes), MIME_LIMITS_DEFAULT, TEXT(wanted), __LINE__).truncated)
#define check_cut_tree(bytes, wanted, ...)                                                         \
	check(                                                                                     \
	    check_tree_at(TEXT(bytes), (struct mime_limits){__VA_ARGS__}, TEXT(wanted), __LINE__)  \
		.truncated)

#define MIXED "Content-Type: multipart/mixed; boundary="

static void
a_simple_message_is_one_part(void)
{
	check_tree("", "plain{}");
	check_tree("\n", "plain{}");
	check_tree("A: b", "plain{}");
	check_tree("A: b\n\nbody\n--x\n", "plain{body\n--x\n}");
	check_tree("Content-Type: text/HTML\r\n\r\n<p>", "HTML{<p>}");
	check_tree("Content-Type: nonsense\n\nx", "plain{x}");
	check_tree("Content-Type: image/png\nContent-Type: text/x\n\nx", "png{x}");
	check_tree("\nContent-Type: image/png\n\nx", "plain{Content-Type: image/png\n\nx}");
}

static void
parts_lie_between_boundary_lines(void)
{
	check_tree(MIXED
	    "b\n\npreamble\n--b\n\none\n--b\nContent-Type: text/html\n\ntwo\n\n--b--\nepilogue\n",
	    "mixed(plain{one}html{two\n}.)");
	check_tree(MIXED "\"b\"\r\n\r\n--b\r\n\r\none\r\n--b \t\r\n\r\ntwo\r\n--b--\r\n",
	    "mixed(plain{one}plain{two}.)");
	check_tree(
	    MIXED "b\n\n--b\r\n\none\r\n--b\n\r\ntwo\n\r\n--b--", "mixed(plain{one}plain{two\n}.)");
	check_tree(MIXED "\"a\\\"b \"\n\n--a\"b\n\nx\n--a\"b--\n", "mixed(plain{x}.)");
	check_tree(MIXED "b\n\n--b\n--b\n\n--b\n\n\n--b--", "mixed(plain{}plain{}plain{}.)");
	check_tree(MIXED "b\n\n--b\nX: y\n--b--\n", "mixed(plain{}.)");
	check_tree(MIXED "b\n\n--b--\n--b\n\nx\n", "mixed(.)");
	check_tree(MIXED "b\n\n--b\n\na\n--bb\nc\n --b\n--\n--b-\nd\n--b--",
	    "mixed(plain{a\n--bb\nc\n --b\n--\n--b-\nd}.)");
}

static void
a_missing_end_boundary_ends_with_the_enclosing_part(void)
{
	check_tree(MIXED "b\n\n--b\n\none\n", "mixed(plain{one\n})");
	check_tree(MIXED "b\n\nnothing", "mixed()");
	check_tree(MIXED "o\n\n--o\n" MIXED "i\n\n--i\n\nx\n--o\n\ny\n--o--\n",
	    "mixed(mixed(plain{x})plain{y}.)");
	check_tree(MIXED "o\n\n--o\n" MIXED "i\n--i\n\nx\n--o--\n", "mixed(mixed().)");
}

static void
nested_boundaries_may_begin_alike_or_be_equal(void)
{
	check_tree(MIXED "foo\n\n--foo\n" MIXED
			 "foobar\n\n--foobar\n\nx\n--foobar--\n--foo\n\ny\n--foo--\n",
	    "mixed(mixed(plain{x}.)plain{y}.)");
	check_tree(MIXED "foobar\n\n--foobar\n" MIXED
			 "foo\n\n--foo\n\nx\n--foo--\n--foobar\n\ny\n--foobar--\n",
	    "mixed(mixed(plain{x}.)plain{y}.)");
	check_tree(MIXED "b\n\n--b\n" MIXED "b\n\n--b\n\nx\n--b--\n--b\n\ny\n--b--\n",
	    "mixed(mixed(plain{x}.)plain{y}.)");
	check_tree(MIXED "b--\n\n--b--\n" MIXED
			 "b\n\n--b\n\nx\n--b--\nepilogue\n--b--\n\ny\n--b----\n",
	    "mixed(mixed(plain{x}.)plain{y}.)");
}

static void
unusable_boundaries_give_no_children(void)
{
	check_tree(MIXED "\"\"\n\n--\n\nx\n----\n", "mixed{--\n\nx\n----\n}");
	check_tree(MIXED "\" \"\n\n-- \n\nx", "mixed{-- \n\nx}");
	check_tree("Content-Type: multipart/mixed\n\n--b\n\nx", "mixed{--b\n\nx}");
}

static void
boundaries_in_pieces_are_followed(void)
{
	check_tree("Content-Type: multipart/mixed; boundary*0=ab; boundary*1=\"cd\"\n\n"
		   "--abcd\n\nx\n--abcd--\n",
	    "mixed(plain{x}.)");
	check_tree("Content-Type: multipart/mixed; boundary*=us-ascii''a%3Db\n\n"
		   "--a=b\n\nx\n--a=b--\n",
	    "mixed(plain{x}.)");
	check_tree("Content-Type: multipart/mixed; boundary*0=ab; boundary=b\n\n"
		   "--b\n\nx\n--b--\n",
	    "mixed(plain{x}.)");
	check_tree(
	    "Content-Type: multipart/mixed; boundary*1x=ab\n\n--ab\n\nx", "mixed{--ab\n\nx}");
}

static void
long_boundaries_are_followed(void)
{
	char bytes[6000], wanted[3000];
	size_t lengths[] = {70, 71, 200, MIME_BOUNDARY_MAX, MIME_BOUNDARY_MAX + 1};

	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		char boundary[MIME_BOUNDARY_MAX + 2];
		memset(boundary, 'z', sizeof boundary);
		boundary[lengths[i]] = '\0';
		int size = snprintf(bytes, sizeof bytes, MIXED "%s\n\n--%s\n\nx\n--%s--\n",
		    boundary, boundary, boundary);
		snprintf(wanted, sizeof wanted, "mixed(plain{x}.)");
		if (lengths[i] > MIME_BOUNDARY_MAX)
			snprintf(wanted, sizeof wanted, "mixed{--%s\n\nx\n--%s--\n}", boundary,
			    boundary);
		check_tree_at((struct text){bytes, (size_t)size}, MIME_LIMITS_DEFAULT,
		    text_from_string(wanted), __LINE__);
	}
}

static void
embedded_messages_are_entered(void)
{
	check_tree("Content-Type: message/rfc822\n\nSubject: x\n\nbody\n", "rfc822(plain{body\n})");
	check_tree(
	    "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nSubject: x\n\nb",
	    "rfc822{Subject: x\n\nb}");
	check_tree(MIXED "b\n\n--b\nContent-Type: message/rfc822\n\n" MIXED
			 "c\n\n--c\n\nx\n--c--\nepi\n--b\n\ny\n--b--",
	    "mixed(rfc822(mixed(plain{x}.))plain{y}.)");
	check_tree(MIXED "b\n\n--b\nContent-Type: message/rfc822\n\nSubject: x\n--b--\n",
	    "mixed(rfc822(plain{}).)");
	check_tree(
	    MIXED "b\n\n--b\nContent-Type: message/rfc822\n\n\n--b--\n", "mixed(rfc822(plain{}).)");
	check_tree(
	    MIXED "b\n\n--b\nContent-Type: message/rfc822\n\n--b--\n", "mixed(rfc822(plain{}).)");
	check_tree("Content-Type: message/rfc822\n\n", "rfc822(plain{})");
	check_tree("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: "
		   "x\n\nbody\n--b\nContent-Type: "
		   "text/plain\n\ny\n--b--\n",
	    "digest(rfc822(plain{body})plain{y}.)");
}

static void
extents_of_a_part_are_exact(void)
{
	struct text bytes = TEXT(
	    MIXED "b\r\n\r\npre\r\n--b\r\nX: y\r\n z\r\nT : u\r\n\r\nbody\r\n--b--\r\nepi\r\n");
	struct mime_tree tree = mime_tree_parse(&arena, bytes, MIME_LIMITS_DEFAULT);
	const struct mime_part *part = tree.root->first_child;

	check_text(tree.root->header, TEXT(MIXED "b\r\n"));
	check_text(tree.root->body,
	    TEXT("pre\r\n--b\r\nX: y\r\n z\r\nT : u\r\n\r\nbody\r\n--b--\r\nepi\r\n"));
	check_text(part->header, TEXT("X: y\r\n z\r\nT : u\r\n"));
	check_number(part->field_count, 2);
	check_text(part->body, TEXT("body"));
	check_text(mime_part_bytes(part), TEXT("X: y\r\n z\r\nT : u\r\n\r\nbody"));
	check(!part->has_type && tree.root->has_type);
	check(mime_part_is(tree.root, TEXT("MULTIPART"), TEXT("")));
	check(!mime_part_is(part, TEXT("multipart"), TEXT("")));
}

static void
limits_are_visible_facts(void)
{
	check_cut_tree(MIXED "b\n\n--b\n\n1\n--b\n\n2\n--b\n\n3\n--b--\n", "mixed(plain{1}.)",
	    .depth = 9, .parts = 2, .fields = 9);
	check_cut_tree("Content-Type: message/rfc822\n\nA: b\n\nx", "rfc822{A: b\n\nx}", .depth = 9,
	    .parts = 1, .fields = 9);
	check_cut_tree("Content-Type: message/rfc822\n\nA: b\n\nx", "rfc822{A: b\n\nx}", .depth = 0,
	    .parts = 9, .fields = 9);
	check_cut_tree(MIXED "b\n\n--b\n" MIXED "c\n\n--c\n\nx\n--c--\n--b--",
	    "mixed(mixed{--c\n\nx\n--c--}.)", .depth = 1, .parts = 9, .fields = 9);
	check_cut_tree("A: b\nC: d\nContent-Type: image/png\n\nx", "plain{x}", .depth = 9,
	    .parts = 9, .fields = 2);
}

/* `levels` nested multiparts, then `lines` lines that look like boundaries, then all the end
 * boundaries. */
static int64_t
nested_milliseconds(
    size_t levels, size_t lines, struct mime_limits limits, struct mime_tree *tree_out)
{
	char *bytes = malloc(levels * 120 + lines * 12 + 200);
	struct arena own;
	size_t size = 0;

	for (size_t i = 0; i < levels; i++) {
		size += (size_t)snprintf(bytes + size, 120, MIXED "\"n%zu\"\n\n", i);
		size += (size_t)snprintf(bytes + size, 120, "--n%zu\n", i);
	}
	size += (size_t)snprintf(bytes + size, 120, "\nx\n");
	for (size_t i = 0; i < lines; i++)
		size += (size_t)snprintf(bytes + size, 120, "--m%07zu\n", i);
	for (size_t i = levels; i-- > 0;)
		size += (size_t)snprintf(bytes + size, 120, "--n%zu--\n", i);
	arena_init(&own, NULL, 0);
	int64_t start = clock_monotonic_milliseconds();
	*tree_out = mime_tree_parse(&own, (struct text){bytes, size}, limits);
	int64_t taken = clock_monotonic_milliseconds() - start;
	check_nesting(tree_out, (struct text){bytes, size});
	tree_out->root = NULL;
	arena_clear(&own);
	free(bytes);
	return taken;
}

static void
ten_thousand_levels_take_linear_time(void)
{
	struct mime_limits deep = {.depth = 20000, .parts = 20000, .fields = 100};
	struct mime_tree tree;

	nested_milliseconds(10000, 0, MIME_LIMITS_DEFAULT, &tree);
	check_number(tree.count, 101);
	check(tree.truncated);
	check(nested_milliseconds(10000, 0, deep, &tree) < 2000);
	check_number(tree.count, 10001);
	check(!tree.truncated);
	/* 300,000 candidate lines against a hundred open boundaries: a second is fifty times what
	 * it takes. */
	check(nested_milliseconds(99, 300000, MIME_LIMITS_DEFAULT, &tree) < 1000);
	check_number(tree.count, 100);
}

/* 20,000 fields and 10,000 parts, each with an encoded boundary that must be copied. */
static void
a_message_at_every_limit_takes_little_memory(void)
{
	struct mime_limits limits = {.depth = 100, .parts = 10000, .fields = 30000};
	char *bytes = malloc(16 << 20);
	struct arena own;
	size_t size = 0;

	for (size_t i = 0; i < 20000; i++)
		size += (size_t)snprintf(bytes + size, 120, "X-Field: y\n");
	size += (size_t)snprintf(bytes + size, 120, MIXED "b\n\n");
	for (size_t i = 0; i < 12000; i++)
		size +=
		    (size_t)snprintf(bytes + size, 1000, "--b\n" MIXED "\"\\c%0600zu\"\n\nx\n", i);
	arena_init(&own, NULL, 0);
	struct mallinfo2 before = mallinfo2();
	struct header header = header_parse(&own, (struct text){bytes, size}, 20000);
	struct mime_tree tree = mime_tree_parse(&own, (struct text){bytes, size}, limits);
	struct mallinfo2 after = mallinfo2();
	check_number(header.count, 20000);
	check_number(tree.count, 10000);
	check(tree.truncated);
	check(after.uordblks + after.hblkhd - before.uordblks - before.hblkhd < 4 << 20);
	arena_clear(&own);
	free(bytes);
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test("a simple message is one part", a_simple_message_is_one_part);
	test("parts lie between boundary lines", parts_lie_between_boundary_lines);
	test("a missing end boundary ends with the enclosing part",
	    a_missing_end_boundary_ends_with_the_enclosing_part);
	test("nested boundaries may begin alike or be equal",
	    nested_boundaries_may_begin_alike_or_be_equal);
	test("unusable boundaries give no children", unusable_boundaries_give_no_children);
	test("boundaries in pieces are followed", boundaries_in_pieces_are_followed);
	test("boundaries over 70 bytes are followed", long_boundaries_are_followed);
	test("embedded messages are entered", embedded_messages_are_entered);
	test("the extents of a part are exact", extents_of_a_part_are_exact);
	test("limits are visible facts", limits_are_visible_facts);
	test("10,000 levels take linear time", ten_thousand_levels_take_linear_time);
	test("a message at every limit takes less than 4 MiB",
	    a_message_at_every_limit_takes_little_memory);
	arena_clear(&arena);
	return tests_end();
}
