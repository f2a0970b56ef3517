/*
 * The text of one part; see text_reading.h.
 */
#include "handle/text_reading.h"

#include "base/arena.h"
#include "mail/readable_text.h"

static struct text_reading
text_reading_readable(const struct mime_part *part, uint64_t maximum,
    bool (*write)(void *self, struct text piece), void *self, struct arena *arena)
{
	char piece[READABLE_TEXT_READ_MIN];
	struct readable_text *text =
	    readable_text_open(arena, part->header, part->body, true, maximum);
	struct text_reading reading = {0};
	size_t size;

	while ((size = readable_text_read(text, piece, sizeof piece)) > 0) {
		reading.size += size;
		if (!write(self, (struct text){piece, size}))
			break;
	}
	reading.facts = readable_text_facts(text);
	reading.hides = readable_text_hides(text);
	readable_text_close(text);
	return reading;
}

static struct text_reading
text_reading_source(const struct mime_part *part, uint64_t maximum,
    bool (*write)(void *self, struct text piece), void *self, struct arena *arena)
{
	char piece[READABLE_TEXT_READ_MIN];
	struct part_text_form form = part_text_form_parse(part->header, MIME_LIMITS_DEFAULT.fields);
	struct part_text *text = part_text_open(arena, &form, part->body, maximum);
	struct text_reading reading = {0};
	size_t size;

	while ((size = part_text_read(text, piece, sizeof piece)) > 0) {
		reading.size += size;
		if (!write(self, (struct text){piece, size}))
			break;
	}
	reading.facts = part_text_facts(text);
	part_text_close(text);
	return reading;
}

struct text_reading
text_reading_part(const struct mime_part *part, enum text_reading_form form, uint64_t maximum,
    bool (*write)(void *self, struct text piece), void *self)
{
	struct arena arena;

	arena_init(&arena, NULL, 0);
	struct text_reading reading =
	    form == TEXT_READING_READABLE
		? text_reading_readable(part, maximum, write, self, &arena)
		: text_reading_source(part, maximum, write, self, &arena);
	arena_clear(&arena);
	return reading;
}
