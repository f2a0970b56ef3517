/*
 * The members of an archive by name and type, read with libarchive as a stream: zip, tar, gzip, and
 * what else ARCHIVE_FORMATS names. The only file that sees libarchive's headers; it is opened at run
 * time by the first archive. Bounds: members, depth of archives in archives, bytes unpacked in all,
 * unpacked size against packed size; a bound that is reached is a fact, as are encryption and damage.
 */
#ifndef FILTER_ENGINE_ARCHIVE_H
#define FILTER_ENGINE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "filter/engine/sniff.h"

enum {
	ARCHIVE_MEMBERS_MAX = 2000,              /* of one attachment, all depths */
	ARCHIVE_DEPTH_MAX = 4,                   /* archives in archives */
	ARCHIVE_UNPACKED_MAX = 64 * 1024 * 1024, /* bytes, of one attachment */
};

struct archive_member {
	struct text name; /* as the archive has it, in UTF-8, any characters; paths whole */
	struct text type; /* detected, by its first bytes; empty: not known (encrypted, unread) */
	uint64_t size;    /* unpacked, as the archive says or as it was counted */
	unsigned depth;   /* 1: in the attachment itself */
	bool is_encrypted;
};

struct archive_listing {
	struct archive_member *members;
	size_t count;
	bool is_archive;   /* false: it is none that can be listed */
	bool is_encrypted; /* a member is, or the list of names */
	bool is_damaged;
	bool truncated; /* a bound was reached */
};

/* Gives the next bytes of the archive; an empty text at the end. */
typedef struct text archive_read(void *self);

/* False: the library cannot be used. */
bool archive_list(struct arena *arena, archive_read *read, void *self, struct sniffer *sniffer,
    struct archive_listing *listing_out, struct error *error);

#endif
