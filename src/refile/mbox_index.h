/*
 * The messages of an mbox, as byte ranges. A separator is a line that begins with "From " and holds
 * a date as asctime(3) writes it, also where no empty line stands before it, as mail readers have it.
 * What stands in front of the first belongs to no message.
 */
#ifndef REFILE_MBOX_INDEX_H
#define REFILE_MBOX_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

struct mbox_item {
	size_t start;          /* of its From_ line */
	size_t from_line_size; /* with the line end */
	size_t size;           /* up to the next message */
};

/* Finds the first message at or behind *position and moves *position behind it. */
bool mbox_index_next(struct text mbox, size_t *position, struct mbox_item *item_out);

/* The message itself: From_ line, the empty line behind it and one ">" of each "^>+From " removed
 * (mboxrd). The bytes of the mbox where nothing had to be removed inside. */
struct text mbox_index_message(struct arena *arena, struct text mbox, const struct mbox_item *item);

/* A file, mapped read-only. */
struct mbox_map {
	struct text bytes;
};

/* error->number ENOENT: there is none. */
bool mbox_map_open(const char *path, struct mbox_map *map_out, struct error *error);
/* The same of an open file. */
bool mbox_map_descriptor(
    int descriptor, const char *path, struct mbox_map *map_out, struct error *error);
void mbox_map_close(struct mbox_map *map);

#endif
