/*
 * Reads the files of reading cases; the form is told in corpus_case.h. They are ours: what is wrong with one
 * ends the program.
 */
#include "corpus/corpus_case.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"

static void
corpus_complain(struct text line, const char *what)
{
	fprintf(stderr, "%s: \"%.*s\"\n", what, TEXT_ARGUMENTS(line));
	exit(EXIT_FAILURE);
}

struct text
corpus_file_read(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat facts;

	if (file < 0 || fstat(file, &facts) < 0) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	size_t size = (size_t)facts.st_size;
	void *bytes = size == 0 ? NULL : mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
	close(file);
	if (bytes == MAP_FAILED) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	return (struct text){bytes, size};
}

/* The number of `digits` hexadecimal digits at the front of *rest, which goes behind them. */
static unsigned
corpus_take_hex(struct text *rest, unsigned digits)
{
	unsigned value = 0;

	for (unsigned i = 0; i < digits; i++) {
		int digit = i < rest->size ? text_hex_value(rest->data[i]) : -1;
		if (digit < 0)
			corpus_complain(*rest, "hexadecimal digits are missing");
		value = value * 16 + (unsigned)digit;
	}
	*rest = text_slice(*rest, digits, rest->size);
	return value;
}

/* In UTF-8; of the Basic Multilingual Plane. */
static void
corpus_append_character(unsigned character, struct buffer *out)
{
	if (character >= 0x800)
		buffer_append_byte(out, (char)(0xE0 | character >> 12));
	if (character >= 0x800)
		buffer_append_byte(out, (char)(0x80 | (character >> 6 & 0x3F)));
	else if (character >= 0x80)
		buffer_append_byte(out, (char)(0xC0 | character >> 6));
	buffer_append_byte(out, (char)(character < 0x80 ? character : 0x80 | (character & 0x3F)));
}

/* Takes the escape behind a backslash; false: \c. */
static bool
corpus_take_escape(struct text *rest, unsigned long number, struct buffer *out)
{
	static const char letters[] = "nrt0s\\", meanings[] = "\n\r\t\0 \\";
	char letter = rest->size > 0 ? rest->data[0] : ' ';
	const char *known = memchr(letters, letter, sizeof letters - 1);

	*rest = text_slice(*rest, 1, rest->size);
	if (known != NULL)
		buffer_append_byte(out, meanings[known - letters]);
	else if (letter == 'x')
		buffer_append_byte(out, (char)corpus_take_hex(rest, 2));
	else if (letter == 'u')
		corpus_append_character(corpus_take_hex(rest, 4), out);
	else if (letter == '#')
		buffer_append_format(out, "%lu", number);
	else if (letter == '@')
		buffer_append_format(out, "%lu", number - 1);
	else if (letter != 'c' || rest->size > 0)
		corpus_complain(*rest, "an unknown escape stands before");
	return letter != 'c';
}

/* Appends the text without escapes; false: it ended with \c. */
static bool
corpus_unescape(struct text escaped, unsigned long number, struct buffer *out)
{
	while (escaped.size > 0) {
		size_t plain = text_find_byte(escaped, 0, '\\');
		buffer_append(out, text_slice(escaped, 0, plain));
		if (plain == escaped.size)
			return true;
		escaped = text_slice(escaped, plain + 1, escaped.size);
		if (!corpus_take_escape(&escaped, number, out))
			return false;
	}
	return true;
}

/* "|LINE" or "*COUNT |LINE". */
static void
corpus_add_line(struct text line, struct buffer *message)
{
	unsigned long count = 1;

	if (line.data[0] == '*') {
		count = strtoul(line.data + 1, NULL, 10);
		line = text_slice(line, text_find_byte(line, 0, '|'), line.size);
		if (count == 0 || line.size == 0)
			corpus_complain(line, "a repetition without a number or a line");
	}
	line = text_slice(line, 1, line.size);
	for (unsigned long i = 1; i <= count; i++)
		if (corpus_unescape(line, i, message))
			buffer_append_byte(message, '\n');
}

/* "WORD [ARGUMENT]: VALUE" */
static void
corpus_add_expectation(struct arena *arena, struct text line, struct corpus_case *out)
{
	struct corpus_expectation expected = {0};
	size_t colon = text_find_byte(line, 0, ':');
	struct buffer value;

	if (colon == line.size || out->count == CORPUS_EXPECTATIONS_MAX)
		corpus_complain(line, "no expectation, or one too many");
	expected.argument = text_slice(line, 0, colon);
	expected.word = text_split(&expected.argument, ' ');
	buffer_init(&value, line.size + 1);
	corpus_unescape(text_trim(text_slice(line, colon + 1, line.size)), 0, &value);
	expected.value = arena_copy_text(arena, buffer_text(&value));
	buffer_clear(&value);
	if (text_is_equal(expected.word, TEXT("why")))
		out->why = expected.value;
	else
		out->expectations[out->count++] = expected;
}

bool
corpus_case_next(struct arena *arena, struct text *rest, struct corpus_case *case_out)
{
	struct buffer message;

	*case_out = (struct corpus_case){0};
	buffer_init(&message, CORPUS_MESSAGE_MAX);
	while (rest->size > 0) {
		struct text before = *rest, line = text_split(rest, '\n');
		bool is_case = text_has_prefix(line, TEXT("case "));
		if (is_case && case_out->name.size > 0) {
			*rest = before;
			break;
		}
		if (is_case)
			case_out->name = text_slice(line, 5, line.size);
		else if (line.size == 0 || line.data[0] == '#')
			continue;
		else if (case_out->name.size == 0)
			corpus_complain(line, "a line in front of the first case");
		else if (line.data[0] == '|' || line.data[0] == '*')
			corpus_add_line(line, &message);
		else
			corpus_add_expectation(arena, line, case_out);
	}
	case_out->message = arena_copy_text(arena, buffer_text(&message));
	buffer_clear(&message);
	return case_out->name.size > 0;
}
