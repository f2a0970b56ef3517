/*
 * The messages of an mbox, found by each of the three rules.
 */
#include "handle/mbox_walk.h"

#include "support/tap.h"

#define LINE "From a@b Fri Mar  1 12:00:00 2024\n"

/* How many messages; that the ranges follow one another is checked on the way. */
static size_t
count(const char *mbox, enum from_rule rule)
{
	struct text bytes = exact_copy(text_from_string(mbox));
	struct mbox_range range;
	size_t at = 0, found = 0, end = 0;

	while (mbox_walk_next(bytes, rule, &at, &range)) {
		check(found == 0 || range.start == end);
		end = range.start + range.size;
		check(range.from_line_size <= range.size);
		found++;
	}
	check(end == bytes.size || found == 0);
	free((void *)(uintptr_t)bytes.data);
	return found;
}

static void
an_ordinary_mbox(void)
{
	const enum from_rule rules[] = {FROM_STRICT, FROM_DATED, FROM_LENIENT};

	for (size_t i = 0; i < 3; i++) {
		check_number(count("", rules[i]), 0);
		check_number(count("\n\r\n", rules[i]), 0);
		check_number(count(LINE, rules[i]), 1);
		check_number(count(LINE "A: b\n\nx\n\n" LINE "C: d\n\n", rules[i]), 2);
		check_number(count(LINE "A: b\n\nx\n\n" LINE "C: d\n\nno end", rules[i]), 2);
		check_number(count(LINE "A: b\r\n\r\nx\r\n\r\n" LINE "C: d\r\n\r\n", rules[i]), 2);
		check_number(count(LINE "A: b\n\n>" LINE "\n", rules[i]), 1);
		check_number(count(LINE "A: b\n\n x " LINE "\n", rules[i]), 1);
	}
}

static void
a_line_without_an_empty_one(void)
{
	const char *mbox = LINE "A: b\n\nx\n" LINE "C: d\n";

	check_number(count(mbox, FROM_STRICT), 1);
	check_number(count(mbox, FROM_DATED), 2);
	check_number(count(mbox, FROM_LENIENT), 2);
}

static void
a_line_without_a_date(void)
{
	const char *mbox = LINE "A: b\n\nx\n\nFrom here on it rains.\n\n";

	check_number(count(mbox, FROM_STRICT), 1);
	check_number(count(mbox, FROM_DATED), 1);
	check_number(count(mbox, FROM_LENIENT), 2);
}

static void
two_lines_in_a_row(void)
{
	check_number(count(LINE LINE, FROM_DATED), 2);
	check_number(count(LINE LINE, FROM_LENIENT), 2);
	check_number(count(LINE LINE "\n", FROM_STRICT), 1);
}

static void
dates_as_programs_write_them(void)
{
	check_number(count(LINE "\nFrom a@b Fri Mar  1 12:00:00 CET 2024\n", FROM_STRICT), 2);
	check_number(count(LINE "\nFrom \"a b\"@c Fri Mar  1 12:00:00 2024\r\n", FROM_STRICT), 2);
	check_number(
	    count(LINE "\nFrom a@b Fri Mar  1 12:00:00 2024 remote from c\n", FROM_STRICT), 2);
	check_number(count(LINE "\nFrom: a@b Fri Mar  1 12:00:00 2024\n", FROM_LENIENT), 1);
}

static void
what_stands_in_front(void)
{
	check_number(count("in front\n" LINE "A: b\n", FROM_DATED), 2);
	check_number(count("in front\n\n" LINE "A: b\n", FROM_STRICT), 2);
	check_number(count("\n\n" LINE "A: b\n", FROM_STRICT), 1);
	check_number(count("From nobody\nA: b\n", FROM_STRICT), 1);
}

static struct text
first_message(struct text mbox, size_t *from_line_size_out)
{
	struct mbox_range range;
	size_t at = 0;

	check(mbox_walk_next(mbox, FROM_DATED, &at, &range));
	*from_line_size_out = range.from_line_size;
	return mbox_walk_message(mbox, &range);
}

static void
reads_as(const char *stored, const char *wanted, size_t from_line_size)
{
	struct text bytes = exact_copy(text_from_string(stored));
	size_t size;

	check_text(first_message(bytes, &size), text_from_string(wanted));
	check_number(size, from_line_size);
	free((void *)(uintptr_t)bytes.data);
}

static void
the_own_bytes_of_an_mbox(void)
{
	reads_as(LINE "A: b\n\nx\n\n", "A: b\n\nx\n", 34);
	reads_as(LINE "A: b\n\nx\n\n\n", "A: b\n\nx\n\n", 34);
	reads_as(LINE "A: b\n\nx\n", "A: b\n\nx\n", 34);
	reads_as(LINE "A: b\n\nx", "A: b\n\nx", 34);
	reads_as(LINE "A: b\r\n\r\nx\r\n\r\n", "A: b\r\n\r\nx\r\n", 34);
	reads_as(LINE "\n", "", 34);
	reads_as(LINE, "", 34);
	reads_as("From ", "", 5);
	reads_as("From nobody\nA: b\n", "A: b\n", 12);
	reads_as("A: b\n\n" LINE, "A: b\n", 0);
}

int
main(void)
{
	test("all rules agree on an ordinary mbox", an_ordinary_mbox);
	test("the strict rule wants an empty line", a_line_without_an_empty_one);
	test("only the lenient rule needs no date", a_line_without_a_date);
	test("a From_ line may follow another at once", two_lines_in_a_row);
	test("dates count as programs write them", dates_as_programs_write_them);
	test("what stands in front of the first is not lost", what_stands_in_front);
	test("the message comes without what the mbox adds", the_own_bytes_of_an_mbox);
	return tests_end();
}
