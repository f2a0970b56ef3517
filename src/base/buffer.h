/*
 * Growing bytes with a maximum given at birth: hostile input meets a limit by construction. An
 * append that would pass the maximum changes nothing, returns false and is remembered
 * (buffer_is_overfull), so a writer may check once at the end.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct buffer {
	char *data;
	size_t size;     /* bytes used */
	size_t capacity; /* bytes allocated */
	size_t maximum;  /* bytes that `size` may never pass */
	bool overfull;
	bool is_lent; /* `data` is the caller's memory */
};

void buffer_init(struct buffer *buffer, size_t maximum);
/* The same, beginning in memory of the caller's that outlives the buffer's use: a small result asks
 * the heap for nothing. */
void buffer_init_lent(struct buffer *buffer, void *memory, size_t size, size_t maximum);
/* Gives the memory back; the buffer stays usable with its maximum. */
void buffer_clear(struct buffer *buffer);
/* Forgets the bytes and the overfull mark, keeps the memory. */
void buffer_reset(struct buffer *buffer);

bool buffer_append(struct buffer *buffer, struct text bytes);
bool buffer_append_byte(struct buffer *buffer, char byte);
bool buffer_append_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

bool buffer_is_overfull(const struct buffer *buffer);
/* A view that holds until the next change of the buffer. */
struct text buffer_text(const struct buffer *buffer);

#endif
