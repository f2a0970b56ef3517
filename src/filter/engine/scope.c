/*
 * The walk over a message's lines; see scope.h. Header lines are made once and kept, up to a bound,
 * since every rule asks for them again; decoding is part of making. Fields are chained by a hash of
 * their names, so that /^Name:/ looks only at its own.
 */
#include "filter/engine/scope.h"

#include <stdint.h>

#include "base/buffer.h"
#include "filter/engine/expression.h"
#include "filter/engine/prefilter.h"
#include "mail/address_line.h"
#include "mail/content_type.h"
#include "mail/encoded_word.h"
#include "mail/mime_tree.h"

enum {
	SCOPE_BUCKETS = 64,
	/* Fields in one piece of memory: an array that grows would leave its old places behind. */
	SCOPE_CHUNK = 512,
	SCOPE_CHUNKS_MAX = (MESSAGE_FIELDS_MAX + SCOPE_PART_FIELDS_MAX) / SCOPE_CHUNK + 1,
};

/* Kept small: hostile mail has tens of thousands. */
struct scope_field {
	struct text raw;
	struct scope_line *made; /* NULL: not made, or not kept */
	bool is_raw;             /* `made` is the raw line too */
	bool is_damaged;         /* known when it is made */
	uint32_t name_size;      /* `raw` begins with the name */
	bool is_cut;             /* the line is the beginning only; known when it is made */
	uint32_t next;           /* number + 1 of the next field in the same bucket; 0: none */
};

struct scope {
	struct arena *arena;
	const struct message *message;
	struct scope_field *chunks[SCOPE_CHUNKS_MAX]; /* of the message, then of its parts */
	size_t count, top_count;
	uint32_t first[SCOPE_BUCKETS], last[SCOPE_BUCKETS];
	bool has_top, has_parts, is_tree_made;
	bool top_is_cut, parts_are_cut; /* there are more fields, or parts, than are seen */
	const struct mime_part *root;   /* NULL: not a MIME message with parts */
	bool is_mime, is_text;          /* without parts: the body is text */
	struct body_text_list *texts;   /* NULL: nobody asked */
	struct buffer line;             /* of a field that is not kept, raw */
	struct buffer decoded;          /* the same, decoded */
	size_t kept;                    /* bytes */
};

struct scope *
scope_new(struct arena *arena, const struct message *message)
{
	struct scope *scope = arena_alloc(arena, sizeof *scope);

	scope->arena = arena;
	scope->message = message;
	buffer_init(&scope->line, SCOPE_LINE_MAX);
	buffer_init(&scope->decoded, SCOPE_LINE_MAX);
	return scope;
}

void
scope_close(struct scope *scope)
{
	buffer_clear(&scope->line);
	buffer_clear(&scope->decoded);
	if (scope->texts != NULL)
		body_text_list_close(scope->texts);
}

/* Fields without a name go to bucket 0, which every walk by name also visits. */
static size_t
scope_bucket(struct text name)
{
	if (name.size == 0)
		return 0;
	return 1 + (name.size * 7 + (unsigned char)text_lower(name.data[0]) * 3 +
		       (unsigned char)text_lower(name.data[name.size - 1])) %
		       (SCOPE_BUCKETS - 1);
}

/* Numbers count from 1, so that 0 is none. */
static struct scope_field *
scope_field_at(const struct scope *scope, size_t number)
{
	return &scope->chunks[(number - 1) / SCOPE_CHUNK][(number - 1) % SCOPE_CHUNK];
}

static void
scope_add_field(struct scope *scope, const struct header_field *field)
{
	size_t bucket = scope_bucket(field->name);
	struct scope_field **chunk = &scope->chunks[scope->count / SCOPE_CHUNK];

	if (*chunk == NULL)
		*chunk = arena_alloc_array(scope->arena, SCOPE_CHUNK, sizeof **chunk);
	uint32_t number = (uint32_t)++scope->count;
	struct scope_field *added = scope_field_at(scope, number);
	added->raw = field->raw;
	added->name_size = (uint32_t)field->name.size;
	if (scope->first[bucket] == 0)
		scope->first[bucket] = number;
	else
		scope_field_at(scope, scope->last[bucket])->next = number;
	scope->last[bucket] = number;
}

