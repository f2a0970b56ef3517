/*
 * The patterns of a lookup file; see check_lookup.h. Lines are taken as filter/engine/lookup.c takes
 * them.
 */
#include "rehearse/check_lookup.h"

#include "filter/engine/pattern.h"
#include "filter/engine/pattern_shape.h"

struct lookup_check {
	struct pattern_engine *engine;
	struct diagnostics *diagnostics;
	bool case_sensitive;
};

static void
check_lookup_line(const struct lookup_check *check, struct text line, uint32_t offset)
{
	struct error error;
	struct arena scratch;
	struct diagnostic *added;
	struct pattern *compiled =
	    pattern_compile(check->engine, line, check->case_sensitive, &error);

	if (compiled == NULL) {
		if (error.kind != ERROR_INPUT)
			return;
		added = diagnostics_add(check->diagnostics, DIAGNOSTIC_BAD_PATTERN, offset,
		    (uint32_t)line.size, "this pattern cannot be read: %s",
		    pattern_engine_mistake(check->engine)->reason);
		diagnostic_advise(check->diagnostics, added,
		    "each line is a pattern without slashes; a character that is meant as it "
		    "stands is written with a \\ before it; mail that comes to this line is "
		    "deferred");
		return;
	}
	pattern_free(check->engine, compiled);
	arena_init(&scratch, NULL, 0);
	const struct pattern_shape *shape =
	    pattern_shape_parse(&scratch, line, check->case_sensitive);
	if (shape != NULL && pattern_shape_is_always(shape)) {
		added = diagnostics_add(check->diagnostics, DIAGNOSTIC_MATCHES_ALL, offset,
		    (uint32_t)line.size, "this pattern matches every text");
		diagnostic_advise(check->diagnostics, added,
		    "leave the line away, or begin it with # to keep it");
	} else if (line.size > 2 && line.data[0] == '/' && line.data[line.size - 1] == '/') {
		added = diagnostics_add(check->diagnostics, DIAGNOSTIC_MATCHES_NOTHING, offset,
		    (uint32_t)line.size,
		    "in a file of patterns the slashes are a part of the pattern: a text without "
		    "them does not match");
		diagnostic_advise(check->diagnostics, added, "write %.*s",
		    TEXT_ARGUMENTS(text_slice(line, 1, line.size - 1)));
	}
	arena_clear(&scratch);
}

void
check_lookup_source(struct text source, bool case_sensitive, struct diagnostics *diagnostics)
{
	struct lookup_check check = {.diagnostics = diagnostics, .case_sensitive = case_sensitive};
	struct arena arena;

	arena_init(&arena, NULL, 0);
	check.engine = pattern_engine_new(&arena, 0);
	for (size_t start = 0, end; start < source.size; start = end + 1) {
		end = text_find_byte(source, start, '\n');
		struct text line = text_slice(source, start, end);
		/* tolerance: rules-crlf */
		if (text_has_suffix(line, TEXT("\r")))
			line.size--;
		while (line.size > 0 && text_is_space(line.data[0]))
			line = text_slice(line, 1, line.size);
		if (line.size > 0 && line.data[0] != '#')
			check_lookup_line(&check, line, (uint32_t)(line.data - source.data));
	}
	pattern_engine_close(check.engine);
	arena_clear(&arena);
}
