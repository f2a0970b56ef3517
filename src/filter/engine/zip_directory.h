/*
 * The central directory of a zip file (APPNOTE.TXT 4.3.12), found while the file passes by as a stream: the
 * last unbroken run of its entries that an end record follows. Programs list and open a zip file by it, and
 * it may name other files than the local headers in front of the data, which a stream reader goes by; a
 * zip file behind other bytes (a program that unpacks itself) has it too.
 */
#ifndef FILTER_ENGINE_ZIP_DIRECTORY_H
#define FILTER_ENGINE_ZIP_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"

enum { ZIP_ENTRY_FIXED = 46, ZIP_DIRECTORY_MAX = 256 * 1024 /* bytes of names that are kept */ };

struct zip_directory {
	struct buffer run;     /* the entries that are being read: fixed parts and names */
	struct buffer entries; /* of the last run that an end record followed */
	size_t at;             /* of zip_directory_next() */
	bool truncated;        /* `entries` are not all */
	bool is_run_truncated;
	size_t held_size; /* of `held`: the entry that is being read, or what may begin one */
	size_t skip;      /* bytes of extra fields and comment left */
	bool is_run;      /* an entry was read: the next one must follow */
	size_t name_left;
	unsigned char held[ZIP_ENTRY_FIXED];
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
