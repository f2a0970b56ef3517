/*
 * The parts of a message as lines of a tree: MIME parts, under them files embedded in their text and, if
 * asked for, members of archives. Each knows what is to be drawn in front of it.
 */
#ifndef HANDLE_PART_NODES_H
#define HANDLE_PART_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"
#include "filter/engine/attachment/attachment.h"
#include "mail/part_facts.h"

struct part_node {
	const struct mime_part *part;  /* it is, or is in */
	struct attachment *attachment; /* NULL: it is none */
	bool is_member;                /* of an archive */
	struct text number; /* "1.2"; of an embedded file "1.2/1", of a member "1.2/m3" */
	struct part_facts facts;
	unsigned depth;
	uint64_t later; /* bit d: another node of depth d comes below this one, in the same part */
};

struct part_nodes {
	struct attachment_list *attachments;
	const struct mime_tree *tree;
	struct part_node *items;
	size_t count, capacity;
	bool members_failed; /* archives could not be looked into: `error` */
	struct error error;
};

/* Over the bytes of a message, which must stay; to be closed. The sniffer is shared by messages. */
struct part_nodes part_nodes_list(
    struct arena *arena, struct sniffer *sniffer, struct text message, bool with_members);
void part_nodes_close(struct part_nodes *nodes);

/* The branches in front of a node: "|  +- ", or with box characters. */
void part_nodes_append_branch(struct buffer *out, const struct part_node *node, bool is_utf8);
/* The node of that number, or NULL. */
const struct part_node *part_nodes_find(const struct part_nodes *nodes, struct text number);

/* The decoded bytes; of a container its body as it stands. False: `write` said so. */
bool part_nodes_read(const struct part_nodes *nodes, const struct part_node *node,
    bool (*write)(void *self, struct text piece), void *self);
/* How many there are. */
uint64_t part_nodes_size(const struct part_nodes *nodes, const struct part_node *node);
/* The detected type of a leaf, by the first bytes of it. False: no answer. */
bool part_nodes_type(const struct part_nodes *nodes, const struct part_node *node,
    struct sniffer *sniffer, struct arena *arena, struct text *type_out, struct error *error);

#endif
