/*
 * The list of problems (see structure_list.h). Lines are numbered at the end, in one pass, since
 * problems are not found in the order of their places.
 */
#include "mail/part_number.h"
#include "mail/structure_list.h"

#include <stdarg.h>

#include "base/vector.h"

void
structure_list_add(struct structure_list *list, enum structure_weight weight, const char *word,
    const struct mime_part *part, const char *place, const char *sentence, ...)
{
	struct structure_report *report = &list->report;
	va_list arguments;

	report->total++;
	report->malformed |= weight == STRUCTURE_MALFORMED;
	report->truncated |= weight == STRUCTURE_TRUNCATED;
	if (!list->is_kept || report->count == STRUCTURE_PROBLEMS_MAX)
		return;
	struct structure_problem problem = {.weight = weight, .word = word};
	problem.part = part_number_format(list->arena, part);
	problem.offset = (uint64_t)(place - list->bytes.data);
	va_start(arguments, sentence);
	problem.sentence = arena_format_list(list->arena, sentence, arguments);
	va_end(arguments);
	report->problems = vector_grow(
	    list->arena, report->problems, report->count, &list->capacity, sizeof problem);
	report->problems[report->count++] = problem;
}

void
structure_list_finish(struct structure_list *list)
{
	struct structure_problem *problems = list->report.problems;
	uint64_t line = 1;
	size_t position = 0;

	for (size_t i = 1; i < list->report.count; i++) {
		struct structure_problem problem = problems[i];
		size_t place = i;
		for (; place > 0 && problems[place - 1].offset > problem.offset; place--)
			problems[place] = problems[place - 1];
		problems[place] = problem;
	}
	for (size_t i = 0; i < list->report.count; i++) {
		struct text before = text_slice(list->bytes, 0, (size_t)problems[i].offset);
		for (;;) {
			size_t end = text_find_byte(before, position, '\n');
			if (end >= before.size)
				break;
			position = end + 1;
			line++;
		}
		problems[i].line = line;
	}
}
