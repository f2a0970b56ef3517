/*
 * The list of attachments of a message and their facts; see attachment.h. The tree and the headers
 * are read by the first question, decoded bytes by the first one that needs them: a look at the first
 * 64 KiB for the type, at all of them for sizes and for what documents hide.
 */
#include "filter/engine/attachment/attachment.h"

#include "base/bug.h"
#include "base/buffer.h"
#include "base/vector.h"
#include "filter/engine/attachment/archive.h"
#include "filter/engine/attachment/attachment_kind.h"
#include "filter/engine/attachment/attachment_source.h"
#include "filter/engine/attachment/content_scan.h"
#include "mail/charset.h"
#include "mail/encoded_message.h"
#include "mail/part_text.h"

enum {
	ATTACHMENT_NAME_MAX = 4096,
	ATTACHMENT_LISTABLE = KIND_ZIP | KIND_OFFICE_ZIP | KIND_ARCHIVE,
	/* Of messages that are attachments and not parts: bytes decoded for one, for all, levels. */
	ATTACHMENT_MESSAGE_MAX = 16 * 1024 * 1024,
	ATTACHMENT_MESSAGES_MAX = 32 * 1024 * 1024,
	ATTACHMENT_MESSAGE_LEVELS = 4,
};

struct attachment_list {
	struct arena *arena;
	struct sniffer *sniffer;
	bool has_own_sniffer;
	struct text bytes;
	bool is_begun; /* the tree is made, the attachments are found */
	struct mime_tree tree;
	struct attachment **attachments;
	size_t count, capacity;
	bool truncated;
	struct archive_budget budget;
	struct mime_limits limits; /* what is left for messages that are attachments, too */
	size_t message_room;       /* bytes of them that may be decoded */
	unsigned level;            /* how many messages of that kind this one is in */
	char *room;                /* of ATTACHMENT_PIECE bytes, for one source at a time */
	char *head;                /* of SNIFF_BYTES */
};

struct attachment_list *
attachment_list_new(struct arena *arena, struct sniffer *sniffer, struct text message_bytes)
{
	struct attachment_list *list = arena_alloc(arena, sizeof *list);

	list->arena = arena;
	list->has_own_sniffer = sniffer == NULL;
	list->sniffer = sniffer != NULL ? sniffer : sniff_new(arena);
	list->bytes = message_bytes;
	list->budget = (struct archive_budget){
	    .unpacked = ATTACHMENT_UNPACKED_MAX, .members = ATTACHMENT_MEMBERS_MAX};
	list->limits = MIME_LIMITS_DEFAULT;
	list->message_room = ATTACHMENT_MESSAGES_MAX;
	return list;
}

void
attachment_list_close(struct attachment_list *list)
{
	if (list->has_own_sniffer)
		sniff_close(list->sniffer);
}

static char *
attachment_room(struct attachment_list *list)
{
	if (list->room == NULL)
		list->room = arena_alloc_bytes(list->arena, ATTACHMENT_PIECE);
	return list->room;
}

static struct attachment *
attachment_add(struct attachment_list *list, const struct mime_part *part)
{
	if (list->count == ATTACHMENT_MAX) {
		list->truncated = true;
		return NULL;
	}
	struct attachment *attachment = arena_alloc(list->arena, sizeof *attachment);
	attachment->part = part;
	attachment->depth = part->depth;
	list->attachments = vector_grow(list->arena, list->attachments, list->count,
	    &list->capacity, sizeof *list->attachments);
	list->attachments[list->count++] = attachment;
	return attachment;
}

/* A file name of any bytes, in UTF-8. */
static struct text
attachment_decode_name(struct arena *arena, struct text name)
{
	struct charset_decoder decoder;
	struct buffer out;

	name = text_slice(name, 0, ATTACHMENT_NAME_MAX);
	if (charset_valid_utf8_size(name) == name.size)
		return arena_copy_text(arena, name);
	charset_decoder_init(&decoder, &(struct charset){.kind = CHARSET_GUESS});
	buffer_init(&out, 4 * ATTACHMENT_NAME_MAX);
	(void)charset_decoder_append(&decoder, name, &out);
	charset_decoder_clear(&decoder);
	struct text result = arena_copy_text(arena, buffer_text(&out));
	buffer_clear(&out);
	return result;
}

