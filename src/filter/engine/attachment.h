/*
 * The attachments of a message, for rules, Lua and `culver mail`: a list in the order of the bytes, its
 * cheap facts at once (from headers), the dear ones when they are asked for first (decoding, libmagic,
 * libarchive) and then remembered. What is an attachment: part_facts.is_attachment, and files embedded in
 * plain text (mail/embedded_file.h). Members of archives are attachments of a greater depth.
 */
#ifndef FILTER_ENGINE_ATTACHMENT_H
#define FILTER_ENGINE_ATTACHMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "filter/engine/sniff.h"
#include "mail/embedded_file.h"
#include "mail/mime_tree.h"
#include "mail/part_facts.h"

enum { ATTACHMENT_MAX = 10000 };

struct attachment {
	const struct mime_part *part;         /* it is, or is in */
	const struct embedded_file *embedded; /* NULL: the part itself */
	const struct attachment *archive;     /* the attachment that it is a member of, or NULL */
	struct part_facts facts; /* of a member: name and extension only; declared type empty */
	unsigned depth;          /* of the part in the message, and of the member in its archives */
	/* Asked for: see below. */
	bool is_typed, is_sized, is_listed;
	struct text type;
	uint64_t size;
};

struct attachment_list;

/* Over the bytes of a message, which must stay; the tree may be given if there is one. */
struct attachment_list *attachment_list_new(struct arena *arena, struct text message_bytes);
void attachment_list_close(struct attachment_list *list);
const struct mime_tree *attachment_tree(const struct attachment_list *list);
/* More than ATTACHMENT_MAX, or a limit of the structure was reached. */
bool attachment_is_truncated(const struct attachment_list *list);

/* The attachment of that number from 0, members of archives not counted; NULL: there are fewer. */
struct attachment *attachment_at(struct attachment_list *list, size_t number);
/* Its members, listed on first use: the first, and the next one (all depths, in order); NULL: no more.
 * False: the question has no answer. */
bool attachment_members(struct attachment_list *list, struct attachment *attachment,
    struct attachment **members_out, size_t *count_out, struct error *error);

/* Detected by libmagic. False: no answer. */
bool attachment_type(struct attachment_list *list, struct attachment *attachment,
    struct text *type_out, struct error *error);
/* Decoded bytes. */
uint64_t attachment_size(struct attachment_list *list, struct attachment *attachment);
/* By its container, or an archive with encrypted members. */
bool attachment_is_encrypted(struct attachment_list *list, struct attachment *attachment,
    bool *encrypted_out, struct error *error);
/*
 * Do declared type, extension and detected type contradict each other in a way that hides what it is?
 * *why_out: a sentence. The table of what goes together is in attachment_match.c.
 */
bool attachment_is_mismatch(struct attachment_list *list, struct attachment *attachment,
    bool *mismatch_out, struct text *why_out, struct error *error);
/* The decoded bytes, piece by piece, from the beginning: into `write`; false when it says so. */
bool attachment_read(struct attachment_list *list, const struct attachment *attachment,
    bool (*write)(void *self, struct text piece), void *self);

#endif
