/*
 * Problems of structure, listed; see verify.h. In an mbox lines are those of the mbox, so that an editor
 * finds them.
 */
#include "handle/verify.h"

#include <sysexits.h>

#include "base/json.h"
#include "handle/progress.h"
#include "handle/shown_text.h"
#include "mail/structure_check.h"

struct verify {
	const struct verify_request *request;
	struct progress progress;
	uint64_t lines; /* of the mbox, in front of the message */
	bool has_problems;
};

static uint64_t
verify_count_lines(struct text bytes)
{
	uint64_t count = 0;

	for (size_t at = 0; (at = text_find_byte(bytes, at, '\n')) < bytes.size; at++)
		count++;
	return count;
}

static const char *
verify_word(enum structure_weight weight)
{
	static const char *const words[] = {[STRUCTURE_REMARK] = "remark",
	    [STRUCTURE_MALFORMED] = "malformed",
	    [STRUCTURE_TRUNCATED] = "truncated"};

	return words[weight];
}

static void
verify_print(struct verify *verify, const struct mail_item *item,
    const struct structure_report *report, uint64_t lines)
{
	struct mail_output *output = verify->request->output;
	struct text file = text_from_string(item->path != NULL ? item->path : "-");

	for (size_t i = 0; i < report->count; i++) {
		const struct structure_problem *problem = &report->problems[i];
		mail_output_line(output, TERMINAL_STRONG, file);
		buffer_append_format(
		    &output->buffer, ":%llu: ", (unsigned long long)(lines + problem->line));
		mail_output_line(output,
		    problem->weight == STRUCTURE_REMARK ? TERMINAL_WARN : TERMINAL_BAD,
		    text_from_string(verify_word(problem->weight)));
		buffer_append(&output->buffer, TEXT(": "));
		if (problem->part.size > 0) {
			buffer_append(&output->buffer, TEXT("part "));
			mail_output_line(output, TERMINAL_PLAIN, problem->part);
			buffer_append(&output->buffer, TEXT(": "));
		}
		mail_output_line(output, TERMINAL_PLAIN, problem->sentence);
		buffer_append_format(&output->buffer, " [%s]\n", problem->word);
		mail_output_step(output);
	}
	if (report->total > report->count)
		buffer_append_format(&output->buffer, "%.*s: and %llu more\n", TEXT_ARGUMENTS(file),
		    (unsigned long long)(report->total - report->count));
}

static void
verify_print_json(struct verify *verify, const struct mail_item *item,
    const struct structure_report *report, uint64_t lines)
{
	struct mail_output *output = verify->request->output;
	struct json_writer json;

	json_init(&json, &output->buffer);
	json_begin_object(&json);
	json_member_text(&json, "place", item->place);
	json_member_integer(&json, "number", (int64_t)item->number);
	json_member_bool(&json, "malformed", report->malformed);
	json_member_bool(&json, "truncated", report->truncated);
	json_member_integer(&json, "total", (int64_t)report->total);
	json_name(&json, "problems");
	json_begin_array(&json);
	for (size_t i = 0; i < report->count; i++) {
		const struct structure_problem *problem = &report->problems[i];
		json_begin_object(&json);
		json_member_text(&json, "weight", text_from_string(verify_word(problem->weight)));
		json_member_text(&json, "word", text_from_string(problem->word));
		json_member_text(&json, "sentence", problem->sentence);
		json_member_text(&json, "part", problem->part);
		json_member_integer(&json, "offset", (int64_t)problem->offset);
		json_member_integer(&json, "line", (int64_t)problem->line);
		json_member_integer(&json, "file_line", (int64_t)(lines + problem->line));
		json_end_object(&json);
		mail_output_step(output);
	}
	json_end_array(&json);
	json_end_object(&json);
	buffer_append_byte(&output->buffer, '\n');
}

static void
verify_item(struct verify *verify, const struct mail_item *item)
{
	const struct verify_request *request = verify->request;
	struct arena arena;
	uint64_t lines = 0;

	arena_init(&arena, NULL, 0);
	if (item->kind == MAIL_SOURCE_MBOX) {
		/* Line ends in front of the first From_ line belong to no message. */
		if (item->number == 1)
			verify->lines = verify_count_lines(
			    (struct text){item->raw.data - item->offset, (size_t)item->offset});
		lines = verify->lines + (item->from_line.size > 0);
		verify->lines += verify_count_lines(item->raw);
	}
	struct structure_report report = structure_check(&arena, item->bytes, MIME_LIMITS_DEFAULT);
	verify->has_problems = verify->has_problems || report.malformed || report.truncated ||
			       (request->is_strict && report.total > 0);
	if (request->is_json)
		verify_print_json(verify, item, &report, lines);
	else if (!request->is_quiet && report.total > 0) {
		progress_clear(&verify->progress);
		verify_print(verify, item, &report, lines);
	}
	arena_clear(&arena);
}

int
verify_run(const struct verify_request *request)
{
	struct verify verify = {.request = request};
	struct mail_item item;
	struct error error;
	bool is_readable = true;

	progress_begin(&verify.progress, "verifying", request->is_quiet, request->is_json);
	for (;;) {
		if (mail_source_next(request->source, &item, &error)) {
			verify_item(&verify, &item);
			progress_step(&verify.progress, request->source);
			if (!mail_output_step(request->output))
				break;
			continue;
		}
		if (error.kind == ERROR_NONE)
			break;
		is_readable = false;
		progress_clear(&verify.progress);
		mail_output_complain(request->output, &error);
	}
	progress_clear(&verify.progress);
	if (!is_readable)
		return EX_NOINPUT;
	return verify.has_problems ? VERIFY_PROBLEMS : EX_OK;
}