/* Behind the last dot of the last component, lower case. */
static struct text
attachment_extension(struct arena *arena, struct text name)
{
	size_t at = name.size;

	while (at > 0 && name.data[at - 1] != '.' && name.data[at - 1] != '/' &&
	       name.data[at - 1] != '\\')
		at--;
	if (at == 0 || name.data[at - 1] != '.')
		return (struct text){0};
	return arena_copy_lower(arena, text_trim(text_slice(name, at, name.size)));
}

static void
attachment_add_embedded(
    struct attachment_list *list, const struct mime_part *part, struct text text)
{
	struct embedded_file file;
	size_t position = 0;

	while (embedded_file_next(text, &position, &file)) {
		struct attachment *attachment = attachment_add(list, part);
		if (attachment == NULL)
			return;
		struct embedded_file *copy = arena_alloc(list->arena, sizeof *copy);
		*copy = file;
		attachment->embedded = copy;
		attachment->depth++;
		attachment->facts.name = attachment_decode_name(list->arena, file.name);
		attachment->facts.extension =
		    attachment_extension(list->arena, attachment->facts.name);
		attachment->facts.is_attachment = true;
		attachment->facts.malformed = file.malformed;
	}
}

/* Where an embedded file could begin: the start of a line, or the text's size. */
static size_t
attachment_find_begin(struct text text, size_t from)
{
	static const struct text begins[] = {TEXT("begin "), TEXT("=ybegin ")};
	size_t first = text.size;

	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
		size_t at = text_find(text, from, begins[i]);
		while (at < first && at > 0 && text.data[at - 1] != '\n')
			at = text_find(text, at + 1, begins[i]);
		first = at < first ? at : first;
	}
	return first;
}

/*
 * A text that is encoded is decoded twice where it has a file in it: to see whether there is one, and
 * then from there on into memory that stays.
 */
static void
attachment_add_decoded(struct attachment_list *list, const struct mime_part *part)
{
	struct attachment_source source;
	struct buffer held;
	bool is_found = false;

	buffer_init(&held, ATTACHMENT_EMBEDDED_MAX);
	attachment_source_init(&source, part, NULL, attachment_room(list));
	for (struct text piece; (piece = attachment_source_take(&source)).size > 0;) {
		if (!buffer_append(&held, piece)) {
			list->truncated = true;
			break;
		}
		if (is_found)
			continue;
		struct text text = buffer_text(&held);
		size_t at = attachment_find_begin(text, 0);
		is_found = at < text.size;
		/* What a begin could be cut in is kept: the last line. */
		size_t keep = text.size;
		while (!is_found && keep > 0 && text.data[keep - 1] != '\n' &&
		       text.size - keep < sizeof "=ybegin ")
			keep--;
		struct text rest = text_slice(text,
		    is_found   ? at
		    : keep > 0 ? keep - 1
			       : 0,
		    text.size);
		memmove(held.data, rest.data, rest.size);
		held.size = rest.size;
	}
	if (is_found)
		attachment_add_embedded(
		    list, part, arena_copy_text(list->arena, buffer_text(&held)));
	buffer_clear(&held);
}

static void
attachment_search_text(struct attachment_list *list, const struct mime_part *part)
{
	struct part_text_form form = part_text_form_parse(part->header, MIME_LIMITS_DEFAULT.fields);

	if (form.encoding == TRANSFER_IDENTITY) {
		if (attachment_find_begin(part->body, 0) < part->body.size)
			attachment_add_embedded(list, part, part->body);
	} else if (form.encoding != TRANSFER_UUENCODE) {
		attachment_add_decoded(list, part);
	}
}

