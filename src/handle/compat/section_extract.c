/*
 * Sections into files and programs; see section_extract.h.
 */
#include "handle/compat/section_extract.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "system/pipe_child.h"

enum {
	SECTION_EXTRACT_FAILED = 1,
	SECTION_EXTRACT_PROGRAM = 20, /* added to a program's status */
	SECTION_EXTRACT_NAME_MAX = 200,
	SECTION_EXTRACT_MODE = 0666,
	SECTION_EXTRACT_ANSWER = 1024,
};

/* The name as it can be a file's in any shell; dots in front would hide it, or name a directory. */
static struct text
section_extract_clean(struct arena *arena, struct text name, bool is_prefixed)
{
	struct buffer clean;

	buffer_init(&clean, SECTION_EXTRACT_NAME_MAX);
	for (size_t i = 0; i < name.size; i++) {
		char byte = name.data[i];
		bool is_plain = text_is_alpha(byte) || text_is_digit(byte) || byte == '-' ||
				byte == '_' || (byte == '.' && (is_prefixed || i > 0));
		if (!buffer_append_byte(&clean, is_plain ? byte : '_'))
			break;
	}
	struct text copy = arena_copy_text(arena, buffer_text(&clean));
	buffer_clear(&clean);
	return copy;
}

static struct text
section_extract_name(struct section_extract *extract, const struct mime_part *part)
{
	struct arena *arena = extract->arena;
	const char *prefix = extract->prefix;
	size_t size = prefix != NULL ? strlen(prefix) : 0;
	bool is_prefixed = size > 0 && prefix[size - 1] != '/';
	struct text name =
	    section_parameter(arena, part, TEXT("Content-Disposition"), TEXT("filename"));

	if (name.size == 0)
		name = section_parameter(arena, part, TEXT("Content-Disposition"), TEXT("name"));
	if (name.size == 0)
		name = section_parameter(arena, part, TEXT("Content-Type"), TEXT("name"));
	if (name.size == 0)
		return arena_format(arena, "attachment%u.dat", ++extract->count);
	return section_extract_clean(arena, name, is_prefixed);
}

static int
section_extract_fail(struct error *error, const char *what)
{
	error_set_errno(error, "%s", what);
	return SECTION_EXTRACT_FAILED;
}

static int
section_extract_write(struct section_extract *extract, const struct mime_part *part, int descriptor,
    const char *path, struct error *error)
{
	struct message_sink *sink = arena_alloc(extract->arena, sizeof *sink);

	message_sink_init(sink, descriptor, false);
	section_write_content(extract->arena, part, sink);
	bool is_written = message_sink_flush(sink);
	errno = sink->failure;
	if (close(descriptor) < 0)
		is_written = false;
	if (is_written)
		return EX_OK;
	section_extract_fail(error, path);
	unlink(path);
	return SECTION_EXTRACT_FAILED;
}

/* Asks for a line on the terminal's side of things; false: none comes. */
static bool
section_extract_ask(char answer[SECTION_EXTRACT_ANSWER])
{
	size_t used = 0;
	int byte;

	fflush(stdout);
	FILE *terminal = fopen("/dev/tty", "re");
	if (terminal == NULL)
		return false;
	while ((byte = getc(terminal)) != EOF && byte != '\n')
		if (used + 1 < SECTION_EXTRACT_ANSWER)
			answer[used++] = (char)byte;
	answer[used] = '\0';
	fclose(terminal);
	return byte != EOF;
}

/* NULL: it is not wanted. */
static const char *
section_extract_choose(
    struct section_extract *extract, const struct mime_part *part, struct text name)
{
	char answer[SECTION_EXTRACT_ANSWER];

	struct text type = section_type(extract->arena, part);
	printf("Extract %.*s? ", TEXT_ARGUMENTS(type));
	if (!section_extract_ask(answer) || (answer[0] != 'y' && answer[0] != 'Y'))
		return NULL;
	printf("Filename [%.*s]: ", TEXT_ARGUMENTS(name));
	if (!section_extract_ask(answer))
		return NULL;
	return arena_copy_string(
	    extract->arena, answer[0] != '\0' ? text_from_string(answer) : name);
}

