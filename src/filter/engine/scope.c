/*
 * The walk over a message's lines; see scope.h. Header lines are made once and kept, up to a bound,
 * since every rule asks for them again; fields are chained by a hash of their names, so that
 * /^Name:/ looks only at its own.
 */
#include "filter/engine/scope.h"

#include "base/buffer.h"
#include "base/vector.h"
#include "filter/engine/prefilter.h"
#include "filter/engine/program.h"
#include "mail/content_type.h"
#include "mail/mime_tree.h"

enum { SCOPE_BUCKETS = 64 };

struct scope_field {
	struct header_field field;
	struct text line, folded; /* NULL data: not made */
	bool is_made;
	size_t next; /* number + 1 of the next field in the same bucket; 0: none */
};

struct scope {
	struct arena *arena;
	const struct message *message;
	struct scope_field *fields; /* of the message, then of its parts */
	size_t count, capacity, top_count;
	size_t first[SCOPE_BUCKETS], last[SCOPE_BUCKETS];
	bool has_top, has_parts, is_tree_made;
	const struct mime_part *root; /* NULL: not a MIME message with parts */
	bool is_text;                 /* without parts: the body is text */
	struct buffer line;           /* of a field that is not kept */
	size_t kept;                  /* bytes */
};

struct scope *
scope_new(struct arena *arena, const struct message *message)
{
	struct scope *scope = arena_alloc(arena, sizeof *scope);

	scope->arena = arena;
	scope->message = message;
	buffer_init(&scope->line, SCOPE_LINE_MAX);
	return scope;
}

void
scope_close(struct scope *scope)
{
	buffer_clear(&scope->line);
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

static void
scope_add_field(struct scope *scope, const struct header_field *field)
{
	size_t bucket = scope_bucket(field->name);

	scope->fields = vector_grow(
	    scope->arena, scope->fields, scope->count, &scope->capacity, sizeof *scope->fields);
	scope->fields[scope->count++] = (struct scope_field){.field = *field};
	if (scope->first[bucket] == 0)
		scope->first[bucket] = scope->count;
	else
		scope->fields[scope->last[bucket] - 1].next = scope->count;
	scope->last[bucket] = scope->count;
}

static void
scope_add_top(struct scope *scope)
{
	if (scope->has_top)
		return;
	scope->has_top = true;
	const struct header *header = message_header(scope->message);
	for (size_t i = 0; i < header->count; i++)
		scope_add_field(scope, &header->fields[i]);
	scope->top_count = scope->count;
}

/* Finds out what kind of body this is; a MIME message with parts gets its tree. */
static void
scope_look_at_structure(struct scope *scope)
{
	const struct header_field *version =
	    message_find_field(scope->message, TEXT("MIME-Version"));
	const struct header_field *content =
	    message_find_field(scope->message, TEXT("Content-Type"));

	if (scope->is_tree_made)
		return;
	scope->is_tree_made = true;
	scope->is_text = true;
	if (version == NULL || content == NULL)
		return;
	struct text rest = content->body, type, subtype;
	if (!content_type_take_value(&rest, &type, &subtype))
		return;
	scope->is_text = text_is_equal_nocase(type, TEXT("text"));
	if (!text_is_equal_nocase(type, TEXT("multipart")) &&
	    !text_is_equal_nocase(type, TEXT("message")))
		return;
	scope->root =
	    mime_tree_parse(scope->arena, message_bytes(scope->message), MIME_LIMITS_DEFAULT).root;
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
	}
}

static void
scope_make_line(struct scope *scope, struct scope_field *field)
{
	buffer_reset(&scope->line);
	field->line = text_slice(field->field.raw, 0, SCOPE_LINE_MAX);
	field->is_made = true;
	/* tolerance: header-line-limit */
	if (!header_append_match_line(&field->field, &scope->line))
		return;
	struct text line = buffer_text(&scope->line);
	if (scope->kept + 2 * line.size > SCOPE_CACHE_MAX) {
		field->is_made = false;
		field->line = line;
		return;
	}
	scope->kept += 2 * line.size;
	field->line = arena_copy_text(scope->arena, line);
	char *folded = arena_alloc(scope->arena, line.size);
	if (prefilter_fold(line, folded))
		field->folded = (struct text){folded, line.size};
}