static void
scope_add_top(struct scope *scope)
{
	if (scope->has_top)
		return;
	scope->has_top = true;
	struct text rest = message_header_block(scope->message);
	struct header_field field;
	while (scope->count < MESSAGE_FIELDS_MAX && header_next(&rest, &field))
		scope_add_field(scope, &field);
	scope->top_count = scope->count;
	/* tolerance: header-line-limit */
	scope->top_is_cut = scope->count == MESSAGE_FIELDS_MAX && header_next(&rest, &field);
}

/* Finds out what kind of body this is; a MIME message with parts gets its tree. */
static void
scope_look_at_structure(struct scope *scope)
{
	if (scope->is_tree_made)
		return;
	scope->is_tree_made = true;
	scope->is_text = true;
	const struct header_field *content =
	    message_find_field(scope->message, TEXT("Content-Type"));
	scope->is_mime = message_find_field(scope->message, TEXT("MIME-Version")) != NULL;
	if (content == NULL || !scope->is_mime)
		return;
	struct text rest = content->body, type, subtype;
	if (!content_type_take_value(&rest, &type, &subtype))
		return;
	scope->is_text = text_is_equal_nocase(type, TEXT("text"));
	if (!text_is_equal_nocase(type, TEXT("multipart")) &&
	    !text_is_equal_nocase(type, TEXT("message")))
		return;
	struct mime_tree tree =
	    mime_tree_parse(scope->arena, message_bytes(scope->message), MIME_LIMITS_DEFAULT);
	scope->root = tree.root;
	/* tolerance: mime-limits */
	scope->parts_are_cut = tree.truncated;
}

static void
scope_add_parts(struct scope *scope)
{
	if (scope->has_parts)
		return;
	scope->has_parts = true;
	scope_look_at_structure(scope);
	if (scope->root == NULL)
		return;
	size_t limit = scope->count + SCOPE_PART_FIELDS_MAX;
	for (const struct mime_part *part = mime_tree_next(scope->root); part != NULL;
	     part = mime_tree_next(part)) {
		struct text rest = part->header;
		struct header_field field;
		while (scope->count < limit && header_next(&rest, &field))
			scope_add_field(scope, &field);
		scope->parts_are_cut |= scope->count == limit && header_next(&rest, &field);
	}
}

/*
 * Decodes a raw line into scope->decoded. False: it is the decoded line already. Of a line that has
 * no room the raw form is matched.
 */
static bool
scope_decode_line(
    struct scope *scope, const struct header_field *field, struct text raw, bool *is_damaged_out)
{
	struct encoded_word_facts facts = {0};
	struct text body = raw;
	bool has_words = encoded_word_is_present(raw) || !text_is_ascii(raw);
	bool has_addresses = field->name.size > 0 && address_line_is_structured(field->name);

	*is_damaged_out = false;
	if (!has_words && !has_addresses)
		return false;
	/* The name ends where the first colon is. */
	if (field->name.size > 0)
		body = text_slice(raw, field->name.size + 1, raw.size);
	buffer_reset(&scope->decoded);
	bool done = true;
	if (has_words) {
		done = buffer_append(&scope->decoded, text_slice(raw, 0, raw.size - body.size)) &&
		       encoded_word_decode(body, &scope->decoded, &facts);
		*is_damaged_out = facts.undecodable > 0 || facts.unknown_charset;
	}
	if (has_addresses) {
		buffer_reset(&scope->decoded);
		done = address_line_append(field->name, body, &scope->decoded);
	}
	*is_damaged_out |= !done;
	return done;
}

