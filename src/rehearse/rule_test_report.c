/*
 * Reports of rule tests; see rule_test_report.h. Bytes of mail and rules reach neither a terminal
 * nor a TAP reader as control characters.
 */
#include "rehearse/rule_test_report.h"

#include "base/buffer.h"

static void
rule_test_report_say(struct rule_test_report *report, enum terminal_style style, struct text text)
{
	terminal_append(report->out, &report->terminal, style, text);
}

static void
rule_test_report_raw(struct rule_test_report *report, const char *string)
{
	buffer_append(report->out, text_from_string(string));
}

/* Lines, each behind the same words. */
static void
rule_test_report_lines(struct rule_test_report *report, const char *first, const char *next,
    enum terminal_style style, struct text lines)
{
	const char *front = first;

	do {
		struct text line = text_split(&lines, '\n');
		rule_test_report_raw(report, front);
		rule_test_report_say(report, style, line);
		rule_test_report_raw(report, "\n");
		front = next;
	} while (lines.size > 0);
}

static unsigned
rule_test_report_number(const struct rule_test_report *report)
{
	return report->passed + report->failed + report->errors;
}

/* In TAP a "#" begins a directive. */
static void
rule_test_report_tap_name(struct rule_test_report *report, bool is_good, struct text name)
{
	buffer_append_format(
	    report->out, "%s %u - ", is_good ? "ok" : "not ok", rule_test_report_number(report));
	while (name.size > 0) {
		size_t end = text_find_byte(name, 0, '#');
		rule_test_report_say(report, TERMINAL_PLAIN, text_slice(name, 0, end));
		if (end < name.size)
			rule_test_report_raw(report, "\\#");
		name = text_slice(name, end + 1, name.size);
	}
	rule_test_report_raw(report, "\n");
}

void
rule_test_report_file(struct rule_test_report *report, struct text name)
{
	report->files++;
	if (!report->is_tap && !report->is_verbose)
		return;
	rule_test_report_raw(report, report->is_tap ? "# " : "");
	rule_test_report_say(report, TERMINAL_STRONG, name);
	rule_test_report_raw(report, "\n");
}

void
rule_test_report_error(struct rule_test_report *report, struct text name, struct text what)
{
	report->errors++;
	if (report->is_tap) {
		rule_test_report_tap_name(report, false, name);
		rule_test_report_lines(report, "# ", "# ", TERMINAL_PLAIN, what);
		return;
	}
	rule_test_report_say(report, TERMINAL_BAD, TEXT("ERROR"));
	rule_test_report_lines(report, " ", "      ", TERMINAL_PLAIN, what);
}

/* One word of a shell command. */
static void
rule_test_report_shell_word(struct rule_test_report *report, struct text word)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./";
	const struct text harmless = {plain, sizeof plain - 1};
	bool is_plain = word.size > 0;

	for (size_t i = 0; i < word.size && is_plain; i++)
		is_plain = text_find_byte(harmless, 0, word.data[i]) < harmless.size;
	if (is_plain) {
		rule_test_report_say(report, TERMINAL_PLAIN, word);
		return;
	}
	rule_test_report_raw(report, "'");
	while (word.size > 0) {
		size_t end = text_find_byte(word, 0, '\'');
		rule_test_report_say(report, TERMINAL_PLAIN, text_slice(word, 0, end));
		if (end < word.size)
			rule_test_report_raw(report, "'\\''");
		word = text_slice(word, end + 1, word.size);
	}
	rule_test_report_raw(report, "'");
}

/* "culver test --print=WHAT --filter NAME FILE" */
static void
rule_test_report_print_command(struct rule_test_report *report, const struct rule_test_stage *stage,
    const struct rule_test *test, const char *what)
{
	buffer_append_format(report->out, "culver test --print=%s --filter ", what);
	rule_test_report_shell_word(report, test->name);
	rule_test_report_raw(report, " ");
	rule_test_report_shell_word(report, stage->file->name);
}

/* How to see what the rules did, step by step. */
static void
rule_test_report_hint(struct rule_test_report *report, struct rule_test_stage *stage,
    struct arena *arena, const struct rule_test *test)
{
	size_t count;
	const struct rule_test_given **given = rule_test_given_list(stage, arena, test, &count);
	const struct rule_test_given *rules = rule_test_given_last(given, count, RULE_TEST_RULES);
	bool has_file = rules == NULL || rules->source.form == RULE_TEST_SOURCE_FILE;
	struct text path = {NULL, 0};

	if (has_file && rules != NULL)
		path = rule_test_material_path(&stage->material, arena, rules->source.text);
	else if (has_file)
		path =
		    text_slice(stage->file->name, 0, stage->file->name.size - TEXT(".test").size);
	rule_test_report_raw(report, "      ");
	if (!has_file) {
		rule_test_report_print_command(report, stage, test, "rules");
		rule_test_report_raw(report, " >rules;\n      ");
		path = TEXT("rules");
	}
	rule_test_report_print_command(report, stage, test, "message");
	rule_test_report_raw(report, " |\n        culver explain --rules ");
	rule_test_report_shell_word(report, path);
	rule_test_report_raw(report, "   shows why\n");
}

