/*
 * The texts of a body; see body_text.h. A text is looked at when a walk first comes to it: it is
 * then read in place, kept, or known to be a stream.
 */
#include "filter/engine/body_text.h"

#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "mail/part_text.h"
#include "mail/readable_text.h"

enum {
	BODY_TEXT_CHUNK = 8192,
	BODY_TEXT_WINDOW = 32768,       /* of a stream, where lines are short */
	BODY_TEXT_SHRINK_MAX = 3,       /* a body may be so many times its text: quoted-printable */
	BODY_TEXT_HEADER_FIELDS = 1000, /* where a part says how it is written */
};

enum body_text_state {
	BODY_TEXT_NEW,
	BODY_TEXT_PLAIN,  /* the body is the text */
	BODY_TEXT_KEPT,   /* it was decoded and lies in list->kept */
	BODY_TEXT_STREAM, /* it is decoded for each walk */
};

/* Kept small: hostile mail has ten thousand. */
struct body_text {
	struct body_text *next;
	struct text header, body;
	size_t kept_at, kept_size;
	enum body_text_state state;
	bool is_mime;
	bool
	    is_readable; /* what the reader sees; the same part as it is written is the next text */
	bool has_readable;         /* the text in front of it is that */
	bool is_compared, is_same; /* with that; the same is given once */
	bool is_damaged;
};

/* One of the two is open. */
struct body_text_reader {
	struct arena arena;
	struct part_text *part;
	struct readable_text *readable;
};

struct body_text_stream {
	struct body_text *of; /* NULL: closed */
	struct body_text_reader reader;
	struct buffer window; /* decoded, not yet given from `from` on */
	size_t from;
	bool is_read; /* to the end */
};

struct body_text_list {
	struct arena *arena;
	struct body_text *first, **end;
	struct buffer kept;
	struct body_text_stream stream;
	struct buffer whole;
	struct body_text *whole_of; /* NULL: none lies there */
};

struct body_text_list *
body_text_list_new(struct arena *arena)
{
	struct body_text_list *list = arena_alloc(arena, sizeof *list);

	list->arena = arena;
	list->end = &list->first;
	buffer_init(&list->kept, BODY_TEXT_KEPT_MAX);
	buffer_init(&list->stream.window, BODY_TEXT_LINE_MAX + BODY_TEXT_CHUNK);
	buffer_init(&list->whole, BODY_TEXT_WHOLE_MAX);
	return list;
}

static struct body_text *
body_text_list_append(
    struct body_text_list *list, struct text header, struct text body, bool is_mime)
{
	struct body_text *text = arena_alloc(list->arena, sizeof *text);

	text->header = header;
	text->body = body;
	text->is_mime = is_mime;
	*list->end = text;
	list->end = &text->next;
	return text;
}

void
body_text_list_add(struct body_text_list *list, struct text header, struct text body, bool is_mime)
{
	bool has_readable =
	    is_mime && readable_kind_parse(header, BODY_TEXT_HEADER_FIELDS) != READABLE_PLAIN;

	if (has_readable)
		body_text_list_append(list, header, body, is_mime)->is_readable = true;
	body_text_list_append(list, header, body, is_mime)->has_readable = has_readable;
}

static void
body_text_open(struct body_text_reader *reader, const struct body_text *text, uint64_t maximum)
{
	*reader = (struct body_text_reader){.part = NULL};
	arena_init(&reader->arena, NULL, 0);
	if (text->is_readable) {
		reader->readable = readable_text_open(
		    &reader->arena, text->header, text->body, text->is_mime, maximum);
		return;
	}
	struct part_text_form form = part_text_form_parse(text->header, BODY_TEXT_HEADER_FIELDS);
	if (!text->is_mime)
		form.charset = (struct charset){.kind = CHARSET_GUESS};
	reader->part = part_text_open(&reader->arena, &form, text->body, maximum);
}

/* The next piece; 0 at the end. */
static size_t
body_text_next_piece(struct body_text_reader *reader, char chunk[BODY_TEXT_CHUNK])
{
	if (reader->readable != NULL)
		return readable_text_read(reader->readable, chunk, BODY_TEXT_CHUNK);
	return part_text_read(reader->part, chunk, BODY_TEXT_CHUNK);
}

/* Returns whether something could not be decoded, which the text as it is written tells of. */
static bool
body_text_close(struct body_text_reader *reader)
{
	struct part_text_facts facts = {0};

	if (reader->readable != NULL) {
		readable_text_close(reader->readable);
	} else {
		facts = part_text_facts(reader->part);
		part_text_close(reader->part);
	}
	arena_clear(&reader->arena);
	return facts.undecodable > 0 || facts.unknown_charset || facts.unknown_encoding ||
	       facts.truncated;
}

