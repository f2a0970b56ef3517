/*
 * Editing a header block; see header_edit.h. The edits are first reduced to what they come to for
 * each name they mention, so that one walk over the fields makes them all.
 */
#include "mail/header_edit.h"

#include "base/arena.h"
#include "mail/encoded_word.h"
#include "mail/header.h"

enum { HEADER_EDIT_BLANKS_MAX = 60 /* in a row: more count as one */ };

/* What becomes of the fields that the header has. */
enum header_edit_fate { HEADER_EDIT_KEPT, HEADER_EDIT_REPLACED, HEADER_EDIT_DELETED };

struct edited_name {
	struct text name;
	enum header_edit_fate fate;
	struct text written_name, value; /* HEADER_EDIT_REPLACED */
	bool is_present;                 /* the header has such a field */
	bool is_written;                 /* the replacement is */
};

/* A field that may come in front; a later one stands before an earlier one. */
struct edited_front {
	const struct edited_name *name;
	struct text written_name, value;
	bool is_dead;
	bool is_fallback; /* only when the header has no field of that name */
};

struct header_edits {
	struct edited_name *names;
	size_t name_count;
	struct edited_front *fronts;
	size_t front_count;
};

bool
header_edit_is_name(struct text name)
{
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] <= ' ' || name.data[i] >= 127 || name.data[i] == ':')
			return false;
	return name.size > 0 && name.size <= HEADER_EDIT_NAME_MAX;
}

bool
header_edit_check_name(struct text name, struct error *error)
{
	return header_edit_is_name(name) ||
	       error_set(error, ERROR_INPUT,
		   "this is no name of a header field: 1 to %d printable characters without blanks "
		   "and colons",
		   (int)HEADER_EDIT_NAME_MAX);
}

struct text
header_edit_line_end(struct text message_bytes)
{
	size_t end = text_find_byte(message_bytes, 0, '\n');

	if (end < message_bytes.size && end > 0 && message_bytes.data[end - 1] == '\r')
		return TEXT("\r\n");
	return TEXT("\n");
}

static bool
header_edit_is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* The value on one line, without control bytes. */
static struct text
header_edit_clean(struct arena *arena, struct text value)
{
	char *clean = arena_alloc_bytes(arena, value.size + 1);
	size_t size = 0;

	for (size_t i = 0; i < value.size; i++) {
		unsigned char byte = (unsigned char)value.data[i];
		if (byte == '\r' && i + 1 < value.size && value.data[i + 1] == '\n')
			continue;
		clean[size++] = (byte < ' ' && byte != '\t') || byte == 127 ? ' ' : (char)byte;
	}
	return text_trim((struct text){clean, size});
}

/* The run of blanks, or of other bytes, at the front. */
static struct text
header_edit_take_run(struct text *rest, bool is_blank)
{
	size_t size = 0;

	while (size < rest->size && header_edit_is_blank(rest->data[size]) == is_blank)
		size++;
	struct text run = text_slice(*rest, 0, size);
	*rest = text_slice(*rest, size, rest->size);
	return run;
}

/* The word and, when it is not ASCII, the words behind it that are not: blanks between encoded
 * words are no blanks, so they are encoded with them. */
static struct text
header_edit_take_words(struct text *rest)
{
	struct text whole = *rest, word = header_edit_take_run(rest, false);
	size_t end = word.size;

	while (!text_is_ascii(word) && rest->size > 0) {
		struct text ahead = *rest;
		header_edit_take_run(&ahead, true);
		word = header_edit_take_run(&ahead, false);
		if (text_is_ascii(word))
			break;
		*rest = ahead;
		end = whole.size - ahead.size;
	}
	return text_slice(whole, 0, end);
}

/* Where a value's lines are put together. */
struct header_edit_fold {
	struct buffer *out;
	struct text line_end;
	size_t column;
	bool has_word; /* without one a line is not ended: it would hold nothing but the name */
};

/* Appends blanks and a word, on the next line when this one has no room. */
static void
header_edit_append_word(struct header_edit_fold *fold, struct text blanks, struct text word)
{
	if (blanks.size > HEADER_EDIT_BLANKS_MAX)
		blanks.size = 1;
	if (fold->has_word && fold->column + blanks.size + word.size > HEADER_EDIT_LINE_WANTED) {
		buffer_append(fold->out, fold->line_end);
		fold->column = 0;
	}
	buffer_append(fold->out, blanks);
	buffer_append(fold->out, word);
	fold->column += blanks.size + word.size;
	fold->has_word = true;
}

/* Appends what was encoded: words with line ends and blanks between them. */
static void
header_edit_append_encoded(struct header_edit_fold *fold, struct text blanks, struct text encoded)
{
	while (encoded.size > 0) {
		header_edit_append_word(fold, blanks, text_trim(text_split(&encoded, '\n')));
		blanks = TEXT(" ");
	}
}