static int
section_extract_to_file(
    struct section_extract *extract, const struct mime_part *part, struct error *error)
{
	struct arena *arena = extract->arena;
	struct text name = section_extract_name(extract, part);
	const char *chosen = NULL;
	const char *prefix = extract->prefix != NULL ? extract->prefix : "";

	if (extract->prefix == NULL) {
		chosen = section_extract_choose(extract, part, name);
		if (chosen == NULL)
			return EX_OK;
		name = text_from_string(chosen);
	}
	for (unsigned attempt = 0; attempt < SECTION_EXTRACT_NAMES_MAX; attempt++) {
		const char *path =
		    attempt == 0
			? arena_format(arena, "%s%.*s", prefix, TEXT_ARGUMENTS(name)).data
			: arena_format(arena, "%s%u-%.*s", prefix, attempt, TEXT_ARGUMENTS(name))
			      .data;
		int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		    SECTION_EXTRACT_MODE);
		if (descriptor >= 0)
			return section_extract_write(extract, part, descriptor, path, error);
		if (errno != EEXIST || chosen != NULL)
			return section_extract_fail(error, path);
	}
	error_set(error, ERROR_LIMIT, "%s%.*s and %d others like it are there already", prefix,
	    TEXT_ARGUMENTS(name), (int)SECTION_EXTRACT_NAMES_MAX - 1);
	return SECTION_EXTRACT_FAILED;
}

/* This process's variables with the two in their place. */
static char **
section_extract_environment(struct section_extract *extract, const struct mime_part *part)
{
	struct arena *arena = extract->arena;
	size_t count = 0, kept = 0;

	while (environ[count] != NULL)
		count++;
	char **variables = arena_alloc_array(arena, count + 3, sizeof *variables);
	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], "CONTENT_TYPE=", 13) != 0 &&
		    strncmp(environ[i], "FILENAME=", 9) != 0)
			variables[kept++] = environ[i];
	struct text type = section_type(arena, part), name = section_extract_name(extract, part);
	variables[kept++] = arena_copy_string(
	    arena, arena_format(arena, "CONTENT_TYPE=%.*s", TEXT_ARGUMENTS(type)));
	variables[kept] =
	    arena_copy_string(arena, arena_format(arena, "FILENAME=%.*s", TEXT_ARGUMENTS(name)));
	return variables;
}

static int
section_extract_to_program(
    struct section_extract *extract, const struct mime_part *part, struct error *error)
{
	struct arena *arena = extract->arena;
	struct message_sink *sink = arena_alloc(arena, sizeof *sink);
	int input, status = 0;
	pid_t process;

	char **variables = section_extract_environment(extract, part);
	if (!pipe_child_start(extract->program, variables, &input, &process, error))
		return SECTION_EXTRACT_PROGRAM + 1;
	message_sink_init(sink, input, false);
	section_write_content(arena, part, sink);
	/* A program may end before it has read all: its status decides. */
	message_sink_flush(sink);
	close(input);
	if (pipe_child_wait(process, &status) && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return EX_OK;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	error_set(error, ERROR_SYSTEM, "%s exited with status %d.", extract->program[0], code);
	return SECTION_EXTRACT_PROGRAM + code;
}

int
section_extract_run(
    struct section_extract *extract, const struct mime_part *part, struct error *error)
{
	if (part->first_child != NULL) {
		struct text number = section_number(extract->arena, part);
		error_set(error, ERROR_INPUT, "MIME section %.*s is a compound section.",
		    TEXT_ARGUMENTS(number));
		return SECTION_EXTRACT_FAILED;
	}
	return extract->program != NULL ? section_extract_to_program(extract, part, error)
					: section_extract_to_file(extract, part, error);
}