/* Keeps a line while there is room for that. */
static struct scope_line
scope_keep_line(struct scope *scope, struct scope_field *field, struct text text)
{
	struct scope_line line = {.text = text};
	size_t cost = 2 * text.size + sizeof *field->made;

	if (scope->kept + cost > SCOPE_CACHE_MAX)
		return line;
	scope->kept += cost;
	line.text = arena_copy_text(scope->arena, text);
	char *folded = arena_alloc(scope->arena, text.size);
	if (prefilter_fold(line.text, folded))
		line.folded = (struct text){folded, text.size};
	field->made = arena_alloc(scope->arena, sizeof *field->made);
	*field->made = line;
	return line;
}

static struct scope_line
scope_make_line(struct scope *scope, struct scope_field *field, bool wants_raw)
{
	struct text rest = field->raw;
	struct header_field parsed;

	buffer_reset(&scope->line);
	header_next(&rest, &parsed);
	/* tolerance: header-line-limit */
	field->is_cut = !header_append_match_line(&parsed, &scope->line);
	if (field->is_cut)
		return (struct scope_line){.text = text_slice(field->raw, 0, SCOPE_LINE_MAX)};
	struct text raw = buffer_text(&scope->line);
	if (wants_raw)
		return (struct scope_line){.text = raw};
	field->is_raw = !scope_decode_line(scope, &parsed, raw, &field->is_damaged);
	return scope_keep_line(scope, field, field->is_raw ? raw : buffer_text(&scope->decoded));
}

static struct scope_line
scope_field_line(struct scope_cursor *cursor, struct scope_field *field)
{
	bool wants_raw = (cursor->kinds & PATTERN_SCOPE_RAW) != 0;

	if (field->made != NULL && (!wants_raw || field->is_raw)) {
		cursor->is_damaged |= field->is_damaged && !wants_raw;
		return *field->made;
	}
	struct scope_line line = scope_make_line(cursor->scope, field, wants_raw);
	cursor->is_damaged |= field->is_cut || (field->is_damaged && !wants_raw);
	return line;
}

void
scope_begin(struct scope_cursor *cursor, struct scope *scope, unsigned kinds, struct text field)
{
	*cursor = (struct scope_cursor){.scope = scope, .kinds = kinds, .field = field};
	cursor->named.bucket = (unsigned)scope_bucket(field);
}

static struct text
scope_field_name(const struct scope *scope, size_t number)
{
	const struct scope_field *field = scope_field_at(scope, number);

	return text_slice(field->raw, 0, field->name_size);
}

/* The next field of the chain whose name fits; 0: none (yet). Looks at each field of the chain once
 * in a walk. */
static size_t
scope_chain_peek(const struct scope *scope, struct scope_chain *chain, struct text name)
{
	while (chain->candidate == 0) {
		size_t number = chain->last == 0 ? scope->first[chain->bucket]
						 : scope_field_at(scope, chain->last)->next;
		if (number == 0)
			return 0;
		chain->last = number;
		if (name.size == 0 || text_is_equal_nocase(scope_field_name(scope, number), name))
			chain->candidate = number;
	}
	return chain->candidate;
}

/* The number of the next field that the walk wants, which is then behind it; 0: none. */
static size_t
scope_take_field(struct scope_cursor *cursor, size_t end)
{
	const struct scope *scope = cursor->scope;

	if (cursor->field.size == 0)
		return cursor->next < end ? ++cursor->next : 0;
	size_t named = scope_chain_peek(scope, &cursor->named, cursor->field);
	size_t nameless = scope_chain_peek(scope, &cursor->nameless, (struct text){NULL, 0});
	bool is_nameless = named == 0 || (nameless != 0 && nameless < named);
	size_t found = is_nameless ? nameless : named;
	if (found == 0 || found > end)
		return 0;
	*(is_nameless ? &cursor->nameless.candidate : &cursor->named.candidate) = 0;
	return found;
}

