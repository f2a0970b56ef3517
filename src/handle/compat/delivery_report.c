/*
 * Recipients of a delivery report; see delivery_report.h.
 */
#include "handle/compat/delivery_report.h"

#include "handle/compat/content_buffer.h"

enum { DELIVERY_REPORT_MAX = 16 * 1024 * 1024 };

/* What stands behind "rfc822;". */
static struct text
delivery_report_address(struct arena *arena, struct text block, struct text name)
{
	struct header_field field;

	if (!header_find_in_bytes(block, name, SECTION_FIELDS_MAX, &field))
		return TEXT("");
	struct text body = header_unfold(arena, field.body);
	size_t colon = text_find_byte(body, 0, ';');
	return text_trim(colon < body.size ? text_slice(body, colon + 1, body.size) : body);
}

static void
delivery_report_write_group(
    struct arena *arena, struct text block, bool original, struct message_sink *sink)
{
	struct text address = {NULL, 0};
	struct header_field action;

	if (!header_find_in_bytes(block, TEXT("Action"), SECTION_FIELDS_MAX, &action))
		return;
	if (original)
		address = delivery_report_address(arena, block, TEXT("Original-Recipient"));
	if (address.size == 0)
		address = delivery_report_address(arena, block, TEXT("Final-Recipient"));
	if (address.size == 0)
		return;
	message_sink_write(
	    sink, section_lower(arena, text_trim(header_unfold(arena, action.body))));
	message_sink_write(sink, TEXT(" "));
	message_sink_write(sink, address);
	message_sink_write(sink, TEXT("\n"));
}

bool
delivery_report_write(
    struct arena *arena, const struct mime_tree *tree, bool original, struct message_sink *sink)
{
	const struct mime_part *root = tree->root, *part = root->first_child;

	if (!mime_part_is(root, TEXT("multipart"), TEXT("report")) ||
	    !text_is_equal_nocase(
		section_parameter(arena, root, TEXT("Content-Type"), TEXT("report-type")),
		TEXT("delivery-status")))
		return false;
	while (part != NULL && !mime_part_is(part, TEXT("message"), TEXT("delivery-status")))
		part = part->next_sibling;
	if (part == NULL)
		return false;
	struct text rest = content_buffer_read(arena, part, DELIVERY_REPORT_MAX);
	while (rest.size > 0) {
		size_t header, body;
		header_find_end(rest, &header, &body);
		delivery_report_write_group(arena, text_slice(rest, 0, header), original, sink);
		rest = text_slice(rest, body > 0 ? body : 1, rest.size);
	}
	return true;
}
