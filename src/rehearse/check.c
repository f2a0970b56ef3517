/*
 * Files to check, and the list of what was found in each; see check.h.
 */
#include "rehearse/check.h"

#include "filter/mailfilter/mailfilter.h"
#include "rehearse/check_lookup.h"
#include "rehearse/check_places.h"
#include "system/file.h"

void
check_init(struct check *check, struct arena *arena, const char *home, bool follows_includes)
{
	*check = (struct check){.arena = arena, .home = home, .follows_includes = follows_includes};
	check->files_end = &check->files;
	table_init(&check->seen, arena);
	table_init(&check->said, arena);
	table_init(&check->constants, arena);
	if (home != NULL) {
		struct text *value = arena_alloc(arena, sizeof *value);
		*value = text_from_string(home);
		table_set(&check->constants, TEXT("HOME"), value);
	}
}

static void
check_count(struct check *check, const struct diagnostics *list)
{
	for (size_t i = 0; i < list->count; i++) {
		enum diagnostic_level level = diagnostic_level(list->items[i].code);
		if (level == DIAGNOSTIC_ERROR)
			check->errors++;
		else if (level == DIAGNOSTIC_WARNING)
			check->warnings++;
		else
			check->notes++;
	}
	check->errors += list->dropped[DIAGNOSTIC_ERROR];
	check->warnings += list->dropped[DIAGNOSTIC_WARNING];
	check->notes += list->dropped[DIAGNOSTIC_NOTE];
}

static struct check_file *
check_add_file(struct check *check, struct text name, struct text source)
{
	struct check_file *file = arena_alloc(check->arena, sizeof *file);

	file->name = name;
	file->source = source;
	diagnostics_init(&file->diagnostics, check->arena);
	deviation_list_init(&file->deviations, check->arena);
	*check->files_end = file;
	check->files_end = &file->next;
	check->file_count++;
	return file;
}

void
check_source(struct check *check, struct text name, struct text source)
{
	struct check_file *file = check_add_file(check, name, source);
	const struct program *program =
	    mailfilter_check(check->arena, name, source, &file->diagnostics);

	check_places(check, program, &file->diagnostics);
	diagnostics_sort(&file->diagnostics);
	if (check->compares)
		deviation_find(check->arena, program, &file->diagnostics, &file->deviations);
	check_count(check, &file->diagnostics);
}

/* The bytes of a file that was not read before; false in *is_new_out: it was. */
static bool
check_open(struct check *check, const char *path, struct text *source_out, bool *is_new_out,
    struct error *error)
{
	struct text name = text_from_string(path);

	*is_new_out = table_find(&check->seen, name) == NULL;
	if (!*is_new_out)
		return true;
	if (check->file_count >= CHECK_FILES_MAX)
		return error_set(
		    error, ERROR_LIMIT, "%s: more than %d files", path, CHECK_FILES_MAX);
	table_set(&check->seen, name, check);
	return file_read(check->arena, path, MAILFILTER_SOURCE_MAX, source_out, error);
}

bool
check_read(struct check *check, const char *path, struct error *error)
{
	struct text source;
	bool is_new;

	if (!check_open(check, path, &source, &is_new, error))
		return false;
	if (is_new)
		check_source(check, arena_copy_text(check->arena, text_from_string(path)), source);
	return true;
}

bool
check_read_lookup(struct check *check, const char *path, bool case_sensitive, struct error *error)
{
	struct text source;
	bool is_new;

	if (!check_open(check, path, &source, &is_new, error))
		return false;
	if (!is_new)
		return true;
	struct check_file *file =
	    check_add_file(check, arena_copy_text(check->arena, text_from_string(path)), source);
	check_lookup_source(source, case_sensitive, &file->diagnostics);
	diagnostics_sort(&file->diagnostics);
	check_count(check, &file->diagnostics);
	return true;
}

struct text
check_summary(const struct check *check)
{
	struct text notes = {NULL, 0};

	if (check->notes > 0)
		notes = arena_format(
		    check->arena, ", %zu note%s", check->notes, check->notes == 1 ? "" : "s");
	return arena_format(check->arena, "%zu error%s, %zu warning%s%.*s in %u file%s",
	    check->errors, check->errors == 1 ? "" : "s", check->warnings,
	    check->warnings == 1 ? "" : "s", TEXT_ARGUMENTS(notes), check->file_count,
	    check->file_count == 1 ? "" : "s");
}