/* What decided, where the rules came to a decision. */
static void
rule_test_report_decision(
    struct rule_test_report *report, const char *front, const struct rule_test_result *result)
{
	const struct filter_result *rules = &result->rules;

	if (rules->place.line == 0 || rules->end == FILTER_END_FALL_THROUGH ||
	    rules->decision.size == 0)
		return;
	rule_test_report_raw(report, front);
	rule_test_report_say(report, TERMINAL_STRONG, rules->place.file);
	buffer_append_format(report->out, ":%u:%u ", rules->place.line, rules->place.column);
	rule_test_report_say(report, TERMINAL_PLAIN, rules->decision);
	rule_test_report_raw(report, " decided");
	if (rules->condition.size > 0) {
		rule_test_report_raw(report, "; before it ");
		rule_test_report_say(report, TERMINAL_PLAIN, rules->condition);
		rule_test_report_raw(report, " matched ");
		rule_test_report_say(report, TERMINAL_FOUND, rules->matched);
	}
	rule_test_report_raw(report, "\n");
}

static void
rule_test_report_failure(struct rule_test_report *report, const struct rule_test_stage *stage,
    const struct rule_test_failure *failure)
{
	const char *front = report->is_tap ? "# " : "      ";

	rule_test_report_raw(report, front);
	rule_test_report_say(report, TERMINAL_STRONG, stage->file->name);
	buffer_append_format(report->out, ":%u:%u\n", failure->line, failure->column);
	rule_test_report_lines(report, report->is_tap ? "# expected  " : "      expected  ",
	    report->is_tap ? "#           " : "                ", TERMINAL_GOOD, failure->expected);
	rule_test_report_lines(report, report->is_tap ? "# got       " : "      got       ",
	    report->is_tap ? "#           " : "                ", TERMINAL_BAD, failure->got);
}

void
rule_test_report_test(struct rule_test_report *report, struct rule_test_stage *stage,
    struct arena *arena, const struct rule_test *test, const struct rule_test_result *result,
    const struct rule_test_verdict *verdict, struct text problem)
{
	bool has_passed = result != NULL && verdict->has_passed;
	const char *front = report->is_tap ? "# " : "      ";

	if (has_passed)
		report->passed++;
	else
		report->failed++;
	if (report->is_tap) {
		rule_test_report_tap_name(report, has_passed, test->name);
	} else if (!has_passed || report->is_verbose) {
		rule_test_report_say(report, has_passed ? TERMINAL_GOOD : TERMINAL_BAD,
		    has_passed ? TEXT("ok") : TEXT("FAIL"));
		rule_test_report_raw(report, has_passed ? "    " : "  ");
		rule_test_report_say(
		    report, has_passed ? TERMINAL_PLAIN : TERMINAL_STRONG, test->name);
		rule_test_report_raw(report, "\n");
	}
	if (has_passed)
		return;
	if (result == NULL) {
		rule_test_report_lines(report, front, front, TERMINAL_PLAIN, problem);
		return;
	}
	for (size_t i = 0; i < verdict->count; i++)
		rule_test_report_failure(report, stage, &verdict->failures[i]);
	rule_test_report_decision(report, front, result);
	if (!report->is_tap && result->refusal.size == 0)
		rule_test_report_hint(report, stage, arena, test);
}

void
rule_test_report_recorded(
    struct rule_test_report *report, const struct rule_test *test, struct text lines)
{
	report->recorded++;
	rule_test_report_say(report, TERMINAL_WARN, TEXT("recorded"));
	rule_test_report_raw(report, "  ");
	rule_test_report_say(report, TERMINAL_STRONG, test->name);
	rule_test_report_raw(report, "\n");
	rule_test_report_lines(report, "      ", "      ", TERMINAL_PLAIN, lines);
}

void
rule_test_report_end(struct rule_test_report *report)
{
	char words[160];
	struct buffer line;

	if (report->is_tap) {
		buffer_append_format(report->out, "1..%u\n", rule_test_report_number(report));
		return;
	}
	buffer_init_lent(&line, words, sizeof words, sizeof words);
	buffer_append_format(&line, "%u passed, %u failed", report->passed, report->failed);
	if (report->recorded > 0)
		buffer_append_format(&line, ", %u recorded", report->recorded);
	buffer_append_format(
	    &line, " in %u %s", report->files, report->files == 1 ? "file" : "files");
	if (report->errors > 0)
		buffer_append_format(&line, "; %u %s not be tested", report->errors,
		    report->errors == 1 ? "file could" : "files could");
	rule_test_report_say(report,
	    report->failed + report->errors > 0 ? TERMINAL_BAD : TERMINAL_GOOD, buffer_text(&line));
	rule_test_report_raw(report, "\n");
	buffer_clear(&line);
}