/* Reads the structure and the headers, on first use. */
static void
attachment_list_begin(struct attachment_list *list)
{
	if (list->is_begun)
		return;
	list->is_begun = true;
	list->tree = mime_tree_parse(list->arena, list->bytes, list->limits);
	list->truncated = list->tree.truncated;
	list->limits.parts -= (uint32_t)list->tree.count;
	for (const struct mime_part *part = list->tree.root; part != NULL;
	     part = mime_tree_next(part)) {
		struct part_facts facts =
		    part_facts_parse(list->arena, part, MIME_LIMITS_DEFAULT.fields);
		if (facts.is_attachment) {
			struct attachment *attachment = attachment_add(list, part);
			if (attachment == NULL)
				return;
			attachment->facts = facts;
		} else if (part->kind == MIME_LEAF &&
			   mime_part_is(part, TEXT("text"), TEXT("plain"))) {
			attachment_search_text(list, part);
		}
	}
}

const struct mime_tree *
attachment_tree(struct attachment_list *list)
{
	attachment_list_begin(list);
	return &list->tree;
}

bool
attachment_is_truncated(struct attachment_list *list)
{
	attachment_list_begin(list);
	return list->truncated;
}

size_t
attachment_count(struct attachment_list *list)
{
	attachment_list_begin(list);
	return list->count;
}

struct attachment *
attachment_at(struct attachment_list *list, size_t number)
{
	attachment_list_begin(list);
	return number < list->count ? list->attachments[number] : NULL;
}

/* All bytes, for what only all of them tell: the size, what a document hides, damage. */
static void
attachment_scan(
    struct attachment_list *list, struct attachment *attachment, struct content_scan *scan)
{
	struct attachment_source source;
	struct text piece;

	attachment->size = 0;
	attachment_source_init(
	    &source, attachment->part, attachment->embedded, attachment_room(list));
	do {
		piece = attachment_source_take(&source);
		attachment->size += piece.size;
		if (scan != NULL)
			content_scan_take(scan, piece);
	} while (piece.size > 0);
	attachment->is_sized = true;
	attachment->is_damaged = attachment->is_damaged ||
				 attachment_source_is_malformed(&source) ||
				 (attachment->embedded != NULL && attachment->embedded->malformed);
}

/* The first SNIFF_BYTES; they hold until the next call. */
static struct text
attachment_take_head(struct attachment_list *list, const struct attachment *attachment)
{
	struct attachment_source source;
	size_t used = 0;

	if (list->head == NULL)
		list->head = arena_alloc_bytes(list->arena, SNIFF_BYTES);
	attachment_source_init(
	    &source, attachment->part, attachment->embedded, attachment_room(list));
	while (used < SNIFF_BYTES) {
		struct text piece = attachment_source_take(&source);
		if (piece.size == 0)
			break;
		piece = text_slice(piece, 0, SNIFF_BYTES - used);
		memcpy(list->head + used, piece.data, piece.size);
		used += piece.size;
	}
	return (struct text){list->head, used};
}

bool
attachment_type(struct attachment_list *list, struct attachment *attachment, struct text *type_out,
    struct error *error)
{
	struct content_scan scan;

	if (!attachment->is_typed) {
		struct text head = attachment_take_head(list, attachment);
		if (!sniff_type(list->sniffer, list->arena, head, &attachment->type, error))
			return false;
		content_scan_init(&scan, head);
		if (scan.kind == CONTENT_OLE) {
			attachment_scan(list, attachment, &scan);
			attachment->has_macro = scan.has_macro;
			attachment->is_encrypted = scan.is_encrypted;
			attachment->is_scanned = true;
			if (scan.type != NULL)
				attachment->type = text_from_string(scan.type);
		}
		attachment->is_typed = true;
	}
	*type_out = attachment->type;
	return true;
}

struct text
attachment_declared(const struct attachment *attachment)
{
	return attachment->facts.has_type ? attachment->facts.type : (struct text){0};
}

uint64_t
attachment_size(struct attachment_list *list, struct attachment *attachment)
{
	if (!attachment->is_sized)
		attachment_scan(list, attachment, NULL);
	return attachment->size;
}

/* What a document hides. */
static void
attachment_look_inside(struct attachment_list *list, struct attachment *attachment)
{
	struct content_scan scan;

	if (attachment->is_scanned)
		return;
	content_scan_init(&scan, attachment_take_head(list, attachment));
	if (scan.kind != CONTENT_OTHER)
		attachment_scan(list, attachment, &scan);
	attachment->has_macro = scan.has_macro;
	attachment->is_encrypted = attachment->is_encrypted || scan.is_encrypted;
	attachment->is_scanned = true;
}