static struct scope_line
scope_field_line(struct scope *scope, struct scope_field *field)
{
	if (!field->is_made)
		scope_make_line(scope, field);
	return (struct scope_line){field->line, field->folded};
}

void
scope_begin(struct scope_cursor *cursor, struct scope *scope, unsigned kinds, struct text field)
{
	*cursor = (struct scope_cursor){.scope = scope, .kinds = kinds, .field = field};
}

/* The number + 1 of the first field at or behind `from` in the chain of a bucket whose name fits;
 * 0: none. */
static size_t
scope_find_in_bucket(const struct scope *scope, size_t bucket, size_t from, struct text name)
{
	size_t number = scope->first[bucket];

	while (number != 0 && (number <= from || !text_is_equal_nocase(
						     scope->fields[number - 1].field.name, name)))
		number = scope->fields[number - 1].next;
	return number;
}

/* The number + 1 of the next field behind `from` that the walk wants; 0: none. */
static size_t
scope_find_field(const struct scope_cursor *cursor, size_t from)
{
	const struct scope *scope = cursor->scope;

	if (cursor->field.size == 0)
		return from < scope->count ? from + 1 : 0;
	size_t named =
	    scope_find_in_bucket(scope, scope_bucket(cursor->field), from, cursor->field);
	size_t nameless = scope_find_in_bucket(scope, 0, from, (struct text){NULL, 0});
	if (named == 0 || (nameless != 0 && nameless < named))
		return nameless;
	return named;
}

static bool
scope_next_field(struct scope_cursor *cursor, struct scope_line *line_out)
{
	struct scope *scope = cursor->scope;

	scope_add_top(scope);
	size_t found = scope_find_field(cursor, cursor->next);
	if (found == 0 && (cursor->kinds & PATTERN_SCOPE_HEADER) != 0 && !scope->has_parts) {
		scope_add_parts(scope);
		found = scope_find_field(cursor, cursor->next);
	}
	if (found == 0)
		return false;
	if ((cursor->kinds & PATTERN_SCOPE_HEADER) == 0 && found > scope->top_count)
		return false;
	cursor->next = found;
	*line_out = scope_field_line(scope, &scope->fields[found - 1]);
	return true;
}

/* Moves to the next text part; false when there is none. */
static bool
scope_next_part(struct scope_cursor *cursor)
{
	struct scope *scope = cursor->scope;

	if (!cursor->in_body) {
		cursor->in_body = true;
		scope_look_at_structure(scope);
		cursor->part = scope->root;
		if (scope->root == NULL) {
			if (scope->is_text)
				cursor->body = message_body(scope->message);
			return scope->is_text;
		}
	} else if (cursor->part != NULL) {
		cursor->part = mime_tree_next(cursor->part);
	}
	while (cursor->part != NULL &&
	       !(cursor->part->kind == MIME_LEAF &&
		   mime_part_is(cursor->part, TEXT("text"), (struct text){NULL, 0})))
		cursor->part = mime_tree_next(cursor->part);
	if (cursor->part == NULL)
		return false;
	cursor->body = cursor->part->body;
	return true;
}

static bool
scope_next_body_line(struct scope_cursor *cursor, struct scope_line *line_out)
{
	while (cursor->body.size == 0)
		if (!scope_next_part(cursor)) {
			cursor->kinds = 0;
			return false;
		} else if (cursor->part == NULL && cursor->body.size == 0) {
			cursor->kinds = 0;
			return false;
		}
	struct text line = text_split(&cursor->body, '\n');
	if (line.size > 0 && line.data[line.size - 1] == '\r')
		line.size--;
	*line_out = (struct scope_line){line, {NULL, 0}};
	return true;
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
	return (cursor->kinds & PATTERN_SCOPE_BODY) != 0 && scope_next_body_line(cursor, line_out);
}
