/*
 * The central directory of a zip file (APPNOTE.TXT 4.3.12) that passes by as a stream: its end is kept, and
 * searched from behind as programs do. They list and open a zip file by it, and it may name other files
 * than the local headers in front of the data, which a stream reader goes by; a zip file behind other bytes
 * (a program that unpacks itself) has it too. Where the end record's offset and size point to different
 * places, as no honest one does but behind other bytes, both are read.
 */
#ifndef FILTER_ENGINE_ATTACHMENT_ZIP_DIRECTORY_H
#define FILTER_ENGINE_ATTACHMENT_ZIP_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"

enum { ZIP_ENTRY_FIXED = 46, ZIP_DIRECTORY_MAX = 256 * 1024 /* bytes of the end that are kept */ };

struct zip_directory {
	struct buffer tail;
	uint64_t total; /* bytes that passed */
	bool is_found;  /* an end record with a directory; from here on when the search is done */
	bool truncated; /* the directory begins in front of what was kept */
	bool is_searched;
	size_t places[2], end; /* in the tail: the next entry of each reading, and the end record */
};

struct zip_directory_entry {
	struct text name; /* as it is written; borrowed until the directory is cleared */
	uint64_t size;
	bool is_encrypted;
};

void zip_directory_init(struct zip_directory *directory);
void zip_directory_clear(struct zip_directory *directory);
void zip_directory_take(struct zip_directory *directory, struct text piece);
/* The entries, when all was taken. */
bool zip_directory_next(struct zip_directory *directory, struct zip_directory_entry *entry_out);

#endif