static struct text
attachment_read_archive(void *self)
{
	return attachment_source_take(self);
}

static void
attachment_take_members(struct attachment_list *list, struct attachment *attachment,
    const struct archive_listing *listing)
{
	attachment->is_encrypted = attachment->is_encrypted || listing->is_encrypted;
	attachment->is_damaged = attachment->is_damaged || listing->is_damaged;
	attachment->truncated = listing->truncated;
	attachment->members =
	    arena_alloc_array(list->arena, listing->count, sizeof *attachment->members);
	attachment->member_count = listing->count;
	for (size_t i = 0; i < listing->count; i++) {
		const struct archive_member *from = &listing->members[i];
		struct attachment *member = &attachment->members[i];
		*member = (struct attachment){.part = attachment->part,
		    .embedded = attachment->embedded,
		    .archive = attachment,
		    .depth = attachment->depth + from->depth,
		    .is_typed = true,
		    .is_sized = true,
		    .is_scanned = true,
		    .is_listed = true,
		    .has_macro = from->has_macro,
		    .is_encrypted = from->is_encrypted,
		    .type = from->type,
		    .size = from->size};
		member->facts.name = from->name;
		member->facts.extension = attachment_extension(list->arena, from->name);
	}
}

/* Is it worth while to try? Programs that unpack themselves end in an archive. */
static bool
attachment_is_listable(struct attachment_list *list, struct attachment *attachment,
    bool *listable_out, struct error *error)
{
	struct text type;

	if (!attachment_type(list, attachment, &type, error))
		return false;
	unsigned detected = attachment_kind_of_type(type).is;
	unsigned claimed = attachment_kind_of_extension(attachment->facts.extension).is |
			   attachment_kind_of_type(attachment_declared(attachment)).is;
	*listable_out =
	    (detected & KIND_EXECUTABLE) != 0 || ((detected | claimed) & ATTACHMENT_LISTABLE) != 0;
	return true;
}

/* --- Messages that are attachments -------------------------------------------------------------- */

/* Readers open them, whatever they are encoded in and declared as. tolerance: attachment-message */
static bool
attachment_is_message(const struct attachment *attachment)
{
	static const struct text extensions[] = {TEXT("eml"), TEXT("mht"), TEXT("mhtml")};

	if (text_is_equal(attachment->type, TEXT("message/rfc822")) ||
	    (attachment->embedded == NULL &&
		encoded_message_is_part(attachment->part, MIME_LIMITS_DEFAULT.fields)))
		return true;
	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
		if (text_is_equal(attachment->facts.extension, extensions[i]))
			return true;
	return false;
}

/* All decoded bytes, or as many as there is room for. */
static struct text
attachment_take_all(struct attachment_list *list, struct attachment *attachment)
{
	struct attachment_source source;
	struct text piece, coded;
	size_t used = 0, room;

	attachment_source_init(
	    &source, attachment->part, attachment->embedded, attachment_room(list));
	coded = source.input;
	room = list->message_room < ATTACHMENT_MESSAGE_MAX ? list->message_room
							   : ATTACHMENT_MESSAGE_MAX;
	/* What is not encoded is there already; nothing else grows by decoding. */
	if (!source.is_embedded && source.transfer.encoding == TRANSFER_IDENTITY)
		return coded;
	room = coded.size + TRANSFER_OUT_MIN < room ? coded.size + TRANSFER_OUT_MIN : room;
	char *bytes = arena_alloc_bytes(list->arena, room);
	while ((piece = attachment_source_take(&source)).size > 0) {
		struct text fitting = text_slice(piece, 0, room - used);
		memcpy(bytes + used, fitting.data, fitting.size);
		used += fitting.size;
		if (fitting.size < piece.size) {
			attachment->truncated = true;
			break;
		}
	}
	list->message_room -= room;
	return (struct text){bytes, used};
}

