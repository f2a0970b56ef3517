/*
 * One message as a page: summary, warnings, the tree of its parts, the beginning of its text.
 */
#include "handle/mail_summary.h"
#include "handle/show.h"
#include "handle/shown_text.h"
#include "handle/text_reading.h"
#include "mail/list_facts.h"
#include "mail/part_choice.h"
#include "mail/structure_check.h"

enum {
	SHOW_FULL_ADDRESSES = 8,
	SHOW_FULL_LINE_BYTES = 512,     /* of text, on the average */
	SHOW_FULL_HIDDEN_MAX = 1 << 20, /* of text that is looked through for what is hidden */
	SHOW_FULL_VALUE_MAX = 1000,     /* columns of a value */
};

static void
show_full_label(const struct show_view *view, const char *label)
{
	struct mail_output *output = view->request->output;

	terminal_append(&output->buffer, &output->terminal, TERMINAL_STRONG,
	    arena_format(view->arena, "%-9s", label));
}

static void
show_full_value(const struct show_view *view, const char *label, struct text value)
{
	struct buffer *out = &view->request->output->buffer;

	if (value.size == 0)
		return;
	show_full_label(view, label);
	shown_text_append_cut(out, value, SHOW_FULL_VALUE_MAX, view->request->output->is_utf8);
	buffer_append_byte(out, '\n');
}

static void
show_full_addresses(const struct show_view *view, const struct message *message, const char *label,
    struct text name)
{
	struct address_list list = mail_summary_addresses(view->arena, message, name);
	struct buffer *out = &view->request->output->buffer, address;

	if (list.count == 0)
		return;
	show_full_label(view, label);
	buffer_init(&address, ADDRESS_SOURCE_MAX);
	for (size_t i = 0; i < list.count && i < SHOW_FULL_ADDRESSES; i++) {
		buffer_reset(&address);
		mail_summary_append_address(&address, &list.items[i]);
		buffer_append(out, i > 0 ? TEXT(", ") : TEXT(""));
		shown_text_append_cut(out, buffer_text(&address), SHOW_FULL_VALUE_MAX,
		    view->request->output->is_utf8);
	}
	buffer_clear(&address);
	if (list.count > SHOW_FULL_ADDRESSES)
		buffer_append_format(out, ", and %zu more", list.count - SHOW_FULL_ADDRESSES);
	buffer_append_byte(out, '\n');
}

static void
show_full_list(const struct show_view *view, const struct message *message)
{
	struct list_facts facts = list_facts_parse(view->arena, message);
	struct buffer *out = &view->request->output->buffer;
	bool is_any = facts.is_list || facts.is_bulk || facts.is_auto || facts.is_report;

	if (!is_any)
		return;
	show_full_label(view, facts.is_list ? "List:" : "Sent as:");
	if (facts.list_name.size > 0) {
		shown_text_append_cut(
		    out, facts.list_name, SHOW_FULL_VALUE_MAX, view->request->output->is_utf8);
		buffer_append_byte(out, ' ');
	}
	if (facts.list_id.size > 0) {
		buffer_append_byte(out, '<');
		shown_text_append_cut(
		    out, facts.list_id, SHOW_FULL_VALUE_MAX, view->request->output->is_utf8);
		buffer_append(out, TEXT("> "));
	}
	const struct {
		bool holds;
		const char *word;
	} words[] = {{facts.is_list, "list"}, {facts.is_bulk, "bulk"}, {facts.is_auto, "automatic"},
	    {facts.is_report, "report"}};
	size_t count = 0;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].holds)
			buffer_append_format(out, "%s%s", count++ > 0 ? ", " : "(", words[i].word);
	buffer_append(out, TEXT(")\n"));
}

static void
show_full_warn(const struct show_view *view, struct text sentence)
{
	struct mail_output *output = view->request->output;

	terminal_append(&output->buffer, &output->terminal, TERMINAL_WARN, TEXT("Warning:"));
	buffer_append_byte(&output->buffer, ' ');
	mail_output_line(output, TERMINAL_PLAIN, sentence);
	buffer_append_byte(&output->buffer, '\n');
}

static bool
show_full_skip(void *self, struct text piece)
{
	(void)self;
	return piece.size > 0;
}

