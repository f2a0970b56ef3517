/*
 * One safe line; see report_line.h. Bytes from 128 on stay as they are: names may be in UTF-8.
 */
#include "agent/report_line.h"

struct text
report_line_clean(struct arena *arena, struct text line)
{
	struct text cut = text_slice(line, 0, REPORT_LINE_MAX);
	char *clean = arena_copy_string(arena, cut);

	for (size_t i = 0; i < cut.size; i++)
		if ((unsigned char)clean[i] < ' ' || clean[i] == 127)
			clean[i] = '?';
	return (struct text){clean, cut.size};
}
