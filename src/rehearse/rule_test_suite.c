/*
 * A run over files and directories of rule tests; see rule_test_suite.h. One file at a time is in
 * memory.
 */
#include "rehearse/rule_test_suite.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/vector.h"
#include "rehearse/rule_test.h"
#include "rehearse/rule_test_file.h"
#include "rehearse/rule_test_judge.h"
#include "rehearse/rule_test_record.h"
#include "rehearse/rule_test_report.h"
#include "system/file.h"

enum {
	RULE_TEST_SUITE_DEPTH_MAX = 32,
	RULE_TEST_SUITE_FILES_MAX = 100000,
	RULE_TEST_SUITE_REPORT_MAX = 256 * 1024 * 1024,
	RULE_TEST_SUITE_REPORT_PIECE = 64 * 1024,
};

struct rule_test_suite_run {
	const struct rule_test_suite *suite;
	struct arena arena; /* names of files */
	const char **files;
	size_t count, capacity;
	struct rule_test_report report;
	struct buffer out;
	unsigned matched; /* tests whose name the filter has */
	bool is_unreadable, is_malformed, is_unwritten;
};

/* Gives away what was said so far. */
static void
rule_test_suite_flush(struct rule_test_suite_run *run)
{
	if (run->out.size > 0 && !run->is_unwritten)
		run->is_unwritten = !run->suite->write(buffer_text(&run->out));
	buffer_reset(&run->out);
}

static void
rule_test_suite_refuse(struct rule_test_suite_run *run, const char *path, struct text what)
{
	run->is_unreadable = true;
	rule_test_report_error(&run->report, text_from_string(path), what);
}

static void
rule_test_suite_add(struct rule_test_suite_run *run, const char *path)
{
	run->files =
	    vector_grow(&run->arena, run->files, run->count, &run->capacity, sizeof *run->files);
	run->files[run->count++] = path;
}

static int
rule_test_suite_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a directory that matter, in order. */
static const char **
rule_test_suite_list(struct rule_test_suite_run *run, const char *path, size_t *count_out)
{
	DIR *directory = opendir(path);
	const char **names = NULL;
	size_t capacity = 0;
	struct error error;

	*count_out = 0;
	if (directory == NULL) {
		error_set_errno(&error, "cannot open the directory %s", path);
		rule_test_suite_refuse(run, path, text_from_string(error.text));
		return NULL;
	}
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		struct text name = text_from_string(entry->d_name);
		bool is_test = text_has_suffix(name, TEXT(".test"));
		if ((!is_test && name.data[0] == '.') || *count_out >= RULE_TEST_SUITE_FILES_MAX)
			continue;
		names = vector_grow(&run->arena, names, *count_out, &capacity, sizeof *names);
		names[(*count_out)++] = arena_copy_string(&run->arena, name);
	}
	closedir(directory);
	if (*count_out > 0)
		qsort(names, *count_out, sizeof *names, rule_test_suite_compare);
	return names;
}

/* All *.test files below a directory; links to directories are not followed. */
static void
rule_test_suite_walk(struct rule_test_suite_run *run, const char *path, unsigned depth)
{
	size_t count;
	const char **names = rule_test_suite_list(run, path, &count);
	const char *slash = path[strlen(path) - 1] == '/' ? "" : "/";

	for (size_t i = 0; i < count && run->count < RULE_TEST_SUITE_FILES_MAX; i++) {
		const char *child = arena_format(&run->arena, "%s%s%s", path, slash, names[i]).data;
		struct stat status;
		if (lstat(child, &status) < 0)
			continue;
		if (S_ISDIR(status.st_mode) && depth < RULE_TEST_SUITE_DEPTH_MAX)
			rule_test_suite_walk(run, child, depth + 1);
		else if (!S_ISDIR(status.st_mode) &&
			 text_has_suffix(text_from_string(child), TEXT(".test")))
			rule_test_suite_add(run, child);
	}
}

static void
rule_test_suite_find(struct rule_test_suite_run *run, const char *path)
{
	size_t before = run->count;
	struct stat status;

	if (path[0] == '\0' || stat(path, &status) < 0 || !S_ISDIR(status.st_mode)) {
		rule_test_suite_add(run, path);
		return;
	}
	rule_test_suite_walk(run, path, 0);
	if (run->count == before)
		rule_test_suite_refuse(run, path,
		    arena_format(&run->arena,
			"%s: there is no file *.test in this directory or below it", path));
}

static bool
rule_test_suite_is_meant(const struct rule_test_suite_run *run, const struct rule_test *test)
{
	struct text filter = run->suite->filter;

	return filter.size == 0 || text_find(test->name, 0, filter) < test->name.size;
}

/* The test is to get a first expectation, or a new one. */
static bool
rule_test_suite_is_recorded(const struct rule_test_suite_run *run, const struct rule_test *test)
{
	return run->suite->record == RULE_TEST_RECORD_ALL ||
	       (run->suite->record == RULE_TEST_RECORD_FIRST && test->expected_count == 0);
}

static bool
rule_test_suite_record(struct rule_test_suite_run *run, struct rule_test_stage *stage,
    const struct rule_test *test, const struct rule_test_result *result,
    struct rule_test_record *record)
{
	if (!rule_test_suite_is_recorded(run, test) || result->unanswered.data != NULL ||
	    result->refusal.size > 0)
		return false;
	struct text lines = rule_test_record_lines(stage->arena, stage->file, result);
	rule_test_report_recorded(&run->report, test, lines);
	rule_test_record_add(record, stage->arena, test, lines);
	return true;
}