void
header_edit_append_field(
    struct text name, struct text value, struct text line_end, struct buffer *out)
{
	struct header_edit_fold fold = {out, line_end, name.size + 1, false};
	struct text blanks = TEXT(" ");
	struct buffer encoded;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	buffer_init(&encoded, out->maximum);
	struct text rest = header_edit_clean(&arena, value);
	buffer_append(out, name);
	buffer_append_byte(out, ':');
	while (rest.size > 0) {
		struct text words = header_edit_take_words(&rest);
		if (text_is_ascii(words)) {
			header_edit_append_word(&fold, blanks, words);
		} else {
			buffer_reset(&encoded);
			encoded_word_append(&encoded, words, 0);
			header_edit_append_encoded(&fold, blanks, buffer_text(&encoded));
		}
		blanks = header_edit_take_run(&rest, true);
	}
	buffer_append(out, line_end);
	out->overfull |= buffer_is_overfull(&encoded);
	buffer_clear(&encoded);
	arena_clear(&arena);
}

static struct edited_name *
header_edit_find(const struct header_edits *edits, struct text name)
{
	for (size_t i = 0; name.size > 0 && i < edits->name_count; i++)
		if (text_is_equal_nocase(edits->names[i].name, name))
			return &edits->names[i];
	return NULL;
}

/* The new field of that name that stands first, or NULL; the others are dropped when there is one
 * that will be kept. */
static struct edited_front *
header_edit_keep_front(struct header_edits *edits, const struct edited_name *name, bool keeps)
{
	struct edited_front *first = NULL;

	for (size_t i = edits->front_count; i-- > 0;) {
		struct edited_front *front = &edits->fronts[i];
		if (front->name != name || front->is_dead)
			continue;
		if (first == NULL && keeps)
			first = front;
		else
			front->is_dead = true;
	}
	return first;
}

static struct edited_front *
header_edit_push(struct header_edits *edits, const struct edited_name *name)
{
	struct edited_front *front = &edits->fronts[edits->front_count++];

	front->name = name;
	return front;
}

static void
header_edit_set(
    struct header_edits *edits, struct edited_name *name, const struct header_edit *edit)
{
	struct edited_front *first = header_edit_keep_front(edits, name, true);

	/* What is there only as a fallback stands for the replacement, which is kept with it. */
	if (first != NULL && !first->is_fallback)
		name->fate = HEADER_EDIT_DELETED;
	else if (name->fate == HEADER_EDIT_KEPT)
		name->fate = HEADER_EDIT_REPLACED;
	if (first == NULL) {
		first = header_edit_push(edits, name);
		first->is_fallback = name->fate == HEADER_EDIT_REPLACED;
	}
	first->written_name = name->written_name = edit->name;
	first->value = name->value = edit->value;
}

/* One edit after those before it. */
static void
header_edit_reduce(struct header_edits *edits, const struct header_edit *edit)
{
	struct edited_name *name = header_edit_find(edits, edit->name);
	struct edited_front *front;

	if (name == NULL) {
		name = &edits->names[edits->name_count++];
		name->name = edit->name;
	}
	switch (edit->kind) {
	case HEADER_EDIT_ADD:
		front = header_edit_push(edits, name);
		front->written_name = edit->name;
		front->value = edit->value;
		break;
	case HEADER_EDIT_SET:
		header_edit_set(edits, name, edit);
		break;
	case HEADER_EDIT_DELETE:
		header_edit_keep_front(edits, name, false);
		name->fate = HEADER_EDIT_DELETED;
		break;
	}
}

/* Which of the names has the header? */
static void
header_edit_look(const struct header_edits *edits, struct text rest)
{
	struct header_field field;

	while (header_next(&rest, &field)) {
		struct edited_name *name = header_edit_find(edits, field.name);
		if (name != NULL)
			name->is_present = true;
	}
}

static void
header_edit_append_fronts(
    const struct header_edits *edits, struct text line_end, struct buffer *out)
{
	for (size_t i = edits->front_count; i-- > 0;) {
		const struct edited_front *front = &edits->fronts[i];
		if (!front->is_dead && !(front->is_fallback && front->name->is_present))
			header_edit_append_field(front->written_name, front->value, line_end, out);
	}
}

static void
header_edit_append_old(const struct header_edits *edits, const struct header_field *field,
    struct text line_end, struct buffer *out)
{
	struct edited_name *name = header_edit_find(edits, field->name);

	if (name == NULL || name->fate == HEADER_EDIT_KEPT) {
		buffer_append(out, field->raw);
	} else if (name->fate == HEADER_EDIT_REPLACED && !name->is_written) {
		header_edit_append_field(name->written_name, name->value, line_end, out);
		name->is_written = true;
	}
}

bool
header_edit_apply(struct text block, struct text line_end, const struct header_edit *list,
    size_t count, struct buffer *out)
{
	struct header_edits edits = {0};
	struct header_field field;
	struct text rest = block;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	edits.names = arena_alloc_array(&arena, count, sizeof *edits.names);
	edits.fronts = arena_alloc_array(&arena, count, sizeof *edits.fronts);
	for (size_t i = 0; i < count; i++)
		header_edit_reduce(&edits, &list[i]);
	header_edit_look(&edits, block);
	if (rest.size > 0 && header_edit_is_blank(rest.data[0]) && header_next(&rest, &field)) {
		buffer_append(out, field.raw);
		if (!text_has_suffix(field.raw, TEXT("\n")))
			buffer_append(out, line_end);
	}
	header_edit_append_fronts(&edits, line_end, out);
	while (header_next(&rest, &field) && !buffer_is_overfull(out))
		header_edit_append_old(&edits, &field, line_end, out);
	arena_clear(&arena);
	return !buffer_is_overfull(out);
}
