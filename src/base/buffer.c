/*
 * Bounded growing bytes; see buffer.h.
 */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"

enum { BUFFER_CAPACITY_MIN = 256 };

void
buffer_init(struct buffer *buffer, size_t maximum)
{
	*buffer = (struct buffer){.maximum = maximum};
}

void
buffer_init_lent(struct buffer *buffer, void *memory, size_t size, size_t maximum)
{
	*buffer = (struct buffer){
	    .data = memory,
	    .capacity = size < maximum ? size : maximum,
	    .maximum = maximum,
	    .is_lent = true,
	};
}

void
buffer_clear(struct buffer *buffer)
{
	if (!buffer->is_lent)
		free(buffer->data);
	buffer_init(buffer, buffer->maximum);
}

void
buffer_reset(struct buffer *buffer)
{
	buffer->size = 0;
	buffer->overfull = false;
}

/* Makes room for `more` bytes; false (and overfull) when the maximum does not allow them. */
static bool
buffer_reserve(struct buffer *buffer, size_t more)
{
	if (more > buffer->maximum - buffer->size) {
		buffer->overfull = true;
		return false;
	}
	if (more <= buffer->capacity - buffer->size)
		return true;
	size_t wanted =
	    buffer->capacity < BUFFER_CAPACITY_MIN ? BUFFER_CAPACITY_MIN : buffer->capacity * 2;
	if (wanted < buffer->size + more)
		wanted = buffer->size + more;
	if (wanted > buffer->maximum)
		wanted = buffer->maximum;
	char *grown = realloc(buffer->is_lent ? NULL : buffer->data, wanted);
	if (grown == NULL)
		out_of_memory();
	if (buffer->is_lent)
		memcpy(grown, buffer->data, buffer->size);
	buffer->is_lent = false;
	buffer->data = grown;
	buffer->capacity = wanted;
	return true;
}

bool
buffer_append(struct buffer *buffer, struct text bytes)
{
	if (bytes.size == 0)
		return true;
	if (!buffer_reserve(buffer, bytes.size))
		return false;
	memcpy(buffer->data + buffer->size, bytes.data, bytes.size);
	buffer->size += bytes.size;
	return true;
}

bool
buffer_append_byte(struct buffer *buffer, char byte)
{
	return buffer_append(buffer, (struct text){&byte, 1});
}

bool
buffer_append_format(struct buffer *buffer, const char *format, ...)
{
	va_list arguments;
	char small[256];

	va_start(arguments, format);
	int length = vsnprintf(small, sizeof small, format, arguments);
	va_end(arguments);
	REQUIRE(length >= 0);
	if ((size_t)length < sizeof small)
		return buffer_append(buffer, (struct text){small, (size_t)length});
	char *large = malloc((size_t)length + 1);
	if (large == NULL)
		out_of_memory();
	va_start(arguments, format);
	vsnprintf(large, (size_t)length + 1, format, arguments);
	va_end(arguments);
	bool appended = buffer_append(buffer, (struct text){large, (size_t)length});
	free(large);
	return appended;
}

bool
buffer_is_overfull(const struct buffer *buffer)
{
	return buffer->overfull;
}

struct text
buffer_text(const struct buffer *buffer)
{
	return (struct text){buffer->data, buffer->size};
}
