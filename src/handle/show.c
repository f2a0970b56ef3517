/*
 * Messages at a glance; see show.h. Here: one line each, and the walk over the sources. The line form
 * reads the header and finds the parts; it decodes and detects nothing.
 */
#include "handle/show.h"

#include <sysexits.h>

#include "handle/mail_summary.h"
#include "handle/progress.h"
#include "handle/shown_text.h"
#include "mail/mime_tree.h"

enum {
	SHOW_ARENA_SIZE = 32 * 1024,
	SHOW_FROM_COLUMNS = 24,
	SHOW_VALUE_COLUMNS = 4096, /* of what is not for a terminal */
};

static void
show_pad(struct buffer *out, size_t used, size_t columns)
{
	for (; used < columns; used++)
		buffer_append_byte(out, ' ');
}

/* The name of the first author, else the address. */
static struct text
show_author(struct arena *arena, const struct message *message)
{
	struct address_list list = mail_summary_addresses(arena, message, TEXT("From"));
	struct buffer spec;

	if (list.count == 0)
		return TEXT("");
	if (list.items[0].display_name.size > 0)
		return list.items[0].display_name;
	buffer_init(&spec, MAIL_SUMMARY_VALUE_MAX);
	address_append_spec(&list.items[0], &spec);
	struct text copy = arena_copy_text(arena, buffer_text(&spec));
	buffer_clear(&spec);
	return copy;
}

static void
show_line(const struct show_view *view)
{
	const struct show_request *request = view->request;
	struct mail_output *output = request->output;
	struct buffer *out = &output->buffer;
	const struct message *message = message_new(view->arena, view->item->bytes);
	struct mime_tree tree =
	    mime_tree_parse(view->arena, view->item->bytes, MIME_LIMITS_DEFAULT);
	struct mail_date date;
	char day[MAIL_SUMMARY_DAY_SIZE];
	size_t start = out->size;

	buffer_append_format(out, "%5llu  ", (unsigned long long)view->item->number);
	if (mail_summary_date(message, &date))
		buffer_append(out, mail_summary_format_day(date, day));
	else
		show_pad(out, 0, MAIL_SUMMARY_DAY_SIZE - 1);
	buffer_append(out, TEXT("  "));
	size_t used = shown_text_append_cut(
	    out, show_author(view->arena, message), SHOW_FROM_COLUMNS, output->is_utf8);
	show_pad(out, used, SHOW_FROM_COLUMNS);
	size_t size_start = out->size;
	shown_text_append_size(out, view->item->bytes.size);
	/* The size is ASCII: its bytes are its columns. It is written again, to the right. */
	struct text size = arena_copy_text(
	    view->arena, (struct text){out->data + size_start, out->size - size_start});
	out->size = size_start;
	show_pad(out, size.size, 11);
	buffer_append(out, size);
	buffer_append_format(out, " %4zu%c ", tree.count, tree.truncated ? '+' : ' ');
	used = shown_text_columns((struct text){out->data + start, out->size - start});
	size_t room = SHOW_VALUE_COLUMNS;
	if (output->terminal.is_terminal)
		room = output->terminal.columns > used ? output->terminal.columns - used : 0;
	shown_text_append_cut(
	    out, mail_summary_field(view->arena, message, TEXT("Subject")), room, output->is_utf8);
	buffer_append_byte(out, '\n');
}

struct text
show_view_type(
    const struct show_view *view, const struct part_nodes *nodes, const struct part_node *node)
{
	struct error error;
	struct text type;

	if (!view->request->detects || *view->no_types || node->is_member)
		return node->is_member ? node->attachment->type : TEXT("");
	if (part_nodes_type(nodes, node, view->sniffer, view->arena, &type, &error))
		return type;
	*view->no_types = true;
	error_prefix(&error, "types are not detected: ");
	mail_output_complain(view->request->output, &error);
	return TEXT("");
}

void
show_view_complain_of_members(const struct show_view *view, const struct part_nodes *nodes)
{
	struct error error = nodes->error;

	if (!nodes->members_failed || *view->no_types)
		return;
	*view->no_types = true;
	error_prefix(&error, "archives are not looked into: ");
	mail_output_complain(view->request->output, &error);
}

static enum show_form
show_choose(const struct show_request *request, const struct mail_item *item)
{
	if (request->form != SHOW_AUTOMATIC)
		return request->form;
	bool is_only = item->number == 1 && item->is_last;
	return item->kind == MAIL_SOURCE_MESSAGE || is_only ? SHOW_FULL : SHOW_LINE;
}

static void
show_item(const struct show_view *view)
{
	switch (show_choose(view->request, view->item)) {
	case SHOW_LINE:
		show_line(view);
		return;
	case SHOW_JSON:
		show_json(view);
		return;
	case SHOW_AUTOMATIC:
	case SHOW_FULL:
		show_full(view);
		return;
	}
}

int
show_run(const struct show_request *request)
{
	char first[SHOW_ARENA_SIZE];
	struct arena arena, process;
	struct progress progress;
	struct mail_item item;
	struct error error;
	bool is_complete = true, no_types = false;

	arena_init(&process, NULL, 0);
	struct sniffer *sniffer = sniff_new(&process);
	progress_begin(&progress, "reading", request->is_quiet, true);
	while (mail_output_step(request->output)) {
		if (mail_source_next(request->source, &item, &error)) {
			arena_init(&arena, first, sizeof first);
			const struct show_view view = {request, &arena, &item, sniffer, &no_types};
			show_item(&view);
			arena_clear(&arena);
			progress_step(&progress, request->source);
			continue;
		}
		if (error.kind == ERROR_NONE)
			break;
		is_complete = false;
		progress_clear(&progress);
		mail_output_complain(request->output, &error);
	}
	progress_clear(&progress);
	sniff_close(sniffer);
	arena_clear(&process);
	return is_complete ? EX_OK : EX_NOINPUT;
}
