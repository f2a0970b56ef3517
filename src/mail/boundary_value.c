/*
 * The boundary of a multipart (see boundary_value.h). Nearly all are plain parameters, which cost no memory; the
 * others are read as every parameter is (mail/parameter_value.h), so that no part hides behind their spelling.
 */
#include "mail/boundary_value.h"

#include <string.h>

#include "mail/content_type.h"
#include "mail/mime_tree.h"
#include "mail/parameter_value.h"

static char *
boundary_value_copy(struct arena *arena, char **copy)
{
	if (*copy == NULL)
		*copy = arena_alloc(arena, MIME_BOUNDARY_MAX);
	return *copy;
}

/* The boundary that pieces give; false when they give none. */
static bool
boundary_value_join(struct arena *arena, struct text parameters, char **copy,
    struct text *boundary_out, bool *is_long_out)
{
	struct parameter_value value;
	struct arena scratch;

	arena_init(&scratch, NULL, 0);
	struct content_type type = content_type_parse(&scratch, parameters);
	bool is_found = parameter_value_find(&scratch, &type, TEXT("boundary"), &value);
	*is_long_out = is_found && value.value.size > MIME_BOUNDARY_MAX;
	if (is_found && !*is_long_out) {
		char *bytes = boundary_value_copy(arena, copy);
		if (value.value.size > 0)
			memcpy(bytes, value.value.data, value.value.size);
		*boundary_out = (struct text){bytes, value.value.size};
	}
	arena_clear(&scratch);
	return is_found;
}

bool
boundary_value_find(struct arena *arena, struct text parameters, char **copy,
    struct text *boundary_out, bool *is_long_out)
{
	struct content_parameter_raw raw = {0};
	struct text rest = parameters;
	bool malformed = false, is_plain = false, has_pieces = false;

	*boundary_out = TEXT("");
	*is_long_out = false;
	while (!is_plain && content_type_next(&rest, &raw, &malformed)) {
		is_plain = text_is_equal_nocase(raw.name, TEXT("boundary"));
		has_pieces |= text_has_prefix_nocase(raw.name, TEXT("boundary*"));
	}
	if (is_plain && raw.value.size > MIME_BOUNDARY_MAX) {
		*is_long_out = true;
	} else if (is_plain && raw.needs_cleaning) {
		char *bytes = boundary_value_copy(arena, copy);
		*boundary_out = (struct text){bytes, content_type_clean(raw.value, bytes)};
	} else if (is_plain) {
		*boundary_out = raw.value;
	} else if (!has_pieces ||
		   !boundary_value_join(arena, parameters, copy, boundary_out, is_long_out)) {
		return false;
	}
	/* Blanks at the end of a line do not survive transport, so they mean nothing at a
	 * boundary's end. */
	while (boundary_out->size > 0 && text_is_space(boundary_out->data[boundary_out->size - 1]))
		boundary_out->size--;
	return true;
}
