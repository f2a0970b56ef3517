/*
 * Header blocks: where they end, how they split, how a field reads on one line.
 */
#include "mail/header.h"
#include "support/tap.h"

#include <stdint.h>

static struct arena arena;

static void
check_end(struct text bytes, size_t header_size, size_t body_start)
{
	struct text copy = exact_copy(bytes);
	size_t size = 12345, start = 12345;

	header_find_end(copy, &size, &start);
	check_number(size, header_size);
	check_number(start, body_start);
	free((void *)(uintptr_t)copy.data);
}

static void
the_empty_line_ends_the_header(void)
{
	check_end(TEXT("A: b\n\nbody"), 5, 6);
	check_end(TEXT("A: b\r\n\r\nbody"), 6, 8);
	check_end(TEXT("A: b\r\n\nbody"), 6, 7);
	check_end(TEXT("A: b\n\r\nbody"), 5, 7);
	check_end(TEXT("A: b\n \n\nx"), 7, 8);
	check_end(TEXT("A: b\n\n"), 5, 6);
}

static void
a_message_may_lack_header_or_body(void)
{
	check_end(TEXT(""), 0, 0);
	check_end((struct text){NULL, 0}, 0, 0);
	check_end(TEXT("\n"), 0, 1);
	check_end(TEXT("\nbody"), 0, 1);
	check_end(TEXT("\r\nbody"), 0, 2);
	check_end(TEXT("A: b"), 4, 4);
	check_end(TEXT("A: b\n"), 5, 5);
	check_end(TEXT("A: b\r"), 5, 5);
	check_end(TEXT("A: b\n\r"), 6, 6);
	check_end(TEXT("\0\0\n\0\n\n\0"), 5, 6);
}

/* Parses, and checks that the fields joined are the block. */
static struct header
parse(struct text block, size_t maximum)
{
	struct header header = header_parse(&arena, block, maximum);
	size_t offset = 0;

	for (size_t i = 0; i < header.count; i++) {
		check(header.fields[i].raw.data == block.data + offset);
		check(header.fields[i].raw.size > 0);
		offset += header.fields[i].raw.size;
	}
	check(header.truncated || offset == block.size);
	check(header.truncated == (offset < block.size));
	return header;
}

static void
fields_are_split_at_lines_that_do_not_begin_with_a_blank(void)
{
	struct text block = exact_copy(TEXT("From: a\nSubject: x\n y\n\tz\r\nTo:b\r\nX-Last:"));
	struct header header = parse(block, 100);

	check_number(header.count, 4);
	check_text(header.fields[0].name, TEXT("From"));
	check_text(header.fields[0].body, TEXT(" a"));
	check_text(header.fields[0].raw, TEXT("From: a\n"));
	check_text(header.fields[1].body, TEXT(" x\n y\n\tz"));
	check_text(header.fields[1].raw, TEXT("Subject: x\n y\n\tz\r\n"));
	check_text(header.fields[2].name, TEXT("To"));
	check_text(header.fields[2].body, TEXT("b"));
	check_text(header.fields[3].name, TEXT("X-Last"));
	check_text(header.fields[3].body, TEXT(""));
	free((void *)(uintptr_t)block.data);
}

static void
lines_that_are_no_fields_are_kept_without_a_name(void)
{
	struct text block = exact_copy(TEXT(
	    " leading\n more\nno colon here\n: empty\nb\xe9z: x\na b: x\nN\0L: x\nok\t : v\n"));
	struct header header = parse(block, 100);

	check_number(header.count, 7);
	for (size_t i = 0; i < 6 && i < header.count; i++)
		check_text(header.fields[i].name, TEXT(""));
	check_text(header.fields[0].body, TEXT(" leading\n more"));
	check_text(header.fields[1].body, TEXT("no colon here"));
	check_text(header.fields[2].body, TEXT(": empty"));
	check_text(header.fields[4].body, TEXT("a b: x"));
	check_text(header.fields[5].body, TEXT("N\0L: x"));
	check_text(header.fields[6].name, TEXT("ok"));
	check_text(header.fields[6].body, TEXT(" v"));
	free((void *)(uintptr_t)block.data);
}

static void
a_name_does_not_reach_over_a_fold(void)
{
	struct header header = parse(TEXT("Subject\n : x\n"), 100);

	check_number(header.count, 1);
	check_text(header.fields[0].name, TEXT(""));
	check_text(header.fields[0].body, TEXT("Subject\n : x"));
}

static void
the_limit_on_fields_is_a_visible_fact(void)
{
	struct text block = TEXT("A: 1\nB: 2\nC: 3\n");

	check_number(parse(block, 2).count, 2);
	check(parse(block, 2).truncated);
	check(!parse(block, 3).truncated);
	check_number(parse(block, 0).count, 0);
	check(parse(block, 0).truncated);
	check(!parse(TEXT(""), 0).truncated);
}

static void
fields_are_found_by_name_without_case(void)
{
	struct header header =
	    parse(TEXT("a: 1\nReceived: 2\nRECEIVED : 3\n: 4\nReceived-SPF: 5\n"), 100);

	check(header_find(&header, TEXT("received"), 0) == &header.fields[1]);
	check(header_find(&header, TEXT("received"), 2) == &header.fields[2]);
	check(header_find(&header, TEXT("received"), 3) == NULL);
	check(header_find(&header, TEXT(""), 0) == NULL);
	check(header_find(&header, TEXT("a"), 99) == NULL);
}

