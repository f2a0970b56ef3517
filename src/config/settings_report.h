/*
 * The settings as text for people and programs: what `culver config` prints.
 */
#ifndef CONFIG_SETTINGS_REPORT_H
#define CONFIG_SETTINGS_REPORT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "config/settings.h"

/* Enough for every report: a value is at most 4,000 bytes. */
enum { SETTINGS_REPORT_MAX = 1024 * 1024 };

/*
 * The settings of these names (all when count is 0), with the value in force and its origin, one a
 * line: "name = value  # file:line". The lines are a configuration file themselves. False for an
 * unknown name.
 */
bool settings_report_lines(const struct settings_source *source, struct arena *arena,
    const char *const *names, size_t count, struct buffer *report, struct error *error);
/* The same as one JSON array of objects: name, value, default, origin, file, line, allowed, help.
 */
bool settings_report_json(const struct settings_source *source, struct arena *arena,
    const char *const *names, size_t count, struct buffer *report, struct error *error);
/* A file in which every setting is explained and stands commented out with its default. */
void settings_report_example(struct arena *arena, struct buffer *report);

#endif
