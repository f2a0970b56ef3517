/*
 * One message as a line of JSON, with all that is known of it. The members are those of culver-mail(1).
 * Written piece by piece: the parts of a hostile message never gather in memory as text.
 */
#include "base/json.h"
#include "handle/mail_summary.h"
#include "handle/show.h"
#include "handle/text_reading.h"
#include "mail/content_type.h"
#include "mail/list_facts.h"
#include "mail/message_id.h"
#include "mail/parameter_value.h"
#include "mail/part_choice.h"
#include "mail/structure_check.h"

enum {
	SHOW_JSON_IDS = 1000,
	SHOW_JSON_TEXT_MAX = 1 << 20,  /* of a part, looked through for hidden text */
	SHOW_JSON_BEGIN_MAX = 8 << 20, /* of "text" */
};

struct show_json {
	const struct show_view *view;
	const struct message *message;
	struct part_nodes nodes;
	struct json_writer json;
};

static void
show_json_addresses(struct show_json *show, const char *member, struct text name)
{
	struct json_writer *json = &show->json;
	struct arena *arena = show->view->arena;
	struct address_list list = mail_summary_addresses(arena, show->message, name);
	struct buffer spec;

	if (list.count == 0)
		return;
	json_name(json, member);
	json_begin_array(json);
	buffer_init(&spec, ADDRESS_SOURCE_MAX);
	for (size_t i = 0; i < list.count; i++) {
		const struct address *address = &list.items[i];
		buffer_reset(&spec);
		if (address->local_part.size > 0 || address->domain.size > 0)
			address_append_spec(address, &spec);
		json_begin_object(json);
		json_member_text(json, "name", address->display_name);
		json_member_text(json, "address", buffer_text(&spec));
		json_member_text(json, "local", address->local_part);
		json_member_text(json, "domain", address->domain);
		json_end_object(json);
		mail_output_step(show->view->request->output);
	}
	buffer_clear(&spec);
	json_end_array(json);
}

static void
show_json_ids(struct show_json *show, const char *member, struct text name)
{
	struct arena *arena = show->view->arena;
	struct text id, body = mail_summary_field(arena, show->message, name);
	struct message_id_walk walk = message_id_walk_init(body);

	if (body.size == 0)
		return;
	json_name(&show->json, member);
	json_begin_array(&show->json);
	for (size_t i = 0; i < SHOW_JSON_IDS && message_id_next(arena, &walk, &id); i++)
		json_text(&show->json, id);
	json_end_array(&show->json);
}

static void
show_json_list(struct show_json *show)
{
	struct list_facts facts = list_facts_parse(show->view->arena, show->message);
	struct json_writer *json = &show->json;

	json_name(json, "list");
	json_begin_object(json);
	json_member_bool(json, "is_list", facts.is_list);
	json_member_bool(json, "is_bulk", facts.is_bulk);
	json_member_bool(json, "is_auto", facts.is_auto);
	json_member_bool(json, "is_report", facts.is_report);
	json_member_text(json, "id", facts.list_id);
	json_member_text(json, "name", facts.list_name);
	json_member_text(json, "post", facts.list_post);
	json_member_text(json, "auto_submitted", facts.auto_submitted);
	json_end_object(json);
}

static void
show_json_header(struct show_json *show)
{
	struct json_writer *json = &show->json;
	struct arena *arena = show->view->arena;
	struct mail_date date;
	char when[MAIL_SUMMARY_RFC3339_SIZE];
	struct text id;

	show_json_addresses(show, "from", TEXT("From"));
	show_json_addresses(show, "sender", TEXT("Sender"));
	show_json_addresses(show, "reply_to", TEXT("Reply-To"));
	show_json_addresses(show, "to", TEXT("To"));
	show_json_addresses(show, "cc", TEXT("Cc"));
	json_member_text(
	    json, "subject", mail_summary_field(arena, show->message, TEXT("Subject")));
	if (mail_summary_date(show->message, &date))
		json_member_text(json, "date", mail_summary_format_rfc3339(date, when));
	else
		json_member_null(json, "date");
	if (message_id_parse(
		arena, mail_summary_field(arena, show->message, TEXT("Message-ID")), &id))
		json_member_text(json, "message_id", id);
	show_json_ids(show, "in_reply_to", TEXT("In-Reply-To"));
	show_json_ids(show, "references", TEXT("References"));
	show_json_list(show);
}