/* An attachment of an attached message, or a member of that, as a member of the message. */
static bool
attachment_add_inner(struct attachment_list *list, struct attachment *attachment,
    const struct attachment *inner, unsigned depth, size_t *capacity)
{
	if (list->budget.members == 0) {
		attachment->truncated = true;
		return false;
	}
	list->budget.members--;
	attachment->members = vector_grow(list->arena, attachment->members,
	    attachment->member_count, capacity, sizeof *attachment->members);
	struct attachment *member = &attachment->members[attachment->member_count++];
	*member = *inner;
	member->part = attachment->part;
	member->embedded = attachment->embedded;
	member->archive = attachment;
	member->depth = attachment->depth + depth;
	member->is_encrypted = inner->is_encrypted || inner->facts.is_encrypted;
	member->is_typed = member->is_sized = member->is_scanned = member->is_listed = true;
	member->members = NULL;
	member->member_count = 0;
	attachment->truncated = attachment->truncated || inner->truncated;
	attachment->is_damaged = attachment->is_damaged || inner->is_damaged;
	return true;
}

static bool
attachment_take_message(struct attachment_list *list, struct attachment_list *inner,
    struct attachment *attachment, struct error *error)
{
	size_t capacity = 0;

	for (size_t i = 0; i < attachment_count(inner); i++) {
		struct attachment *own = attachment_at(inner, i), *members;
		size_t count;
		if (!attachment_members(inner, own, &members, &count, error))
			return false;
		list->budget = inner->budget;
		attachment_look_inside(inner, own);
		(void)attachment_size(inner, own);
		bool is_added = attachment_add_inner(list, attachment, own, 1, &capacity);
		for (size_t k = 0; is_added && k < count; k++)
			is_added = attachment_add_inner(list, attachment, &members[k],
			    1 + members[k].depth - own->depth, &capacity);
		inner->budget = list->budget;
		if (!is_added)
			return true;
	}
	return true;
}

/* Its attachments become members, as those of an archive are. */
static bool
attachment_open_message(
    struct attachment_list *list, struct attachment *attachment, struct error *error)
{
	if (list->level == ATTACHMENT_MESSAGE_LEVELS || list->limits.parts == 0 ||
	    list->limits.parts > MIME_LIMITS_DEFAULT.parts) {
		attachment->truncated = true;
		return true;
	}
	struct text bytes = attachment_take_all(list, attachment);
	struct attachment_list *inner = attachment_list_new(list->arena, list->sniffer, bytes);
	inner->budget = list->budget;
	inner->limits = list->limits;
	inner->message_room = list->message_room;
	inner->level = list->level + 1;
	inner->room = attachment_room(list);
	inner->head = list->head;
	bool is_taken = attachment_take_message(list, inner, attachment, error);
	attachment->truncated = attachment->truncated || inner->truncated;
	list->budget = inner->budget;
	list->limits.parts = inner->limits.parts;
	list->message_room = inner->message_room;
	attachment_list_close(inner);
	return is_taken;
}

bool
attachment_members(struct attachment_list *list, struct attachment *attachment,
    struct attachment **members_out, size_t *count_out, struct error *error)
{
	struct attachment_source source;
	struct archive_listing listing;
	bool is_listable;
	const struct archive_source archive = {
	    .name = attachment->facts.name, .take = attachment_read_archive, .self = &source};

	if (!attachment->is_listed) {
		if (!attachment_is_listable(list, attachment, &is_listable, error))
			return false;
		if (is_listable) {
			attachment_source_init(
			    &source, attachment->part, attachment->embedded, attachment_room(list));
			if (!archive_list(list->arena, &archive, list->sniffer, &list->budget,
				&listing, error))
				return false;
			attachment_take_members(list, attachment, &listing);
		} else if (attachment_is_message(attachment) &&
			   !attachment_open_message(list, attachment, error)) {
			return false;
		}
		attachment->is_listed = true;
	}
	*members_out = attachment->members;
	*count_out = attachment->member_count;
	return true;
}

static struct attachment_claims
attachment_claim(const struct attachment *attachment)
{
	return (struct attachment_claims){.declared = attachment_declared(attachment),
	    .name = attachment->facts.name,
	    .extension = attachment->facts.extension,
	    .other = attachment->facts.other_extension,
	    .detected = attachment->type};
}

