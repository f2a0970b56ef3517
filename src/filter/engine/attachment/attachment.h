/*
 * The attachments of a message, for rules, Lua and `culver mail`: a list in the order of the bytes, its
 * cheap facts at once (from headers), the dear ones when they are asked for first (decoding, libmagic,
 * libarchive) and then remembered. What is an attachment: part_facts.is_attachment, and files embedded in
 * plain text (mail/embedded_file.h). Members of archives are attachments of a greater depth.
 *
 * Functions that return bool return false when the question has no answer because a library cannot
 * be used; whatever the bytes are, there is an answer.
 */
#ifndef FILTER_ENGINE_ATTACHMENT_ATTACHMENT_H
#define FILTER_ENGINE_ATTACHMENT_ATTACHMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "filter/engine/attachment/attachment_class.h"
#include "filter/engine/attachment/sniff.h"
#include "mail/embedded_file.h"
#include "mail/mime_tree.h"
#include "mail/part_facts.h"

enum {
	ATTACHMENT_MAX = 10000,
	/* Of all archives of one message; of one attachment as archive.h says. */
	ATTACHMENT_MEMBERS_MAX = 20000,
	ATTACHMENT_UNPACKED_MAX = 256 * 1024 * 1024,
	/* Of a text that must be decoded, so many bytes from its first "begin" on are searched for
	 * embedded files. */
	ATTACHMENT_EMBEDDED_MAX = 1024 * 1024,
};

struct attachment {
	const struct mime_part *part;         /* it is, or is in */
	const struct embedded_file *embedded; /* NULL: the part itself */
	const struct attachment *archive;     /* the attachment that it is a member of, or NULL */
	struct part_facts facts; /* of a member or an embedded file: name and extension only */
	unsigned depth;          /* of the part in the message, and of the member in its archives */
	/* The attachment's own; asked for with the functions below. */
	bool is_typed, is_sized, is_scanned, is_listed;
	bool has_macro, is_encrypted, is_damaged, truncated;
	struct text type;
	uint64_t size;
	struct attachment *members;
	size_t member_count;
};

struct attachment_list;

/* Over the bytes of a message, which must stay. A sniffer that is shared by messages spares the load
 * of the database; NULL: the list has its own. To be closed. Costs nothing before the first question. */
struct attachment_list *attachment_list_new(
    struct arena *arena, struct sniffer *sniffer, struct text message_bytes);
void attachment_list_close(struct attachment_list *list);
const struct mime_tree *attachment_tree(struct attachment_list *list);
/* More than ATTACHMENT_MAX, or a limit of the structure was reached. */
bool attachment_is_truncated(struct attachment_list *list);

/* Members of archives not counted. */
size_t attachment_count(struct attachment_list *list);
/* The attachment of that number from 0, members of archives not counted; NULL: there are fewer. */
struct attachment *attachment_at(struct attachment_list *list, size_t number);
/* The members of all depths as an array, in order, listed on first use; none of what is no archive, or of a
 * member. A member's name is facts.name, its path in the archive. */
bool attachment_members(struct attachment_list *list, struct attachment *attachment,
    struct attachment **members_out, size_t *count_out, struct error *error);

/* Detected by libmagic; empty: not known, of a member that could not be read. */
bool attachment_type(struct attachment_list *list, struct attachment *attachment,
    struct text *type_out, struct error *error);
/* As it was declared; empty: it was not, or it is a member or embedded. */
struct text attachment_declared(const struct attachment *attachment);
/* Decoded bytes; of a member as the archive says. */
uint64_t attachment_size(struct attachment_list *list, struct attachment *attachment);
/* Its classes and what its members can do; text for rules: attachment_class_format(). */
bool attachment_class(struct attachment_list *list, struct attachment *attachment,
    struct attachment_class *class_out, struct error *error);
/* By its container (S/MIME, PGP), an encrypted document, an archive with encrypted members. */
bool attachment_is_encrypted(struct attachment_list *list, struct attachment *attachment,
    bool *encrypted_out, struct error *error);
/* Its transfer encoding or embedding is malformed, or the archive is damaged. */
bool attachment_is_damaged(struct attachment_list *list, struct attachment *attachment,
    bool *damaged_out, struct error *error);
/* A bound of archives was reached in it: there may be more members than are listed. */
bool attachment_is_cut(struct attachment_list *list, struct attachment *attachment, bool *cut_out,
    struct error *error);
/*
 * Do declared type, name and detected type contradict each other in a way that hides what it is?
 * *why_out: a sentence (attachment_match.h).
 */
bool attachment_is_mismatch(struct attachment_list *list, struct attachment *attachment,
    bool *mismatch_out, struct text *why_out, struct error *error);

/* The decoded bytes, piece by piece, from the beginning: to `take`; false when it says so, and of a
 * member, which cannot be read. */
bool attachment_read(struct attachment_list *list, const struct attachment *attachment,
    bool (*take)(void *self, struct text piece), void *self);

#endif
