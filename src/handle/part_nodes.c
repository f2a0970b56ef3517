/*
 * The parts of a message as lines of a tree; see part_nodes.h.
 */
#include "handle/part_nodes.h"

#include "base/vector.h"
#include "mail/content_type.h"
#include "mail/header.h"
#include "mail/part_number.h"
#include "mail/transfer_encoding.h"

enum {
	PART_NODES_DRAWN = 24, /* levels that are drawn; what is deeper stands below the deepest */
	PART_NODES_PIECE = 16 * 1024
};

static struct part_node *
part_nodes_add(struct part_nodes *nodes, struct arena *arena, struct part_node node)
{
	nodes->items =
	    vector_grow(arena, nodes->items, nodes->count, &nodes->capacity, sizeof *nodes->items);
	nodes->items[nodes->count] = node;
	return &nodes->items[nodes->count++];
}

static void
part_nodes_add_members(
    struct part_nodes *nodes, struct arena *arena, const struct part_node *archive)
{
	const struct part_node above = *archive;
	struct attachment *members;
	size_t count;

	if (nodes->members_failed || above.attachment == NULL)
		return;
	if (!attachment_members(
		nodes->attachments, above.attachment, &members, &count, &nodes->error)) {
		nodes->members_failed = true;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		unsigned depth = above.depth;
		for (const struct attachment *holder = members[i].archive; holder != NULL;
		     holder = holder->archive)
			depth++;
		part_nodes_add(nodes, arena,
		    (struct part_node){.part = above.part,
			.attachment = &members[i],
			.is_member = true,
			.number =
			    arena_format(arena, "%.*s/m%zu", TEXT_ARGUMENTS(above.number), i + 1),
			.facts = members[i].facts,
			.depth = depth});
	}
}

/* The attachment that the part is, and behind it the files embedded in its text. */
static void
part_nodes_add_attachments(struct part_nodes *nodes, struct arena *arena,
    const struct mime_part *part, size_t *next, bool with_members)
{
	size_t own = nodes->count - 1, embedded = 0;
	struct attachment *attachment;

	while ((attachment = attachment_at(nodes->attachments, *next)) != NULL &&
	       attachment->part == part) {
		const struct part_node above = nodes->items[own];
		++*next;
		if (attachment->embedded == NULL) {
			nodes->items[own].attachment = attachment;
			if (with_members)
				part_nodes_add_members(nodes, arena, &nodes->items[own]);
			continue;
		}
		const struct part_node *added = part_nodes_add(nodes, arena,
		    (struct part_node){.part = part,
			.attachment = attachment,
			.number = arena_format(
			    arena, "%.*s/%zu", TEXT_ARGUMENTS(above.number), ++embedded),
			.facts = attachment->facts,
			.depth = above.depth + 1});
		if (with_members)
			part_nodes_add_members(nodes, arena, added);
	}
}

/* From the end: which depths have something below. */
static void
part_nodes_connect(struct part_nodes *nodes)
{
	uint64_t later = 0;

	for (size_t i = nodes->count; i > 0; i--) {
		struct part_node *node = &nodes->items[i - 1];
		unsigned depth = node->depth < 63 ? node->depth : 63;
		later &= (UINT64_C(2) << depth) - 1;
		node->later = later;
		later |= UINT64_C(1) << depth;
	}
}

struct part_nodes
part_nodes_list(
    struct arena *arena, struct sniffer *sniffer, struct text message, bool with_members)
{
	struct part_nodes nodes = {.attachments = attachment_list_new(arena, sniffer, message)};
	size_t next = 0;

	nodes.tree = attachment_tree(nodes.attachments);
	for (const struct mime_part *part = nodes.tree->root; part != NULL;
	     part = mime_tree_next(part)) {
		part_nodes_add(&nodes, arena,
		    (struct part_node){.part = part,
			.number = part_number_format(arena, part),
			.facts = part_facts_parse(arena, part, MIME_LIMITS_DEFAULT.fields),
			.depth = part->depth});
		part_nodes_add_attachments(&nodes, arena, part, &next, with_members);
	}
	part_nodes_connect(&nodes);
	return nodes;
}

void
part_nodes_close(struct part_nodes *nodes)
{
	attachment_list_close(nodes->attachments);
}