static void
body_text_close_stream(struct body_text_list *list)
{
	struct body_text_stream *stream = &list->stream;

	if (stream->of == NULL)
		return;
	bool is_damaged = body_text_close(&stream->reader);
	if (stream->is_read)
		stream->of->is_damaged = is_damaged;
	buffer_clear(&stream->window);
	stream->of = NULL;
}

void
body_text_list_close(struct body_text_list *list)
{
	body_text_close_stream(list);
	buffer_clear(&list->kept);
	buffer_clear(&list->whole);
}

/* Reads to the end; false when `out` is full before. */
static bool
body_text_read(struct body_text_reader *reader, struct buffer *out)
{
	char chunk[BODY_TEXT_CHUNK];
	size_t size;

	while ((size = body_text_next_piece(reader, chunk)) > 0)
		if (!buffer_append(out, (struct text){chunk, size}))
			return false;
	return true;
}

/* A text in memory. */
static struct text
body_text_bytes(const struct body_text_list *list, const struct body_text *text)
{
	if (text->state == BODY_TEXT_KEPT)
		return text_slice(
		    buffer_text(&list->kept), text->kept_at, text->kept_at + text->kept_size);
	return text->body;
}

/* Finds out how the text is to be read. */
static void
body_text_look_at(struct body_text_list *list, struct body_text *text)
{
	size_t room = BODY_TEXT_KEPT_MAX - list->kept.size;
	struct body_text_reader reader;

	if (text->state != BODY_TEXT_NEW)
		return;
	body_text_open(&reader, text, UINT64_MAX);
	text->state = BODY_TEXT_STREAM;
	text->kept_at = list->kept.size;
	if (reader.part != NULL && part_text_is_plain(reader.part)) {
		text->state = BODY_TEXT_PLAIN;
	} else if (text->body.size / BODY_TEXT_SHRINK_MAX <= room) {
		if (body_text_read(&reader, &list->kept))
			text->state = BODY_TEXT_KEPT;
		else
			list->kept.size = text->kept_at;
		list->kept.overfull = false;
	}
	text->kept_size = list->kept.size - text->kept_at;
	bool is_damaged = body_text_close(&reader);
	text->is_damaged = text->state != BODY_TEXT_STREAM && is_damaged;
}

/* Is the part written as it reads? Known of what lies in memory. */
static void
body_text_compare(
    struct body_text_list *list, const struct body_text *readable, struct body_text *source)
{
	if (source->is_compared || readable->state == BODY_TEXT_NEW)
		return;
	source->is_compared = true;
	if (readable->state == BODY_TEXT_KEPT && source->state != BODY_TEXT_STREAM)
		source->is_same =
		    text_is_equal(body_text_bytes(list, readable), body_text_bytes(list, source));
}

/* Moves to the next text that the walk wants; false at the end. */
static bool
body_text_enter(struct body_text_list *list, struct body_text_cursor *cursor)
{
	const struct body_text *before;

	do {
		before = cursor->is_begun ? cursor->text : NULL;
		if (!cursor->is_begun) {
			body_text_close_stream(list);
			cursor->text = list->first;
		} else if (cursor->text != NULL) {
			cursor->is_damaged |= cursor->text->is_damaged;
			cursor->text = cursor->text->next;
		}
		cursor->is_begun = true;
		cursor->at = 0;
		if (cursor->text == NULL)
			break;
		if (!cursor->text->is_readable || !cursor->wants_source)
			body_text_look_at(list, cursor->text);
		if (cursor->text->has_readable && before != NULL)
			body_text_compare(list, before, cursor->text);
	} while (cursor->wants_source ? cursor->text->is_readable : cursor->text->is_same);
	cursor->is_inside = cursor->text != NULL;
	return cursor->is_inside;
}

/*
 * Takes the next line that can match off the block. False when there is none: then what is left of
 * the block, unless it is the last, is the beginning of a line.
 */
static bool
body_text_take_line(
    struct text *block, bool is_last, const struct prefilter *prefilter, struct text *line_out)
{
	size_t found = prefilter == NULL ? 0 : prefilter_find(prefilter, *block, 0), start = found;

	if (block->size == 0)
		return false;
	if (found == block->size && is_last) {
		*block = text_slice(*block, found, found);
		return false;
	}
	while (start > 0 && block->data[start - 1] != '\n')
		start--;
	*block = text_slice(*block, start, block->size);
	size_t end = text_find_byte(*block, 0, '\n');
	if (found == start + block->size || (end == block->size && !is_last))
		return false;
	*line_out = text_slice(*block, 0, end);
	*block = text_slice(*block, end + 1, block->size);
	if (line_out->size > 0 && line_out->data[line_out->size - 1] == '\r')
		line_out->size--;
	return true;
}

