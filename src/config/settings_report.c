/*
 * Settings for people and programs; see settings_report.h. The example file is made from the table
 * too, so that it cannot fall behind.
 */
#include "config/settings_report.h"

#include <string.h>

#include "base/json.h"
#include "config/settings_file.h"

/* Fills `view_out` for the wanted setting: row `index` of the table, or that of the name of this
 * index. */
static bool
settings_report_next(const struct settings_source *source, struct arena *arena, const char *name,
    size_t index, struct setting_view *view_out)
{
	if (name == NULL)
		return settings_view(source, arena, index, view_out);
	for (size_t row = 0; settings_view(source, arena, row, view_out); row++)
		if (strcmp(view_out->name, name) == 0)
			return true;
	return false;
}

/* An unknown name gets the same answer as one that is set. */
static bool
settings_report_check_names(
    struct arena *arena, const char *const *names, size_t count, struct error *error)
{
	struct settings_source *scratch = settings_new(arena);
	struct setting_view view;

	for (size_t i = 0; i < count; i++)
		if (!settings_report_next(scratch, arena, names[i], 0, &view)) {
			if (settings_set(scratch, text_from_string(names[i]), TEXT(""), error))
				error_set(error, ERROR_INPUT, "write the name with \"_\": \"%s\"",
				    names[i]);
			return false;
		}
	return true;
}

static void
settings_report_line(const struct setting_view *view, struct buffer *report)
{
	buffer_append_format(report, "%s = ", view->name);
	settings_file_format(report, view->value);
	switch (view->origin) {
	case SETTING_DEFAULT:
		buffer_append(report, TEXT("  # default\n"));
		break;
	case SETTING_FILE:
		buffer_append_format(report, "  # %s:%u\n", view->file, view->line);
		break;
	case SETTING_OPTION:
		buffer_append(report, TEXT("  # option\n"));
		break;
	}
}

bool
settings_report_lines(const struct settings_source *source, struct arena *arena,
    const char *const *names, size_t count, struct buffer *report, struct error *error)
{
	struct setting_view view;

	if (!settings_report_check_names(arena, names, count, error))
		return false;
	for (size_t i = 0; count == 0 || i < count; i++) {
		if (!settings_report_next(source, arena, count > 0 ? names[i] : NULL, i, &view))
			break;
		settings_report_line(&view, report);
	}
	return true;
}

static void
settings_report_object(const struct setting_view *view, struct json_writer *json)
{
	static const char *const origins[] = {
	    [SETTING_DEFAULT] = "default", [SETTING_FILE] = "file", [SETTING_OPTION] = "option"};

	json_begin_object(json);
	json_member_text(json, "name", text_from_string(view->name));
	json_member_text(json, "value", view->value);
	json_member_text(json, "default", view->default_value);
	json_member_text(json, "origin", text_from_string(origins[view->origin]));
	if (view->origin == SETTING_FILE) {
		json_member_text(json, "file", text_from_string(view->file));
		json_member_integer(json, "line", view->line);
	}
	json_member_text(json, "allowed", text_from_string(view->allowed));
	json_member_text(json, "help", text_from_string(view->help));
	json_end_object(json);
}

bool
settings_report_json(const struct settings_source *source, struct arena *arena,
    const char *const *names, size_t count, struct buffer *report, struct error *error)
{
	struct json_writer json;
	struct setting_view view;

	if (!settings_report_check_names(arena, names, count, error))
		return false;
	json_init(&json, report);
	json_begin_array(&json);
	for (size_t i = 0; count == 0 || i < count; i++) {
		if (!settings_report_next(source, arena, count > 0 ? names[i] : NULL, i, &view))
			break;
		settings_report_object(&view, &json);
	}
	json_end_array(&json);
	buffer_append_byte(report, '\n');
	return true;
}

void
settings_report_example(struct arena *arena, struct buffer *report)
{
	struct settings_source *defaults = settings_new(arena);
	struct setting_view view;

	buffer_append(report,
	    TEXT("# Settings of Culver; culver.conf(5) explains them. A line that begins with # "
		 "says what\n# holds without it. \"culver config check\" reads this file "
		 "as a delivery would.\n"));
	for (size_t row = 0; settings_view(defaults, arena, row, &view); row++) {
		buffer_append_format(
		    report, "\n# %s\n# Allowed: %s.\n#%s = ", view.help, view.allowed, view.name);
		settings_file_format(report, view.default_value);
		buffer_append_byte(report, '\n');
	}
}
