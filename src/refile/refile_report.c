/*
 * Saying what happens; see refile_report.h. Memory does not grow with the number of messages.
 */
#include "refile/refile_report.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"

enum { REFILE_REPORT_PERIOD = 100, REFILE_REPORT_BAR = 20 };

const char *
refile_report_word(enum refile_fate fate, bool applies)
{
	static const char *const words[][2] = {
	    [REFILE_STAYS] = {"stays", "stays"},
	    [REFILE_MOVED] = {"would move", "moved"},
	    [REFILE_COPIED] = {"would be copied", "copied"},
	    [REFILE_DELETED] = {"would be deleted", "deleted"},
	    [REFILE_VANISHED] = {"gone meanwhile", "gone meanwhile"},
	    [REFILE_FAILED] = {"failed", "failed"},
	};

	return words[fate][applies];
}

static void
refile_report_flush(struct refile_report *report)
{
	if (report->out.size > 0)
		report->request->write(report->request->self, buffer_text(&report->out));
	buffer_reset(&report->out);
}

void
refile_report_begin(
    struct refile_report *report, struct arena *arena, const struct refile_request *request)
{
	*report = (struct refile_report){
	    .arena = arena, .request = request, .started = clock_monotonic_milliseconds()};
	buffer_init(&report->out, REFILE_REPORT_LINE_MAX);
	table_init(&report->rows, arena);
}

void
refile_report_clear_progress(struct refile_report *report)
{
	if (report->has_progress)
		fprintf(stderr, "\r\033[K");
	report->has_progress = false;
}

void
refile_report_folder(struct refile_report *report, struct text folder, uint64_t total)
{
	report->folder = folder;
	report->folder_total = total;
	report->folder_done = 0;
}

static void
refile_report_progress(struct refile_report *report, int64_t now)
{
	double seconds = (double)(now - report->started) / 1000;
	double part = report->folder_total > 0
			  ? (double)report->folder_done / (double)report->folder_total
			  : 1;
	char bar[REFILE_REPORT_BAR + 1] = "";
	double rate = seconds > 0 ? (double)report->bytes / 1e6 / seconds : 0;
	unsigned left = part > 0 && part <= 1 ? (unsigned)(seconds * (1 - part) / part) : 0;
	char line[256];

	for (int i = 0; i < REFILE_REPORT_BAR; i++)
		bar[i] = i < (int)(part * REFILE_REPORT_BAR) ? '#' : '.';
	int size =
	    snprintf(line, sizeof line, "[%s] %3.0f%%  %llu messages, %.1f MB/s, %u:%02u left  ",
		bar, part * 100, (unsigned long long)report->messages, rate, left / 60, left % 60);
	if (size < 0)
		return;
	struct buffer shown;
	char memory[1024];
	buffer_init_lent(&shown, memory, sizeof memory, sizeof memory);
	terminal_append(&shown, &report->request->progress, TERMINAL_PLAIN, report->folder);
	int room = (int)report->request->progress.columns - 1 - size;
	fprintf(stderr, "\r%.*s%.*s\033[K", (int)report->request->progress.columns - 1, line,
	    room < (int)shown.size ? (room > 0 ? room : 0) : (int)shown.size,
	    shown.data != NULL ? shown.data : "");
	buffer_clear(&shown);
	report->has_progress = true;
}

void
refile_report_step(struct refile_report *report, uint64_t done)
{
	report->folder_done = done;
	if (!report->request->progress.is_terminal || report->request->is_quiet)
		return;
	int64_t now = clock_monotonic_milliseconds();
	if (now - report->shown < REFILE_REPORT_PERIOD)
		return;
	report->shown = now;
	refile_report_progress(report, now);
}

static void
refile_report_count(struct refile_report *report, const struct refile_line *line)
{
	struct text name = line->to.size > 0 && line->fate != REFILE_FAILED ? line->to : line->why;
	char first[1024];
	struct arena scratch;

	report->counts[line->fate]++;
	if (line->fate != REFILE_COPIED) {
		report->messages++;
		report->bytes += line->message->bytes.size;
	}
	arena_init(&scratch, first, sizeof first);
	struct text key = arena_format(&scratch, "%d %.*s", (int)line->fate, TEXT_ARGUMENTS(name));
	struct refile_report_row *row = table_find(&report->rows, key);
	if (row == NULL && report->rows.count >= REFILE_REPORT_ROWS_MAX) {
		key = TEXT("  others");
		row = table_find(&report->rows, key);
	}
	if (row == NULL) {
		row = arena_alloc(report->arena, sizeof *row);
		row->fate = line->fate;
		table_set(&report->rows, key, row);
	}
	row->count++;
	row->bytes += line->message->bytes.size;
	arena_clear(&scratch);
}

static void
refile_report_json(struct refile_report *report, const struct refile_line *line)
{
	const struct refile_message *message = line->message;
	struct json_writer json;

	json_init(&json, &report->out);
	json_begin_object(&json);
	json_member_text(&json, "folder", message->folder);
	json_member_text(&json, "message", message->name);
	json_member_integer(&json, "bytes", (int64_t)message->bytes.size);
	static const char *const words[] = {"stay", "move", "copy", "delete", "vanished", "failed"};
	json_member_text(&json, "fate", text_from_string(words[line->fate]));
	json_name(&json, "done");
	json_bool(&json, report->request->applies && line->fate != REFILE_FAILED);
	if (line->to.size > 0)
		json_member_text(&json, "to", line->to);
	if (line->why.size > 0)
		json_member_text(&json, "why", line->why);
	if (line->detail.size > 0)
		json_member_text(&json, "detail", line->detail);
	if (line->place.line > 0) {
		json_member_text(&json, "rules", line->place.file);
		json_member_integer(&json, "line", line->place.line);
		json_member_integer(&json, "column", line->place.column);
	}
	json_end_object(&json);
	buffer_append_byte(&report->out, '\n');
}

