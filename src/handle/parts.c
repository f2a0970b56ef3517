/*
 * Parts listed and taken out; see parts.h.
 */
#include "handle/parts.h"

#include <fnmatch.h>
#include <sysexits.h>

#include "handle/part_file.h"
#include "handle/progress.h"
#include "handle/show.h"
#include "handle/shown_text.h"
#include "system/file.h"

enum { PARTS_MATCH_MAX = 4096 };

struct parts {
	const struct parts_request *request;
	struct show_request show;
	struct show_view view; /* of the message */
	struct part_nodes nodes;
	struct progress progress;
	struct part_file *file; /* that a part is written to; NULL: standard output */
	struct error error;
	uint64_t found, written;
	int status;
};

/* ---- which ---- */

static bool
parts_fits_pattern(struct parts *parts, const char *pattern, struct text value)
{
	const char *string =
	    arena_copy_string(parts->view.arena, text_slice(value, 0, PARTS_MATCH_MAX));

	return fnmatch(pattern, string, FNM_CASEFOLD) == 0;
}

static bool
parts_fits_number(const struct parts_request *request, const struct part_node *node)
{
	for (size_t i = 0; i < request->number_count; i++)
		if (text_is_equal(node->number, text_from_string(request->numbers[i])))
			return true;
	return request->number_count == 0;
}

/* The declared type or the detected one. */
static bool
parts_fits_type(struct parts *parts, const struct part_node *node)
{
	bool is_leaf = node->part->kind == MIME_LEAF || node->attachment != NULL;

	if (parts->request->type == NULL ||
	    parts_fits_pattern(parts, parts->request->type, node->facts.type))
		return true;
	if (!is_leaf)
		return false;
	struct text detected = show_view_type(&parts->view, &parts->nodes, node);
	return detected.size > 0 && parts_fits_pattern(parts, parts->request->type, detected);
}

static bool
parts_fits(struct parts *parts, const struct part_node *node)
{
	const struct parts_request *request = parts->request;

	if (!parts_fits_number(request, node))
		return false;
	if (request->only_attachments && node->attachment == NULL)
		return false;
	if (request->name != NULL && !parts_fits_pattern(parts, request->name, node->facts.name))
		return false;
	return parts_fits_type(parts, node);
}

/* ---- the list ---- */

static void
parts_list_node(struct parts *parts, const struct part_node *node)
{
	struct mail_output *output = parts->request->output;
	struct buffer *out = &output->buffer;
	bool is_leaf = node->part->kind == MIME_LEAF || node->attachment != NULL;
	struct text number = node->number.size > 0 ? node->number : TEXT("-");

	mail_output_line(output, TERMINAL_STRONG, number);
	for (size_t used = number.size; used < 7; used++)
		buffer_append_byte(out, ' ');
	buffer_append_byte(out, ' ');
	struct text declared = node->facts.type.size > 0 ? node->facts.type : TEXT("-");
	size_t used = shown_text_append_cut(out, declared, 32, output->is_utf8);
	for (; used < 24; used++)
		buffer_append_byte(out, ' ');
	if (is_leaf) {
		buffer_append(out, TEXT("  "));
		shown_text_append_size(out, part_nodes_size(&parts->nodes, node));
		struct text type = show_view_type(&parts->view, &parts->nodes, node);
		if (type.size > 0) {
			buffer_append(out, TEXT("  is "));
			mail_output_line(output, TERMINAL_PLAIN, type);
		}
	}
	if (node->facts.disposition.size > 0) {
		buffer_append(out, TEXT("  "));
		mail_output_line(output, TERMINAL_PLAIN, node->facts.disposition);
	}
	if (node->facts.name.size > 0) {
		buffer_append(out, TEXT("  \""));
		mail_output_line(output, TERMINAL_STRONG, node->facts.name);
		buffer_append_byte(out, '"');
	}
	buffer_append_byte(out, '\n');
	mail_output_step(output);
}

static void
parts_list(struct parts *parts)
{
	struct mail_output *output = parts->request->output;
	const struct mail_item *item = parts->view.item;
	struct json_writer json;

	json_init(&json, &output->buffer);
	if (parts->request->is_json) {
		json_begin_object(&json);
		json_member_text(&json, "place", item->place);
		json_member_integer(&json, "number", (int64_t)item->number);
		json_name(&json, "parts");
		json_begin_array(&json);
	} else if (item->number > 1 || !item->is_last) {
		buffer_append(&output->buffer, item->number > 1 ? TEXT("\n==> ") : TEXT("==> "));
		mail_output_line(output, TERMINAL_STRONG, item->place);
		buffer_append(&output->buffer, TEXT(" <==\n"));
	}
	for (size_t i = 0; i < parts->nodes.count && !output->is_failed; i++) {
		const struct part_node *node = &parts->nodes.items[i];
		if (!parts_fits(parts, node))
			continue;
		parts->found++;
		if (parts->request->is_json)
			show_json_part(&parts->view, &parts->nodes, node, &json);
		else
			parts_list_node(parts, node);
	}
	if (!parts->request->is_json)
		return;
	json_end_array(&json);
	json_end_object(&json);
	buffer_append_byte(&output->buffer, '\n');
}