/* HTML whose reader does not see all of it, among the first bytes of what is read. */
static bool
show_full_hides(const struct part_nodes *nodes)
{
	bool hides = false;

	for (const struct mime_part *part = nodes->tree->root; part != NULL && !hides;
	     part = mime_tree_next(part))
		if (part->kind == MIME_LEAF && mime_part_is(part, TEXT("text"), TEXT("html")))
			hides = text_reading_part(
			    part, TEXT_READING_READABLE, SHOW_FULL_HIDDEN_MAX, show_full_skip, NULL)
				    .hides;
	return hides;
}

static void
show_full_warnings(const struct show_view *view, const struct part_nodes *nodes)
{
	struct structure_report report =
	    structure_check(view->arena, view->item->bytes, MIME_LIMITS_DEFAULT);

	for (size_t i = 0; i < report.count && (report.malformed || report.truncated); i++) {
		const struct structure_problem *problem = &report.problems[i];
		if (problem->weight == STRUCTURE_REMARK)
			continue;
		show_full_warn(
		    view, arena_format(view->arena,
			      "%s: %s%.*s%s%.*s (line %llu; \"culver mail verify\" lists all)",
			      problem->weight == STRUCTURE_TRUNCATED ? "truncated" : "malformed",
			      problem->part.size > 0 ? "part " : "", TEXT_ARGUMENTS(problem->part),
			      problem->part.size > 0 ? ": " : "", TEXT_ARGUMENTS(problem->sentence),
			      (unsigned long long)problem->line));
		break;
	}
	if (attachment_is_truncated(nodes->attachments) && !report.truncated)
		show_full_warn(view, TEXT("truncated: it has more parts than are looked at"));
	if (show_full_hides(nodes))
		show_full_warn(view, TEXT("its HTML hides text from the reader"));
}

/* ---- the tree ---- */

static void
show_full_item(const struct show_view *view, enum terminal_style style, struct text item)
{
	if (item.size == 0)
		return;
	buffer_append(&view->request->output->buffer, TEXT(", "));
	mail_output_line(view->request->output, style, item);
}

static void
show_full_doubts(
    const struct show_view *view, const struct part_nodes *nodes, const struct part_node *node)
{
	struct error error;
	struct text why;
	bool is_so = false;

	if (part_container_word(node->facts.container)[0] != '\0')
		show_full_item(view, TERMINAL_FAINT,
		    text_from_string(part_container_word(node->facts.container)));
	if (node->facts.is_encrypted ||
	    (node->attachment != NULL && view->request->detects && !*view->no_types &&
		attachment_is_encrypted(nodes->attachments, node->attachment, &is_so, &error) &&
		is_so))
		show_full_item(view, TERMINAL_WARN, TEXT("encrypted"));
	is_so = false;
	if (node->attachment != NULL && view->request->detects && !*view->no_types &&
	    !node->is_member &&
	    attachment_is_mismatch(nodes->attachments, node->attachment, &is_so, &why, &error) &&
	    is_so)
		show_full_item(view, TERMINAL_BAD,
		    arena_format(view->arena, "MISMATCH: %.*s", TEXT_ARGUMENTS(why)));
	if (node->facts.has_odd_name)
		show_full_item(view, TERMINAL_BAD, TEXT("a name that deceives the eye"));
	if (node->facts.malformed)
		show_full_item(view, TERMINAL_WARN, TEXT("malformed header"));
}