/* More of the stream: what was given makes room. */
static void
body_text_fill(struct body_text_stream *stream)
{
	struct buffer *window = &stream->window;
	char chunk[BODY_TEXT_CHUNK];
	size_t left = window->size - stream->from;

	if (left > 0)
		memmove(window->data, window->data + stream->from, left);
	window->size = left;
	stream->from = 0;
	do {
		size_t size = body_text_next_piece(&stream->reader, chunk);
		buffer_append(window, (struct text){chunk, size});
		stream->is_read = size == 0;
	} while (!stream->is_read && window->size < BODY_TEXT_WINDOW);
}

static bool
body_text_next_streamed(struct body_text_list *list, struct body_text_cursor *cursor,
    const struct prefilter *prefilter, struct text *line_out)
{
	struct body_text_stream *stream = &list->stream;

	if (stream->of != cursor->text) {
		body_text_close_stream(list);
		stream->of = cursor->text;
		body_text_open(&stream->reader, stream->of, UINT64_MAX);
		stream->from = 0;
		stream->is_read = false;
	}
	for (;;) {
		struct text block = buffer_text(&stream->window);
		block = text_slice(block, stream->from, block.size);
		/* tolerance: body-line-limit */
		bool is_last = stream->is_read || (block.size >= BODY_TEXT_LINE_MAX &&
						      text_find_byte(block, 0, '\n') == block.size);
		bool found = body_text_take_line(&block, is_last, prefilter, line_out);
		stream->from = stream->window.size - block.size;
		if (found)
			return true;
		if (stream->is_read)
			break;
		body_text_fill(stream);
	}
	body_text_close_stream(list);
	return false;
}

bool
body_text_next_line(struct body_text_list *list, struct body_text_cursor *cursor,
    const struct prefilter *prefilter, struct text *line_out)
{
	while (cursor->is_inside || body_text_enter(list, cursor)) {
		if (cursor->text->state == BODY_TEXT_STREAM) {
			if (body_text_next_streamed(list, cursor, prefilter, line_out))
				return true;
		} else {
			struct text block = body_text_bytes(list, cursor->text);
			size_t size = block.size;
			block = text_slice(block, cursor->at, size);
			bool found = body_text_take_line(&block, true, prefilter, line_out);
			cursor->at = size - block.size;
			if (found)
				return true;
		}
		cursor->is_inside = false;
	}
	return false;
}

/* Makes CR LF to LF. */
static void
body_text_join_lines(struct buffer *bytes)
{
	struct text rest = buffer_text(bytes);
	char *out = bytes->data;

	while (rest.size > 0) {
		size_t size = text_find_byte(rest, 0, '\r'), next = size + 1;
		bool is_line_end = next < rest.size && rest.data[next] == '\n';
		if (size < rest.size && !is_line_end)
			size++;
		memmove(out, rest.data, size);
		out += size;
		rest = text_slice(rest, is_line_end ? next : size, rest.size);
	}
	if (bytes->size > 0)
		bytes->size = (size_t)(out - bytes->data);
}

/* Fills list->whole. */
static void
body_text_copy_whole(struct body_text_list *list, struct body_text *text)
{
	struct body_text_reader reader;

	if (list->whole_of == text)
		return;
	list->whole_of = text;
	buffer_reset(&list->whole);
	if (text->state == BODY_TEXT_STREAM) {
		body_text_open(&reader, text, BODY_TEXT_WHOLE_MAX);
		body_text_read(&reader, &list->whole);
		text->is_damaged = body_text_close(&reader);
	} else {
		buffer_append(
		    &list->whole, text_slice(body_text_bytes(list, text), 0, BODY_TEXT_WHOLE_MAX));
	}
	body_text_join_lines(&list->whole);
}

bool
body_text_next_whole(
    struct body_text_list *list, struct body_text_cursor *cursor, struct text *text_out)
{
	if (!body_text_enter(list, cursor))
		return false;
	struct text bytes = body_text_bytes(list, cursor->text);
	bool is_stream = cursor->text->state == BODY_TEXT_STREAM;
	/* tolerance: whole-part-limit */
	cursor->is_damaged |= !is_stream && bytes.size > BODY_TEXT_WHOLE_MAX;
	bytes = text_slice(bytes, 0, BODY_TEXT_WHOLE_MAX);
	if (is_stream || text_find(bytes, 0, TEXT("\r\n")) < bytes.size) {
		body_text_copy_whole(list, cursor->text);
		bytes = buffer_text(&list->whole);
	}
	*text_out = bytes;
	return true;
}