/* ---- taking out ---- */

static bool
parts_write(void *self, struct text piece)
{
	struct parts *parts = self;

	parts->written += piece.size;
	if (parts->file != NULL)
		return part_file_write(parts->file, piece, &parts->error);
	/* What a person looks at must not steer the terminal. */
	if (parts->request->output->terminal.is_terminal) {
		shown_text_append(&parts->request->output->buffer, SHOWN_TEXT, piece);
		return mail_output_step(parts->request->output);
	}
	return mail_output_bytes(parts->request->output, piece);
}

/* What of the part is asked for. */
static bool
parts_write_node(struct parts *parts, const struct part_node *node)
{
	const struct parts_request *request = parts->request;
	bool is_part =
	    !node->is_member && (node->attachment == NULL || node->attachment->embedded == NULL);

	if (node->is_member)
		return error_set(&parts->error, ERROR_INPUT,
		    "part %.*s is a member of an archive: take the archive out",
		    TEXT_ARGUMENTS(node->number));
	if (request->with_header && is_part) {
		struct text whole = mime_part_bytes(node->part);
		size_t size = (size_t)(node->part->body.data - whole.data);
		bool has_body = node->part->body.data != NULL && size <= whole.size;
		struct text header = request->with_body && has_body ? text_slice(whole, 0, size)
								    : node->part->header;
		if (!parts_write(parts, header))
			return false;
	}
	if (!request->with_body)
		return true;
	if (request->is_raw && is_part)
		return parts_write(parts, node->part->body);
	if (request->is_raw)
		return parts_write(parts, node->attachment->embedded->bytes);
	return part_nodes_read(&parts->nodes, node, parts_write, parts);
}

static void
parts_fail(struct parts *parts, int status)
{
	error_prefix(&parts->error, "%.*s: ", TEXT_ARGUMENTS(parts->view.item->place));
	progress_clear(&parts->progress);
	mail_output_complain(parts->request->output, &parts->error);
	parts->status = status;
}

static void
parts_report_file(struct parts *parts, const struct part_node *node)
{
	struct mail_output *output = parts->request->output;
	struct json_writer json;
	struct text path = text_from_string(parts->file->path);

	if (!parts->request->is_json) {
		mail_output_line(output, TERMINAL_PLAIN, path);
		buffer_append_byte(&output->buffer, '\n');
		return;
	}
	json_init(&json, &output->buffer);
	json_begin_object(&json);
	json_member_text(&json, "place", parts->view.item->place);
	json_member_integer(&json, "number", (int64_t)parts->view.item->number);
	json_member_text(&json, "part", node->number);
	json_member_text(&json, "name", node->facts.name);
	json_member_text(&json, "path", path);
	json_member_integer(&json, "bytes", (int64_t)parts->written);
	json_end_object(&json);
	buffer_append_byte(&output->buffer, '\n');
}

static void
parts_extract_to_file(struct parts *parts, const struct part_node *node)
{
	struct arena *arena = parts->view.arena;
	struct part_file file;
	struct text name = node->facts.name;

	if (name.size == 0)
		name = arena_format(arena, "part-%s%.*s%s", node->number.size > 0 ? "" : "0",
		    TEXT_ARGUMENTS(node->number),
		    mime_part_is(node->part, TEXT("text"), TEXT("plain"))  ? ".txt"
		    : mime_part_is(node->part, TEXT("text"), TEXT("html")) ? ".html"
		    : node->part->kind == MIME_MESSAGE                     ? ".eml"
									   : "");
	parts->written = 0;
	if (!part_file_open(arena, parts->request->directory, &file, &parts->error)) {
		parts_fail(parts, EX_CANTCREAT);
		return;
	}
	parts->file = &file;
	parts->error = (struct error){0};
	if (!parts_write_node(parts, node)) {
		if (parts->error.kind == ERROR_NONE)
			error_set(&parts->error, ERROR_INPUT, "part %.*s cannot be read",
			    TEXT_ARGUMENTS(node->number));
		parts_fail(parts, EX_CANTCREAT);
	} else if (!mail_source_is_whole(parts->request->source)) {
		error_set(&parts->error, ERROR_AGAIN, "it became shorter while it was read");
		parts_fail(parts, EX_NOINPUT);
	} else if (!part_file_commit(arena, &file, name, &parts->error)) {
		parts_fail(parts, EX_CANTCREAT);
	} else {
		parts_report_file(parts, node);
	}
	part_file_close(&file);
	parts->file = NULL;
}