static bool
scope_next_field(struct scope_cursor *cursor, struct scope_line *line_out)
{
	struct scope *scope = cursor->scope;
	bool wants_parts = (cursor->kinds & PATTERN_SCOPE_HEADER) != 0;

	scope_add_top(scope);
	size_t found = scope_take_field(cursor, wants_parts ? scope->count : scope->top_count);
	if (found == 0 && wants_parts && !scope->has_parts) {
		scope_add_parts(scope);
		found = scope_take_field(cursor, scope->count);
	}
	if (found == 0) {
		cursor->is_damaged |= scope->top_is_cut || (wants_parts && scope->parts_are_cut);
		return false;
	}
	*line_out = scope_field_line(cursor, scope_field_at(scope, found));
	return true;
}

/* Lists the text parts. */
static void
scope_find_texts(struct scope *scope)
{
	if (scope->texts != NULL)
		return;
	scope->texts = body_text_list_new(scope->arena);
	scope_look_at_structure(scope);
	if (scope->root == NULL && scope->is_text)
		body_text_list_add(scope->texts, message_header_block(scope->message),
		    message_body(scope->message), scope->is_mime);
	for (const struct mime_part *part = scope->root; part != NULL; part = mime_tree_next(part))
		if (part->kind == MIME_LEAF &&
		    mime_part_is(part, TEXT("text"), (struct text){NULL, 0}))
			body_text_list_add(scope->texts, part->header, part->body, true);
}

/* The body as it stands. */
static bool
scope_next_raw(struct scope_cursor *cursor, struct text *text_out)
{
	if (!cursor->in_raw)
		cursor->raw = message_body(cursor->scope->message);
	else if (cursor->raw.size == 0 || (cursor->kinds & PATTERN_SCOPE_WHOLE) != 0)
		return false;
	bool is_first = !cursor->in_raw;
	cursor->in_raw = true;
	if ((cursor->kinds & PATTERN_SCOPE_WHOLE) != 0) {
		*text_out = cursor->raw;
		return true;
	}
	if (is_first && cursor->raw.size == 0)
		return false;
	*text_out = text_split(&cursor->raw, '\n');
	if (text_has_suffix(*text_out, TEXT("\r")))
		text_out->size--;
	return true;
}

static bool
scope_next_text(struct scope_cursor *cursor, struct text *text_out)
{
	struct scope *scope = cursor->scope;
	bool found;

	if ((cursor->kinds & PATTERN_SCOPE_RAW) != 0)
		return scope_next_raw(cursor, text_out);
	scope_find_texts(scope);
	if ((cursor->kinds & PATTERN_SCOPE_WHOLE) != 0)
		found = body_text_next_whole(scope->texts, &cursor->body, text_out);
	else
		found =
		    body_text_next_line(scope->texts, &cursor->body, cursor->prefilter, text_out);
	cursor->is_damaged |= cursor->body.is_damaged || scope->parts_are_cut;
	return found;
}

bool
scope_next(struct scope_cursor *cursor, struct scope_line *line_out)
{
	unsigned header_kinds = PATTERN_SCOPE_HEADER | PATTERN_SCOPE_TOP_HEADER;

	if ((cursor->kinds & header_kinds) != 0) {
		if (scope_next_field(cursor, line_out))
			return true;
		cursor->kinds &= ~header_kinds;
	}
	*line_out = (struct scope_line){.is_whole = (cursor->kinds & PATTERN_SCOPE_WHOLE) != 0};
	return (cursor->kinds & PATTERN_SCOPE_BODY) != 0 &&
	       scope_next_text(cursor, &line_out->text);
}

bool
scope_next_value(struct scope_cursor *cursor, struct text *value_out)
{
	struct scope *scope = cursor->scope;

	scope_add_top(scope);
	size_t found = scope_chain_peek(scope, &cursor->named, cursor->field);
	if (found == 0 || found > scope->top_count) {
		cursor->is_damaged |= scope->top_is_cut;
		return false;
	}
	cursor->named.candidate = 0;
	struct text line = scope_field_line(cursor, scope_field_at(scope, found)).text;
	*value_out = text_trim(text_slice(line, text_find_byte(line, 0, ':') + 1, line.size));
	return true;
}
