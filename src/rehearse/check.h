/*
 * Rules files, looked at for mistakes: those that are named, and those that they include. Nothing
 * is run, nothing is changed; what the rules name on this machine (folders, files) is looked for
 * when the home directory is known.
 */
#ifndef REHEARSE_CHECK_H
#define REHEARSE_CHECK_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/table.h"
#include "filter/engine/diagnostic.h"
#include "filter/mailfilter/deviation.h"

struct settings;
struct user;

enum { CHECK_FILES_MAX = 200 };

struct check_file {
	struct text name;   /* as it is shown */
	struct text source; /* its text */
	struct diagnostics diagnostics;
	struct deviation_list deviations; /* from maildrop; only when that is asked for */
	struct check_file *next;
};

struct check {
	struct arena *arena;
	const char *home; /* what relative paths are relative to; NULL: they are not looked for */
	/* Set by the caller behind check_init(). */
	const struct settings *settings; /* NULL: what depends on them is not looked at */
	const struct user *user;         /* whose home it is; NULL: not known */
	bool compares;                   /* with maildrop */
	bool follows_includes;
	bool is_partial; /* a file that the caller named cannot be read */
	struct check_file *files, **files_end;
	unsigned file_count;
	struct table seen;      /* paths of files that were checked */
	struct table said;      /* folders that were named: each is named once */
	struct table constants; /* variables with a value that is known (check_places.h) */
	size_t errors, warnings, notes;
};

void check_init(struct check *check, struct arena *arena, const char *home, bool follows_includes);
/* Checks a file, and those that it includes behind it. False: it cannot be read. A file is checked
 * once, however often it is named. */
bool check_read(struct check *check, const char *path, struct error *error);
/* The same for a text that was read already. */
void check_source(struct check *check, struct text name, struct text source);
/* A file of patterns, for lookup(). */
bool check_read_lookup(
    struct check *check, const char *path, bool case_sensitive, struct error *error);
/* "3 errors, 2 warnings in 2 files" */
struct text check_summary(const struct check *check);

#endif
