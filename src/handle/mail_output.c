/*
 * Standard output of the commands of `culver mail`; see mail_output.h.
 */
#include "handle/mail_output.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "handle/shown_text.h"
#include "system/file.h"

bool
mail_output_is_utf8_locale(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct text value = text_from_string(getenv(names[i]));
		if (value.size == 0)
			continue;
		size_t dot = text_find_byte(value, 0, '.');
		struct text charset = text_slice(value, dot + 1, value.size);
		charset.size = text_find_byte(charset, 0, '@');
		return text_is_equal_nocase(charset, TEXT("UTF-8")) ||
		       text_is_equal_nocase(charset, TEXT("UTF8"));
	}
	return false;
}

void
mail_output_init(struct mail_output *output, const char *command, enum terminal_colour colour)
{
	*output = (struct mail_output){.command = command,
	    .terminal = terminal_look(STDOUT_FILENO, colour),
	    .is_utf8 = mail_output_is_utf8_locale()};
	buffer_init(&output->buffer, MAIL_OUTPUT_MAX);
}

bool
mail_output_flush(struct mail_output *output)
{
	if (buffer_is_overfull(&output->buffer) && !output->is_failed) {
		output->is_failed = true;
		error_set(&output->error, ERROR_LIMIT, "what is to be written is too large");
	}
	if (!output->is_failed && output->buffer.size > 0)
		output->is_failed = !file_write(STDOUT_FILENO, buffer_text(&output->buffer),
		    "the standard output", &output->error);
	buffer_reset(&output->buffer);
	return !output->is_failed;
}

bool
mail_output_step(struct mail_output *output)
{
	if (output->buffer.size < MAIL_OUTPUT_PIECE && !output->terminal.is_terminal)
		return !output->is_failed;
	return mail_output_flush(output);
}

/* In pieces that end with a line, so that no character is cut in two. */
static bool
mail_output_show(struct mail_output *output, struct text bytes)
{
	while (bytes.size > 0 && !output->is_failed) {
		size_t size = bytes.size < MAIL_OUTPUT_PIECE ? bytes.size : MAIL_OUTPUT_PIECE;
		size_t end = size;
		while (size < bytes.size && end > 0 && bytes.data[end - 1] != '\n')
			end--;
		size = end > 0 ? end : size;
		shown_text_append(&output->buffer, SHOWN_TEXT, text_slice(bytes, 0, size));
		bytes = text_slice(bytes, size, bytes.size);
		mail_output_flush(output);
	}
	return !output->is_failed;
}

bool
mail_output_bytes(struct mail_output *output, struct text bytes)
{
	if (output->terminal.is_terminal)
		return mail_output_show(output, bytes);
	if (bytes.size < MAIL_OUTPUT_PIECE) {
		buffer_append(&output->buffer, bytes);
		return mail_output_step(output);
	}
	if (mail_output_flush(output))
		output->is_failed =
		    !file_write(STDOUT_FILENO, bytes, "the standard output", &output->error);
	return !output->is_failed;
}

void
mail_output_line(struct mail_output *output, enum terminal_style style, struct text text)
{
	/* What stands in the buffer was made safe already: only the style comes from there. */
	struct buffer line;
	char memory[4096];

	buffer_init_lent(&line, memory, sizeof memory, MAIL_OUTPUT_MAX);
	shown_text_append(&line, SHOWN_LINE, text);
	terminal_append(&output->buffer, &output->terminal, style, buffer_text(&line));
	buffer_clear(&line);
}

void
mail_output_complain(struct mail_output *output, const struct error *error)
{
	struct buffer line;
	char memory[4096];
	const struct terminal terminal = {0};

	mail_output_flush(output);
	buffer_init_lent(&line, memory, sizeof memory, sizeof memory);
	terminal_append(&line, &terminal, TERMINAL_PLAIN, text_from_string(error->text));
	fprintf(
	    stderr, "culver: mail %s: %.*s\n", output->command, TEXT_ARGUMENTS(buffer_text(&line)));
	buffer_clear(&line);
}

int
mail_output_end(struct mail_output *output, int status)
{
	bool is_written = mail_output_flush(output);

	buffer_clear(&output->buffer);
	if (is_written)
		return status;
	fprintf(stderr, "culver: mail %s: %s\n", output->command, output->error.text);
	return EX_IOERR;
}
