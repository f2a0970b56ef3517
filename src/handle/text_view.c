/*
 * What patterns see; see text_view.h. Facts (a charset that nobody knows, damage, hidden text) are said on
 * standard error, or are members of the JSON.
 */
#include "handle/text_view.h"

#include <stdio.h>
#include <sysexits.h>

#include "base/json.h"
#include "filter/engine/expression.h"
#include "filter/engine/scope.h"
#include "handle/progress.h"
#include "handle/shown_text.h"
#include "handle/text_reading.h"
#include "mail/part_choice.h"
#include "mail/part_facts.h"
#include "mail/part_number.h"
#include "mail/readable_text.h"

struct text_view {
	const struct text_view_request *request;
	struct progress progress;
	struct arena *arena; /* of the message */
	const struct mail_item *item;
	struct mime_tree tree;
	struct json_writer json;
	bool ends_in_line; /* a line of text was begun */
};

static bool
text_view_write(void *self, struct text piece)
{
	struct text_view *view = self;
	struct mail_output *output = view->request->output;

	if (piece.size == 0)
		return true;
	shown_text_append(&output->buffer, SHOWN_TEXT, piece);
	view->ends_in_line = piece.data[piece.size - 1] != '\n';
	return mail_output_step(output);
}

static bool
text_view_skip(void *self, struct text piece)
{
	(void)self;
	return piece.size > 0;
}

static void
text_view_end_line(struct text_view *view)
{
	if (view->ends_in_line)
		buffer_append_byte(&view->request->output->buffer, '\n');
	view->ends_in_line = false;
}

/* ---- the lines of the engine ---- */

/* Writes the lines of one kind; says whether bytes of them could not be decoded. */
static bool
text_view_lines(struct text_view *view, unsigned kinds)
{
	struct mail_output *output = view->request->output;
	const struct message *message = message_new(view->arena, view->item->bytes);
	struct scope *scope = scope_new(view->arena, message);
	struct scope_cursor cursor;
	struct scope_line line;

	scope_begin(&cursor, scope, kinds, TEXT(""));
	while (scope_next(&cursor, &line) && !output->is_failed) {
		if (view->request->is_json) {
			json_text(&view->json, line.text);
			mail_output_step(output);
			continue;
		}
		text_view_write(view, line.text);
		buffer_append_byte(&output->buffer, '\n');
		view->ends_in_line = false;
	}
	bool is_damaged = cursor.is_damaged;
	scope_close(scope);
	return is_damaged;
}

/* ---- parts ---- */

static bool
text_view_wants(const struct text_view *view, const struct mime_part *part)
{
	if (part->kind != MIME_LEAF || !mime_part_is(part, TEXT("text"), TEXT("")))
		return false;
	return view->request->form != TEXT_VIEW_HTML ||
	       mime_part_is(part, TEXT("text"), TEXT("html"));
}

static void
text_view_remark(struct text_view *view, struct text number, const struct text_reading *reading)
{
	const struct {
		bool holds;
		const char *words;
	} remarks[] = {
	    {reading->facts.malformed, "its transfer encoding is malformed"},
	    {reading->facts.unknown_encoding, "nobody knows its transfer encoding"},
	    {reading->facts.unknown_charset, "nobody knows its charset: it is read by guess"},
	    {reading->facts.undecodable > 0, "some bytes mean nothing in its charset"},
	    {reading->facts.truncated, "a limit was reached: there is more"},
	    {reading->hides, "its HTML hides text from the reader"},
	};
	struct error error;

	for (size_t i = 0; i < sizeof remarks / sizeof *remarks; i++) {
		if (!remarks[i].holds || view->request->is_quiet)
			continue;
		progress_clear(&view->progress);
		error_set(&error, ERROR_INPUT, "%.*s: part %.*s: %s",
		    TEXT_ARGUMENTS(view->item->place), TEXT_ARGUMENTS(number), remarks[i].words);
		mail_output_complain(view->request->output, &error);
	}
}

static void
text_view_part_json(
    struct text_view *view, const struct mime_part *part, const struct text_reading *reading)
{
	static const char *const kinds[] = {
	    [READABLE_PLAIN] = "plain", [READABLE_FLOWED] = "flowed", [READABLE_HTML] = "html"};
	struct json_writer *json = &view->json;
	struct part_facts facts = part_facts_parse(view->arena, part, MIME_LIMITS_DEFAULT.fields);