void
part_nodes_append_branch(struct buffer *out, const struct part_node *node, bool is_utf8)
{
	static const char *const pieces[2][4] = {{"   ", "|  ", "`- ", "|- "},
	    {"   ", "\xe2\x94\x82  ", "\xe2\x94\x94\xe2\x94\x80 ", "\xe2\x94\x9c\xe2\x94\x80 "}};
	unsigned drawn = node->depth < PART_NODES_DRAWN ? node->depth : PART_NODES_DRAWN;

	for (unsigned depth = 1; depth <= drawn; depth++) {
		unsigned has_later = (node->later >> depth & 1) != 0;
		unsigned piece = depth < drawn ? has_later : 2 + has_later;
		buffer_append(out, text_from_string(pieces[is_utf8][piece]));
	}
	if (node->depth > PART_NODES_DRAWN)
		buffer_append_format(out, "(%u deep) ", node->depth);
}

const struct part_node *
part_nodes_find(const struct part_nodes *nodes, struct text number)
{
	for (size_t i = 0; i < nodes->count; i++)
		if (nodes->items[i].number.size > 0 &&
		    text_is_equal(nodes->items[i].number, number))
			return &nodes->items[i];
	return NULL;
}

/* ---- bytes ---- */

static bool
part_nodes_decode(
    const struct mime_part *part, bool (*write)(void *self, struct text piece), void *self)
{
	struct header_field field;
	struct transfer_decoder decoder;
	enum transfer_encoding encoding = TRANSFER_IDENTITY;
	struct text rest = part->body;
	char piece[PART_NODES_PIECE];
	bool is_unknown;

	if (part->kind == MIME_LEAF &&
	    header_find_in_bytes(part->header, TEXT("Content-Transfer-Encoding"),
		MIME_LIMITS_DEFAULT.fields, &field))
		encoding = transfer_encoding_parse(field.body, &is_unknown);
	if (encoding == TRANSFER_IDENTITY)
		return write(self, part->body);
	transfer_decoder_init(&decoder, encoding);
	for (;;) {
		size_t size = transfer_decoder_take(&decoder, &rest, true, piece, sizeof piece);
		if (size == 0 && rest.size == 0)
			return true;
		if (size > 0 && !write(self, (struct text){piece, size}))
			return false;
	}
}

bool
part_nodes_read(const struct part_nodes *nodes, const struct part_node *node,
    bool (*write)(void *self, struct text piece), void *self)
{
	if (node->attachment != NULL)
		return attachment_read(nodes->attachments, node->attachment, write, self);
	return part_nodes_decode(node->part, write, self);
}

uint64_t
part_nodes_size(const struct part_nodes *nodes, const struct part_node *node)
{
	bool malformed;

	if (node->attachment != NULL)
		return attachment_size(nodes->attachments, node->attachment);
	if (node->part->kind != MIME_LEAF)
		return node->part->body.size;
	return part_facts_decoded_size(node->part, MIME_LIMITS_DEFAULT.fields, &malformed);
}

struct part_nodes_head {
	char *bytes;
	size_t size;
};

static bool
part_nodes_take_head(void *self, struct text piece)
{
	struct part_nodes_head *head = self;
	struct text fits = text_slice(piece, 0, SNIFF_BYTES - head->size);

	if (fits.size > 0)
		memcpy(head->bytes + head->size, fits.data, fits.size);
	head->size += fits.size;
	return head->size < SNIFF_BYTES;
}

bool
part_nodes_type(const struct part_nodes *nodes, const struct part_node *node,
    struct sniffer *sniffer, struct arena *arena, struct text *type_out, struct error *error)
{
	if (node->attachment != NULL)
		return attachment_type(nodes->attachments, node->attachment, type_out, error);
	struct arena scratch;
	arena_init(&scratch, NULL, 0);
	struct part_nodes_head head = {.bytes = arena_alloc_bytes(&scratch, SNIFF_BYTES)};
	part_nodes_decode(node->part, part_nodes_take_head, &head);
	bool is_known =
	    sniff_type(sniffer, arena, (struct text){head.bytes, head.size}, type_out, error);
	arena_clear(&scratch);
	return is_known;
}
