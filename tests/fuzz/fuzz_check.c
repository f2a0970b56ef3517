/*
 * Fuzz target: any bytes as a mailfilter rules file, checked: what is said lies inside of the file,
 * in order, and can be shown as text and as JSON on a terminal of any width.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "filter/mailfilter/mailfilter.h"
#include "rehearse/diagnostic_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_CHECK_SIZE_MAX = 65536, FUZZ_CHECK_REPORT_MAX = 64 * 1024 * 1024 };

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
	mailfilter_check(&arena, TEXT("rules"), source, &list);
	for (size_t i = 0; i < list.count; i++)
		if (list.items[i].offset > size ||
		    list.items[i].size > size - list.items[i].offset ||
		    (i > 0 && list.items[i].offset < list.items[i - 1].offset) ||
		    list.items[i].message.size == 0)
			abort();
	terminal.columns = size > 0 ? data[0] : 0;
	buffer_init(&out, FUZZ_CHECK_REPORT_MAX);
	diagnostic_report_text(&out, &terminal, TEXT("rules"), source, &list, true);
	json_init(&json, &out);
	json_begin_array(&json);
	diagnostic_report_json(&json, TEXT("rules"), source, &list, true);
	json_end_array(&json);
	if (buffer_is_overfull(&out))
		abort();
	buffer_clear(&out);
	arena_clear(&arena);
	return 0;
}