static void
show_json_structure(struct show_json *show)
{
	struct structure_report report =
	    structure_check(show->view->arena, show->view->item->bytes, MIME_LIMITS_DEFAULT);
	struct json_writer *json = &show->json;

	json_member_bool(json, "malformed", report.malformed);
	json_member_bool(json, "truncated",
	    report.truncated || attachment_is_truncated(show->nodes.attachments));
	json_member_integer(json, "problems", (int64_t)report.total);
}

struct show_json_parts {
	const struct show_view *view;
	const struct part_nodes *nodes;
	struct json_writer *json;
};

/* What is written in the headers of a MIME part, and of no other. */
static void
show_json_declared(const struct show_json_parts *show, const struct part_node *node)
{
	struct json_writer *json = show->json;
	struct header_field field;
	struct parameter_value charset;
	uint32_t fields = MIME_LIMITS_DEFAULT.fields;
	bool malformed;

	json_member_text(json, "type", node->facts.type);
	json_member_bool(json, "type_is_declared", node->facts.has_type);
	if (header_find_in_bytes(node->part->header, TEXT("Content-Type"), fields, &field)) {
		struct content_type type = content_type_parse(show->view->arena, field.body);
		if (parameter_value_find(show->view->arena, &type, TEXT("charset"), &charset))
			json_member_text(json, "charset", charset.value);
	}
	if (header_find_in_bytes(
		node->part->header, TEXT("Content-Transfer-Encoding"), fields, &field))
		json_member_text(
		    json, "encoding", text_slice(text_trim(field.body), 0, MAIL_SUMMARY_VALUE_MAX));
	if (node->facts.disposition.size > 0)
		json_member_text(json, "disposition", node->facts.disposition);
	if (node->facts.content_id.size > 0)
		json_member_text(json, "content_id", node->facts.content_id);
	if (node->facts.description.size > 0)
		json_member_text(json, "description", node->facts.description);
	if (part_container_word(node->facts.container)[0] != '\0')
		json_member_text(json, "container",
		    text_from_string(part_container_word(node->facts.container)));
	struct text bytes = mime_part_bytes(node->part);
	json_member_integer(json, "offset", (int64_t)(bytes.data - show->view->item->bytes.data));
	json_member_integer(json, "bytes", (int64_t)bytes.size);
	if (node->part->kind == MIME_LEAF && node->attachment == NULL) {
		json_member_integer(
		    json, "size", (int64_t)part_facts_decoded_size(node->part, fields, &malformed));
		json_member_bool(json, "malformed", malformed || node->facts.malformed);
	} else {
		json_member_bool(json, "malformed", node->facts.malformed);
	}
}

static void
show_json_attachment(const struct show_json_parts *show, const struct part_node *node)
{
	struct json_writer *json = show->json;
	struct error error;
	struct text why;
	bool is_so;

	json_member_integer(json, "size", (int64_t)part_nodes_size(show->nodes, node));
	if (!show->view->request->detects || *show->view->no_types) {
		json_member_bool(json, "encrypted", node->facts.is_encrypted);
		return;
	}
	if (attachment_is_encrypted(show->nodes->attachments, node->attachment, &is_so, &error))
		json_member_bool(json, "encrypted", is_so || node->facts.is_encrypted);
	if (!node->is_member && attachment_is_mismatch(show->nodes->attachments, node->attachment,
				    &is_so, &why, &error)) {
		json_member_bool(json, "mismatch", is_so);
		if (is_so)
			json_member_text(json, "mismatch_why", why);
	}
}

static void
show_json_node(const struct show_json_parts *show, const struct part_node *node)
{
	struct json_writer *json = show->json;
	bool is_embedded = node->attachment != NULL && node->attachment->embedded != NULL;
	bool is_part = !is_embedded && !node->is_member;
	const char *kind = node->is_member ? "member" : is_embedded ? "embedded" : "part";

	json_begin_object(json);
	json_member_text(json, "number", node->number);
	json_member_text(json, "kind", text_from_string(kind));
	json_member_integer(json, "depth", node->depth);
	json_member_text(json, "name", node->facts.name);
	json_member_text(json, "extension", node->facts.extension);
	json_member_bool(json, "odd_name", node->facts.has_odd_name);
	json_member_bool(json, "attachment", node->attachment != NULL);
	if (is_part)
		show_json_declared(show, node);
	if (is_part)
		json_member_bool(
		    json, "left_out", part_choice_is_left_out(node->part, PART_PREFERS_PLAIN));
	if (node->part->kind == MIME_LEAF || node->attachment != NULL) {
		struct text type = show_view_type(show->view, show->nodes, node);
		if (type.size > 0)
			json_member_text(json, "detected", type);
	}
	if (node->attachment != NULL)
		show_json_attachment(show, node);
	json_end_object(json);
	mail_output_step(show->view->request->output);
}

