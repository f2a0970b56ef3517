/*
 * Terminals; see terminal.h. ECMA-48 escape sequences that every terminal of this century knows.
 */
#include "system/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/utf8.h"

enum { TERMINAL_COLUMNS_DEFAULT = 80 };

static const char *const terminal_sequences[] = {
    [TERMINAL_PLAIN] = "",
    [TERMINAL_STRONG] = "\033[1m",
    [TERMINAL_FAINT] = "\033[2m",
    [TERMINAL_BAD] = "\033[1;31m",
    [TERMINAL_WARN] = "\033[1;35m",
    [TERMINAL_GOOD] = "\033[32m",
    [TERMINAL_FOUND] = "\033[7m",
};

static bool
terminal_wants_colour(void)
{
	const char *refused = getenv("NO_COLOR"), *kind = getenv("TERM");

	return (refused == NULL || refused[0] == '\0') && kind != NULL && strcmp(kind, "dumb") != 0;
}

struct terminal
terminal_look(int descriptor, enum terminal_colour colour)
{
	struct terminal terminal = {.columns = TERMINAL_COLUMNS_DEFAULT};
	struct winsize size;

	terminal.is_terminal = isatty(descriptor) == 1;
	if (terminal.is_terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		terminal.columns = size.ws_col;
	terminal.has_colour =
	    colour == TERMINAL_COLOUR_ALWAYS ||
	    (colour == TERMINAL_COLOUR_AUTO && terminal.is_terminal && terminal_wants_colour());
	return terminal;
}

bool
terminal_parse_colour(struct text word, enum terminal_colour *colour_out)
{
	static const char *const words[] = {"auto", "always", "never"};

	for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
		if (!text_is_equal(word, text_from_string(words[i])))
			continue;
		*colour_out = (enum terminal_colour)i;
		return true;
	}
	return false;
}

/* U+2028 to U+202E and U+2066 to U+2069: line ends, and what turns the text around it. */
static bool
terminal_is_direction(const unsigned char *bytes)
{
	if (bytes[0] != 0xe2)
		return false;
	return (bytes[1] == 0x80 && bytes[2] >= 0xa8 && bytes[2] <= 0xae) ||
	       (bytes[1] == 0x81 && bytes[2] >= 0xa6 && bytes[2] <= 0xa9);
}

/* The control characters of C1, in UTF-8 two bytes, and those of the direction of writing. */
static bool
terminal_is_control(struct text text, size_t at, size_t length)
{
	unsigned char first = (unsigned char)text.data[at];

	if (length == 1)
		return (first < ' ' && first != '\t') || first == 0x7f;
	if (length == 3)
		return terminal_is_direction((const unsigned char *)text.data + at);
	return length == 2 && first == 0xc2 && (unsigned char)text.data[at + 1] < 0xa0;
}

void
terminal_append(struct buffer *buffer, const struct terminal *terminal, enum terminal_style style,
    struct text text)
{
	bool is_styled = terminal->has_colour && style != TERMINAL_PLAIN && text.size > 0;

	if (is_styled)
		buffer_append(buffer, text_from_string(terminal_sequences[style]));
	for (size_t at = 0, length; at < text.size; at += length) {
		length = utf8_sequence_length(text, at);
		if (length == 0 || terminal_is_control(text, at, length))
			buffer_append_byte(buffer, '?');
		else
			buffer_append(buffer, text_slice(text, at, at + length));
		if (length == 0)
			length = 1;
	}
	if (is_styled)
		buffer_append(buffer, TEXT("\033[0m"));
}
