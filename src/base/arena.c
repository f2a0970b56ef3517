/*
 * Block allocator behind arena.h. Blocks come from malloc and double from 16 KiB to 1 MiB; an
 * allocation that is larger than a quarter of the next block gets a block of its own.
 */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bug.h"

enum { ARENA_BLOCK_MIN = 16384, ARENA_BLOCK_MAX = 1048576 };

/* False in a build with sanitizers: there each allocation is a block of its own, so that neither a
 * byte too far nor a use of what was cleared is hidden by a neighbour. */
static const bool arena_is_packed = CULVER_ARENA_IS_PACKED;

struct arena_block {
	struct arena_block *older;
	size_t size;
	char bytes[] __attribute__((aligned(ARENA_ALIGNMENT)));
};

void
arena_init(struct arena *arena, void *first, size_t size)
{
	bool is_lent = arena_is_packed && first != NULL;

	arena->next = is_lent ? first : NULL;
	arena->end = is_lent ? (char *)first + size : NULL;
	arena->blocks = NULL;
}

void
arena_clear(struct arena *arena)
{
	while (arena->blocks != NULL) {
		struct arena_block *block = arena->blocks;
		arena->blocks = block->older;
		free(block);
	}
	arena_init(arena, NULL, 0);
}

static struct arena_block *
arena_add_block(struct arena *arena, size_t size)
{
	struct arena_block *block = malloc(sizeof *block + size);

	if (block == NULL)
		out_of_memory();
	block->older = arena->blocks;
	block->size = size;
	arena->blocks = block;
	return block;
}

char *
arena_alloc_slow(struct arena *arena, size_t size)
{
	size_t wanted = ARENA_BLOCK_MIN;

	if (size > SIZE_MAX / 2)
		out_of_memory();
	if (arena->blocks != NULL && arena->blocks->size < ARENA_BLOCK_MAX)
		wanted = arena->blocks->size * 2;
	else if (arena->blocks != NULL)
		wanted = ARENA_BLOCK_MAX;
	if (size > wanted / 4 || !arena_is_packed)
		return arena_add_block(arena, size)->bytes;
	struct arena_block *block = arena_add_block(arena, wanted);
	arena->next = block->bytes + size;
	arena->end = block->bytes + wanted;
	return block->bytes;
}

void *
arena_alloc_array(struct arena *arena, size_t count, size_t item_size)
{
	if (item_size != 0 && count > SIZE_MAX / item_size)
		out_of_memory();
	return arena_alloc(arena, count * item_size);
}

struct text
arena_copy_text(struct arena *arena, struct text source)
{
	return (struct text){arena_copy_string(arena, source), source.size};
}

struct text
arena_copy_lower(struct arena *arena, struct text source)
{
	char *copy = arena_alloc_bytes(arena, source.size);

	for (size_t i = 0; i < source.size; i++)
		copy[i] = text_lower(source.data[i]);
	return (struct text){copy, source.size};
}

char *
arena_copy_string(struct arena *arena, struct text source)
{
	char *copy = arena_alloc_bytes(arena, source.size + 1);

	if (source.size > 0)
		memcpy(copy, source.data, source.size);
	copy[source.size] = '\0';
	return copy;
}

struct text
arena_format(struct arena *arena, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	struct text result = arena_format_list(arena, format, arguments);
	va_end(arguments);
	return result;
}

struct text
arena_format_list(struct arena *arena, const char *format, va_list arguments)
{
	va_list again;
	char small[256];

	va_copy(again, arguments);
	int length = vsnprintf(small, sizeof small, format, again);
	va_end(again);
	REQUIRE(length >= 0);
	if ((size_t)length < sizeof small)
		return arena_copy_text(arena, (struct text){small, (size_t)length});
	char *large = arena_alloc_bytes(arena, (size_t)length + 1);
	vsnprintf(large, (size_t)length + 1, format, arguments);
	return (struct text){large, (size_t)length};
}