void
show_json_part(const struct show_view *view, const struct part_nodes *nodes,
    const struct part_node *node, struct json_writer *json)
{
	const struct show_json_parts show = {view, nodes, json};

	show_json_node(&show, node);
}

struct show_json_lines {
	struct buffer begin;
	size_t left;
	bool reads_on;
};

static bool
show_json_append_lines(void *self, struct text piece)
{
	struct show_json_lines *lines = self;

	while (piece.size > 0 && lines->left > 0) {
		size_t end = text_find_byte(piece, 0, '\n');
		buffer_append(&lines->begin, text_slice(piece, 0, end + 1));
		lines->left -= end < piece.size;
		piece = text_slice(piece, end + 1, piece.size);
	}
	return lines->left > 0 || lines->reads_on;
}

/* The beginning of what is read; and whether HTML hides something, in the first bytes of each part. */
static void
show_json_text(struct show_json *show)
{
	const struct show_request *request = show->view->request;
	struct show_json_lines lines = {.left = request->text_lines};
	bool hides = false;

	buffer_init(&lines.begin, SHOW_JSON_BEGIN_MAX);
	for (const struct mime_part *part =
		 part_choice_next(show->nodes.tree, NULL, PART_PREFERS_PLAIN);
	     part != NULL && lines.left > 0;
	     part = part_choice_next(show->nodes.tree, part, PART_PREFERS_PLAIN))
		text_reading_part(part, TEXT_READING_READABLE, SHOW_JSON_TEXT_MAX,
		    show_json_append_lines, &lines);
	for (const struct mime_part *part = show->nodes.tree->root; part != NULL && !hides;
	     part = mime_tree_next(part))
		if (part->kind == MIME_LEAF && mime_part_is(part, TEXT("text"), TEXT("html")))
			hides = text_reading_part(part, TEXT_READING_READABLE, SHOW_JSON_TEXT_MAX,
			    show_json_append_lines, &(struct show_json_lines){.reads_on = true})
				    .hides;
	json_member_bool(&show->json, "hides_text", hides);
	if (request->text_lines > 0)
		json_member_text(&show->json, "text", buffer_text(&lines.begin));
	buffer_clear(&lines.begin);
}

static void
show_json_place(struct show_json *show)
{
	static const char *const kinds[] = {[MAIL_SOURCE_AUTOMATIC] = "",
	    [MAIL_SOURCE_MESSAGE] = "message",
	    [MAIL_SOURCE_MBOX] = "mbox",
	    [MAIL_SOURCE_MAILDIR] = "maildir"};
	const struct mail_item *item = show->view->item;
	struct json_writer *json = &show->json;

	json_member_text(json, "place", item->place);
	json_member_text(json, "kind", text_from_string(kinds[item->kind]));
	json_member_integer(json, "number", (int64_t)item->number);
	if (item->kind == MAIL_SOURCE_MBOX) {
		json_member_integer(json, "offset", (int64_t)item->offset);
		json_member_text(json, "from_line", text_trim(item->from_line));
	}
	if (item->kind == MAIL_SOURCE_MAILDIR) {
		json_member_text(json, "flags", item->flags);
		json_member_bool(json, "new", item->is_new);
	}
	json_member_integer(json, "bytes", (int64_t)item->bytes.size);
	json_member_integer(json, "lines", (int64_t)message_line_count(show->message));
	json_member_integer(
	    json, "header_bytes", (int64_t)message_header_block(show->message).size);
}

void
show_json(const struct show_view *view)
{
	struct mail_output *output = view->request->output;
	struct show_json show = {.view = view,
	    .message = message_new(view->arena, view->item->bytes),
	    .nodes = part_nodes_list(
		view->arena, view->sniffer, view->item->bytes, view->request->with_members)};

	json_init(&show.json, &output->buffer);
	json_begin_object(&show.json);
	show_json_place(&show);
	show_json_header(&show);
	show_json_structure(&show);
	show_json_text(&show);
	json_name(&show.json, "parts");
	json_begin_array(&show.json);
	for (size_t i = 0; i < show.nodes.count && !output->is_failed; i++)
		show_json_part(view, &show.nodes, &show.nodes.items[i], &show.json);
	json_end_array(&show.json);
	json_end_object(&show.json);
	buffer_append_byte(&output->buffer, '\n');
	show_view_complain_of_members(view, &show.nodes);
	part_nodes_close(&show.nodes);
}
