/*
 * culver as makemime: its options, from the command line or from a file, and one call of
 * part_build_run(). Sections in parentheses are built in this process.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/number.h"
#include "base/vector.h"
#include "handle/compat/part_build.h"
#include "programs/compat_name.h"
#include "programs/culver.h"

enum { COMPAT_MAKEMIME_LINE_MAX = 1024 * 1024 };

static const char compat_makemime_help[] =
    "usage: makemime -c TYPE [-C CHARSET] [-N NAME] [-e ENCODING] [-a FIELD] [-o FILE] FILE\n"
    "       makemime -m [TYPE] [-e ENCODING] [-a FIELD] [-o FILE] FILE\n"
    "       makemime -j [-o FILE] FILE FILE\n"
    "       makemime @FILE\n"
    "\n"
    "This is culver, called as makemime; see culver-compat(7). New scripts use \"culver mail "
    "make\".\n"
    "\n"
    "  -c TYPE      a section of this type from the file; \"auto\": text/plain, or\n"
    "               application/octet-stream\n"
    "  -C CHARSET   its charset\n"
    "  -N NAME      its name\n"
    "  -m [TYPE]    a multipart around the section in the file; multipart/mixed\n"
    "  -j           put the second section into the multipart that is the first one\n"
    "  -e ENCODING  7bit, 8bit, quoted-printable or base64\n"
    "  -a FIELD     a header field in front; repeatable\n"
    "  -o FILE      write it there\n"
    "\n"
    "FILE: a name; \"-\"; \"&N\", the descriptor of that number; or ( OPTIONS ), what makemime "
    "makes\n"
    "with these options. @FILE: read options from there, each on a line of its own.\n"
    "\n"
    "Exit status: 0 made; 64 usage; 66 no input; 73 no output; 74 cannot write.\n";

struct compat_makemime {
	struct arena *arena;
	const char **words;
	size_t count, next;
};

static bool
compat_makemime_refuse(const char *what, const char *argument)
{
	fprintf(stderr,
	    "makemime: %s \"%s\"; \"makemime --help\" shows the options; new scripts use "
	    "\"culver mail make --attach FILE\"\n",
	    what, argument != NULL ? argument : "");
	return false;
}

static const char *
compat_makemime_next(struct compat_makemime *makemime)
{
	return makemime->next < makemime->count ? makemime->words[makemime->next++] : NULL;
}

static bool
compat_makemime_is(const struct compat_makemime *makemime, const char *word)
{
	return makemime->next < makemime->count &&
	       strcmp(makemime->words[makemime->next], word) == 0;
}

/* A value that becomes a part of a header line. */
static bool
compat_makemime_is_value(struct text value, const char *forbidden)
{
	for (size_t i = 0; i < value.size; i++)
		if ((unsigned char)value.data[i] < ' ' || value.data[i] == 0x7f ||
		    strchr(forbidden, value.data[i]) != NULL)
			return false;
	return value.size > 0;
}

static bool
compat_makemime_is_encoding(struct text value)
{
	return text_is_equal_nocase(value, TEXT("7bit")) ||
	       text_is_equal_nocase(value, TEXT("8bit")) ||
	       text_is_equal_nocase(value, TEXT("quoted-printable")) ||
	       text_is_equal_nocase(value, TEXT("base64"));
}

static bool
compat_makemime_take_value(
    struct compat_makemime *makemime, char option, const char *rest, struct part_build *build)
{
	const char *string = *rest != '\0' ? rest : compat_makemime_next(makemime);
	struct text value = text_from_string(string);

	if (string == NULL)
		return false;
	switch (option) {
	case 'o':
		build->output = string;
		return true;
	case 'N':
		build->name = value;
		return compat_makemime_is_value(value, "");
	case 'C':
		build->charset = value;
		return compat_makemime_is_value(value, "\"\\");
	case 'e':
		build->encoding = value;
		return compat_makemime_is_encoding(value);
	default: /* 'a' */
		build->fields = arena_format(
		    makemime->arena, "%.*s%s\n", TEXT_ARGUMENTS(build->fields), string);
		return part_build_is_field(value);
	}
}

/* -c, -m and -j: what is made. */
static bool
compat_makemime_take_kind(
    struct compat_makemime *makemime, char option, const char *rest, struct part_build *build)
{
	const char *value = *rest != '\0' ? rest : NULL;

	build->kind = option == 'c'   ? PART_BUILD_SECTION
		      : option == 'm' ? PART_BUILD_MULTIPART
				      : PART_BUILD_JOIN;
	if (option == 'j')
		return value == NULL;
	bool has_value = makemime->next < makemime->count &&
			 *makemime->words[makemime->next] != '-' &&
			 !compat_makemime_is(makemime, "(");
	if (value == NULL && (option == 'c' || has_value))
		value = compat_makemime_next(makemime);
	build->type = text_from_string(value);
	return option == 'm' && value == NULL ? true : compat_makemime_is_value(build->type, "");
}

static bool compat_makemime_parse(
    struct compat_makemime *makemime, unsigned depth, struct part_build *build);

