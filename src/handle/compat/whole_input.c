/*
 * Standard input, whole; see whole_input.h.
 */
#include "handle/compat/whole_input.h"

#include <stdlib.h>
#include <unistd.h>

bool
whole_input_read(struct arena *arena, struct whole_input *input_out, struct error *error)
{
	const char *directory = getenv("TMPDIR");
	struct spool_plan plan = {.directories = {"/var/tmp", "/tmp"}};

	if (directory != NULL && *directory == '/')
		plan = (struct spool_plan){.directories = {directory, "/var/tmp", "/tmp"}};
	if (!spool_receive(arena, STDIN_FILENO, &plan, &input_out->spool, error)) {
		error_prefix(error, "cannot read the standard input: ");
		return false;
	}
	if (spool_map(input_out->spool, &input_out->bytes, error))
		return true;
	spool_close(input_out->spool);
	return false;
}

void
whole_input_close(struct whole_input *input)
{
	spool_close(input->spool);
}