	json_begin_object(json);
	json_member_text(json, "number", part_number_format(view->arena, part));
	json_member_text(json, "type", facts.type);
	json_member_text(json, "kind",
	    text_from_string(kinds[readable_kind_parse(part->header, MIME_LIMITS_DEFAULT.fields)]));
	json_member_bool(json, "left_out", part_choice_is_left_out(part, PART_PREFERS_PLAIN));
	json_member_bool(json, "attachment", facts.is_attachment);
	json_member_integer(json, "bytes", (int64_t)part->body.size);
	json_member_integer(json, "text_bytes", (int64_t)reading->size);
	json_member_bool(json, "malformed", reading->facts.malformed);
	json_member_bool(json, "unknown_encoding", reading->facts.unknown_encoding);
	json_member_bool(json, "unknown_charset", reading->facts.unknown_charset);
	json_member_bool(json, "truncated", reading->facts.truncated);
	json_member_integer(json, "undecodable", (int64_t)reading->facts.undecodable);
	json_member_integer(json, "guessed", (int64_t)reading->facts.guessed);
	json_member_bool(json, "hides_text", reading->hides);
	json_end_object(json);
	mail_output_step(view->request->output);
}

/* The text parts that are wanted: their text (not in JSON), and what is to be said of them. */
static void
text_view_parts(struct text_view *view, bool writes)
{
	enum text_reading_form form =
	    view->request->form == TEXT_VIEW_HTML ? TEXT_READING_SOURCE : TEXT_READING_READABLE;

	for (const struct mime_part *part = view->tree.root;
	     part != NULL && !view->request->output->is_failed; part = mime_tree_next(part)) {
		if (!text_view_wants(view, part))
			continue;
		struct text_reading reading = text_reading_part(
		    part, form, UINT64_MAX, writes ? text_view_write : text_view_skip, view);
		if (writes)
			text_view_end_line(view);
		if (view->request->is_json)
			text_view_part_json(view, part, &reading);
		else if (writes)
			text_view_remark(view, part_number_format(view->arena, part), &reading);
	}
}

/* ---- messages ---- */

static void
text_view_json(struct text_view *view)
{
	struct mail_output *output = view->request->output;
	struct json_writer *json = &view->json;

	json_init(json, &output->buffer);
	json_begin_object(json);
	json_member_text(json, "place", view->item->place);
	json_member_integer(json, "number", (int64_t)view->item->number);
	json_name(json, "header");
	json_begin_array(json);
	bool is_damaged = text_view_lines(view, PATTERN_SCOPE_HEADER);
	json_end_array(json);
	json_name(json, "body");
	json_begin_array(json);
	is_damaged = text_view_lines(view, PATTERN_SCOPE_BODY) || is_damaged;
	json_end_array(json);
	json_member_bool(json, "damaged", is_damaged);
	json_name(json, "parts");
	json_begin_array(json);
	text_view_parts(view, false);
	json_end_array(json);
	json_end_object(json);
	buffer_append_byte(&output->buffer, '\n');
}

static void
text_view_item(struct text_view *view)
{
	struct mail_output *output = view->request->output;
	struct error error;
	bool is_damaged = false;

	view->tree = mime_tree_parse(view->arena, view->item->bytes, MIME_LIMITS_DEFAULT);
	if (view->request->is_json) {
		text_view_json(view);
		return;
	}
	if (view->item->number > 1 || !view->item->is_last) {
		buffer_append(
		    &output->buffer, view->item->number > 1 ? TEXT("\n==> ") : TEXT("==> "));
		mail_output_line(output, TERMINAL_STRONG, view->item->place);
		buffer_append(&output->buffer, TEXT(" <==\n"));
	}
	if (view->request->form == TEXT_VIEW_BODY)
		is_damaged = text_view_lines(view, PATTERN_SCOPE_BODY);
	else if (view->request->form == TEXT_VIEW_HEADER)
		is_damaged = text_view_lines(view, PATTERN_SCOPE_HEADER);
	else
		text_view_parts(view, true);
	if (!is_damaged || view->request->is_quiet)
		return;
	progress_clear(&view->progress);
	error_set(&error, ERROR_INPUT, "%.*s: some bytes could not be decoded",
	    TEXT_ARGUMENTS(view->item->place));
	mail_output_complain(output, &error);
}

int
text_view_run(const struct text_view_request *request)
{
	struct text_view view = {.request = request};
	struct arena arena;
	struct mail_item item;
	struct error error;
	bool is_complete = true;

	progress_begin(&view.progress, "reading", request->is_quiet, true);
	while (mail_output_step(request->output)) {
		if (mail_source_next(request->source, &item, &error)) {
			arena_init(&arena, NULL, 0);
			view.arena = &arena;
			view.item = &item;
			text_view_item(&view);
			arena_clear(&arena);
			progress_step(&view.progress, request->source);
			continue;
		}
		if (error.kind == ERROR_NONE)
			break;
		is_complete = false;
		progress_clear(&view.progress);
		mail_output_complain(request->output, &error);
	}
	progress_clear(&view.progress);
	return is_complete ? EX_OK : EX_NOINPUT;
}