static bool
compat_makemime_take_input(struct compat_makemime *makemime, unsigned depth, const char *word,
    struct part_build_input *input)
{
	if (strcmp(word, "(") != 0) {
		input->path = word;
		return true;
	}
	struct part_build *inner = arena_alloc(makemime->arena, sizeof *inner);
	input->build = inner;
	if (depth >= PART_BUILD_DEPTH_MAX)
		return compat_makemime_refuse("too many levels of", "(");
	if (!compat_makemime_parse(makemime, depth + 1, inner))
		return false;
	if (inner->output != NULL)
		return compat_makemime_refuse("only outside of parentheses:", "-o");
	const char *end = compat_makemime_next(makemime);
	return (end != NULL && strcmp(end, ")") == 0) ||
	       compat_makemime_refuse("expected \")\", not", end);
}

/* Options up to the first word that is none; then what they work on. */
static bool
compat_makemime_parse(struct compat_makemime *makemime, unsigned depth, struct part_build *build)
{
	char kind = '\0';
	size_t inputs = 0, wanted = 1;

	while (inputs < wanted) {
		const char *word = compat_makemime_next(makemime);
		if (word == NULL)
			return compat_makemime_refuse("no file is named behind", "the options");
		if (*word != '-' || word[1] == '\0') {
			if (!compat_makemime_take_input(
				makemime, depth, word, &build->inputs[inputs++]))
				return false;
		} else if (strchr("cmj", word[1]) != NULL) {
			if (kind != '\0' ||
			    !compat_makemime_take_kind(makemime, word[1], word + 2, build))
				return compat_makemime_refuse(
				    "one of -c TYPE, -m and -j, not", word);
			kind = word[1];
			wanted = kind == 'j' ? 2 : 1;
		} else if (strchr("oNCea", word[1]) == NULL) {
			return compat_makemime_refuse("unknown option", word);
		} else if (!compat_makemime_take_value(makemime, word[1], word + 2, build)) {
			return compat_makemime_refuse("a value is missing or wrong:", word);
		}
	}
	if (kind == '\0')
		return compat_makemime_refuse("give -c TYPE, -m or -j for", build->inputs[0].path);
	return true;
}

/* A line at a time and no byte more: what stands behind "-" is the content. */
static bool
compat_makemime_read_line(struct compat_makemime *makemime, int descriptor, const char **line_out)
{
	struct buffer line;
	char byte = '\0';
	ssize_t size;

	buffer_init(&line, COMPAT_MAKEMIME_LINE_MAX);
	while ((size = read(descriptor, &byte, 1)) == 1 && byte != '\n')
		buffer_append_byte(&line, byte);
	bool is_line = size == 1 || line.size > 0;
	struct text text = buffer_text(&line);
	while (text.size > 0 && text_is_space(text.data[0]))
		text = text_slice(text, 1, text.size);
	if (text_has_suffix(text, TEXT("\r")))
		text.size--;
	*line_out = arena_copy_string(makemime->arena, text);
	buffer_clear(&line);
	return is_line;
}

static bool
compat_makemime_read_words(struct compat_makemime *makemime, const char *path)
{
	uint64_t number = 0;
	int descriptor = STDIN_FILENO;
	size_t capacity = 0;
	const char *line;

	makemime->words = NULL;
	makemime->count = 0;
	if (*path == '&' && number_parse_unsigned(text_from_string(path + 1), INT32_MAX, &number))
		descriptor = (int)number;
	else if (strcmp(path, "-") != 0)
		descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0) {
		fprintf(stderr, "makemime: cannot read the options in %s\n", path);
		return false;
	}
	while (compat_makemime_read_line(makemime, descriptor, &line)) {
		if (strcmp(line, "-") == 0 && makemime->count > 0)
			break;
		if (*line == '\0' || *line == '#')
			continue;
		makemime->words = vector_grow(makemime->arena, makemime->words, makemime->count,
		    &capacity, sizeof *makemime->words);
		makemime->words[makemime->count++] = line;
	}
	return true;
}

static int
compat_makemime_run(struct compat_makemime *makemime)
{
	struct part_build build = {.kind = PART_BUILD_SECTION};
	struct error error;

	if (makemime->count == 1 && makemime->words[0][0] == '@' &&
	    !compat_makemime_read_words(makemime, makemime->words[0] + 1))
		return EX_NOINPUT;
	if (!compat_makemime_parse(makemime, 0, &build))
		return EX_USAGE;
	const char *behind = compat_makemime_next(makemime);
	if (behind != NULL && strcmp(behind, "-o") == 0 && build.output == NULL)
		build.output = compat_makemime_next(makemime);
	else if (behind != NULL) {
		compat_makemime_refuse("unexpected argument", behind);
		return EX_USAGE;
	}
	int status = part_build_run(makemime->arena, &build, &error);
	if (status != EX_OK)
		fprintf(stderr, "makemime: %s\n", error.text);
	return status;
}

int
compat_name_makemime(int count, char **arguments)
{
	struct arena arena;

	if (count > 1 && strcmp(arguments[1], "--help") == 0)
		return culver_print(TEXT(compat_makemime_help));
	compat_name_block_pipe_signal();
	arena_init(&arena, NULL, 0);
	struct compat_makemime makemime = {.arena = &arena, .count = (size_t)count - 1};
	makemime.words = arena_alloc_array(&arena, makemime.count + 1, sizeof *makemime.words);
	for (size_t i = 0; i < makemime.count; i++)
		makemime.words[i] = arguments[i + 1];
	int status = compat_makemime_run(&makemime);
	arena_clear(&arena);
	return status;
}
