/*
 * What can be asked of a parsed program without running it. Nodes carry only a byte offset; lines
 * and columns are counted when somebody wants to read them, which most deliveries never do.
 */
#include "filter/engine/program.h"

struct place
program_place(const struct program *program, uint32_t offset)
{
	struct place place = {program->name, 1, 1};
	size_t line_start = 0;

	for (;;) {
		size_t line_end = text_find_byte(program->source, line_start, '\n');
		if (line_end >= offset || line_end == program->source.size)
			break;
		line_start = line_end + 1;
		place.line++;
	}
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
