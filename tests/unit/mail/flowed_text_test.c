/*
 * format=flowed: each text is read whole and with every cut into two, and byte by byte.
 */
#include "mail/flowed_text.h"
#include "support/tap.h"

#include <stdint.h>

#include "base/buffer.h"

/* Reads the body in three pieces. */
static void
read_flowed(struct text body, bool deletes_space, size_t cut, size_t step, struct buffer *out)
{
	struct flowed_text flowed;
	char piece[FLOWED_TEXT_OUT_MIN];
	size_t at = 0, size;

	flowed_text_init(&flowed, deletes_space);
	while (at < body.size || step == 0) {
		size_t end = at < cut ? cut : at + step;
		end = end > body.size || step == 0 ? body.size : end;
		struct text copy = exact_copy(text_slice(body, at, end)), input = copy;
		do {
			size = flowed_text_take(&flowed, &input, false, piece, sizeof piece);
			buffer_append(out, (struct text){piece, size});
		} while (input.size > 0);
		free((void *)(uintptr_t)copy.data);
		at = end;
		if (step == 0)
			break;
	}
	struct text nothing = {NULL, 0};
	while ((size = flowed_text_take(&flowed, &nothing, true, piece, sizeof piece)) > 0)
		buffer_append(out, (struct text){piece, size});
}

static void
check_flowed_at(struct text body, bool deletes_space, struct text wanted, int line)
{
	struct buffer out;

	buffer_init(&out, 1000000);
	for (size_t cut = 0; cut <= body.size; cut++) {
		buffer_reset(&out);
		read_flowed(body, deletes_space, cut, body.size + 1, &out);
		check_text_at(buffer_text(&out), wanted, __FILE__, line);
	}
	buffer_reset(&out);
	read_flowed(body, deletes_space, 0, 1, &out);
	check_text_at(buffer_text(&out), wanted, __FILE__, line);
	buffer_clear(&out);
}

#define check_flowed(body, wanted) check_flowed_at(TEXT(body), false, TEXT(wanted), __LINE__)
#define check_delsp(body, wanted)  check_flowed_at(TEXT(body), true, TEXT(wanted), __LINE__)

static void
lines_that_end_in_a_blank_are_joined(void)
{
	check_flowed("", "");
	check_flowed("one line\n", "one line\n");
	check_flowed("no line end", "no line end");
	check_flowed("one \ntwo \nthree\nfour\n", "one two three\nfour\n");
	check_flowed("one  \ntwo\n", "one  two\n");
	check_flowed("one\t\ntwo\n", "one\t\ntwo\n");
	check_flowed("one \r\ntwo\r\nthree\r\n", "one two\r\nthree\r\n");
	check_flowed("one \r\ntwo\n", "one two\n");
	check_flowed("a\rb \rc\n", "a\rb \rc\n");
	check_flowed("the last \n", "the last \n");
	check_flowed("the last ", "the last ");
}

static void
a_blank_in_front_is_stuffing(void)
{
	check_flowed(" From here\n  two blanks\n", "From here\n two blanks\n");
	check_flowed(" > no quote\n", "> no quote\n");
	check_flowed("one \n From two\n", "one From two\n");
}

static void
quotes_are_joined_in_their_depth_only(void)
{
	check_flowed("> one \n> two\n", "> one two\n");
	check_flowed(">one \n>two\n", "> one two\n");
	check_flowed("> one \n>> two \n> three\nfour\n", "> one \n>> two \n> three\nfour\n");
	check_flowed("text \n> quote \ntext\n", "text \n> quote \ntext\n");
	check_flowed(">>> \n>\n", ">>>\n>\n");
	check_flowed("> > not two deep\n", "> > not two deep\n");
}

static void
the_signature_separator_stands_alone(void)
{
	check_flowed("text \n-- \nJoe \nBrown\n", "text \n-- \nJoe Brown\n");
	check_flowed("text\r\n-- \r\nJoe\r\n", "text\r\n-- \r\nJoe\r\n");
	check_flowed("> text \n> -- \n> Joe\n", "> text \n> -- \n> Joe\n");
	check_flowed(">-- \n>Joe\n", "> -- \n> Joe\n");
	check_flowed("--  \nJoe\n", "--  Joe\n");
	check_flowed("-- x \ny\n", "-- x y\n");
	check_flowed("--\nJoe\n", "--\nJoe\n");
	check_flowed("-- ", "-- ");
	check_delsp("-- \nJoe\n", "-- \nJoe\n");
	/* Stuffed: its author wrote a line "-- " that is none. */
	check_flowed(" -- \nJoe\n", "-- Joe\n");
}

static void
an_empty_line_ends_a_paragraph(void)
{
	check_flowed("one \n\ntwo\n", "one \n\ntwo\n");
	check_flowed("one \r\n\r\ntwo\r\n", "one \r\n\r\ntwo\r\n");
	check_flowed("one \n \ntwo\n", "one \n\ntwo\n");
	check_flowed("> one \n>\n> two\n", "> one \n>\n> two\n");
}

static void
delsp_takes_one_blank(void)
{
	check_delsp("one \ntwo\n", "onetwo\n");
	check_delsp("one  \ntwo\n", "one two\n");
	check_delsp("\xe6\x97\xa5 \n\xe6\x9c\xac\n", "\xe6\x97\xa5\xe6\x9c\xac\n");
	check_delsp("one \n> two \nthree\n", "one\n> two\nthree\n");
	check_delsp("one \r\ntwo ", "onetwo");
}

static void
any_byte_and_any_depth_is_read(void)
{
	struct buffer body, wanted, out;

	check_flowed("a\0b \n\xff \n\x01", "a\0b \xff \x01");
	buffer_init(&body, 100000);
	buffer_init(&wanted, 100000);
	buffer_init(&out, 100000);
	for (int i = 0; i < 9000; i++)
		buffer_append_byte(&body, '>');
	buffer_append(&wanted, buffer_text(&body));
	buffer_append(&body, TEXT("deep \n"));
	buffer_append(&wanted, TEXT(" deep \n"));
	read_flowed(buffer_text(&body), false, 4000, 1000, &out);
	check_text(buffer_text(&out), buffer_text(&wanted));
	buffer_clear(&body);
	buffer_clear(&wanted);
	buffer_clear(&out);
}

int
main(void)
{
	test("lines that end in a blank are joined", lines_that_end_in_a_blank_are_joined);
	test("a blank in front is stuffing", a_blank_in_front_is_stuffing);
	test("quotes are joined in their depth only", quotes_are_joined_in_their_depth_only);
	test("the signature separator stands alone", the_signature_separator_stands_alone);
	test("an empty line ends a paragraph", an_empty_line_ends_a_paragraph);
	test("delsp takes one blank", delsp_takes_one_blank);
	test("any byte and any depth is read", any_byte_and_any_depth_is_read);
	return tests_end();
}
