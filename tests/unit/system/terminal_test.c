/*
 * Terminals: what is shown in which style, and that nothing of a mail's bytes works on the screen.
 */
#include "system/terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/tap.h"

static struct buffer shown;

static struct text
show(bool has_colour, enum terminal_style style, struct text text)
{
	const struct terminal terminal = {.has_colour = has_colour};

	buffer_reset(&shown);
	terminal_append(&shown, &terminal, style, text);
	return buffer_text(&shown);
}

static void
styles(void)
{
	check_text(show(true, TERMINAL_BAD, TEXT("x")), TEXT("\033[1;31mx\033[0m"));
	check_text(show(true, TERMINAL_PLAIN, TEXT("x")), TEXT("x"));
	check_text(show(true, TERMINAL_BAD, TEXT("")), TEXT(""));
	check_text(show(false, TERMINAL_BAD, TEXT("x")), TEXT("x"));
}

static void
controls(void)
{
	check_text(show(false, TERMINAL_PLAIN,
		       TEXT("a\xe2\x80\xae"
			    "b\xe2\x81\xa6"
			    "c\xe2\x80\xa8\xe2\x80\xa6")),
	    TEXT("a?b?c?\xe2\x80\xa6"));
	check_text(show(false, TERMINAL_PLAIN, TEXT("a\033[2Jb\r\n\x7f\tc")), TEXT("a?[2Jb???\tc"));
	check_text(show(false, TERMINAL_PLAIN,
		       TEXT("\xc2\x9b"
			    "1m \xc3\xa9 \xff \xc2")),
	    TEXT("?1m \xc3\xa9 ? ?"));
	check_text(show(false, TERMINAL_PLAIN, TEXT("a\0b")), TEXT("a?b"));
}

static void
no_terminal(void)
{
	int descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC);

	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	struct terminal terminal = terminal_look(descriptor, TERMINAL_COLOUR_AUTO);
	check(!terminal.is_terminal && !terminal.has_colour && terminal.columns == 80);
	check(terminal_look(descriptor, TERMINAL_COLOUR_ALWAYS).has_colour);
	check(!terminal_look(descriptor, TERMINAL_COLOUR_NEVER).has_colour);
	close(descriptor);
}

static void
real_terminal(void)
{
	int descriptor = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	check(descriptor >= 0 && unlockpt(descriptor) == 0);
	int terminal = open(ptsname(descriptor), O_RDWR | O_NOCTTY | O_CLOEXEC);
	check(terminal >= 0);
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	check(terminal_look(terminal, TERMINAL_COLOUR_AUTO).has_colour);
	check(!terminal_look(terminal, TERMINAL_COLOUR_NEVER).has_colour);
	setenv("NO_COLOR", "1", 1);
	check(!terminal_look(terminal, TERMINAL_COLOUR_AUTO).has_colour);
	setenv("NO_COLOR", "", 1);
	setenv("TERM", "dumb", 1);
	check(!terminal_look(terminal, TERMINAL_COLOUR_AUTO).has_colour);
	close(terminal);
	close(descriptor);
}

static void
words(void)
{
	enum terminal_colour colour;

	check(terminal_parse_colour(TEXT("always"), &colour) && colour == TERMINAL_COLOUR_ALWAYS);
	check(terminal_parse_colour(TEXT("auto"), &colour) && colour == TERMINAL_COLOUR_AUTO);
	check(!terminal_parse_colour(TEXT("yes"), &colour));
}

int
main(void)
{
	buffer_init(&shown, 4096);
	test("a style is put around the text, where there is colour", styles);
	test("control characters and broken bytes are shown as ?", controls);
	test("what is no terminal has no colour unless that is asked for", no_terminal);
	test(
	    "a terminal has colour unless NO_COLOR, TERM or the user say otherwise", real_terminal);
	test("the words of --color are read", words);
	buffer_clear(&shown);
	return tests_end();
}