static void
rule_test_suite_test(struct rule_test_suite_run *run, struct rule_test_stage *stage,
    const struct rule_test *test, struct rule_test_record *record)
{
	struct rule_test_verdict verdict = {0};
	struct rule_test_result result;
	struct arena arena;
	struct error error;

	arena_init(&arena, NULL, 0);
	if (!rule_test_run(stage, &arena, test, &result, &error)) {
		rule_test_report_test(
		    &run->report, stage, &arena, test, NULL, NULL, text_from_string(error.text));
	} else if (!rule_test_suite_record(run, stage, test, &result, record)) {
		verdict = rule_test_judge(stage, &arena, test, &result);
		rule_test_report_test(
		    &run->report, stage, &arena, test, &result, &verdict, TEXT(""));
	}
	arena_clear(&arena);
	if (run->out.size > RULE_TEST_SUITE_REPORT_PIECE)
		rule_test_suite_flush(run);
}

/* --print: the bytes of the first test that is meant, and nothing else. */
static void
rule_test_suite_print(
    struct rule_test_suite_run *run, struct rule_test_stage *stage, const struct rule_test *test)
{
	struct text name, bytes;
	struct error error;

	if (run->matched > 1)
		return;
	bool is_there = run->suite->print == RULE_TEST_PRINT_MESSAGE
			    ? rule_test_message(stage, stage->arena, test, &bytes, &error)
			    : rule_test_rules(stage, stage->arena, test, &name, &bytes, &error);
	if (!is_there)
		rule_test_suite_refuse(run, "", text_from_string(error.text));
	else
		run->is_unwritten = !run->suite->write(bytes);
}

static void
rule_test_suite_file_tests(
    struct rule_test_suite_run *run, struct arena *arena, const struct rule_test_file *file)
{
	struct rule_test_record record = {0};
	struct rule_test_stage stage;
	struct error error;

	rule_test_stage_init(&stage, arena, file);
	for (size_t i = 0; i < file->count && !run->is_unwritten; i++) {
		if (!rule_test_suite_is_meant(run, &file->tests[i]))
			continue;
		run->matched++;
		if (run->suite->print == RULE_TEST_PRINT_NOTHING)
			rule_test_suite_test(run, &stage, &file->tests[i], &record);
		else
			rule_test_suite_print(run, &stage, &file->tests[i]);
	}
	if (record.count > 0 && !rule_test_record_write(&record, arena, file, &error))
		rule_test_suite_refuse(
		    run, arena_copy_string(arena, file->name), text_from_string(error.text));
}

static void
rule_test_suite_file(struct rule_test_suite_run *run, const char *path)
{
	struct rule_test_file file;
	struct arena arena;
	struct error error;
	struct text source;

	arena_init(&arena, NULL, 0);
	if (!file_read(&arena, path, RULE_TEST_FILE_MAX, &source, &error)) {
		rule_test_suite_refuse(run, path, text_from_string(error.text));
	} else if (!rule_test_file_parse(&arena, text_from_string(path), source, &file, &error)) {
		run->is_malformed = true;
		rule_test_report_error(
		    &run->report, text_from_string(path), text_from_string(error.text));
	} else {
		if (run->suite->print == RULE_TEST_PRINT_NOTHING)
			rule_test_report_file(&run->report, text_from_string(path));
		rule_test_suite_file_tests(run, &arena, &file);
	}
	arena_clear(&arena);
	rule_test_suite_flush(run);
}

static int
rule_test_suite_status(const struct rule_test_suite_run *run)
{
	if (run->is_unwritten)
		return EX_IOERR;
	if (run->is_unreadable)
		return EX_NOINPUT;
	if (run->is_malformed)
		return EX_DATAERR;
	if (run->matched == 0)
		return EX_USAGE;
	return run->report.failed > 0 ? 1 : EX_OK;
}

int
rule_test_suite_run(const struct rule_test_suite *suite)
{
	struct rule_test_suite_run run = {
	    .suite = suite,
	    .report = {.terminal = suite->terminal,
		.is_tap = suite->is_tap,
		.is_verbose = suite->is_verbose},
	};

	arena_init(&run.arena, NULL, 0);
	buffer_init(&run.out, RULE_TEST_SUITE_REPORT_MAX);
	run.report.out = &run.out;
	for (size_t i = 0; i < suite->count; i++)
		rule_test_suite_find(&run, suite->paths[i]);
	for (size_t i = 0; i < run.count && !run.is_unwritten; i++)
		rule_test_suite_file(&run, run.files[i]);
	if (run.matched == 0 && !run.is_unreadable && !run.is_malformed)
		rule_test_report_error(&run.report, TEXT("tests to run"),
		    suite->filter.size > 0 ? TEXT("no test has the text of --filter in its name")
					   : TEXT("there is no test in what was named"));
	if (suite->print == RULE_TEST_PRINT_NOTHING)
		rule_test_report_end(&run.report);
	rule_test_suite_flush(&run);
	buffer_clear(&run.out);
	arena_clear(&run.arena);
	return rule_test_suite_status(&run);
}
