/*
 * What can be asked of a parsed program without running it. Nodes carry only a byte offset; lines
 * and columns are counted when somebody wants to read them, which most deliveries never do.
 */
#include "filter/engine/program.h"

enum { PROGRAM_BLOCK = 128 };

/* Line ends in a block. Of this, with its constant size, a compiler makes vector code. */
static unsigned
program_count_lines(const char *block)
{
	unsigned char lines = 0;

	for (size_t i = 0; i < PROGRAM_BLOCK; i++)
		lines += block[i] == '\n';
	return lines;
}

struct place
program_place(const struct program *program, uint32_t offset)
{
	struct place place = {program->name, 1, 1};
	struct text before = text_slice(program->source, 0, offset);
	size_t line_start = before.size, at = 0;

	for (; at + PROGRAM_BLOCK <= before.size; at += PROGRAM_BLOCK)
		place.line += program_count_lines(before.data + at);
	for (; at < before.size; at++)
		place.line += before.data[at] == '\n';
	while (line_start > 0 && before.data[line_start - 1] != '\n')
		line_start--;
	place.column = (unsigned)(offset - line_start) + 1;
	return place;
}

bool
program_is_runnable(
    const struct program *program, bool is_embedded, struct place *place_out, struct error *error)
{
	const struct program_mention *acting = &program->acting;

	if (!is_embedded || acting->what.size == 0)
		return true;
	struct place place = program_place(program, acting->offset);
	if (place_out != NULL)
		*place_out = place;
	return error_set(error, ERROR_INPUT,
	    "%.*s:%u:%u: %.*s is not allowed in embedded mode: the rules can only answer with echo "
	    "and EXITCODE",
	    TEXT_ARGUMENTS(place.file), place.line, place.column, TEXT_ARGUMENTS(acting->what));
}