static void
refile_report_text(struct refile_report *report, const struct refile_line *line)
{
	const struct terminal *terminal = &report->request->terminal;
	const struct refile_message *message = line->message;
	enum terminal_style style = line->fate == REFILE_FAILED  ? TERMINAL_BAD
				    : line->fate == REFILE_MOVED ? TERMINAL_GOOD
								 : TERMINAL_PLAIN;

	terminal_append(&report->out, terminal, style,
	    text_from_string(refile_report_word(line->fate, report->request->applies)));
	buffer_append(&report->out, TEXT(": "));
	terminal_append(&report->out, terminal, TERMINAL_PLAIN, message->folder);
	buffer_append(&report->out, TEXT(" "));
	terminal_append(&report->out, terminal, TERMINAL_PLAIN, message->name);
	if (line->to.size > 0) {
		buffer_append(&report->out, TEXT(" -> "));
		terminal_append(&report->out, terminal, TERMINAL_STRONG, line->to);
	}
	const struct text notes[] = {line->why, line->detail};
	for (size_t i = 0; i < 2; i++) {
		if (notes[i].size == 0)
			continue;
		buffer_append(&report->out, TEXT("; "));
		terminal_append(&report->out, terminal, TERMINAL_PLAIN, notes[i]);
	}
	if (line->place.line > 0) {
		buffer_append(&report->out, TEXT("  ["));
		terminal_append(&report->out, terminal, TERMINAL_FAINT, line->place.file);
		buffer_append_format(&report->out, ":%u:%u]", line->place.line, line->place.column);
	}
	buffer_append_byte(&report->out, '\n');
}

void
refile_report_line(struct refile_report *report, const struct refile_line *line)
{
	const struct refile_request *request = report->request;

	refile_report_count(report, line);
	if (!request->is_json && !request->is_verbose && line->fate != REFILE_FAILED)
		return;
	if (request->is_quiet && !request->is_json && line->fate != REFILE_FAILED)
		return;
	refile_report_clear_progress(report);
	if (request->is_json)
		refile_report_json(report, line);
	else
		refile_report_text(report, line);
	refile_report_flush(report);
}

/* The rows of one fate. */
static void
refile_report_rows(struct refile_report *report, enum refile_fate fate)
{
	struct text name;
	void *value;
	size_t position = 0;

	while (table_next(&report->rows, &position, &name, &value)) {
		const struct refile_report_row *row = value;
		if (row->fate != fate)
			continue;
		buffer_append_format(&report->out, "  %10llu %12llu  ",
		    (unsigned long long)row->count, (unsigned long long)row->bytes);
		terminal_append(&report->out, &report->request->terminal, TERMINAL_PLAIN,
		    text_slice(name, 2, name.size));
		buffer_append_byte(&report->out, '\n');
		refile_report_flush(report);
	}
}

static void
refile_report_summary_json(struct refile_report *report, bool is_stopped, int64_t milliseconds)
{
	static const char *const names[] = {"stay", "move", "copy", "delete", "vanished", "failed"};
	struct json_writer json;

	json_init(&json, &report->out);
	json_begin_object(&json);
	json_member_text(&json, "summary", TEXT("refile"));
	json_name(&json, "applied");
	json_bool(&json, report->request->applies);
	json_name(&json, "stopped");
	json_bool(&json, is_stopped);
	json_member_integer(&json, "messages", (int64_t)report->messages);
	json_member_integer(&json, "bytes", (int64_t)report->bytes);
	for (size_t i = 0; i <= REFILE_FAILED; i++)
		json_member_integer(&json, names[i], (int64_t)report->counts[i]);
	json_member_integer(&json, "complaints", (int64_t)report->complaints);
	json_member_integer(&json, "milliseconds", milliseconds);
	json_end_object(&json);
	buffer_append_byte(&report->out, '\n');
}

void
refile_report_end(struct refile_report *report, bool is_stopped)
{
	const struct refile_request *request = report->request;
	int64_t milliseconds = clock_monotonic_milliseconds() - report->started;
	double seconds = milliseconds > 0 ? (double)milliseconds / 1000 : 0.001;

	refile_report_clear_progress(report);
	if (request->is_json) {
		refile_report_summary_json(report, is_stopped, milliseconds);
	} else if (!request->is_quiet) {
		buffer_append(&report->out, TEXT("    messages        bytes\n"));
		static const enum refile_fate order[] = {REFILE_MOVED, REFILE_COPIED,
		    REFILE_DELETED, REFILE_STAYS, REFILE_VANISHED, REFILE_FAILED};
		for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
			if (report->counts[order[i]] == 0)
				continue;
			terminal_append(&report->out, &request->terminal, TERMINAL_STRONG,
			    text_from_string(refile_report_word(order[i], request->applies)));
			buffer_append(&report->out, TEXT(":\n"));
			refile_report_rows(report, order[i]);
		}
		buffer_append_format(&report->out,
		    "%llu messages, %.1f MB in %.1f s: %.0f messages/s, %.1f MB/s%s%s\n",
		    (unsigned long long)report->messages, (double)report->bytes / 1e6, seconds,
		    (double)report->messages / seconds, (double)report->bytes / 1e6 / seconds,
		    is_stopped ? "; stopped before the end" : "",
		    request->applies ? "" : "; nothing was changed (--apply moves them)");
	}
	refile_report_flush(report);
	buffer_clear(&report->out);
}