/* Of a member: those behind it that are deeper are in it. */
static void
attachment_find_inside(
    struct attachment *attachment, struct attachment **members_out, size_t *count_out)
{
	size_t count = 0;

	*members_out = attachment->members;
	*count_out = attachment->member_count;
	if (attachment->archive == NULL)
		return;
	const struct attachment *archive = attachment->archive;
	size_t left = (size_t)(archive->members + archive->member_count - attachment) - 1;
	while (count < left && attachment[1 + count].depth > attachment->depth)
		count++;
	*members_out = attachment + 1;
	*count_out = count;
}

bool
attachment_class(struct attachment_list *list, struct attachment *attachment,
    struct attachment_class *class_out, struct error *error)
{
	struct attachment *members;
	size_t count;

	if (!attachment_members(list, attachment, &members, &count, error))
		return false;
	attachment_find_inside(attachment, &members, &count);
	attachment_look_inside(list, attachment);
	bool has_macro = attachment->has_macro;
	*class_out = (struct attachment_class){0};
	for (size_t i = 0; i < count; i++) {
		struct attachment_claims claims = attachment_claim(&members[i]);
		bool is_macro =
		    members[i].has_macro || attachment_class_is_macro_member(members[i].facts.name);
		class_out->inside |= attachment_class_of(&claims, is_macro);
		if (members[i].depth == attachment->depth + 1 && is_macro)
			has_macro = true;
	}
	struct attachment_claims claims = attachment_claim(attachment);
	class_out->own = attachment_class_of(&claims, false);
	/* Macros belong to the document that they stand in, not to the archive around it. */
	if (has_macro && ((class_out->own & CLASS_DOCUMENT) != 0 || count == 0))
		class_out->own |= CLASS_MACRO;
	class_out->inside &= CLASS_RUNS & ~(class_out->own & CLASS_MACRO);
	return true;
}

bool
attachment_is_encrypted(struct attachment_list *list, struct attachment *attachment,
    bool *encrypted_out, struct error *error)
{
	struct attachment *members;
	size_t count;

	if (!attachment_members(list, attachment, &members, &count, error))
		return false;
	attachment_find_inside(attachment, &members, &count);
	attachment_look_inside(list, attachment);
	*encrypted_out = attachment->is_encrypted || attachment->facts.is_encrypted ||
			 text_is_equal(attachment->type, TEXT("application/pgp-encrypted"));
	for (size_t i = 0; i < count && !*encrypted_out; i++)
		*encrypted_out = members[i].is_encrypted;
	return true;
}

bool
attachment_is_damaged(struct attachment_list *list, struct attachment *attachment,
    bool *damaged_out, struct error *error)
{
	struct attachment *members;
	size_t count;

	/* Sized by a scan, or a member. */
	(void)attachment_size(list, attachment);
	if (!attachment_members(list, attachment, &members, &count, error))
		return false;
	*damaged_out = attachment->is_damaged;
	return true;
}

bool
attachment_is_cut(
    struct attachment_list *list, struct attachment *attachment, bool *cut_out, struct error *error)
{
	struct attachment *members;
	size_t count;

	if (!attachment_members(list, attachment, &members, &count, error))
		return false;
	*cut_out = attachment->truncated;
	return true;
}

bool
attachment_is_mismatch(struct attachment_list *list, struct attachment *attachment,
    bool *mismatch_out, struct text *why_out, struct error *error)
{
	struct text type;

	if (!attachment_type(list, attachment, &type, error))
		return false;
	struct attachment_claims claims = attachment_claim(attachment);
	*mismatch_out = attachment_match_is_contradiction(list->arena, &claims, why_out);
	return true;
}

bool
attachment_read(struct attachment_list *list, const struct attachment *attachment,
    bool (*take)(void *self, struct text piece), void *self)
{
	struct attachment_source source;
	struct text piece;

	if (attachment->archive != NULL)
		return false;
	attachment_source_init(
	    &source, attachment->part, attachment->embedded, attachment_room(list));
	while ((piece = attachment_source_take(&source)).size > 0)
		if (!take(self, piece))
			return false;
	return true;
}