static void
show_full_node(
    const struct show_view *view, const struct part_nodes *nodes, const struct part_node *node)
{
	struct mail_output *output = view->request->output;
	struct buffer *out = &output->buffer;
	bool is_leaf = node->part->kind == MIME_LEAF || node->attachment != NULL;

	part_nodes_append_branch(out, node, output->is_utf8);
	mail_output_line(
	    output, TERMINAL_STRONG, node->number.size > 0 ? node->number : TEXT("message"));
	buffer_append_byte(out, ' ');
	struct text declared = node->is_member ? TEXT("member") : node->facts.type;
	if (node->attachment != NULL && node->attachment->embedded != NULL && !node->is_member)
		declared = node->attachment->embedded->coding == EMBEDDED_UUENCODE
			       ? TEXT("uuencode")
			       : TEXT("yenc");
	mail_output_line(output, TERMINAL_PLAIN, declared);
	if (node->facts.name.size > 0)
		show_full_item(view, TERMINAL_PLAIN,
		    arena_format(view->arena, "\"%.*s\"", TEXT_ARGUMENTS(node->facts.name)));
	if (is_leaf) {
		buffer_append(out, TEXT(", "));
		shown_text_append_size(out, part_nodes_size(nodes, node));
	}
	show_full_item(view, TERMINAL_PLAIN, node->facts.disposition);
	struct text type = is_leaf ? show_view_type(view, nodes, node) : TEXT("");
	if (type.size > 0)
		show_full_item(view, text_is_equal(type, declared) ? TERMINAL_GOOD : TERMINAL_WARN,
		    arena_format(view->arena, "is %.*s", TEXT_ARGUMENTS(type)));
	show_full_doubts(view, nodes, node);
	buffer_append_byte(out, '\n');
}

/* ---- the text ---- */

struct show_full_lines {
	struct buffer *out;
	size_t left;
	bool is_begun; /* in a line */
};

static bool
show_full_append_lines(void *self, struct text piece)
{
	struct show_full_lines *lines = self;

	while (piece.size > 0 && lines->left > 0) {
		size_t end = text_find_byte(piece, 0, '\n');
		if (!lines->is_begun)
			buffer_append(lines->out, TEXT("  "));
		shown_text_append(lines->out, SHOWN_TEXT, text_slice(piece, 0, end + 1));
		lines->is_begun = end >= piece.size;
		lines->left -= end < piece.size;
		piece = text_slice(piece, end + 1, piece.size);
	}
	return lines->left > 0;
}

static void
show_full_text(const struct show_view *view, const struct part_nodes *nodes)
{
	struct buffer *out = &view->request->output->buffer;
	struct show_full_lines lines = {.out = out, .left = view->request->text_lines};

	if (lines.left > 0)
		buffer_append_byte(out, '\n');
	for (const struct mime_part *part = part_choice_next(nodes->tree, NULL, PART_PREFERS_PLAIN);
	     part != NULL && lines.left > 0;
	     part = part_choice_next(nodes->tree, part, PART_PREFERS_PLAIN)) {
		text_reading_part(part, TEXT_READING_READABLE,
		    (uint64_t)lines.left * SHOW_FULL_LINE_BYTES, show_full_append_lines, &lines);
		if (lines.is_begun) {
			buffer_append_byte(out, '\n');
			lines.is_begun = false;
			lines.left -= lines.left > 0;
		}
	}
}

void
show_full(const struct show_view *view)
{
	struct buffer *out = &view->request->output->buffer;
	const struct message *message = message_new(view->arena, view->item->bytes);
	struct part_nodes nodes = part_nodes_list(
	    view->arena, view->sniffer, view->item->bytes, view->request->with_members);

	if (view->item->number > 1 || !view->item->is_last)
		show_full_value(view, "Message:", view->item->place);
	show_full_addresses(view, message, "From:", TEXT("From"));
	show_full_addresses(view, message, "To:", TEXT("To"));
	show_full_addresses(view, message, "Cc:", TEXT("Cc"));
	show_full_value(
	    view, "Subject:", mail_summary_field(view->arena, message, TEXT("Subject")));
	show_full_value(view, "Date:", mail_summary_field(view->arena, message, TEXT("Date")));
	show_full_list(view, message);
	show_full_label(view, "Size:");
	shown_text_append_size(out, view->item->bytes.size);
	buffer_append_format(out, ", %llu lines, %zu part%s%s\n",
	    (unsigned long long)message_line_count(message), nodes.tree->count,
	    nodes.tree->count == 1 ? "" : "s", nodes.tree->truncated ? " that are looked at" : "");
	show_full_warnings(view, &nodes);
	buffer_append_byte(out, '\n');
	for (size_t i = 0; i < nodes.count && mail_output_step(view->request->output); i++)
		show_full_node(view, &nodes, &nodes.items[i]);
	show_view_complain_of_members(view, &nodes);
	show_full_text(view, &nodes);
	if (!view->item->is_last)
		buffer_append_byte(out, '\n');
	part_nodes_close(&nodes);
}