static void
parts_extract(struct parts *parts)
{
	struct mail_output *output = parts->request->output;

	for (size_t i = 0; i < parts->nodes.count && !output->is_failed; i++) {
		const struct part_node *node = &parts->nodes.items[i];
		bool is_asked = parts->request->number_count > 0;
		if (!parts_fits(parts, node))
			continue;
		/* Without a number, what holds other parts is not meant. */
		if (!is_asked && node->part->kind != MIME_LEAF)
			continue;
		parts->found++;
		if (parts->request->directory != NULL) {
			parts_extract_to_file(parts, node);
		} else if (parts->found > 1) {
			error_set(&parts->error, ERROR_INPUT,
			    "part %.*s fits, too: name one, or a directory with --to",
			    TEXT_ARGUMENTS(node->number));
			parts_fail(parts, EX_USAGE);
			return;
		} else if (!parts_write_node(parts, node) && !output->is_failed) {
			parts_fail(parts, EX_DATAERR);
		}
	}
}

/* ---- messages ---- */

/* Is more than one part meant? Then nothing is written to standard output. */
static bool
parts_is_ambiguous(struct parts *parts)
{
	size_t count = 0;

	if (parts->request->directory != NULL)
		return false;
	for (size_t i = 0; i < parts->nodes.count; i++) {
		const struct part_node *node = &parts->nodes.items[i];
		bool is_meant = parts->request->number_count > 0 || node->part->kind == MIME_LEAF;
		count += is_meant && parts_fits(parts, node);
	}
	if (count <= 1)
		return false;
	error_set(&parts->error, ERROR_INPUT,
	    "%zu parts fit: name one with --part, or a directory with --to", count);
	parts_fail(parts, EX_USAGE);
	return true;
}

static void
parts_item(struct parts *parts, const struct mail_item *item, struct sniffer *sniffer)
{
	const struct parts_request *request = parts->request;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	parts->view.item = item;
	parts->view.arena = &arena;
	parts->nodes = part_nodes_list(&arena, sniffer, item->bytes, request->with_members);
	if (!request->extracts)
		parts_list(parts);
	else if (!parts_is_ambiguous(parts))
		parts_extract(parts);
	else
		parts->found = 1;
	show_view_complain_of_members(&parts->view, &parts->nodes);
	part_nodes_close(&parts->nodes);
	arena_clear(&arena);
}

static int
parts_end(struct parts *parts)
{
	struct error error;

	if (parts->request->directory != NULL && parts->found > 0 &&
	    !file_sync_directory(parts->request->directory, &error)) {
		mail_output_complain(parts->request->output, &error);
		parts->status = EX_CANTCREAT;
	}
	if (parts->status == EX_OK && parts->found == 0) {
		error_set(&error, ERROR_INPUT, "no part fits");
		if (!parts->request->is_quiet)
			mail_output_complain(parts->request->output, &error);
		return PARTS_NO_PART;
	}
	return parts->status;
}

int
parts_run(const struct parts_request *request)
{
	struct arena process;
	bool no_types = false;

	arena_init(&process, NULL, 0);
	struct sniffer *sniffer = sniff_new(&process);
	struct parts parts = {
	    .request = request, .show = {.output = request->output, .detects = request->detects}};
	parts.view =
	    (struct show_view){.request = &parts.show, .sniffer = sniffer, .no_types = &no_types};
	progress_begin(&parts.progress, "reading", request->is_quiet, true);
	while (mail_output_step(request->output) && parts.status != EX_USAGE) {
		struct mail_item item;
		struct error error;
		if (mail_source_next(request->source, &item, &error)) {
			parts_item(&parts, &item, sniffer);
			progress_step(&parts.progress, request->source);
			continue;
		}
		if (error.kind == ERROR_NONE)
			break;
		progress_clear(&parts.progress);
		mail_output_complain(request->output, &error);
		parts.status = EX_NOINPUT;
	}
	progress_clear(&parts.progress);
	sniff_close(sniffer);
	int status = parts_end(&parts);
	arena_clear(&process);
	return status;
}
