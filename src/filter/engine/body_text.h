/*
 * The texts of a message's body: its text parts, or the one text of a message without parts, as
 * patterns see them: transfer-decoded, in UTF-8 (mail/part_text.h), a line at a time or whole. What
 * needs no decoding is read in place. What does is decoded once and kept while all that is kept fits
 * BODY_TEXT_KEPT_MAX bytes; a larger text is decoded anew, in a stream, for each walk over it.
 *
 * A part that its reader sees in another form than it is written in, HTML or format=flowed
 * (mail/readable_text.h), is two texts: first as it reads, then as it is written. Where both are the
 * same it is one.
 *
 * A line of a stream that is longer than BODY_TEXT_LINE_MAX comes in pieces, each a line; of a whole
 * text the first BODY_TEXT_WHOLE_MAX bytes are seen (doc/tolerance.md: body-line-limit,
 * whole-part-limit).
 */
#ifndef FILTER_ENGINE_BODY_TEXT_H
#define FILTER_ENGINE_BODY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"
#include "filter/engine/prefilter.h"

enum {
	BODY_TEXT_KEPT_MAX = 768 * 1024,
	BODY_TEXT_LINE_MAX = 256 * 1024,
	BODY_TEXT_WHOLE_MAX = 16 * 1024 * 1024,
};

struct body_text;
struct body_text_list;

struct body_text_list *body_text_list_new(struct arena *arena);
void body_text_list_close(struct body_text_list *list);
/*
 * Adds a text part. Its header says how it is written; of a message that is not MIME (`is_mime`
 * false) only the transfer encoding counts, no charset.
 */
void body_text_list_add(
    struct body_text_list *list, struct text header, struct text body, bool is_mime);

/* A walk; all zero at its beginning. Of one list only the walk that was begun last may go on. */
struct body_text_cursor {
	struct body_text *text; /* the next one, when is_begun */
	size_t at;              /* of the text: behind what was given */
	bool is_begun, is_inside;
	bool wants_source; /* set by the caller at the beginning: texts as they are written only */
	bool is_damaged;   /* bytes of a text that the walk is through with could not be decoded */
};

/*
 * The next line, without its line end, which holds until the next call; false at the end. With a
 * prefilter (or NULL), lines that it says cannot match are left out.
 */
bool body_text_next_line(struct body_text_list *list, struct body_text_cursor *cursor,
    const struct prefilter *prefilter, struct text *line_out);
/* The next whole text, its lines joined by LF. */
bool body_text_next_whole(
    struct body_text_list *list, struct body_text_cursor *cursor, struct text *text_out);

#endif
