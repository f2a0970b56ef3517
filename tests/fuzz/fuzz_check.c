/*
 * Fuzz target: any bytes as a mailfilter rules file, checked: what is said lies inside of the file,
 * in order, and can be shown as text and as JSON on a terminal of any width; so can what differs from
 * maildrop; and the same bytes as a file of patterns.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "filter/engine/program.h"
#include "filter/mailfilter/mailfilter.h"
#include "rehearse/check_lookup.h"
#include "rehearse/deviation_report.h"
#include "rehearse/diagnostic_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_CHECK_SIZE_MAX = 65536, FUZZ_CHECK_REPORT_MAX = 64 * 1024 * 1024 };

static void
check_list(const struct diagnostics *list, size_t size)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].offset > size ||
		    list->items[i].size > size - list->items[i].offset ||
		    (i > 0 && list->items[i].offset < list->items[i - 1].offset) ||
		    list->items[i].message.size == 0)
			abort();
}

static void
compare(struct arena *arena, const struct program *program, struct diagnostics *list,
    struct buffer *out, const struct terminal *terminal)
{
	struct check_file file = {.name = TEXT("rules"), .source = program->source};
	struct check check = {.arena = arena, .files = &file, .file_count = 1};
	struct json_writer json;

	deviation_list_init(&file.deviations, arena);
	deviation_find(arena, program, list, &file.deviations);
	for (size_t i = 0; i < file.deviations.count; i++)
		if (file.deviations.items[i].offset > program->source.size ||
		    file.deviations.items[i].size >
			program->source.size - file.deviations.items[i].offset)
			abort();
	deviation_report_text(out, terminal, &check);
	json_init(&json, out);
	json_begin_object(&json);
	deviation_report_json(&json, &check);
	json_end_object(&json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text source = {(const char *)data, size};
	struct terminal terminal = {.is_terminal = true, .has_colour = size % 2 == 0};
	struct diagnostics list;
	struct json_writer json;
	struct buffer out;
	struct arena arena;

	if (size > FUZZ_CHECK_SIZE_MAX)
		return 0;
	arena_init(&arena, NULL, 0);
	diagnostics_init(&list, &arena);
	const struct program *program = mailfilter_check(&arena, TEXT("rules"), source, &list);
	check_list(&list, size);
	terminal.columns = size > 0 ? data[0] : 0;
	buffer_init(&out, FUZZ_CHECK_REPORT_MAX);
	diagnostic_report_text(&out, &terminal, TEXT("rules"), source, &list, true);
	json_init(&json, &out);
	json_begin_array(&json);
	diagnostic_report_json(&json, TEXT("rules"), source, &list, true);
	json_end_array(&json);
	compare(&arena, program, &list, &out, &terminal);
	diagnostics_init(&list, &arena);
	check_lookup_source(source, size % 2 == 0, &list);
	check_list(&list, size);
	if (buffer_is_overfull(&out))
		abort();
	buffer_clear(&out);
	arena_clear(&arena);
	return 0;
}
