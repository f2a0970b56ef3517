/*
 * The members of an archive by name and type, read with libarchive as a stream: zip, tar and cpio, each
 * also compressed with gzip or bzip2, and single files compressed so. The only file that sees
 * libarchive's headers; it is opened at run time by the first archive. The directory at the end of a zip
 * file is read too (zip_directory.h): programs go by it, and it may name what the stream does not.
 *
 * Bounds: members, depth of archives in archives, bytes unpacked, bytes unpacked against bytes packed;
 * a bound that is reached is a fact, as are encryption and damage. Names are only names: nothing is
 * ever written. Memory is constant: at most 0.7 MiB for each depth (doc/decisions/true-types.md).
 */
#ifndef FILTER_ENGINE_ATTACHMENT_ARCHIVE_H
#define FILTER_ENGINE_ATTACHMENT_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "filter/engine/attachment/sniff.h"

enum {
	ARCHIVE_MEMBERS_MAX = 2000,              /* of one attachment, all depths */
	ARCHIVE_DEPTH_MAX = 4,                   /* archives in archives */
	ARCHIVE_UNPACKED_MAX = 64 * 1024 * 1024, /* bytes, of one attachment, all depths */
	ARCHIVE_RATIO_MAX = 250,                 /* bytes unpacked of one packed, all depths: */
	ARCHIVE_RATIO_FREE = 4 * 1024 * 1024,    /* counted when more than this was unpacked */
	ARCHIVE_NAME_MAX = 4096,                 /* bytes; what is longer is cut */
};

struct archive_member {
	struct text name;  /* as the archive has it, in UTF-8, any characters; paths whole */
	struct text type;  /* detected, by its first bytes; empty: not known (encrypted, unread) */
	uint64_t size;     /* unpacked, as the archive says or as it was counted; 0: not known */
	unsigned depth;    /* 1: in the attachment itself */
	bool is_encrypted; /* by the archive, or an encrypted document */
	bool has_macro;    /* content_scan.h */
};

struct archive_listing {
	struct archive_member *members; /* in order, each before the members that are in it */
	size_t count;
	bool is_archive;   /* false: it is none that can be listed */
	bool is_encrypted; /* a member is, or the list of names */
	bool is_damaged;   /* one of the archives is; or a zip's directory names other files */
	bool truncated;    /* a bound was reached */
};

/* What all archives of one message may cost together; what was used is taken off. */
struct archive_budget {
	uint64_t unpacked; /* bytes */
	uint64_t members;
};

/*
 * Where the bytes come from: `take` gives the next ones, which hold until it is called again; an empty text
 * at the end. From its name a compressed file without a name of its own ("report.txt.gz") has its.
 */
struct archive_source {
	struct text name;
	struct text (*take)(void *self);
	void *self;
};

/* A sniffer of NULL: no types. False: the library cannot be used. */
bool archive_list(struct arena *arena, const struct archive_source *source, struct sniffer *sniffer,
    struct archive_budget *budget, struct archive_listing *listing_out, struct error *error);

#endif