static void
a_field_is_found_without_an_index(void)
{
	struct text bytes =
	    exact_copy(TEXT("Message: no\nmessage-ID : <a@b>\n x\nMessage-Id: <2>\n\nLate: 1\n"));
	struct header_field field;

	check(header_find_in_bytes(bytes, TEXT("Message-ID"), 100, &field));
	check_text(field.body, TEXT(" <a@b>\n x"));
	check_text(field.name, TEXT("message-ID"));
	check(!header_find_in_bytes(bytes, TEXT("Late"), 100, &field));
	check(!header_find_in_bytes(bytes, TEXT("message-id"), 1, &field));
	check(!header_find_in_bytes(bytes, TEXT(""), 100, &field));
	check(!header_find_in_bytes(TEXT(""), TEXT("a"), 100, &field));
	free((void *)(uintptr_t)bytes.data);
}

static void
unfolding_takes_line_ends_and_outer_blanks_only(void)
{
	struct text plain = TEXT("  plain \r\n");
	struct text unfolded = header_unfold(&arena, plain);

	check_text(unfolded, TEXT("plain"));
	check(unfolded.data == plain.data + 2);
	check_text(header_unfold(&arena, TEXT(" a\r\n b\n\tc\n  \n d ")), TEXT("a b\tc   d"));
	check_text(header_unfold(&arena, TEXT("a\rb\n \0c")), TEXT("a\rb \0c"));
	check_text(header_unfold(&arena, TEXT("\n \n ")), TEXT(""));
}

static void
an_unfolded_copy_is_bounded(void)
{
	size_t size = HEADER_UNFOLD_MAX * 2;
	char *large = malloc(size);

	memset(large, 'x', size);
	large[10] = '\n';
	large[11] = ' ';
	check_number(header_unfold(&arena, (struct text){large, size}).size, HEADER_UNFOLD_MAX - 1);
	free(large);
}

static void
check_match_line(struct text raw, struct text wanted)
{
	struct text block = exact_copy(raw);
	struct header header = parse(block, 1);
	struct buffer line;

	buffer_init(&line, 1000);
	check(header_append_match_line(&header.fields[0], &line));
	check_text(buffer_text(&line), wanted);
	buffer_clear(&line);
	buffer_init(&line, wanted.size - 1);
	check(!header_append_match_line(&header.fields[0], &line));
	check_text(buffer_text(&line), TEXT(""));
	buffer_clear(&line);
	free((void *)(uintptr_t)block.data);
}

static void
check_blanks(struct text body, size_t from, size_t wanted)
{
	struct text copy = exact_copy(body);

	check_number(header_skip_blanks(copy, from), wanted);
	free((void *)(uintptr_t)copy.data);
}

static void
blanks_folds_and_comments_are_skipped(void)
{
	check_blanks(TEXT("a"), 0, 0);
	check_blanks(TEXT("x \t\r\n a"), 1, 6);
	check_blanks(TEXT(" (one (two) \\) three) a"), 0, 22);
	check_blanks(TEXT("(a)(b)c"), 0, 6);
	check_blanks(TEXT(")a"), 0, 0);
	check_blanks(TEXT("x(never closed"), 1, 14);
	check_blanks(TEXT("(\\"), 0, 2);
	check_blanks(TEXT(""), 0, 0);
}

static void
rules_see_a_fold_as_one_more_blank(void)
{
	check_match_line(TEXT("Subject: plain\n folded\n"), TEXT("Subject: plain  folded"));
	check_match_line(TEXT("Subject: plain\r\n folded\r\n"), TEXT("Subject: plain  folded"));
	check_match_line(TEXT("X-A:   x\n  y  \n"), TEXT("X-A: x   y"));
	check_match_line(TEXT("X-B:\n  first\n\tz \n"), TEXT("X-B: first \tz"));
	check_match_line(TEXT("X-C :v"), TEXT("X-C: v"));
	check_match_line(TEXT("X-D:\n"), TEXT("X-D: "));
	check_match_line(TEXT("X-E: a\0b\n"), TEXT("X-E: a\0b"));
	check_match_line(TEXT("no colon\n"), TEXT("no colon"));
	check_match_line(TEXT(" leading\n blank\n"), TEXT(" leading  blank"));
}

static void
a_hundred_thousand_fields_are_split(void)
{
	size_t count = 100000;
	char *block = malloc(count * 5);

	for (size_t i = 0; i < count; i++)
		memcpy(block + i * 5, "X: y\n", 5);
	struct header header = parse((struct text){block, count * 5}, 20000);
	check_number(header.count, 20000);
	check(header.truncated);
	check_number(parse((struct text){block, count * 5}, count).count, 100000);
	free(block);
}

int
main(void)
{
	arena_init(&arena, NULL, 0);
	test("the first empty line ends the header, whatever its line end",
	    the_empty_line_ends_the_header);
	test("a message may lack its header or its body", a_message_may_lack_header_or_body);
	test("fields end at lines that do not begin with a blank",
	    fields_are_split_at_lines_that_do_not_begin_with_a_blank);
	test("lines that are no fields are kept without a name",
	    lines_that_are_no_fields_are_kept_without_a_name);
	test("a field name does not reach over a fold", a_name_does_not_reach_over_a_fold);
	test("reaching the limit on fields is a visible fact",
	    the_limit_on_fields_is_a_visible_fact);
	test("fields are found by name without case", fields_are_found_by_name_without_case);
	test("a field is found without an index, and never in the body",
	    a_field_is_found_without_an_index);
	test("unfolding removes line ends and outer blanks only",
	    unfolding_takes_line_ends_and_outer_blanks_only);
	test("the copy that unfolding makes is bounded", an_unfolded_copy_is_bounded);
	test("blanks, folds and comments are skipped", blanks_folds_and_comments_are_skipped);
	test("rules see a fold as one more blank", rules_see_a_fold_as_one_more_blank);
	test("100,000 fields are split", a_hundred_thousand_fields_are_split);
	arena_clear(&arena);
	return tests_end();
}
